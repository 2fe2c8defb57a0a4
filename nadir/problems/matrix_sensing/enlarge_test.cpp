// The staircase: what a column more gains is known in closed form.
#include "nadir/problems/matrix_sensing/enlarge.hpp"

#include <gtest/gtest.h>

#include "nadir/linalg/dense.hpp"
#include "nadir/problems/matrix_sensing/instance_test.hpp"

namespace nadir {
namespace {

using namespace sensing_test;

// Full observation of diag(3, 2) by a, c, sqrt(2) b: f = 1/2 |X - diag(3, 2)|_F^2.
Instance full_observation(double lambda) {
  return psd_instance({two_by_two(1, 0, 0), two_by_two(0, 0, 1), two_by_two(0, 0.5, 0), two_by_two(0, 0.5, 0)}, {3, 2, 0, 0}, 1, lambda);
}

TEST(EnlargedFactors, gain_half_the_square_of_the_slack_over_the_image) {
  // At X = diag(3, 0): G = diag(0, -2), g = 2, |A(e_2 e_2^T)| = 1: the value falls by 2, from 2 to 0.
  const Instance instance = full_observation(0.0);

  const std::optional<Point> larger = enlarged_factors(*instance.problem, Vector{std::sqrt(3.0), 0}, 1e-7);

  ASSERT_TRUE(larger);
  EXPECT_EQ(larger->layout[0].cols, 2);
  EXPECT_NEAR(MatrixSensing(instance.data, 2).value(larger->values), 0.0, 1e-28);
}

TEST(EnlargedFactors, are_none_where_the_slack_is_semidefinite) {
  // With lambda = 2.5 the optimum is X = diag(1/2, 0), of rank one: G + lambda I = diag(0, 1/2).
  const Instance instance = full_observation(2.5);

  EXPECT_FALSE(enlarged_factors(*instance.problem, Vector{std::sqrt(0.5), 0}, 1e-7));
  // With lambda = 1.5, diag(3/2, 0) leaves g = 1/2 to gain, and the value falls by g^2/2.
  const Instance other = full_observation(1.5);
  const Vector x{std::sqrt(1.5), 0};
  const std::optional<Point> larger = enlarged_factors(*other.problem, x, 1e-7);
  ASSERT_TRUE(larger);
  EXPECT_NEAR(other.problem->value(x) - MatrixSensing(other.data, 2).value(larger->values), 0.125, 1e-13);
}

TEST(EnlargedFactors, of_a_pair_follow_the_greatest_singular_vectors) {
  // f = 1/2 |U V^T - diag(2, -1)|^2 + 1/2 |X|_* at 0: G = -diag(2, -1), g = 2 - 1/2, gain 9/8.
  MatrixSensingOptions o;
  o.operator_array = dense_operator({Matrix::from_rows({{1, 0}, {0, 0}}), Matrix::from_rows({{0, 1}, {0, 0}}), Matrix::from_rows({{0, 0}, {1, 0}}),
                                     Matrix::from_rows({{0, 0}, {0, 1}})});
  o.measurements = vector_array({2, 0, 0, -1});
  o.lambda = 0.5;
  const Instance instance = make_instance(o, 1);

  const std::optional<Point> larger = enlarged_factors(*instance.problem, Vector(4, 0.0), 1e-7);

  ASSERT_TRUE(larger);
  EXPECT_NEAR(2.5 - MatrixSensing(instance.data, 2).value(larger->values), 1.125, 1e-13);
}

TEST(EnlargedFactors, end_at_the_larger_side) {
  const Instance instance = full_observation(0.0);
  const MatrixSensing whole(instance.data, 2);

  EXPECT_FALSE(enlarged_factors(whole, Vector(4, 0.0), 1e-7));
}

}  // namespace
}  // namespace nadir
