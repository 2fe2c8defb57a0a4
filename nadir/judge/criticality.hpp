// Is the gradient zero, as far as floating point can tell?
//
// A point counts as critical when |gradient| <= tol * scale, where the scale is the norm that the gradient
// would have without cancellation (Expansion::gradient_scale). A small gradient does not show that a
// critical point is near, nor how near; it is `numerical` whatever it says.
#pragma once

#include <limits>

#include "nadir/core/problem.hpp"
#include "nadir/core/verdict.hpp"

namespace nadir {

struct Criticality {
  double gradient_norm = std::numeric_limits<double>::quiet_NaN();
  double gradient_scale = 1.0;
  Vector gradient;
  bool is_finite = false;
  bool is_critical = false;  // false as well where the gradient is not finite
  Evidence evidence;         // the claim "the gradient vanishes to the tolerance"
};

Criticality examine_criticality(const Expansion& expansion, Index dimension, double tol);

}  // namespace nadir
