// Verdicts on completions: the duality gap against numbers from a convex solver in NumPy (the notes' golden instance),
// closed forms, and points that are nearly what they are not.
#include "nadir/problems/matrix_completion/judge.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "nadir/linalg/dense.hpp"
#include "nadir/problems/matrix_completion/lower_bound.hpp"
#include "nadir/rigor/sparse_norm.hpp"

namespace nadir {
namespace {

// M_ij = cos(.5 i + .9 j) + .6 sin(1.3 i - .4 j) + .1 ((3 i + 2 j) % 4), observed iff (2 i + 3 j) % 5 != 0.
MatrixCompletionOptions golden_options() {
  MatrixCompletionOptions o;
  o.ratings.rows = 6;
  o.ratings.cols = 5;
  EntryList list;
  for (Index i = 0; i < 6; ++i)
    for (Index j = 0; j < 5; ++j) {
      if ((2 * i + 3 * j) % 5 == 0) continue;
      const double a = static_cast<double>(i), b = static_cast<double>(j);
      list.add(i, j, std::cos(0.5 * a + 0.9 * b) + 0.6 * std::sin(1.3 * a - 0.4 * b) + 0.1 * static_cast<double>((3 * i + 2 * j) % 4));
    }
  o.ratings.set_entries(std::move(list));
  return o;
}

MatrixCompletion golden(double lambda, Index rank) { return {make_completion_model(prepare_data(golden_options()), lambda), rank}; }

// Alternating least squares to the end: converges to a critical point of that rank.
Point swept(const MatrixCompletion& problem, int sweeps) {
  Point point(problem.layout());
  for (std::size_t i = 0; i < point.values.size(); ++i) point.values[i] = std::cos(static_cast<double>(i * i + 1));
  for (int s = 0; s < sweeps; ++s)
    for (std::size_t b = 0; b < 2; ++b) {
      const BlockShape shape = problem.layout()[b];
      Vector out(static_cast<std::size_t>(shape.size()));
      problem.minimise_block(point.values, b, out);
      std::copy(out.begin(), out.end(), point.values.begin() + shape.offset);
    }
  return point;
}

TEST(CompletionJudge, has_the_gap_of_the_notes_at_zero) {
  const MatrixCompletion problem = golden(1.0, 1);
  const Point zero(problem.layout());
  const CompletionEnclosure here(problem, zero.values);

  const CompletionBound bound = completion_lower_bound(problem, zero.values, here);

  EXPECT_NEAR(here.value().mid(), 9.276310098032178, 1e-12);
  EXPECT_NEAR(bound.spectral_norm, 2.933774247119763, 1e-8);
  EXPECT_NEAR(bound.multiplier, 0.3408578560472918, 1e-8);
  EXPECT_NEAR(here.value().mid() - bound.bound, 4.030263290194416, 1e-7);
}

TEST(CompletionJudge, proves_the_optimum_of_the_convex_problem) {
  for (const auto& [lambda, optimum] : {std::pair{0.3, 2.1335003949101177}, std::pair{1.0, 5.893380163696088}}) {
    const MatrixCompletion problem = golden(lambda, 5);

    const Verdict v = judge_matrix_completion(problem, swept(problem, 5000), {}).verdict;

    EXPECT_EQ(v.headline, Headline::global_minimum) << lambda;
    EXPECT_EQ(v.rigor, Rigor::proved);
    EXPECT_NEAR(v.value, optimum, 1e-7);
    EXPECT_LE(v.lower_bound, optimum);
  }
}

TEST(CompletionJudge, never_calls_the_minima_of_too_low_a_rank_global) {
  const MatrixCompletion problem = golden(0.3, 2);
  const Verdict v = judge_matrix_completion(problem, swept(problem, 20000), {}).verdict;

  EXPECT_EQ(v.headline, Headline::local_minimum);
  EXPECT_EQ(v.rigor, Rigor::numerical);
  // One of the notes' two minima of rank 2.
  EXPECT_LT(std::fmin(std::fabs(v.value - 2.56286803), std::fabs(v.value - 2.93152391)), 1e-8);
  EXPECT_GE(v.gap, v.value - 2.1335003949101177);
}

TEST(CompletionJudge, weighted_lambda_has_its_own_certificate) {
  MatrixCompletionOptions o = golden_options();
  o.weighted_lambda = true;
  const MatrixCompletion problem(make_completion_model(prepare_data(o), 0.2), 5);

  const Verdict v = judge_matrix_completion(problem, swept(problem, 5000), {}).verdict;

  EXPECT_EQ(v.headline, Headline::global_minimum);
  EXPECT_NEAR(v.value, 5.298610332443182, 1e-7);
}

// The near miss: the optimum moved by so much that its gap is just above the tolerance.
TEST(CompletionJudge, refuses_what_is_global_but_for_a_hair) {
  const MatrixCompletion problem = golden(1.0, 5);
  Point point = swept(problem, 5000);
  for (double& x : point.values) x *= 1.0 + 2e-3;

  const Verdict v = judge_matrix_completion(problem, point, {}).verdict;

  EXPECT_GT(problem.value(point.values) - 5.893380163696088, 1e-6 * 5.9);
  EXPECT_NE(v.headline, Headline::global_minimum);
}

// Diagonal data beyond the side up to which norms are proved: soft thresholding is the closed form.
TEST(CompletionJudge, calls_a_bound_probable_where_it_rests_on_random_vectors) {
  constexpr Index side = default_dense_side + 1;
  MatrixCompletionOptions o;
  o.ratings.rows = o.ratings.cols = side;
  EntryList list;
  // Signs that no nonnegative majorant sees: 2 x 2 Hadamard blocks, of norm sqrt(2) and absolute norm 2.
  for (Index i = 0; i + 1 < side; i += 2)
    for (const auto& [a, b, sign] : {std::tuple{0, 0, 1.0}, std::tuple{0, 1, 1.0}, std::tuple{1, 0, 1.0}, std::tuple{1, 1, -1.0}})
      list.add(i + a, i + b, sign * (i == 0 ? 4.0 : 1.0));
  o.ratings.set_entries(std::move(list));
  const MatrixCompletion problem(make_completion_model(prepare_data(o), 2.0), 2);
  Point point(problem.layout());
  // The first block is 4 sqrt(2) times a reflection: both singular values shrink by 2. Left vectors e_1, e_2, right
  // vectors (1, 1) / sqrt 2 and (1, -1) / sqrt 2.
  const double size = std::sqrt(4.0 * std::sqrt(2.0) - 2.0), half = std::sqrt(0.5);
  point.block(0)(0, 0) = point.block(0)(1, 1) = size;
  point.block(1)(0, 0) = point.block(1)(1, 0) = point.block(1)(0, 1) = size * half;
  point.block(1)(1, 1) = -size * half;

  const Judgement j = judge_matrix_completion(problem, point, {});

  EXPECT_EQ(j.verdict.headline, Headline::global_minimum);
  EXPECT_EQ(j.verdict.rigor, Rigor::probable);
  EXPECT_EQ(find(j.certificate.claims, "gap"), nullptr) << "what is probable is no proved claim";
}

TEST(CompletionJudge, a_point_that_overflows_is_undecided) {
  const MatrixCompletion problem = golden(1.0, 1);
  Point point(problem.layout());
  for (double& x : point.values) x = 1e200;

  EXPECT_EQ(judge_matrix_completion(problem, point, {}).verdict.headline, Headline::undecided);
}

}  // namespace
}  // namespace nadir
