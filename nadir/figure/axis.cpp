#include "nadir/figure/axis.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "nadir/base/error.hpp"
#include "nadir/base/text.hpp"

namespace nadir::figures {
namespace {

// Spans below this share of the numbers are rounding noise, and ticks inside them would be too.
constexpr double least_relative_span = 1e-11;
// Spans and numbers are kept where neither a span nor a tenth of a tick leaves the range of double.
constexpr double least_span = 1e-300, most_number = 1e306;

struct Range {
  double low = std::numeric_limits<double>::infinity(), high = -std::numeric_limits<double>::infinity();
  bool is_empty() const { return low > high; }
};

template <class Keep>
Range range_of(std::span<const double> numbers, Keep keep) {
  Range range;
  for (const double x : numbers) {
    if (!std::isfinite(x) || !keep(x)) continue;
    range.low = std::min(range.low, x);
    range.high = std::max(range.high, x);
  }
  return range;
}

}  // namespace

double Axis::place(double x) const {
  constexpr double farthest = 20.0;
  if (std::isnan(x) || (is_log && !(x > 0))) return std::numeric_limits<double>::quiet_NaN();
  const double at = is_log ? (std::log10(x) - std::log10(low)) / (std::log10(high) - std::log10(low))
                           : (x / 4 - low / 4) / (high / 4 - low / 4);  // the span itself may overflow
  return std::clamp(at, -farthest, farthest);
}

Axis linear_axis(std::span<const double> numbers, double margin) {
  Range range = range_of(numbers, [](double) { return true; });
  if (range.is_empty()) return {0.0, 1.0};
  range.low = std::clamp(range.low, -most_number, most_number);
  range.high = std::clamp(range.high, -most_number, most_number);
  const double size = std::max(std::fabs(range.low), std::fabs(range.high));
  if (range.high - range.low <= std::max(least_relative_span * size, least_span)) {
    const double around = size > least_span / least_relative_span ? 0.1 * size : 1.0;
    return {range.low - around, range.high + around};
  }
  const double extra = margin * (range.high - range.low);
  return {range.low - extra, range.high + extra};
}

Axis log_axis(std::span<const double> numbers, double margin) {
  const Range range = range_of(numbers, [](double x) { return x > 0; });
  if (range.is_empty()) return {1.0, 10.0, true};
  const double least = 1e-307, low = std::clamp(range.low, least, most_number), high = std::clamp(range.high, least, most_number);
  const double extra = std::log10(high / low) < 0.02 ? 0.1 : margin * (std::log10(high) - std::log10(low));
  return {std::pow(10.0, std::max(std::log10(low) - extra, -307.0)), std::pow(10.0, std::min(std::log10(high) + extra, 307.0)), true};
}

void require_positive(std::span<const double> numbers, const std::string& place) {
  for (const double x : numbers)
    if (std::isfinite(x) && x <= 0) throw InputError(place, "numbers above 0 for a logarithmic scale (--no-log draws a linear one)", shortest_text(x));
}

bool spans_decades(std::span<const double> numbers, double ratio) {
  const Range range = range_of(numbers, [](double) { return true; });
  return !range.is_empty() && range.low > 0 && range.high / ratio > range.low;
}

}  // namespace nadir::figures
