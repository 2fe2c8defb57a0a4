// Verdicts under the Bures-Wasserstein loss on points whose nature is known in closed form: the critical points of
// a diagonal target, optima of random targets by the spectral theorem, and their near misses.
#include "nadir/problems/linear_network/bures_wasserstein/judge.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "nadir/base/error.hpp"
#include "nadir/base/random.hpp"
#include "nadir/linalg/dense.hpp"
#include "nadir/problems/linear_network/bures_wasserstein/family.hpp"
#include "nadir/problems/linear_network/family.hpp"

namespace nadir {
namespace {

Matrix M(const std::vector<std::vector<double>>& rows) { return Matrix::from_rows(rows); }
const Matrix diagonal_target = M({{4, 0, 0}, {0, 1, 0}, {0, 0, 0.25}});

Matrix random_matrix(Index rows, Index cols, std::uint64_t stream) {
  Random random(13, stream);
  Matrix m(rows, cols);
  random.fill_normal(m.flat());
  return m;
}

LinearNetworkOptions options_for(const Matrix& S, std::vector<std::int64_t> hidden, std::int64_t latent = 0, double tau = 0.0) {
  LinearNetworkOptions o;
  o.loss = "bures-wasserstein";
  o.covariance.values = S;
  o.hidden = std::move(hidden);
  o.latent = latent;
  o.smoothing = tau;
  return o;
}

Verdict judge_weights(const BuresWassersteinNetwork& problem, const Matrix& flat, const JudgeOptions& options = {}) {
  Point point(problem.layout());
  point.values.assign(flat.flat().begin(), flat.flat().end());
  return judge_bures_wasserstein(problem, point, options).verdict;
}

Verdict judge_diagonal(const Matrix& W, double tau = 0.0) {
  return judge_weights(*make_bures_wasserstein_network(options_for(diagonal_target, {}, W.cols(), tau)), W);
}

TEST(BuresWassersteinJudge, proves_the_optimum_of_a_diagonal_target) {
  const Verdict v = judge_diagonal(M({{2, 0}, {0, 1}, {0, 0}}));

  EXPECT_EQ(v.headline, Headline::global_minimum);
  EXPECT_EQ(v.rigor, Rigor::proved);
  EXPECT_NEAR(v.value, 0.25, 1e-15);
  EXPECT_NEAR(v.lower_bound, 0.25, 1e-15);
  EXPECT_LE(v.lower_bound, 0.25);
  ASSERT_TRUE(v.curvature);
  EXPECT_EQ(v.curvature->zero, 1);
  EXPECT_EQ(v.curvature->positive, 5);
}

TEST(BuresWassersteinJudge, proves_the_smoothed_optimum) {
  const Verdict v = judge_diagonal(M({{std::sqrt(3.96), 0}, {0, std::sqrt(0.96)}, {0, 0}}), 0.04);

  EXPECT_EQ(v.headline, Headline::global_minimum);
  EXPECT_EQ(v.rigor, Rigor::proved);
  EXPECT_NEAR(v.lower_bound, 0.09, 1e-14);
  EXPECT_LE(v.lower_bound, 0.09);
}

TEST(BuresWassersteinJudge, calls_the_other_critical_points_strict_saddles_with_a_way_out) {
  for (const Matrix& W : {M({{2, 0}, {0, 0}, {0, 0.5}}), M({{0, 0}, {1, 0}, {0, 0.5}})}) {
    const Verdict v = judge_diagonal(W);

    EXPECT_EQ(v.headline, Headline::strict_saddle);
    EXPECT_EQ(v.rigor, Rigor::numerical);
    ASSERT_TRUE(v.escape);
    EXPECT_GT(v.escape->decrease, 0.0);
  }
  const Verdict smoothed = judge_diagonal(M({{std::sqrt(3.96), 0}, {0, 0}, {0, 0}}), 0.04);
  EXPECT_EQ(smoothed.headline, Headline::strict_saddle);
  ASSERT_TRUE(smoothed.curvature);
  EXPECT_NEAR(smoothed.curvature->min_eigenvalue, -8, 1e-10);
}

TEST(BuresWassersteinJudge, a_kink_is_undecided_and_left_downhill) {
  const Verdict v = judge_diagonal(M({{2, 0}, {0, 0}, {0, 0}}));

  EXPECT_EQ(v.headline, Headline::undecided);
  EXPECT_NEAR(v.gap, 1.0, 1e-13);
  ASSERT_TRUE(v.escape);
  EXPECT_GT(v.escape->decrease, 0.0);
}

TEST(BuresWassersteinJudge, a_point_on_the_way_is_not_critical_and_has_a_proved_gap) {
  const Verdict v = judge_diagonal(M({{1, 0}, {0, 1}, {0, 0}}));

  EXPECT_EQ(v.headline, Headline::not_critical);
  EXPECT_NEAR(v.gap, 1.0, 1e-13);
  EXPECT_GE(v.gap, 1.0);
  ASSERT_TRUE(v.escape);
}

TEST(BuresWassersteinJudge, a_value_slightly_above_the_tolerance_is_not_called_global) {
  // Along the column (2 + t) e_1 the loss grows by t^2 over 0.25.
  for (const double factor : {0.99, 1.01}) {
    const Verdict v = judge_diagonal(M({{2 + std::sqrt(0.25e-6 * factor), 0}, {0, 1}, {0, 0}}));

    EXPECT_EQ(v.headline == Headline::global_minimum, factor < 1.0) << factor;
  }
}

struct Case {
  Index n;
  std::vector<std::int64_t> hidden;
  std::int64_t latent;
  double tau;
};

std::vector<Case> cases() {
  return {{5, {}, 0, 0}, {6, {3}, 0, 0}, {6, {8, 2, 7}, 4, 0}, {5, {3}, 0, 0.3}, {4, {}, 0, 10.0}, {20, {20, 20}, 0, 0}, {3, {2}, 9, 0}};
}

TEST(BuresWassersteinJudge, proves_the_closed_form_optimum_of_random_targets_and_rejects_a_near_miss) {
  for (const Case& c : cases()) {
    SCOPED_TRACE(c.n);
    const Matrix A = random_matrix(c.n, 2 * c.n, 1);
    Matrix S = product(A, Op::none, A, Op::transpose);
    symmetrise(S);
    const auto problem = make_bures_wasserstein_network(options_for(S, c.hidden, c.latent, c.tau));
    Point optimum = bures_wasserstein_start(*problem, "optimal", 0, 0);

    const Judgement at_optimum = judge_bures_wasserstein(*problem, optimum, {});
    const Matrix u = random_matrix(problem->layout().dimension(), 1, 2);
    axpy(0.05, u.flat(), optimum.values);
    const Judgement nearby = judge_bures_wasserstein(*problem, optimum, {});

    EXPECT_EQ(at_optimum.verdict.headline, Headline::global_minimum);
    EXPECT_EQ(at_optimum.verdict.rigor, Rigor::proved);
    EXPECT_TRUE(claims_support(Headline::global_minimum, at_optimum.certificate.claims));
    EXPECT_NE(nearby.verdict.headline, Headline::global_minimum);
  }
}

TEST(BuresWassersteinJudge, proves_nothing_about_a_covariance_that_is_indefinite_by_a_rounding) {
  const auto problem = make_bures_wasserstein_network(options_for(M({{1, 1}, {1, 1 - 1e-15}}), {}));

  const Judgement j = judge_bures_wasserstein(*problem, bures_wasserstein_start(*problem, "optimal", 0, 0), {});

  EXPECT_EQ(j.verdict.headline, Headline::global_minimum);
  EXPECT_EQ(j.verdict.rigor, Rigor::numerical);
  EXPECT_TRUE(j.certificate.claims.empty());
}

TEST(BuresWassersteinJudge, proves_optima_of_singular_targets) {
  const auto exact = make_bures_wasserstein_network(options_for(M({{1, 1, 0}, {1, 1, 0}, {0, 0, 0}}), {1}));
  LinearNetworkOptions o = options_for(Matrix(), {});
  o.y.values = random_matrix(6, 3, 5);
  const auto samples = make_bures_wasserstein_network(o);

  for (const auto* problem : {exact.get(), samples.get()}) {
    const Verdict v = judge_bures_wasserstein(*problem, bures_wasserstein_start(*problem, "optimal", 0, 0), {}).verdict;

    EXPECT_EQ(v.headline, Headline::global_minimum);
    EXPECT_EQ(v.rigor, Rigor::proved) << v.gap;
  }
}

TEST(BuresWassersteinJudge, an_optimum_that_the_enclosures_cannot_prove_is_still_told_from_others) {
  LinearNetworkOptions o = options_for(Matrix(), {});
  o.y.values = random_matrix(70, 35, 5);  // singular, met exactly: what is proved of the value is some 1e-11 of the trace
  const auto problem = make_bures_wasserstein_network(o);

  const Verdict v = judge_bures_wasserstein(*problem, bures_wasserstein_start(*problem, "optimal", 0, 0), {}).verdict;

  EXPECT_EQ(v.headline, Headline::global_minimum);
}

TEST(BuresWassersteinJudge, a_zero_target_is_met_by_zero_weights) {
  const auto problem = make_bures_wasserstein_network(options_for(Matrix(2, 2), {3}));

  const Verdict v = judge_weights(*problem, Matrix(problem->layout().dimension(), 1));

  EXPECT_EQ(v.headline, Headline::global_minimum);
  EXPECT_EQ(v.rigor, Rigor::proved);
}

TEST(BuresWassersteinJudge, a_point_that_is_not_finite_is_undecided) {
  for (const double bad : {std::nan(""), HUGE_VAL, 1e200}) {
    const Verdict v = judge_diagonal(M({{bad, 0}, {0, 1}, {0, 0}}));

    EXPECT_EQ(v.headline, Headline::undecided);
    EXPECT_EQ(v.rigor, Rigor::numerical);
  }
}

TEST(BuresWassersteinFamily, refuses_contradictory_options) {
  const auto refuses = [](auto change) {
    LinearNetworkOptions o = options_for(diagonal_target, {2});
    change(o);
    EXPECT_THROW(make_bures_wasserstein_network(o), InputError);
  };
  refuses([](LinearNetworkOptions& o) { o.x.values = Matrix(2, 2); });
  refuses([](LinearNetworkOptions& o) { o.y.values = Matrix(3, 2); });
  refuses([](LinearNetworkOptions& o) { o.covariance.values = Matrix(); });
  refuses([](LinearNetworkOptions& o) { o.weight_decay = {0.1}; });
  refuses([](LinearNetworkOptions& o) { o.hidden = {0}; });
  refuses([](LinearNetworkOptions& o) { o.latent = -1; });
  LinearNetworkOptions squared;
  squared.latent = 3;
  EXPECT_THROW(require_no_bures_wasserstein_options(squared), InputError);
}

TEST(BuresWassersteinFamily, goes_from_options_to_a_proved_verdict) {
  LinearNetworkFamily family;
  for (OptionRow& row : family.options()) {
    if (row.name == "loss") *std::get<std::string*>(row.target) = "bures-wasserstein";
    if (row.name == "covariance") std::get<DataMatrix*>(row.target)->values = diagonal_target;
    if (row.name == "hidden") *std::get<std::vector<std::int64_t>*>(row.target) = {2};
  }
  family.prepare();

  for (const std::string& start : family.start_names()) EXPECT_EQ(family.start(start, 1, 0).layout, family.problem().layout()) << start;
  const Point optimum = family.start("optimal", 0, 0);
  const Judgement j = family.judge(optimum, {});

  EXPECT_LE(family.problem().value(optimum.values), family.target_value(1e-6));
  EXPECT_EQ(j.verdict.headline, Headline::global_minimum);
  EXPECT_EQ(j.verdict.rigor, Rigor::proved);
}

}  // namespace
}  // namespace nadir
