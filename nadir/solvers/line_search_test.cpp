// The line search on functions of one variable whose Wolfe steps are known or checked by definition.
#include "nadir/solvers/line_search.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace nadir {
namespace {

using Line = std::function<LinePoint(double)>;

constexpr LineSearchOptions defaults{};

// The definition, written out once more.
bool is_wolfe(const LinePoint& start, const LinePoint& p) {
  return p.value <= start.value + defaults.delta * p.step * start.slope && p.slope >= defaults.sigma * start.slope;
}

// (t - 1)^2
LinePoint parabola(double t) { return {t, (t - 1.0) * (t - 1.0), 2.0 * (t - 1.0)}; }

TEST(LineSearch, finds_a_wolfe_step_from_first_steps_of_any_size) {
  for (const double first : {1e-12, 1e-3, 1.0, 1.9, 2.1, 1e6}) {
    const LineSearchResult result = search_line(parabola, parabola(0.0), first, defaults);

    EXPECT_TRUE(result.is_accepted) << first;
    EXPECT_TRUE(is_wolfe(parabola(0.0), result.point)) << first;
  }
}

TEST(LineSearch, comes_back_from_where_the_function_is_not_defined) {
  // t - log(t + 0.1), NaN beyond 5.
  const Line line = [](double t) -> LinePoint {
    if (t > 5.0) return {.step = t};
    return {t, t - 10.0 * std::log(t + 0.1), 1.0 - 10.0 / (t + 0.1)};
  };

  const LineSearchResult result = search_line(line, line(0.0), 100.0, defaults);

  EXPECT_TRUE(result.is_accepted);
  EXPECT_TRUE(is_wolfe(line(0.0), result.point));
}

TEST(LineSearch, accepts_by_slopes_where_an_offset_hides_the_decrease) {
  // The values 1e8 + 1e-9 (t - 1)^2 all round to 1e8.
  const Line line = [](double t) -> LinePoint { return {t, 1e8 + 1e-9 * (t - 1.0) * (t - 1.0), 2e-9 * (t - 1.0)}; };

  const LineSearchResult result = search_line(line, line(0.0), 0.01, {.noise = 1e-7});

  EXPECT_TRUE(result.is_accepted);
  EXPECT_GE(result.point.slope, 0.9 * -2e-9);
  EXPECT_LE(result.point.slope, 0.8 * 2e-9);
}

TEST(LineSearch, gives_up_where_nothing_is_finite) {
  const LineSearchResult result = search_line([](double t) { return LinePoint{.step = t}; }, {0.0, 1.0, -1.0}, 1.0, defaults);

  EXPECT_FALSE(result.is_accepted);
  EXPECT_FALSE(result.is_lower);
  EXPECT_FALSE(result.met_finite);
}

TEST(LineSearch, returns_the_lowest_step_of_an_unbounded_line) {
  const LineSearchResult result = search_line([](double t) { return LinePoint{t, -t, -1.0}; }, {0.0, 0.0, -1.0}, 1.0, {.max_evaluations = 5});

  EXPECT_FALSE(result.is_accepted);
  EXPECT_TRUE(result.is_lower);
  EXPECT_EQ(result.point.step, 625.0);
}

TEST(LineSearch, never_claims_progress_when_the_slope_lied) {
  // Rising everywhere although the start says downhill.
  const LineSearchResult result = search_line([](double t) { return LinePoint{t, t, -1.0}; }, {0.0, 0.0, -1.0}, 1.0, defaults);

  EXPECT_FALSE(result.is_accepted);
  EXPECT_FALSE(result.is_lower);
}

}  // namespace
}  // namespace nadir
