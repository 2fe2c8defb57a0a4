#include "nadir/rigor/internal/entry_scan.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>

#include "nadir/rigor/interval.hpp"
#include "nadir/rigor/internal/rounding.hpp"

namespace nadir::internal {
namespace {

constexpr int always_a_multiple = 4000;  // zero is a multiple of every power of two

// The exponent of the lowest bit that is set.
int lowest_bit(double x) {
  const auto bits = std::bit_cast<std::uint64_t>(x) & ~(std::uint64_t{1} << 63);
  if (bits == 0) return always_a_multiple;
  const int exponent = static_cast<int>(bits >> 52);
  const std::uint64_t fraction = bits & ((std::uint64_t{1} << 52) - 1);
  const int trailing = fraction == 0 ? 52 : std::countr_zero(fraction);
  return std::max(exponent, 1) - 1075 + trailing;
}

// Extremes of the moduli, kept in lanes that the compiler turns into vector registers: a plain reduction of
// minima and maxima it may not reorder.
struct Lanes {
  static constexpr Index count = 8;
  double largest[count] = {}, smallest[count], poison[count] = {};

  Lanes() { std::fill_n(smallest, count, infinity); }
  void take(const double* x, Index n) {
    for (Index l = 0; l < n; ++l) {
      const double a = std::fabs(x[l]), positive = a > 0.0 ? a : infinity;
      largest[l] = largest[l] < a ? a : largest[l];
      smallest[l] = positive < smallest[l] ? positive : smallest[l];
      poison[l] += 0.0 * a;  // NaN from the first entry that is not finite
    }
  }
};

}  // namespace

EntryScan scan_entries(ConstMatrixView A) {
  EntryScan scan;
  Lanes lanes;
  for (Index j = 0; j < A.cols; ++j) {
    const double* column = A.col(j);
    Index i = 0;
    for (; i + Lanes::count <= A.rows; i += Lanes::count) lanes.take(column + i, Lanes::count);
    lanes.take(column + i, A.rows - i);
  }
  scan.largest = *std::max_element(lanes.largest, lanes.largest + Lanes::count);
  scan.smallest = *std::min_element(lanes.smallest, lanes.smallest + Lanes::count);
  scan.is_finite = std::all_of(lanes.poison, lanes.poison + Lanes::count, [](double p) { return p == 0.0; });
  if (!scan.is_finite) return scan;
  // Most data that is not dyadic betrays itself in the first entries.
  const int hopeless = scan.largest > 0.0 ? std::ilogb(scan.largest) - 53 : -always_a_multiple;
  int granularity = always_a_multiple;
  for (Index j = 0; j < A.cols; ++j)
    for (Index i = 0; i < A.rows; ++i) {
      granularity = std::min(granularity, lowest_bit(A(i, j)));
      if (granularity < hopeless) return scan;
    }
  scan.has_granularity = true;
  scan.granularity = granularity;
  return scan;
}

bool product_is_exact(const EntryScan& a, const EntryScan& b, Index terms) {
  if (!a.has_granularity || !b.has_granularity) return false;
  if (terms == 0 || a.largest == 0.0 || b.largest == 0.0) return true;
  const int granularity = a.granularity + b.granularity;
  if (granularity < -1074 || granularity > 900) return false;
  const double bound = mul_up(mul_up(static_cast<double>(terms), a.largest), b.largest);
  return bound <= std::ldexp(1.0, granularity + 53);
}

}  // namespace nadir::internal
