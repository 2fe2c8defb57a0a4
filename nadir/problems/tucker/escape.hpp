// The way out of points whose factors have dependent columns: among them S = 0, A = 0, where every derivative up to
// order d vanishes.
//
// Theorem (README.md, compare [FrandsenGe2020]). Let A_k u_k = 0 for unit vectors u_k, k in Z, Z not empty, and let B be the
// part of -R whose modes in Z lie in the complements of the columns of A_k and whose other modes lie in the columns of
// A_j. For unit vectors a_k, b_j with <B, a x b> = sigma > 0 move
//   S <- S without its slices along u_k,   A_k += t a_k u_k^T,   S += sigma (u_k / t, k in Z) x (A_j^+ b_j, j not in Z).
// X changes by sigma times the product of the a_k and b_j, and |T - X|^2/2 falls by exactly sigma^2/2.
//
// Where A_k = 0 for every k, the straight line along these changes with sigma / t^|Z| = t is a path that descends at order
// d + 1. Missing entries: the same move is tried, with R zero there, and its effect computed.
#pragma once

#include <optional>
#include <span>

#include "nadir/core/verdict.hpp"
#include "nadir/problems/tucker/tucker.hpp"

namespace nadir {

struct RankEscape {
  Vector displacement;
  double decrease = 0.0;  // in floating point, found by evaluating f
};

// The set Z and the vectors with the greatest sigma found (by alternating maximisation from the higher-order SVD's
// start). Columns count as dependent below 1e-6 of the largest singular value, or of |T|^(1/(d+1)) where all is zero.
// Nothing where no factor is deficient or nothing is gained, nor with a regulariser at points other than zero, where the
// move balances core and factors.
std::optional<RankEscape> find_rank_escape(const Tucker& problem, std::span<const double> x);

}  // namespace nadir
