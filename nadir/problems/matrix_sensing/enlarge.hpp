// The next step of the staircase: one column more, where that lowers the value.
//
// With G = sum_k rho_k A_k at X and a unit vector v (psd) or unit vectors p, q, the column sqrt(tau) v, or the columns
// sqrt(tau) p and sqrt(tau) q, add tau v v^T (tau p q^T) to X, and the value changes by exactly
//   -tau g + tau^2/2 |A(v v^T)|^2,   -g = v^T (G + lambda I) v = lambda_min, or -g = p^T G q + lambda = lambda - |G|_2.
// So the value falls by g^2 / (2 |A(v v^T)|^2) at tau = g / |A(v v^T)|^2 whenever g > 0, and where g <= 0 for the
// extreme pair, X satisfies what a global minimum has to (README.md).
#pragma once

#include <optional>
#include <span>

#include "nadir/core/point.hpp"
#include "nadir/problems/matrix_sensing/matrix_sensing.hpp"

namespace nadir {

// A point in the layout with one column more and a lower value than x has, in floating point; nothing where there is
// none, where the factors have as many columns as the larger side, and where what can be gained at all is within
// tol * gap_scale (judge.hpp): the value itself, or what g leaves of the duality gap, g times the size of X.
std::optional<Point> enlarged_factors(const MatrixSensing& problem, std::span<const double> x, double tol);

}  // namespace nadir
