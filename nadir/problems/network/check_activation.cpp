#include "nadir/problems/network/check_activation.hpp"

#include <arb_hypgeom.h>

namespace nadir::network_check {
namespace {

using balls::Real;

template <void (*Function)(arb_t, const arb_t, slong)>
Real of(const Real& x) {
  Real result(x.precision());
  Function(result.get(), x.get(), x.precision());
  return result;
}

Real one(const Real& like) { return Real(like.precision(), 1.0); }
Real negated(const Real& x) { return -1.0 * x; }

Real pi(const Real& like) {
  Real result(like.precision());
  arb_const_pi(result.get(), like.precision());
  return result;
}

Real both_of(const Real& a, const Real& b) {
  Real result(a.precision());
  arb_union(result.get(), a.get(), b.get(), a.precision());
  return result;
}

Real sigmoid(const Real& z) { return one(z) / (one(z) + of<arb_exp>(negated(z))); }
Real normal_distribution(const Real& z) { return 0.5 * of<arb_hypgeom_erfc>(negated(z) / square_root(Real(z.precision(), 2.0))); }
Real normal_density(const Real& z) { return of<arb_exp>(-0.5 * squared(z)) / square_root(2.0 * pi(z)); }

// Left of 0, right of 0, or not known.
enum class Side { left, right, unknown };
Side side(const Real& z) {
  if (is_positive(z)) return Side::right;
  return is_positive(negated(z)) ? Side::left : Side::unknown;
}

Real two_sided(const Real& z, const Real& left, const Real& right) {
  switch (side(z)) {
    case Side::left: return left;
    case Side::right: return right;
    default: return is_exactly_zero(z) ? Real(z.precision()) : both_of(left, right);
  }
}

Real slope_of(const Activation& s, const Real& z) { return Real(z.precision(), s.kind == ActivationKind::relu ? 0.0 : s.parameter); }

Jet pieces(const Activation& s, const Real& z) {
  const Real below = slope_of(s, z);
  const Side where = side(z);
  Jet j{value(s, z), where == Side::right ? one(z) : below, Real(z.precision())};
  if (where == Side::unknown) {
    j.first = both_of(below, one(z));
    j.has_first = j.has_second = is_exactly_zero(below - one(z));
  }
  return j;
}

Jet elu(const Activation& s, const Real& z) {
  const Real left = Real(z.precision(), s.parameter) * of<arb_exp>(z);
  const Side where = side(z);
  if (where == Side::right) return {z, one(z), Real(z.precision())};
  if (where == Side::left) return {value(s, z), left, left};
  return {value(s, z), both_of(left, one(z)), both_of(left, Real(z.precision())), s.parameter == 1.0, false};
}

Jet sigmoid_jet(const Real& z) {
  const Real s = sigmoid(z), first = s * sigmoid(negated(z));
  return {s, first, first * (one(z) - 2.0 * s)};
}

}  // namespace

balls::Real value(const Activation& s, const balls::Real& z) {
  switch (s.kind) {
    case ActivationKind::identity: return z;
    case ActivationKind::relu:
    case ActivationKind::leaky_relu: return two_sided(z, slope_of(s, z) * z, z);
    case ActivationKind::elu: return side(z) == Side::right ? z : two_sided(z, Real(z.precision(), s.parameter) * of<arb_expm1>(z), z);
    case ActivationKind::gelu: return z * normal_distribution(z);
    case ActivationKind::silu: return z * sigmoid(z);
    case ActivationKind::tanh: return of<arb_tanh>(z);
    case ActivationKind::sigmoid: return sigmoid(z);
    case ActivationKind::softplus: return of<arb_log1p>(of<arb_exp>(z));
  }
  Real unknown(z.precision());
  arb_indeterminate(unknown.get());
  return unknown;
}

Jet jet(const Activation& s, const balls::Real& z) {
  switch (s.kind) {
    case ActivationKind::identity: return {z, one(z), Real(z.precision())};
    case ActivationKind::relu:
    case ActivationKind::leaky_relu: return pieces(s, z);
    case ActivationKind::elu: return elu(s, z);
    case ActivationKind::gelu: {
      const Real cumulative = normal_distribution(z), density = normal_density(z);
      return {z * cumulative, cumulative + z * density, (Real(z.precision(), 2.0) - squared(z)) * density};
    }
    case ActivationKind::silu: {
      const Jet g = sigmoid_jet(z);
      return {z * g.value, g.value + z * g.first, 2.0 * g.first + z * g.second};
    }
    case ActivationKind::tanh: {
      const Real t = of<arb_tanh>(z), first = one(z) - squared(t);
      return {t, first, -2.0 * (t * first)};
    }
    case ActivationKind::sigmoid: return sigmoid_jet(z);
    case ActivationKind::softplus: {
      const Jet g = sigmoid_jet(z);
      return {value(s, z), g.value, g.first};
    }
  }
  const Real unknown = value(s, z);
  return {unknown, unknown, unknown, false, false};
}

}  // namespace nadir::network_check
