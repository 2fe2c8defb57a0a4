// Points along a run.
#pragma once

#include <cstdint>
#include <vector>

#include "nadir/linalg/matrix.hpp"

namespace nadir {

struct Trajectory {
  std::vector<std::int64_t> iterations;  // as the trace counts them, ascending
  Vector values;                         // of the objective, one for each point
  Matrix points;                         // dimension x number of points, each in the layout of the problem
};

}  // namespace nadir
