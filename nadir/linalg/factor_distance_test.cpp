#include "nadir/linalg/factor_distance.hpp"

#include <array>
#include <cmath>
#include <limits>
#include <vector>

#include <gtest/gtest.h>

#include "nadir/base/error.hpp"
#include "nadir/base/random.hpp"
#include "nadir/linalg/dense.hpp"

namespace nadir {
namespace {

Matrix random_matrix(Index rows, Index cols, std::uint64_t stream) {
  Random random(7, stream);
  Matrix A(rows, cols);
  random.fill_normal(A.flat());
  return A;
}

TEST(FactorDistance, is_that_of_the_products) {
  for (const auto& [m, n, r1, r2] : std::vector<std::array<Index, 4>>{{9, 7, 2, 3}, {2, 3, 2, 2}, {1, 5, 1, 4}, {6, 6, 6, 1}}) {
    const Matrix U1 = random_matrix(m, r1, 0), V1 = random_matrix(n, r1, 1), U2 = random_matrix(m, r2, 2), V2 = random_matrix(n, r2, 3);
    const Matrix A = product(U1, Op::none, V1, Op::transpose), B = product(U2, Op::none, V2, Op::transpose);
    Matrix difference = A;
    axpy(-1.0, B.flat(), difference.flat());

    const double found = relative_factor_distance(U1, V1, U2, V2);

    EXPECT_NEAR(found, frobenius_norm(difference) / std::max(frobenius_norm(A), frobenius_norm(B)), 1e-13);
  }
}

// (U G)(V G^-T)^T = U V^T: the distance is a rounding, not the root of one as with Gram products.
TEST(FactorDistance, is_zero_to_rounding_where_only_the_basis_differs) {
  const Matrix U = random_matrix(40, 3, 0), V = random_matrix(30, 3, 1), G = Matrix::from_rows({{2, 1, 0}, {0, 1, 3}, {0, 0, 0.5}});
  const Matrix inverse = Matrix::from_rows({{0.5, -0.5, 3}, {0, 1, -6}, {0, 0, 2}});

  const double found = relative_factor_distance(U, V, product(U, G), product(V, Op::none, inverse, Op::transpose));

  EXPECT_LT(found, 1e-14);
  EXPECT_LT(relative_factor_distance(U, V, U, V), 1e-15);
}

TEST(FactorDistance, of_two_zeros_is_zero_and_of_one_is_one) {
  const Matrix U = random_matrix(4, 2, 0), V = random_matrix(5, 2, 1);

  EXPECT_EQ(relative_factor_distance(Matrix(4, 1), V.view().columns(0, 1), Matrix(4, 2), V), 0.0);
  EXPECT_NEAR(relative_factor_distance(U, V, Matrix(4, 2), V), 1.0, 1e-15);
}

TEST(FactorDistance, of_what_is_not_finite_is_a_breakdown) {
  Matrix U = random_matrix(4, 2, 0);
  const Matrix V = random_matrix(5, 2, 1);
  U(1, 1) = std::numeric_limits<double>::quiet_NaN();

  EXPECT_THROW(relative_factor_distance(U, V, U, V), NumericalBreakdown);
}

}  // namespace
}  // namespace nadir
