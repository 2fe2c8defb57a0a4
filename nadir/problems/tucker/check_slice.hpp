// The theorem behind minimum-up-to-symmetry, re-derived in balls.
//
// The slice through the point fixes the coordinates whose places in the flat point the witness lists: of every A_k the
// entries of r_k rows, whose square block is invertible. A_k -> A_k C, S -> S x_k C^{-1} leaves X alone and takes a nearby
// A_k to one with the same block for exactly one C, so that a local minimum on the slice is one of f.
//
// Coordinates z on the slice: S / c, and the free entries of the A_k. With H and g the Hessian and the gradient in z, K a bound of
// the third derivative on the ball of radius rho in z, and H >= (m + K rho) I: f is strongly convex on the ball, and its
// minimum there is a critical point where |g| <= (m + K rho) rho - K rho^2 / 2.
#pragma once

#include "nadir/core/certificate.hpp"
#include "nadir/problems/tucker/check_evaluation.hpp"
#include "nadir/verify/internal/standard_check.hpp"

namespace nadir::tucker_check {

// The claim's numbers: radius (in the blocks of the point; rho = radius / max(c, 1)), least_eigenvalue (m), core_scale (c).
Finding minimum_up_to_symmetry(const Claim& claim, const Matrix& slice, const Subject& subject, Evaluation<InBalls>& here, const InBalls& arithmetic);

}  // namespace nadir::tucker_check
