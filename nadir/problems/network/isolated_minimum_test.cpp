// Isolated minima at points whose nature is known by construction, and near misses of each hypothesis.
#include "nadir/problems/network/isolated_minimum.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "nadir/base/random.hpp"
#include "nadir/linalg/dense.hpp"
#include "nadir/problems/network/judge.hpp"
#include "nadir/problems/network/slice.hpp"

namespace nadir {
namespace {

NetworkOptions options(Matrix X, Matrix Y, std::vector<std::int64_t> hidden, const std::string& activation) {
  NetworkOptions o;
  o.x.values = std::move(X);
  o.y.values = std::move(Y);
  o.hidden = std::move(hidden);
  o.activation = activation;
  return o;
}

std::optional<NetworkMinimum> proved(const NetworkOptions& o, const Vector& x) { return prove_isolated_minimum(Network(read_network_data(o)), x); }

Judgement judged(const NetworkOptions& o, const Vector& x, const std::vector<Vector>& better = {}) {
  const Network problem(read_network_data(o));
  Point point(problem.layout());
  point.values = x;
  JudgeOptions options;
  options.better_points = better;
  return judge_network(problem, point, options);
}

bool claims(const Judgement& j, const std::string& kind) { return find(j.certificate.claims, kind) != nullptr; }

// Regression of (0, 3, 0) on x = (-1, 0, 1): W = 0, b = 1, exactly critical; the Hessian is diag(2/3, 1).
TEST(IsolatedMinimum, of_a_regression_is_the_point_itself) {
  const NetworkOptions o = options(Matrix::from_rows({{-1, 0, 1}}), Matrix::from_rows({{0, 3, 0}}), {}, "identity");

  const auto m = proved(o, {0, 1});

  ASSERT_TRUE(m);
  EXPECT_EQ(m->radius, 0.0);
  EXPECT_LE(m->least_eigenvalue, 2.0 / 3);
  EXPECT_GT(m->least_eigenvalue, 0.3);
  EXPECT_TRUE(m->fixed.empty());
}

TEST(IsolatedMinimum, lies_within_the_radius_of_a_point_beside_it) {
  const NetworkOptions o = options(Matrix::from_rows({{-1, 0, 1}}), Matrix::from_rows({{0, 3, 0}}), {}, "identity");

  for (const double off : {1e-3, 1e-6, -1e-9, 1e-14}) {
    const auto m = proved(o, {off, 1.0 - off});

    ASSERT_TRUE(m);
    EXPECT_GE(m->radius, std::sqrt(2.0) * std::fabs(off));
    EXPECT_LE(m->radius, 10.0 * std::fabs(off));
  }
}

// w2 tanh(w1), x = 1, y = B +- 2^-30, weight decay B = 1/2: at the origin the Hessian is [B -y; -y B].
TEST(IsolatedMinimum, is_told_from_a_saddle_by_the_sign_of_a_small_eigenvalue) {
  for (const int sign : {-1, 0, 1}) {
    NetworkOptions o = options(Matrix::from_rows({{1}}), Matrix::from_rows({{0.5 + sign * 0x1p-30}}), {1}, "tanh");
    o.bias = false;
    o.weight_decay = 0.5;

    const auto m = proved(o, {0, 0});
    const Judgement j = judged(o, {0, 0});

    EXPECT_EQ(m.has_value(), sign < 0);
    EXPECT_LE(m ? m->least_eigenvalue : 0.0, 0x1p-30);
    EXPECT_EQ(j.verdict.headline == Headline::local_minimum, sign < 0);
    EXPECT_EQ(j.verdict.headline == Headline::strict_saddle, sign > 0);
  }
}

// f = ((w - 1)^2 + (2 w - 1)^2)/4, w = w1 w2 = 3/5: across the rescaling, with w1 = 1 fixed, f'' = 5/2.
TEST(IsolatedMinimum, of_a_relu_is_one_up_to_rescaling) {
  NetworkOptions o = options(Matrix::from_rows({{1, 2}}), Matrix::from_rows({{1, 1}}), {1}, "relu");
  o.bias = false;

  const auto m = proved(o, {1, 0.6});
  const Judgement j = judged(o, {1, 0.6});

  ASSERT_TRUE(m);
  EXPECT_EQ(m->fixed, (std::vector<Index>{0}));
  EXPECT_LE(m->least_eigenvalue, 2.5);
  EXPECT_GT(m->least_eigenvalue, 1.0);
  EXPECT_EQ(j.verdict.headline, Headline::local_minimum);
  EXPECT_EQ(j.verdict.rigor, Rigor::proved);
  EXPECT_TRUE(claims(j, "minimum-up-to-symmetry"));
  EXPECT_FALSE(claims(j, "isolated-minimum"));
}

// v relu(x + b) + c, positive on x = (0, 1, 2): a regression of (0, 1, 0) on z = x + b: v = 0, c = 1/3. A thousandth off, the
// ball reaches about 3e-3, and so the kink if b = 5e-4.
TEST(IsolatedMinimum, is_not_claimed_where_a_sample_reaches_a_kink_within_the_radius) {
  const NetworkOptions o = options(Matrix::from_rows({{0, 1, 2}}), Matrix::from_rows({{0, 1, 0}}), {1}, "relu");

  EXPECT_TRUE(proved(o, {1, 0.5, 1e-3, 1.0 / 3}));
  EXPECT_FALSE(proved(o, {1, 5e-4, 1e-3, 1.0 / 3}));
  EXPECT_FALSE(proved(o, {1, 0, 0, 1.0 / 3}));
}

// The second unit is off on all samples: nothing is known of its weights.
TEST(IsolatedMinimum, is_not_claimed_beside_a_dead_unit) {
  const NetworkOptions o = options(Matrix::from_rows({{0, 1, 2}}), Matrix::from_rows({{0, 1, 0}}), {2}, "relu");

  EXPECT_FALSE(proved(o, {1, 1, 0.5, -9, 0, 1, 1.0 / 3}));
}

// (v1, v2) moves with v1 + v2 constant and changes nothing.
TEST(IsolatedMinimum, is_not_claimed_of_a_unit_and_its_copy) {
  NetworkOptions o = options(Matrix::from_rows({{-1, 1, 2}}), Matrix(1, 3), {2}, "tanh");
  o.bias = false;
  Matrix y(1, 3);
  for (Index i = 0; i < 3; ++i) y(0, i) = std::tanh(0.5 * o.x.values(0, i)) + 0.25;
  o.y.values = y;

  EXPECT_FALSE(proved(o, {0.5, 0.5, 0.5, 0.5}));
}

// Two classes, x = (-1, 1, -1, 1) with labels (0, 1, 1, 0): W = 0, b = 0 is critical; with row 0 fixed the Hessian is I/4.
TEST(IsolatedMinimum, of_cross_entropy_is_one_up_to_a_shift_of_the_outputs) {
  NetworkOptions o = options(Matrix::from_rows({{-1, 1, -1, 1}}), Matrix::from_rows({{0, 1, 1, 0}}), {}, "identity");
  o.loss = "cross-entropy";

  const auto m = proved(o, {0, 0, 0, 0});

  ASSERT_TRUE(m);
  EXPECT_EQ(m->fixed, (std::vector<Index>{0, 2}));
  EXPECT_LE(m->least_eigenvalue, 0.25);
  EXPECT_GT(m->least_eigenvalue, 0.1);
}

// With weight decay only the biases shift: W = 0 has the Hessian I/4 - mixed terms + B of the whole of W.
TEST(IsolatedMinimum, of_cross_entropy_with_weight_decay_fixes_one_bias_only) {
  NetworkOptions o = options(Matrix::from_rows({{-1, 1, -1, 1}}), Matrix::from_rows({{0, 1, 1, 0}}), {}, "identity");
  o.loss = "cross-entropy";
  o.weight_decay = 0.125;

  const auto m = proved(o, {0, 0, 0, 0});

  ASSERT_TRUE(m);
  EXPECT_EQ(m->fixed, (std::vector<Index>{2}));
  EXPECT_LE(m->least_eigenvalue, 0.125);  // along (1, 1) of W
  EXPECT_GT(m->least_eigenvalue, 0.06);
}

// One tanh unit without weights, bias 0.3, on x = (-1, 0, 1), y = (1, -2, 1), weight decay 1/4: sum r = sum r x = 0, so the
// Hessian by (w, v, c) is diag(1/4) + [1/4 + s^2, s; s, 1], s = tanh 0.3, least eigenvalue 0.2253 (of the 2 x 2 block).
TEST(IsolatedMinimum, of_units_without_weights_is_one_but_for_their_biases) {
  NetworkOptions o = options(Matrix::from_rows({{-1, 0, 1}}), Matrix::from_rows({{1, -2, 1}}), {1}, "tanh");
  o.weight_decay = 0.25;

  const auto m = proved(o, {0, 0.3, 0, 0}), near = proved(o, {1e-9, 0.3, -1e-9, 1e-10});
  const Judgement j = judged(o, {0, 0.3, 0, 0});

  ASSERT_TRUE(m);
  ASSERT_TRUE(near);
  EXPECT_EQ(m->fixed, (std::vector<Index>{1}));
  EXPECT_LE(m->least_eigenvalue, 0.2254);
  EXPECT_GT(m->least_eigenvalue, 0.05);
  EXPECT_GE(near->radius, 1.4e-9);
  EXPECT_EQ(j.verdict.headline, Headline::local_minimum);
  EXPECT_EQ(j.verdict.rigor, Rigor::proved);
}

// y = c x with 2 c/3 s'(b) above or below the weight decay: the unit pays, or not. At b = 0 the block of (w, v) is
// [B -2c/3; . B].
TEST(IsolatedMinimum, of_a_unit_without_weights_needs_weight_decay_to_outweigh_its_gain) {
  for (const double c : {0.36, 0.39}) {
    NetworkOptions o = options(Matrix::from_rows({{-1, 0, 1}}), Matrix::from_rows({{-c, 0, c}}), {1}, "tanh");
    o.weight_decay = 0.25;

    EXPECT_EQ(proved(o, {0, 0, 0, 0}).has_value(), c < 0.375);
  }
}

// Two linear layers of width 1 and a bias each, without decay: w2 (w1 x + b1) + b2. Besides rescaling, b1 and b2 trade places.
TEST(IsolatedMinimum, of_linear_layers_is_one_up_to_changes_of_basis_and_of_biases) {
  const NetworkOptions o = options(Matrix::from_rows({{0, 1, 3}}), Matrix::from_rows({{0, 2, 1}}), {1}, "identity");
  // Regression: slope 3/14, intercept 5/7, by the normal equations 10 a + 4 c = 5, 4 a + 3 c = 3.
  const Vector x = {1, 0.25, 3.0 / 14, 5.0 / 7 - 3.0 / 56};

  const auto m = proved(o, x);

  ASSERT_TRUE(m);
  EXPECT_EQ(m->fixed, (std::vector<Index>{0, 1}));
}

TEST(IsolatedMinimum, of_wider_linear_layers_fixes_an_invertible_block_and_the_biases) {
  Random random(5);
  Matrix X(2, 9), Y(2, 9);
  random.fill_normal(X.flat());
  random.fill_normal(Y.flat());
  const NetworkOptions deep = options(X, Y, {2}, "identity");
  // The regression [A c] by the normal equations, behind the identity.
  Matrix Z(3, 9), G(3, 3), R(3, 2);
  for (Index j = 0; j < 9; ++j) Z(0, j) = X(0, j), Z(1, j) = X(1, j), Z(2, j) = 1.0;
  multiply(1.0, Z, Op::none, Z, Op::transpose, 0.0, G);
  multiply(1.0, Z, Op::none, Y, Op::transpose, 0.0, R);
  ASSERT_TRUE(solve_general(G, R));
  const Vector x = {1, 0, 0, 1, 0, 0, R(0, 0), R(0, 1), R(1, 0), R(1, 1), R(2, 0), R(2, 1)};

  const auto m = proved(deep, x);

  ASSERT_TRUE(m);
  EXPECT_EQ(m->fixed, (std::vector<Index>{0, 1, 2, 3, 4, 5}));
}

// w3 tanh(w2 tanh w1), x = y = 1, weight decay 0.1: f = 1/2 and Hessian 0.1 I at the origin, f(1, 1, 1.5) = 0.21.
TEST(IsolatedMinimum, beaten_by_a_better_point_is_proved_spurious) {
  NetworkOptions o = options(Matrix::from_rows({{1}}), Matrix::from_rows({{1}}), {1, 1}, "tanh");
  o.bias = false;
  o.weight_decay = 0.1;

  const Judgement alone = judged(o, {0, 0, 0}), beaten = judged(o, {0, 0, 0}, {{1, 1, 1.5}}), useless = judged(o, {0, 0, 0}, {{0, 0, 1}});

  EXPECT_EQ(alone.verdict.headline, Headline::local_minimum);
  EXPECT_EQ(alone.verdict.rigor, Rigor::proved);
  EXPECT_EQ(beaten.verdict.headline, Headline::spurious_minimum);
  EXPECT_EQ(beaten.verdict.rigor, Rigor::proved);
  EXPECT_EQ(useless.verdict.headline, Headline::local_minimum);
}

// A better point by 1e-17 is none: the minimum near the point may lie lower than the point by more.
TEST(IsolatedMinimum, is_not_beaten_within_its_own_uncertainty) {
  NetworkOptions o = options(Matrix::from_rows({{-1, 0, 1}}), Matrix::from_rows({{0, 3, 0}}), {}, "identity");

  const Judgement j = judged(o, {1e-9, 1}, {{0, 1}});

  EXPECT_EQ(j.verdict.headline, Headline::local_minimum);
  EXPECT_EQ(j.verdict.rigor, Rigor::proved);
}

}  // namespace
}  // namespace nadir
