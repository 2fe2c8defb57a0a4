// Paths out of degenerate points, and the directions that leave X alone.
#include "nadir/problems/matrix_sensing/descending_path.hpp"

#include <gtest/gtest.h>

#include "nadir/base/random.hpp"
#include "nadir/linalg/dense.hpp"
#include "nadir/problems/matrix_sensing/enclosure.hpp"
#include "nadir/problems/matrix_sensing/instance_test.hpp"
#include "nadir/problems/matrix_sensing/isometry.hpp"

namespace nadir {
namespace {

using namespace sensing_test;

std::optional<DescendingPath> path_from(const Instance& instance, const Vector& x) {
  return find_descending_path(*instance.problem, x, hessian_spectrum(*instance.problem, x), 1e-8);
}

TEST(DescendingPath, is_the_best_parabola_at_the_counterexample) {
  // f(t, 1 - s t^2) = 3 + (1 - 8 s + 4 s^2) t^4 + ...: s = 1
  const Instance instance = dyadic_counterexample();

  const std::optional<DescendingPath> path = path_from(instance, {0, 1});

  ASSERT_TRUE(path);
  EXPECT_EQ(path->order, 4);
  EXPECT_EQ(std::fabs(path->k[0]), 1.0);
  EXPECT_EQ(path->k[1], 0.0);
  EXPECT_EQ(path->c, (Vector{0, -1}));
  EXPECT_GT(path->decrease, 0.0);
}

TEST(DescendingPath, is_not_found_where_the_fourth_order_leads_up) {
  // f = 1/2 u^4 at 0: degenerate and a minimum. Beyond delta = 1/2 the counterexample is a strict minimum.
  const Instance quartic = psd_instance({Matrix::identity(1)}, {0}, 1);

  EXPECT_FALSE(path_from(quartic, {0}));
  EXPECT_FALSE(path_from(counterexample(0.6), {0, std::sqrt(0.6)}));
}

TEST(DescendingPath, coefficients_are_those_of_the_value_along_it) {
  Random random(2, 0);
  for (const bool psd : {true, false}) {
    MatrixSensingOptions o;
    std::vector<Matrix> A;
    for (int k = 0; k < 5; ++k) {
      A.emplace_back(3, 3);
      random.fill_normal(A.back().flat());
      symmetrise(A.back());
    }
    o.operator_array = dense_operator(A);
    o.measurements = vector_array({1, -1, 2, 0, 1});
    o.psd = psd;
    o.lambda = 0.25;
    const Instance instance = make_instance(o, 2);
    const std::size_t n = static_cast<std::size_t>(instance.problem->layout().dimension());
    Vector x(n), k(n), c(n);
    for (Vector* v : {&x, &k, &c}) random.fill_normal(*v);

    const auto a = SensingEnclosure(*instance.problem, x).along_path(k, c);

    for (const double t : {1e-2, -1e-2, 5e-3}) {
      Vector moved = x;
      axpy(t, k, moved);
      axpy(t * t, c, moved);
      double sum = 0.0;
      for (std::size_t p = a.size(); p > 0; --p) sum = a[p - 1].mid() + t * sum;
      EXPECT_NEAR(instance.problem->value(moved), sum, 1e4 * std::fabs(t * t * t * t * t));  // terms of fifth order
    }
  }
}

TEST(SymmetryDirections, are_rotations_for_psd_and_scalings_too_for_pairs_without_penalty) {
  Random random(1, 0);
  MatrixSensingOptions o;
  o.operator_array = dense_operator({Matrix::from_rows({{1, 0, 2}, {0, 1, 0}, {1, 1, 1}})});
  o.measurements = vector_array({1});
  for (const auto& [psd, lambda, expected] : {std::tuple{true, 0.0, 1}, {false, 0.0, 4}, {false, 1.0, 1}}) {
    if (psd) o.operator_array = dense_operator({Matrix::identity(3)});
    else o.operator_array = dense_operator({Matrix::from_rows({{1, 0, 2}, {0, 1, 0}, {1, 1, 1}})});
    o.psd = psd;
    o.lambda = lambda;
    const Instance instance = make_instance(o, 2);
    Vector x(static_cast<std::size_t>(instance.problem->layout().dimension()));
    random.fill_normal(x);

    const Matrix directions = symmetry_directions(*instance.problem, x);

    EXPECT_EQ(directions.cols(), expected);
    for (Index j = 0; j < directions.cols(); ++j) {  // the value does not change to first order
      Vector g(x.size());
      instance.problem->expand(x)->gradient(g);
      EXPECT_NEAR(dot(g, {directions.col(j), g.size()}), 0.0, 1e-12 * norm(g));
    }
  }
}

TEST(IsometryEstimate, finds_the_extremes_of_the_counterexamples) {
  // At delta the ratio ranges over [1 - delta, 1 + delta].
  for (const double delta : {0.1, 0.5, 0.8}) {
    const IsometryEstimate e = estimate_isometry(counterexample(delta).data, 1);
    EXPECT_LE(e.delta(), delta + 1e-12);
    EXPECT_GE(e.delta(), delta - 1e-3);
  }
}

}  // namespace
}  // namespace nadir
