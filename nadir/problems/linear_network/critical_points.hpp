// Critical points of unpenalised deep linear networks whose nature is known from how they are built.
//
// [AchourMalgouyresGerchinovitz2024, sec. 3]: with u_i, lambda_i the eigenvectors and eigenvalues (descending)
// of Y X^+ X Y^T, a set S of r <= k of them, its complement Q, blocks Z_l and invertible D_l,
//   V_1 = D_1^{-1} [U_S^T R* ; Z_1],  V_l = D_l^{-1} blockdiag(I_r, Z_l) D_{l-1},  V_H = [U_S, U_Q Z_H] D_{H-1}
// with R* = Y X^+ is critical as soon as two of the Z_l vanish, at the value 1/(2n) (|Y|^2 - sum_S lambda_i).
// Its nature: the global minimum if S = {1..k}; a strict saddle if S is not a leading set, or is one and
// exactly two blocks vanish while the others are generic; a degenerate saddle if S is leading, r < k, and
// three blocks vanish. Used by tests and by `nadir reproduce`, never by a judge.
#pragma once

#include <cstdint>
#include <vector>

#include "nadir/base/random.hpp"
#include "nadir/core/point.hpp"
#include "nadir/problems/linear_network/linear_network.hpp"

namespace nadir {

struct CriticalPointRecipe {
  std::vector<Index> signal;              // S, counted from 0, ascending; at most narrowest() of them
  std::vector<std::size_t> zero_blocks;   // layers l (from 0) whose Z_l vanishes; at least two if |S| < narrowest()
};

// The point of that recipe with Gaussian Z_l and D_l of condition at most about ten. Presumes X of full row
// rank (kept = all features). Identity skips are subtracted.
Point make_critical_point(const LinearNetwork& problem, const CriticalPointRecipe& recipe, Random& random);

}  // namespace nadir
