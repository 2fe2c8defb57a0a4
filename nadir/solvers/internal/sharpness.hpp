// The largest eigenvalue of a Hessian again and again along a run, each time from where the last search ended.
//
// Lanczos with full reorthogonalisation [Parlett1998, sec. 13.1] from the last eigenvector, a tenth of its length added
// in a random direction so that an eigenvector that overtakes it is seen too. Stops where the residual is 1e-4 of the
// Ritz value, or after 60 products. By Rayleigh and Ritz the value never exceeds the largest eigenvalue but for
// rounding; that it comes near is likely, never shown.
#pragma once

#include <functional>
#include <limits>

#include "nadir/base/random.hpp"
#include "nadir/linalg/matrix.hpp"

namespace nadir::internal {

struct Sharpness {
  double value = std::numeric_limits<double>::quiet_NaN();  // NaN where the Hessian gave numbers that are not finite
  Vector vector;  // norm 1; empty where the value is NaN
};

// `start`: the vector of an earlier search, or empty.
Sharpness find_sharpness(const std::function<void(const Vector& v, Vector& out)>& apply_hessian, Index dimension,
                         const Vector& start, Random random);

}  // namespace nadir::internal
