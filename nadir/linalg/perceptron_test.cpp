// Against plain loops in long double, with the derivatives written out.
#include "nadir/linalg/perceptron.hpp"

#include <cmath>
#include <limits>

#include <gtest/gtest.h>

#include "nadir/linalg/internal/every_instruction_set_test.hpp"

namespace nadir {
namespace {

struct Shape {
  Index inputs, hidden, samples;
  bool has_bias;
  double slope;  // NaN: tanh
};

const double as_tanh = std::numeric_limits<double>::quiet_NaN();
const std::vector<Shape> shapes{{2, 50, 100, true, 0.0}, {2, 50, 100, true, as_tanh}, {1, 1, 1, true, as_tanh},  {3, 7, 5, false, 0.25},  {4, 8, 9, true, as_tanh},
                                {5, 9, 3, true, 0.0},    {8, 17, 4, false, as_tanh},  {6, 256, 2, true, 0.0}, {7, 3, 33, true, as_tanh}};

// Parameters or a direction, with the memory that the views look at.
struct Net {
  Net(const Shape& s, std::uint64_t stream) : shape(s), W(s.hidden, s.inputs), X(s.inputs, s.samples), b(s.hidden), v(s.hidden) {
    Random random(3, stream), same(4, 0);
    random.fill_normal(W.flat());
    random.fill_normal(b);
    random.fill_normal(v);
    same.fill_normal(X.flat());
    c = s.has_bias ? 0.3 + static_cast<double>(stream) : 0.0;
  }
  Perceptron view() const {
    Perceptron p;
    p.W = W;
    p.b = shape.has_bias ? b.data() : nullptr;
    p.v = v.data();
    p.c = c;
    p.X = X;
    p.is_tanh = std::isnan(shape.slope);
    p.slope = p.is_tanh ? 0.0 : shape.slope;
    return p;
  }
  long double z(Index i, Index j) const {
    long double sum = shape.has_bias ? b[static_cast<std::size_t>(j)] : 0.0;
    for (Index k = 0; k < shape.inputs; ++k) sum += static_cast<long double>(W(j, k)) * X(k, i);
    return sum;
  }
  long double weight(Index j) const { return v[static_cast<std::size_t>(j)]; }

  Shape shape;
  Matrix W, X;
  Vector b, v;
  double c = 0.0;
};

long double value(const Shape& s, long double z) { return std::isnan(s.slope) ? std::tanh(z) : z > 0 ? z : s.slope * z; }
long double first(const Shape& s, long double z) { return std::isnan(s.slope) ? 1 - std::tanh(z) * std::tanh(z) : z > 0 ? 1.0L : s.slope; }
long double second(const Shape& s, long double z) { return std::isnan(s.slope) ? -2 * std::tanh(z) * first(s, z) : 0.0L; }

// Gradient blocks side by side: W by columns, b, v, c.
struct Blocks {
  explicit Blocks(const Shape& s) : W(s.hidden, s.inputs), b(s.hidden), v(s.hidden), has_bias(s.has_bias) {}
  PerceptronGradient view() { return {W, has_bias ? b.data() : nullptr, v.data(), has_bias ? &c : nullptr}; }

