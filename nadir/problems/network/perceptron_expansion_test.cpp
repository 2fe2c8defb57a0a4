// Small perceptrons against the general passes, which network_test.cpp compares with PyTorch: many copies of every sample
// change no mean, and leave what perceptron_expansion.hpp takes on.
#include "nadir/problems/network/perceptron_expansion.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include <gtest/gtest.h>

#include "nadir/base/random.hpp"
#include "nadir/linalg/dense.hpp"
#include "nadir/problems/network/network.hpp"

namespace nadir {
namespace {

struct Case {
  const char* activation;
  Index inputs, hidden;
  bool bias;
  double weight_decay;
};

const std::vector<Case> cases{{"tanh", 2, 50, true, 0.0}, {"relu", 2, 50, true, 0.01}, {"leaky-relu", 8, 19, false, 0.0}, {"tanh", 3, 256, false, 0.3}};

NetworkOptions problem_of(const Case& c, Index samples, Index copies) {
  Matrix x(c.inputs, samples), y(1, samples), X(c.inputs, samples * copies), Y(1, samples * copies);
  Random random(8, 0);
  random.fill_normal(x.flat());
  random.fill_normal(y.flat());
  for (Index j = 0; j < X.cols(); ++j) {
    std::copy_n(x.col(j % samples), c.inputs, X.col(j));
    Y(0, j) = y(0, j % samples);
  }
  NetworkOptions o;
  o.x.values = std::move(X);
  o.y.values = std::move(Y);
  o.hidden = {c.hidden};
  o.activation = c.activation;
  o.bias = c.bias;
  o.weight_decay = c.weight_decay;
  return o;
}

double distance(std::span<const double> a, std::span<const double> b) {
  Vector difference(a.begin(), a.end());
  axpy(-1.0, b, difference);
  return norm(difference) / norm(a);
}

TEST(SmallPerceptron, agrees_with_the_general_passes) {
  for (const Case& c : cases) {
    const NetworkOptions few = problem_of(c, 20, 1), many = problem_of(c, 20, 500);
    const Network small(read_network_data(few)), large(read_network_data(many));
    ASSERT_TRUE(is_small_perceptron(small.data()));
    ASSERT_FALSE(is_small_perceptron(large.data()));
    const auto p = static_cast<std::size_t>(small.layout().dimension());
    Vector x(p), g(p), G(p);
    Random(9, 0).fill_normal(x);
    Matrix U(small.layout().dimension(), 3), HU = U, large_HU = U;
    Random(9, 1).fill_normal(U.flat());

    const auto at = small.expand(x), large_at = large.expand(x);
    at->gradient(g);
    large_at->gradient(G);
    at->apply_hessian(U, HU);
    large_at->apply_hessian(U, large_HU);

    EXPECT_EQ(at->value(), small.value(x));
    EXPECT_NEAR(at->value(), large_at->value(), 1e-13 * at->value());
    EXPECT_LT(distance(g, G), 1e-12);
    EXPECT_LT(distance(HU.flat(), large_HU.flat()), 1e-12);
    EXPECT_NEAR(at->gradient_scale(), large_at->gradient_scale(), 1e-12 * at->gradient_scale());
  }
}

TEST(SmallPerceptron, its_scale_does_not_depend_on_whether_the_gradient_was_asked_for) {
  const NetworkOptions o = problem_of(cases.front(), 20, 1);
  const Network small(read_network_data(o));
  Vector x(static_cast<std::size_t>(small.layout().dimension())), g(x);
  Random(9, 0).fill_normal(x);

  const auto before = small.expand(x), after = small.expand(x);
  after->gradient(g);

  EXPECT_EQ(before->gradient_scale(), after->gradient_scale());
}

TEST(SmallPerceptron, is_what_its_kernels_can_do) {
  const Case tanh = cases.front();
  const auto is_small = [](const NetworkOptions& o) { return is_small_perceptron(read_network_data(o)); };
  NetworkOptions two_outputs = problem_of(tanh, 20, 1), deep = two_outputs, other = two_outputs;
  two_outputs.y.values = Matrix(2, 20);
  deep.hidden = {5, 5};
  other.activation = "gelu";

  EXPECT_TRUE(is_small(problem_of(tanh, 20, 1)));
  EXPECT_FALSE(is_small(two_outputs));
  EXPECT_FALSE(is_small(deep));
  EXPECT_FALSE(is_small(other));
  EXPECT_FALSE(is_small(problem_of({"tanh", 9, 50, true, 0.0}, 20, 1)));
  EXPECT_FALSE(is_small(problem_of({"tanh", 2, 257, true, 0.0}, 20, 1)));
  EXPECT_FALSE(is_small(problem_of(tanh, 1311, 1)));
  EXPECT_TRUE(is_small(problem_of(tanh, 1310, 1)));
}

TEST(SmallPerceptron, not_a_number_in_the_point_reaches_the_value) {
  const NetworkOptions o = problem_of(cases[1], 20, 1);
  const Network small(read_network_data(o));
  Vector x(static_cast<std::size_t>(small.layout().dimension()), 1.0);
  for (double& entry : x) {
    const double kept = entry;
    entry = std::numeric_limits<double>::quiet_NaN();

    EXPECT_TRUE(std::isnan(small.value(x)));
    EXPECT_TRUE(std::isnan(small.expand(x)->value()));
    entry = kept;
  }
}

}  // namespace
}  // namespace nadir
