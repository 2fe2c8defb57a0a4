#include "nadir/problems/network/distance.hpp"

#include <cmath>

#include <gtest/gtest.h>

#include "nadir/base/random.hpp"
#include "nadir/problems/network/network.hpp"

namespace nadir {
namespace {

// 2-3-3-2 with biases; the data do not matter for distances.
struct Case {
  Matrix x{2, 4}, y{2, 4};
  NetworkData data;
  Point a;

  explicit Case(ActivationKind kind, double weight_decay = 0.0, bool is_cross_entropy = false) {
    data.widths = {2, 3, 3, 2};
    data.activations = {{kind, 0.1}, {kind, 0.1}, {}};
    data.weight_decay = weight_decay;
    data.is_cross_entropy = is_cross_entropy;
    data.x = x;
    data.y = y;
    a = Point(data.layout());
    Random(3, 0).fill_normal(a.values);
  }
  double distance(const Point& b) const { return relative_network_distance(data, a, b); }
};

// Units 0 and 2 of the given hidden layer change places.
Point permuted(const Point& a, std::size_t layer) {
  Point b = a;
  const MatrixView W = b.block(2 * layer), bias = b.block(2 * layer + 1), next = b.block(2 * layer + 2);
  for (Index j = 0; j < W.cols; ++j) std::swap(W(0, j), W(2, j));
  std::swap(bias(0, 0), bias(2, 0));
  for (Index j = 0; j < next.rows; ++j) std::swap(next(j, 0), next(j, 2));
  return b;
}

// Unit 1 of the given hidden layer: incoming weights and bias times `in`, outgoing ones times `out`.
Point scaled(const Point& a, std::size_t layer, double in, double out) {
  Point b = a;
  const MatrixView W = b.block(2 * layer), bias = b.block(2 * layer + 1), next = b.block(2 * layer + 2);
  for (Index j = 0; j < W.cols; ++j) W(1, j) *= in;
  bias(1, 0) *= in;
  for (Index j = 0; j < next.rows; ++j) next(j, 1) *= out;
  return b;
}

TEST(NetworkDistance, hidden_units_may_change_places_in_every_layer) {
  for (const ActivationKind kind : {ActivationKind::tanh, ActivationKind::relu, ActivationKind::gelu}) {
    const Case c(kind);

    EXPECT_LT(c.distance(permuted(c.a, 0)), 1e-15);
    EXPECT_LT(c.distance(permuted(permuted(c.a, 0), 1)), 1e-15);
  }
}

TEST(NetworkDistance, signs_are_free_with_odd_activations_only) {
  EXPECT_EQ(Case(ActivationKind::tanh).distance(scaled(Case(ActivationKind::tanh).a, 0, -1, -1)), 0.0);
  EXPECT_EQ(Case(ActivationKind::tanh).distance(permuted(scaled(Case(ActivationKind::tanh).a, 1, -1, -1), 1)), 0.0);
  EXPECT_GT(Case(ActivationKind::gelu).distance(scaled(Case(ActivationKind::gelu).a, 0, -1, -1)), 0.1);
  EXPECT_GT(Case(ActivationKind::relu).distance(scaled(Case(ActivationKind::relu).a, 0, -1, -1)), 0.1);
  EXPECT_GT(Case(ActivationKind::tanh).distance(scaled(Case(ActivationKind::tanh).a, 0, -1, 1)), 0.1);
}

TEST(NetworkDistance, scales_are_free_where_the_activation_is_homogeneous_and_nothing_is_penalised) {
  const Case relu(ActivationKind::relu), leaky(ActivationKind::leaky_relu), penalised(ActivationKind::relu, 0.1), tanh(ActivationKind::tanh);

  EXPECT_LT(relu.distance(scaled(scaled(relu.a, 0, 3, 1.0 / 3), 1, 0.2, 5)), 1e-14);
  EXPECT_LT(leaky.distance(permuted(scaled(leaky.a, 1, 1e6, 1e-6), 1)), 1e-14);
  EXPECT_GT(penalised.distance(scaled(penalised.a, 0, 3, 1.0 / 3)), 0.1);
  EXPECT_GT(tanh.distance(scaled(tanh.a, 0, 3, 1.0 / 3)), 0.1);
}

TEST(NetworkDistance, softmax_does_not_see_what_is_added_to_all_outputs) {
  const Case free(ActivationKind::tanh, 0.0, true), penalised(ActivationKind::tanh, 0.1, true), squared(ActivationKind::tanh);
  const auto added = [](Point b, std::size_t block) {
    for (double& entry : std::span(b.block(block).data, static_cast<std::size_t>(b.layout[block].size()))) entry += 0.5;
    return b;
  };

  EXPECT_LT(free.distance(added(added(free.a, 4), 5)), 1e-15);
  EXPECT_LT(penalised.distance(added(penalised.a, 5)), 1e-15);
  EXPECT_GT(penalised.distance(added(penalised.a, 4)), 0.05);
  EXPECT_GT(squared.distance(added(squared.a, 5)), 0.05);
}

// To first order a change of one entry by t is a distance of t / |a|, also behind symmetries.
TEST(NetworkDistance, small_changes_are_seen_at_their_size) {
  const Case c(ActivationKind::tanh);
  Point b = permuted(scaled(c.a, 0, -1, -1), 0);
  b.values[3] += 1e-6;
  double squares = 0.0;
  for (const double entry : c.a.values) squares += entry * entry;

  EXPECT_NEAR(c.distance(b), 1e-6 / std::sqrt(squares), 1e-12);
  EXPECT_EQ(c.distance(c.a), 0.0);
  EXPECT_EQ(relative_network_distance(c.data, Point(c.data.layout()), Point(c.data.layout())), 0.0);
}

}  // namespace
}  // namespace nadir
