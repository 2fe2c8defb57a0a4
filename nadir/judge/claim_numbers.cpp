#include "nadir/judge/claim_numbers.hpp"

#include <cstdio>

namespace nadir {

Interval with_room(const Interval& x) { return {sub_down(x.lower, x.width()), add_up(x.upper, x.width())}; }

std::string short_text(double x) {
  char buffer[32];
  std::snprintf(buffer, sizeof buffer, "%.3g", x);
  return buffer;
}

Matrix as_column(std::span<const double> v) { return Matrix(ConstMatrixView(v.data(), static_cast<Index>(v.size()), 1)); }

}  // namespace nadir
