// The lower bounds of linear networks' certificates: true bounds, the nearest false ones, hostile witnesses, and
// the two arithmetics against one another. Oracles are closed forms worked out in the comments.
#include <cmath>
#include <limits>
#include <random>

#include <gtest/gtest.h>

#include "nadir/base/error.hpp"
#include "nadir/problems/linear_network/check_bound.hpp"
#include "nadir/problems/linear_network/check_case_test.hpp"
#include "nadir/problems/linear_network/check_model.hpp"

namespace nadir {
namespace {

using namespace check_case;
using linear_network_check::BallProducts;
using linear_network_check::FloatingProducts;

TEST(LinearNetworkCheck, lower_bound_of_reduced_rank_regression_is_sharp) {
  Case c = t8;  // k = 1: the optimum of rank 1 is 1/4
  c.witness["lower_bound/P0"] = diag(2, 1);
  c.witness["lower_bound/kept"] = Matrix::from_rows({{0, 1}});

  EXPECT_TRUE(c.holds("lower-bound", {{"bound", 0.25}}));
  EXPECT_FALSE(c.holds("lower-bound", {{"bound", above(0.25)}}));
  EXPECT_TRUE(c.holds("gap", {{"gap", 0.0}, {"gap_scale", 1.0}, {"tolerance", 0.0}}));
  c.weights[0](0, 0) = 1.0;  // f = 1/2
  EXPECT_TRUE(c.holds("gap", {{"gap", 0.25}, {"gap_scale", 1.0}, {"tolerance", 1.0}}));
  EXPECT_FALSE(c.holds("gap", {{"gap", below(0.25)}, {"gap_scale", 1.0}, {"tolerance", 1.0}}));
}

TEST(LinearNetworkCheck, lower_bound_holds_through_ties) {
  Case c = t8;  // T13: Y = I, k = 1
  c.Y = Matrix::identity(2);
  c.witness["lower_bound/P0"] = Matrix::identity(2);
  c.witness["lower_bound/kept"] = Matrix::from_rows({{0, 1}});

  EXPECT_TRUE(c.holds("lower-bound", {{"bound", 0.25}}));
  EXPECT_FALSE(c.holds("lower-bound", {{"bound", above(0.25)}}));
}

// D2: R* = [5/3 -1/3; 0 1], L* = 1/6, L*_1 = 1 (for 1/2 |.|^2), three samples.
TEST(LinearNetworkCheck, lower_bound_pays_for_a_rounded_least_squares_solution) {
  Case c{.X = Matrix::from_rows({{1, 0, 1}, {0, 1, 1}}), .Y = Matrix::from_rows({{2, 0, 1}, {0, 1, 1}}), .hidden = {2},
         .weights = {Matrix(2, 2), Matrix(2, 2)}};
  c.witness["lower_bound/P0"] = Matrix::from_rows({{5.0 / 3, -1.0 / 3}, {0, 1}});
  c.witness["lower_bound/kept"] = Matrix::from_rows({{0, 1}});
  const double L = 1.0 / 18, smaller = std::fma(18.0, L, -1.0) < 0 ? L : below(L);

  EXPECT_TRUE(c.holds("lower-bound", {{"bound", smaller}}));
  EXPECT_FALSE(c.holds("lower-bound", {{"bound", above(smaller)}}));

  c.hidden = {1};
  c.weights = {Matrix(1, 2), Matrix(2, 1)};
  EXPECT_TRUE(c.holds("lower-bound", {{"bound", 1.0 / 3 - 1e-15}}));
  EXPECT_FALSE(c.holds("lower-bound", {{"bound", 1.0 / 3 + 1e-15}}));
}

// Whatever P0 is, the bound must stay below the optimum: a hostile witness proves nothing false.
TEST(LinearNetworkCheck, no_witness_proves_a_false_bound) {
  std::mt19937_64 random(7);
  std::normal_distribution<double> normal;
  for (int trial = 0; trial < 50; ++trial) {
    Case c{.X = Matrix::from_rows({{1, 0, 1}, {0, 1, 1}}), .Y = Matrix::from_rows({{2, 0, 1}, {0, 1, 1}}), .hidden = {1},
           .weights = {Matrix(1, 2), Matrix(2, 1)}};
    Matrix P0 = Matrix::from_rows({{5.0 / 3, -1.0 / 3}, {0, 1}});
    for (double& x : P0.flat()) x += std::pow(10.0, -trial % 17) * normal(random);
    c.witness["lower_bound/P0"] = P0;
    c.witness["lower_bound/kept"] = Matrix::from_rows({{0, 1}});

    EXPECT_FALSE(c.holds("lower-bound", {{"bound", above(1.0 / 3)}})) << trial;
  }
}

TEST(LinearNetworkCheck, lower_bound_without_witness_is_zero) {
  EXPECT_TRUE(t8.holds("lower-bound", {{"bound", 0.0}}));
  EXPECT_TRUE(t8.holds("lower-bound", {{"bound", -1.0}}));
  EXPECT_FALSE(t8.holds("lower-bound", {{"bound", 5e-324}}));
  EXPECT_TRUE(t8.holds("gap", {{"gap", 0.25}, {"gap_scale", 1.0}, {"tolerance", 1.0}}));
  EXPECT_FALSE(t8.holds("gap", {{"gap", below(0.25)}, {"gap_scale", 1.0}, {"tolerance", 1.0}}));
}

Case dependent_features() {  // rows 0 and 1 of D2, a zero row, their sum, and three quarters of row 0
  Case c{.X = Matrix::from_rows({{1, 0, 1}, {0, 1, 1}, {0, 0, 0}, {1, 1, 2}, {0.75, 0, 0.75}}),
         .Y = Matrix::from_rows({{2, 0, 1}, {0, 1, 1}}), .hidden = {2}, .weights = {Matrix(2, 5), Matrix(2, 2)}};
  c.witness["lower_bound/P0"] = Matrix::from_rows({{5.0 / 3, -1.0 / 3, 0, 0, 0}, {0, 1, 0, 0, 0}});
  c.witness["lower_bound/kept"] = Matrix::from_rows({{0, 1}});
  return c;
}

TEST(LinearNetworkCheck, dependent_features_are_told_exactly) {
  const Numbers bound = {{"bound", 1.0 / 18 - 1e-15}};
  Case c = dependent_features();
  EXPECT_TRUE(c.holds("lower-bound", bound));

  c.X(3, 2) = above(2.0);
  EXPECT_FALSE(c.holds("lower-bound", bound));
  c = dependent_features();
  c.X(2, 1) = 5e-324;
  EXPECT_FALSE(c.holds("lower-bound", bound));
}

TEST(LinearNetworkCheck, witnessed_dependencies_are_checked_not_believed) {
  Case c = dependent_features();
  Matrix d(5, 3);
  d(3, 0) = d(3, 1) = d(3, 2) = 1;
  d(4, 0) = 3, d(4, 2) = 4;
  c.witness["lower_bound/dependencies"] = d;
  const Numbers bound = {{"bound", 1.0 / 18 - 1e-15}};
  EXPECT_TRUE(c.holds("lower-bound", bound));

  c.X(4, 2) = above(0.75);  // now false, and no other combination exists
  EXPECT_FALSE(c.holds("lower-bound", bound));
  c = dependent_features();
  d(4, 2) = std::numeric_limits<double>::quiet_NaN();  // useless, but the dependency is found anyway
  c.witness["lower_bound/dependencies"] = d;
  EXPECT_TRUE(c.holds("lower-bound", bound));
  c.witness["lower_bound/dependencies"] = Matrix(5, 2);
  EXPECT_THROW(c.holds("lower-bound", bound), InputError);
}

// More kept features than the exact solver takes at once: a left-out feature is traced to the few it depends on.
TEST(LinearNetworkCheck, dependent_features_are_told_among_many) {
  std::mt19937_64 random(5);
  std::normal_distribution<double> normal;
  const Index rho = 150, n = 200;
  Case c{.X = Matrix(rho + 1, n), .Y = Matrix(1, n), .hidden = {}, .weights = {Matrix(1, rho + 1)}};
  for (Index j = 0; j < n; ++j) {
    for (Index i = 0; i < rho; ++i) c.X(i, j) = std::round(100 * normal(random));
    c.X(rho, j) = 3 * c.X(4, j) - 0.5 * c.X(17, j);
    c.Y(0, j) = 1;
  }
  Matrix kept(1, rho);
  for (Index i = 0; i < rho; ++i) kept(0, i) = static_cast<double>(i);
  c.witness["lower_bound/P0"] = Matrix(1, rho + 1);  // far from optimal: it proves 1/2 - eps^2/(2n), some 1/8
  c.witness["lower_bound/kept"] = kept;
  const Numbers bound = {{"bound", 0.01}};

  EXPECT_TRUE(c.holds("lower-bound", bound));
  c.X(rho, 7) = above(c.X(rho, 7));
  EXPECT_FALSE(c.holds("lower-bound", bound));
  c.arithmetic = Arithmetic::balls;
  EXPECT_EQ(c.outcome("lower-bound", bound).reason, "input feature 150 has no witness of its dependency on the kept ones, and none was found");
  for (Index j = 0; j < n; ++j) c.X(rho, j) = normal(random);
  EXPECT_FALSE(c.holds("lower-bound", bound));
}

TEST(LinearNetworkCheck, as_many_kept_features_as_samples_span_everything) {
  // Two samples, three features: rows 0 and 1 span R^2; P X = Y is solvable, the bound is 0 for k = 2 and,
  // for k = 1, half of the least eigenvalue of Y Y^T over 2: Y = diag(2, 1) gives 1/4.
  Case c{.X = Matrix::from_rows({{1, 0}, {0, 1}, {0.1, 0.7}}), .hidden = {1}, .weights = {Matrix(1, 3), Matrix(2, 1)}};
  c.witness["lower_bound/P0"] = Matrix::from_rows({{2, 0, 0}, {0, 1, 0}});
  c.witness["lower_bound/kept"] = Matrix::from_rows({{0, 1}});

  EXPECT_TRUE(c.holds("lower-bound", {{"bound", 0.25}}));
  EXPECT_FALSE(c.holds("lower-bound", {{"bound", above(0.25)}}));
}

TEST(LinearNetworkCheck, kept_features_that_depend_on_each_other_prove_nothing) {
  Case c = dependent_features();
  c.witness["lower_bound/kept"] = Matrix::from_rows({{0, 1, 3}});

  EXPECT_FALSE(c.holds("lower-bound", {{"bound", 0.01}}));
}

TEST(LinearNetworkCheck, data_without_any_feature_leave_all_of_the_targets) {
  Case c = t1;  // X = 0: f >= |Y|^2 / 4 = 5/4
  c.X = Matrix(2, 2);
  c.witness["lower_bound/P0"] = Matrix(2, 2);
  c.witness["lower_bound/kept"] = Matrix(1, 0);

  EXPECT_TRUE(c.holds("lower-bound", {{"bound", 1.25}}));
  EXPECT_FALSE(c.holds("lower-bound", {{"bound", above(1.25)}}));
}

TEST(LinearNetworkCheck, malformed_bound_witnesses_are_input_errors) {
  const std::vector<std::pair<std::string, Matrix>> bad = {
      {"lower_bound/P0", Matrix(2, 3)},
      {"lower_bound/P0", Matrix(3, 2)},
      {"lower_bound/kept", Matrix::from_rows({{0, 2}})},
      {"lower_bound/kept", Matrix::from_rows({{1, 0}})},
      {"lower_bound/kept", Matrix::from_rows({{0, 0}})},
      {"lower_bound/kept", Matrix::from_rows({{0.5}})},
      {"lower_bound/kept", Matrix::from_rows({{-1}})},
      {"lower_bound/kept", Matrix::from_rows({{std::numeric_limits<double>::quiet_NaN()}})},
      {"lower_bound/kept", Matrix::from_rows({{0}})},  // P0 has weight on feature 1
  };
  for (const auto& [name, array] : bad) {
    Case c = t8;
    c.witness["lower_bound/P0"] = diag(2, 1);
    c.witness["lower_bound/kept"] = Matrix::from_rows({{0, 1}});
    c.witness[name] = array;
    EXPECT_THROW(c.prepared(), InputError) << name;
  }
}

// Uniform decay 1/2, three layers, X = I, Y = diag(3, 2), one sample a unit: the closed form of the mathematics
// has L = 2.602987 for 1/2 |P - Y|^2 + penalty. Here n = 2, so the decay is halved with the loss: f = 1.3014935.
TEST(LinearNetworkCheck, lower_bound_with_decay_reaches_the_closed_form) {
  Case c{.Y = diag(3, 2), .hidden = {2, 2}, .weights = {Matrix(2, 2), Matrix(2, 2), Matrix(2, 2)}, .decay = {0.25}};
  c.witness["lower_bound/P0"] = diag(3, 2);
  c.witness["lower_bound/kept"] = Matrix::from_rows({{0, 1}});
  // u = .977052202 and .821797126 solve u^5 - sqrt(Lm) y u^2 + Lm u = 0; W_l = diag(u) / sqrt(lam), lam = 1/2, and
  // L = 1/2 sum (u^3 / lam^{3/2} - y)^2 + 3/2 sum u^2.
  double L = 0.0;
  for (const auto& [u, y] : {std::pair{0.977052202, 3.0}, std::pair{0.821797126, 2.0}})
    L += 0.5 * std::pow(u * u * u / std::pow(0.5, 1.5) - y, 2) + 1.5 * u * u;
  ASSERT_NEAR(L, 2.602987, 1e-6);

  EXPECT_TRUE(c.holds("lower-bound", {{"bound", L / 2 - 1e-12}}));
  EXPECT_FALSE(c.holds("lower-bound", {{"bound", L / 2 + 1e-12}}));
  EXPECT_TRUE(c.holds("gap", {{"gap", 3.25 - L / 2 + 1e-12}, {"gap_scale", 1.0}, {"tolerance", 9.0}}));  // f = 13/4
  EXPECT_FALSE(c.holds("gap", {{"gap", 3.25 - L / 2 - 1e-12}, {"gap_scale", 1.0}, {"tolerance", 9.0}}));
}

TEST(LinearNetworkCheck, lower_bound_with_decay_needs_its_hypotheses) {
  Case good{.Y = diag(3, 2), .hidden = {2, 2}, .weights = {Matrix(2, 2), Matrix(2, 2), Matrix(2, 2)}, .decay = {0.25}};
  good.witness["lower_bound/P0"] = diag(3, 2);
  good.witness["lower_bound/kept"] = Matrix::from_rows({{0, 1}});
  const Numbers bound = {{"bound", 1.3}};
  EXPECT_TRUE(good.holds("lower-bound", bound));

  Case skips = good, no_decay = good, one_layer_free = good, few = good;
  skips.residual = true;
  no_decay.decay = {0.0};
  one_layer_free.decay = {0.25, 0.0, 0.25};
  few.X = Matrix::from_rows({{1, 0}, {0, 1}, {0, 0}});
  few.weights[0] = Matrix(2, 3);
  few.witness["lower_bound/P0"] = Matrix::from_rows({{3, 0, 0}, {0, 2, 0}});
  for (const Case& c : {skips, no_decay, one_layer_free, few}) EXPECT_FALSE(c.holds("lower-bound", bound));
}

// The minimum over a fine grid, in long double, is above the bound and close to it.
TEST(LinearNetworkCheck, shrinkage_is_bounded_from_below_and_sharply) {
  for (const std::size_t H : {1u, 2u, 3u, 5u}) {
    for (const double a : {0.0, 0.1, 0.9, 1.1, 3.0, 50.0}) {
      for (const double d : {0.0, 1e-3, 0.4, 10.0}) {
        long double least = std::numeric_limits<long double>::infinity();
        const long double end = std::pow(static_cast<long double>(a), 1.0L / static_cast<long double>(H));
        for (int i = 0; i <= 20000; ++i) {
          const long double u = end * i / 20000, r = std::pow(u, static_cast<long double>(H)) - a;
          least = std::min(least, 0.5L * r * r + d * u * u);
        }
        const auto bound = linear_network_check::least_shrinkage(balls::Real(128, 0.5), balls::Real(128, a), balls::Real(128, d), H);
        const double lower = arf_get_d(arb_midref(bound.get()), ARF_RND_NEAR);
        EXPECT_LE(lower, static_cast<double>(least) + 1e-18) << H << " " << a << " " << d;
        EXPECT_GE(lower, static_cast<double>(least) - 1e-7 * (1 + a * a)) << H << " " << a << " " << d;
      }
    }
  }
}

// Both arithmetics enclose the same numbers; balls of 1024 bits are the truth here.
TEST(SampleProducts, floating_point_enclosures_contain_the_exact_products) {
  std::mt19937_64 random(3);
  std::normal_distribution<double> normal;
  const auto filled = [&](Index rows, Index cols) {
    Matrix A(rows, cols);
    for (double& x : A.flat()) x = normal(random);
    return A;
  };
  const Matrix X = filled(5, 5000), Y = filled(3, 5000), P = filled(3, 5);
  const linear_network_check::Model model{X, Y, {5, 3}, false, {}};
  const BallProducts balls_(model, 1024);
  const FloatingProducts floating(model, 128);
  const balls::Matrix p(1024, P);

  const auto exact = balls_.residual(p), enclosed = floating.residual(p);
  EXPECT_TRUE(arb_contains(enclosed.squared_norm.get(), exact.squared_norm.get()));
  EXPECT_TRUE(arb_mat_contains(enclosed.times_inputs.get(), exact.times_inputs.get()));
  EXPECT_TRUE(arb_contains(floating.squared_image_norm(p).get(), balls_.squared_image_norm(p).get()));
  EXPECT_TRUE(arb_mat_contains(floating.gram({0, 2, 4}).get(), balls_.gram({0, 2, 4}).get()));
  EXPECT_TRUE(arb_mat_contains(floating.gram({0, 1, 2, 3, 4}).get(), balls_.gram({0, 1, 2, 3, 4}).get()));

  balls::Real eps(1024), tail(1024), eps_floating(128), tail_floating(128);
  const std::vector<Index> kept = {0, 1, 2, 3, 4};
  ASSERT_TRUE(balls_.weigh({exact.times_inputs, p, kept, 2}, eps, tail));
  ASSERT_TRUE(floating.weigh({exact.times_inputs, p, kept, 2}, eps_floating, tail_floating));
  EXPECT_EQ(is_at_most(eps, balls::Real(1024, arf_get_d(arb_midref(eps_floating.get()), ARF_RND_NEAR) * (1 + 1e-9))), balls::Answer::yes);
  EXPECT_EQ(is_at_most(tail_floating, tail), balls::Answer::yes);
  EXPECT_EQ(is_at_most(0.999999 * tail, tail_floating), balls::Answer::yes);
}

TEST(SampleProducts, dependent_rows_are_never_proved_independent) {
  const Matrix X = Matrix::from_rows({{1, 2, 3}, {2, 4, 6}, {0, 0, 0}}), Y(1, 3);
  const linear_network_check::Model model{X, Y, {3, 1}, false, {}};
  const balls::Matrix E(128, 1, 2);
  balls::Real eps(128), tail(128);

  for (const std::vector<Index>& kept : {std::vector<Index>{0, 1}, std::vector<Index>{0, 2}}) {
    EXPECT_FALSE(BallProducts(model, 128).weigh({E, E, kept, 0}, eps, tail));
    EXPECT_FALSE(FloatingProducts(model, 128).weigh({E, E, kept, 0}, eps, tail));
  }
}

// Above the limit of affordable balls the check goes through rigor/ and says so.
TEST(LinearNetworkCheck, large_data_are_checked_in_error_bounded_floating_point) {
  const Index n = 100000;
  Case c{.X = Matrix(32, n), .Y = Matrix(4, n), .hidden = {2}, .weights = {Matrix(2, 32), Matrix(4, 2)}};
  for (Index j = 0; j < n; ++j) {
    c.X(j % 32, j) = 1.0;  // X X^T = 3125 I
    if (j % 32 < 4) c.Y(j % 32, j) = static_cast<double>(4 - j % 32);  // 4, 3, 2, 1: Y = P X with P = diag
  }
  Matrix P0(4, 32), kept(1, 32);
  for (Index i = 0; i < 4; ++i) P0(i, i) = static_cast<double>(4 - i);
  for (Index i = 0; i < 32; ++i) kept(0, i) = static_cast<double>(i);
  c.witness["lower_bound/P0"] = P0;
  c.witness["lower_bound/kept"] = kept;
  c.weights[0](0, 0) = 4, c.weights[0](1, 1) = 3, c.weights[1](0, 0) = c.weights[1](1, 1) = 1;
  const double optimum = 3125.0 * (4 + 1) / (2.0 * 100000);  // the two least of 16, 9, 4, 1

  const Outcome bound = c.outcome("lower-bound", {{"bound", optimum * (1 - 1e-12)}});
  EXPECT_TRUE(bound.verified);
  EXPECT_EQ(bound.how, by_rigor);
  EXPECT_FALSE(c.holds("lower-bound", {{"bound", optimum * (1 + 1e-12)}}));
  EXPECT_TRUE(c.holds("value", {{"lower", optimum * (1 - 1e-12)}, {"upper", optimum * (1 + 1e-12)}}));
  EXPECT_FALSE(c.holds("value", {{"lower", 0.0}, {"upper", optimum * (1 - 1e-12)}}));
}

TEST(LinearNetworkCheck, balls_are_used_for_large_data_when_insisted_on) {
  const Index n = 60000;
  Case c{.X = Matrix(32, n), .Y = Matrix(16, n), .hidden = {}, .weights = {Matrix(16, 32)}, .arithmetic = Arithmetic::balls};
  for (Index j = 0; j < n; ++j) c.Y(j % 16, j) = 1.0;

  const Outcome value = c.outcome("value", {{"lower", 0.5}, {"upper", 0.5}});

  EXPECT_TRUE(value.verified);
  EXPECT_EQ(value.how, by_balls);
}

}  // namespace
}  // namespace nadir
