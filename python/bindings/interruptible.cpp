#include "python/bindings/interruptible.hpp"

#include <exception>
#include <future>
#include <utility>

namespace nadir::python {
namespace {

namespace py = pybind11;
constexpr std::chrono::milliseconds pause_between_looks{50};

}  // namespace

// The first of several is the one that counts.
void Interruptible::keep(py::error_already_set&& error) {
  if (!raised_) raised_.emplace(std::move(error));
  is_interrupted_ = true;
}

bool Interruptible::look() {
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  if (is_interrupted_ || now - last_.load() < pause_between_looks) return is_interrupted_;
  last_ = now;
  const py::gil_scoped_acquire lock;
  if (PyErr_CheckSignals() != 0) keep(py::error_already_set());
  return is_interrupted_;
}

void Interruptible::guard(const std::function<void()>& f) {
  if (is_interrupted_) return;
  const py::gil_scoped_acquire lock;
  try {
    f();
  } catch (py::error_already_set& error) {
    keep(std::move(error));
  }
}

void Interruptible::wait_for(const std::function<void()>& work) {
  std::future<void> done = std::async(std::launch::async, work);
  while (done.wait_for(pause_between_looks) != std::future_status::ready) look();
  done.get();
}

void Interruptible::raise_if_any() {
  if (raised_) throw py::error_already_set(std::move(*raised_));
  if (PyErr_CheckSignals() != 0) throw py::error_already_set();
}

}  // namespace nadir::python
