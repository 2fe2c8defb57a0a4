#include "nadir/landscape/internal/student.hpp"

#include <cmath>
#include <limits>
#include <numbers>

namespace nadir::internal {
namespace {

// The integral of cos^(degrees - 1) from 0 to phi, by Simpson's rule: with t = sqrt(degrees) tan(phi) it is, but for a
// factor, P(0 <= T <= t).
double integral(double phi, double power) {
  constexpr int intervals = 1000;
  const double h = phi / intervals;
  const auto f = [&](int i) { return std::pow(std::fmax(0.0, std::cos(h * i)), power); };
  double sum = f(0) + f(intervals);
  for (int i = 1; i < intervals; ++i) sum += (i % 2 == 1 ? 4.0 : 2.0) * f(i);
  return sum * h / 3.0;
}

}  // namespace

double student_quantile(Index degrees, double confidence) {
  if (degrees < 1) return std::numeric_limits<double>::infinity();
  const double power = static_cast<double>(degrees) - 1.0, whole = integral(std::numbers::pi / 2.0, power);
  double low = 0.0, high = std::numbers::pi / 2.0;
  for (int i = 0; i < 60; ++i) {
    const double middle = 0.5 * (low + high);
    (integral(middle, power) < confidence * whole ? low : high) = middle;
  }
  return std::sqrt(static_cast<double>(degrees)) * std::tan(high);
}

Estimate mean_with_interval(const Vector& estimates, double quantile) {
  const auto count = static_cast<double>(estimates.size());
  Estimate result;
  for (const double e : estimates) result.value += e / count;
  double squares = 0.0;
  for (const double e : estimates) squares += (e - result.value) * (e - result.value);
  result.half_width = estimates.size() < 2 ? std::numeric_limits<double>::infinity() : quantile * std::sqrt(squares / ((count - 1.0) * count));
  return result;
}

}  // namespace nadir::internal
