// When a run has to end before it is through: after a time, or because somebody interrupts it.
#pragma once

#include <atomic>
#include <functional>
#include <limits>

#include "nadir/base/clock.hpp"
#include "nadir/core/result.hpp"

namespace nadir {

// How somebody interrupts a run. Every member may be left empty.
struct Interrupts {
  const std::atomic<bool>* flag = nullptr;  // set by a signal handler or another thread
  std::function<void()> look;               // called many times a second, by the thread that runs: a chance to set the flag
};

// Counts from its construction.
class RunLimits {
 public:
  explicit RunLimits(double max_seconds = std::numeric_limits<double>::infinity(), Interrupts interrupts = {})
      : max_seconds_(max_seconds), interrupts_(std::move(interrupts)) {}

  // interrupted or time_limit where the run has to end now, else not_run.
  Termination reason_to_stop() const {
    if (interrupts_.look) interrupts_.look();
    if (interrupts_.flag && interrupts_.flag->load()) return Termination::interrupted;
    return watch_.seconds() >= max_seconds_ ? Termination::time_limit : Termination::not_run;
  }
  // For JudgeOptions::should_stop and its like; refers to this object.
  std::function<bool()> question() const {
    return [this] { return reason_to_stop() != Termination::not_run; };
  }
  // Grants more time: what has been reached is judged yet.
  void extend(double seconds) { max_seconds_ = watch_.seconds() + seconds; }
  double seconds_left() const { return max_seconds_ - watch_.seconds(); }

 private:
  double max_seconds_;
  Interrupts interrupts_;
  Stopwatch watch_;
};

}  // namespace nadir
