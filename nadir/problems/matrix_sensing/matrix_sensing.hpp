// A low-rank matrix from linear measurements, by its factors.
//
//   psd        f(U)    = 1/2 |A(U U^T) - y|^2 + lambda |U|_F^2,              X = U U^T, lambda |U|^2 = lambda tr X
//   otherwise  f(U, V) = 1/2 |A(U V^T) - y|^2 + lambda/2 (|U|_F^2 + |V|_F^2), X = U V^T
//
// The least of the second penalty over all factors of X of enough columns is lambda |X|_* [RechtFazelParrilo2010,
// Lemma 5.1]. With J the Jacobian of x -> A(X) at x, rho = A(X) - y, G = sum_k rho_k A_k, l = 2 lambda for psd and
// lambda otherwise:
//   gradient        J^T rho + l x
//   Hessian times d J^T J d + l d + 2 G D (psd), or + (G D_V, G^T D_U)
// Cost: value and gradient one pass over the operator together (two without psd), Hessian products one more for G
// and then only products with J, num_measurements x dimension (measurement_map.hpp).
//
// Preconditioner: blockwise D -> D (c W^T W + s I)^{-1}, W the other factor [TongMaChi2021], s of the size of the
// residual's curvature so that surplus columns do no harm [ZhangFattahiZhang2021]; c is the mean square of A's entries.
#pragma once

#include <memory>
#include <span>

#include "nadir/core/problem.hpp"
#include "nadir/problems/matrix_sensing/data.hpp"

namespace nadir {

class MatrixSensing {
 public:
  // The data that `data` views must outlive this. Throws InputError unless rank >= 1.
  MatrixSensing(const SensingData& data, Index rank) : data_(data), layout_(sensing_layout(data, rank)) {}

  const Layout& layout() const { return layout_; }
  double value(std::span<const double> x) const;
  std::unique_ptr<Expansion> expand(std::span<const double> x) const;

  const SensingData& data() const { return data_; }
  Index rank() const { return layout_[0].cols; }
  // U, and V (the same for psd), of a flat point.
  ConstMatrixView left(std::span<const double> x) const { return layout_.block(x, 0); }
  ConstMatrixView right(std::span<const double> x) const { return layout_.block(x, data_.is_psd ? 0 : 1); }
  // Times x: the gradient of the penalty.
  double penalty_slope() const { return data_.is_psd ? 2.0 * data_.lambda : data_.lambda; }

 private:
  SensingData data_;
  Layout layout_;
};

static_assert(SmoothProblem<MatrixSensing>);

}  // namespace nadir
