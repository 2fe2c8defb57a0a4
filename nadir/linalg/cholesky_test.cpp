// The tiled Cholesky factorisation against its defining equation and against LAPACK's.
#include "nadir/linalg/cholesky.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "nadir/base/random.hpp"
#include "nadir/linalg/dense.hpp"

namespace nadir {
namespace {

// X X^T / n + I
Matrix definite(Index n) {
  Matrix X(n, n);
  Random random(7);
  random.fill_normal(X.flat());
  Matrix A = product(X, Op::none, X, Op::transpose);
  for (double& a : A.flat()) a /= static_cast<double>(n);
  for (Index i = 0; i < n; ++i) A(i, i) += 1.0;
  return A;
}

Matrix upper(ConstMatrixView A) {
  Matrix U(A);
  for (Index j = 0; j < U.cols(); ++j)
    for (Index i = j + 1; i < U.rows(); ++i) U(i, j) = 0.0;
  return U;
}

double distance(const Matrix& A, const Matrix& B) {
  double greatest = 0.0;
  for (Index i = 0; i < A.size(); ++i) greatest = std::fmax(greatest, std::fabs(A.data()[i] - B.data()[i]));
  return greatest;
}

TEST(CholeskyInPlace, multiplies_back_to_the_matrix_at_every_number_of_tiles) {
  for (const Index n : {0, 1, 5, 191, 192, 193, 400, 577}) {
    const Matrix A = definite(n);
    Matrix W(A);

    ASSERT_TRUE(cholesky_upper_in_place(W));
    const Matrix U = upper(W);

    EXPECT_LT(distance(product(U, Op::transpose, U, Op::none), A), 1e-13) << n;
  }
}

TEST(CholeskyInPlace, leaves_alone_what_lies_below_the_diagonal_and_beside_the_view) {
  const Index n = 450;
  const Matrix A = definite(n);
  Matrix W(n + 1, n + 2);
  for (Index j = 0; j < W.cols(); ++j)
    for (Index i = 0; i < W.rows(); ++i) W(i, j) = i <= j && i < n && j < n ? A(i, j) : 3.0;

  ASSERT_TRUE(cholesky_upper_in_place(W.view().block(0, 0, n, n)));

  Matrix L;
  ASSERT_TRUE(cholesky(A, L));
  EXPECT_LT(distance(upper(W.view().block(0, 0, n, n)), transpose(L)), 1e-13);
  for (Index j = 0; j < W.cols(); ++j)
    for (Index i = 0; i < W.rows(); ++i)
      if (i > j || i >= n || j >= n) {
        EXPECT_EQ(W(i, j), 3.0);
      }
}

TEST(CholeskyInPlace, has_the_same_bits_on_any_number_of_threads) {
  Matrix one = definite(700), three = one;
  set_num_threads(1);
  ASSERT_TRUE(cholesky_upper_in_place(one));
  set_num_threads(3);
  ASSERT_TRUE(cholesky_upper_in_place(three));
  set_num_threads(0);

  EXPECT_EQ(one, three);
}

TEST(CholeskyInPlace, refuses_what_is_not_definite_wherever_that_shows) {
  for (const Index bad : {0, 191, 192, 399}) {
    Matrix negative = definite(400), unknown = negative;
    negative(bad, bad) = -1.0;
    unknown(bad, bad) = std::numeric_limits<double>::quiet_NaN();

    EXPECT_FALSE(cholesky_upper_in_place(negative)) << bad;
    EXPECT_FALSE(cholesky_upper_in_place(unknown)) << bad;
  }
}

}  // namespace
}  // namespace nadir
