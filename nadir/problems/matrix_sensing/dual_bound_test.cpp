// Lower bounds by duality, and the two ways to bound the size of optimal matrices without a penalty. Oracles: closed
// forms of problems in which every entry of X is measured.
#include "nadir/problems/matrix_sensing/dual_bound.hpp"

#include <cmath>
#include <limits>

#include <gtest/gtest.h>

#include "nadir/linalg/dense.hpp"
#include "nadir/problems/matrix_sensing/enclosed_map.hpp"
#include "nadir/problems/matrix_sensing/injectivity.hpp"
#include "nadir/problems/matrix_sensing/instance_test.hpp"
#include "nadir/problems/matrix_sensing/trace_multiplier.hpp"
#include "nadir/rigor/definiteness.hpp"

namespace nadir {
namespace {

using namespace sensing_test;

SensingBound bound_at(const Instance& instance, const Vector& x) {
  const SensingEnclosure here(*instance.problem, x);
  return sensing_bound(*instance.problem, here, here.value().upper);
}

// f = 1/2 |X - M|_F^2 + lambda tr X, M = diag(a, b).
Instance observed(double a, double b, double lambda) {
  return psd_instance({two_by_two(1, 0, 0), two_by_two(0, 0, 1), two_by_two(0, 0.5, 0), two_by_two(0, 0.5, 0)}, {a, b, 0, 0}, 1, lambda);
}

TEST(SensingBound, is_the_value_at_an_optimum) {
  // Soft thresholding: X = diag((3 - 5/2), 0), f = 1/2 (5/2)^2 + 1/2 2^2 + 5/2 * 1/2.
  const SensingBound bound = bound_at(observed(3, 2, 2.5), {std::sqrt(0.5), 0});

  EXPECT_LE(bound.bound, 6.375);
  EXPECT_GE(bound.bound, 6.375 * (1 - 1e-12));
}

TEST(SensingBound, lies_below_the_optimum_at_other_points) {
  // Least value 6.375 as above, wherever the multiplier comes from.
  for (const double u : {0.0, 0.3, 1.0, 2.0})
    for (const double v : {0.0, 0.5, -1.0}) {
      const SensingBound bound = bound_at(observed(3, 2, 2.5), {u, v});
      EXPECT_LE(bound.bound, 6.375) << u << " " << v;
      EXPECT_GE(bound.bound, 0.0);
    }
}

TEST(SensingBound, without_a_penalty_needs_the_size_of_optimal_matrices) {
  // M = diag(2, -1): X = diag(2, 0), f = 1/2.
  const SensingBound bound = bound_at(observed(2, -1, 0.0), {std::sqrt(2.0), 0});

  EXPECT_LE(bound.bound, 0.5);
  EXPECT_GE(bound.bound, 0.5 * (1 - 1e-10));
}

TEST(SensingBound, is_zero_where_nothing_bounds_the_size) {
  // One measurement x_12 of a matrix without penalty: the value falls to 0 along U V^T of any size.
  MatrixSensingOptions o;
  o.operator_array = dense_operator({Matrix::from_rows({{0, 1}, {0, 0}})});
  o.measurements = vector_array({1});
  const Instance instance = make_instance(o, 1);

  const SensingBound bound = bound_at(instance, {1, 0, 0, 0.5});

  EXPECT_EQ(bound.bound, 0.0);
  EXPECT_TRUE(bound.z.empty());
  EXPECT_EQ(bound.size_bound, std::numeric_limits<double>::infinity());
}

TEST(LeastGain, is_the_least_singular_value_of_the_measurements) {
  // Entries weighted 1, 2, 3, 1/2: the least singular value is 1/2.
  MatrixSensingOptions o;
  o.operator_array = dense_operator({Matrix::from_rows({{1, 0}, {0, 0}}), Matrix::from_rows({{0, 2}, {0, 0}}), Matrix::from_rows({{0, 0}, {3, 0}}),
                                     Matrix::from_rows({{0, 0}, {0, 0.5}})});
  o.measurements = vector_array({1, 1, 1, 1});
  const Instance instance = make_instance(o, 1);
  EXPECT_LE(least_gain_lower(instance.data), 0.5);
  EXPECT_GE(least_gain_lower(instance.data), 0.5 * (1 - 1e-3));

  o.operator_array = dense_operator({Matrix::from_rows({{1, 0}, {0, 0}})});
  o.measurements = vector_array({1});
  EXPECT_EQ(least_gain_lower(make_instance(o, 1).data), 0.0);
}

TEST(LeastGain, of_symmetric_measurements_is_about_symmetric_matrices) {
  // a, c, b, b: |A(X)| = |X|_F on symmetric X; skew X are not seen. At least 1/sqrt(2) of that is shown.
  const Instance instance = observed(1, 1, 0.0);

  EXPECT_LE(least_gain_lower(instance.data), 1.0);
  EXPECT_GE(least_gain_lower(instance.data), 0.7);
}

TEST(TraceMultiplier, makes_the_adjoint_at_least_the_identity_or_is_not_found) {
  // a and c alone: A^*(w) = diag(w). With a - c alone no multiplier is definite.
  const Instance traced = psd_instance({two_by_two(2, 0, 0), two_by_two(0, 0, 0.5)}, {1, 1}, 1);
  const Instance indefinite = psd_instance({two_by_two(1, 0, -1)}, {1}, 1);

  const Vector w = find_trace_multiplier(traced.data, 20);

  ASSERT_EQ(w.size(), 2u);
  EXPECT_GE(w[0] * 2, 1.0);
  EXPECT_GE(w[1] * 0.5, 1.0);
  EXPECT_TRUE(find_trace_multiplier(indefinite.data, 20).empty());
}

}  // namespace
}  // namespace nadir
