// make_ticks of axis.hpp. Ticks of linear axes are whole numbers of units, a unit being a power of ten, so that labels are
// written from integers and hold no rounding.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <optional>

#include "nadir/figure/axis.hpp"

namespace nadir::figures {
namespace {

constexpr double room_along = 0.9, room_across = 0.35;  // least distance between labels, in sizes of the text
constexpr int most_digits = 5;                          // of a label; beyond it, an offset is taken out

struct LinearTicks {
  int exponent = 0;                  // of the unit, 10^exponent
  std::vector<std::int64_t> units;   // ascending
};

// Ticks every 1, 2 or 5 times a power of ten, at most about `count`.
LinearTicks linear_ticks(double low, double high, int count) {
  const double raw = (high / 4 - low / 4) / count * 4;
  int exponent = static_cast<int>(std::floor(std::log10(raw)));
  std::int64_t factor = 1;
  const double mantissa = raw / std::pow(10.0, exponent);
  if (mantissa > 5.0) ++exponent;
  else if (mantissa > 2.0) factor = 5;
  else if (mantissa > 1.0) factor = 2;
  const double step = static_cast<double>(factor) * std::pow(10.0, exponent);
  const auto first = static_cast<std::int64_t>(std::ceil(low / step - 1e-9)), last = static_cast<std::int64_t>(std::floor(high / step + 1e-9));
  LinearTicks ticks{exponent, {}};
  for (std::int64_t i = first; i <= last; ++i) ticks.units.push_back(i * factor);
  return ticks;
}

int digits_of(std::int64_t units) { return units == 0 ? 1 : static_cast<int>(std::floor(std::log10(static_cast<double>(std::llabs(units))))) + 1; }

std::int64_t largest(const std::vector<std::int64_t>& units) {
  std::int64_t most = 0;
  for (const std::int64_t u : units) most = std::max<std::int64_t>(most, std::llabs(u));
  return most;
}

std::int64_t power(int exponent) {
  std::int64_t result = 1;
  while (exponent-- > 0) result *= 10;
  return result;
}

// What is taken out of every label where the labels would be long: a multiple of a power of ten not below the spread.
std::int64_t offset_of(const std::vector<std::int64_t>& units, int& zeros) {
  zeros = 0;
  if (units.empty() || digits_of(largest(units)) <= most_digits) return 0;
  const std::int64_t spread = units.back() - units.front();
  zeros = digits_of(spread);
  if (digits_of(largest(units)) - zeros < 3) return 0;  // the spread is no smaller than the numbers: a factor does
  const std::int64_t grain = power(zeros);
  std::int64_t offset = units.front() / grain * grain;
  if (units.front() < 0 && offset > units.front()) offset -= grain;
  return offset;
}

// The power of ten that labels share: 0, or a multiple of 3.
int shared_exponent(std::int64_t most, int exponent) {
  if (most == 0) return 0;
  const int top = digits_of(most) - 1 + exponent;  // of the largest label
  if (top >= -3 && top < most_digits && exponent >= -most_digits) return 0;
  return static_cast<int>(std::floor(top / 3.0)) * 3;
}

RichText offset_text(std::int64_t offset, int exponent, int zeros) {
  const double value = static_cast<double>(offset) * std::pow(10.0, exponent);
  return number_text(std::fabs(value), std::max(1, digits_of(offset) - zeros));
}

// Labels in units of 10^exponent above the offset, over the shared factor.
TickSet labelled(const LinearTicks& ticks) {
  TickSet set;
  int zeros = 0;
  const std::int64_t offset = offset_of(ticks.units, zeros);
  std::vector<std::int64_t> rest;
  for (const std::int64_t u : ticks.units) rest.push_back(u - offset);
  const int shared = shared_exponent(largest(rest), ticks.exponent);
  for (std::size_t i = 0; i < rest.size(); ++i) {
    const int decimals = shared - ticks.exponent;
    const std::string label = decimals >= 0 ? decimal_text(rest[i], decimals) : decimal_text(rest[i] * power(-decimals), 0);
    set.major.push_back({static_cast<double>(ticks.units[i]) * std::pow(10.0, ticks.exponent), label});
  }
  if (shared != 0) set.note.add("\u00d7").add(power_of_ten(shared));
  if (offset != 0) set.note.add(offset < 0 ? " \u2212 " : shared != 0 ? " + " : "+ ").add(offset_text(offset, ticks.exponent, zeros));
  return set;
}

bool overlaps(const TickSet& set, const Axis& axis, double length, Direction direction, double size) {
  double end = -1e9;
  for (const Tick& tick : set.major) {
    const double half = direction == Direction::along ? text_width(tick.label, size) / 2 : 0.5 * size;
    const double room = (direction == Direction::along ? room_along : room_across) * size;
    const double at = axis.place(tick.value) * length;
    if (at - half < end + room) return true;
    end = at + half;
  }
  return false;
}

int most_ticks(double length, Direction direction) { return std::clamp(static_cast<int>(length / (direction == Direction::along ? 26.0 : 20.0)), 2, 8); }

// The most ticks whose labels do not overlap; at least two, where two fit.
TickSet linear_set(const Axis& axis, double length, Direction direction, double size) {
  TickSet best;
  for (int count = most_ticks(length, direction); count >= 1; --count) {
    const LinearTicks ticks = linear_ticks(axis.low, axis.high, count);
    if (axis.is_whole && ticks.exponent < 0) continue;
    TickSet set = labelled(ticks);
    if (set.major.empty() || overlaps(set, axis, length, direction, size)) continue;
    if (set.major.size() >= best.major.size()) best = std::move(set);
    if (best.major.size() >= 2) break;
  }
  return best;
}

void add_minor(TickSet& set, const Axis& axis, int first, int last, int stride, double length) {
  if (stride > 1) {
    if (last - first > 60) return;
    for (int k = first; k <= last; ++k)
      if (k % stride != 0) set.minor.push_back(std::pow(10.0, k));
    return;
  }
  if ((axis.place(std::pow(10.0, first) * 10) - axis.place(std::pow(10.0, first))) * length < 9.0) return;
  for (int k = first - 1; k <= last; ++k)
    for (int m = 2; m <= 9; ++m) {
      const double at = axis.place(m * std::pow(10.0, k));
      if (at >= 0 && at <= 1) set.minor.push_back(m * std::pow(10.0, k));
    }
}

std::optional<TickSet> decades(const Axis& axis, double length, Direction direction, double size) {
  const int first = static_cast<int>(std::ceil(std::log10(axis.low) - 1e-9)), last = static_cast<int>(std::floor(std::log10(axis.high) + 1e-9));
  for (const int stride : {1, 2, 3, 5, 10, 20, 50, 100, 200, 500}) {
    TickSet set;
    for (int k = first; k <= last; ++k)
      if (k % stride == 0) set.major.push_back({std::pow(10.0, k), RichText("10").add_raised(decimal_text(k, 0))});
    if (set.major.size() < 2) return {};
    if (overlaps(set, axis, length, direction, size) || static_cast<int>(set.major.size()) > most_ticks(length, direction) + 1) continue;
    add_minor(set, axis, first, last, stride, length);
    return set;
  }
  return {};
}

// 1, 2 and 5 in each decade; nothing where that makes fewer than three, or they overlap.
TickSet one_two_five(const Axis& axis, double length, Direction direction, double size) {
  TickSet set;
  const int first = static_cast<int>(std::floor(std::log10(axis.low))), last = static_cast<int>(std::ceil(std::log10(axis.high)));
  for (int k = first; k <= last; ++k)
    for (const int m : {1, 2, 5}) {
      const double value = m * std::pow(10.0, k), at = axis.place(value);
      if (at >= -1e-9 && at <= 1 + 1e-9) set.major.push_back({value, number_text(value)});
    }
  if (set.major.size() < 3 || overlaps(set, axis, length, direction, size)) return {};
  add_minor(set, axis, first, last, 1, length);
  return set;
}

}  // namespace

TickSet make_ticks(const Axis& axis, double length, Direction direction, double size) {
  if (!axis.is_log) return linear_set(axis, length, direction, size);
  constexpr double few_decades = 2.0;
  TickSet dense;
  if (std::log10(axis.high) - std::log10(axis.low) < few_decades) dense = one_two_five(axis, length, direction, size);
  if (!dense.major.empty()) return dense;
  if (std::optional<TickSet> set = decades(axis, length, direction, size)) return *set;
  return linear_set(axis, length, direction, size);
}

}  // namespace nadir::figures
