// Lines of equal value of a function that is known on a grid: marching squares.
//
// The function is taken as linear along every edge of the grid. A cell with a corner that is not finite has no line. Where
// two opposite corners lie above and two below, the bilinear function through the four decides: it has its saddle point
// in the cell, and the two corners whose sign the value there has are joined ("asymptotic decider", [NielsonHamann1991]). A
// corner exactly at the level counts as above.
#pragma once

#include <span>
#include <vector>

#include "nadir/figure/drawing.hpp"

namespace nadir::figures {

// values[i * y.size() + j] at (x[i], y[j]); x and y ascend.
struct GridValues {
  std::span<const double> x, y;
  std::span<const double> values;
  double at(std::size_t i, std::size_t j) const { return values[i * y.size() + j]; }
};

// Lines in the coordinates of the grid; closed ones end where they begin. Fewer than two coordinates on an axis: none.
std::vector<std::vector<Spot>> contour_lines(const GridValues& grid, double level);

// About `count` levels inside the range of the values: like ticks, or where `is_log` powers of ten with 2 and 5 between
// them where that are not too many.
std::vector<double> contour_levels(double low, double high, bool is_log, int count = 12);

// Bilinear between the four neighbours; NaN outside of the grid, and where one of those with weight is not finite.
double interpolated(const GridValues& grid, double x, double y);

}  // namespace nadir::figures
