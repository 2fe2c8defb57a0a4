// The judge on problems whose landscape is known in closed form (shared/math: counterexamples to exact recovery from a
// restricted isometry) and on random ones whose convex optimum another algorithm finds.
#include "nadir/problems/matrix_sensing/judge.hpp"

#include <cmath>
#include <limits>

#include <gtest/gtest.h>

#include "nadir/base/error.hpp"
#include "nadir/linalg/dense.hpp"
#include "nadir/problems/matrix_sensing/instance_test.hpp"

namespace nadir {
namespace {

using namespace sensing_test;

Judgement judged(const Instance& instance, Vector x, JudgeOptions options = {}) {
  const IsometryEstimate isometry = estimate_isometry(instance.data, instance.problem->rank());
  return judge_matrix_sensing(*instance.problem, isometry, point_of(*instance.problem, std::move(x)), options);
}

// "spurious-minimum proved"
std::string headline(const Judgement& j) { return std::string(name(j.verdict.headline)) + " " + std::string(name(j.verdict.rigor)); }

const Claim* claim(const Judgement& j, const char* kind) { return find(j.certificate.claims, kind); }

TEST(SensingJudge, a_point_left_at_fourth_order_is_a_degenerate_saddle_proved) {
  // f(t, 1 - s t^2) = 3 + (1 - 8 s + 4 s^2) t^4 + ..., least at s = 1: -3 t^4
  const Judgement j = judged(dyadic_counterexample(), {0, 1});

  EXPECT_EQ(headline(j), "degenerate-saddle proved");
  ASSERT_TRUE(claim(j, "descending-path"));
  EXPECT_EQ(number(*claim(j, "descending-path"), "order"), 4.0);
  EXPECT_EQ(number(*claim(j, "descending-path"), "coefficient"), -3.0);
  ASSERT_TRUE(j.verdict.escape);
  EXPECT_GT(j.verdict.escape->decrease, 0.0);
  EXPECT_EQ(j.verdict.value, 3.0);
}

TEST(SensingJudge, a_degenerate_saddle_rests_on_criticality_semidefiniteness_and_a_way_down) {
  const auto supports = [](const std::vector<std::string>& kinds) {
    std::vector<Claim> claims;
    for (const std::string& kind : kinds) claims.push_back({kind, "", "", Rigor::proved, {}});
    return claims_support(Headline::degenerate_saddle, claims);
  };

  EXPECT_TRUE(supports({"critical", "no-negative-curvature", "descending-path"}));
  EXPECT_TRUE(supports({"critical", "no-negative-curvature", "descent"}));
  EXPECT_FALSE(supports({"critical", "no-negative-curvature"}));
  EXPECT_FALSE(supports({"critical", "descending-path"}));
  EXPECT_FALSE(supports({"gradient-norm", "no-negative-curvature", "descending-path"}));
}

TEST(SensingJudge, the_same_point_in_rounded_numbers_is_degenerate_numerically) {
  const Judgement j = judged(counterexample(0.5), {0, std::sqrt(0.5)});

  EXPECT_EQ(headline(j), "degenerate-saddle numerical");
  EXPECT_TRUE(j.verdict.escape);
}

TEST(SensingJudge, beyond_one_half_the_point_is_a_strict_minimum_and_spurious_where_the_truth_is_in_hand) {
  for (const double delta : {0.6, 0.8}) {
    const Instance instance = counterexample(delta);
    const Vector x{0, std::sqrt(delta)};

    const Judgement alone = judged(instance, x);
    const Judgement beside_truth = judged(instance, x, {.better_points = {{1, 0}}});

    EXPECT_EQ(headline(alone), "local-minimum proved");
    EXPECT_EQ(headline(beside_truth), "spurious-minimum proved");
    EXPECT_NEAR(alone.verdict.value, 0.5 * (1 - delta * delta), 1e-15);
    EXPECT_NEAR(alone.verdict.curvature->min_eigenvalue, 2 * (1 + delta) * (2 * delta - 1), 1e-13);
    EXPECT_LE(alone.verdict.lower_bound, 0.0);  // the truth has value 0
  }
}

TEST(SensingJudge, below_one_half_the_point_is_a_strict_saddle) {
  // Hessian diag(2 (1 + delta)(2 delta - 1), 4 delta)
  const Judgement j = judged(counterexample(0.4), {0, std::sqrt(0.4)});

  EXPECT_EQ(headline(j), "strict-saddle proved");
  EXPECT_NEAR(number(*claim(j, "negative-curvature"), "curvature"), 2 * 1.4 * -0.2, 1e-12);
}

TEST(SensingJudge, the_truth_is_a_global_minimum_and_its_neighbours_are_not) {
  const Instance instance = counterexample(0.6);

  EXPECT_EQ(headline(judged(instance, {1, 0})), "global-minimum proved");
  EXPECT_EQ(headline(judged(instance, {-1, 0})), "global-minimum proved");
  EXPECT_EQ(headline(judged(instance, {1.001, 0})), "not-critical proved");
  EXPECT_EQ(headline(judged(instance, {0, 0})), "strict-saddle proved");
}

TEST(SensingJudge, spurious_minima_of_the_exponential_family_are_proved_to_be) {
  // n = 3: x = (t, 0, -t), t^2 = (1 - epsilon)/(1 + epsilon): in exact fractions at epsilon = 1/10, t^2 = 9/11 and
  // sum w_ij (x_i x_j - z_i z_j)^2 = 2 (2/11)^2 + 2/10 (20/11)^2 = 8/11.
  const Instance instance = many_minima(3, 0.1);
  const double t = std::sqrt(0.9 / 1.1);

  const Judgement j = judged(instance, {t, 0, -t}, {.better_points = {{1, 0, 1}}});

  EXPECT_EQ(headline(j), "spurious-minimum proved");
  EXPECT_NEAR(2 * j.verdict.value, 0.727272727272727, 1e-12);
  EXPECT_EQ(headline(judged(instance, {1, 0, 1})), "global-minimum proved");
}

TEST(SensingJudge, what_is_not_finite_is_undecided_and_never_proved) {
  const Instance instance = counterexample(0.6);
  const double nan = std::numeric_limits<double>::quiet_NaN(), infinity = std::numeric_limits<double>::infinity();

  for (const Vector& x : {Vector{nan, 0}, Vector{infinity, 1}, Vector{1e200, 0}}) EXPECT_EQ(headline(judged(instance, x)), "undecided numerical");
  EXPECT_THROW(judge_matrix_sensing(*instance.problem, {}, Point(), {}), InputError);
}

TEST(SensingJudge, a_gap_smaller_than_the_tolerance_is_what_makes_a_point_global) {
  // f = 1/2 (u^2 - 5/4)^2 + u^2/4: least value 9/32 at u = 1; f(1 + e) - 9/32 = 2 e^2 + ..., and the bound by duality is
  // exact up to first order in e: gap = |S|(...) = about 2 e.
  const Instance instance = psd_instance({Matrix::identity(1)}, {1.25}, 1, 0.25);

  const Judgement exact = judged(instance, {1}), near = judged(instance, {1 + 1e-5});

  EXPECT_EQ(headline(exact), "global-minimum proved");
  EXPECT_LE(exact.verdict.gap, 1e-12);
  EXPECT_NE(near.verdict.headline, Headline::spurious_minimum);
  EXPECT_GE(near.verdict.gap, 2e-10 * (1 - 1e-4));
  EXPECT_LE(near.verdict.lower_bound, 0.28125);
}

}  // namespace
}  // namespace nadir