  Matrix W;
  Vector b, v;
  double c = 0.0;
  bool has_bias;
};

// Each block is sum over samples of d x, d, e and q.
template <class D, class E>
void expect_sums(const Net& net, const Blocks& found, const D& d, const E& e, const Vector& q) {
  const Shape& s = net.shape;
  const double tolerance = 1e-13 * static_cast<double>(s.samples + s.hidden);
  long double c = 0;
  for (const double x : q) c += x;
  EXPECT_NEAR(found.c, static_cast<double>(s.has_bias ? c : 0), tolerance);
  for (Index j = 0; j < s.hidden; ++j) {
    std::vector<long double> w(static_cast<std::size_t>(s.inputs), 0);
    long double b = 0, v = 0;
    for (Index i = 0; i < s.samples; ++i) {
      for (Index k = 0; k < s.inputs; ++k) w[static_cast<std::size_t>(k)] += d(i, j) * net.X(k, i);
      b += d(i, j);
      v += e(i, j);
    }
    for (Index k = 0; k < s.inputs; ++k) EXPECT_NEAR(found.W(j, k), static_cast<double>(w[static_cast<std::size_t>(k)]), 10 * tolerance);
    EXPECT_NEAR(found.b[static_cast<std::size_t>(j)], static_cast<double>(s.has_bias ? b : 0), 10 * tolerance);
    EXPECT_NEAR(found.v[static_cast<std::size_t>(j)], static_cast<double>(v), 10 * tolerance);
  }
}

class PerceptronLaws : public EveryInstructionSet {};
NADIR_ON_EVERY_INSTRUCTION_SET(PerceptronLaws);

TEST_P(PerceptronLaws, outputs_are_those_of_plain_loops) {
  for (const Shape& s : shapes) {
    const Net net(s, 0);
    Vector p(static_cast<std::size_t>(s.samples)), again(p), activations(static_cast<std::size_t>(net.view().num_activations()));

    perceptron_outputs(net.view(), p.data(), activations.data());
    perceptron_outputs(net.view(), again.data(), nullptr);

    EXPECT_EQ(p, again);
    for (Index i = 0; i < s.samples; ++i) {
      long double sum = net.c, size = 0;
      for (Index j = 0; j < s.hidden; ++j) {
        sum += net.weight(j) * value(s, net.z(i, j));
        size += std::fabs(net.weight(j) * value(s, net.z(i, j)));
      }
      EXPECT_NEAR(p[static_cast<std::size_t>(i)], static_cast<double>(sum), 1e-14 * static_cast<double>(size + 1));
    }
  }
}

TEST_P(PerceptronLaws, gradients_are_sums_over_samples) {
  for (const Shape& s : shapes) {
    const Net net(s, 0);
    Vector p(static_cast<std::size_t>(s.samples)), r(p), activations(static_cast<std::size_t>(net.view().num_activations()));
    Random(5, 0).fill_normal(r);
    Blocks g(s);
    perceptron_outputs(net.view(), p.data(), activations.data());

    const double squares = add_perceptron_gradient(net.view(), activations.data(), r.data(), g.view());

    const auto d = [&](Index i, Index j) { return r[static_cast<std::size_t>(i)] * net.weight(j) * first(s, net.z(i, j)); };
    expect_sums(net, g, d, [&](Index i, Index j) { return r[static_cast<std::size_t>(i)] * value(s, net.z(i, j)); }, r);
    long double sum = 0;
    for (Index i = 0; i < s.samples; ++i)
      for (Index j = 0; j < s.hidden; ++j) sum += d(i, j) * d(i, j);
    EXPECT_NEAR(squares, static_cast<double>(sum), 1e-13 * static_cast<double>(sum));
  }
}

TEST_P(PerceptronLaws, products_are_derivatives_of_gradients_along_a_direction) {
  for (const Shape& s : shapes) {
    const Net net(s, 0), along(s, 1);
    Vector p(static_cast<std::size_t>(s.samples)), r(p), q(p), slopes(p), activations(static_cast<std::size_t>(net.view().num_activations()));
    Random(5, 0).fill_normal(r);
    Random(5, 1).fill_normal(q);
    Blocks g(s);
    perceptron_outputs(net.view(), p.data(), activations.data());

    perceptron_slopes(net.view(), along.view(), activations.data(), slopes.data());
    add_perceptron_hessian(net.view(), along.view(), activations.data(), r.data(), q.data(), g.view());

    for (Index i = 0; i < s.samples; ++i) {
      long double sum = along.c;
      for (Index j = 0; j < s.hidden; ++j)
        sum += along.weight(j) * value(s, net.z(i, j)) + net.weight(j) * first(s, net.z(i, j)) * along.z(i, j);
      EXPECT_NEAR(slopes[static_cast<std::size_t>(i)], static_cast<double>(sum), 1e-12 * static_cast<double>(s.hidden));
    }
    const auto of = [](const Vector& x, Index i) { return static_cast<long double>(x[static_cast<std::size_t>(i)]); };
    const auto d = [&](Index i, Index j) {
      const long double z = net.z(i, j);
      return first(s, z) * (net.weight(j) * of(q, i) + along.weight(j) * of(r, i)) + net.weight(j) * of(r, i) * second(s, z) * along.z(i, j);
    };
    const auto e = [&](Index i, Index j) { return of(q, i) * value(s, net.z(i, j)) + of(r, i) * first(s, net.z(i, j)) * along.z(i, j); };
    expect_sums(net, g, d, e, q);
  }
}

TEST_P(PerceptronLaws, what_is_not_a_number_stays_so) {
  for (const Shape& s : shapes) {
    Net net(s, 0);
    net.W(0, 0) = std::numeric_limits<double>::quiet_NaN();
    Vector p(static_cast<std::size_t>(s.samples));

    perceptron_outputs(net.view(), p.data(), nullptr);

    for (const double x : p) EXPECT_TRUE(std::isnan(x));
  }
}

TEST_P(PerceptronLaws, gradients_are_added) {
  const Shape& s = shapes.front();
  const Net net(s, 0);
  Vector p(static_cast<std::size_t>(s.samples)), activations(static_cast<std::size_t>(net.view().num_activations()));
  perceptron_outputs(net.view(), p.data(), activations.data());
  Blocks once(s), twice(s);

  add_perceptron_gradient(net.view(), activations.data(), p.data(), once.view());
  for (int time = 0; time < 2; ++time) add_perceptron_gradient(net.view(), activations.data(), p.data(), twice.view());

  EXPECT_EQ(twice.c, 2.0 * once.c);
  for (std::size_t j = 0; j < once.v.size(); ++j) EXPECT_EQ(twice.v[j], 2.0 * once.v[j]);
  for (Index i = 0; i < once.W.size(); ++i) EXPECT_EQ(twice.W.data()[i], 2.0 * once.W.data()[i]);
}

}  // namespace
}  // namespace nadir
