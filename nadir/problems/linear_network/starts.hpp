// Where the training of a deep linear network may start.
//
//   random      W_l with independent normal entries of variance 1/d_{l-1} (identity skips: 0.1 of that)
//   orthogonal  semi-orthogonal V_l, uniformly distributed                       [HuXiaoPennington2020]
//   balanced    V_{l+1}^T V_{l+1} = V_l V_l^T for all l, from random singular vectors [AroraCohenGolowichHu2019]
//   identity    V_l = the rectangular identity
//   zeros       W_l = 0: with three layers and more, a saddle without negative curvature
//   optimal     a balanced factorisation of the reduced-rank regression optimum: the global minimum in closed form
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "nadir/core/point.hpp"
#include "nadir/problems/linear_network/linear_network.hpp"

namespace nadir {

std::vector<std::string> linear_network_starts();
// Start number `index` of that name: the same seed and index give the same point. Throws InputError for an
// unknown name.
Point linear_network_start(const LinearNetwork& problem, const std::string& name, std::uint64_t seed, std::uint64_t index);
// The starts that do not look at the data: all but "optimal".
Point data_free_start(const LinearArchitecture& a, const std::string& name, std::uint64_t seed, std::uint64_t index);

// The point whose effective weights are V_1, ..., V_H: identity skips are subtracted.
Point point_with_weights(const LinearArchitecture& a, const std::vector<Matrix>& V);

// Weights V_1, ..., V_H with V_H ... V_1 = U diag(sigma) W^T (U: d_out x r, W: d_in x r, r <= narrowest
// width) whose factors share the singular values evenly. The product's rank r must fit every layer.
std::vector<Matrix> balanced_factors(const LinearArchitecture& a, ConstMatrixView U, const Vector& sigma, ConstMatrixView W);

}  // namespace nadir
