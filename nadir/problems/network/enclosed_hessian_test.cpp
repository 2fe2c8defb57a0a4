// The enclosed Hessian against the expansion's products, which are written from other formulas, at the point and at
// points of the box around it.
#include "nadir/problems/network/enclosed_hessian.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "nadir/base/random.hpp"
#include "nadir/linalg/dense.hpp"

namespace nadir {
namespace {

NetworkOptions options(const std::string& activation, const std::string& loss, bool bias, std::vector<std::int64_t> hidden) {
  NetworkOptions o;
  Matrix x(3, 20), y(2, 20);
  Random(1, 0).fill_normal(x.flat());
  Random(1, 1).fill_uniform(y.flat());
  if (loss == "cross-entropy")
    for (Index j = 0; j < 20; ++j) y(1, j) = 1.0 - y(0, j);
  o.x.values = std::move(x);
  o.y.values = std::move(y);
  o.hidden = std::move(hidden);
  o.activation = activation;
  o.loss = loss;
  o.bias = bias;
  o.weight_decay = bias ? 0.03125 : 0.0;
  return o;
}

struct Plain {
  Vector gradient;
  Matrix hessian;
};

Plain plain(const Network& problem, const Vector& x) {
  const Index n = problem.layout().dimension();
  Plain p{Vector(x.size()), Matrix(n, n)};
  const auto at = problem.expand(x);
  at->gradient(p.gradient);
  at->apply_hessian(Matrix::identity(n), p.hessian);
  return p;
}

Vector normal(Index n, std::uint64_t stream) {
  Vector v(static_cast<std::size_t>(n));
  Random(2, stream).fill_normal(v);
  return v;
}

double distance_outside(const BallMatrix& enclosure, Index i, Index j, double x) {
  return std::fabs(x - enclosure.mid(i, j)) - enclosure.rad(i, j);
}

constexpr const char* all_activations[] = {"identity", "relu", "leaky-relu", "elu", "gelu", "silu", "tanh", "sigmoid", "softplus"};

TEST(EnclosedHessian, agrees_with_the_products_of_the_expansion_and_is_tight) {
  for (const char* activation : all_activations)
    for (const char* loss : {"squared", "cross-entropy"})
      for (const bool bias : {true, false})
        for (const auto& hidden : {std::vector<std::int64_t>{}, {4}, {5, 6, 4}}) {
          SCOPED_TRACE(std::string(activation) + ", " + loss + ", " + std::to_string(hidden.size()) + (bias ? ", biases" : ""));
          const NetworkOptions o = options(activation, loss, bias, hidden);
          const Network problem(read_network_data(o));
          const Vector x = normal(problem.layout().dimension(), 0);
          const Plain p = plain(problem, x);

          const SecondOrderEnclosure e = enclose_second_order(problem, x, 0.0);

          const double size = max_abs(p.hessian);
          ASSERT_TRUE(e.exists);
          EXPECT_LT(max_abs(e.hessian.rad), 1e-10 * size);
          for (Index j = 0; j < p.hessian.cols(); ++j) {
            ASSERT_LE(distance_outside(e.gradient, j, 0, p.gradient[static_cast<std::size_t>(j)]), 1e-13 * size);
            for (Index i = 0; i < p.hessian.rows(); ++i) ASSERT_LE(distance_outside(e.hessian, i, j, p.hessian(i, j)), 1e-13 * size);
          }
        }
}

TEST(EnclosedHessian, holds_for_every_point_of_the_box) {
  for (const char* activation : all_activations)
    for (const char* loss : {"squared", "cross-entropy"}) {
      SCOPED_TRACE(std::string(activation) + ", " + loss);
      const NetworkOptions o = options(activation, loss, true, {4, 3});
      const Network problem(read_network_data(o));
      const Vector x = normal(problem.layout().dimension(), 1);
      const double radius = 1e-4;

      const SecondOrderEnclosure e = enclose_second_order(problem, x, radius);

      if (!e.exists) continue;  // a sample may reach a kink within the box
      for (std::uint64_t trial = 0; trial < 10; ++trial) {
        Vector y = x;
        // Corners of the box first.
        for (std::size_t i = 0; i < y.size(); ++i) {
          const double t = 2.0 * Random(3, trial * 1000 + i).uniform() - 1.0;
          y[i] += radius * (trial < 5 ? (t < 0.0 ? -1.0 : 1.0) : t);
        }
        const Plain p = plain(problem, y);
        for (Index j = 0; j < p.hessian.cols(); ++j) {
          ASSERT_LE(distance_outside(e.gradient, j, 0, p.gradient[static_cast<std::size_t>(j)]), 1e-13);
          for (Index i = 0; i < p.hessian.rows(); ++i) ASSERT_LE(distance_outside(e.hessian, i, j, p.hessian(i, j)), 1e-12);
        }
      }
    }
}

// relu with w = 1, b = 0 on x = 1e-3: within 1e-4 the unit stays on, within 1e-2 it does not. elu bends at 0.
TEST(EnclosedHessian, exists_only_where_no_sample_reaches_a_kink_within_the_box) {
  for (const char* activation : {"relu", "leaky-relu", "elu"}) {
    NetworkOptions o;
    o.x.values = Matrix::from_rows({{1e-3, 1}});
    o.y.values = Matrix::from_rows({{0, 1}});
    o.hidden = {1};
    o.activation = activation;
    const Network problem(read_network_data(o));

    EXPECT_TRUE(enclose_second_order(problem, Vector{1, 0, 1, 0}, 1e-4).exists);
    EXPECT_FALSE(enclose_second_order(problem, Vector{1, 0, 1, 0}, 1e-2).exists);
    EXPECT_FALSE(enclose_second_order(problem, Vector{1, -1e-3, 1, 0}, 0.0).exists);
  }
}

// Two samples through w2 w1: f = ((w - 1)^2 + (2 w - 1)^2)/4 with w = w1 w2, so f = (5 w^2 - 6 w + 2)/4; at w1 = 1, w2 = 2:
// g(w) = (10 w - 6)/4 = 3.5, g'' = 2.5; H = [4 g'', 2 g'' + g'; ., g''] = [10, 8.5; 8.5, 2.5].
TEST(EnclosedHessian, is_exact_on_small_integers) {
  NetworkOptions o;
  o.x.values = Matrix::from_rows({{1, 2}});
  o.y.values = Matrix::from_rows({{1, 1}});
  o.hidden = {1};
  o.activation = "identity";
  o.bias = false;
  const Network problem(read_network_data(o));

  const SecondOrderEnclosure e = enclose_second_order(problem, Vector{1, 2}, 0.0);

  EXPECT_TRUE(is_exact(e.hessian));
  EXPECT_EQ(e.hessian.mid, Matrix::from_rows({{10, 8.5}, {8.5, 2.5}}));
  EXPECT_EQ(e.gradient.mid, Matrix::from_rows({{7}, {3.5}}));
}

}  // namespace
}  // namespace nadir
