// A lower bound of the value over all X, of any rank: convex duality with whatever multiplier.
//
// Theorem. Let phi(X) = 1/2 |A(X) - y|^2 + L |X|_*, X >= 0 and |X|_* = tr X for psd; L >= 0. For every z,
//   phi(X) >= <z, y> - |z|^2/2 - excess(z) |X|_*,
//   excess(z) = max(0, lambda_max(A^*(z)) - L) for psd, max(0, |A^*(z)|_2 - L) otherwise.
// Proof: 1/2 |r|^2 >= -<z, r> - |z|^2/2 with r = A(X) - y gives phi(X) >= <z, y> - |z|^2/2 + L |X|_* - <A^*(z), X>,
// and <A^*(z), X> <= lambda_max(A^*(z)) tr X for X >= 0, <= |A^*(z)|_2 |X|_* for every X.
// With z = -rho at the point this is the slack-matrix certificate: L I - A^*(z) = G + L I.
//
// Theorem. Every X with phi(X) <= F satisfies |X|_* <= B with
//   B = F / L,                     where L > 0;
//   B = |w| (|y| + sqrt(2 F)),     for psd and any w with A^*(w) >= I:
//                                  tr X <= <A^*(w), X> = <w, A(X)> <= |w| |A(X)|, |A(X) - y|^2 <= 2 F;
//   B = sqrt(min(n, m)) (|y| + sqrt(2 F)) / s,  where |A(X)| >= s |X|_F (injectivity.hpp): |X|_* <= sqrt(min(n, m)) |X|_F.
// Hence min(F, <z, y> - |z|^2/2 - excess(z) B) bounds the value of every X, when F is the value at the point. Where
// there is no B, only a z with excess(z) = 0 tells anything; otherwise 0, a sum of squares, is the bound.
// That the bound lies below the value does not mean that a better point exists.
#pragma once

#include <string>

#include "nadir/problems/matrix_sensing/enclosure.hpp"

namespace nadir {

struct SensingBound {
  double bound = 0.0;        // proved, of the value over all X
  Vector z;                  // the multiplier behind it; empty where the bound is 0
  Vector trace_multiplier;   // w of the second theorem; empty where it is not needed
  double excess = 0.0;       // an upper bound of excess(z)
  double size_bound = 0.0;   // B; infinite where there is none
};

// Multipliers are multiples of -rho. `value` is the proved upper bound F.
SensingBound sensing_bound(const MatrixSensing& problem, const SensingEnclosure& here, double value);

}  // namespace nadir
