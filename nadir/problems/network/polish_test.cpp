// Polished ends: the gradient falls to rounding, the value does not rise, and points that are no minima stay as they are.
#include "nadir/problems/network/polish.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "nadir/linalg/dense.hpp"

namespace nadir {
namespace {

// w2 tanh(w1 x), y = x = 1, weight decay 1/4: minima at w1 = w2 = t > 0, roughly.
NetworkOptions options() {
  NetworkOptions o;
  o.x.values = Matrix::from_rows({{1, 0.5}});
  o.y.values = Matrix::from_rows({{1, 0.5}});
  o.hidden = {1};
  o.activation = "tanh";
  o.bias = false;
  o.weight_decay = 0.25;
  return o;
}

double gradient_norm(const Network& problem, const Vector& x) {
  Vector g(x.size());
  problem.expand(x)->gradient(g);
  return norm(g);
}

TEST(Polish, takes_the_gradient_down_to_rounding_without_raising_the_value) {
  const NetworkOptions o = options();
  const Network problem(read_network_data(o));
  Vector x = {0.6, 0.6};
  for (int k = 0; k < 2000; ++k) {  // gradient descent, to about 1e-7
    Vector g(2);
    problem.expand(x)->gradient(g);
    if (norm(g) < 1e-7) break;
    axpy(-0.5, g, x);
  }

  const Vector y = polished(problem, x);

  EXPECT_GT(gradient_norm(problem, x), 1e-9);
  EXPECT_LT(gradient_norm(problem, y), 1e-15);
  EXPECT_LE(problem.value(y), problem.value(x) * (1.0 + 1e-14));
}

// With little weight decay the origin is a saddle; far from a critical point nothing is done.
TEST(Polish, leaves_saddles_and_points_far_from_critical_alone) {
  NetworkOptions o = options();
  o.weight_decay = 0.001;
  const Network problem(read_network_data(o));
  const Vector saddle = {1e-8, -1e-8}, far = {0.3, 2.0};

  EXPECT_EQ(polished(problem, saddle), saddle);
  EXPECT_EQ(polished(problem, far), far);
}

}  // namespace
}  // namespace nadir
