// The double well's check: true claims at hand-computed points, and the nearest doubles that make them false.
#include "nadir/problems/double_well/check.hpp"

#include <cmath>
#include <limits>

#include <gtest/gtest.h>

#include "nadir/base/error.hpp"

namespace nadir {
namespace {

double above(double x) { return std::nextafter(x, std::numeric_limits<double>::infinity()); }
double below(double x) { return std::nextafter(x, -std::numeric_limits<double>::infinity()); }
Matrix column(std::vector<double> values) { return Matrix(ConstMatrixView(values.data(), static_cast<Index>(values.size()), 1)); }

// a = 2, d = 2.
Outcome outcome(std::vector<double> x, const std::string& kind, Numbers numbers = {}, std::map<std::string, Matrix> witness = {}) {
  auto check = make_double_well_check();
  *std::get<double*>(check->options()[0].target) = 2.0;
  check->prepare({{{"x", column(std::move(x))}}, std::move(witness), Arithmetic::automatic});
  return check->check({kind, "", "", Rigor::proved, std::move(numbers)});
}

bool holds(std::vector<double> x, const std::string& kind, Numbers numbers = {}, std::map<std::string, Matrix> witness = {}) {
  return outcome(std::move(x), kind, std::move(numbers), std::move(witness)).verified;
}

TEST(DoubleWellCheck, values_and_gaps_are_exact) {
  // (1 - 4)^2 / 4 + 3^2 / 2 = 2.25 + 4.5
  EXPECT_TRUE(holds({1, 3}, "value", {{"lower", 6.75}, {"upper", 6.75}}));
  EXPECT_FALSE(holds({1, 3}, "value", {{"lower", above(6.75)}, {"upper", 7}}));
  EXPECT_FALSE(holds({1, 3}, "value", {{"lower", 6}, {"upper", below(6.75)}}));
  EXPECT_TRUE(holds({2, 0}, "gap", {{"gap", 0.0}}));
  EXPECT_FALSE(holds({2, 1e-200}, "gap", {{"gap", 0.0}}));
  EXPECT_TRUE(holds({2, 0}, "lower-bound", {{"bound", 0.0}}));
  EXPECT_FALSE(holds({2, 0}, "lower-bound", {{"bound", 5e-324}}));
}

TEST(DoubleWellCheck, gradients_are_exact) {
  // (1 * (1 - 4), 4): norm 5
  EXPECT_TRUE(holds({1, 4}, "gradient-norm", {{"lower", 5}, {"upper", 5}}));
  EXPECT_FALSE(holds({1, 4}, "gradient-norm", {{"lower", above(5)}, {"upper", 6}}));
  EXPECT_FALSE(holds({1, 4}, "gradient-norm", {{"lower", -1}, {"upper", below(5)}}));
  EXPECT_FALSE(holds({1, 4}, "gradient-norm", {{"lower", -2}, {"upper", -1}}));
  EXPECT_TRUE(holds({-2, 0}, "critical"));
  EXPECT_FALSE(holds({above(-2), 0}, "critical"));
  EXPECT_FALSE(holds({0, 5e-324}, "critical"));
}

TEST(DoubleWellCheck, curvature_is_exact_along_the_direction) {
  const std::map<std::string, Matrix> first = {{"direction", column({1, 0})}}, none = {{"direction", column({0, 0})}},
                                      both = {{"direction", column({1, 1})}};

  EXPECT_TRUE(holds({0, 0}, "negative-curvature", {{"curvature", -4}}, first));
  EXPECT_FALSE(holds({0, 0}, "negative-curvature", {{"curvature", below(-4)}}, first));
  EXPECT_FALSE(holds({0, 0}, "negative-curvature", {{"curvature", 0}}, first));
  EXPECT_FALSE(holds({0, 0}, "negative-curvature", {{"curvature", -1}}, none));
  EXPECT_TRUE(holds({0, 0}, "negative-curvature", {{"curvature", -1.5}}, both));  // (-4 + 1) / 2
  EXPECT_FALSE(holds({0, 0}, "negative-curvature", {{"curvature", below(-1.5)}}, both));
  EXPECT_TRUE(holds({2, 0}, "no-negative-curvature"));
  EXPECT_FALSE(holds({0, 0}, "no-negative-curvature"));
  EXPECT_THROW(holds({0, 0}, "negative-curvature", {{"curvature", -4}}), InputError);
}

TEST(DoubleWellCheck, descent_and_better_points_are_exact) {
  // From f(0, 0) = 4 to f(1, 0) = 2.25.
  EXPECT_TRUE(holds({0, 0}, "descent", {{"decrease", 1.75}}, {{"escape", column({1, 0})}}));
  EXPECT_FALSE(holds({0, 0}, "descent", {{"decrease", above(1.75)}}, {{"escape", column({1, 0})}}));
  EXPECT_FALSE(holds({0, 0}, "descent", {{"decrease", 0.0}}, {{"escape", column({1, 0})}}));
  EXPECT_THROW(holds({0, 0}, "descent", {{"decrease", 1.75}}, {{"escape", column({1})}}), InputError);
  EXPECT_TRUE(holds({0, 0}, "better-point", {{"value", 2.25}}, {{"better", column({1, 0})}}));
  EXPECT_FALSE(holds({0, 0}, "better-point", {{"value", below(2.25)}}, {{"better", column({1, 0})}}));
}

TEST(DoubleWellCheck, escapes_may_stand_in_the_point_file) {
  auto check = make_double_well_check();
  check->prepare({{{"x", column({0, 0})}, {"escape/x", column({1, 0})}}, {}, Arithmetic::automatic});

  EXPECT_TRUE(check->check({"descent", "", "", Rigor::proved, {{"decrease", 0.25}}}).verified);  // a = 1: from 1/4 to 0
}

TEST(DoubleWellCheck, scales_are_the_barrier_and_the_gradient_without_cancellation) {
  auto check = make_double_well_check();  // a = 1
  check->prepare({{{"x", column({-2, 3})}}, {}, Arithmetic::automatic});

  EXPECT_EQ(check->largest_scale({"gap", "", "", Rigor::proved, {}}), 0.25);
  EXPECT_DOUBLE_EQ(check->largest_scale({"gradient-norm", "", "", Rigor::proved, {}}), std::sqrt(130.0));  // (2 * 5 + 1, 3)
}

TEST(DoubleWellCheck, what_is_not_finite_or_not_known_is_not_verified) {
  const double nan = std::numeric_limits<double>::quiet_NaN();

  EXPECT_FALSE(holds({nan, 0}, "value", {{"lower", -1e300}, {"upper", 1e300}}));
  EXPECT_FALSE(holds({nan, 0}, "critical"));
  EXPECT_EQ(outcome({0, 0}, "oracle").reason, "no check for claims of this kind");
  EXPECT_FALSE(make_double_well_check()->has_only_saddles_beside_global_minima());
}

TEST(DoubleWellCheck, points_and_options_that_do_not_fit_are_input_errors) {
  EXPECT_THROW(outcome({0, 0, 0}, "critical"), InputError);
  EXPECT_THROW(make_double_well_check()->prepare({{}, {}, Arithmetic::automatic}), InputError);
  auto check = make_double_well_check();
  *std::get<double*>(check->options()[0].target) = -1.0;
  EXPECT_THROW(check->prepare({{{"x", column({0, 0})}}, {}, Arithmetic::automatic}), InputError);
}

}  // namespace
}  // namespace nadir
