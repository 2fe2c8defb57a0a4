// All real critical points of a small penalised linear network that Newton's method meets from many starts, each
// with a proof of its existence and of its Morse index.
//
// That none is missing is not proved: `num_starts` decides how likely it is, the flips of sign of hidden units
// complete each orbit, and the sum of (-1)^index, which is 1 for a coercive Morse function, tells when an odd
// number is missing.
#pragma once

#include <cstdint>
#include <vector>

#include "nadir/driver/reproduce/network_instance.hpp"

namespace nadir {

struct RealCriticalPoint {
  Point point;
  double value = 0.0;   // of f
  Index index = -1;     // negative eigenvalues of the Hessian at the true critical point; -1 where no proof succeeded
  double radius = 0.0;  // a true critical point lies this near, and it is the only one there
};

// Sorted by value. The balls of proved points are disjoint: points whose balls meet are merged.
std::vector<RealCriticalPoint> find_real_critical_points(const NetworkInstance& net, std::uint64_t seed, int num_starts);

}  // namespace nadir
