// The check of Bures-Wasserstein certificates: true claims on cases with closed forms, worked out in the comments,
// and the nearest false ones.
#include "nadir/problems/linear_network/check_bures_wasserstein.hpp"

#include <cmath>
#include <limits>

#include <gtest/gtest.h>

#include "nadir/base/error.hpp"
#include "nadir/problems/linear_network/check.hpp"

namespace nadir {
namespace {

Matrix M(const std::vector<std::vector<double>>& rows) { return Matrix::from_rows(rows); }

struct Case {
  Matrix S = M({{4, 0, 0}, {0, 1, 0}, {0, 0, 0.25}});
  std::vector<Matrix> weights;
  std::vector<std::int64_t> hidden = {};
  double tau = 0.0;
  Matrix Y = {};
  bool residual = false;

  LinearNetworkOptions options() const {
    LinearNetworkOptions o;
    o.loss = "bures-wasserstein";
    o.covariance.values = S;
    o.y.values = Y;
    o.hidden = hidden;
    o.latent = weights.front().cols();
    o.smoothing = tau;
    o.residual = residual;
    return o;
  }
  Outcome outcome(const std::string& kind, const Numbers& numbers) const {
    const LinearNetworkOptions o = options();
    std::map<std::string, Matrix> point;
    for (std::size_t l = 0; l < weights.size(); ++l) point["W" + std::to_string(l + 1)] = weights[l];
    return linear_network_check::BuresWassersteinCheck(o, point).check({kind, "", "", Rigor::proved, numbers});
  }
  bool value_lies_in(double lower, double upper) const { return outcome("value", {{"lower", lower}, {"upper", upper}}).verified; }
  bool is_bounded_by(double bound) const { return outcome("lower-bound", {{"bound", bound}}).verified; }
  bool has_gap(double gap) const { return outcome("gap", {{"gap", gap}, {"gap_scale", 1.0}, {"tolerance", 1.0}}).verified; }
};

void expect_value(const Case& c, double value, double margin = 1e-15) {
  EXPECT_TRUE(c.value_lies_in(value - margin, value + margin));
  EXPECT_FALSE(c.value_lies_in(value - 3 * margin, value - 2 * margin));
  EXPECT_FALSE(c.value_lies_in(value + 2 * margin, value + 3 * margin));
}

void expect_bound(const Case& c, double bound, double margin = 1e-15) {
  EXPECT_TRUE(c.is_bounded_by(bound - margin));
  EXPECT_FALSE(c.is_bounded_by(bound + margin));
}

const Case optimum{.weights = {M({{2, 0}, {0, 1}, {0, 0}})}};

TEST(BuresWassersteinCheck, settles_values_of_commuting_matrices) {
  expect_value(optimum, 0.25);                                              // lambda_3
  expect_value({.weights = {M({{2, 0}, {0, 0}, {0, 0}})}}, 1.25);           // lambda_2 + lambda_3, rank lost
  expect_value({.weights = {M({{1, 0}, {0, 1}, {0, 0}})}}, 1.25);           // (1-2)^2 + 0 + 1/4
  expect_value({.weights = {M({{2, 0}, {0, 0}, {0, 0.5}})}, .tau = 0.25},   // roots of 4.25, 0.25, 0.5 against 2, 1, 1/2
               std::pow(std::sqrt(4.25) - 2, 2) + 0.25 + std::pow(std::sqrt(0.5) - 0.5, 2));
  expect_value({.weights = {Matrix(3, 2)}}, 5.25);                          // tr S
}

TEST(BuresWassersteinCheck, settles_values_of_two_by_two_matrices) {
  // |S^{1/2} W|_*^2 = tr(W^T S W) + 2 sqrt(det S) |det W| = 10 + 4 sqrt(3).
  const Matrix S = M({{2, 1}, {1, 2}});
  expect_value({.S = S, .weights = {M({{1, 0}, {0, 2}})}}, 9 - 2 * std::sqrt(10 + 4 * std::sqrt(3.0)), 2e-15);
  // T = diag(1.1, 4.1): tr(S T) = 10.4, det(S T) = 3 * 4.51; f = 5.2 + 4 - 2 sqrt(10.4 + 2 sqrt(13.53)).
  expect_value({.S = S, .weights = {M({{1, 0}, {0, 2}})}, .tau = 0.1}, 0.772276781217883, 2e-15);
}

TEST(BuresWassersteinCheck, multiplies_layers_and_adds_skips) {
  expect_value({.weights = {M({{2, 0}, {0, 2}}), M({{1, 0}, {0, 0.5}, {0, 0}})}, .hidden = {2}}, 0.25);
  expect_value({.S = M({{4, 0}, {0, 1}}), .weights = {M({{1, 0}, {0, 0}}), M({{0, 0}, {0, 0}})}, .hidden = {2}, .residual = true}, 0, 1e-15);
}

TEST(BuresWassersteinCheck, reads_samples_as_their_uncentred_covariance) {
  // Y Y^T / 2 = diag(2, 1/2); W = 0.
  expect_value({.S = Matrix(), .weights = {Matrix(2, 2)}, .Y = M({{2, 0}, {0, 1}})}, 2.5);
  // Three dimensions, one sample: S = y y^T, rank 1, |y|^2 = 9; W = y/3 has |W|^2 = 1 and |S^{1/2} W|_* = 3.
  expect_value({.S = Matrix(), .weights = {M({{1.0}, {2.0}, {2.0}})}, .Y = M({{3}, {6}, {6}})}, 9 + 81 - 2 * 27, 1e-13);
}

TEST(BuresWassersteinCheck, settles_bounds_at_their_closed_form) {
  expect_bound(optimum, 0.25);
  expect_bound({.weights = {Matrix(1, 3), Matrix(3, 1)}, .hidden = {1}}, 1.25);
  expect_bound({.weights = {Matrix(3, 3)}}, 0.0);
  expect_bound({.weights = {Matrix(3, 2)}, .tau = 0.04}, 0.09);
  expect_bound({.weights = {Matrix(3, 2)}, .tau = 2.25}, 0.25 + 1.0);  // (1.5 - 1)^2 within the rank, (1.5 - .5)^2 beyond
  expect_bound({.weights = {Matrix(3, 3)}, .tau = 9}, 1 + 4 + 6.25, 1e-14);
  expect_bound({.weights = {Matrix(3, 2)}, .tau = 1}, 0.25);           // tau ties with lambda_2
  expect_bound({.S = M({{2, 1}, {1, 2}}), .weights = {Matrix(2, 1)}}, 1.0);
  expect_bound({.S = M({{1, 1}, {1, 1}}), .weights = {Matrix(2, 1)}, .tau = 0.25}, 0.25);  // eigenvalues 2, 0
}

TEST(BuresWassersteinCheck, settles_gaps) {
  const Case saddle{.weights = {M({{2, 0}, {0, 0}, {0, 0.5}})}};  // 1 over 0.25

  EXPECT_TRUE(saddle.has_gap(0.75 + 1e-15));
  EXPECT_FALSE(saddle.has_gap(0.75 - 1e-15));
}

TEST(BuresWassersteinCheck, zero_is_met_exactly) {
  const Case zero{.S = Matrix(2, 2), .weights = {Matrix(2, 3)}};

  EXPECT_TRUE(zero.value_lies_in(0.0, 0.0));
  EXPECT_FALSE(zero.is_bounded_by(std::numeric_limits<double>::denorm_min()));
}

TEST(BuresWassersteinCheck, verifies_nothing_about_an_indefinite_covariance) {
  const Case c{.S = M({{1, 1}, {1, std::nextafter(1.0, 0.0)}}), .weights = {Matrix(2, 2)}};

  EXPECT_FALSE(c.value_lies_in(-1e300, 1e300));
  EXPECT_FALSE(c.is_bounded_by(0.0));
}

TEST(BuresWassersteinCheck, verifies_nothing_about_points_that_are_not_finite) {
  for (const double bad : {std::nan(""), HUGE_VAL}) {
    const Case c{.weights = {M({{bad, 0}, {0, 1}, {0, 0}})}};
    EXPECT_FALSE(c.value_lies_in(0.0, 1e300));
    EXPECT_FALSE(c.has_gap(1e300));
  }
}

TEST(BuresWassersteinCheck, other_kinds_and_contradictory_options_are_refused) {
  EXPECT_FALSE(optimum.outcome("critical", {}).verified);
  Case both = optimum;
  both.Y = Matrix(3, 2);
  EXPECT_THROW(both.value_lies_in(0, 1), InputError);
  Case neither = optimum;
  neither.S = Matrix();
  EXPECT_THROW(neither.value_lies_in(0, 1), InputError);
  Case asymmetric = optimum;
  asymmetric.S(0, 1) = 1e-300;
  EXPECT_THROW(asymmetric.value_lies_in(0, 1), InputError);
  Case misshapen = optimum;
  misshapen.hidden = {2};
  EXPECT_THROW(misshapen.value_lies_in(0, 1), InputError);
}

TEST(BuresWassersteinCheck, is_reached_through_the_family) {
  auto check = make_linear_network_check();
  for (const OptionRow& row : check->options()) {
    if (row.name == "loss") *std::get<std::string*>(row.target) = "bures-wasserstein";
    if (row.name == "covariance") std::get<DataMatrix*>(row.target)->values = M({{1, 0}, {0, 4}});
  }
  check->prepare({{{"W1", M({{1, 0}, {0, 1}})}}, {}, Arithmetic::automatic});  // (1 - 2)^2

  EXPECT_TRUE(check->check({"value", "", "", Rigor::proved, {{"lower", 0.999}, {"upper", 1.001}}}).verified);
  EXPECT_FALSE(check->check({"value", "", "", Rigor::proved, {{"lower", 0.999}, {"upper", 0.9999}}}).verified);
  EXPECT_FALSE(check->has_only_saddles_beside_global_minima());
}

TEST(SquareRoot, encloses_and_is_sharp_also_for_singular_matrices) {
  using balls::Real;
  constexpr slong bits = 512;
  for (const Index n : {1, 2, 7, 20}) {
    balls::Matrix A(bits, n, n), root(bits, 0, 0);  // the square of the matrix of ones: n times it, of rank one
    for (Index i = 0; i < n; ++i)
      for (Index j = 0; j < n; ++j) A.set(i, j, Real(bits, static_cast<double>(n)));

    ASSERT_TRUE(linear_network_check::square_root(A, root));

    for (Index i = 0; i < n; ++i)
      for (Index j = 0; j < n; ++j) {
        EXPECT_TRUE(arb_contains(root.at(i, j), Real(bits, 1.0).get()));
        EXPECT_LT(arf_get_d(arb_midref((root(i, j) - Real(bits, 1.0)).get()), ARF_RND_UP), 1e-30);
        EXPECT_LT(mag_get_d(arb_radref(root.at(i, j))), 1e-30);
      }
  }
}

}  // namespace
}  // namespace nadir
