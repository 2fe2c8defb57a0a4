// The checks of the claims that only networks make: true cases in integers, near misses, numbers moved to the unsafe side.
#include <gtest/gtest.h>

#include <cmath>
#include <stdexcept>

#include "nadir/problems/network/check.hpp"

namespace nadir {
namespace {

template <class T>
T& field(const OptionList& options, const std::string& name) {
  for (const OptionRow& row : options)
    if (row.name == name) return *std::get<T*>(row.target);
  throw std::logic_error(name);
}

double above(double x) { return std::nextafter(x, 1e300); }
double below(double x) { return std::nextafter(x, -1e300); }
Matrix row(std::vector<double> v) { return Matrix::from_rows({std::move(v)}); }

struct Case {
  Matrix X, Y, W1, b1, W2, b2;
  std::string activation = "relu";
  Matrix direction = {};
  double weight_decay = 0.0;

  Outcome outcome(const std::string& kind, Numbers numbers) const {
    auto check = make_network_check();
    const OptionList options = check->options();
    field<DataMatrix>(options, "x").values = X;
    field<DataMatrix>(options, "y").values = Y;
    field<std::vector<std::int64_t>>(options, "hidden") = {W1.rows()};
    field<std::string>(options, "activation") = activation;
    field<double>(options, "weight-decay") = weight_decay;
    std::map<std::string, Matrix> witness;
    if (direction.size() > 0) witness["direction"] = direction;
    check->prepare({{{"W1", W1}, {"b1", b1}, {"W2", W2}, {"b2", b2}}, witness, Arithmetic::automatic});
    return check->check({kind, "", "", Rigor::proved, std::move(numbers)});
  }
  bool holds(const std::string& kind, Numbers numbers = {}) const { return outcome(kind, std::move(numbers)).verified; }
};

// One relu x_+ on x = (-1, 0, 1, 2), residuals (-1, 2, -2, 1): both rays of the sample on the kink ascend, c = +2.
const Case convex_kink{row({-1, 0, 1, 2}), row({1, -2, 3, 1}), row({1}), row({0}), row({1}), row({0})};
// The same with the residuals (1, -2, 2, -1): both rays descend, f' = -1/4 along +-b1.
const Case concave_kink{row({-1, 0, 1, 2}), row({-1, 2, -1, 3}), row({1}), row({0}), row({1}), row({0})};
// x = (0, 1, 2), y = (0, 0, 6), fitted by -1 + 3 x with half squares 3 and value 1.
const Case plateau{row({0, 1, 2}), row({0, 0, 6}), Matrix::from_rows({{3}, {0}}), Matrix::from_rows({{5}, {6}}), row({1, 0}), row({-6})};

TEST(CheckLocalMinimum, accepts_a_convex_kink_and_an_exact_plateau) {
  EXPECT_TRUE(convex_kink.holds("local-minimum"));
  EXPECT_TRUE(plateau.holds("local-minimum"));
}

TEST(CheckLocalMinimum, refuses_a_concave_kink_and_what_autodiff_calls_critical) {
  const Case zero_gradient{row({-1, 0, 1}), row({0, 2, 2}), row({1}), row({0}), row({1}), row({1})};

  EXPECT_FALSE(concave_kink.holds("local-minimum"));
  EXPECT_FALSE(zero_gradient.holds("local-minimum"));
}

TEST(CheckLocalMinimum, refuses_a_zero_outgoing_weight_with_residuals_to_use) {
  const Case dead{row({-1, 1, 2}), row({1, -2, 1}), row({1}), row({0}), row({0}), row({0})};

  EXPECT_FALSE(dead.holds("local-minimum"));
}

TEST(CheckLocalMinimum, refuses_the_smallest_change_of_a_target_or_a_weight) {
  Case target = convex_kink, bias = convex_kink, outer = plateau;
  target.Y(0, 2) = above(3.0);
  bias.b1(0, 0) = 5e-324;
  outer.b2(0, 0) = above(-6.0);

  EXPECT_FALSE(target.holds("local-minimum"));
  EXPECT_FALSE(bias.holds("local-minimum"));
  EXPECT_FALSE(outer.holds("local-minimum"));
}

TEST(CheckLocalMinimum, refuses_what_the_theorem_is_not_about) {
  Case decayed = convex_kink, smooth = convex_kink;
  decayed.weight_decay = 1e-3;
  smooth.activation = "tanh";

  EXPECT_FALSE(decayed.holds("local-minimum"));
  EXPECT_FALSE(smooth.holds("local-minimum"));
}

TEST(CheckPlateauMinimum, accepts_the_exact_plateau_with_its_own_value_and_no_more) {
  EXPECT_TRUE(plateau.holds("plateau-minimum", {{"radius", 0.0}, {"value", 1.0}}));
  EXPECT_FALSE(plateau.holds("plateau-minimum", {{"radius", 0.0}, {"value", above(1.0)}}));
  EXPECT_FALSE(plateau.holds("plateau-minimum", {{"radius", -1e-300}, {"value", 1.0}}));
}

// b2 off by e: the residual grows by e in every sample, |Rs Xt^T| = e |(3, 3)|, lambda = (8 - sqrt 52)/2 = 0.394 of
// [5 3; 3 3], gap <= 18 e^2 / (2 * 0.394); the true one is 3/2 e^2.
TEST(CheckPlateauMinimum, needs_a_radius_that_reaches_the_plateau) {
  Case off = plateau;
  off.b2(0, 0) += 0x1p-30;
  const double value = 1.0 - 1e-15;

  EXPECT_TRUE(off.holds("plateau-minimum", {{"radius", 1e-7}, {"value", value}}));
  EXPECT_FALSE(off.holds("plateau-minimum", {{"radius", 1e-11}, {"value", value}}));
  EXPECT_FALSE(off.holds("plateau-minimum", {{"radius", 1e-7}, {"value", 1.0 + 1e-15}}));
  EXPECT_FALSE(off.holds("plateau-minimum", {{"radius", 1e-4}, {"value", value}}));  // not small beside the point
}

// A constant feature beside the bias: independent rows that span the inputs take their place, and one bit more is no
// longer dependent (then the best affine map fits three samples exactly).
TEST(CheckPlateauMinimum, knows_dependent_inputs_from_nearly_dependent_ones) {
  Case constant = plateau;
  constant.X = Matrix::from_rows({{0, 1, 2}, {1, 1, 1}});
  constant.W1 = Matrix::from_rows({{3, 0}, {0, 0}});
  Case nearly = constant;
  nearly.X(1, 2) = above(1.0);
  const Numbers numbers{{"radius", 1e-7}, {"value", 1.0 - 1e-15}};

  EXPECT_TRUE(constant.holds("plateau-minimum", numbers));
  EXPECT_FALSE(nearly.holds("plateau-minimum", numbers));
  constant.b2(0, 0) += 0x1p-30;
  EXPECT_TRUE(constant.holds("plateau-minimum", numbers));
  EXPECT_FALSE(constant.holds("plateau-minimum", {{"radius", 1e-11}, {"value", 0.0}}));
}

TEST(CheckPlateauMinimum, refuses_a_unit_that_bends_or_touches) {
  Case bends = plateau, touches = plateau;
  bends.b1(0, 0) = -1.0;
  touches.b1(1, 0) = 0.0;

  EXPECT_FALSE(bends.holds("plateau-minimum", {{"radius", 1e-7}, {"value", 0.0}}));
  EXPECT_FALSE(touches.holds("plateau-minimum", {{"radius", 1e-7}, {"value", 0.0}}));
}

TEST(CheckPlateauMinimum, refuses_a_dead_network) {
  const Case dead{plateau.X, plateau.Y, Matrix(2, 1), Matrix::from_rows({{-1}, {-1}}), row({1, 1}), row({2})};

  EXPECT_FALSE(dead.holds("plateau-minimum", {{"radius", 1e-7}, {"value", 0.0}}));
}

TEST(CheckDirectionalDerivative, accepts_the_slope_of_a_concave_kink_and_no_more) {
  Case c = concave_kink;
  for (const double sign : {1.0, -2.0}) {
    c.direction = Matrix::from_rows({{0}, {sign}, {0}, {0}});

    EXPECT_TRUE(c.holds("directional-derivative", {{"derivative", -0.25}, {"scale", 1.0}, {"tolerance", 0.0}}));
    EXPECT_FALSE(c.holds("directional-derivative", {{"derivative", below(-0.25)}, {"scale", 1.0}, {"tolerance", 0.0}}));
    EXPECT_FALSE(c.holds("directional-derivative", {{"derivative", 0.0}, {"scale", 1.0}, {"tolerance", 0.0}}));
  }
}

TEST(CheckDirectionalDerivative, refuses_directions_of_a_minimum_and_none) {
  Case c = convex_kink;
  for (const double entry : {1.0, -1.0, 0.0}) {
    c.direction = Matrix::from_rows({{0}, {entry}, {0}, {0}});

    EXPECT_FALSE(c.holds("directional-derivative", {{"derivative", -1e-12}, {"scale", 1.0}, {"tolerance", 0.0}}));
  }
}

// One sample, one tanh: P = tanh(0) + b with J = (z, 1, 0, 1) at W1 = b1 = 0, W2 = 1, x = 1: sigma^2 = 3; y = -e.
Case tanh_case(double residual) { return {row({1}), row({-residual}), row({0}), row({0}), row({1}), row({0}), "tanh"}; }

TEST(CheckInterpolatingPoint, accepts_a_fit_nearby_and_refuses_one_number_too_good) {
  const Case c = tanh_case(1e-3);
  const double root2 = std::sqrt(2.0), root3 = std::sqrt(3.0);
  const auto numbers = [](double radius, double sigma, double norm) {
    return Numbers{{"radius", radius}, {"sigma", sigma}, {"input_norm", norm}, {"max_radius", 0.5}};
  };

  EXPECT_TRUE(c.holds("interpolating-point", numbers(1e-3, root3 - 1e-12, root2 + 1e-12)));
  EXPECT_FALSE(c.holds("interpolating-point", numbers(1e-3 / 2.0, root3 - 1e-12, root2 + 1e-12)));  // |F| / sigma is 5.77e-4
  EXPECT_FALSE(c.holds("interpolating-point", numbers(1e-3, root3 + 1e-12, root2 + 1e-12)));
  EXPECT_FALSE(c.holds("interpolating-point", numbers(1e-3, root3 - 1e-12, root2 - 1e-12)));
  EXPECT_FALSE(c.holds("interpolating-point", numbers(0.6, root3 - 1e-12, root2 + 1e-12)));
}

TEST(CheckInterpolatingPoint, refuses_a_residual_too_large_for_the_curvature) {
  EXPECT_FALSE(tanh_case(3.0).holds("interpolating-point", {{"radius", 0.5}, {"sigma", 1.7}, {"input_norm", 1.5}, {"max_radius", 0.5}}));
}

TEST(CheckInterpolatingPoint, keeps_away_from_kinks) {
  // relu(x + 1/2) on x = 1: pre-activation 3/2, |z| = sqrt 2, so the kink is 1.06 away
  const Case c{row({1}), row({1.5 + 1e-3}), row({1}), row({0.5}), row({1}), row({0})};
  const auto holds = [&](double max_radius) {
    return c.holds("interpolating-point", {{"radius", 1e-3}, {"sigma", 2.0}, {"input_norm", 1.5}, {"max_radius", max_radius}});
  };

  EXPECT_TRUE(holds(1.0));
  EXPECT_FALSE(holds(1.1));
}

}  // namespace
}  // namespace nadir
