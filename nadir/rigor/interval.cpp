#include "nadir/rigor/interval.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>

#include "nadir/rigor/fp_environment.hpp"

namespace nadir {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double largest = std::numeric_limits<double>::max();
// Below this the rounding error of a product or quotient may itself underflow to zero and hide.
constexpr double error_visible = 0x1p-960;

// Everything below a comment "nearest" presumes the environment of FloatingPointGuard.

// The double next above x; integer arithmetic on the representation, so no rounding is involved.
double successor(double x) {
  if (!(x < infinity)) return infinity;
  if (x == 0.0) return std::numeric_limits<double>::denorm_min();
  const auto bits = std::bit_cast<std::int64_t>(x);
  return std::bit_cast<double>(bits >= 0 ? bits + 1 : bits - 1);
}

// `nearest` is the rounded result of an operation on finite numbers and `error` has the sign of
// (exact - nearest), or is zero where the result is exact. Turns it into an upper bound.
double round_up(double nearest, double error) {
  if (std::isnan(nearest)) return infinity;
  if (nearest == -infinity) return -largest;
  return error > 0.0 ? successor(nearest) : nearest;
}

// Nearest. For a sum with an infinite operand the rounded result is the exact one.
double sum_up(double a, double b) {
  const double s = a + b;
  if (std::isinf(a) || std::isinf(b)) return std::isnan(s) ? infinity : s;
  const double bb = s - a;
  return round_up(s, std::isfinite(s) ? (a - (s - bb)) + (b - bb) : 0.0);
}

double product_up(double a, double b) {
  const double p = a * b;
  if (std::isinf(a) || std::isinf(b)) return std::isnan(p) ? infinity : p;
  double error = std::isfinite(p) ? std::fma(a, b, -p) : 0.0;
  if (error == 0.0 && std::fabs(p) < error_visible && a != 0.0 && b != 0.0) error = 1.0;
  return round_up(p, error);
}

double quotient_up(double a, double b) {
  const double q = a / b;
  if (b == 0.0 || std::isinf(a)) return b == 0.0 || std::isnan(q) ? infinity : q;
  if (std::isinf(b)) return a == 0.0 ? 0.0 : successor(q);
  // exact - q = (a - q b) / b; the remainder is exact where it cannot underflow.
  double error = 0.0;
  if (std::isfinite(q)) {
    const double remainder = std::fma(-q, b, a);
    error = b > 0.0 ? remainder : -remainder;
    const bool hidden = std::fabs(q) < error_visible || std::fabs(a) < error_visible;
    if (hidden && a != 0.0) error = 1.0;
  }
  return round_up(q, error);
}

double root_up(double a) {
  if (!(a >= 0.0)) return infinity;
  const double r = std::sqrt(a);
  if (std::isinf(r)) return r;
  double error = std::fma(-r, r, a);
  if (a < error_visible && a != 0.0) error = 1.0;
  return round_up(r, error);
}

double root_down(double a) {
  if (!(a >= 0.0)) return -infinity;
  const double r = std::sqrt(a);
  if (std::isinf(r)) return largest;
  double error = std::fma(-r, r, a);
  if (a < error_visible && a != 0.0) error = -1.0;
  return error < 0.0 ? -successor(-r) : r;
}

// An end that is infinite is never attained, so that 0 * inf means 0 here.
double end_product_up(double a, double b) { return a == 0.0 || b == 0.0 ? 0.0 : product_up(a, b); }

bool is_whole(const Interval& a) { return !(a.lower > -infinity) && !(a.upper < infinity); }

// Makes the answer obey the rule that NaN and empty intervals never leave this file.
Interval sane(double lower, double upper) {
  if (!(lower <= upper)) return Interval::whole();
  return {std::min(lower, largest), std::max(upper, -largest)};
}

bool is_valid(const Interval& a) { return a.lower <= a.upper; }

}  // namespace

using internal::guarded;

Interval Interval::whole() { return {-infinity, infinity}; }

Interval Interval::point(double x) { return std::isfinite(x) ? Interval{x, x} : whole(); }

Interval Interval::ball(double mid, double rad) {
  if (!std::isfinite(mid) || !(rad < infinity)) return whole();
  return guarded([&] { return sane(-sum_up(-mid, rad), sum_up(mid, rad)); });
}

bool Interval::is_finite() const { return std::isfinite(lower) && std::isfinite(upper); }

double Interval::mid() const {
  if (!is_finite()) return std::isfinite(lower) ? lower : std::isfinite(upper) ? upper : 0.0;
  return guarded([&] { return std::clamp(0.5 * lower + 0.5 * upper, lower, upper); });
}

double Interval::width() const { return sub_up(upper, lower); }

