// The double well: derivatives against exact fractions and Taylor remainders, verdicts against the theorem.
#include "nadir/problems/double_well/double_well.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "nadir/base/error.hpp"
#include "nadir/base/random.hpp"
#include "nadir/problems/double_well/family.hpp"
#include "nadir/problems/double_well/judge.hpp"

namespace nadir {
namespace {

Verdict verdict_at(const Vector& x, const DoubleWellOptions& options = {}, const JudgeOptions& judge_options = {}) {
  const DoubleWell problem(options);
  Judgement judgement = judge_double_well(problem, x, judge_options);
  const bool is_supported = claims_support(judgement.verdict.headline, judgement.certificate.claims);
  EXPECT_TRUE(is_supported || judgement.verdict.rigor != Rigor::proved);
  return judgement.verdict;
}

TEST(DoubleWell, value_and_gradient_agree_with_exact_fractions) {
  const DoubleWell problem({.a = 2.0});
  const Vector x{1.0, 3.0};  // (1 - 4)^2/4 + 9/2 = 27/4; gradient (1 * -3, 3); Hessian diag(-1, 1)

  Vector gradient(2);
  Matrix HV(2, 1);
  const auto expansion = problem.expand(x);
  expansion->gradient(gradient);
  expansion->apply_hessian(Matrix::from_rows({{1.0}, {1.0}}), HV);

  EXPECT_EQ(expansion->value(), 6.75);
  EXPECT_EQ(problem.value(x), 6.75);
  EXPECT_EQ(gradient, (Vector{-3.0, 3.0}));
  EXPECT_EQ(HV, Matrix::from_rows({{-1.0}, {1.0}}));
}

TEST(DoubleWell, taylor_remainder_is_of_third_order) {
  const DoubleWell problem({.a = 0.7, .dimension = 4});
  Random random(1);
  Vector x(4), gradient(4);
  Matrix v(4, 1), Hv(4, 1);
  random.fill_normal(x);
  random.fill_normal(v.flat());
  const auto expansion = problem.expand(x);
  expansion->gradient(gradient);
  expansion->apply_hessian(v, Hv);
  const auto remainder = [&](double t) {
    Vector moved(x);
    double model = expansion->value();
    for (std::size_t i = 0; i < 4; ++i) {
      moved[i] += t * v.flat()[i];
      model += t * gradient[i] * v.flat()[i] + 0.5 * t * t * v.flat()[i] * Hv.flat()[i];
    }
    return std::fabs(problem.value(moved) - model);
  };

  const double slope = std::log2(remainder(1e-2) / remainder(5e-3));

  EXPECT_NEAR(slope, 3.0, 0.1);
}

TEST(DoubleWell, refuses_options_out_of_range) {
  EXPECT_THROW(DoubleWell({.a = 0.0}), InputError);
  EXPECT_THROW(DoubleWell({.a = std::numeric_limits<double>::quiet_NaN()}), InputError);
  EXPECT_THROW(DoubleWell({.a = 1.0, .dimension = 0}), InputError);
}

TEST(DoubleWellJudge, proves_the_wells_global_minima) {
  for (const double a : {1e-50, 0.1, 1.0, 3.0, 1e50})
    for (const double sign : {1.0, -1.0}) {
      const Verdict v = verdict_at({sign * a, 0.0}, {.a = a});

      EXPECT_EQ(v.headline, Headline::global_minimum) << a;
      EXPECT_EQ(v.rigor, Rigor::proved);
      EXPECT_EQ(v.gap, 0.0);
    }
}

TEST(DoubleWellJudge, calls_a_point_global_on_either_side_of_the_tolerance_only_when_it_is) {
  // At (1 + t, 0) the value is t^2 + t^3 + t^4/4 and the tolerance is 1e-6/4.
  EXPECT_EQ(verdict_at({1.0 + 4.9e-4, 0.0}).headline, Headline::global_minimum);
  EXPECT_NE(verdict_at({1.0 + 5.1e-4, 0.0}).headline, Headline::global_minimum);
}

TEST(DoubleWellJudge, encloses_the_true_value_at_a_point_no_double_represents_well) {
  // x = 1 + 2^-52: x^2 - 1 = 2^-51 + 2^-104, so the value is 2^-104 (1 + 2^-53)^2.
  const Interval value = enclose_double_well(DoubleWell(), Vector{1.0 + 0x1p-52, 0.0});

  EXPECT_LE(value.lower, 0x1p-104);
  EXPECT_GT(value.upper, 0x1p-104);
  EXPECT_LT(value.upper, 0x1.000000001p-104);
}

TEST(DoubleWellJudge, proves_the_origin_a_strict_saddle_and_shows_the_way_out) {
  const Verdict v = verdict_at({0.0, 0.0}, {.a = 2.0});

  EXPECT_EQ(v.headline, Headline::strict_saddle);
  EXPECT_EQ(v.rigor, Rigor::proved);
  EXPECT_EQ(v.gap, 4.0);
  ASSERT_TRUE(v.escape.has_value());
  const Vector& d = v.escape->displacement;
  const double h = d[0] * d[0] - 4.0;
  EXPECT_LE(v.escape->decrease, 4.0 - (0.25 * h * h + 0.5 * d[1] * d[1]) + 1e-15);
  EXPECT_GT(v.escape->decrease, 1.0);
}

TEST(DoubleWellJudge, proves_a_point_between_not_critical) {
  const Verdict v = verdict_at({0.5, 0.1});

  EXPECT_EQ(v.headline, Headline::not_critical);
  EXPECT_EQ(v.rigor, Rigor::proved);
  EXPECT_TRUE(v.escape.has_value());
}

TEST(DoubleWellJudge, does_not_decide_by_rounding) {
  const JudgeOptions strict{.gap_tol = 1e-30, .criticality_tol = 1e-8, .better_points = {}};

  EXPECT_EQ(verdict_at({1.0 + 1e-10, 0.0}, {}, strict).headline, Headline::undecided);
}

TEST(DoubleWellJudge, is_undecided_beyond_double_precision) {
  EXPECT_EQ(verdict_at({std::numeric_limits<double>::quiet_NaN(), 0.0}).headline, Headline::undecided);
  EXPECT_EQ(verdict_at({1e200, 0.0}).headline, Headline::undecided);
}

TEST(DoubleWellJudge, refuses_a_point_of_another_length) {
  EXPECT_THROW(judge_double_well(DoubleWell(), Vector{1.0}), InputError);
}

TEST(DoubleWellFamily, starts_depend_on_seed_and_index_alone) {
  DoubleWellFamily family;
  family.prepare();

  EXPECT_EQ(family.start("random", 3, 4).values, family.start("random", 3, 4).values);
  EXPECT_NE(family.start("random", 3, 4).values, family.start("random", 3, 5).values);
  EXPECT_EQ(family.start("saddle", 3, 4).values, (Vector{0.0, 0.0}));
  EXPECT_THROW(family.start("elsewhere", 0, 0), InputError);
}

TEST(DoubleWellFamily, a_point_at_the_target_is_judged_global) {
  DoubleWellFamily family;
  std::get<double*>(family.options()[0].target)[0] = 3.0;
  family.prepare();
  Point point(family.problem().layout());
  point.values = {3.0, std::sqrt(2.0 * family.target_value(1e-6))};

  const Judgement judgement = family.judge(point, {});

  EXPECT_EQ(judgement.verdict.headline, Headline::global_minimum);
}

}  // namespace
}  // namespace nadir
