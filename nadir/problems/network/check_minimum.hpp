// Re-derives that a strict local minimum lies near the point, or one up to symmetries, in ball arithmetic.
//
//   isolated-minimum        (radius r, least_eigenvalue m)
//   minimum-up-to-symmetry  (radius r, least_eigenvalue m)   with coordinates held fixed: the witness "slice"
//
// Weights become balls of radius r; columns of the Hessian are derivatives of the gradient along coordinates, propagated
// forward and back through the layers, so that the result encloses the Hessian at every point within r. With M its
// midpoints, rho the norm of its radii, g the gradient at the point and any d:
//   M - (m + rho) I positive definite   and   (m + rho) |d| + |g - M d| <= m r
// prove one critical point within r, a strict minimum (README.md, "Isolated minima"). d is an approximate solution of
// M d = g and trusted in nothing. Coordinates of the slice must be ones that the symmetries of README.md can hold fixed, or
// biases of idle units: for these, g and d are of the point with their weights set to 0 and of the other coordinates, and
// r loses the distance to that point.
//
// Included by the .cpp files of this folder's checks only.
#pragma once

#include "nadir/problems/network/check_model.hpp"
#include "nadir/problems/network/check_theorems.hpp"

namespace nadir::network_check {

// `slice`: indices of the flat point; null where the claim is one of all coordinates. An unknown is final: more bits help
// only where the radius is 0.
TheoremAnswer check_isolated_minimum(const NetworkData& data, const Parameters& p, const Claim& claim, const Matrix* slice);

}  // namespace nadir::network_check
