// The way out of a critical point that is an optimum of its own rank, degenerate saddles included.
//
// Let P = V_H ... V_1 have rank r < k and be the best map of rank r. On the data, P F = U Sigma W^T. At every
// hidden layer l the signal space S_l = V_l ... V_1 (F W) and the co-signal U^T A_l pair to Sigma, so that
// R^{d_l} = S_l + null(U^T A_l), and d_l > r leaves a pair (alpha_l, beta_l) with U^T A_l alpha_l = 0,
// S_l^T beta_l = 0, beta_l^T alpha_l = 1. With sigma (u, w) the top singular triple of the residual A - P F and
// v^T F = w^T, the path
//   V_l(t) = V_l + t s_l alpha_l (s_{l-1} beta_{l-1})^T,   alpha_H = u, beta_0 = v, signs s_l = +-1
// leaves the signal alone and adds a product of the other blocks. Its pairing with the residual is a polynomial
// whose average over the signs is t^H sigma: terms that miss a layer contain some sign once. So for every t
// there are signs with which the first-order gain is at least t^H sigma [AchourMalgouyresGerchinovitz2024,
// sec. 4, shows that the saddle is left; the sign average is ours]. What the path really gains is computed
// from values, never assumed.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "nadir/core/verdict.hpp"
#include "nadir/problems/linear_network/linear_network.hpp"

namespace nadir {

// The best displacement found over signs, pairs and lengths, or nothing where none lowers the value by more
// than `least_decrease`. Presumes no penalty. A failed search proves nothing.
std::optional<Escape> find_escape_path(const LinearNetwork& problem, std::span<const double> x, Index rank, double least_decrease);

}  // namespace nadir
