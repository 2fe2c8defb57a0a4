// Contour lines against functions whose level sets are known in closed form.
#include "nadir/figure/contour.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace nadir::figures {
namespace {

std::vector<double> even(double low, double high, int count) {
  std::vector<double> numbers;
  for (int k = 0; k < count; ++k) numbers.push_back(low + (high - low) * k / (count - 1));
  return numbers;
}

template <class F>
std::vector<double> sampled(const std::vector<double>& x, const std::vector<double>& y, F f) {
  std::vector<double> values;
  for (const double a : x)
    for (const double b : y) values.push_back(f(a, b));
  return values;
}

TEST(ContourLines, of_a_paraboloid_are_closed_circles_to_within_the_square_of_a_cell) {
  const std::vector<double> x = even(-2.0, 2.0, 61), y = even(-2.0, 2.0, 45);
  const std::vector<double> values = sampled(x, y, [](double a, double b) { return a * a + b * b; });

  for (const double radius : {0.31, 0.9, 1.7}) {
    const auto lines = contour_lines({x, y, values}, radius * radius);

    ASSERT_EQ(lines.size(), 1u);
    EXPECT_EQ(lines[0].front(), lines[0].back());
    const double cell = 4.0 / 44;  // linear along an edge: off by at most cell^2 / (8 * radius) times the second derivative over the slope
    for (const Spot& s : lines[0]) EXPECT_NEAR(std::hypot(s.x, s.y), radius, cell * cell / (4 * radius));
    double length = 0.0;
    for (std::size_t k = 0; k + 1 < lines[0].size(); ++k) length += std::hypot(lines[0][k + 1].x - lines[0][k].x, lines[0][k + 1].y - lines[0][k].y);
    // 2 pi times that, and what chords of at most a cell's diagonal fall short of their arcs.
    EXPECT_NEAR(length, 2 * std::acos(-1.0) * radius, 2 * std::acos(-1.0) * (cell * cell / (4 * radius) + 2 * cell * cell / (24 * radius)));
  }
}

TEST(ContourLines, that_leave_the_grid_are_open_and_end_on_its_rim) {
  const std::vector<double> x = even(0.0, 1.0, 5), y = even(0.0, 1.0, 4);
  const std::vector<double> values = sampled(x, y, [](double a, double b) { return a + 2 * b; });

  const auto lines = contour_lines({x, y, values}, 1.1);

  ASSERT_EQ(lines.size(), 1u);
  for (const Spot& s : lines[0]) EXPECT_NEAR(s.x + 2 * s.y, 1.1, 1e-12);
  for (const Spot& end : {lines[0].front(), lines[0].back()}) EXPECT_TRUE(end.x == 0.0 || end.x == 1.0 || end.y == 0.0 || end.y == 1.0);
}

// Of one cell with corners above and below in turn, the bilinear function itself says which corners a line cuts off.
TEST(ContourLines, in_a_cell_with_a_saddle_follow_the_bilinear_function) {
  const std::vector<double> x{0.0, 1.0}, y{0.0, 1.0};
  const std::vector<double> values{1.0, -1.0, -0.5, 1.0};  // f(0,0) = 1, f(0,1) = -1, f(1,0) = -0.5, f(1,1) = 1
  const GridValues grid{x, y, values};
  const double saddle = (1.0 * 1.0 - -1.0 * -0.5) / (1.0 + 1.0 + 1.0 + 0.5);

  for (const double level : {saddle - 0.1, saddle + 0.1}) {
    const auto lines = contour_lines(grid, level);

    ASSERT_EQ(lines.size(), 2u) << level;
    for (const auto& line : lines) {
      ASSERT_EQ(line.size(), 2u);
      // The branch of the hyperbola between the ends lies on one side of their chord: where the function at the middle
      // of the chord is on the side of the corner that is cut off, the line would cross the saddle.
      const double middle = interpolated(grid, (line[0].x + line[1].x) / 2, (line[0].y + line[1].y) / 2);
      const bool cuts_low_corner = std::min(std::hypot(line[0].x - 0, line[0].y - 1) + std::hypot(line[1].x - 0, line[1].y - 1),
                                            std::hypot(line[0].x - 1, line[0].y - 0) + std::hypot(line[1].x - 1, line[1].y - 0)) <
                                   std::min(std::hypot(line[0].x, line[0].y) + std::hypot(line[1].x, line[1].y),
                                            std::hypot(line[0].x - 1, line[0].y - 1) + std::hypot(line[1].x - 1, line[1].y - 1));
      EXPECT_EQ(cuts_low_corner, level < saddle) << level;
      EXPECT_NEAR(middle, level, 0.5);
    }
  }
}

TEST(ContourLines, pass_through_a_level_that_corners_have_exactly) {
  const std::vector<double> x{-1.0, 0.0, 1.0}, y{-1.0, 0.0, 1.0};
  const std::vector<double> values = sampled(x, y, [](double a, double b) { return a * b; });

  std::size_t num_spots = 0;
  for (const auto& line : contour_lines({x, y, values}, 0.0))
    for (const Spot& s : line) {
      EXPECT_EQ(s.x * s.y, 0.0);
      ++num_spots;
    }

  EXPECT_GE(num_spots, 4u);
}

TEST(ContourLines, leave_out_cells_with_a_corner_that_is_not_finite_and_need_two_coordinates) {
  const std::vector<double> x = even(-1.0, 1.0, 9), y = even(-1.0, 1.0, 9), one{0.0};
  std::vector<double> values = sampled(x, y, [](double a, double) { return a; });
  values[4 * 9 + 4] = std::numeric_limits<double>::quiet_NaN();
  values[0] = std::numeric_limits<double>::infinity();

  const auto lines = contour_lines({x, y, values}, 0.1);

  EXPECT_EQ(lines.size(), 2u);
  for (const auto& line : lines)
    for (const Spot& s : line) EXPECT_TRUE(std::fabs(s.x - 0.1) < 1e-12 && std::fabs(s.y) >= 0.25 - 1e-12);
  EXPECT_TRUE(contour_lines({one, y, values}, 0.1).empty());
  EXPECT_TRUE(contour_lines({{}, {}, {}}, 0.1).empty());
}

TEST(ContourLines, hold_numbers_of_any_size) {
  const std::vector<double> x{-1.0, 0.0, 1.0}, y{-1.0, 1.0};
  const std::vector<double> values{-1.5e308, -1.5e308, 1e-300, 1e-300, 1.5e308, 1.5e308};

  for (const auto& line : contour_lines({x, y, values}, 1e300))
    for (const Spot& s : line) EXPECT_TRUE(std::isfinite(s.x) && s.x >= 0.0 && s.x <= 1.0);
}

TEST(ContourLevels, lie_inside_the_range_at_nice_numbers) {
  EXPECT_EQ(contour_levels(0.0, 1.0, false, 5), (std::vector<double>{0.2, 0.4, 0.6000000000000001, 0.8}));
  EXPECT_EQ(contour_levels(0.5, 2000.0, true, 4), (std::vector<double>{1.0, 10.0, 100.0, 1000.0}));
  EXPECT_TRUE(contour_levels(1.0, 1.0, false).empty());
  EXPECT_TRUE(contour_levels(std::nan(""), 1.0, false).empty());
  for (const double level : contour_levels(1e15, 1e15 + 8, false)) EXPECT_TRUE(level > 1e15 && level < 1e15 + 8);
}

TEST(Interpolated, is_exact_for_bilinear_functions_and_undefined_outside) {
  const std::vector<double> x{-1.0, 0.5, 2.0}, y{0.0, 3.0};
  const std::vector<double> values = sampled(x, y, [](double a, double b) { return a * b - 2 * a + 1; });

  EXPECT_NEAR(interpolated({x, y, values}, 1.1, 2.2), 1.1 * 2.2 - 2.2 + 1, 1e-12);
  EXPECT_EQ(interpolated({x, y, values}, 2.0, 3.0), 3.0);
  EXPECT_TRUE(std::isnan(interpolated({x, y, values}, 2.1, 1.0)));
  EXPECT_TRUE(std::isnan(interpolated({{}, {}, {}}, 0.0, 0.0)));
}

}  // namespace
}  // namespace nadir::figures
