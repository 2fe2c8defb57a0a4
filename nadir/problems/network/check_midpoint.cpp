// Re-derives that a flat local minimum on three samples, one the midpoint of the others, lies near the point: the theorem of
// README.md.
#include "nadir/problems/network/check_activation.hpp"
#include "nadir/problems/network/check_pieces.hpp"
#include "nadir/problems/network/check_theorems.hpp"

namespace nadir::network_check {
namespace {

using balls::Answer;
using balls::is_exactly_zero;
using balls::Real;

// The sample that is the midpoint of the other two, which have one target; -1 if there is none.
Index midpoint(const NetworkData& data, slong precision) {
  const balls::Matrix X(precision, data.x);
  for (Index m = 0; m < 3; ++m) {
    const Index a = (m + 1) % 3, b = (m + 2) % 3;
    bool is_one = data.y(0, a) == data.y(0, b);
    for (Index j = 0; j < X.rows(); ++j) is_one = is_one && is_exactly_zero(X(j, a) + X(j, b) - 2.0 * X(j, m));
    if (is_one) return m;
  }
  return -1;
}

// Is c u s convex near z?
bool is_convex(const Activation& s, const Real& cu, const Real& z) {
  const bool is_straight = s.kind == ActivationKind::identity || (slopes_of(s) && (is_positive(z) || is_negative(z))) ||
                           (s.kind == ActivationKind::elu && is_positive(z));
  if (is_straight) return true;
  const Jet at = jet(s, z);
  return at.has_first && at.has_second && is_positive(cu * at.second);
}

}  // namespace

TheoremAnswer check_midpoint_minimum(const NetworkData& data, const Parameters& p, const Claim& claim) {
  const slong precision = p.front().precision();
  if (data.num_layers() != 2 || data.num_samples() != 3 || data.widths.back() != 1 || !data.has_bias || !is_plain_least_squares(data))
    return {Answer::unknown, "the theorem is about two layers with biases, one output, three samples and squared loss without weight decay"};
  const Index m = midpoint(data, precision);
  if (m < 0) return {Answer::unknown, "no sample is shown to be the midpoint of the others"};
  const Index a = (m + 1) % 3, b = (m + 2) % 3;
  const balls::Matrix Z = affine_layer(data, p, 0, balls::Matrix(precision, data.x));
  const Real y(precision, data.y(0, a)), c = (Real(precision, data.y(0, m)) - y) / Real(precision, 3.0);
  Real output = p[3](0, 0), squares(precision);
  for (Index k = 0; k < Z.rows(); ++k) {
    const Real u = p[2](0, k);
    if (!is_exactly_zero(Z(k, a) - Z(k, b))) return {Answer::unknown, "a unit does not have one pre-activation on all samples"};
    if (is_exactly_zero(u) || !is_convex(data.activations[0], c * u, Z(k, m))) return {Answer::unknown, "a unit is not shown to be convex"};
    output = output + u * value(data.activations[0], Z(k, m));
  }
  for (const balls::Matrix& block : p) squares = squares + squared_norm(block);
  const Real radius(precision, number(claim, "radius")), distance = output - y - c;
  if (is_at_most(squared(distance), squared(radius)) != Answer::yes) return {Answer::unknown, "the minimum is not shown to be so near"};
  if (is_at_most(Real(precision, number(claim, "value")), squared(c)) != Answer::yes) return {Answer::unknown, "the minimum's value is not shown to be so large"};
  if (is_at_most(squared(radius), squared(Real(precision, 1e-6)) * squares) != Answer::yes) return {Answer::no, "the radius is not small beside the point"};
  return {Answer::yes, ""};
}

}  // namespace nadir::network_check
