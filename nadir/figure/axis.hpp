// An axis: which numbers it spans, where each stands on it, and its ticks.
//
// Linear axes have ticks at 1, 2 or 5 times a power of ten, as many as fit; their labels are exact decimals. Numbers far
// from 1 share a factor, numbers far from 0 beside their spread share an offset: both stand once, in `note`, as
// "x 10^-6" and "+ 0.15494". Logarithmic axes have ticks at powers of ten, every n-th where there are many, and at 1, 2, 5
// or like linear ones where there are few. Labels never overlap.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "nadir/figure/drawing.hpp"

namespace nadir::figures {

struct Axis {
  double low = 0.0, high = 1.0;  // low < high, both finite; above 0 where logarithmic
  bool is_log = false;
  bool is_whole = false;  // whole numbers alone have ticks

  // 0 at `low`, 1 at `high`, beyond them where x is, but for no more than 20 lengths; NaN for what has no place: NaN, and
  // numbers not above 0 on a logarithmic axis.
  double place(double x) const;
};

// An axis over all finite numbers, wider at both ends by that share of its length. Where they are all equal it is made around them; where
// there are none, [0, 1].
Axis linear_axis(std::span<const double> numbers, double margin = 0.0);
// The same over all finite numbers above 0. Others do not count: whether they may be left out is for the caller to say
// (`require_positive`). Where there are none, [1, 10].
Axis log_axis(std::span<const double> numbers, double margin = 0.0);

// Throws InputError(place, "... above 0 for a logarithmic scale", the number) where a finite number is not.
void require_positive(std::span<const double> numbers, const std::string& place);
// Whether all finite numbers are above 0, there are some, and the largest is more than `ratio` times the least.
bool spans_decades(std::span<const double> numbers, double ratio = 1000.0);

struct Tick {
  double value = 0.0;
  RichText label;
};

struct TickSet {
  std::vector<Tick> major;
  std::vector<double> minor;
  RichText note;  // what every label is to be multiplied by and added to; empty: nothing
};

enum class Direction { along, across };  // labels in a row as below an axis, or stacked as beside it

// For an axis of that length, with labels of that size.
TickSet make_ticks(const Axis& axis, double length, Direction direction, double size);

}  // namespace nadir::figures
