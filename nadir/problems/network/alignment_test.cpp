// Weight matching; the oracle is the copy that was made, and every permutation of four units one by one.
#include "nadir/problems/network/alignment.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include <gtest/gtest.h>

#include "nadir/base/random.hpp"
#include "nadir/linalg/dense.hpp"
#include "nadir/problems/network/network.hpp"

namespace nadir {
namespace {

struct Case {
  Matrix x, y;
  NetworkData data;
  Point a;

  Case(std::vector<Index> widths, ActivationKind kind, double weight_decay = 0.0, std::uint64_t seed = 3) {
    data.widths = widths;
    data.activations.assign(widths.size() - 2, {kind, 0.1});
    data.activations.push_back({});
    data.weight_decay = weight_decay;
    x = Matrix(widths.front(), 20);
    y = Matrix(widths.back(), 20);
    Random(seed, 1).fill_normal(x.flat());
    Random(seed, 2).fill_normal(y.flat());
    data.x = x;
    data.y = y;
    a = Point(data.layout());
    Random(seed, 0).fill_normal(a.values);
  }
  double value(const Point& p) const { return Network(data).value(p.values); }
};

double distance(const Point& p, const Point& q) {
  Vector difference = p.values;
  axpy(-1.0, q.values, difference);
  return norm(difference);
}

// Unit i of the hidden layer becomes unit order[i] of `a`, its incoming weights times in(i), the outgoing ones times out(i).
template <class In, class Out>
Point mapped(const NetworkData& data, const Point& a, std::size_t layer, const std::vector<Index>& order, In in, Out out) {
  Point b = a;
  const std::size_t W = data.weight_block(layer), bias = data.bias_block(layer), next = data.weight_block(layer + 1);
  for (Index i = 0; i < std::ssize(order); ++i) {
    const Index k = order[static_cast<std::size_t>(i)];
    for (Index j = 0; j < a.block(W).cols; ++j) b.block(W)(i, j) = in(i) * a.block(W)(k, j);
    b.block(bias)(i, 0) = in(i) * a.block(bias)(k, 0);
    for (Index j = 0; j < a.block(next).rows; ++j) b.block(next)(j, i) = out(i) * a.block(next)(j, k);
  }
  return b;
}

Point permuted(const NetworkData& data, const Point& a, std::size_t layer, const std::vector<Index>& order) {
  return mapped(data, a, layer, order, [](Index) { return 1.0; }, [](Index) { return 1.0; });
}

std::vector<Index> shuffled(Index n, std::uint64_t seed) {
  std::vector<Index> order(static_cast<std::size_t>(n));
  std::iota(order.begin(), order.end(), Index{0});
  Random random(seed, 9);
  for (Index i = n; i-- > 1;) std::swap(order[static_cast<std::size_t>(i)], order[static_cast<std::size_t>(random.index(i + 1))]);
  return order;
}

TEST(AlignedNetwork, finds_permuted_copies_again_exactly) {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    const Case c({10, 64, 64, 3}, ActivationKind::tanh, 0.0, seed);
    const Point b = permuted(c.data, permuted(c.data, c.a, 0, shuffled(64, seed)), 1, shuffled(64, seed + 100));

    const std::optional<AlignedPoint> moved = aligned_network(c.data, b, c.a);

    EXPECT_EQ(moved->point.values, c.a.values) << seed;
    EXPECT_EQ(moved->label, "hidden units reordered");
  }
}

TEST(AlignedNetwork, finds_copies_with_three_tenths_of_noise_again) {
  for (std::uint64_t seed = 0; seed < 10; ++seed) {
    const Case c({10, 64, 64, 3}, ActivationKind::gelu, 0.0, seed);
    Point noisy = c.a;
    Vector noise(noisy.values.size());
    Random(seed, 5).fill_normal(noise);
    axpy(0.3, noise, noisy.values);
    const Point b = permuted(c.data, permuted(c.data, noisy, 0, shuffled(64, seed)), 1, shuffled(64, seed + 100));

    EXPECT_EQ(aligned_network(c.data, b, c.a)->point.values, noisy.values) << seed;
  }
}

TEST(AlignedNetwork, undoes_scales_where_units_are_homogeneous_and_signs_where_they_are_odd) {
  for (std::uint64_t seed = 0; seed < 10; ++seed) {
    const Case relu({6, 12, 4}, ActivationKind::relu, 0.0, seed), odd({6, 12, 4}, ActivationKind::tanh, 0.01, seed);
    const auto scale = [](Index i) { return std::exp2(0.5 * static_cast<double>(i % 7) - 1.5); };
    const auto sign = [](Index i) { return i % 3 == 0 ? -1.0 : 1.0; };
    const Point scaled = mapped(relu.data, relu.a, 0, shuffled(12, seed), scale, [&](Index i) { return 1.0 / scale(i); });
    const Point flipped = mapped(odd.data, odd.a, 0, shuffled(12, seed), sign, sign);

    const std::optional<AlignedPoint> of_scaled = aligned_network(relu.data, scaled, relu.a), of_flipped = aligned_network(odd.data, flipped, odd.a);

    EXPECT_LE(distance(of_scaled->point, relu.a), 1e-7 * norm(relu.a.values));
    EXPECT_EQ(of_scaled->label, "hidden units reordered, rescaled");
    EXPECT_EQ(of_flipped->point.values, odd.a.values);
    EXPECT_EQ(of_flipped->label, "hidden units reordered, with signs changed");
  }
}

TEST(AlignedNetwork, of_one_hidden_layer_is_nearest_among_all_permutations) {
  for (std::uint64_t seed = 0; seed < 30; ++seed) {
    const Case c({3, 4, 2}, ActivationKind::silu, 0.0, seed), other({3, 4, 2}, ActivationKind::silu, 0.0, seed + 500);
    std::vector<Index> order = {0, 1, 2, 3};
    double nearest = std::numeric_limits<double>::infinity();
    do nearest = std::min(nearest, distance(permuted(c.data, other.a, 0, order), c.a));
    while (std::next_permutation(order.begin(), order.end()));

    EXPECT_NEAR(distance(aligned_network(c.data, other.a, c.a)->point, c.a), nearest, 1e-13) << seed;
  }
}

// With weight decay scales are no symmetry, and with cross-entropy the mean of the outputs is one.
TEST(AlignedNetwork, keeps_the_value_whatever_loss_and_penalty) {
  for (const bool is_cross_entropy : {false, true})
    for (const double weight_decay : {0.0, 0.1})
      for (const ActivationKind kind : {ActivationKind::relu, ActivationKind::tanh, ActivationKind::identity, ActivationKind::elu}) {
        Case c({5, 7, 6, 3}, kind, weight_decay), other({5, 7, 6, 3}, kind, weight_decay, 77);
        if (is_cross_entropy) {
          c.data.is_cross_entropy = other.data.is_cross_entropy = true;
          c.data.y = ConstMatrixView();
          for (Index i = 0; i < 20; ++i) c.data.labels.push_back(i % 3);
        }

        const std::optional<AlignedPoint> moved = aligned_network(c.data, other.a, c.a);

        EXPECT_NEAR(c.value(moved->point), c.value(other.a), 1e-12 * c.value(other.a));
        EXPECT_LT(distance(moved->point, c.a), distance(other.a, c.a));
      }
}

TEST(AlignedNetwork, leaves_units_that_do_nothing_finite) {
  Case c({3, 4, 2}, ActivationKind::relu);
  Point b = c.a;
  for (Index j = 0; j < 3; ++j) b.block(0)(1, j) = 0.0;
  b.block(1)(1, 0) = 0.0;
  for (Index j = 0; j < 2; ++j) b.block(2)(j, 2) = 0.0;

  const std::optional<AlignedPoint> moved = aligned_network(c.data, b, c.a);

  EXPECT_TRUE(all_finite(ConstMatrixView(moved->point.values.data(), std::ssize(moved->point.values), 1)));
  EXPECT_NEAR(c.value(moved->point), c.value(b), 1e-12 * c.value(b));
}

}  // namespace
}  // namespace nadir
