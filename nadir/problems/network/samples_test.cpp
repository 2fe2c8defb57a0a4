// Gradients of batches: means over any partition are value and gradient, and single samples are networks of their own.
#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

#include "nadir/base/random.hpp"
#include "nadir/linalg/dense.hpp"
#include "nadir/problems/network/network.hpp"

namespace nadir {
namespace {

static_assert(SampledProblem<Network>);

enum class Target { numbers, labels, probabilities };

NetworkOptions options(Index n, const char* activation, Target target, bool bias, double weight_decay) {
  NetworkOptions o;
  Random random(7, 0);
  Matrix x(3, n);
  random.fill_normal(x.flat());
  Matrix y(target == Target::labels ? 1 : 3, n);
  random.fill_uniform(y.flat());
  if (target == Target::labels)
    for (Index i = 0; i < n; ++i) y(0, i) = static_cast<double>((i * i) % 3);
  if (target == Target::probabilities)
    for (Index i = 0; i < n; ++i) {
      const double sum = y(0, i) + y(1, i) + y(2, i);
      for (Index k = 0; k < 3; ++k) y(k, i) /= sum;
    }
  o.x.values = std::move(x);
  o.y.values = std::move(y);
  o.hidden = {5, 4};
  o.activation = activation;
  o.bias = bias;
  o.loss = target == Target::numbers ? "squared" : "cross-entropy";
  o.weight_decay = weight_decay;
  return o;
}

Vector point_of(const Network& problem) {
  Vector x(static_cast<std::size_t>(problem.layout().dimension()));
  Random(9, 0).fill_normal(x);
  return x;
}

struct Case {
  const char* activation;
  Target target;
  bool bias;
  double weight_decay;
};

constexpr Case cases[] = {{"tanh", Target::numbers, true, 0.0},
                          {"relu", Target::numbers, false, 0.3},
                          {"identity", Target::labels, true, 0.0},
                          {"gelu", Target::labels, true, 0.1},
                          {"leaky-relu", Target::probabilities, true, 0.02}};

// Sizes of batches whose sum is n, the last one smaller; 1500 exceeds what goes through the passes at once.
TEST(NetworkSamples, means_over_a_partition_are_value_and_gradient) {
  const Index n = 2611;
  for (const Case& c : cases) {
    const NetworkOptions o = options(n, c.activation, c.target, c.bias, c.weight_decay);
    const Network problem(read_network_data(o));
    const Vector x = point_of(problem);
    Vector expected(x.size()), batch(x.size());
    problem.expand(x)->gradient(expected);
    std::vector<Index> order(static_cast<std::size_t>(n));
    for (Index i = 0; i < n; ++i) order[static_cast<std::size_t>(i)] = (i * 1000) % n;  // 1000 and 2611 share no factor

    for (const std::size_t size : {1u, 7u, 128u, 1500u, 2611u}) {
      double value = 0.0;
      Vector gradient(x.size(), 0.0);
      for (std::size_t first = 0; first < order.size(); first += size) {
        const std::size_t count = std::min(size, order.size() - first);
        const double share = static_cast<double>(count) / static_cast<double>(n);
        value += share * problem.sample_gradient(x, std::span(order).subspan(first, count), batch);
        axpy(share, batch, gradient);
      }

      EXPECT_NEAR(value, problem.value(x), 1e-12 * problem.value(x)) << c.activation << " " << size;
      axpy(-1.0, expected, gradient);
      EXPECT_LE(norm(gradient), 1e-12 * norm(expected)) << c.activation << " " << size;
    }
  }
}

TEST(NetworkSamples, a_batch_is_the_problem_of_its_samples) {
  const std::vector<Index> rows{4, 17, 3};
  for (const Case& c : cases) {
    const NetworkOptions all = options(20, c.activation, c.target, c.bias, c.weight_decay);
    NetworkOptions some = all;
    Matrix inputs(3, 3), targets(all.y.values.rows(), 3);
    for (Index j = 0; j < 3; ++j) {
      std::copy_n(all.x.values.col(rows[static_cast<std::size_t>(j)]), 3, inputs.col(j));
      std::copy_n(all.y.values.col(rows[static_cast<std::size_t>(j)]), all.y.values.rows(), targets.col(j));
    }
    some.x.values = std::move(inputs);
    some.y.values = std::move(targets);
    const Network problem(read_network_data(all)), small(read_network_data(some));
    const Vector x = point_of(problem);
    Vector found(x.size()), expected(x.size());

    const double value = problem.sample_gradient(x, rows, found);

    small.expand(x)->gradient(expected);
    EXPECT_EQ(value, small.value(x)) << c.activation;
    axpy(-1.0, expected, found);
    EXPECT_LE(norm(found), 1e-15 * norm(expected)) << c.activation;
  }
}

TEST(NetworkSamples, bits_depend_neither_on_threads_nor_on_earlier_batches) {
  const NetworkOptions o = options(3000, "tanh", Target::labels, true, 0.1);
  const Network problem(read_network_data(o)), other(read_network_data(o));
  const Vector x = point_of(problem);
  std::vector<Index> rows(2100);
  std::iota(rows.begin(), rows.end(), Index{300});
  Vector first(x.size()), second(x.size());
  const int before = num_threads();
  set_num_threads(1);
  const double value = problem.sample_gradient(x, rows, first);
  set_num_threads(3);

  problem.sample_gradient(x, std::span(rows).subspan(0, 77), second);
  EXPECT_EQ(problem.sample_gradient(x, rows, second), value);
  EXPECT_EQ(first, second);
  EXPECT_EQ(other.sample_gradient(x, rows, second), value);
  EXPECT_EQ(first, second);
  set_num_threads(before);
}

TEST(NetworkSamples, not_a_number_in_the_point_reaches_the_value) {
  const NetworkOptions o = options(10, "tanh", Target::numbers, true, 0.0);
  const Network problem(read_network_data(o));
  Vector x = point_of(problem), gradient(x.size());
  x[0] = std::nan("");
  const std::vector<Index> rows{1, 2};

  EXPECT_TRUE(std::isnan(problem.sample_gradient(x, rows, gradient)));
}

}  // namespace
}  // namespace nadir
