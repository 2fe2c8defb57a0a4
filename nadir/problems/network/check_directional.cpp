// Re-derives one-sided derivatives along a direction, at kinks of networks of any depth.
#include "nadir/problems/network/check_activation.hpp"
#include "nadir/problems/network/check_output_loss.hpp"
#include "nadir/problems/network/check_pieces.hpp"
#include "nadir/problems/network/check_theorems.hpp"

namespace nadir::network_check {
namespace {

using balls::Answer;
using balls::Real;

constexpr Index chunk_size = 128;

Real hull(const Real& a, const Real& b) {
  Real result(a.precision());
  arb_union(result.get(), a.get(), b.get(), a.precision());
  return result;
}

// s'(0; t) = right t for t > 0, left t for t < 0.
Real at_kink(const Real& left, const Real& t) {
  if (is_positive(t) || is_exactly_zero(t)) return t;
  return is_negative(t) ? left * t : hull(left * t, t);
}

// s'(z; t). Where it is not known on which side of its kink z lies, the jet holds both slopes.
Real one_sided(const Activation& s, const Real& z, const Jet& at, const Real& t) {
  if (!is_exactly_zero(z)) return at.first * t;
  switch (s.kind) {
    case ActivationKind::relu: return at_kink(Real(z.precision()), t);
    case ActivationKind::leaky_relu:
    case ActivationKind::elu: return at_kink(Real(z.precision(), s.parameter), t);  // elu: parameter e^0 from the left
    default: return at.first * t;
  }
}

// sum_i <G_i, dP_i> of a chunk.
Real loss_derivative(const NetworkData& data, const Parameters& p, const Parameters& u, Index first, Index count) {
  const slong precision = p.front().precision();
  balls::Matrix A(precision, data.x.columns(first, count)), dA(precision, data.x.rows, count);
  for (std::size_t l = 0;; ++l) {
    balls::Matrix Z = affine_layer(data, p, l, A);
    balls::Matrix dZ = affine_layer(data, u, l, A) + p[data.weight_block(l)] * dA;
    if (l + 1 == data.num_layers()) return inner_product(OutputLoss(data, Z, first).gradient(), dZ);
    for (Index i = 0; i < Z.rows(); ++i)
      for (Index j = 0; j < Z.cols(); ++j) {
        const Jet at = jet(data.activations[l], Z(i, j));
        dZ.set(i, j, one_sided(data.activations[l], Z(i, j), at, dZ(i, j)));
        Z.set(i, j, at.value);
      }
    A = std::move(Z);
    dA = std::move(dZ);
  }
}

}  // namespace

TheoremAnswer check_directional_derivative(const NetworkData& data, const Parameters& p, const Parameters& u, const Claim& claim) {
  const double derivative = number(claim, "derivative");
  if (!(derivative < 0.0)) return {Answer::no, "the derivative is not negative"};
  const slong precision = p.front().precision();
  const Real n(precision, static_cast<double>(data.num_samples()));
  Real squares(precision), pull(precision), along(precision);
  for (std::size_t l = 0; l < data.num_layers(); ++l) pull = pull + inner_product(p[data.weight_block(l)], u[data.weight_block(l)]);
  for (const balls::Matrix& block : u) squares = squares + squared_norm(block);
  if (!is_positive(squares)) return {Answer::no, "the direction is zero or not finite"};
  for (Index first = 0; first < data.num_samples(); first += chunk_size)
    along = along + loss_derivative(data, p, u, first, std::min(chunk_size, data.num_samples() - first));
  if (data.weight_decay != 0.0) along = along + data.weight_decay * (n * pull);
  if (is_at_most(along, derivative * (n * square_root(squares))) == Answer::yes) return {Answer::yes, ""};
  return {Answer::unknown, "the derivative along the direction is not shown to be so small"};
}

}  // namespace nadir::network_check
