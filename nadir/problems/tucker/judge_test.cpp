// Verdicts on points of Tucker problems whose nature is known in closed form or from an independent program, and the
// ways out of saddles. Points beside them must not be called what these are.
#include "nadir/problems/tucker/judge.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "nadir/base/error.hpp"
#include "nadir/problems/tucker/case_test.hpp"
#include "nadir/problems/tucker/escape.hpp"
#include "nadir/problems/tucker/family.hpp"
#include "nadir/problems/tucker/isolation.hpp"
#include "nadir/problems/tucker/starts.hpp"

namespace nadir {
namespace {

Judgement judged(const TuckerCase& c, const Vector& x, const JudgeOptions& options = {}) {
  return judge_tucker(c.problem, tail_bound(c.data, c.problem.ranks()), c.point(x), options);
}

Vector swept(const Tucker& problem, Vector x, int num_sweeps) {
  Vector next(x.size());
  for (int i = 0; i < num_sweeps; ++i) {
    problem.sweep(x, next);
    std::swap(x, next);
  }
  return in_normal_form(problem, x);
}

// 2 e0 x e0 x e0 + e1 x e1 x e1 at ranks 1, 1, 1: core, then A1, A2, A3.
struct TwoTerms : TuckerCase {
  TwoTerms() : TuckerCase(tucker_options(Tensor<double>(TensorShape{2, 2, 2}, {2, 0, 0, 0, 0, 0, 0, 1}), {1})) {}
  const Vector larger = {2, 1, 0, 1, 0, 1, 0}, smaller = {1, 0, 1, 0, 1, 0, 1};
};

// The bound over the sphere meets e0 on its way: the better point is found, not given.
TEST(TuckerJudge, a_strict_minimum_above_another_is_proved_spurious) {
  const TwoTerms c;

  const Judgement alone = judged(c, c.smaller), best = judged(c, c.larger, {.better_points = {c.smaller}});

  EXPECT_EQ(alone.verdict.headline, Headline::spurious_minimum);
  EXPECT_EQ(alone.verdict.rigor, Rigor::proved);
  EXPECT_NE(find(alone.certificate.claims, "minimum-up-to-symmetry"), nullptr);
  EXPECT_EQ(best.verdict.headline, Headline::global_minimum);
  EXPECT_EQ(best.verdict.rigor, Rigor::proved);
}

// 3 e0^3 + 2 e1^3 + e2^3 at ranks 2, 2, 2: any two of the terms make a critical point.
TEST(TuckerJudge, a_minimum_is_spurious_only_where_a_better_point_is_in_hand) {
  Tensor<double> T(TensorShape{3, 3, 3});
  for (Index i = 0; i < 3; ++i) T.data()[i * 13] = static_cast<double>(3 - i);  // 3, 2, 1
  const TuckerCase c(tucker_options(T, {2}));
  const auto point = [&](Index first, Index second) {
    Vector x(static_cast<std::size_t>(c.problem.layout().dimension()), 0.0);
    x[0] = static_cast<double>(3 - first);
    x[7] = static_cast<double>(3 - second);
    for (std::size_t b = 1; b <= 3; ++b) {
      c.problem.layout().block(std::span<double>(x), b)(first, 0) = 1.0;
      c.problem.layout().block(std::span<double>(x), b)(second, 1) = 1.0;
    }
    return x;
  };

  const Judgement alone = judged(c, point(1, 2)), compared = judged(c, point(1, 2), {.better_points = {point(0, 2)}});

  EXPECT_EQ(alone.verdict.headline, Headline::local_minimum);
  EXPECT_EQ(alone.verdict.rigor, Rigor::proved);
  EXPECT_EQ(compared.verdict.headline, Headline::spurious_minimum);
  EXPECT_EQ(compared.verdict.rigor, Rigor::proved);
  EXPECT_EQ(judged(c, point(0, 1)).verdict.headline, Headline::global_minimum);
}

// What symmetries make of a point is the same tensor.
TEST(TuckerJudge, the_scale_of_factors_does_not_change_what_a_minimum_is) {
  const TwoTerms c;
  const Vector scaled = {0.25, 0, 2, 0, -4, 0, -0.5};

  const Judgement j = judged(c, scaled);

  EXPECT_EQ(j.verdict.headline, Headline::spurious_minimum);
  EXPECT_EQ(j.verdict.rigor, Rigor::proved);
}

// Ranks 2, 3, 2 of sin(0.3 a b + 0.5 c - 0.2 a c): NumPy's orthogonal iteration ends at 2.4226156464843.. from all starts.
TEST(TuckerJudge, the_decomposition_of_an_independent_program_is_a_proved_minimum) {
  const TuckerCase c(tucker_options(
      tensor_of({4, 5, 6}, [](const std::vector<double>& i) { return std::sin(0.3 * i[0] * i[1] + 0.5 * i[2] - 0.2 * i[0] * i[2]); }), {2, 3, 2}));
  const Vector x = swept(c.problem, tucker_start(c.problem, "sthosvd", 0, 0).values, 400);

  const Judgement j = judged(c, x);

  EXPECT_NEAR(j.verdict.value, 0.5 * 2.42261564648433, 1e-12);
  EXPECT_EQ(j.verdict.headline, Headline::local_minimum);
  EXPECT_EQ(j.verdict.rigor, Rigor::proved);
  EXPECT_NEAR(j.verdict.lower_bound, 0.5 * 2.0622439824165446, 1e-11);
  ASSERT_TRUE(j.verdict.curvature);
  EXPECT_EQ(j.verdict.curvature->zero, 4 + 9 + 4);
  EXPECT_EQ(j.verdict.curvature->negative, 0);
}

TEST(TuckerJudge, a_point_beside_a_minimum_is_not_called_one) {
  const TwoTerms c;
  Vector beside = c.smaller;
  beside[1] += 1e-3;

  EXPECT_EQ(judged(c, beside).verdict.headline, Headline::not_critical);
  EXPECT_EQ(judged(c, beside).verdict.rigor, Rigor::proved);
}

// T = e0 x e0 x e0 + e1 x e1 x e1 + h e0 x e1 x e1 + ...: at h = 1 the curvature at e1 along the exchange vanishes.
TEST(TuckerJudge, no_minimum_is_proved_where_the_curvature_across_the_symmetries_vanishes) {
  // T(a, b, c) = a1 b1 c1 + a0 b0 c1: near e1 a rotation of a and b by the same angle leaves T at cos^2 + sin^2 = 1.
  const TuckerCase c(tucker_options(Tensor<double>(TensorShape{2, 2, 2}, {0, 1, 0, 0, 0, 0, 0, 1}), {1}));

  const Judgement j = judged(c, {1, 0, 1, 0, 1, 0, 1});

  EXPECT_NE(j.verdict.headline, Headline::strict_saddle);
  EXPECT_FALSE(j.verdict.headline == Headline::local_minimum && j.verdict.rigor == Rigor::proved);
  for (const Claim& claim : j.certificate.claims) EXPECT_NE(claim.kind, "minimum-up-to-symmetry");
}

TEST(TuckerJudge, an_exact_decomposition_is_global_and_one_that_is_nearly_exact_is_not) {
  Random random(1);
  const TuckerCase c(tucker_options(random_low_rank({5, 4, 6}, {2, 2, 2}, random), {2}));
  const Vector x = swept(c.problem, tucker_start(c.problem, "sthosvd", 0, 0).values, 3);
  Vector off = x;
  off[0] += 1e-4 * c.data.norm;

  EXPECT_EQ(judged(c, x).verdict.headline, Headline::global_minimum);
  EXPECT_EQ(judged(c, x).verdict.rigor, Rigor::proved);
  EXPECT_EQ(judged(c, off).verdict.headline, Headline::not_critical);
}

TEST(TuckerJudge, with_entries_missing_only_a_perfect_fit_is_global) {
  Random random(2);
  Tensor<double> T = random_low_rank({4, 4, 4}, {1, 1, 1}, random), noisy = random_tensor({4, 4, 4}, random);
  T.data()[7] = noisy.data()[7] = std::numeric_limits<double>::quiet_NaN();
  Tensor<double> whole = random_low_rank({4, 4, 4}, {1, 1, 1}, random);
  const TuckerCase c(tucker_options(noisy, {1}));

  const Judgement j = judged(c, tucker_start(c.problem, "random", 0, 0).values);

  EXPECT_EQ(j.verdict.lower_bound, 0.0);
  EXPECT_NE(j.verdict.headline, Headline::global_minimum);
}

TEST(TuckerJudge, zero_is_a_degenerate_saddle_of_every_tensor_and_order) {
  for (int d = 2; d <= 5; ++d) {
    Random random(3, static_cast<std::uint64_t>(d));
    TensorShape shape{3, 2, 3, 2, 2};
    const std::vector<Index> extents = shape.extents();
    const TuckerCase c(tucker_options(random_tensor(TensorShape(std::span<const Index>(extents).first(static_cast<std::size_t>(d))), random), {2}));

    const Judgement j = judged(c, Vector(static_cast<std::size_t>(c.problem.layout().dimension()), 0.0));

    EXPECT_EQ(j.verdict.headline, Headline::degenerate_saddle) << d;
    EXPECT_EQ(j.verdict.rigor, Rigor::proved) << d;
    const Claim* path = find(j.certificate.claims, "descending-path");
    ASSERT_TRUE(path);
    EXPECT_EQ(number(*path, "order"), d + 1.0);
    ASSERT_TRUE(j.verdict.escape);
    EXPECT_GT(j.verdict.escape->decrease, 0.0);
  }
}

// |T - sigma a x b x c|^2 = |T|^2 - sigma^2; for T of rank one sigma = |T|.
TEST(RankEscape, lowers_the_value_by_half_of_sigma_squared) {
  Random random(4);
  const TuckerCase c(tucker_options(random_low_rank({4, 5, 3}, {1, 1, 1}, random), {2}));
  const Vector zero(static_cast<std::size_t>(c.problem.layout().dimension()), 0.0);

  const std::optional<RankEscape> way = find_rank_escape(c.problem, zero);

  ASSERT_TRUE(way);
  EXPECT_NEAR(way->decrease, 0.5 * c.data.norm * c.data.norm, 1e-13 * c.data.norm * c.data.norm);
}

// Two terms of which the point has one: the factors' second columns are zero.
TEST(RankEscape, adds_what_a_deficient_point_lacks) {
  const TuckerCase c(tucker_options(Tensor<double>(TensorShape{2, 2, 2}, {2, 0, 0, 0, 0, 0, 0, 1}), {2}));
  Vector x(static_cast<std::size_t>(c.problem.layout().dimension()), 0.0);
  x[0] = 2.0;
  for (std::size_t b = 1; b <= 3; ++b) c.problem.layout().block(std::span<double>(x), b)(0, 0) = 1.0;

  const std::optional<RankEscape> way = find_rank_escape(c.problem, x);
  const Judgement j = judged(c, x);

  ASSERT_TRUE(way);
  EXPECT_NEAR(way->decrease, 0.5, 1e-14);
  EXPECT_EQ(j.verdict.headline, Headline::degenerate_saddle);
  ASSERT_TRUE(j.verdict.escape);
  EXPECT_NEAR(j.verdict.escape->decrease, 0.5, 1e-12);
}

// Orthogonal terms of equal weight: leading vectors of the three unfoldings need not belong to the same term.
TEST(RankEscape, finds_a_term_where_singular_values_tie) {
  Tensor<double> T{TensorShape{5, 3, 5}};
  for (Index i = 0; i < 3; ++i) T.flat()[static_cast<std::size_t>(i * 15 + i * 5 + i)] = 3.0;
  const TuckerCase c(tucker_options(T, {4, 1, 4}));
  const Vector zero(static_cast<std::size_t>(c.problem.layout().dimension()), 0.0);

  const std::optional<RankEscape> way = find_rank_escape(c.problem, zero);

  ASSERT_TRUE(way);
  EXPECT_NEAR(way->decrease, 4.5, 1e-13);
}

TEST(RankEscape, of_a_point_with_independent_columns_is_none) {
  Random random(5);
  const TuckerCase c(tucker_options(random_tensor({4, 5, 3}, random), {2}));

  EXPECT_FALSE(find_rank_escape(c.problem, tucker_start(c.problem, "random", 0, 0).values));
}

// The Hessian of the enclosure, through its products with unit vectors in floating point.
TEST(TuckerIsolation, the_slice_and_radius_belong_to_a_minimum) {
  const TwoTerms c;
  const TuckerEnclosure here(c.problem, c.smaller);

  const std::optional<TuckerMinimum> minimum = prove_minimum_up_to_symmetry(c.problem, here, c.smaller);

  ASSERT_TRUE(minimum);
  EXPECT_LT(minimum->radius, 1e-12);
  // On the slice a1 = b1 = c1 = 1 fixed: f = 1/2 |T - s (a, 1) x (b, 1) x (c, 1)|^2 has the Hessian I at s = 1, a = b = c = 0.
  EXPECT_LE(minimum->least_eigenvalue, 1.0);
  EXPECT_GE(minimum->least_eigenvalue, 0.25);
  EXPECT_EQ(minimum->slice, (Vector{2, 4, 6}));
  EXPECT_FALSE(prove_minimum_up_to_symmetry(c.problem, TuckerEnclosure(c.problem, Vector{0, 1, 0, 1, 0, 0, 1}), Vector{0, 1, 0, 1, 0, 0, 1}));
}

TEST(TuckerFamily, judges_points_of_other_ranks_after_being_reshaped) {
  TuckerFamily family;
  family.make_example(0);
  family.prepare();
  const Index before = family.problem().dimension();
  Layout layout;
  layout.add("core", 1, 2);
  layout.add("A1", 4, 1);
  layout.add("A2", 5, 2);
  layout.add("A3", 3, 1);

  family.reshape(layout);

  EXPECT_NE(family.problem().dimension(), before);
  EXPECT_EQ(family.problem().layout(), layout);
  Layout wrong;
  wrong.add("core", 1, 2);
  EXPECT_THROW(family.reshape(wrong), InputError);
}

}  // namespace
}  // namespace nadir
