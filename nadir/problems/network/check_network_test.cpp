// The network's check: true claims at points computed by hand, and the nearest doubles that make them false.
#include <cmath>
#include <limits>

#include <gtest/gtest.h>

#include "nadir/base/error.hpp"
#include "nadir/problems/network/check.hpp"

namespace nadir {
namespace {

double above(double x) { return std::nextafter(x, std::numeric_limits<double>::infinity()); }
double below(double x) { return std::nextafter(x, -std::numeric_limits<double>::infinity()); }
Matrix column(std::vector<double> values) { return Matrix(ConstMatrixView(values.data(), static_cast<Index>(values.size()), 1)); }

// One hidden unit with biases on x = (-1, 1, 2), y = (1, -2, 1): values are sums of three squares over 6.
struct Case {
  std::string activation = "relu", loss = "squared";
  std::vector<double> x = {-1, 1, 2}, y = {1, -2, 1};
  std::vector<double> point = {1, 0, 0, 0};
};

std::unique_ptr<FamilyCheck> prepared(const Case& c, std::map<std::string, Matrix> witness) {
  auto check = make_network_check();
  for (const OptionRow& row : check->options()) {
    if (row.name == "x") (*std::get_if<DataMatrix*>(&row.target))->values = Matrix::from_rows({c.x});
    if (row.name == "y") (*std::get_if<DataMatrix*>(&row.target))->values = Matrix::from_rows({c.y});
    if (row.name == "hidden") **std::get_if<std::vector<std::int64_t>*>(&row.target) = {1};
    if (row.name == "activation") **std::get_if<std::string*>(&row.target) = c.activation;
    if (row.name == "loss") **std::get_if<std::string*>(&row.target) = c.loss;
  }
  std::map<std::string, Matrix> blocks;
  const char* const names[] = {"W1", "b1", "W2", "b2"};
  for (std::size_t i = 0; i < 4; ++i) blocks[names[i]] = column({c.point[i]});
  check->prepare({std::move(blocks), std::move(witness), Arithmetic::automatic});
  return check;
}

bool holds(const Case& c, const std::string& kind, Numbers numbers = {}, std::map<std::string, Matrix> witness = {}) {
  return prepared(c, std::move(witness))->check({kind, "", "", Rigor::proved, std::move(numbers)}).verified;
}

TEST(NetworkCheck, values_and_gaps_are_exact_for_relu) {
  EXPECT_TRUE(holds({}, "value", {{"lower", 1}, {"upper", 1}}));
  EXPECT_FALSE(holds({}, "value", {{"lower", above(1)}, {"upper", 2}}));
  EXPECT_FALSE(holds({}, "value", {{"lower", 0}, {"upper", below(1)}}));
  EXPECT_TRUE(holds({}, "lower-bound", {{"bound", 0}}));
  EXPECT_FALSE(holds({}, "lower-bound", {{"bound", 5e-324}}));
  EXPECT_TRUE(holds({}, "gap", {{"gap", 1}}));
  EXPECT_FALSE(holds({}, "gap", {{"gap", below(1)}}));
}

TEST(NetworkCheck, gradients_are_exact_and_only_where_they_exist) {
  EXPECT_TRUE(holds({}, "critical"));
  EXPECT_TRUE(holds({}, "gradient-norm", {{"lower", 0}, {"upper", 0}}));
  EXPECT_FALSE(holds({.point = {1, 0, 5e-324, 0}}, "critical"));
  // f = 3 b2^2 / 6 + ... : with b2 = 1 the residuals are (0, 3, 0), the gradient (0, 0, 3, 3) / 3 = (0, 0, 1, 1).
  EXPECT_TRUE(holds({.point = {1, 0, 0, 1}}, "gradient-norm", {{"lower", 1.414213562373095}, {"upper", 1.4142135623730951}}));
  EXPECT_FALSE(holds({.point = {1, 0, 0, 1}}, "gradient-norm", {{"lower", 1.4142135623730951}, {"upper", 2}}));
  // x_2 w + b = 0 with b = -1: on the kink.
  EXPECT_FALSE(holds({.point = {1, -1, 0, 0}}, "critical"));
  EXPECT_FALSE(holds({.point = {1, -1, 0, 0}}, "gradient-norm", {{"lower", 0}, {"upper", 100}}));
}

// Along (w, b, v, c) the second derivative at v = 0, off the kinks, is
// (1/3) sum (v h_i + c)^2 + 2 v (1/3) sum_active r_i (w x_i + b), r = (-1, 2, -1), h = (0, 1, 2), active: 2, 3.
TEST(NetworkCheck, curvature_is_exact_along_the_direction) {
  // (0, 1, -1, 1): squares (1, 0, 1), cross term 2 (-1) (2 - 1) = -2: 0. (0, 2, -1, 1): 2 - 4 = -2, over 3 and |u|^2 = 6.
  const std::map<std::string, Matrix> flat = {{"direction", column({0, 1, -1, 1})}}, down = {{"direction", column({0, 2, -1, 1})}};
  EXPECT_FALSE(holds({}, "negative-curvature", {{"curvature", -5e-324}}, flat));
  EXPECT_TRUE(holds({}, "negative-curvature", {{"curvature", above(-1.0 / 9.0)}}, down));
  EXPECT_FALSE(holds({}, "negative-curvature", {{"curvature", below(-1.0 / 9.0)}}, down));
  EXPECT_FALSE(holds({}, "negative-curvature", {{"curvature", 0}}, down));
  EXPECT_FALSE(holds({}, "negative-curvature", {{"curvature", -1}}, {{"direction", column({0, 0, 0, 0})}}));
  EXPECT_THROW(holds({}, "negative-curvature", {{"curvature", -1}}, {{"direction", column({0, 0})}}), InputError);
  EXPECT_THROW(holds({}, "negative-curvature", {{"curvature", -1}}), InputError);
}

// One sample, x = 1, y = 0: f = (v tanh(1))^2 / 2 with v = 2; tanh 1 = 0.76159415595576488811945828...
TEST(NetworkCheck, smooth_values_are_those_of_an_independent_table) {
  const Case c{.activation = "tanh", .x = {1}, .y = {0}, .point = {1, 0, 2, 0}};
  const double value = 2.0 * 0.76159415595576488812 * 0.76159415595576488812;  // 2 ulp

  EXPECT_TRUE(holds(c, "value", {{"lower", value * (1 - 1e-15)}, {"upper", value * (1 + 1e-15)}}));
  EXPECT_FALSE(holds(c, "value", {{"lower", value * (1 + 1e-15)}, {"upper", 2}}));
}

TEST(NetworkCheck, descent_and_better_points_are_compared_with_true_values) {
  const Case c{.point = {1, 0, 0, 1}};  // f = 9/6
  EXPECT_TRUE(holds(c, "descent", {{"decrease", 0.5}}, {{"escape", column({0, 0, 0, -1})}}));
  EXPECT_FALSE(holds(c, "descent", {{"decrease", above(0.5)}}, {{"escape", column({0, 0, 0, -1})}}));
  EXPECT_FALSE(holds(c, "descent", {{"decrease", 0}}, {{"escape", column({0, 0, 0, -1})}}));
  EXPECT_TRUE(holds(c, "better-point", {{"value", 1}}, {{"better", column({1, 0, 0, 0})}}));
  EXPECT_FALSE(holds(c, "better-point", {{"value", below(1)}}, {{"better", column({1, 0, 0, 0})}}));
  EXPECT_FALSE(holds(c, "isolated-minimum", {{"radius", 1}, {"least_eigenvalue", 1}}));
}

}  // namespace
}  // namespace nadir
