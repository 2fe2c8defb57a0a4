// Re-derives that weights with value 0 lie near the point: the theorem of README.md for the last two layers.
#include "nadir/problems/network/check_activation.hpp"
#include "nadir/problems/network/check_pieces.hpp"
#include "nadir/problems/network/check_theorems.hpp"

namespace nadir::network_check {
namespace {

using balls::Answer;
using balls::Real;

struct DerivativeBounds {
  Real first, second;
};

// |h'| <= first, |h''| <= second.
std::optional<DerivativeBounds> bounds_of(const Activation& a, slong precision) {
  const Real root3 = square_root(Real(precision, 3.0)), one(precision, 1.0);
  switch (a.kind) {
    case ActivationKind::tanh: return DerivativeBounds{one, Real(precision, 4.0) / (3.0 * root3)};
    case ActivationKind::sigmoid: return DerivativeBounds{0.25 * one, one / (6.0 * root3)};
    case ActivationKind::softplus: return DerivativeBounds{one, 0.25 * one};
    default: break;
  }
  const std::optional<Slopes> s = slopes_of(a);
  if (!s) return std::nullopt;
  return DerivativeBounds{Real(precision, std::max(std::abs(s->plus), std::abs(s->minus))), Real(precision)};
}

struct LastLayers {
  balls::Matrix Z, pre, hidden, slope;
};

// Nullopt where a derivative is not shown to exist.
std::optional<LastLayers> pass(const NetworkData& data, const Parameters& p) {
  const slong precision = p.front().precision();
  balls::Matrix A(precision, data.x);
  const std::size_t L = data.num_layers();
  for (std::size_t l = 0; l + 2 < L; ++l) {
    A = affine_layer(data, p, l, A);
    for (Index i = 0; i < A.rows(); ++i)
      for (Index j = 0; j < A.cols(); ++j) A.set(i, j, value(data.activations[l], A(i, j)));
  }
  balls::Matrix pre = affine_layer(data, p, L - 2, A);
  LastLayers t{extended_input(data, A), pre, pre, pre};
  for (Index i = 0; i < pre.rows(); ++i)
    for (Index j = 0; j < pre.cols(); ++j) {
      const Jet at = jet(data.activations[L - 2], pre(i, j));
      if (!at.has_first) return std::nullopt;
      t.hidden.set(i, j, at.value);
      t.slope.set(i, j, at.first);
    }
  return t;
}

// J J^T: for samples i, j and outputs a, b it is
//   sum_k A_ak A_bk h'_ki h'_kj z_i.z_j + [a = b] (o_i.o_j + 1 with bias).
balls::Matrix gram(const NetworkData& data, const Parameters& p, const LastLayers& t) {
  const std::size_t L = data.num_layers();
  const balls::Matrix& A = p[data.weight_block(L - 1)];
  const Index d = A.rows(), n = t.Z.cols(), m = A.cols();
  const slong precision = A.precision();
  const balls::Matrix inputs = transpose(t.Z) * t.Z, outputs = transpose(t.hidden) * t.hidden;
  balls::Matrix result(precision, n * d, n * d);
  for (Index a = 0; a < d; ++a)
    for (Index b = 0; b < d; ++b) {
      balls::Matrix weighted(precision, m, n);
      for (Index k = 0; k < m; ++k)
        for (Index i = 0; i < n; ++i) weighted.set(k, i, (A(a, k) * A(b, k)) * t.slope(k, i));
      const balls::Matrix slopes = transpose(t.slope) * weighted;
      for (Index i = 0; i < n; ++i)
        for (Index j = 0; j < n; ++j) {
          Real x = slopes(i, j) * inputs(i, j);
          if (a == b) x = x + outputs(i, j) + Real(precision, data.has_bias ? 1.0 : 0.0);
          result.set(a + d * i, b + d * j, x);
        }
    }
  return result;
}

balls::Matrix shifted(const Real& shift, const balls::Matrix& A, double sign) {
  balls::Matrix result = Real(A.precision(), sign) * A;
  for (Index i = 0; i < A.rows(); ++i) result.set(i, i, result(i, i) + shift);
  return result;
}

bool stays_off_kinks(const LastLayers& t, const Real& radius) {
  for (Index i = 0; i < t.Z.cols(); ++i) {
    Real length_squared(t.Z.precision());
    for (Index j = 0; j < t.Z.rows(); ++j) length_squared = length_squared + squared(t.Z(j, i));
    for (Index k = 0; k < t.pre.rows(); ++k)
      if (is_below(squared(radius) * length_squared, squared(t.pre(k, i))) != Answer::yes) return false;
  }
  return true;
}

}  // namespace

TheoremAnswer check_interpolating_point(const NetworkData& data, const Parameters& p, const Claim& claim) {
  const std::size_t L = data.num_layers();
  const slong precision = p.front().precision();
  const Real radius(precision, number(claim, "radius")), sigma(precision, number(claim, "sigma"));
  const Real input_norm(precision, number(claim, "input_norm")), max_radius(precision, number(claim, "max_radius"));
  if (arb_is_negative(radius.get()) || !is_positive(sigma) || arb_is_negative(input_norm.get()) || is_at_most(radius, max_radius) != Answer::yes)
    return {Answer::no, "a number is negative, or the radius exceeds the greatest"};
  if (L < 2 || !is_plain_least_squares(data)) return {Answer::unknown, "the theorem is about two layers and more, squared loss and no weight decay"};
  const std::optional<DerivativeBounds> h = bounds_of(data.activations[L - 2], precision);
  if (!h) return {Answer::unknown, "no bounds of this activation's derivatives are known"};
  const std::optional<LastLayers> t = pass(data, p);
  const bool has_kink = data.activations[L - 2].has_kink();
  if (!t || (has_kink && !stays_off_kinks(*t, max_radius))) return {Answer::unknown, "a pre-activation may reach a kink within the greatest radius"};
  const bool is_wide = t->Z.cols() < t->Z.rows();
  const balls::Matrix ZZ = is_wide ? transpose(t->Z) * t->Z : balls::product_with_transpose(t->Z, t->Z);
  if (!balls::proves_positive_definite(shifted(squared(input_norm), ZZ, -1.0))) return {Answer::unknown, "the norm of the inputs is not shown to be so small"};
  if (!balls::proves_positive_definite(shifted(Real(precision) - squared(sigma), gram(data, p, *t), 1.0)))
    return {Answer::unknown, "the Jacobian's least singular value is not shown to be so large"};
  const Real alpha = square_root(longest_column_squared(p[data.weight_block(L - 1)])) + max_radius;
  const Real lipschitz = input_norm * (h->first + h->second * (alpha * square_root(longest_column_squared(t->Z)))) / sigma;
  const balls::Matrix residual = affine_layer(data, p, L - 1, t->hidden) - balls::Matrix(precision, data.y);
  const Real defect = square_root(squared_norm(residual)) / sigma;
  const Real polynomial = 0.5 * (lipschitz * squared(radius)) - radius + defect;
  if (is_exactly_zero(residual) || is_negative(polynomial)) return {Answer::yes, ""};
  return {Answer::unknown, "the Newton-Kantorovich inequality is not shown at the radius"};
}

}  // namespace nadir::network_check
