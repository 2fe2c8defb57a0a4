// The history of a run, one row per iteration; row 0 is the start.
#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

namespace nadir {

struct TraceRow {
  static constexpr double unknown = std::numeric_limits<double>::quiet_NaN();

  std::int64_t iteration = 0;
  double seconds = 0.0;  // since the run began, earlier parts of a resumed run included
  double value = 0.0;
  double gradient_norm = 0.0;
  double curvature = unknown;  // least curvature seen in the step, if any
  double step = 0.0;           // Euclidean length of the step taken
  std::string event;           // "", "escape", "restart", "rejected", ...
  // On request, of methods that take steps of a given size along the gradient: the largest eigenvalue of the Hessian
  // here, where it was looked at, and that size. Gradient descent is stable below sharpness = 2 / step_size.
  double sharpness = unknown;
  double step_size = unknown;
};

using Trace = std::vector<TraceRow>;

}  // namespace nadir
