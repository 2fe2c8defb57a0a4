// Proof that a strict local minimum lies near a point, on a slice across the symmetries (slice.hpp) where there are any.
//
// Theorem. Let f be twice continuously differentiable on the closed ball of radius r around x, Hessian H(y), gradient
// g at x, and let M be symmetric, m > 0, rho >= 0 and d any vector with
//   (a) |H(y) - M|_2 <= rho on the ball,   (b) M - (m + rho) I positive semidefinite,
//   (c) (m + rho) |d| + |g - M d| <= m r.
// Then f has exactly one critical point in the ball, H >= m I there, and it is a strict local minimum.
// Proof. T(y) = y - M^-1 grad f(y) has |T'| = |M^-1 (M - H)| <= rho / (m + rho) = q < 1 on the ball, and |T(x) - x| =
// |M^-1 g| <= |d| + |M^-1 (g - M d)| <= |d| + |g - M d| / (m + rho) <= m r / (m + rho) = (1 - q) r. So T maps the ball
// into itself and contracts: one fixed point, one critical point. H >= M - rho I >= m I by (a) and (b). QED.
// With d = 0, (c) is the plain |g| <= m r. With d near M^-1 g the length of Newton's step counts instead of |g| / m, which
// matters where eigenvalues differ by many powers of ten and the gradient is all rounding of the steep ones.
//
// Idle units (slice.hpp). Let x' be x with their weights set to 0, delta = |x - x'|, and let (c) hold of the coordinates
// that are neither fixed nor weights of these units, with g' at x', the block M' of M, any d' and r - delta:
//   (c') (m + rho) |d'| + |g' - M' d'| <= m (r - delta).
// Then the theorem, for f among the points at which those weights are 0, gives a critical point within r - delta of x', so
// within r of x, and it is a local minimum of f by slice.hpp.
//
// (a) comes of one enclosure of H on the box around the ball (enclosed_hessian.hpp): M its midpoints, rho the norm of its
// radii. Activations with kinks pass where no sample reaches a kink within the box.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "nadir/problems/network/network.hpp"

namespace nadir {

struct NetworkMinimum {
  double radius = 0.0;            // of the ball, within the slice
  double least_eigenvalue = 0.0;  // m, of the Hessian by the coordinates that are not fixed
  std::vector<Index> fixed;       // the slice; empty: nothing is flat, a strict local minimum of f itself
};

// Up to 400 parameters p and 4 n p (number of weights) <= 8e8. Radius and eigenvalue leave room by factors of two, for who checks them with
// other enclosures. Nullopt where the hypotheses could not be shown, which does not say that there is no minimum.
std::optional<NetworkMinimum> prove_isolated_minimum(const Network& problem, std::span<const double> x);

}  // namespace nadir
