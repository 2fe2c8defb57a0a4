// Time: how long something took, and when it happened.
#pragma once

#include <chrono>
#include <string>

namespace nadir {

// Seconds since construction, by a clock that never goes back.
class Stopwatch {
 public:
  double seconds() const { return std::chrono::duration<double>(Clock::now() - start_).count(); }
  void restart() { start_ = Clock::now(); }

 private:
  using Clock = std::chrono::steady_clock;
  Clock::time_point start_ = Clock::now();
};

// ISO 8601 in universal time, to the second: "2000-02-29T23:59:59Z".
std::string utc_timestamp(std::chrono::system_clock::time_point when = std::chrono::system_clock::now());

}  // namespace nadir
