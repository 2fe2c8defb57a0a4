// One-sided derivatives against difference quotients and sums by hand, and directions found at kinks of deep networks.
#include "nadir/problems/network/descent_at_kinks.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "nadir/base/random.hpp"
#include "nadir/linalg/dense.hpp"
#include "nadir/problems/network/judge.hpp"

namespace nadir {
namespace {

// Inputs in {-1, 0, 1}, weights in {-1, 0, 1} and no biases at first: many pre-activations are exactly 0.
NetworkOptions integers(const std::string& activation, const std::string& loss, double decay, std::uint64_t seed) {
  NetworkOptions o;
  Matrix x(2, 9), y(2, 9);
  for (Index j = 0; j < 9; ++j) {
    x(0, j) = static_cast<double>(j % 3 - 1);
    x(1, j) = static_cast<double>(j / 3 - 1);
    y(0, j) = Random(seed, static_cast<std::uint64_t>(j)).uniform();
    y(1, j) = 1.0 - y(0, j);
  }
  o.x.values = std::move(x);
  o.y.values = std::move(y);
  o.hidden = {3, 3};
  o.activation = activation;
  o.negative_slope = 0.25;  // dyadic, so that zeros stay exact
  o.loss = loss;
  o.weight_decay = decay;
  return o;
}

Vector small_integers(Index n, std::uint64_t seed) {
  Vector x(static_cast<std::size_t>(n));
  for (std::size_t i = 0; i < x.size(); ++i) x[i] = std::floor(3.0 * Random(seed, 100 + i).uniform()) - 1.0;
  return x;
}

TEST(DirectionalDerivative, is_the_limit_of_difference_quotients_at_kinks) {
  for (const char* activation : {"relu", "leaky-relu", "elu", "tanh"})
    for (const char* loss : {"squared", "cross-entropy"})
      for (const std::uint64_t seed : {1, 2, 3}) {
        SCOPED_TRACE(std::string(activation) + ", " + loss + ", " + std::to_string(seed));
        const NetworkOptions o = integers(activation, loss, 0.125, seed);
        const Network problem(read_network_data(o));
        const Vector x = small_integers(problem.layout().dimension(), seed);
        Vector u(x.size());
        Random(seed, 7).fill_normal(u);
        const double t = 1e-7;
        Vector moved = x;
        axpy(t, u, moved);

        const Interval slope = enclose_directional_derivative(problem, x, u);

        EXPECT_LT(slope.width(), 1e-12 * (1.0 + slope.magnitude()));
        EXPECT_NEAR(slope.mid(), (problem.value(moved) - problem.value(x)) / t, 1e-5 * (1.0 + slope.magnitude()));
      }
}

// f = ((relu(w x + b) - y)^2)/2 of one sample x = 0, y = 1 at w = 1, b = 0, outer weight 1 and bias 0: along b it falls by 1,
// against b it stays.
TEST(DirectionalDerivative, takes_the_side_of_the_kink_that_the_direction_enters) {
  NetworkOptions o;
  o.x.values = Matrix::from_rows({{0}});
  o.y.values = Matrix::from_rows({{1}});
  o.hidden = {1};
  const Network problem(read_network_data(o));

  EXPECT_EQ(enclose_directional_derivative(problem, Vector{1, 0, 1, 0}, Vector{0, 1, 0, 0}), Interval::point(-1.0));
  EXPECT_EQ(enclose_directional_derivative(problem, Vector{1, 0, 1, 0}, Vector{0, -1, 0, 0}), Interval::point(0.0));
}

Judgement judged(const NetworkOptions& o, const Vector& x) {
  const Network problem(read_network_data(o));
  Point point(problem.layout());
  point.values = x;
  return judge_network(problem, point, {});
}

// T4-C of [YunSraJadbabaie2019] behind two more units of relu that pass values on: x = (-1, 0, 1), y = (0, 2, 2). Automatic
// differentiation sees a zero gradient of the first layer.
TEST(FallingDirection, is_proved_at_a_kink_of_four_layers_and_with_weight_decay) {
  NetworkOptions o;
  o.x.values = Matrix::from_rows({{-1, 0, 1}});
  o.y.values = Matrix::from_rows({{0, 2, 2}});
  o.hidden = {1, 1, 1};

  for (const double decay : {0.0, 0.0078125}) {
    o.weight_decay = decay;
    const Judgement j = judged(o, {1, 0, 1, 1, 1, 1, 1, -1});

    EXPECT_EQ(j.verdict.headline, Headline::not_critical);
    EXPECT_EQ(j.verdict.rigor, Rigor::proved);
    EXPECT_NE(find(j.certificate.claims, "directional-derivative"), nullptr);
    EXPECT_TRUE(j.verdict.escape.has_value());
  }
}

// T4-A behind a unit that passes values on, with the sample x = 0 on the kink of the first: no direction falls at first order
// (residuals (-1, 2, -2, 1) at outputs (0, 0, 1, 2), so that all sums of the gradient and both rays are 0 or positive).
TEST(FallingDirection, is_not_found_where_none_falls) {
  NetworkOptions o;
  o.x.values = Matrix::from_rows({{-1, 0, 1, 2}});
  o.y.values = Matrix::from_rows({{1, -2, 3, 1}});
  o.hidden = {1, 1};
  const Network problem(read_network_data(o));

  EXPECT_FALSE(find_falling_direction(problem, Vector{1, 0, 1, 1, 1, -1}).has_value());
  EXPECT_EQ(judged(o, {1, 0, 1, 1, 1, -1}).verdict.headline, Headline::undecided);
}

}  // namespace
}  // namespace nadir
