// The network's loss and its derivatives at a point, enclosed: what holds for the real-number function on the
// floating-point data, with every rounding error bounded (rigor/product.hpp).
//
// The formulas are those of linear_network.hpp, evaluated on X and Y themselves, not on the reduced data:
//   R = P X - Y,  E = R X^T,  n f = |R|^2/2 + n penalty,  G_0 = E.
// Derivatives are kept for n f and divided by n last: on integer data they are exact, whatever n.
// Cost: 3 products of the size P X, whatever the depth; Hessian products then cost three small products a layer.
#pragma once

#include <span>
#include <vector>

#include "nadir/linalg/matrix.hpp"
#include "nadir/problems/linear_network/linear_network.hpp"
#include "nadir/rigor/ball_matrix.hpp"
#include "nadir/rigor/interval.hpp"

namespace nadir {

// |P X - Y|_F^2 and (P X - Y) X^T for a P known up to radii. X is d_in x n, Y is d_out x n.
struct ResidualEnclosure {
  Interval squared_norm;
  BallMatrix times_inputs;
};
ResidualEnclosure enclose_residual(const BallMatrix& P, ConstMatrixView X, ConstMatrixView Y);

class PointEnclosure {
 public:
  // At the point x + displacement (a real sum, not rounded); an empty displacement is none.
  PointEnclosure(const LinearNetwork& problem, ConstMatrixView X, ConstMatrixView Y, std::span<const double> x,
                 std::span<const double> displacement = {});

  const Interval& value() const { return value_; }
  // The gradient of n f, one block a layer.
  const std::vector<BallMatrix>& gradient_times_n() const;
  Interval gradient_norm() const;  // of f
  // Every entry of the gradient is exactly zero.
  bool is_exactly_critical() const;

  // The Hessian of n f times one vector of layout().dimension() entries: dimension x 1.
  BallMatrix hessian_times_n(std::span<const double> u) const;
  // u'Hu / u'u for the Hessian of f
  Interval curvature(std::span<const double> u) const;
  // The whole Hessian of n f: dimension products, for small problems.
  BallMatrix whole_hessian_times_n() const;

  // V_l and the left products A_0 = P, ..., A_H = I.
  const std::vector<BallMatrix>& effective_weights() const { return V_; }
  const std::vector<BallMatrix>& left_products() const { return left_; }

 private:
  BallMatrix penalty_times_n(std::size_t layer, const BallMatrix& W) const;

  const LinearNetwork& problem_;
  std::vector<BallMatrix> W_, V_, left_;
  Interval value_;
  mutable std::vector<BallMatrix> back_;  // G_0 = E, ..., G_{H-1}
  mutable std::vector<BallMatrix> gradient_;
};

}  // namespace nadir
