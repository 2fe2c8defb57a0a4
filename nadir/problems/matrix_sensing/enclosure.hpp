// Value and derivatives of a sensing problem at a point, enclosed: what holds for the real-number function on the
// floating-point data. Formulas as in matrix_sensing.hpp; with X = U V^T (V = U for psd), rho = A(X) - y,
// G = sum_k rho_k A_k and l the slope of the penalty:
//   gradient    2 G U + l U (psd); G V + l U, G^T U + l V
//   D^2 f[d, d] = |A(D_U V^T + U D_V^T)|^2 + 2 <G D_V, D_U> + l |d|^2     (D_V = D_U for psd)
// Cost: the value one pass over the operator, G one more, each some five times that of a plain product.
#pragma once

#include <array>
#include <span>
#include <vector>

#include "nadir/problems/matrix_sensing/matrix_sensing.hpp"
#include "nadir/rigor/ball_matrix.hpp"
#include "nadir/rigor/interval.hpp"

namespace nadir {

class SensingEnclosure {
 public:
  // At the point x + displacement (a real sum, not rounded); an empty displacement is none.
  SensingEnclosure(const MatrixSensing& problem, std::span<const double> x, std::span<const double> displacement = {});

  const Interval& value() const { return value_; }
  const BallMatrix& residual() const { return residual_; }  // rho, num_measurements x 1
  const BallMatrix& slope() const;                          // G, rows x cols
  const std::vector<BallMatrix>& gradient() const;          // by block
  Interval gradient_norm() const;
  bool is_exactly_critical() const;  // every entry of the gradient is exactly zero

  Interval curvature(std::span<const double> d) const;  // D^2 f[d, d] / |d|^2
  // The whole Hessian, dimension x dimension: for small problems.
  BallMatrix hessian() const;

  // The coefficients of t^0, ..., t^4 in f(x + t k + t^2 c), of which the first is value(), without those of t^5, ...:
  // with q_p the coefficients of A(X) and n_p those of |x|^2,
  //   a_1 = <rho, q_1>, a_2 = <rho, q_2> + |q_1|^2/2, a_3 = <rho, q_3> + <q_1, q_2>, a_4 = <rho, q_4> + <q_1, q_3> + |q_2|^2/2,
  // each plus l n_p / 2.
  std::array<Interval, 5> along_path(std::span<const double> k, std::span<const double> c) const;

 private:
  struct Factors {
    BallMatrix U, V;  // V = U for psd
  };
  Factors factors(std::span<const double> d) const;
  BallMatrix measure(const BallMatrix& L, const BallMatrix& R) const;
  // A(U D_V^T + D_U V^T): the derivative of A(X) from `at` along d.
  BallMatrix derivative(const Factors& at, const Factors& d) const;

  const MatrixSensing& problem_;
  Factors here_;
  BallMatrix residual_;
  Interval value_;
  mutable BallMatrix slope_;
  mutable std::vector<BallMatrix> gradient_;
};

}  // namespace nadir
