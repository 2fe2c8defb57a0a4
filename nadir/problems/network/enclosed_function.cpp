#include "nadir/problems/network/enclosed_function.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "nadir/rigor/fp_environment.hpp"

namespace nadir {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

Interval one() { return Interval::point(1.0); }
Interval around(double x) { return {next_down(next_down(x)), next_up(next_up(x))}; }

// log 2 = high + low: high has 32 bits, so that k * high is exact for |k| < 2^21.
constexpr double log2_high = 0x1.62e42feep-1, log2_low = 0x1.a39ef35793c76p-33;

Interval clip(const Interval& x, double lower, double upper) { return {std::clamp(x.lower, lower, upper), std::clamp(x.upper, lower, upper)}; }

// 1/1!, 1/2!, ..., 1/16!, each rounded once: factorials up to 18! are doubles.
constexpr auto reciprocal_factorials = [] {
  std::array<double, 16> c{};
  double factorial = 1.0;
  for (std::size_t i = 0; i < c.size(); ++i) {
    factorial *= static_cast<double>(i + 1);
    c[i] = 1.0 / factorial;
  }
  return c;
}();

// e^r - 1 for r inside [-0.36, 0.36]: m s with s = sum_i m^i/(i+1)! by Horner's rule in plain doubles, and a bound of all errors.
//
// With u = 2^-53 and s_i the partial sums of the rule, |s_i| <= 1.204, 0.566, 0.183, 0.045, ..., the error of s is at most
//   u sum_i 0.36^i (0.36 |s_{i+1}| + |s_i|)      rounded products and sums        < 1.663 u
//   + u sum_{i>=2} 0.36^i/(i+1)!                 rounded coefficients             < 0.025 u
//   + 0.36^16/17! e^0.36                         what is left out of the series   < 1e-5 u
// (second-order terms are far below what is left to 2 u; fused operations round less). m s is rounded once more, which makes
// (2 + 1.204) u |m| < 3.7e-16 |m|, or half a subnormal. |e^r - e^m| <= 1.44 |r - m|.
Interval small_expm1(const Interval& r) {
  if (!(r.magnitude() <= 0.36)) return Interval::whole();
  if (r.lower == 0.0 && r.upper == 0.0) return r;
  const double m = r.mid(), radius = std::fmax(sub_up(r.upper, m), sub_up(m, r.lower));
  const double value = internal::guarded([m] {
    double s = 0.0;
    for (std::size_t i = reciprocal_factorials.size(); i-- > 0;) s = s * m + reciprocal_factorials[i];
    return m * s;
  });
  const double error = add_up(mul_up(3.7e-16, std::fabs(m)), mul_up(1.44, radius));
  return Interval::ball(value, add_up(error, std::numeric_limits<double>::denorm_min()));
}

struct Reduced {
  int k = 0;
  Interval r;
};

Reduced reduce(double x) {
  const double k = std::nearbyint(x / 0.6931471805599453);
  const Interval r = (Interval::point(x) - Interval::point(k * log2_high)) - Interval::point(k) * around(log2_low);
  return {static_cast<int>(k), r};
}

Interval exp_of(double x) {
  if (std::isnan(x)) return Interval::whole();
  if (x > 709.0) return {1e307, infinity};
  if (x < -700.0) return {0.0, 1e-304};
  const Reduced a = reduce(x);
  const Interval e = scale_by_power_of_two(one() + small_expm1(a.r), a.k);
  return {std::fmax(e.lower, 0.0), e.upper};
}

Interval expm1_of(double x) {
  if (std::fabs(x) <= 0.36) return small_expm1(Interval::point(x));
  const Interval e = exp_of(x) - one();
  return {std::fmax(e.lower, -1.0), e.upper};
}

Interval log1p_of(double u) {
  if (!(u >= -0.5) || u == infinity) return Interval::whole();
  const double t = std::log1p(u);
  if (!(std::fabs(t) < 700.0)) return Interval::whole();
  const Interval m = expm1_of(t), q = (Interval::point(u) - m) / (one() + m);
  if (!(q.magnitude() <= 0.5)) return Interval::whole();
  return Interval::point(t) + Interval{(q - sqr(q)).lower, q.upper};
}

Interval tanh_of(double x) {
  if (std::isnan(x)) return {-1.0, 1.0};
  if (x < 0.0) return -tanh_of(-x);
  if (x > 20.0) return {next_down(1.0), 1.0};  // 1 - tanh 20 = 8.5e-18
  const Interval m = expm1_of(2.0 * x);
  return clip(m / (m + Interval::point(2.0)), 0.0, 1.0);
}

Interval sigmoid_of(double x) {
  if (std::isnan(x)) return {0.0, 1.0};
  const Interval e = exp_of(-std::fabs(x));
  return clip(x < 0.0 ? e / (one() + e) : one() / (one() + e), 0.0, 1.0);
}

Interval density_of_square(const Interval& squared) {
  return enclose_exp(Interval::point(-0.5) * squared) * around(0.39894228040143267794);
}

// z + z^3/3 + z^5/15 + ... for 0 <= z <= 9.
Interval odd_series(double z) {
  const Interval squared = sqr(Interval::point(z));
  Interval term = Interval::point(z), sum = term;
  for (int n = 1; n < 400; ++n) {
    term = term * squared / Interval::point(2.0 * n + 1.0);
    sum = sum + term;
    const bool is_halving = squared.upper <= 0.5 * (2.0 * n + 3.0);
    if (is_halving && term.upper <= 1e-20 * sum.lower) break;
  }
  // From here on every term is at most half of the one before.
  return {sum.lower, add_up(sum.upper, term.upper)};
}

Interval distribution_of(double z) {
  if (std::isnan(z)) return {0.0, 1.0};
  if (z < 0.0) return clip(one() - distribution_of(-z), 0.0, 1.0);
  if (z > 9.0) return {next_down(1.0), 1.0};  // 1 - Phi(9) = 1.2e-19
  if (z == 0.0) return Interval::point(0.5);
  return clip(Interval::point(0.5) + density_of_square(sqr(Interval::point(z))) * odd_series(z), 0.5, 1.0);
}

template <Interval (*Function)(double)>
Interval monotone(const Interval& x) {
  if (x.is_thin()) return Function(x.lower);
  return {Function(x.lower).lower, Function(x.upper).upper};
}


// Two linear pieces that meet at 0; `below` is the slope of the left one.
ActivationEnclosure pieces(const Interval& z, double below) {
  const Interval slope = Interval::point(below), zero = Interval::point(0.0);
  if (z.lower > 0.0) return {z, one(), zero};
  if (z.upper < 0.0) return {slope * z, slope, zero};
  return {{std::fmin(mul_down(below, z.lower), 0.0), std::fmax(z.upper, 0.0)}, hull(slope, one()), zero, below == 1.0, below == 1.0};
}

ActivationEnclosure elu(const Interval& z, double alpha) {
  const Interval a = Interval::point(alpha), zero = Interval::point(0.0);
  if (z.lower > 0.0) return {z, one(), zero};
  const Interval left{std::fmin(z.lower, 0.0), std::fmin(z.upper, 0.0)}, slope = a * enclose_exp(left);
  Interval value = a * enclose_expm1(left);
  if (z.upper < 0.0) return {value, slope, slope};
  value = {value.lower, std::fmax(z.upper, std::fmax(value.upper, 0.0))};
  return {value, hull(slope, one()), hull(slope, zero), alpha == 1.0, false};
}

ActivationEnclosure sigmoid(const Interval& z) {
  const Interval s = enclose_sigmoid(z), mirror = enclose_sigmoid(-z), slope = s * mirror;
  return {s, slope, slope * (mirror - s)};
}

ActivationEnclosure gelu(const Interval& z) {
  const Interval cumulative = enclose_normal_distribution(z), density = enclose_normal_density(z);
  return {z * cumulative, cumulative + z * density, (Interval::point(2.0) - sqr(z)) * density};
}

Interval softplus_value(const Interval& z) {
  const auto at = [](double x) { return Interval::point(std::fmax(x, 0.0)) + enclose_log1p(exp_of(-std::fabs(x))); };
  return {std::fmax(at(z.lower).lower, 0.0), at(z.upper).upper};
}

}  // namespace

