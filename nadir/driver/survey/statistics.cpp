#include "nadir/driver/survey/statistics.hpp"

#include <algorithm>
#include <cmath>

namespace nadir {
namespace {

// The continued fraction of the incomplete beta function by Lentz's method; converges fast for x < (a + 1)/(a + b + 2).
double beta_fraction(double x, double a, double b) {
  constexpr double tiny = 1e-300, enough = 1e-15;
  constexpr int most = 1000000;  // it takes about sqrt(max(a, b))
  const auto guarded = [](double value) { return std::fabs(value) < tiny ? tiny : value; };
  double c = 1.0, d = 1.0 / guarded(1.0 - (a + b) * x / (a + 1.0)), h = d;
  for (int i = 1; i <= most; ++i) {
    const double m = i;
    const double even = m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m));
    const double odd = -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0));
    double factor = 1.0;
    for (const double term : {even, odd}) {
      d = 1.0 / guarded(1.0 + term * d);
      c = guarded(1.0 + term / c);
      factor = c * d;
      h *= factor;
    }
    if (std::fabs(factor - 1.0) < enough) break;
  }
  return h;
}

// P(Beta(a, b) <= x)
double beta_probability(double x, double a, double b) {
  if (x <= 0.0 || x >= 1.0) return x <= 0.0 ? 0.0 : 1.0;
  const double front = std::exp(std::lgamma(a + b) - std::lgamma(a) - std::lgamma(b) + a * std::log(x) + b * std::log1p(-x));
  return x < (a + 1.0) / (a + b + 2.0) ? front * beta_fraction(x, a, b) / a : 1.0 - front * beta_fraction(1.0 - x, b, a) / b;
}

double beta_quantile(double probability, double a, double b) {
  double below = 0.0, above = 1.0;
  for (int i = 0; i < 200 && below < above; ++i) {
    const double middle = 0.5 * (below + above);
    if (middle == below || middle == above) break;
    (beta_probability(middle, a, b) < probability ? below : above) = middle;
  }
  return 0.5 * (below + above);
}

}  // namespace

ShareInterval clopper_pearson(std::int64_t count, std::int64_t n, double confidence) {
  if (n <= 0) return {};
  const double tail = 0.5 * (1.0 - confidence), k = static_cast<double>(count), rest = static_cast<double>(n - count);
  return {count == 0 ? 0.0 : beta_quantile(tail, k, rest + 1.0), count == n ? 1.0 : beta_quantile(1.0 - tail, k + 1.0, rest)};
}

UnseenShare unseen_share(std::int64_t num_met_once, std::int64_t n, double confidence) {
  if (n <= 0) return {};
  const double estimate = static_cast<double>(num_met_once) / static_cast<double>(n);
  const double margin = (1.0 + std::sqrt(2.0)) * std::sqrt(std::log(2.0 / (1.0 - confidence)) / static_cast<double>(n));
  return {estimate, std::min(1.0, estimate + margin)};
}

}  // namespace nadir
