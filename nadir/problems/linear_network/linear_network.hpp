// The squared loss of a deep linear network, with value, gradient and Hessian at the cost of small products.
//
//   f(W) = 1/(2n) |P X - Y|_F^2 + 1/2 sum_l |sqrt(B_l) o W_l|_F^2,   P = V_H ... V_1
//
// n samples, V_l effective weights (architecture.hpp), B_l >= 0 entrywise penalties (o is entrywise).
// On the reduced data (F, A, c) of reduced_data.hpp, with A_l = V_H ... V_{l+1}, D = (P F - A)/n,
// G_l = D F^T V_1^T ... V_l^T:
//   gradient:          dF/dW_l = A_l^T G_{l-1} + B_l o W_l                       [YunSraJadbabaie2018, Lemma 3.2]
//   Hessian times U:   A_l^T J_{l-1} + (dA_l)^T G_{l-1} + B_l o U_l,
//     dA_{l-1} = dA_l V_l + A_l U_l,  J_0 = dP F F^T / n,  J_l = J_{l-1} V_l^T + G_{l-1} U_l^T
// All recursions live in matrices with d_out rows.
//
// Cost in multiply-adds, s = sum_l d_l d_{l-1}: value d_out (s + d_in rho), gradient 3 d_out s + 2 d_out d_in rho,
// a Hessian product 6 d_out s + d_out d_in^2; none depends on n. Blocks of directions are stacked, which makes a
// direction of eight cost about three quarters of one alone (bench/results).
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "nadir/core/problem.hpp"
#include "nadir/problems/linear_network/architecture.hpp"
#include "nadir/problems/linear_network/reduced_data.hpp"

namespace nadir {

class LinearNetwork {
 public:
  // penalty: empty, or one d_l x d_{l-1} matrix of non-negative entries a layer. Throws InputError when
  // the widths do not fit the data or the penalty.
  LinearNetwork(LinearArchitecture architecture, ReducedData data, std::vector<Matrix> penalty = {});

  const Layout& layout() const { return layout_; }
  double value(std::span<const double> x) const;
  std::unique_ptr<Expansion> expand(std::span<const double> x) const;

  const LinearArchitecture& architecture() const { return architecture_; }
  const ReducedData& data() const { return data_; }
  const std::vector<Matrix>& penalty() const { return penalty_; }
  bool is_penalised() const { return !penalty_.empty(); }
  // Entries of W_1 acting on feature j have curvature of the order of this: the preconditioner is its inverse.
  const Matrix& input_factor() const { return input_factor_; }
  // (X X^T)/n
  const Matrix& scaled_gram() const { return scaled_gram_; }

 private:
  LinearArchitecture architecture_;
  ReducedData data_;
  std::vector<Matrix> penalty_;
  Layout layout_;
  Matrix scaled_gram_;
  Matrix input_factor_;  // Cholesky factor of the regularised scaled_gram_
};

}  // namespace nadir