Interval enclose_exp(const Interval& x) { return monotone<exp_of>(x); }
Interval enclose_expm1(const Interval& x) { return monotone<expm1_of>(x); }
Interval enclose_log1p(const Interval& u) { return monotone<log1p_of>(u); }
Interval enclose_tanh(const Interval& x) { return monotone<tanh_of>(x); }
Interval enclose_sigmoid(const Interval& x) { return monotone<sigmoid_of>(x); }
Interval enclose_normal_distribution(const Interval& z) { return monotone<distribution_of>(z); }
Interval enclose_normal_density(const Interval& z) { return density_of_square(sqr(z)); }

ActivationEnclosure enclose_activation(const Activation& activation, const Interval& z) {
  const Interval zero = Interval::point(0.0);
  switch (activation.kind) {
    case ActivationKind::identity: return {z, one(), zero};
    case ActivationKind::relu: return pieces(z, 0.0);
    case ActivationKind::leaky_relu: return pieces(z, activation.parameter);
    case ActivationKind::elu: return elu(z, activation.parameter);
    case ActivationKind::gelu: return gelu(z);
    case ActivationKind::sigmoid: return sigmoid(z);
    case ActivationKind::tanh: {
      const Interval t = enclose_tanh(z), slope = (one() - t) * (one() + t);
      return {t, slope, Interval::point(-2.0) * t * slope};
    }
    case ActivationKind::silu: {
      const ActivationEnclosure s = sigmoid(z);
      return {z * s.value, s.value + z * s.first, Interval::point(2.0) * s.first + z * s.second};
    }
    case ActivationKind::softplus: {
      const ActivationEnclosure s = sigmoid(z);
      return {softplus_value(z), s.value, s.first};
    }
  }
  return {Interval::whole(), Interval::whole(), Interval::whole(), false, false};
}

Interval enclose_activation_value(const Activation& activation, const Interval& z) {
  switch (activation.kind) {
    case ActivationKind::gelu: return z * enclose_normal_distribution(z);
    case ActivationKind::silu: return z * enclose_sigmoid(z);
    case ActivationKind::sigmoid: return enclose_sigmoid(z);
    case ActivationKind::softplus: return softplus_value(z);
    default: return enclose_activation(activation, z).value;
  }
}

}  // namespace nadir
