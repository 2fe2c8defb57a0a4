// Proofs that an exact fit is near, against systems whose zeros are known, difference quotients, and near misses.
#include "nadir/problems/network/interpolation.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "nadir/base/error.hpp"
#include "nadir/base/random.hpp"
#include "nadir/linalg/dense.hpp"

namespace nadir {
namespace {

Matrix random_matrix(Random& random, Index rows, Index cols, double size = 1.0) {
  Matrix A(rows, cols);
  random.fill_normal(A.flat());
  scale(size, A.flat());
  return A;
}

struct Net {
  Matrix V, A, Z;
  Vector b;
};

Net random_net(Random& random, Index d, Index m, Index dy, Index n) {
  Net net{random_matrix(random, m, d + 1), random_matrix(random, dy, m), random_matrix(random, d + 1, n), Vector(static_cast<std::size_t>(dy))};
  for (Index i = 0; i < n; ++i) net.Z(d, i) = 1.0;
  return net;
}

template <class H>
Matrix map(const Matrix& A, H&& h) {
  Matrix B = A;
  for (double& t : B.flat()) t = h(t);
  return B;
}

template <class H>
Matrix output(const Net& net, H&& h) {
  Matrix out = product(net.A, map(product(net.V, net.Z), h));
  for (Index i = 0; i < out.cols(); ++i)
    for (Index a = 0; a < out.rows(); ++a) out(a, i) += net.b[static_cast<std::size_t>(a)];
  return out;
}

BallMatrix nearly(Matrix mid) {
  Matrix rad = mid;
  for (double& r : rad.flat()) r = 1e-14 * (1.0 + std::fabs(r));
  return {std::move(mid), std::move(rad)};
}

LastTwoLayers tanh_layers(const Net& net, double max_radius) {
  const Matrix pre = product(net.V, net.Z);
  return {exact(net.Z), net.V, net.A, true, nearly(map(pre, [](double t) { return std::tanh(t); })),
          nearly(map(pre, [](double t) { return 1.0 / (std::cosh(t) * std::cosh(t)); })), 1.0, 4.0 / (3.0 * std::sqrt(3.0)) + 1e-15, max_radius};
}

double step(double t) { return t > 0.0 ? 1.0 : 0.0; }
double relu(double t) { return t > 0.0 ? t : 0.0; }

// Moves the net by `size` along a random direction of unit length; returns nothing but the new net.
Net moved(const Net& net, Random& random, double size) {
  Net v{random_matrix(random, net.V.rows(), net.V.cols()), random_matrix(random, net.A.rows(), net.A.cols()), net.Z, Vector(net.b.size())};
  random.fill_normal(v.b);
  const double length = std::sqrt(dot(v.V.flat(), v.V.flat()) + dot(v.A.flat(), v.A.flat()) + dot(v.b, v.b));
  Net to = net;
  axpy(size / length, v.V.flat(), to.V.flat());
  axpy(size / length, v.A.flat(), to.A.flat());
  axpy(size / length, v.b, to.b);
  return to;
}

TEST(ResidualBound, holds_and_is_attained_by_orthogonal_rows) {
  const BallMatrix J = exact(Matrix::from_rows({{3, 0, 0}, {0, 4, 0}}));  // r = (2, 0): |J^T r| = 6, sigma_min = 3

  EXPECT_GE(residual_bound(J, 6.0), 2.0);
  EXPECT_LE(residual_bound(J, 6.0), 2.0 + 1e-12);
}

TEST(ResidualBound, knows_nothing_without_full_row_rank) {
  const double inf = std::numeric_limits<double>::infinity();

  EXPECT_EQ(residual_bound(exact(Matrix::from_rows({{1, 1}, {1, 1}})), 1.0), inf);
  EXPECT_EQ(residual_bound(exact(Matrix::from_rows({{1}, {0}})), 1.0), inf);
  EXPECT_EQ(residual_bound(exact(Matrix::identity(2)), std::nan("")), inf);
}

// F(x) = x^2 - c near x = 1 has J = 2, K = 2: zeros +-sqrt(c); with c < 0 there are none.
TEST(ExactFitRadius, of_a_parabola_contains_the_root_and_refuses_where_there_is_none) {
  for (const double c : {0.9, 0.5, 1.2, 1.5}) {
    const auto r = exact_fit_radius({std::fabs(1.0 - c), 2.0, 2.0, 10.0});
    ASSERT_TRUE(r.has_value());
    EXPECT_GE(*r, std::fabs(1.0 - std::sqrt(c)) * (1.0 - 1e-15));
    EXPECT_LE(*r, 2.0 * std::fabs(1.0 - c));
  }
  EXPECT_FALSE(exact_fit_radius({1.0 + 1e-9, 2.0, 2.0, 10.0}));  // c = -1e-9
  EXPECT_FALSE(exact_fit_radius({0.1, 2.0, 2.0, 0.01}));         // the root lies outside the ball
  EXPECT_FALSE(exact_fit_radius({0.1, 0.0, 2.0, 1.0}));
  EXPECT_FALSE(exact_fit_radius({std::nan(""), 1.0, 1.0, 1.0}));
}

TEST(LastTwoLayers, jacobian_is_the_derivative) {
  Random random(3);
  Net net = random_net(random, 2, 3, 2, 4);
  const BallMatrix J = last_two_layers_jacobian(tanh_layers(net, 1.0));
  const auto tanh_of = [](double t) { return std::tanh(t); };
  const double h = 1e-6;

  Index column = 0;
  const auto compare = [&](double& parameter) {
    const double here = parameter;
    parameter = here + h;
    const Matrix plus = output(net, tanh_of);
    parameter = here - h;
    const Matrix minus = output(net, tanh_of);
    parameter = here;
    for (Index r = 0; r < plus.size(); ++r) EXPECT_NEAR(J.mid(r, column), (plus.data()[r] - minus.data()[r]) / (2.0 * h), 1e-8);
    ++column;
  };
  for (Index k = 0; k < 3; ++k)
    for (Index j = 0; j < 3; ++j) compare(net.V(k, j));
  for (double& a : net.A.flat()) compare(a);
  for (double& b : net.b) compare(b);

  EXPECT_EQ(column, J.cols());
}

TEST(LastTwoLayers, lipschitz_constant_bounds_difference_quotients_of_the_jacobian) {
  Random random(4);
  for (int trial = 0; trial < 40; ++trial) {
    const Net net = random_net(random, 2, 4, 2, 5);
    const double radius = 0.3;
    const Net to = moved(net, random, radius * random.uniform());
    Matrix change = last_two_layers_jacobian(tanh_layers(to, 1.0)).mid;
    axpy(-1.0, last_two_layers_jacobian(tanh_layers(net, 1.0)).mid.flat(), change.flat());
    double distance = 0.0;
    for (Index i = 0; i < net.V.size(); ++i) distance = std::hypot(distance, net.V.data()[i] - to.V.data()[i]);
    for (Index i = 0; i < net.A.size(); ++i) distance = std::hypot(distance, net.A.data()[i] - to.A.data()[i]);
    for (std::size_t i = 0; i < net.b.size(); ++i) distance = std::hypot(distance, net.b[i] - to.b[i]);

    EXPECT_LE(svd(change).values[0], last_two_layers_lipschitz(tanh_layers(net, radius)) * distance * (1.0 + 1e-9));
  }
}

// Targets are the outputs of a net at distance 1e-6: the fit is exact there, and the proof may not give less than
// the distance to the nearest exact fit, which Newton's method finds.
TEST(ExactFit, is_proved_near_a_planted_one) {
  Random random(6);
  for (int trial = 0; trial < 10; ++trial) {
    const Net planted = random_net(random, 3, 8, 2, 8);
    const Net net = moved(planted, random, 1e-6);
    const auto tanh_of = [](double t) { return std::tanh(t); };
    Matrix r = output(net, tanh_of);
    axpy(-1.0, output(planted, tanh_of).flat(), r.flat());

    const auto proof = prove_exact_fit(tanh_layers(net, 0.01), nearly(r));

    ASSERT_TRUE(proof.has_value());
    EXPECT_LT(proof->radius, 0.01);
    EXPECT_GE(proof->radius, norm(r.flat()) / svd(last_two_layers_jacobian(tanh_layers(net, 0.01)).mid).values[0] * 0.5);
  }
}

TEST(ExactFit, is_not_proved_where_two_equal_inputs_want_different_outputs) {
  Random random(7);
  Net net = random_net(random, 3, 8, 1, 2);
  for (Index j = 0; j < 4; ++j) net.Z(j, 1) = net.Z(j, 0);
  Matrix r = Matrix::from_rows({{1e-9, -1e-9}});

  EXPECT_FALSE(prove_exact_fit(tanh_layers(net, 1.0), exact(r)).has_value());
}

TEST(ExactFit, is_not_proved_with_more_equations_than_parameters) {
  Random random(8);
  const Net net = random_net(random, 1, 1, 1, 5);

  EXPECT_FALSE(prove_exact_fit(tanh_layers(net, 1.0), exact(Matrix(1, 5))).has_value());
}

TEST(ExactFit, of_a_relu_network_stays_inside_the_activation_region) {
  Random random(9);
  const Net net = random_net(random, 3, 10, 1, 6);
  const Matrix pre = product(net.V, net.Z);
  const double free = kink_free_radius(exact(net.Z), net.V);
  LastTwoLayers t{exact(net.Z), net.V, net.A, true, nearly(map(pre, relu)), exact(map(pre, step)), 1.0, 0.0, free};

  const auto near = prove_exact_fit(t, nearly(random_matrix(random, 1, 6, 1e-6)));
  const auto far = prove_exact_fit(t, nearly(random_matrix(random, 1, 6, 10.0)));

  ASSERT_TRUE(near.has_value());
  EXPECT_LE(near->radius, free);
  EXPECT_FALSE(far.has_value());
}

TEST(KinkFreeRadius, is_the_distance_to_the_nearest_kink) {
  // one unit w = (3, 4), b = 0 on the sample (1, 0 | 1): pre-activation 3, |z| = sqrt 2
  const BallMatrix Z = exact(Matrix::from_rows({{1}, {0}, {1}}));

  EXPECT_NEAR(kink_free_radius(Z, Matrix::from_rows({{3, 4, 0}})), 3.0 / std::sqrt(2.0), 1e-14);
  EXPECT_LT(kink_free_radius(Z, Matrix::from_rows({{3, 4, 0}})), 3.0 / std::sqrt(2.0));
  EXPECT_EQ(kink_free_radius(Z, Matrix::from_rows({{3, 4, -3}})), 0.0);
}

TEST(ExactFit, shapes_are_checked) {
  Random random(10);
  const Net net = random_net(random, 3, 8, 2, 8);

  EXPECT_THROW(prove_exact_fit(tanh_layers(net, 0.01), exact(Matrix(1, 8))), InputError);
}

}  // namespace
}  // namespace nadir
