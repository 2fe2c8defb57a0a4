// Ctrl-C while C++ works without the interpreter lock.
//
// Python runs its signal handlers on the main thread alone, and only when asked. look() asks: it may be called as often as
// one likes, from any thread, and does something a few times a second on the main thread. Where the work runs on threads of
// its own, wait_for() lets the calling thread do nothing but ask. What a handler raises (KeyboardInterrupt, or an exception
// of the user's own, after a signal.alarm say) ends the work through flag(), and raise_if_any() raises it once C++ is back.
#pragma once

#include <pybind11/pybind11.h>

#include <atomic>
#include <chrono>
#include <functional>
#include <mutex>
#include <optional>

namespace nadir::python {

class Interruptible {
 public:
  // From within the work; true once it is to end.
  bool look();
  // Calls a function that calls Python, with the lock; what it raises ends the work, too.
  void guard(const std::function<void()>& f);
  // Runs the work on another thread, and looks meanwhile. Call it without the interpreter lock. Throws what the work throws.
  void wait_for(const std::function<void()>& work);
  const std::atomic<bool>* flag() const { return &is_interrupted_; }
  // Call it with the lock, when the work is over.
  void raise_if_any();

 private:
  void keep(pybind11::error_already_set&& error);

  std::atomic<bool> is_interrupted_{false};
  std::optional<pybind11::error_already_set> raised_;  // written with the interpreter lock
  std::atomic<std::chrono::steady_clock::duration> last_{std::chrono::steady_clock::now().time_since_epoch()};
};

}  // namespace nadir::python
