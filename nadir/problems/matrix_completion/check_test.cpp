// The check of matrix-completion's claims: true claims are verified, the nearest false ones are not. Numbers are worked
// out by hand (fractions in the comments) unless another origin is named. Bounds are in check_bound_test.cpp.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "nadir/base/error.hpp"
#include "nadir/problems/matrix_completion/check_case_test.hpp"

namespace nadir {
namespace {

using namespace completion_case;
using testing::HasSubstr;

TEST(CompletionCheck, verifies_values_to_the_last_bit) {
  EXPECT_TRUE(scalar.has_value(4.5, 4.5));
  EXPECT_FALSE(scalar.has_value(above(4.5), 5));
  EXPECT_FALSE(scalar.has_value(4, below(4.5)));
  EXPECT_FALSE(scalar.has_value(5, 4));
  EXPECT_TRUE(diagonal.has_value(5, 5));
  EXPECT_TRUE(weighted.has_value(5.5, 5.5));  // (2 + 1/2 + 1)/2 + 1/4 (5 + 10)
  EXPECT_FALSE(weighted.has_value(5.5, 5.5 - 1e-15));
  EXPECT_EQ(scalar.outcome("value", {{"lower", 4.5}, {"upper", 4.5}}).how, by_balls);
}

TEST(CompletionCheck, settles_values_that_no_double_holds) {
  Case tiny = scalar;
  tiny.U = column({above(2)});  // x = 4 + 2^-50: f = (1 - 2^-50)^2/2 + (4 + 4 + 2^-49 + 2^-102)/2... = 4.5 + 2^-101 + 2^-103
  EXPECT_TRUE(tiny.has_value(4.5, above(4.5)));
  EXPECT_FALSE(tiny.has_value(4, 4.5));
  EXPECT_FALSE(tiny.has_value(above(4.5), 5));
}

TEST(CompletionCheck, weighs_the_penalty_by_counts_with_weighted_lambda) {
  Case alswr = weighted;
  alswr.weighted_lambda = true;  // a = (1, 2), b = (2, 1)

  EXPECT_TRUE(alswr.has_value(8.75, 8.75));  // 7/4 + 1/4 (1 + 8 + 18 + 1)
  EXPECT_FALSE(weighted.has_value(8.75, 8.75));
  EXPECT_TRUE(alswr.has_gradient_norm(std::sqrt(71.75) - 1e-14, std::sqrt(71.75) + 1e-14));  // (-11/2, 11/2, 3, 3/2)
}

TEST(CompletionCheck, verifies_gradient_norms_and_critical_points) {
  EXPECT_TRUE(scalar.has_gradient_norm(0, 0));
  EXPECT_TRUE(scalar.holds("critical"));
  EXPECT_TRUE(diagonal.holds("critical"));
  EXPECT_TRUE(weighted.has_gradient_norm(std::sqrt(55.0) - 1e-14, std::sqrt(55.0) + 1e-14));  // (-11/2, 9/2, 3/2, 3/2)
  EXPECT_FALSE(weighted.has_gradient_norm(0, std::sqrt(55.0) - 1e-14));
  EXPECT_FALSE(weighted.has_gradient_norm(std::sqrt(55.0) + 1e-14, 10));
  EXPECT_FALSE(weighted.has_gradient_norm(-10, -1));
  EXPECT_FALSE(weighted.holds("critical"));

  Case near = scalar;
  near.U = column({above(2)});
  EXPECT_FALSE(near.holds("critical"));
  EXPECT_FALSE(near.has_gradient_norm(0, 0));
}

TEST(CompletionCheck, verifies_a_gap_from_the_value_alone_only_against_zero) {
  EXPECT_TRUE(scalar.holds("gap", {{"gap", 4.5}, {"gap_scale", 4.5}, {"tolerance", 1}}));
  EXPECT_FALSE(scalar.holds("gap", {{"gap", below(4.5)}, {"gap_scale", 4.5}, {"tolerance", 1}}));
}

TEST(CompletionCheck, verifies_negative_curvature_at_the_zero_saddle) {
  // Along (e1, e1): -2 * 3 + 1 + 1 over 2.
  EXPECT_TRUE(diagonal.has_curvature({1, 0, 1, 0}, -2));
  EXPECT_TRUE(diagonal.has_curvature({3, 0, 3, 0}, -2));
  EXPECT_FALSE(diagonal.has_curvature({1, 0, 1, 0}, below(-2)));
  EXPECT_FALSE(diagonal.has_curvature({0, 1, 0, 1}, -1e-300));  // curvature 0: residual and penalty cancel
  EXPECT_FALSE(diagonal.has_curvature({0, 0, 0, 0}, -1));
  EXPECT_FALSE(diagonal.has_curvature({1, 0, -1, 0}, -1));
  EXPECT_FALSE(diagonal.has_curvature({1, 0, 1, 0}, 0));
  // Along (1, 0; 0, 1): 2 * 9 + 4/2 + 1/2 (1 + 1) = 21 > 0.
  EXPECT_FALSE(weighted.has_curvature({1, 0, 0, 1}, -1));
}

TEST(CompletionCheck, verifies_descent_and_better_points) {
  // U = V = (1, 0): f = 4/2 + 1/2 + 1.
  EXPECT_TRUE(diagonal.descends({1, 0, 1, 0}, 1.5));
  EXPECT_FALSE(diagonal.descends({1, 0, 1, 0}, above(1.5)));
  EXPECT_FALSE(diagonal.descends({1, 0, -1, 0}, 1e-300));
  EXPECT_FALSE(diagonal.descends({1, 0, 1, 0}, -1));
  EXPECT_FALSE(diagonal.descends({0, 0, 0, 0}, 0));

  Case in_point = diagonal;
  in_point.escape = {{"escape/U", column({1, 0})}, {"escape/V", column({1, 0})}};
  EXPECT_TRUE(in_point.holds("descent", {{"decrease", 1.5}}));
  EXPECT_FALSE(in_point.holds("descent", {{"decrease", above(1.5)}}));
  in_point.escape = {{"escape/U", Matrix(2, 2)}, {"escape/V", Matrix(2, 2)}};
  EXPECT_THROW(in_point.holds("descent", {{"decrease", 1.5}}), InputError);

  Case better = diagonal;
  better.witness["better"] = column({1.5, 0, 1.5, 0});  // (3/4)^2/2 + 1/2 + 9/4
  EXPECT_TRUE(better.holds("better-point", {{"value", 3.03125}}));
  EXPECT_FALSE(better.holds("better-point", {{"value", below(3.03125)}}));
}

TEST(CompletionCheck, differentiates_the_row_norm_regulariser) {
  EXPECT_TRUE(psd.has_value(27, 27));  // 25/2 + 25/2 + 2
  EXPECT_FALSE(psd.has_value(above(27), 28));
  EXPECT_TRUE(psd.has_gradient_norm(63 - 1e-13, 63 + 1e-13));  // (10 + 1 + 8/5) |u|
  EXPECT_FALSE(psd.has_gradient_norm(0, 63 - 1e-13));

  // m = 60 instead: R = 35. Along u: 2500 - 70 25 + 25 + 600 = 1375 > 0; across: -70 25 + 25 + 40 = -1685, over 25.
  Case saddle = psd;
  saddle.entries[0].value = 60;
  EXPECT_FALSE(saddle.has_curvature({3, 4}, -1));
  EXPECT_TRUE(saddle.has_curvature({4, -3}, -67.4 + 1e-12));
  EXPECT_FALSE(saddle.has_curvature({4, -3}, -67.4 - 1e-12));
}

TEST(CompletionCheck, treats_the_limit_zero_and_the_row_at_its_limit_as_smooth) {
  Case quartic = psd;
  quartic.row_norm_limit = 0;  // C |u|^4 = 2 * 625
  EXPECT_TRUE(quartic.has_value(1275, 1275));
  EXPECT_TRUE(quartic.has_gradient_norm(1055, 1055));  // (10 + 1 + 200) |u|
  quartic.U = Matrix::from_rows({{0, 0}});
  EXPECT_TRUE(quartic.holds("critical"));
  EXPECT_TRUE(quartic.has_curvature({1, 1}, -39));  // -40 + 1
  EXPECT_FALSE(quartic.has_curvature({1, 1}, below(-39)));

  Case at_limit = psd;
  at_limit.row_norm_limit = 5;
  EXPECT_TRUE(at_limit.has_value(25, 25));
  EXPECT_TRUE(at_limit.has_gradient_norm(55, 55));
}

TEST(CompletionCheck, counts_both_images_of_a_symmetric_entry) {
  // U = (1, 2): entries (0, 1) and (1, 0) are both 5, x = 2: f = 9 + 1/2 (1 + 4).
  const Case both{.rows = 2, .cols = 2, .entries = {{0, 1, 5}, {1, 0, 5}}, .lambda = "0.5", .U = column({1, 2}), .psd = true};
  // G = -2 * 3 (2, 1) + (1, 2) = (-11, -4)
  EXPECT_TRUE(both.has_value(11.5, 11.5));
  EXPECT_TRUE(both.has_gradient_norm(std::sqrt(137.0) - 1e-14, std::sqrt(137.0) + 1e-14));
}

TEST(CompletionCheck, multiplies_side_information_in) {
  EXPECT_TRUE(features.has_value(4, 4));  // (1 + 1)/2 + (1 + 5)/2
  EXPECT_TRUE(features.has_gradient_norm(std::sqrt(56.0) - 1e-14, std::sqrt(56.0) + 1e-14));  // (6; 2, 4)
  EXPECT_FALSE(features.has_gradient_norm(0, std::sqrt(56.0) - 1e-14));

  // At zero A^T R B = (12, 18): norm 6 sqrt(13) = 21.6333; 45 (s - s^2/2) = 15.99 at s = 10/21.6333.
  Case zero = features;
  zero.lambda = "10";
  zero.U = column({0});
  zero.V = column({0, 0});
  EXPECT_TRUE(zero.has_bound(15.98, 0.4622, 21.6334));
  EXPECT_FALSE(zero.has_bound(16.1, 0.4622, 21.6334));
  EXPECT_FALSE(zero.has_bound(20, 1, 10));
  EXPECT_FALSE(zero.has_bound(15.98, 0.4622, 21.63));

  // A alone: S = A^T R is (2, 8, 10), norm 12.9615.
  Case rows_only = zero;
  rows_only.B = Matrix();
  rows_only.V = column({0, 0, 0});
  EXPECT_TRUE(rows_only.has_bound(21.3, 0.7715, 12.9615));   // 45 (0.7715 - 0.2976) = 21.32
  EXPECT_FALSE(rows_only.has_bound(21.4, 0.7715, 12.9615));
}

TEST(CompletionCheck, states_scales_and_no_larger_ones) {
  const auto check = weighted.prepared();

  // The value exceeds 1e-6 (2 16 + 1/2 + 25)/2.
  EXPECT_DOUBLE_EQ(check->largest_scale({"gap", "", "", Rigor::proved, {}}), 5.5);
  // U: 2 (4 + 3) 3 + 1/2 = 42.5;  1/2 (1 + 2) 1 + (5 + 6) 3 + 1 = 35.5
  // V: 2 (4 + 3) 1 + (5 + 6) 2 + 3/2 = 37.5;  1/2 (1 + 2) 2 + 1/2 = 3.5
  const double scale = std::sqrt(42.5 * 42.5 + 35.5 * 35.5 + 37.5 * 37.5 + 3.5 * 3.5);
  EXPECT_NEAR(check->largest_scale({"gradient-norm", "", "", Rigor::proved, {}}), scale, 1e-7);
}

TEST(CompletionCheck, states_the_scales_of_the_variants) {
  const auto scale = [](const Case& c) { return c.prepared()->largest_scale({"gradient-norm", "", "", Rigor::proved, {}}); };

  // Either side: (20 + 25) 5 + 5/2; the regulariser: 4 * 2 * 1.
  EXPECT_NEAR(scale(psd), 463, 1e-6);
  // |A U| = (1, 2), |B V| = (1, 2, 3). Rows: 3, 11 * 3 + 8 * 2, times 2; columns: 3, 8 * 2, 11 * 2, times sqrt(2); |(U, V)| = sqrt(6).
  EXPECT_NEAR(scale(features), std::sqrt(4.0 * (9 + 49 * 49) + 2.0 * (9 + 256 + 484)) + std::sqrt(6.0), 1e-6);
}

TEST(CompletionCheck, states_scales_whose_squares_underflow) {
  Case tiny = scalar;  // 5 |v| + L |u| for either side: 6e-161, and x is nothing beside 5
  tiny.U = tiny.V = column({1e-161});
  const double scale = tiny.prepared()->largest_scale({"gradient-norm", "", "", Rigor::proved, {}});

  EXPECT_GE(scale, 6e-161 * std::sqrt(2.0));
  EXPECT_LE(scale, 20e-161);
  tiny.U = tiny.V = column({0});
  EXPECT_EQ(tiny.prepared()->largest_scale({"gradient-norm", "", "", Rigor::proved, {}}), 0.0);
}

TEST(CompletionCheck, refuses_blocks_and_penalties_that_do_not_fit) {
  Case misfit = weighted;
  misfit.U = column({1, 2, 3});
  EXPECT_THROW(misfit.prepared(), InputError);
  misfit.U = Matrix(2, 0);
  EXPECT_THROW(misfit.prepared(), InputError);
  misfit.U = Matrix(2, 2);
  EXPECT_THROW(misfit.prepared(), InputError);  // V has one column
  Case ranked = weighted;
  ranked.rank = "1";
  EXPECT_TRUE(ranked.has_value(5.5, 5.5));
  for (const char* rank : {"2", "0", "-1", "", "1.5", "all"}) {
    ranked.rank = rank;
    EXPECT_THROW(ranked.prepared(), InputError) << rank;
  }
  for (const char* lambda : {"cv", "", "-1", "nan", "inf", "1e999", "1x"}) {
    Case wrong = weighted;
    wrong.lambda = lambda;
    EXPECT_THROW(wrong.prepared(), InputError) << lambda;
  }
}

TEST(CompletionCheck, refuses_witnesses_that_are_missing_or_do_not_fit) {
  EXPECT_THROW(diagonal.has_curvature({1, 0, 1}, -1), InputError);
  EXPECT_THROW(diagonal.descends({1, 0, 1, 0, 0}, 1), InputError);
  EXPECT_THROW(diagonal.holds("negative-curvature", {{"curvature", -1}}), InputError);
  EXPECT_THROW(diagonal.holds("descent", {{"decrease", 1}}), InputError);
  EXPECT_THROW(diagonal.holds("better-point", {{"value", 1}}), InputError);
  EXPECT_THROW(diagonal.holds("lower-bound", {{"bound", 1}}), InputError);
  EXPECT_FALSE(diagonal.holds("isolated-minimum"));
  EXPECT_THAT(diagonal.outcome("best-of-all").reason, HasSubstr("no check"));
}

TEST(CompletionCheck, proves_nothing_of_points_that_are_not_finite) {
  Case infinite = scalar;
  infinite.U = column({std::numeric_limits<double>::infinity()});
  EXPECT_FALSE(infinite.has_value(0, 1e308));
  EXPECT_FALSE(infinite.has_bound(1, 1, 1));
  EXPECT_FALSE(infinite.has_gradient_norm(0, 1e308));
  EXPECT_FALSE(infinite.holds("critical"));
  infinite.U = column({std::numeric_limits<double>::quiet_NaN()});
  EXPECT_FALSE(infinite.has_value(0, 1e308));
  EXPECT_FALSE(infinite.has_bound(1, 1, 1));
  EXPECT_FALSE(scalar.has_curvature({std::numeric_limits<double>::quiet_NaN(), 1}, -1));
}

}  // namespace
}  // namespace nadir
