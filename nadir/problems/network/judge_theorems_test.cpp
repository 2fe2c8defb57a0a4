// Verdicts that rest on the theorems of kinks, plateaus and exact fits: a museum of points whose nature is known by
// construction, none of which may be called global or proved for a reason that is not there.
#include "nadir/problems/network/judge_theorems.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "nadir/base/random.hpp"
#include "nadir/linalg/dense.hpp"
#include "nadir/problems/network/constructions.hpp"
#include "nadir/problems/network/judge.hpp"

namespace nadir {
namespace {

struct Instance {
  NetworkOptions options;
  Network problem() const { return Network(read_network_data(options)); }
};

Instance instance(Matrix X, Matrix Y, std::vector<std::int64_t> hidden, std::string activation = "relu") {
  Instance i;
  i.options.x.values = std::move(X);
  i.options.y.values = std::move(Y);
  i.options.hidden = std::move(hidden);
  i.options.activation = std::move(activation);
  return i;
}

Vector flat(const std::vector<Matrix>& blocks) {
  Vector x;
  for (const Matrix& b : blocks) x.insert(x.end(), b.flat().begin(), b.flat().end());
  return x;
}

Vector as_vector(const TwoLayerPoint& p) { return flat({p.W1, p.b1, p.W2, p.b2}); }

Judgement judged(const Instance& i, const Vector& x, const std::vector<Vector>& better = {}) {
  const Network problem = i.problem();
  Point point(problem.layout());
  point.values = x;
  JudgeOptions options;
  options.better_points = better;
  return judge_network(problem, point, options);
}

bool claims(const Judgement& j, const std::string& kind) { return find(j.certificate.claims, kind) != nullptr; }

// x = (0, 1, 2), y = (0, 0, 6), fitted by -1 + 3 x.
const Matrix line = Matrix::from_rows({{0, 1, 2}});
const Matrix step = Matrix::from_rows({{0, 0, 6}});

TEST(NetworkMuseum, constructed_spurious_minima_are_proved_spurious_with_their_better_point) {
  Random random(21);
  for (int trial = 0; trial < 12; ++trial) {
    const Index d = 1 + trial % 3, n = d + 4 + trial % 4;
    Matrix X(d, n), y(1, n);
    random.fill_normal(X.flat());
    random.fill_normal(y.flat());
    const KinkSlopes slopes = trial % 2 ? KinkSlopes{1.0, 0.0} : KinkSlopes{1.0, 0.25};
    const SpuriousMinimum p = make_piecewise_linear_minimum(X, y, 2, slopes);
    Instance i = instance(X, y, {2}, trial % 2 ? "relu" : "leaky-relu");
    i.options.negative_slope = 0.25;

    const Judgement alone = judged(i, as_vector(p.minimum)), beaten = judged(i, as_vector(p.minimum), {as_vector(p.better)});

    EXPECT_EQ(alone.verdict.headline, Headline::local_minimum);
    EXPECT_EQ(alone.verdict.rigor, Rigor::proved);
    EXPECT_EQ(beaten.verdict.headline, Headline::spurious_minimum);
    EXPECT_EQ(beaten.verdict.rigor, Rigor::proved);
  }
}

TEST(NetworkMuseum, plateau_of_three_layers_is_proved) {
  const Instance i = instance(line, step, {2, 2});
  const std::vector<Matrix> exact_plateau = {Matrix::from_rows({{3}, {0}}), Matrix::from_rows({{5}, {6}}), Matrix::identity(2), Matrix::from_rows({{1}, {1}}),
                                             Matrix::from_rows({{1, 0}}), Matrix::from_rows({{-7}})};

  const Judgement j = judged(i, flat(exact_plateau));

  EXPECT_EQ(j.verdict.headline, Headline::local_minimum);
  EXPECT_EQ(j.verdict.rigor, Rigor::proved);
  EXPECT_TRUE(claims(j, "plateau-minimum"));
}

TEST(NetworkMuseum, a_step_off_the_plateau_is_no_minimum) {
  Vector x = flat({Matrix::from_rows({{3}, {0}}), Matrix::from_rows({{5}, {6}}), Matrix::from_rows({{1, 0}}), Matrix::from_rows({{-6}})});
  x.back() += 1e-3;

  const Judgement j = judged(instance(line, step, {2}), x);

  EXPECT_EQ(j.verdict.headline, Headline::not_critical);
}

// The derivatives of relu on the data are those of the identity, and weight decay pulls: no theorem of ours applies.
TEST(NetworkMuseum, plateau_with_weight_decay_is_not_claimed) {
  Instance i = instance(line, step, {2});
  i.options.weight_decay = 1e-12;
  const Vector x = flat({Matrix::from_rows({{3}, {0}}), Matrix::from_rows({{5}, {6}}), Matrix::from_rows({{1, 0}}), Matrix::from_rows({{-6}})});

  const Judgement j = judged(i, x);

  EXPECT_FALSE(claims(j, "plateau-minimum"));
  EXPECT_FALSE(claims(j, "local-minimum"));
}

// One unit at the kink of the middle sample, the other off on all data; |x| * 2 by two units has the value 0.
TEST(NetworkMuseum, minimum_at_a_kink_is_spurious_once_a_better_point_is_shown) {
  const Instance i = instance(Matrix::from_rows({{-1, 0, 1}}), Matrix::from_rows({{2, 0, 2}}), {2});
  const Vector x = flat({Matrix::from_rows({{1}, {0}}), Matrix::from_rows({{0}, {-5}}), Matrix::from_rows({{1, 1}}), Matrix::from_rows({{1}})});
  const Vector better = flat({Matrix::from_rows({{1}, {-1}}), Matrix(2, 1), Matrix::from_rows({{2, 2}}), Matrix(1, 1)});

  const Judgement alone = judged(i, x), beaten = judged(i, x, {better}), useless = judged(i, x, {x});

  EXPECT_EQ(alone.verdict.headline, Headline::local_minimum);
  EXPECT_EQ(alone.verdict.rigor, Rigor::proved);
  EXPECT_EQ(beaten.verdict.headline, Headline::spurious_minimum);
  EXPECT_EQ(beaten.verdict.rigor, Rigor::proved);
  EXPECT_EQ(useless.verdict.headline, Headline::local_minimum);
}

TEST(NetworkMuseum, concave_kink_is_left_with_a_proved_decrease) {
  const Instance i = instance(Matrix::from_rows({{-1, 0, 1, 2}}), Matrix::from_rows({{-1, 2, -1, 3}}), {1});

  const Judgement j = judged(i, {1, 0, 1, 0});

  EXPECT_EQ(j.verdict.headline, Headline::not_critical);
  EXPECT_EQ(j.verdict.rigor, Rigor::proved);
  ASSERT_TRUE(j.verdict.escape.has_value());
  EXPECT_GT(j.verdict.escape->decrease, 0.0);
}

// The samples x = 1 have the labels 0 and 1 and the outputs (1, -1), so that the first outer weight has the derivative
// (2 sigmoid(2) - 1)/4 = 0.1904: a direction falls at least so steeply.
TEST(NetworkMuseum, cross_entropy_at_a_kink_is_left_along_a_proved_direction) {
  for (const double label : {0.0, 1.0}) {
    Instance i = instance(Matrix::from_rows({{-1, 0, 1, 1}}), Matrix::from_rows({{1.0 - label, label, 0, 1}}), {1});
    i.options.loss = "cross-entropy";

    const Judgement j = judged(i, {1, 0, 1, -1, 0, 0});

    EXPECT_FALSE(claims(j, "local-minimum"));
    EXPECT_EQ(j.verdict.headline, Headline::not_critical);
    EXPECT_EQ(j.verdict.rigor, Rigor::proved);
    ASSERT_TRUE(claims(j, "directional-derivative"));
    EXPECT_LT(number(*find(j.certificate.claims, "directional-derivative"), "derivative"), -0.19);
  }
}

// [YunSraJadbabaie2019b, Thm 2]; the better point has the outputs (0, 0, 1): with h(v) = 1/2, 3/4, 1/4, 3/8 at v = 0, log 3,
// -log 3, log 0.6, rows (v1, v2) and (v3, v4), outer weights t (h(v3), -h(v1)).
TEST(NetworkMuseum, smooth_spurious_minimum_is_proved_spurious) {
  const SmallExample e = three_points();
  const auto sigmoid = [](double z) { return 1.0 / (1.0 + std::exp(-z)); };
  const double v2 = std::log(3.0), v4 = std::log(0.6), t = 1.0 / (0.25 * sigmoid(0.5 * v2) - 0.5 * sigmoid(0.5 * (v4 - v2)));
  const Vector better = flat({Matrix::from_rows({{0, v2}, {-v2, v4}}), Matrix(2, 1), Matrix::from_rows({{0.25 * t, -0.5 * t}}), Matrix(1, 1)});
  const Instance i = instance(e.X, e.Y, {2}, "sigmoid");
  const Vector x = as_vector(make_sigmoid_minimum());

  const Judgement alone = judged(i, x), beaten = judged(i, x, {better});

  EXPECT_EQ(alone.verdict.headline, Headline::local_minimum);
  EXPECT_EQ(alone.verdict.rigor, Rigor::proved);
  EXPECT_NEAR(alone.verdict.value, 1.0 / 9, 1e-12);
  EXPECT_TRUE(claims(alone, "plateau-minimum"));
  EXPECT_EQ(beaten.verdict.headline, Headline::spurious_minimum);
  EXPECT_EQ(beaten.verdict.rigor, Rigor::proved);
}

// Their elu: v = (-1, 1), u (e^-1 - 1) + 1 u' = 1/3 with u = 1; the unit at 1 is linear.
TEST(NetworkMuseum, elu_on_three_points_is_a_proved_minimum) {
  const SmallExample e = three_points();
  const Vector x = flat({Matrix::from_rows({{-1, -1}, {1, 1}}), Matrix(2, 1), Matrix::from_rows({{1, 1.0 / 3 + 1.0 - std::exp(-1.0)}}), Matrix(1, 1)});

  const Judgement j = judged(instance(e.X, e.Y, {2}, "elu"), x);

  EXPECT_EQ(j.verdict.headline, Headline::local_minimum);
  EXPECT_EQ(j.verdict.rigor, Rigor::proved);
}

// Near misses: a sample off the midpoint by a rounding, a unit that is concave (v = 1), one that tells the samples apart.
TEST(NetworkMuseum, three_points_without_the_hypotheses_are_not_proved) {
  const SmallExample e = three_points();
  SmallExample off = three_points();
  off.X(0, 2) = std::nextafter(0.5, 1.0);
  const Vector x = as_vector(make_sigmoid_minimum());
  Vector apart = x, concave = x;
  apart[0] = std::nextafter(-1.0, 0.0);
  const double h = 1.0 / (1.0 + std::exp(-1.0));
  concave[0] = concave[2] = 1.0;
  concave[6] = (1.0 / 3 - 1.0 / 6) / h;

  EXPECT_FALSE(claims(judged(instance(off.X, e.Y, {2}, "sigmoid"), x), "plateau-minimum"));
  EXPECT_FALSE(claims(judged(instance(e.X, e.Y, {2}, "sigmoid"), apart), "plateau-minimum"));
  EXPECT_FALSE(claims(judged(instance(e.X, e.Y, {2}, "sigmoid"), concave), "plateau-minimum"));
}

// A unit that is 0 altogether: every sample lies on its kink. Residuals r = (1, -2, 1): sum r_i (w x_i + b)_+ is the second
// difference of a convex function, not negative; r = (-1, 2, -1): along w it is -1, /3 for f.
TEST(NetworkMuseum, zero_neuron_on_all_kinks_is_undecided_or_left_along_a_proved_direction) {
  const Instance convex = instance(Matrix::from_rows({{-1, 0, 1}}), Matrix::from_rows({{-1, 2, -1}}), {1});
  const Instance concave = instance(Matrix::from_rows({{-1, 0, 1}}), Matrix::from_rows({{1, -2, 1}}), {1});

  const Judgement j = judged(concave, {0, 0, 1, 0});

  EXPECT_EQ(judged(convex, {0, 0, 1, 0}).verdict.headline, Headline::undecided);
  EXPECT_EQ(j.verdict.headline, Headline::not_critical);
  EXPECT_EQ(j.verdict.rigor, Rigor::proved);
}

TEST(NetworkMuseum, exact_fit_next_to_a_trained_network_is_claimed) {
  Random random(22);
  const Index d = 3, m = 10, n = 8;
  Matrix X(d, n), W1(m, d), b1(m, 1), W2(1, m), b2(1, 1), Y(1, n);
  for (Matrix* A : {&X, &W1, &b1, &W2}) random.fill_normal(A->flat());
  for (Index i = 0; i < n; ++i)
    for (Index k = 0; k < m; ++k) {
      double t = b1(k, 0);
      for (Index j = 0; j < d; ++j) t += W1(k, j) * X(j, i);
      Y(0, i) += W2(0, k) * std::tanh(t);
    }
  const Vector x = flat({W1, b1, W2, b2});
  Vector near = x;
  for (double& v : near) v += 1e-7 * random.normal();
  Vector far = x;
  for (double& v : far) v += 0.5 * random.normal();
  const Instance i = instance(X, Y, {m}, "tanh");

  const Judgement j = judged(i, near);

  EXPECT_EQ(j.verdict.headline, Headline::global_minimum);
  ASSERT_TRUE(claims(j, "interpolating-point"));
  EXPECT_LT(number(*find(j.certificate.claims, "interpolating-point"), "radius"), 1e-3);
  EXPECT_FALSE(claims(judged(i, far), "interpolating-point"));
}

}  // namespace
}  // namespace nadir
