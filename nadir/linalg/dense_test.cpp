// Dense linear algebra against plain triple loops and defining identities; bits must not depend on threads.
#include "nadir/linalg/dense.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <random>
#include <thread>
#include <tuple>

namespace nadir {
namespace {

Matrix random_matrix(Index rows, Index cols, unsigned seed) {
  std::mt19937_64 generator(seed);
  std::normal_distribution<double> normal;
  Matrix m(rows, cols);
  for (double& x : m.flat()) x = normal(generator);
  return m;
}

double entry(ConstMatrixView A, Op op, Index i, Index j) { return op == Op::none ? A(i, j) : A(j, i); }

double difference_from_triple_loop(ConstMatrixView A, Op a, ConstMatrixView B, Op b, ConstMatrixView C) {
  const Index k = a == Op::none ? A.cols : A.rows;
  double worst = 0;
  for (Index i = 0; i < C.rows; ++i)
    for (Index j = 0; j < C.cols; ++j) {
      double sum = 0;
      for (Index l = 0; l < k; ++l) sum += entry(A, a, i, l) * entry(B, b, l, j);
      worst = std::max(worst, std::fabs(sum - C(i, j)));
    }
  return worst;
}

TEST(Multiply, agrees_with_a_triple_loop_for_every_transposition_and_for_panels) {
  for (const Op a : {Op::none, Op::transpose})
    for (const Op b : {Op::none, Op::transpose})
      for (const auto& [m, n, k] : {std::array<Index, 3>{3, 5, 4}, {150, 300, 70}, {300, 150, 70}, {1, 7, 1}}) {
        const Matrix A = a == Op::none ? random_matrix(m, k, 1) : random_matrix(k, m, 1);
        const Matrix B = b == Op::none ? random_matrix(k, n, 2) : random_matrix(n, k, 2);

        const Matrix C = product(A, a, B, b);

        EXPECT_LT(difference_from_triple_loop(A, a, B, b, C), 1e-12);
      }
}

TEST(Multiply, an_empty_inner_dimension_scales_the_result_only) {
  Matrix C = Matrix::from_rows({{1, 2}});

  multiply(1.0, Matrix(1, 0), Op::none, Matrix(0, 2), Op::none, 2.0, C);

  EXPECT_EQ(C, Matrix::from_rows({{2, 4}}));
}

TEST(Multiply, gives_the_same_bits_with_one_and_with_two_threads) {
  const Matrix A = random_matrix(400, 333, 3), B = random_matrix(333, 517, 4);

  set_num_threads(1);
  const Matrix one = product(A, B), gram_one = sample_product(A, A);
  set_num_threads(2);
  const Matrix two = product(A, B), gram_two = sample_product(A, A);
  set_num_threads(0);

  EXPECT_EQ(one, two);
  EXPECT_EQ(gram_one, gram_two);
}

TEST(SampleProduct, equals_the_product_with_the_transpose_over_several_blocks) {
  const Matrix X = random_matrix(7, 2 * sum_block + 13, 5), Y = random_matrix(3, 2 * sum_block + 13, 6);

  EXPECT_LT(difference_from_triple_loop(X, Op::none, Y, Op::transpose, sample_product(X, Y)), 1e-10);
  EXPECT_LT(difference_from_triple_loop(X, Op::none, X, Op::transpose, sample_product(X, X)), 1e-10);
}

TEST(SampleProduct, a_gram_matrix_wider_than_a_panel_is_exactly_symmetric) {
  const Matrix G = sample_product(random_matrix(301, 50, 7), random_matrix(301, 50, 7));
  const Matrix X = random_matrix(301, 50, 7);
  const Matrix S = sample_product(X, X);

  EXPECT_EQ(transpose(S), S);
  for (Index i = 0; i < S.size(); ++i) EXPECT_NEAR(S.data()[i], G.data()[i], 1e-11);
}

TEST(Factorisations, satisfy_their_defining_identities) {
  const Matrix A = random_matrix(9, 6, 8);
  const Matrix S = product(A, Op::transpose, A, Op::none);

  Matrix L;
  ASSERT_TRUE(cholesky(S, L));
  EXPECT_LT(difference_from_triple_loop(L, Op::none, L, Op::transpose, S), 1e-12);

  const SymmetricEigen e = symmetric_eigen(S);
  EXPECT_TRUE(std::is_sorted(e.values.begin(), e.values.end()));
  Matrix VD(e.vectors);
  for (Index j = 0; j < 6; ++j) scale(e.values[static_cast<std::size_t>(j)], {VD.col(j), 6});
  EXPECT_LT(difference_from_triple_loop(VD, Op::none, e.vectors, Op::transpose, S), 1e-12);

  const Qr f = qr(A);
  EXPECT_LT(difference_from_triple_loop(f.Q, Op::none, f.R, Op::none, A), 1e-13);

  Svd s = svd(A);
  for (Index j = 0; j < 6; ++j) scale(s.values[static_cast<std::size_t>(j)], {s.U.col(j), 9});
  EXPECT_LT(difference_from_triple_loop(s.U, Op::none, s.Vt, Op::none, A), 1e-13);
}

// OpenBLAS would start threads of its own, and add in another order, on a thread that it has not been told about.
TEST(Factorisations, give_the_same_bits_on_another_thread) {
  const Matrix A = random_matrix(300, 300, 9), S = product(A, Op::none, A, Op::transpose);
  const auto all = [&] {
    Matrix L;
    EXPECT_TRUE(cholesky(S, L));
    return std::tuple(L, symmetric_eigen(S).values, svd(A).values, qr(A).R);
  };
  const auto here = all();
  auto there = here;

  std::thread([&] { there = all(); }).join();

  EXPECT_TRUE(there == here);
}

TEST(Cholesky, refuses_an_indefinite_matrix) {
  Matrix L;
  EXPECT_FALSE(cholesky(Matrix::from_rows({{1, 2}, {2, 1}}), L));
}

TEST(Norm, survives_squares_that_overflow_or_underflow) {
  const Vector large{3e200, 4e200}, small{3e-200, 4e-200};

  EXPECT_NEAR(norm(large) / 5e200, 1.0, 1e-15);
  EXPECT_NEAR(norm(small) / 5e-200, 1.0, 1e-15);
  EXPECT_NEAR(frobenius_norm(Matrix::from_rows({{3e200, 4e200}})) / 5e200, 1.0, 1e-15);
}

TEST(MaxAbs, reports_nan) {
  EXPECT_TRUE(std::isnan(max_abs(Matrix::from_rows({{1, std::nan("")}, {5, 2}}))));
  EXPECT_EQ(max_abs(Matrix::from_rows({{1, -7}})), 7.0);
}

}  // namespace
}  // namespace nadir
