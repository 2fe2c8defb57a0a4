// Value and derivatives of sensing problems. Oracles: numbers computed with NumPy from the definition, an identity of
// second derivatives, differences, and dense and rank-one forms of the same measurements against one another.
#include "nadir/problems/matrix_sensing/matrix_sensing.hpp"

#include <cmath>

#include <gtest/gtest.h>

#include "nadir/base/random.hpp"
#include "nadir/linalg/dense.hpp"
#include "nadir/problems/matrix_sensing/instance_test.hpp"
#include "nadir/problems/matrix_sensing/measurement_map.hpp"
#include "nadir/problems/matrix_sensing/starts.hpp"

namespace nadir {
namespace {

using namespace sensing_test;

Matrix random_matrix(Random& random, Index rows, Index cols) {
  Matrix result(rows, cols);
  random.fill_normal(result.flat());
  return result;
}

std::vector<Matrix> random_symmetric(Random& random, Index n, Index count) {
  std::vector<Matrix> result;
  for (Index k = 0; k < count; ++k) {
    result.push_back(random_matrix(random, n, n));
    symmetrise(result.back());
  }
  return result;
}

Vector hessian_product(const MatrixSensing& problem, const Vector& x, const Vector& d) {
  Matrix out(static_cast<Index>(x.size()), 1);
  problem.expand(x)->apply_hessian({d.data(), out.rows(), 1}, out);
  return {out.data(), out.data() + out.rows()};
}

Vector gradient(const MatrixSensing& problem, const Vector& x) {
  Vector g(x.size());
  problem.expand(x)->gradient(g);
  return g;
}

// n = 4, r = 2, 12 measurements A_k(i, j) = cos(.3 (k+1)(i+1) + .7 j + .11 k j), symmetrised; U(i, c) = sin(1 + .8 i +
// 1.3 c), truth cos(.4 + 1.1 i - .5 c), V(i, c) = cos(.2 i^2 + c), noise .1 sin(1 + k^2). NumPy, from the definition with
// the unsymmetrised A_k (whose quadratic forms are the same).
TEST(MatrixSensing, has_the_value_and_derivatives_that_numpy_computes) {
  constexpr Index n = 4, r = 2;
  std::vector<Matrix> A;
  Matrix U(n, r), truth(n, r), V(n, r);
  for (Index c = 0; c < r; ++c)
    for (Index i = 0; i < n; ++i) {
      const auto x = static_cast<double>(i), y = static_cast<double>(c);
      U(i, c) = std::sin(1.0 + 0.8 * x + 1.3 * y);
      truth(i, c) = std::cos(0.4 + 1.1 * x - 0.5 * y);
      V(i, c) = std::cos(0.2 * x * x + y);
    }
  Vector y;
  const Matrix X = product(truth, Op::none, truth, Op::transpose);
  for (int k = 0; k < 12; ++k) {
    Matrix A_k(n, n);
    for (Index i = 0; i < n; ++i)
      for (Index j = 0; j < n; ++j)
        A_k(i, j) = std::cos(0.3 * (k + 1) * static_cast<double>(i + 1) + 0.7 * static_cast<double>(j) + 0.11 * k * static_cast<double>(j));
    symmetrise(A_k);
    y.push_back(dot(A_k.flat(), X.flat()) + 0.1 * std::sin(1.0 + k * k));
    A.push_back(std::move(A_k));
  }
  const Instance instance = psd_instance(A, y, r);
  const Vector x(U.flat().begin(), U.flat().end()), v(V.flat().begin(), V.flat().end());

  const Vector g = gradient(*instance.problem, x), Hv = hessian_product(*instance.problem, x, v);

  EXPECT_NEAR(instance.problem->value(x), 63.846984834372634, 63.8 * 1e-12);
  EXPECT_NEAR(norm(g), 134.82987031496154, 135 * 1e-12);
  EXPECT_NEAR(dot(g, v), -42.56274484851452, 135 * 1e-12);
  EXPECT_NEAR(dot(v, Hv), 186.5922447688861, 187 * 1e-12);
  EXPECT_NEAR(norm(Hv), 169.027815612221, 170 * 1e-12);
}

// For every U, U_* and noise w, y = A(U_* U_*^T) + w, D = U - U_*, E = U U^T - U_* U_*^T:
//   D^2 f[D, D] = |A(D D^T)|^2 - 3 |A(E)|^2 + 4 <w, A(E)> + 2 <w, A(D D^T)> + 4 <grad f, D>.
// (Bhojanapalli, Neyshabur, Srebro 2016 at critical points; the last term makes it hold everywhere.)
TEST(MatrixSensing, obeys_the_identity_between_second_derivative_and_distance_to_the_truth) {
  Random random(4, 0);
  for (int trial = 0; trial < 10; ++trial) {
    const std::vector<Matrix> A = random_symmetric(random, 5, 9);
    const Matrix U = random_matrix(random, 5, 2), truth = random_matrix(random, 5, 2);
    Instance clean = psd_instance(A, Vector(9, 1.0), 2);
    Vector w(9), y = measure(clean.data, truth, truth);
    random.fill_normal(w);
    axpy(1.0, w, y);
    const Instance instance = psd_instance(A, y, 2);
    const Vector x(U.flat().begin(), U.flat().end());
    Vector d = x;
    axpy(-1.0, truth.flat(), d);
    const Matrix D(5, 2, Vector(d));

    const Vector DD = measure(instance.data, D, D);
    Vector E = measure(instance.data, U, U);
    axpy(-1.0, measure(instance.data, truth, truth), E);
    const double left = dot(d, hessian_product(*instance.problem, x, d));
    const double right = dot(DD, DD) - 3 * dot(E, E) + 4 * dot(w, E) + 2 * dot(w, DD) + 4 * dot(gradient(*instance.problem, x), d);

    EXPECT_NEAR(left, right, 1e-10 * (std::fabs(left) + 3 * dot(E, E)));
  }
}

// The same a_k b_k^T once as vectors, once as matrices.
TEST(MatrixSensing, rank_one_measurements_are_the_matrices_they_stand_for) {
  Random random(7, 0);
  for (const bool psd : {true, false}) {
    const Index n = 4, m = psd ? 4 : 3, count = 8, r = 2;
    MatrixSensingOptions vectors;
    const Matrix a = random_matrix(random, n, count), b = psd ? a : random_matrix(random, m, count);
    vectors.operator_array.shape = {count, n};
    vectors.operator_array.values = Vector(a.flat().begin(), a.flat().end());
    if (!psd) vectors.operator_right.shape = {count, m};
    if (!psd) vectors.operator_right.values = Vector(b.flat().begin(), b.flat().end());
    Vector y(static_cast<std::size_t>(count));
    random.fill_normal(y);
    vectors.measurements = vector_array(y);
    vectors.psd = psd;
    vectors.lambda = 0.3;
    MatrixSensingOptions matrices = vectors;
    std::vector<Matrix> A;
    for (Index k = 0; k < count; ++k) A.push_back(product(a.view().columns(k, 1), Op::none, b.view().columns(k, 1), Op::transpose));
    matrices.operator_array = dense_operator(A);
    matrices.operator_right = {};
    const Instance left = make_instance(vectors, r), right = make_instance(matrices, r);
    Vector x(static_cast<std::size_t>(left.problem->layout().dimension())), d = x;
    random.fill_normal(x);
    random.fill_normal(d);

    EXPECT_NEAR(left.problem->value(x), right.problem->value(x), 1e-12 * right.problem->value(x));
    const Vector g = gradient(*left.problem, x), h = gradient(*right.problem, x);
    const Vector Hd = hessian_product(*left.problem, x, d), Kd = hessian_product(*right.problem, x, d);
    for (std::size_t i = 0; i < x.size(); ++i) {
      EXPECT_NEAR(g[i], h[i], 1e-12 * norm(h));
      EXPECT_NEAR(Hd[i], Kd[i], 1e-12 * norm(Kd));
    }
    EXPECT_NEAR(left.problem->expand(x)->gradient_scale(), right.problem->expand(x)->gradient_scale(), 1e-11 * norm(h) * 100);
    const Matrix G = adjoint(left.data, y), K = adjoint(right.data, y);
    for (Index i = 0; i < G.size(); ++i) EXPECT_NEAR(G.data()[i], K.data()[i], 1e-12 * frobenius_norm(K));
  }
}

TEST(MatrixSensing, gives_the_same_bits_on_any_number_of_threads) {
  Random random(9, 0);
  const Index n = 24, count = 600;  // large enough to be divided
  const Instance instance = psd_instance(random_symmetric(random, n, count), Vector(static_cast<std::size_t>(count), 1.0), 3);
  const Vector x = sensing_start(*instance.problem, "random", 1, 0).values;
  const int before = num_threads();

  set_num_threads(1);
  const Vector alone = hessian_product(*instance.problem, x, gradient(*instance.problem, x));
  set_num_threads(3);
  const Vector together = hessian_product(*instance.problem, x, gradient(*instance.problem, x));
  set_num_threads(before);

  EXPECT_EQ(alone, together);
}

TEST(MatrixSensing, random_starts_have_the_size_of_the_measurements_and_spectral_ones_beat_them) {
  Random random(3, 0);
  const std::vector<Matrix> A = random_symmetric(random, 6, 60);
  const Matrix truth = random_matrix(random, 6, 2);
  Instance instance = psd_instance(A, Vector(60, 1.0), 2);
  instance = psd_instance(A, measure(instance.data, truth, truth), 2);
  const auto image_norm = [&](const Vector& x) { return norm(measure(instance.data, instance.problem->left(x), instance.problem->right(x))); };

  const Vector start = sensing_start(*instance.problem, "random", 0, 0).values, spectral = sensing_start(*instance.problem, "spectral", 0, 0).values;

  EXPECT_NEAR(image_norm(start), instance.data.y_norm, 1e-12 * instance.data.y_norm);
  EXPECT_LT(instance.problem->value(spectral), 0.5 * instance.data.y_norm * instance.data.y_norm);
  EXPECT_NE(start, sensing_start(*instance.problem, "random", 0, 1).values);
}

}  // namespace
}  // namespace nadir
