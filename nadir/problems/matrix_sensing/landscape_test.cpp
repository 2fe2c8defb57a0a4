// Whole landscapes: every strict minimum of small problems found by brute force, and random convex problems whose
// optimum another algorithm finds. The oracle is descent with fixed steps and Newton's method, written here.
#include <algorithm>
#include <cmath>

#include <gtest/gtest.h>

#include "nadir/base/random.hpp"
#include "nadir/linalg/dense.hpp"
#include "nadir/problems/matrix_sensing/instance_test.hpp"
#include "nadir/problems/matrix_sensing/judge.hpp"
#include "nadir/problems/matrix_sensing/measurement_map.hpp"

namespace nadir {
namespace {

using namespace sensing_test;

// Gradient descent, then Newton steps: the local minimum below x, if it is nondegenerate.
Vector descended(const MatrixSensing& problem, Vector x, double step, int iterations) {
  Vector g(x.size());
  for (int i = 0; i < iterations; ++i) {
    problem.expand(x)->gradient(g);
    axpy(-step, g, x);
  }
  const Index n = static_cast<Index>(x.size());
  for (int i = 0; i < 20; ++i) {
    const auto here = problem.expand(x);
    here->gradient(g);
    Matrix H(n, n), rhs(n, 1, Vector(g));
    here->apply_hessian(Matrix::identity(n), H);
    if (!solve_general(H, rhs)) return x;
    axpy(-1.0, rhs.flat(), x);
  }
  return x;
}

double distance(const Vector& a, const Vector& b) {
  Vector difference = a;
  axpy(-1.0, b, difference);
  return norm(difference);
}

// Yalcin, Zhang, Lavaei, Sojoudi 2022: 2^((n+1)/2) strict local minima for small epsilon, +-z among them.
TEST(SensingLandscape, the_exponential_family_has_as_many_minima_as_the_theorem_counts_and_two_are_global) {
  for (const Index n : {3, 5}) {
    const Instance instance = many_minima(n, 0.05);
    const IsometryEstimate isometry = estimate_isometry(instance.data, 1);
    Vector truth(static_cast<std::size_t>(n), 0.0);
    for (std::size_t i = 0; i < truth.size(); i += 2) truth[i] = 1.0;
    std::vector<Vector> minima;
    for (std::uint64_t start = 0; start < 150; ++start) {
      Vector x(truth.size());
      Random(1, start).fill_normal(x);
      x = descended(*instance.problem, x, 0.05, 400);
      if (std::none_of(minima.begin(), minima.end(), [&](const Vector& known) { return distance(known, x) < 1e-6; })) minima.push_back(x);
    }

    EXPECT_EQ(minima.size(), std::size_t{1} << ((n + 1) / 2));
    int num_global = 0;
    for (const Vector& x : minima) {
      const Verdict v = judge_matrix_sensing(*instance.problem, isometry, point_of(*instance.problem, x), {.better_points = {truth}}).verdict;
      EXPECT_EQ(v.rigor, Rigor::proved);
      EXPECT_TRUE(v.headline == Headline::global_minimum || v.headline == Headline::spurious_minimum);
      num_global += v.headline == Headline::global_minimum;
    }
    EXPECT_EQ(num_global, 2);
  }
}

// Proximal gradient on X itself: phi at the convex optimum to about 1e-9 of |y|^2.
double convex_optimum(const SensingData& d) {
  const double step = 1.0 / (d.operator_norm * d.operator_norm);
  const Matrix identity = Matrix::identity(d.cols);
  Matrix X(d.rows, d.cols);
  double value = 0.0;
  for (int i = 0; i < 6000; ++i) {
    Vector rho = measure(d, X, identity);
    axpy(-1.0, d.y, rho);
    const Matrix G = adjoint(d, rho);
    axpy(-step, G.flat(), X.flat());
    value = 0.0;
    Matrix next(d.rows, d.cols);
    if (d.is_psd) {
      symmetrise(X);
      const SymmetricEigen e = symmetric_eigen(X);
      for (Index c = 0; c < d.rows; ++c) {
        const double s = std::max(0.0, e.values[static_cast<std::size_t>(c)] - step * d.lambda);
        multiply(s, ConstMatrixView(e.vectors.col(c), d.rows, 1), Op::none, ConstMatrixView(e.vectors.col(c), d.rows, 1), Op::transpose, 1.0, next);
        value += d.lambda * s;
      }
    } else {
      const Svd e = svd(X);
      for (Index c = 0; c < static_cast<Index>(e.values.size()); ++c) {
        const double s = std::max(0.0, e.values[static_cast<std::size_t>(c)] - step * d.lambda);
        multiply(s, e.U.view().columns(c, 1), Op::none, e.Vt.view().block(c, 0, 1, d.cols), Op::none, 1.0, next);
        value += d.lambda * s;
      }
    }
    X = next;
  }
  Vector rho = measure(d, X, identity);
  axpy(-1.0, d.y, rho);
  return value + 0.5 * dot(rho, rho);
}

TEST(SensingLandscape, no_gap_is_smaller_than_the_distance_to_the_convex_optimum) {
  for (std::uint64_t seed = 0; seed < 24; ++seed) {
    Random random(seed, 3);
    MatrixSensingOptions o;
    o.psd = seed % 2 == 0;
    o.lambda = seed % 3 == 0 ? 0.0 : 0.5 * random.uniform() + 0.05;
    const Index n = 3, m = o.psd ? 3 : 2, count = 10;
    std::vector<Matrix> A;
    for (Index k = 0; k < count; ++k) {
      A.emplace_back(n, m);
      random.fill_normal(A.back().flat());
      if (o.psd) symmetrise(A.back());
    }
    Vector y(static_cast<std::size_t>(count));
    random.fill_normal(y);
    o.operator_array = dense_operator(A);
    o.measurements = vector_array(y);
    const Instance instance = make_instance(o, m);
    const IsometryEstimate isometry = estimate_isometry(instance.data, m);
    const double optimum = convex_optimum(instance.data), size = 0.5 * instance.data.y_norm * instance.data.y_norm;
    Vector x(static_cast<std::size_t>(instance.problem->layout().dimension()));
    random.fill_normal(x);
    scale(0.3, x);

    for (const int iterations : {0, 30, 3000}) {  // far, near and at a critical point
      Vector g(x.size());
      for (int i = 0; i < iterations; ++i) {
        instance.problem->expand(x)->gradient(g);
        axpy(-0.01, g, x);
      }
      const Verdict v = judge_matrix_sensing(*instance.problem, isometry, point_of(*instance.problem, x), {}).verdict;
      EXPECT_LE(v.lower_bound, optimum + 1e-9 * size) << seed;
      EXPECT_GE(v.gap, v.value - optimum - 1e-9 * size) << seed;
    }
  }
}

// 1.26 measurements per degree of freedom: wrong ends exist, and none may be called global.
TEST(SensingLandscape, ends_of_under_measured_problems_with_a_residual_are_never_global) {
  const Index n = 16, r = 2, count = 39;  // 31 degrees of freedom
  int num_wrong_ends = 0;
  for (std::uint64_t seed = 0; seed < 10; ++seed) {
    Random random(seed, 5);
    std::vector<Matrix> A;
    for (Index k = 0; k < count; ++k) {
      A.emplace_back(n, n);
      random.fill_normal(A.back().flat());
      symmetrise(A.back());
      scale(1.0 / std::sqrt(static_cast<double>(count)), A.back().flat());
    }
    Matrix truth(n, r);
    random.fill_normal(truth.flat());
    Instance instance = psd_instance(A, Vector(static_cast<std::size_t>(count), 1.0), r);
    instance = psd_instance(A, measure(instance.data, truth, truth), r);
    Vector x(static_cast<std::size_t>(n * r)), g(x.size());
    random.fill_normal(x);
    for (int i = 0; i < 3000; ++i) {
      instance.problem->expand(x)->gradient(g);
      axpy(-4e-3, g, x);
    }

    const Verdict v = judge_matrix_sensing(*instance.problem, {}, point_of(*instance.problem, x), {}).verdict;

    const bool has_residual = v.value > 1e-6 * 0.5 * instance.data.y_norm * instance.data.y_norm;
    num_wrong_ends += has_residual;
    EXPECT_FALSE(has_residual && v.headline == Headline::global_minimum) << seed;
  }
  EXPECT_GT(num_wrong_ends, 0);
}

}  // namespace
}  // namespace nadir
