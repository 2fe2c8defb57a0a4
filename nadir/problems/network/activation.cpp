#include "nadir/problems/network/activation.hpp"

#include <cmath>
#include <numbers>

namespace nadir {
namespace {

struct Jet {
  double value, first, second;
};

Jet identity(double z, double) { return {z, 1.0, 0.0}; }
Jet relu(double z, double) { return {z < 0.0 ? 0.0 : z, z > 0.0 ? 1.0 : 0.0, 0.0}; }
Jet leaky_relu(double z, double slope) { return {z > 0.0 ? z : slope * z, z > 0.0 ? 1.0 : slope, 0.0}; }

Jet elu(double z, double alpha) {
  if (z > 0.0) return {z, 1.0, 0.0};
  const double e = alpha * std::exp(z);
  return {alpha * std::expm1(z), e, e};
}

Jet tanh(double z, double) {
  const double t = std::tanh(z), slope = (1.0 - t) * (1.0 + t);
  return {t, slope, -2.0 * t * slope};
}

// With e = exp(-|z|) nothing overflows and small slopes keep their digits.
Jet sigmoid(double z, double) {
  const double e = std::exp(-std::fabs(z)), q = 1.0 / (1.0 + e), slope = e * q * q, bend = slope * (1.0 - e) * q;
  return {z < 0.0 ? e * q : q, slope, z < 0.0 ? bend : -bend};
}

Jet softplus(double z, double) {
  const Jet s = sigmoid(z, 1.0);
  return {(z > 0.0 ? z : 0.0) + std::log1p(std::exp(-std::fabs(z))), s.value, s.first};
}

Jet silu(double z, double) {
  const Jet s = sigmoid(z, 1.0);
  return {z * s.value, s.value + z * s.first, 2.0 * s.first + z * s.second};
}

Jet gelu(double z, double) {
  const double cumulative = 0.5 * std::erfc(-z / std::numbers::sqrt2);
  const double density = std::exp(-0.5 * z * z) * 0.5 * std::numbers::inv_sqrtpi * std::numbers::sqrt2;
  return {z * cumulative, cumulative + z * density, (2.0 - z * z) * density};
}

template <Jet (*Function)(double, double)>
void apply(double parameter, Index count, double* z, double* first, double* second) {
  if (second)
    for (Index i = 0; i < count; ++i) {
      const Jet jet = Function(z[i], parameter);
      z[i] = jet.value;
      first[i] = jet.first;
      second[i] = jet.second;
    }
  else if (first)
    for (Index i = 0; i < count; ++i) {
      const Jet jet = Function(z[i], parameter);
      z[i] = jet.value;
      first[i] = jet.first;
    }
  else
    for (Index i = 0; i < count; ++i) z[i] = Function(z[i], parameter).value;
}

}  // namespace

void apply_activation(const Activation& activation, Index count, double* z, double* first, double* second) {
  const double p = activation.parameter;
  switch (activation.kind) {
    case ActivationKind::identity: return apply<identity>(p, count, z, first, second);
    case ActivationKind::relu: return apply<relu>(p, count, z, first, second);
    case ActivationKind::leaky_relu: return apply<leaky_relu>(p, count, z, first, second);
    case ActivationKind::elu: return apply<elu>(p, count, z, first, second);
    case ActivationKind::gelu: return apply<gelu>(p, count, z, first, second);
    case ActivationKind::silu: return apply<silu>(p, count, z, first, second);
    case ActivationKind::tanh: return apply<tanh>(p, count, z, first, second);
    case ActivationKind::sigmoid: return apply<sigmoid>(p, count, z, first, second);
    case ActivationKind::softplus: return apply<softplus>(p, count, z, first, second);
  }
}

}  // namespace nadir