double Interval::magnitude() const {
  return guarded([&] { return std::max(std::fabs(lower), std::fabs(upper)); });
}

double Interval::mignitude() const {
  return guarded([&] { return contains(0.0) ? 0.0 : std::min(std::fabs(lower), std::fabs(upper)); });
}

double add_up(double a, double b) { return guarded([&] { return sum_up(a, b); }); }
double add_down(double a, double b) { return guarded([&] { return -sum_up(-a, -b); }); }
double sub_up(double a, double b) { return guarded([&] { return sum_up(a, -b); }); }
double sub_down(double a, double b) { return guarded([&] { return -sum_up(-a, b); }); }
double mul_up(double a, double b) { return guarded([&] { return product_up(a, b); }); }
double mul_down(double a, double b) { return guarded([&] { return -product_up(-a, b); }); }
double div_up(double a, double b) { return guarded([&] { return quotient_up(a, b); }); }
double div_down(double a, double b) { return guarded([&] { return -quotient_up(-a, b); }); }
double sqrt_up(double a) { return guarded([&] { return root_up(a); }); }
double sqrt_down(double a) { return guarded([&] { return root_down(a); }); }
double next_up(double x) { return guarded([&] { return successor(x); }); }
double next_down(double x) { return guarded([&] { return -successor(-x); }); }

Interval operator+(const Interval& a, const Interval& b) {
  return guarded([&] { return sane(-sum_up(-a.lower, -b.lower), sum_up(a.upper, b.upper)); });
}

Interval operator-(const Interval& a) { return sane(-a.upper, -a.lower); }

Interval operator-(const Interval& a, const Interval& b) { return a + -b; }

Interval operator*(const Interval& a, const Interval& b) {
  if (is_whole(a) || is_whole(b) || !is_valid(a) || !is_valid(b)) return Interval::whole();
  return guarded([&] {
    const auto up = end_product_up;
    const double upper = std::max({up(a.lower, b.lower), up(a.lower, b.upper), up(a.upper, b.lower),
                                   up(a.upper, b.upper)});
    const double lower = -std::max({up(-a.lower, b.lower), up(-a.lower, b.upper), up(-a.upper, b.lower),
                                    up(-a.upper, b.upper)});
    return sane(lower, upper);
  });
}

Interval operator/(const Interval& a, const Interval& b) {
  if (is_whole(a) || !is_valid(a) || !is_valid(b) || b.contains(0.0)) return Interval::whole();
  return guarded([&] {
    const auto up = quotient_up;
    const double upper = std::max({up(a.lower, b.lower), up(a.lower, b.upper), up(a.upper, b.lower),
                                   up(a.upper, b.upper)});
    const double lower = -std::max({up(-a.lower, b.lower), up(-a.lower, b.upper), up(-a.upper, b.lower),
                                    up(-a.upper, b.upper)});
    return sane(lower, upper);
  });
}

Interval sqr(const Interval& a) {
  if (!is_valid(a)) return Interval::whole();
  const Interval m = abs(a);
  return guarded([&] { return sane(-product_up(-m.lower, m.lower), product_up(m.upper, m.upper)); });
}

Interval sqrt(const Interval& a) {
  if (!is_valid(a) || a.upper < 0.0) return Interval::whole();
  return guarded([&] { return sane(root_down(std::max(a.lower, 0.0)), root_up(a.upper)); });
}

Interval abs(const Interval& a) {
  return is_valid(a) ? Interval{a.mignitude(), a.magnitude()} : Interval::whole();
}

Interval min(const Interval& a, const Interval& b) {
  if (!is_valid(a) || !is_valid(b)) return Interval::whole();
  return guarded([&] { return Interval{std::min(a.lower, b.lower), std::min(a.upper, b.upper)}; });
}

Interval max(const Interval& a, const Interval& b) { return -min(-a, -b); }

Interval scale_by_power_of_two(const Interval& a, int exponent) {
  return guarded([&] {
    const auto up = [&](double x) {
      const double y = std::ldexp(x, exponent);
      if (y == -infinity) return -largest;
      return std::ldexp(y, -exponent) < x ? successor(y) : y;
    };
    return sane(-up(-a.lower), up(a.upper));
  });
}

Interval hull(const Interval& a, const Interval& b) {
  if (!is_valid(a) || !is_valid(b)) return Interval::whole();
  return guarded([&] { return Interval{std::min(a.lower, b.lower), std::max(a.upper, b.upper)}; });
}

Interval intersection(const Interval& a, const Interval& b) {
  return guarded([&] { return sane(std::max(a.lower, b.lower), std::min(a.upper, b.upper)); });
}

}  // namespace nadir
