// The check of linear networks, claim by claim: true claims on the cases of the mathematics, and the nearest
// doubles that make them false. Oracles are closed forms worked out in the comments; values are half of those
// of the loss 1/2 |P X - Y|^2 where there are two samples.
#include "nadir/problems/linear_network/check.hpp"

#include <cmath>
#include <limits>

#include <gtest/gtest.h>

#include "nadir/base/error.hpp"
#include "nadir/problems/linear_network/check_case_test.hpp"

namespace nadir {
namespace {

using namespace check_case;

TEST(LinearNetworkCheck, value_is_exact_to_the_last_bit) {
  EXPECT_TRUE(t2.holds("value", {{"lower", 1.25}, {"upper", 1.25}}));
  EXPECT_TRUE(t8.holds("value", {{"lower", 0.25}, {"upper", 0.25}}));
  EXPECT_TRUE(t1.holds("value", {{"lower", -0.0}, {"upper", 0.0}}));
  EXPECT_FALSE(t2.holds("value", {{"lower", above(1.25)}, {"upper", 2.0}}));
  EXPECT_FALSE(t2.holds("value", {{"lower", 1.0}, {"upper", below(1.25)}}));
  EXPECT_FALSE(t1.holds("value", {{"lower", 5e-324}, {"upper", 1.0}}));
  EXPECT_FALSE(t2.holds("value", {{"lower", 2.0}, {"upper", 1.0}}));
}

// Three samples: 1/(2n) = 1/6 is no double, and 1/18 neither.
TEST(LinearNetworkCheck, value_that_is_no_double_lies_between_its_neighbours) {
  const Case d2{.X = Matrix::from_rows({{1, 0, 1}, {0, 1, 1}}), .Y = Matrix::from_rows({{2, 0, 1}, {0, 1, 1}}), .hidden = {},
                .weights = {Matrix(2, 2)}};  // |Y|^2 = 7: f = 7/6
  const double nearest = 7.0 / 6.0;  // rounds down: 6 * nearest < 7 in exact arithmetic, by the test below

  const bool is_below = std::fma(6.0, nearest, -7.0) < 0.0;
  const double lower = is_below ? nearest : below(nearest), upper = is_below ? above(nearest) : nearest;

  EXPECT_TRUE(d2.holds("value", {{"lower", lower}, {"upper", upper}}));
  EXPECT_FALSE(d2.holds("value", {{"lower", upper}, {"upper", 2.0}}));
  EXPECT_FALSE(d2.holds("value", {{"lower", 1.0}, {"upper", lower}}));
}

TEST(LinearNetworkCheck, gradient_norm_is_exact_where_it_is_a_double) {
  const Numbers rest = {{"scale", 1.0}, {"tolerance", 1e-8}};
  const auto numbers = [&](double lower, double upper) {
    Numbers n = {{"lower", lower}, {"upper", upper}};
    n.insert(n.end(), rest.begin(), rest.end());
    return n;
  };

  EXPECT_TRUE(chain.holds("gradient-norm", numbers(5.0, 5.0)));
  EXPECT_TRUE(chain.holds("gradient-norm", numbers(-1.0, 5.0)));
  EXPECT_FALSE(chain.holds("gradient-norm", numbers(above(5.0), 6.0)));
  EXPECT_FALSE(chain.holds("gradient-norm", numbers(4.0, below(5.0))));
  EXPECT_FALSE(chain.holds("gradient-norm", numbers(-6.0, -5.0)));
  EXPECT_TRUE(t5.holds("gradient-norm", numbers(0.0, 0.0)));
  EXPECT_FALSE(t5.holds("gradient-norm", numbers(5e-324, 1.0)));
}

TEST(LinearNetworkCheck, critical_means_exactly_zero) {
  for (const Case& c : {t1, t2, t4, t5, t6, t8, t17}) EXPECT_TRUE(c.holds("critical"));
  EXPECT_FALSE(chain.holds("critical"));

  // T18 with the least d whose square is no underflow to zero in real arithmetic: |grad| = d^2 / 2, about 1e-640.
  Case nearly = t5;
  nearly.weights[0](1, 1) = nearly.weights[2](1, 1) = 1e-320;
  EXPECT_FALSE(nearly.holds("critical"));
  EXPECT_EQ(nearly.outcome("critical").reason, "the gradient is not zero");
}

TEST(LinearNetworkCheck, critical_is_not_fooled_by_cancellation) {
  Case c{.X = Matrix::from_rows({{1e200, 1e-200}}), .Y = Matrix::from_rows({{1e200, 1e-200}}), .hidden = {}, .weights = {column({1})}};
  EXPECT_TRUE(c.holds("critical"));

  c.Y(0, 1) = above(1e-200);
  EXPECT_FALSE(c.holds("critical"));
}

TEST(LinearNetworkCheck, negative_curvature_is_exact_along_the_direction) {
  Case c = t2;
  c.witness["direction"] = flat({diag(1, 0), diag(1, 0)});  // u'Hu = 1/2 * 2 * (-2) = -2, u'u = 2

  EXPECT_TRUE(c.holds("negative-curvature", {{"curvature", -1.0}}));
  EXPECT_FALSE(c.holds("negative-curvature", {{"curvature", below(-1.0)}}));
  EXPECT_FALSE(c.holds("negative-curvature", {{"curvature", 0.0}}));

  c.witness["direction"] = Matrix(8, 1);
  EXPECT_FALSE(c.holds("negative-curvature", {{"curvature", -1.0}}));
  c.witness["direction"](0, 0) = std::numeric_limits<double>::quiet_NaN();
  EXPECT_FALSE(c.holds("negative-curvature", {{"curvature", -1.0}}));
  c.witness["direction"] = Matrix(7, 1);
  EXPECT_THROW(c.holds("negative-curvature", {{"curvature", -1.0}}), InputError);
  c.witness.clear();
  EXPECT_THROW(c.holds("negative-curvature", {{"curvature", -1.0}}), InputError);
}

TEST(LinearNetworkCheck, negative_curvature_of_deeper_saddles) {
  Case c6 = t6, c17 = t17;
  c6.witness["direction"] = flat({diag(0, 1), Matrix(2, 2), diag(0, 1)});
  c17.witness = c6.witness;  // 1/2 * 2 * 1e-6 * (-1) / 2

  EXPECT_TRUE(c6.holds("negative-curvature", {{"curvature", -0.5}}));
  EXPECT_FALSE(c6.holds("negative-curvature", {{"curvature", below(-0.5)}}));
  EXPECT_TRUE(c17.holds("negative-curvature", {{"curvature", -0.5e-6}}));
  EXPECT_FALSE(c17.holds("negative-curvature", {{"curvature", below(-0.5e-6)}}));
}

TEST(LinearNetworkCheck, semidefiniteness_is_decided_exactly) {
  for (const Case& c : {t1, t4, t5, t8}) EXPECT_TRUE(c.holds("no-negative-curvature"));
  for (const Case& c : {t2, t6, t17}) EXPECT_FALSE(c.holds("no-negative-curvature"));

  Case tiny = t17;
  tiny.weights[1](1, 1) = 5e-324;
  EXPECT_FALSE(tiny.holds("no-negative-curvature"));
}

TEST(LinearNetworkCheck, semidefiniteness_of_many_parameters_is_left_undecided) {
  const Case big{.hidden = {80}, .weights = {Matrix(80, 2), Matrix(2, 80)}};

  EXPECT_EQ(big.outcome("no-negative-curvature").reason, "too many parameters for exact arithmetic on the Hessian");
  EXPECT_FALSE(big.holds("isolated-minimum", {{"radius", 0.1}, {"least_eigenvalue", 0.1}}));
}

TEST(LinearNetworkCheck, descent_is_exact_from_witness_and_from_point_file) {
  Case c = t5;  // adding diag(0, 1) everywhere gives P = diag(2, 1): f falls from 1/4 to 0
  c.witness["escape"] = flat({diag(0, 1), diag(0, 1), diag(0, 1)});
  Case from_point = t5;
  for (const char* name : {"escape/W1", "escape/W2", "escape/W3"}) from_point.escape[name] = diag(0, 1);

  for (const Case& way : {c, from_point}) {
    EXPECT_TRUE(way.holds("descent", {{"decrease", 0.25}}));
    EXPECT_FALSE(way.holds("descent", {{"decrease", above(0.25)}}));
    EXPECT_FALSE(way.holds("descent", {{"decrease", 0.0}}));
  }
  from_point.escape.erase("escape/W2");
  EXPECT_THROW(from_point.holds("descent", {{"decrease", 0.25}}), InputError);
}

TEST(LinearNetworkCheck, moved_points_are_real_sums_not_rounded_ones) {
  // 3 + 1e-30 is 3 in double precision; the value at (3 + h, 4) is 1/2 (1 - 4 h)^2 = 1/2 - 4 h + 8 h^2.
  Case c = chain;
  c.witness["escape"] = column({1e-30, 0.0});

  EXPECT_TRUE(c.holds("descent", {{"decrease", 3.99e-30}}));
  EXPECT_FALSE(c.holds("descent", {{"decrease", 4.01e-30}}));
}

TEST(LinearNetworkCheck, identity_skips_are_added_to_square_layers_only) {
  // I + W1 = diag(2, 1), and W2 (1 x 2) has no skip.
  const Case c{.Y = Matrix::from_rows({{2, 1}}), .hidden = {2}, .weights = {diag(1, 0), Matrix::from_rows({{1, 1}})}, .residual = true};

  EXPECT_TRUE(c.holds("value", {{"lower", 0.0}, {"upper", 0.0}}));
  EXPECT_TRUE(c.holds("critical"));
}

// R1: f = 1/2 (w2 w1 - 2)^2 + w1^2 / 8 + w2^2 / 2, minima +-(sqrt 3, sqrt 3 / 2) with f = 0.875 and the Hessian
// [1 1; 1 4], least eigenvalue (5 - sqrt 13) / 2 = 0.697...
Case r1() {
  return {.X = column({1}), .Y = column({2}), .hidden = {1}, .weights = {column({std::sqrt(3.0)}), column({std::sqrt(3.0) / 2})}, .decay = {0.25, 1}};
}

TEST(LinearNetworkCheck, weight_decay_enters_value_gradient_and_curvature) {
  EXPECT_TRUE(r1().holds("value", {{"lower", 0.875}, {"upper", 0.875 + 1e-15}}));
  EXPECT_TRUE(r1().holds("gradient-norm", {{"lower", 0.0}, {"upper", 1e-15}, {"scale", 1.0}, {"tolerance", 1e-8}}));

  Case origin = r1();  // Hessian [1/4 -2; -2 1]
  origin.weights = {column({0}), column({0})};
  origin.witness["direction"] = column({1, 1});
  EXPECT_TRUE(origin.holds("value", {{"lower", 2.0}, {"upper", 2.0}}));
  EXPECT_TRUE(origin.holds("negative-curvature", {{"curvature", -1.375}}));
  EXPECT_FALSE(origin.holds("negative-curvature", {{"curvature", below(-1.375)}}));

  Case entries = r1();
  entries.decay = {};
  entries.decay_entries = {{"W1", column({0.25})}, {"W2", column({1})}};
  EXPECT_TRUE(entries.holds("value", {{"lower", 0.875}, {"upper", 0.875 + 1e-15}}));
}

TEST(LinearNetworkCheck, isolated_minimum_needs_radius_and_curvature) {
  const double least = (5 - std::sqrt(13.0)) / 2;

  EXPECT_TRUE(r1().holds("isolated-minimum", {{"radius", 1e-12}, {"least_eigenvalue", least - 1e-9}}));
  EXPECT_TRUE(r1().holds("isolated-minimum", {{"radius", 1e-3}, {"least_eigenvalue", 0.5}}));
  EXPECT_FALSE(r1().holds("isolated-minimum", {{"radius", 1e-12}, {"least_eigenvalue", least + 1e-9}}));
  EXPECT_FALSE(r1().holds("isolated-minimum", {{"radius", 1e-18}, {"least_eigenvalue", 0.5}}));
  EXPECT_FALSE(r1().holds("isolated-minimum", {{"radius", 2.0}, {"least_eigenvalue", 0.5}}));
  EXPECT_FALSE(r1().holds("isolated-minimum", {{"radius", 1e-3}, {"least_eigenvalue", 0.0}}));
  EXPECT_FALSE(r1().holds("isolated-minimum", {{"radius", -1e-3}, {"least_eigenvalue", 0.5}}));
}

// R2: d = (1,1,1,1), x = 1, y = 3, decay 1/2: the origin is a minimum with Hessian I/2, f = 4.5; at
// w = 1.38176048 everywhere f = 1.497417.
TEST(LinearNetworkCheck, a_spurious_minimum_is_isolated_and_has_a_better_point) {
  Case c{.X = column({1}), .Y = column({3}), .hidden = {1, 1}, .weights = {column({0}), column({0}), column({0})}, .decay = {0.5}};
  c.witness["better"] = column({1.38176048, 1.38176048, 1.38176048});

  EXPECT_TRUE(c.holds("critical"));
  EXPECT_TRUE(c.holds("isolated-minimum", {{"radius", 0.0}, {"least_eigenvalue", 0.5}}));
  EXPECT_FALSE(c.holds("isolated-minimum", {{"radius", 0.0}, {"least_eigenvalue", above(0.5)}}));
  EXPECT_TRUE(c.holds("better-point", {{"value", 1.4975}}));
  EXPECT_FALSE(c.holds("better-point", {{"value", 1.4974}}));
}

TEST(LinearNetworkCheck, only_unpenalised_squared_loss_has_no_spurious_minima) {
  Case zero_decay = t5;
  zero_decay.decay = {0.0};

  EXPECT_TRUE(t5.prepared()->has_only_saddles_beside_global_minima());
  EXPECT_TRUE(zero_decay.prepared()->has_only_saddles_beside_global_minima());
  EXPECT_FALSE(r1().prepared()->has_only_saddles_beside_global_minima());
}

TEST(LinearNetworkCheck, unknown_kinds_are_not_verified) {
  EXPECT_EQ(t1.outcome("oracle").reason, "no check for claims of this kind");
}

TEST(LinearNetworkCheck, inputs_that_do_not_fit_are_input_errors) {
  const auto changed = [](auto change) {
    Case c = t1;
    change(c);
    return c;
  };
  for (const Case& c :
       {changed([](Case& k) { k.X = Matrix(2, 3); }), changed([](Case& k) { k.X = k.Y = Matrix(2, 0); }),
        changed([](Case& k) { k.weights[0] = Matrix(3, 2); }), changed([](Case& k) { k.weights[1] = Matrix(2, 3); }),
        changed([](Case& k) { k.weights.pop_back(); }),
        changed([](Case& k) { k.hidden = {0}; }), changed([](Case& k) { k.hidden = {std::int64_t{1} << 62}; }),
        changed([](Case& k) { k.decay = {1, 2, 3}; }), changed([](Case& k) { k.decay = {-1}; }),
        changed([](Case& k) { k.decay_entries = {{"W1", Matrix(2, 2)}}; }),
        changed([](Case& k) { k.decay_entries = {{"W1", Matrix(2, 2)}, {"W2", diag(-1, 0)}}; }),
        changed([](Case& k) { k.decay = {1}, k.decay_entries = {{"W1", Matrix(2, 2)}, {"W2", Matrix(2, 2)}}; }),
        changed([](Case& k) { k.loss = "cubic"; })})
    EXPECT_THROW(c.prepared(), InputError);
}

TEST(LinearNetworkCheck, points_that_are_not_finite_verify_nothing) {
  for (const double x : {std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity()}) {
    Case c = t1;
    c.weights[0](0, 1) = x;
    EXPECT_FALSE(c.holds("value", {{"lower", -1e300}, {"upper", 1e300}}));
    EXPECT_FALSE(c.holds("critical"));
    EXPECT_FALSE(c.holds("gradient-norm", {{"lower", -1.0}, {"upper", 1e300}, {"scale", 1.0}, {"tolerance", 1.0}}));
    EXPECT_FALSE(c.holds("no-negative-curvature"));
    EXPECT_FALSE(c.holds("isolated-minimum", {{"radius", 1.0}, {"least_eigenvalue", 1e-9}}));
  }
}

TEST(LinearNetworkCheck, overflow_in_double_is_none_in_balls) {
  const Case c{.X = column({1e300}), .Y = column({0}), .hidden = {}, .weights = {column({1e-300})}};  // (about 1)^2 / 2

  EXPECT_TRUE(c.holds("value", {{"lower", 0.499999}, {"upper", 0.500001}}));
  EXPECT_TRUE(c.holds("gradient-norm", {{"lower", 0.99e300}, {"upper", 1.01e300}, {"scale", 1.0}, {"tolerance", 1.0}}));
}

}  // namespace
}  // namespace nadir
