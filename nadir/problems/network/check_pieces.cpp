#include "nadir/problems/network/check_pieces.hpp"

namespace nadir::network_check {

using balls::Real;

std::optional<Slopes> slopes_of(const Activation& a) {
  if (a.kind == ActivationKind::identity) return Slopes{1.0, 1.0};
  if (a.kind == ActivationKind::relu) return Slopes{1.0, 0.0};
  if (a.kind == ActivationKind::leaky_relu) return Slopes{1.0, a.parameter};
  return std::nullopt;
}

bool is_plain_least_squares(const NetworkData& data) { return !data.is_cross_entropy && data.weight_decay == 0.0; }

balls::Matrix affine_layer(const NetworkData& data, const Parameters& p, std::size_t l, const balls::Matrix& A) {
  balls::Matrix Z = p[data.weight_block(l)] * A;
  if (!data.has_bias) return Z;
  for (Index i = 0; i < Z.rows(); ++i)
    for (Index j = 0; j < Z.cols(); ++j) Z.set(i, j, Z(i, j) + p[data.bias_block(l)](i, 0));
  return Z;
}

balls::Matrix extended_input(const NetworkData& data, const balls::Matrix& A) {
  if (!data.has_bias) return A;
  balls::Matrix result(A.precision(), A.rows() + 1, A.cols());
  for (Index j = 0; j < A.cols(); ++j) {
    for (Index i = 0; i < A.rows(); ++i) result.set(i, j, A(i, j));
    result.set(A.rows(), j, Real(A.precision(), 1.0));
  }
  return result;
}

balls::Matrix extended_weights(const NetworkData& data, const Parameters& p, std::size_t l) {
  const balls::Matrix& W = p[data.weight_block(l)];
  if (!data.has_bias) return W;
  balls::Matrix result(W.precision(), W.rows(), W.cols() + 1);
  for (Index i = 0; i < W.rows(); ++i) {
    for (Index j = 0; j < W.cols(); ++j) result.set(i, j, W(i, j));
    result.set(i, W.cols(), p[data.bias_block(l)](i, 0));
  }
  return result;
}

Real longest_column_squared(const balls::Matrix& A) {
  Real longest(A.precision());
  for (Index j = 0; j < A.cols(); ++j) {
    Real sum(A.precision());
    for (Index i = 0; i < A.rows(); ++i) sum = sum + squared(A(i, j));
    arb_max(longest.get(), longest.get(), sum.get(), A.precision());
  }
  return longest;
}

}  // namespace nadir::network_check
