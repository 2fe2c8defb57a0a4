// Verdicts near the points of tests/golden/linear-network.toml, and where assumptions break: near misses, ties,
// rank-deficient inputs, weight decay. The origin of each expectation is the closed form of the critical values
// 1/2 (|Y|^2 - sum of some eigenvalues) and the exact spectrum of the Hessian at these integer points.
#include "nadir/problems/linear_network/judge.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "nadir/linalg/dense.hpp"

namespace nadir {
namespace {

struct Instance {
  Matrix X, Y;
  LinearNetwork problem;
  LowerBound bound;

  Instance(Matrix x, Matrix y, std::vector<Index> widths, std::vector<Matrix> penalty = {}, bool residual = false)
      : X(std::move(x)), Y(std::move(y)), problem({std::move(widths), residual}, reduce(X, Y), std::move(penalty)), bound(lower_bound(problem, X, Y)) {}

  Point point(const std::vector<Matrix>& weights) const {
    Point p(problem.layout());
    for (std::size_t l = 0; l < weights.size(); ++l) {
      EXPECT_EQ(weights[l].rows(), p.block(l).rows);
      EXPECT_EQ(weights[l].cols(), p.block(l).cols);
      std::copy_n(weights[l].data(), weights[l].size(), p.block(l).data);
    }
    return p;
  }
  Judgement judge(const std::vector<Matrix>& weights, JudgeOptions options = {}) const {
    return judge_linear_network({problem, X, Y, bound}, point(weights), options);
  }
};

Matrix M(const std::vector<std::vector<double>>& rows) { return Matrix::from_rows(rows); }
Matrix diag(double a, double b) { return M({{a, 0}, {0, b}}); }
// X = I, Y = diag(2, 1): n = 2, so every value is half of the sum-of-squares value of the literature's cases.
Instance d1(std::vector<Index> widths) { return Instance(Matrix::identity(2), diag(2, 1), std::move(widths)); }
const double s = std::sqrt(2.0);

TEST(LinearNetworkJudge, a_tiny_deep_start_is_not_critical_though_its_gradient_is_tiny) {
  const Instance deep = d1({2, 2, 2, 2});
  const Verdict t11 = deep.judge({diag(1e-3, 1e-3), diag(1e-3, 1e-3), diag(1e-3, 1e-3)}).verdict;
  EXPECT_EQ(t11.headline, Headline::not_critical);
  EXPECT_EQ(t11.rigor, Rigor::proved);
  EXPECT_NEAR(t11.gradient_norm * 2, 3.873e-6, 1e-9);
  EXPECT_NEAR(t11.gap * 2, 2.5, 1e-6);

  const Verdict t11b = d1({2, 2, 2}).judge({diag(1e-3, 1e-3), diag(1e-3, 1e-3)}).verdict;
  EXPECT_EQ(t11b.headline, Headline::not_critical);
}

TEST(LinearNetworkJudge, never_calls_a_point_next_to_a_degenerate_saddle_strict) {
  for (const double d : {1e-2, 1e-3, 1e-4, 1e-5, 1e-6, 1e-7}) {  // T18: |gradient| = d^2, lambda_min = -sqrt(2) d
    SCOPED_TRACE(d);
    const Verdict v = d1({2, 2, 2, 2}).judge({diag(2, d), diag(1, 0), diag(1, d)}).verdict;
    EXPECT_NE(v.headline, Headline::strict_saddle);
    EXPECT_FALSE(v.headline == Headline::degenerate_saddle && v.rigor == Rigor::proved);
  }
}

TEST(LinearNetworkJudge, proves_optima_on_rank_deficient_inputs_and_ties) {
  const double r5 = std::sqrt(5.0);
  const Instance deficient(M({{1 / r5, 2 / r5}, {0, 0}}), M({{2 / r5, 4 / r5}, {0, 0}}), {2, 2, 2});  // T12
  const Verdict t12 = deficient.judge({M({{s, 5}, {0, 7}}), M({{s, 0}, {0, 0}})}).verdict;
  EXPECT_EQ(t12.headline, Headline::global_minimum);
  EXPECT_EQ(t12.rigor, Rigor::proved);

  const Instance tie(Matrix::identity(2), Matrix::identity(2), {2, 1, 2});  // T13
  for (const double t : {0.0, 0.7, 2.1}) {
    const Verdict v = tie.judge({M({{std::cos(t), std::sin(t)}}), M({{std::cos(t)}, {std::sin(t)}})}).verdict;
    EXPECT_EQ(v.headline, Headline::global_minimum);
    EXPECT_EQ(v.rigor, Rigor::proved);
    EXPECT_NEAR(v.value * 2, 0.5, 1e-15);
  }
}

TEST(LinearNetworkJudge, bounds_match_the_rational_data_set) {
  const Matrix X = M({{1, 0, 1}, {0, 1, 1}}), Y = M({{2, 0, 1}, {0, 1, 1}});  // D2
  const Instance full(X, Y, {2, 2, 2});
  EXPECT_NEAR(full.bound.bound * 3, 1.0 / 6, 1e-14);
  EXPECT_LE(full.bound.bound * 3, 1.0 / 6 + 1e-16);
  const Instance narrow(X, Y, {2, 1, 2});
  EXPECT_NEAR(narrow.bound.bound * 3, 1.0, 1e-14);
  const Verdict optimum = narrow.judge({M({{1.5, 0}}), M({{1}, {1.0 / 3}})}).verdict;  // R*_1 = [3/2 0; 1/2 0]
  EXPECT_EQ(optimum.headline, Headline::global_minimum);
  EXPECT_EQ(optimum.rigor, Rigor::proved);
  const Verdict elsewhere = full.judge({M({{1, 2}, {3, 4}}), Matrix::identity(2)}).verdict;
  EXPECT_NEAR(elsewhere.gap * 3, 94.0 / 3, 1e-12);
}

TEST(LinearNetworkJudge, a_value_slightly_above_the_tolerance_is_not_called_global) {
  const Matrix X = M({{1, 0, 1}, {0, 1, 1}}), Y = M({{2, 0, 1}, {0, 1, 1}});
  const Instance full(X, Y, {2, 2});
  // At the optimum plus D the value grows by 1/2 tr(D Sxx D^T): D = t e1 e1^T gives t^2 over the optimum 1/6.
  for (const double factor : {0.9, 1.1}) {
    const double t = std::sqrt(1e-6 / 6 * factor);
    const Verdict v = full.judge({M({{5.0 / 3 + t, -1.0 / 3}, {0, 1}})}).verdict;
    EXPECT_EQ(v.headline == Headline::global_minimum, factor < 1.0) << factor;
  }
}

TEST(LinearNetworkJudge, a_point_that_is_not_finite_is_undecided) {
  const Verdict v = d1({2, 2}).judge({diag(1e300, std::nan(""))}).verdict;
  EXPECT_EQ(v.headline, Headline::undecided);
  EXPECT_EQ(v.rigor, Rigor::numerical);
}

std::vector<Matrix> same(const std::vector<Matrix>& like, double b) {
  std::vector<Matrix> penalty = like;
  for (Matrix& P : penalty)
    for (double& v : P.flat()) v = b;
  return penalty;
}

TEST(LinearNetworkJudge, weight_decay_makes_the_origin_a_spurious_minimum) {
  // R2: widths 1,1,1,1, x = 1, y = 3, penalty 1/2 each. |w| = 1.38176048: global, 1.497417; the origin: 4.5.
  const std::vector<Matrix> zeros{M({{0}}), M({{0}}), M({{0}})};
  const Instance r2(M({{1}}), M({{3}}), {1, 1, 1, 1}, same(zeros, 0.5));
  const Verdict origin = r2.judge(zeros).verdict;
  EXPECT_EQ(origin.headline, Headline::spurious_minimum);
  EXPECT_EQ(origin.rigor, Rigor::proved);
  EXPECT_NEAR(origin.value, 4.5, 1e-15);

  const double w = 1.38176048;
  const Verdict best = r2.judge({M({{w}}), M({{w}}), M({{w}})}).verdict;
  EXPECT_EQ(best.headline, Headline::global_minimum);
  EXPECT_EQ(best.rigor, Rigor::proved);
  EXPECT_NEAR(best.value, 1.497417, 1e-6);

  // y = 1 lies below the threshold 1.04339: the origin is the global minimum.
  const Instance low(M({{1}}), M({{1}}), {1, 1, 1, 1}, same(zeros, 0.5));
  EXPECT_EQ(low.judge(zeros).verdict.headline, Headline::global_minimum);
}

TEST(LinearNetworkJudge, uniform_decay_has_a_flat_spurious_minimum) {
  // N = 3, penalty 1/2, Y = diag(3, 2), X = I with n = 1 scaling: roots .977052202 and .821797126 of the notes.
  // Samples e1, e2 with n = 2: penalties are halved to keep the same minimisers.
  const Matrix X = Matrix::identity(2), Y = diag(3, 2);
  const Instance setup(X, Y, {2, 2, 2, 2}, same({diag(0, 0), diag(0, 0), diag(0, 0)}, 0.25));
  const auto weights = [](double a, double b) {
    const Matrix W = diag(a / std::sqrt(0.5), b / std::sqrt(0.5));
    return std::vector<Matrix>{W, W, W};
  };
  const Verdict best = setup.judge(weights(0.977052202, 0.821797126)).verdict;
  EXPECT_NEAR(2 * best.value, 2.602987, 1e-6);
  EXPECT_EQ(best.headline, Headline::global_minimum);
  const JudgeOptions loose{.criticality_tol = 1e-6};
  const Verdict flat = setup.judge(weights(0.977052202, 0), loose).verdict;
  EXPECT_NEAR(2 * flat.value, 3.497417, 1e-6);
  EXPECT_EQ(flat.headline, Headline::spurious_minimum);
  const Verdict origin = setup.judge(weights(0, 0)).verdict;
  EXPECT_EQ(origin.headline, Headline::spurious_minimum);
  EXPECT_EQ(origin.rigor, Rigor::proved);
  const Verdict saddle = setup.judge(weights(0, 0.821797126), loose).verdict;
  EXPECT_EQ(saddle.headline, Headline::strict_saddle);
  EXPECT_NEAR(2 * saddle.curvature->min_eigenvalue, -1.162197, 1e-4);
}

// Statement (iv) is about the layers between the first and the last: here the identity, whose rank 3 is that of
// the narrowest hidden layer although the network has a single output.
TEST(LinearNetworkJudge, statement_four_of_kawaguchi_leaves_out_the_last_layer) {
  const Instance instance(Matrix::identity(2), M({{1, 0}}), {2, 3, 3, 1});

  const Verdict verdict = instance.judge({M({{0, 0}, {0, 0}, {1, 1}}), Matrix::identity(3), Matrix(1, 3)}).verdict;

  const auto four = std::find_if(verdict.evidence.begin(), verdict.evidence.end(),
                                 [](const Evidence& e) { return e.theorem == "Kawaguchi 2016, theorem 2.3 (iv)"; });
  ASSERT_NE(four, verdict.evidence.end());
  EXPECT_EQ(four->standing, Standing::holds);
  EXPECT_EQ(four->rigor, Rigor::proved);
}

TEST(LinearNetworkJudge, identity_skips_shift_the_landscape_and_nothing_else) {
  const Instance resnet(Matrix::identity(2), diag(2, 1), {2, 2, 2, 2}, {}, true);
  // W = V - I turns T5 into a point of the residual network.
  const Verdict v = resnet.judge({diag(1, -1), diag(0, -1), diag(0, -1)}).verdict;
  EXPECT_EQ(v.headline, Headline::degenerate_saddle);
  EXPECT_EQ(v.rigor, Rigor::proved);
}

}  // namespace
}  // namespace nadir
