// The test of local minimality at kinks, against cases decided by hand, random points built to be minima or not,
// and perturbations that are simply tried.
#include "nadir/problems/network/kinks.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "nadir/base/error.hpp"
#include "nadir/base/random.hpp"
#include "nadir/linalg/dense.hpp"
#include "nadir/problems/network/kinks_second_order.hpp"

namespace nadir {
namespace {

struct Sample {
  Matrix W1, b1, W2, b2, X, Y;
  KinkSlopes slopes{};
};

Matrix row(Vector v) {
  const auto n = static_cast<Index>(v.size());
  return Matrix(1, n, std::move(v));
}

Matrix forward(const KinkCase& c, const Matrix& V, const Matrix& A, const Vector& b) {
  Matrix hidden = product(V, c.inputs);
  for (double& t : hidden.flat()) t *= t > 0.0 ? c.slopes.plus : c.slopes.minus;
  Matrix out = product(A, hidden);
  for (Index i = 0; i < out.cols(); ++i)
    for (Index a = 0; a < out.rows(); ++a) out(a, i) += b[static_cast<std::size_t>(a)];
  return out;
}

// l = 1/2 |Y - y|^2
double loss(const Matrix& out, const Matrix& y) {
  double sum = 0.0;
  for (Index i = 0; i < y.size(); ++i) sum += 0.5 * std::pow(out.data()[i] - y.data()[i], 2);
  return sum;
}

Vector bias_of(const Sample& s) { return Vector(s.b2.data(), s.b2.data() + s.b2.size()); }

KinkCase make_case(const Sample& s) {
  KinkCase c;
  c.slopes = s.slopes;
  c.outer = s.W2;
  c.hidden = Matrix(s.W1.rows(), s.W1.cols() + 1);
  c.inputs = Matrix(s.X.rows() + 1, s.X.cols());
  for (Index k = 0; k < s.W1.rows(); ++k) {
    for (Index j = 0; j < s.W1.cols(); ++j) c.hidden(k, j) = s.W1(k, j);
    c.hidden(k, s.W1.cols()) = s.b1(k, 0);
  }
  for (Index i = 0; i < s.X.cols(); ++i) {
    for (Index j = 0; j < s.X.rows(); ++j) c.inputs(j, i) = s.X(j, i);
    c.inputs(s.X.rows(), i) = 1.0;
  }
  Matrix r = forward(c, c.hidden, c.outer, bias_of(s));
  for (Index i = 0; i < r.size(); ++i) r.data()[i] -= s.Y.data()[i];
  c.loss_gradients = exact(r);
  return c;
}

double value_along(const KinkCase& c, const Sample& s, const KinkDirection& v, double t) {
  Matrix V = c.hidden, A = c.outer;
  Vector b = bias_of(s);
  axpy(t, v.hidden.flat(), V.flat());
  axpy(t, v.outer.flat(), A.flat());
  axpy(t, v.output_bias, b);
  return loss(forward(c, V, A, b), s.Y);
}

// Some step along the direction lowers the value by more than rounding.
bool some_step_descends(const KinkCase& c, const Sample& s, const KinkDirection& v) {
  const double here = value_along(c, s, v, 0.0);
  for (double t = 1.0; t > 1e-7; t *= 0.5)
    if (value_along(c, s, v, t) < here - 1e-14 * (1.0 + here)) return true;
  return false;
}

// Random perturbations of the given size: does one lower the value?
bool perturbations_descend(const KinkCase& c, const Sample& s, double size, int trials, Random& random) {
  KinkDirection v{Matrix(c.hidden.rows(), c.hidden.cols()), Matrix(c.outer.rows(), c.outer.cols()), bias_of(s), 1, {}};
  const double here = value_along(c, s, v, 0.0);
  for (int trial = 0; trial < trials; ++trial) {
    random.fill_normal(v.hidden.flat());
    random.fill_normal(v.outer.flat());
    random.fill_normal(v.output_bias);
    const double spread = std::pow(10.0, -3.0 * random.uniform());  // outer weights move less than the hidden ones
    for (double& x : v.outer.flat()) x *= spread;
    for (double& x : v.output_bias) x *= spread;
    if (value_along(c, s, v, size) < here - 1e-13 * (1.0 + here)) return true;
  }
  return false;
}

Sample scalar_case(Vector x, Vector y, double w1, double b1, double w2, double b2) {
  return {row({w1}), row({b1}), row({w2}), row({b2}), row(std::move(x)), row(std::move(y))};
}

TEST(Kinks, convex_kink_is_a_strict_local_minimum) {  // T4-A
  const Sample s = scalar_case({-1, 0, 1, 2}, {1, -2, 3, 1}, 1, 0, 1, 0);

  const KinkReport r = examine_kinks(make_case(s));

  EXPECT_EQ(r.standing, KinkStanding::local_minimum);
  EXPECT_EQ(r.rigor, Rigor::proved);
  EXPECT_TRUE(r.is_strict);
  EXPECT_EQ(r.boundary_pairs, 1);
  EXPECT_EQ(r.flat_rays, 0);
}

TEST(Kinks, concave_kink_descends_though_clarke_stationary) {  // T4-B
  const Sample s = scalar_case({-1, 0, 1, 2}, {-1, 2, -1, 3}, 1, 0, 1, 0);
  const KinkCase c = make_case(s);

  const KinkReport r = examine_kinks(c);

  ASSERT_EQ(r.standing, KinkStanding::descends);
  EXPECT_EQ(r.rigor, Rigor::proved);
  EXPECT_LT(r.direction->derivative.upper, 0.0);
  EXPECT_TRUE(some_step_descends(c, s, *r.direction));
}

TEST(Kinks, derivative_along_the_bias_is_known) {  // T4-B: -1 for both signs
  const KinkCase c = make_case(scalar_case({-1, 0, 1, 2}, {-1, 2, -1, 3}, 1, 0, 1, 0));
  KinkDirection up{row({0, 1}), row({0}), {0}, 1, {}}, down{row({0, -1}), row({0}), {0}, 1, {}};

  EXPECT_EQ(kink_derivative(c, up), Interval::point(-1.0));
  EXPECT_EQ(kink_derivative(c, down), Interval::point(-1.0));
}

TEST(Kinks, zero_gradient_of_autodiff_is_not_believed) {  // T4-C: relu'(0) = 0 gives a zero gradient
  const Sample s = scalar_case({-1, 0, 1}, {0, 2, 2}, 1, 0, 1, 1);
  const KinkCase c = make_case(s);

  const KinkReport r = examine_kinks(c);

  ASSERT_EQ(r.standing, KinkStanding::descends);
  EXPECT_EQ(r.rigor, Rigor::proved);
  EXPECT_TRUE(some_step_descends(c, s, *r.direction));
}

TEST(Kinks, dead_output_weight_descends_at_second_order) {  // T4-D
  const Sample s = scalar_case({-1, 1, 2}, {1, -2, 1}, 1, 0, 0, 0);
  const KinkCase c = make_case(s);

  const KinkReport r = examine_kinks(c);

  ASSERT_EQ(r.standing, KinkStanding::descends);
  EXPECT_EQ(r.direction->order, 2);
  EXPECT_NE(r.rigor, Rigor::proved);
  EXPECT_TRUE(some_step_descends(c, s, *r.direction));
}

TEST(Kinks, flat_ray_leaves_a_minimum_that_is_not_strict) {  // T4-E
  const Sample s = scalar_case({-1, 0, 1}, {2, 0, 2}, 1, 0, 1, 1);

  const KinkReport r = examine_kinks(make_case(s));

  EXPECT_EQ(r.standing, KinkStanding::local_minimum);
  EXPECT_EQ(r.rigor, Rigor::proved);
  EXPECT_FALSE(r.is_strict);
  EXPECT_EQ(r.flat_rays, 1);
}

TEST(Kinks, spurious_plateau_is_a_local_minimum) {  // T4-F with targets times 6, so that all numbers are integers
  const Sample s{Matrix::from_rows({{3}, {0}}), Matrix::from_rows({{5}, {6}}), row({1, 0}), row({-6}), row({0, 1, 2}), row({0, 0, 6})};

  const KinkReport r = examine_kinks(make_case(s));

  EXPECT_EQ(r.standing, KinkStanding::local_minimum);
  EXPECT_EQ(r.rigor, Rigor::proved);
  EXPECT_FALSE(r.is_strict);
}

TEST(Kinks, the_same_plateau_in_rounded_numbers_is_not_proved) {  // T4-F as it stands
  const Sample s{Matrix::from_rows({{0.5}, {0}}), Matrix::from_rows({{5.0 / 6}, {1}}), row({1, 0}), row({-1}), row({0, 1, 2}), row({0, 0, 1})};

  const KinkReport r = examine_kinks(make_case(s));

  EXPECT_EQ(r.standing, KinkStanding::local_minimum);
  EXPECT_EQ(r.rigor, Rigor::numerical);
}

TEST(Kinks, two_outputs_have_negative_curvature_without_dead_weights) {  // T4-G
  Sample s{row({1}), row({0}), Matrix::from_rows({{1}, {0}}), Matrix(2, 1), row({-1, 1, 2}), Matrix(2, 3)};
  const Matrix g = Matrix::from_rows({{0, 0, 0}, {-1, 2, -1}});
  for (Index i = 0; i < 3; ++i) {
    s.Y(0, i) = std::fmax(s.X(0, i), 0.0) - g(0, i);
    s.Y(1, i) = -g(1, i);
  }
  const KinkCase c = make_case(s);

  const KinkReport r = examine_kinks(c);

  ASSERT_EQ(r.standing, KinkStanding::descends);
  EXPECT_EQ(r.direction->order, 2);
  EXPECT_TRUE(some_step_descends(c, s, *r.direction));
}

// Near misses of T4-A: the smallest change of one target that makes the output layer unstationary.
TEST(Kinks, one_bit_off_is_not_proved_a_minimum) {
  Sample s = scalar_case({-1, 0, 1, 2}, {1, -2, 3, 1}, 1, 0, 1, 0);
  s.Y(0, 2) = std::nextafter(3.0, 4.0);

  const KinkReport r = examine_kinks(make_case(s));

  EXPECT_FALSE(r.standing == KinkStanding::local_minimum && r.rigor == Rigor::proved);
}

TEST(Kinks, point_a_bit_off_the_kink_is_not_proved) {
  Sample s = scalar_case({-1, 0, 1, 2}, {1, -2, 3, 1}, 1, 1e-17, 1, 0);

  const KinkReport r = examine_kinks(make_case(s), {.boundary_tol = 1e-5});

  EXPECT_EQ(r.standing, KinkStanding::local_minimum);
  EXPECT_EQ(r.rigor, Rigor::numerical);
}

TEST(Kinks, zero_neuron_with_all_data_on_its_kink_is_undecided) {
  const Sample s = scalar_case({-1, 0, 1}, {1, -2, 1}, 0, 0, 1, 0);

  const KinkReport r = examine_kinks(make_case(s));

  EXPECT_EQ(r.standing, KinkStanding::undecided);
  EXPECT_NE(r.reason.find("neuron 1"), std::string::npos);
}

TEST(Kinks, neuron_that_is_off_on_all_data_is_flat) {
  const Sample s{Matrix::from_rows({{0}, {0}}), Matrix::from_rows({{1}, {-1}}), row({1, 1}), row({-1}), row({-1, 0, 1}), row({1, -2, 1})};

  const KinkReport r = examine_kinks(make_case(s));

  EXPECT_EQ(r.standing, KinkStanding::local_minimum);  // constant outputs, and the best affine map is constant
  EXPECT_FALSE(r.is_strict);
}

TEST(Kinks, entries_that_are_not_finite_are_undecided) {
  Sample s = scalar_case({-1, 0, 1}, {1, -2, 1}, 1, 0, 1, 0);
  for (const double bad : {std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity()}) {
    s.W1(0, 0) = bad;

    EXPECT_EQ(examine_kinks(make_case(s)).standing, KinkStanding::undecided);
  }
}

TEST(Kinks, wrong_shapes_and_equal_slopes_are_errors) {
  KinkCase c = make_case(scalar_case({-1, 0, 1}, {1, -2, 1}, 1, 0, 1, 0));
  KinkCase equal = c;
  equal.slopes = {1.0, 1.0};
  c.outer = Matrix(1, 2);

  EXPECT_THROW(examine_kinks(c), InputError);
  EXPECT_THROW(examine_kinks(equal), InputError);
}

// A random scalar network on integers with some samples on kinks, whose residuals are drawn among small integers that
// satisfy condition (i), by rejection.
Sample random_constructed(Random& random) {
  const Index n = 4 + random.index(2), d = 1 + random.index(2), m = 1 + random.index(2);
  const auto integer = [&](Index range) { return static_cast<double>(random.index(2 * range + 1) - range); };
  Sample s{Matrix(m, d), Matrix(m, 1), Matrix(1, m), Matrix(1, 1), Matrix(d, n), Matrix(1, n)};
  if (random.uniform() < 0.3) s.slopes = {1.0, 0.25};
  for (double& x : s.X.flat()) x = integer(3);
  for (double& x : s.W1.flat()) x = integer(2);
  for (Index k = 0; k < m; ++k) {
    const Index on = random.index(n);  // puts this sample on the kink
    for (Index j = 0; j < d; ++j) s.b1(k, 0) -= s.W1(k, j) * s.X(j, on);
    s.W2(0, k) = integer(1);
  }
  s.Y = forward(make_case(s), make_case(s).hidden, s.W2, {0.0});
  for (double& y : s.Y.flat()) y -= integer(2);
  return s;
}

TEST(Kinks, closed_form_agrees_with_tried_perturbations) {
  Random random(11);
  int minima = 0, others = 0;

  for (int trial = 0; trial < 60000 && (minima < 60 || others < 60); ++trial) {
    const Sample s = random_constructed(random);
    const KinkCase c = make_case(s);
    const KinkReport r = examine_kinks(c);
    if (r.standing == KinkStanding::undecided) continue;
    if (r.standing == KinkStanding::descends) {
      if (r.direction->order == 1 && others > 60) continue;
      ++others;
      EXPECT_TRUE(some_step_descends(c, s, *r.direction)) << "trial " << trial << " order " << r.direction->order;
    } else {
      ASSERT_EQ(r.standing, KinkStanding::local_minimum);
      EXPECT_EQ(r.rigor, Rigor::proved);
      if (loss(forward(c, c.hidden, c.outer, bias_of(s)), s.Y) == 0.0) continue;
      ++minima;
      EXPECT_FALSE(perturbations_descend(c, s, 1e-3, 400, random)) << "trial " << trial;
    }
  }

  EXPECT_GE(minima, 20);
  EXPECT_GE(others, 60);
}

// Two outputs, residuals that are small integers with (i) of the theorem more often than by chance: each row sums to zero
// and is orthogonal to small integer activations by rejection.
TEST(Kinks, proofs_for_two_outputs_survive_tried_perturbations) {
  Random random(12);
  const auto integer = [&](Index range) { return static_cast<double>(random.index(2 * range + 1) - range); };
  int minima = 0, descents = 0;

  for (int trial = 0; trial < 60000 && minima < 40; ++trial) {
    const Index n = 4 + random.index(2);
    Sample s{Matrix(1, 1), Matrix(1, 1), Matrix(2, 1), Matrix(2, 1), Matrix(1, n), Matrix(2, n)};
    for (double& x : s.X.flat()) x = integer(3);
    s.W1(0, 0) = 1.0;
    s.b1(0, 0) = -s.X(0, random.index(n));
    for (double& a : s.W2.flat()) a = integer(2);
    s.Y = forward(make_case(s), make_case(s).hidden, s.W2, {0.0, 0.0});
    for (Index i = 0; i < s.Y.size(); ++i) s.Y.data()[i] -= i % 2 == 0 || random.uniform() < 0.3 ? integer(2) : 0.0;
    const KinkCase c = make_case(s);
    const KinkReport r = examine_kinks(c);
    if (r.standing == KinkStanding::descends && descents < 400) {
      ++descents;
      EXPECT_TRUE(some_step_descends(c, s, *r.direction)) << "trial " << trial << " order " << r.direction->order;
    }
    if (r.standing != KinkStanding::local_minimum || loss(forward(c, c.hidden, c.outer, bias_of(s)), s.Y) == 0.0) continue;
    ++minima;
    EXPECT_FALSE(perturbations_descend(c, s, 1e-3, 400, random)) << "trial " << trial << (r.rigor == Rigor::proved ? " proved" : " numerical");
  }

  EXPECT_GE(minima, 10);
}

// With two equal outputs, R is the sum of two scalar risks, so a scalar minimum stays one and the descent stays.
TEST(Kinks, two_copies_of_a_scalar_output_have_the_scalar_verdict) {
  for (const bool is_minimum : {true, false}) {
    Sample s = scalar_case({-1, 0, 1, 2}, is_minimum ? Vector{1, -2, 3, 1} : Vector{-1, 2, -1, 3}, 1, 0, 1, 0);
    s.W2 = Matrix::from_rows({{1}, {1}});
    s.b2 = Matrix(2, 1);
    const Matrix y = s.Y;
    s.Y = Matrix(2, 4);
    for (Index i = 0; i < 4; ++i) s.Y(0, i) = s.Y(1, i) = y(0, i);

    const KinkReport r = examine_kinks(make_case(s));

    EXPECT_EQ(r.standing, is_minimum ? KinkStanding::local_minimum : KinkStanding::descends);
  }
}

TEST(KinksSecondOrder, simplex_minimum_is_exact_on_known_matrices) {
  // Horn's matrix is copositive, not strictly: the minimum is 0.
  const Matrix horn = Matrix::from_rows({{1, -1, 1, 1, -1}, {-1, 1, -1, 1, 1}, {1, -1, 1, -1, 1}, {1, 1, -1, 1, -1}, {-1, 1, 1, -1, 1}});

  EXPECT_NEAR(internal::minimise_on_simplex(horn).value, 0.0, 1e-12);
  EXPECT_NEAR(internal::minimise_on_simplex(Matrix::identity(4)).value, 0.25, 1e-14);
  EXPECT_NEAR(internal::minimise_on_simplex(Matrix::from_rows({{1, -2}, {-2, 1}})).value, -0.5, 1e-14);
  EXPECT_NEAR(internal::minimise_on_simplex(Matrix::from_rows({{1, 2}, {2, 1}})).value, 1.0, 1e-14);
}

}  // namespace
}  // namespace nadir
