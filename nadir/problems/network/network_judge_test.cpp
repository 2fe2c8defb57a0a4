// Enclosures and verdicts of networks: containment, exactness on dyadic data, and what must not be claimed.
#include "nadir/problems/network/judge.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "nadir/base/error.hpp"
#include "nadir/base/random.hpp"
#include "nadir/linalg/dense.hpp"
#include "nadir/problems/network/enclosure.hpp"
#include "nadir/problems/network/family.hpp"
#include "nadir/problems/network/symmetry.hpp"

namespace nadir {
namespace {

constexpr const char* all_activations[] = {"identity", "relu", "leaky-relu", "elu", "gelu", "silu", "tanh", "sigmoid", "softplus"};

NetworkOptions random_problem(const std::string& activation, const std::string& loss) {
  NetworkOptions o;
  Matrix x(3, 40), y(2, 40);
  Random(1, 0).fill_normal(x.flat());
  Random(1, 1).fill_uniform(y.flat());
  if (loss == "cross-entropy")
    for (Index j = 0; j < 40; ++j) y(1, j) = 1.0 - y(0, j);
  o.x.values = std::move(x);
  o.y.values = std::move(y);
  o.hidden = {5, 4};
  o.activation = activation;
  o.loss = loss;
  o.weight_decay = 0.03125;
  return o;
}

Vector random_vector(Index n, std::uint64_t stream) {
  Vector v(static_cast<std::size_t>(n));
  Random(2, stream).fill_normal(v);
  return v;
}

// The passes in floating point are an independent way to the same numbers, good to some 1e-14 here.
TEST(NetworkEnclosure, of_value_gradient_and_curvature_agrees_with_the_expansion_and_is_tight) {
  for (const char* loss : {"squared", "cross-entropy"})
    for (const char* activation : all_activations) {
      SCOPED_TRACE(std::string(activation) + ", " + loss);
      const NetworkOptions o = random_problem(activation, loss);
      const Network problem(read_network_data(o));
      const Index n = problem.layout().dimension();
      const Vector x = random_vector(n, 0), u = random_vector(n, 1);
      const auto at = problem.expand(x);
      Vector g(x.size()), Hu(x.size());
      at->gradient(g);
      at->apply_hessian({u.data(), n, 1}, {Hu.data(), n, 1});
      const double quotient = dot(u, Hu) / dot(u, u);

      const GradientEnclosure here = enclose_gradient(problem, x);
      const DirectionalCurvature along = enclose_curvature(problem, x, u);

      EXPECT_NEAR(here.value.mid(), at->value(), 1e-13 * at->value());
      EXPECT_LT(here.value.width(), 1e-11 * at->value());
      EXPECT_NEAR(here.norm.mid(), norm(g), 1e-12 * norm(g));
      EXPECT_LT(here.norm.width(), 1e-10 * norm(g));
      EXPECT_EQ(here.undecided_kinks, 0);
      EXPECT_TRUE(along.exists);
      EXPECT_NEAR(along.curvature.mid(), quotient, 1e-11 * norm(Hu));
      EXPECT_LT(along.curvature.width(), 1e-9 * norm(Hu));
      EXPECT_FALSE(here.is_exactly_zero);
    }
}

// x = (-1, 1, 2), y = (1, -2, 1), one relu with w = 1, outer weight 0: every sum of the gradient is an integer 0.
NetworkOptions exact_saddle() {
  NetworkOptions o;
  o.x.values = Matrix::from_rows({{-1, 1, 2}});
  o.y.values = Matrix::from_rows({{1, -2, 1}});
  o.hidden = {1};
  return o;
}

Judgement judged(const NetworkOptions& o, Vector x, const JudgeOptions& options = {}) {
  const Network problem(read_network_data(o));
  Point point(problem.layout());
  point.values = std::move(x);
  return judge_network(problem, point, options);
}

TEST(NetworkEnclosure, is_exact_on_dyadic_data_and_sees_the_nearest_double) {
  const NetworkOptions o = exact_saddle();
  const Network problem(read_network_data(o));

  EXPECT_EQ(enclose_gradient(problem, Vector{1, 0, 0, 0}).value, Interval::point(1.0));
  EXPECT_TRUE(enclose_gradient(problem, Vector{1, 0, 0, 0}).is_exactly_zero);
  EXPECT_FALSE(enclose_gradient(problem, Vector{1, 0, 1e-300, 0}).is_exactly_zero);
}

TEST(NetworkJudge, says_what_an_exact_saddle_is) {
  const Judgement j = judged(exact_saddle(), {1, 0, 0, 0});

  EXPECT_EQ(j.verdict.headline, Headline::strict_saddle);
  EXPECT_EQ(j.verdict.rigor, Rigor::proved);
  EXPECT_NE(find(j.certificate.claims, "critical"), nullptr);
  EXPECT_NE(find(j.certificate.claims, "descent"), nullptr);
}

// At w = 1, b = 0 the sample x = 0 lies on the kink: automatic differentiation sees a zero gradient there, though a step
// in b descends [YunSraJadbabaie2019].
TEST(NetworkJudge, claims_nothing_of_gradients_at_a_kink) {
  NetworkOptions o;
  o.x.values = Matrix::from_rows({{-1, 0, 1}});
  o.y.values = Matrix::from_rows({{0, 2, 2}});
  o.hidden = {1};

  const Judgement j = judged(o, {1, 0, 1, 1});

  EXPECT_EQ(find(j.certificate.claims, "critical"), nullptr);
  EXPECT_EQ(find(j.certificate.claims, "gradient-norm"), nullptr);
  EXPECT_NE(j.verdict.headline, Headline::local_minimum);
  EXPECT_NE(j.verdict.headline, Headline::strict_saddle);
}

// w3 tanh(w2 tanh w1), x = y = 1, weight decay 0.1: at the origin the Hessian is 0.1 I and f = 1/2; at (1, 1, 1.5)
// f = 0.21 by hand; at (0, 0, 1) f = 0.55.
TEST(NetworkJudge, calls_a_minimum_spurious_only_with_a_better_point_in_hand) {
  NetworkOptions o;
  o.x.values = Matrix::from_rows({{1}});
  o.y.values = Matrix::from_rows({{1}});
  o.hidden = {1, 1};
  o.activation = "tanh";
  o.bias = false;
  o.weight_decay = 0.1;
  JudgeOptions worse, better;
  worse.better_points = {{0.0, 0.0, 1.0}};
  better.better_points = {{1.0, 1.0, 1.5}};

  const Verdict alone = judged(o, {0, 0, 0}).verdict, beside_worse = judged(o, {0, 0, 0}, worse).verdict;
  const Judgement beside_better = judged(o, {0, 0, 0}, better);

  EXPECT_EQ(alone.headline, Headline::local_minimum);
  EXPECT_EQ(beside_worse.headline, Headline::local_minimum);
  EXPECT_EQ(beside_better.verdict.headline, Headline::spurious_minimum);
  EXPECT_NE(find(beside_better.certificate.claims, "better-point"), nullptr);
}

TEST(NetworkJudge, of_points_that_are_not_finite_or_overflow_is_undecided) {
  for (const double bad : {std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity(), 1e200}) {
    const Verdict v = judged(exact_saddle(), {bad, 0, bad, 0}).verdict;
    EXPECT_EQ(v.headline, Headline::undecided);
    EXPECT_EQ(v.rigor, Rigor::numerical);
  }
}

// Zero loss to 1e-13 of the zero network's value is a global minimum at the tolerance 1e-6 of its millionth; 1e-11 is not.
TEST(NetworkJudge, proves_a_global_minimum_by_its_value_alone) {
  NetworkOptions o;
  o.x.values = Matrix::from_rows({{1, -1}});
  o.y.values = Matrix::from_rows({{1, -1}});
  o.bias = false;

  EXPECT_EQ(judged(o, {1 + 1e-7}).verdict.headline, Headline::global_minimum);
  EXPECT_EQ(judged(o, {1 + 1e-7}).verdict.rigor, Rigor::proved);
  EXPECT_NE(judged(o, {1 + 1e-5}).verdict.headline, Headline::global_minimum);
}

TEST(Rescaling, leaves_value_and_kernel_of_the_hessian_alone_at_critical_points) {
  NetworkOptions o = exact_saddle();
  o.hidden = {3, 2};
  const Network problem(read_network_data(o));
  const Index n = problem.layout().dimension();
  const Vector x = random_vector(n, 5);

  const Matrix T = rescaling_directions(problem, x);

  ASSERT_EQ(T.cols(), 5);
  Vector g(x.size());
  problem.expand(x)->gradient(g);
  for (Index j = 0; j < T.cols(); ++j) EXPECT_NEAR(dot(g, {T.col(j), g.size()}), 0.0, 1e-13 * norm(g));
}

NetworkOptions with_model() {
  NetworkOptions o = exact_saddle();
  o.hidden.clear();
  o.model.path = "net.onnx";
  o.model.layers = {{Matrix::from_rows({{1}}), {0}, "relu", 0.0}, {Matrix::from_rows({{0}}), {0}, "identity", 0.0}};
  return o;
}

TEST(NetworkModel, brings_architecture_and_point_along) {
  NetworkFamily family;
  for (const OptionRow& row : family.options()) {
    if (row.name == "x") **std::get_if<DataMatrix*>(&row.target) = exact_saddle().x;
    if (row.name == "y") **std::get_if<DataMatrix*>(&row.target) = exact_saddle().y;
    if (row.name == "model") **std::get_if<DataNetwork*>(&row.target) = with_model().model;
  }
  family.prepare();

  ASSERT_TRUE(family.given_point());
  EXPECT_EQ(family.given_point()->values, (Vector{1, 0, 0, 0}));
  EXPECT_EQ(family.start_names().front(), "model");
  EXPECT_EQ(family.judge(*family.given_point(), {}).verdict.headline, Headline::strict_saddle);
}

TEST(NetworkModel, normalises_its_inputs_and_refuses_what_does_not_fit) {
  NetworkOptions o = with_model();
  o.model.input_shift = {1.0};
  o.model.input_scale = {0.5};
  const NetworkData data = read_network_data(o);
  EXPECT_EQ(data.x(0, 0), -1.0);
  EXPECT_EQ(data.x(0, 2), 0.5);

  const auto is_refused = [](const auto& change) {
    NetworkOptions changed = with_model();
    change(changed);
    EXPECT_THROW(read_network_data(changed), InputError);
  };
  is_refused([](NetworkOptions& c) { c.hidden = {1}; });
  is_refused([](NetworkOptions& c) { c.bias = false; });
  is_refused([](NetworkOptions& c) { c.model.layers[0].b.clear(); });
  is_refused([](NetworkOptions& c) { c.model.layers[1].activation = "relu"; });
  is_refused([](NetworkOptions& c) { c.model.layers[0].W = Matrix(1, 2); });
  is_refused([](NetworkOptions& c) { c.model.layers[1].W = Matrix(2, 1), c.model.layers[1].b = {0, 0}; });
  is_refused([](NetworkOptions& c) { c.model.ends_in_softmax = true; });
  is_refused([](NetworkOptions& c) { c.loss = "cross-entropy", c.y.values = Matrix::from_rows({{0, 0, 1}}); });
}

}  // namespace
}  // namespace nadir
