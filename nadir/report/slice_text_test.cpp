// The text of slices: what it must say, and that nothing breaks its table.
#include "nadir/report/slice_text.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace nadir {
namespace {

Slice plane() {
  Slice s;
  for (const char* label : {"one", "other"})
    s.axes.push_back({.kind = AxisKind::random, .label = label, .normalisation = Normalisation::filter, .length = 2.5, .eigenvalue = {}, .explained = {}, .coordinates = {-1, 0, 1}});
  s.layers.push_back({"value", "value", Matrix::from_rows({{4, 3, 4}, {3, 2, 3}, {4, 3, 1.5}})});
  s.marks.push_back({.label = "the point", .coordinates = {0, 0}, .value = 2.0, .distance = 0.0});
  s.evaluations = 9;
  s.is_complete = true;
  return s;
}

bool says(const std::string& text, const std::string& what) { return text.find(what) != std::string::npos; }

TEST(SliceText, says_as_news_where_a_lower_value_lies) {
  Slice s = plane();
  EXPECT_TRUE(says(slice_text(s), "no value seen here is lower than the point's"));

  s.marks.push_back({.label = "lowest value seen", .coordinates = {1, 1}, .value = 1.5, .distance = 0.0});
  EXPECT_TRUE(says(slice_text(s), "news: lower than the point by 0.5, at (1, 1)"));

  s.marks.back() = {.label = "run7", .coordinates = {0.5, 1}, .value = 2.0 - 1e-12, .distance = 0.0};
  EXPECT_FALSE(says(slice_text(s), "news"));
}

TEST(SliceText, counts_what_is_missing_and_tells_that_it_was_stopped) {
  Slice s = plane();
  s.is_complete = false;
  s.layers[0].values(0, 0) = std::nan("");
  s.layers[0].values(0, 1) = std::numeric_limits<double>::infinity();
  s.layers.push_back({"gradient_norm", "norm of the gradient", Matrix(3, 3)});
  for (double& v : s.layers[1].values.flat()) v = std::nan("");

  const std::string text = slice_text(s);

  EXPECT_TRUE(says(text, "stopped early"));
  EXPECT_TRUE(says(text, "       4        2\n"));  // greatest, missing
  EXPECT_TRUE(says(text, "-        9\n"));
}

TEST(SliceText, tells_distances_of_a_trajectory_and_the_error_of_an_adaptive_picture) {
  Slice s = plane();
  s.trajectory = {{.iteration = 0, .coordinates = {1, 1}, .value = 9.0, .distance = 0.25}, {.iteration = 7, .coordinates = {0, 0}, .value = 2.0, .distance = 0.0}};
  s.adaptive = Adaptive{.tolerance = 0.01, .error = 0.0061, .points = Matrix(3, 5)};

  const std::string text = slice_text(s);

  EXPECT_TRUE(says(text, "trajectory of 2 points, from value 9 to 2; at most 0.25 off the plane"));
  EXPECT_TRUE(says(text, "adaptive: 5 points evaluated, the others interpolated, estimated to be off by 0.0061 of the spread (wanted 0.01)"));
}

TEST(SliceText, of_a_line_with_a_very_long_label_stays_a_table) {
  Slice s = plane();
  s.axes.resize(1);
  s.axes[0].label = std::string(5000, 'x');
  s.layers[0].values = Matrix(3, 1);
  s.marks[0].coordinates = {0};
  s.marks.push_back({.label = std::string(5000, 'y'), .coordinates = {1}, .value = 3.0, .distance = 1e-300});

  const std::string text = slice_text(s);

  EXPECT_TRUE(says(text, "a line through the point"));
  for (std::size_t first = 0; first < text.size(); first = text.find('\n', first) + 1) EXPECT_LT(text.find('\n', first) - first, 140u);
}

}  // namespace
}  // namespace nadir
