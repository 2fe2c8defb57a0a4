// Eigenvalue enclosures against exact eigenvalue counts and closed forms.
#include "nadir/rigor/eigenvalues.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <numbers>
#include <numeric>

#include "nadir/base/error.hpp"
#include "nadir/linalg/dense.hpp"
#include "nadir/rigor/oracle_test.hpp"

namespace nadir {
namespace {

using oracle::Exact;
using oracle::Kind;
constexpr double inf = std::numeric_limits<double>::infinity();

// Q^T diag Q for an integer rotation-like Q: clusters and ties among the eigenvalues.
Matrix with_ties(std::mt19937_64& generator) {
  const Matrix Q = oracle::random_matrix(4, 4, Kind::integer, generator);
  Matrix D(4, 4);
  for (Index i = 0; i < 4; ++i) D(i, i) = i < 3 ? 2.0 : -1.0;
  return product(product(Q, Op::transpose, D, Op::none), Q);
}

TEST(EncloseSymmetricEigenvalues, the_ith_interval_contains_the_ith_eigenvalue) {
  std::mt19937_64 generator(1);
  for (int k = 0; k < oracle::repetitions(400); ++k) {
    Matrix A = oracle::random_symmetric(1 + k % 6, oracle::kind_of(k), generator);
    if (k % 5 == 0) A = with_ties(generator);
    if (k % 11 == 0) A = Matrix::identity(4);

    const std::vector<Interval> values = enclose_symmetric_eigenvalues(A);

    ASSERT_EQ(std::ssize(values), A.rows());
    for (Index i = 0; i < A.rows(); ++i)
      EXPECT_TRUE(oracle::contains_eigenvalue(A, i, values[static_cast<std::size_t>(i)])) << k << ' ' << i;
  }
}

TEST(EncloseSymmetricEigenvalues, of_a_ball_contain_those_of_its_members) {
  std::mt19937_64 generator(2);
  for (int k = 0; k < oracle::repetitions(200); ++k) {
    const Matrix mid = oracle::random_symmetric(4, oracle::kind_of(k), generator);
    Matrix rad(4, 4), member(mid);
    for (Index i = 0; i < 4; ++i)
      for (Index j = i; j < 4; ++j) {
        rad(i, j) = rad(j, i) = std::fabs(mid(i, j)) * 0x1p-6;
        const double moved = mid(i, j) + (generator() % 2 ? 1.0 : -1.0) * rad(i, j);
        if (oracle::in_ball(mid(i, j), rad(i, j), Exact(moved))) member(i, j) = member(j, i) = moved;
      }

    const std::vector<Interval> values = enclose_symmetric_eigenvalues(BallMatrix(mid, rad));

    for (Index i = 0; i < 4; ++i) EXPECT_TRUE(oracle::contains_eigenvalue(member, i, values[static_cast<std::size_t>(i)]));
  }
}

TEST(EncloseSymmetricEigenvalues, are_sharp_relative_to_each_eigenvalue_of_a_diagonal_matrix) {
  const Vector diagonal{-0.1, 1e-20, 3};
  const Matrix graded = Matrix::from_rows({{3, 0, 0}, {0, -0.1, 0}, {0, 0, 1e-20}});

  const std::vector<Interval> values = enclose_symmetric_eigenvalues(graded);
  const std::vector<Interval> integers = enclose_symmetric_eigenvalues(Matrix::from_rows({{3, 0}, {0, -2}}));

  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_TRUE(values[i].contains(diagonal[i]));
    EXPECT_LT(values[i].width(), 1e-14 * std::fabs(diagonal[i]));
  }
  EXPECT_EQ(integers[0], Interval::point(-2));
  EXPECT_EQ(integers[1], Interval::point(3));
}

TEST(EncloseSymmetricEigenvalues, agree_with_the_closed_form_of_the_laplacian) {
  const Index n = 120;
  Matrix A(n, n);
  for (Index i = 0; i < n; ++i) {
    A(i, i) = 2;
    if (i > 0) A(i, i - 1) = A(i - 1, i) = -1;
  }

  const std::vector<Interval> values = enclose_symmetric_eigenvalues(A);

  for (Index k = 1; k <= n; ++k) {
    const double exact = 2 - 2 * std::cos(std::numbers::pi * static_cast<double>(k) / static_cast<double>(n + 1));
    const Interval& value = values[static_cast<std::size_t>(k - 1)];
    EXPECT_TRUE(value.lower <= exact + 1e-14 && exact - 1e-14 <= value.upper);
    EXPECT_LT(value.width(), 3e-11);
  }
}

TEST(EncloseSymmetricEigenvalues, hold_the_almost_equal_pairs_of_wilkinsons_matrix) {
  Matrix W(21, 21);  // [Wilkinson1965, ch. 5]: the greatest two agree to 14 digits, 10.7461941829034
  for (Index i = 0; i < 21; ++i) {
    W(i, i) = std::fabs(static_cast<double>(i) - 10.0);
    if (i > 0) W(i, i - 1) = W(i - 1, i) = 1;
  }

  const std::vector<Interval> values = enclose_symmetric_eigenvalues(W);

  for (const std::size_t i : {std::size_t{19}, std::size_t{20}}) {
    EXPECT_TRUE(oracle::contains_eigenvalue(W, static_cast<Index>(i), values[i]));
    EXPECT_NEAR(values[i].mid(), 10.7461941829034, 1e-12);
  }
}

TEST(EncloseSymmetricEigenvalues, of_unknown_empty_and_misshapen_matrices) {
  EXPECT_TRUE(enclose_symmetric_eigenvalues(Matrix(0, 0)).empty());
  EXPECT_EQ(enclose_symmetric_eigenvalues(Matrix::from_rows({{std::nan("")}}))[0], Interval::whole());
  EXPECT_EQ(enclose_symmetric_eigenvalues(Matrix(2, 2))[1], Interval::point(0));
  EXPECT_THROW(enclose_symmetric_eigenvalues(Matrix(1, 2)), InputError);
}

// Encloses nothing, checks only: the sum of the k greatest eigenvalues of Q diag(d) Q^T, Q = I - 2 v v^T / |v|^2 with
// |v|^2 a power of two, is known exactly.
TEST(EigenvalueSums, contain_the_exact_sums_of_a_reflected_diagonal) {
  std::mt19937_64 generator(3);
  for (int k = 0; k < oracle::repetitions(100); ++k) {
    const Index n = 4;  // v = (1, 1, 1, 1): Q = I - e e^T / 2
    std::vector<double> d(4);
    for (double& x : d) x = static_cast<double>(static_cast<int>(generator() % 9) - 4);
    Matrix A(n, n);
    for (Index i = 0; i < n; ++i)
      for (Index j = 0; j < n; ++j)
        for (Index l = 0; l < n; ++l)
          A(i, j) += ((i == l) - 0.5) * d[static_cast<std::size_t>(l)] * ((j == l) - 0.5);
    std::sort(d.begin(), d.end());

    for (Index count = 0; count <= n; ++count) {
      const double top = std::accumulate(d.end() - count, d.end(), 0.0), tail = std::accumulate(d.begin(), d.begin() + count, 0.0);
      EXPECT_TRUE(enclose_top_eigenvalue_sum(exact(A), count).contains(top));
      EXPECT_TRUE(enclose_tail_eigenvalue_sum(exact(A), count).contains(tail));
      EXPECT_LT(enclose_top_eigenvalue_sum(exact(A), count).width(), 1e-12);
      EXPECT_TRUE(enclose_top_eigenvalue_sum(scale(0x1p600, exact(A)), count).contains(top * 0x1p600));
    }
  }
}

TEST(EigenvalueSums, of_all_eigenvalues_contain_the_trace_and_of_balls_those_of_members) {
  std::mt19937_64 generator(4);
  for (int k = 0; k < oracle::repetitions(60); ++k) {
    const Matrix A = oracle::random_symmetric(5, oracle::kind_of(k), generator);
    Exact trace;
    for (Index i = 0; i < 5; ++i) trace = trace + Exact(A(i, i));
    BallMatrix ball = exact(A);
    for (Index i = 0; i < 5; ++i) ball.rad(i, i) = 0.25;

    EXPECT_TRUE(oracle::contains(enclose_top_eigenvalue_sum(exact(A), 5), trace));
    EXPECT_TRUE(oracle::contains(enclose_tail_eigenvalue_sum(exact(A), 5), trace));
    EXPECT_TRUE(oracle::contains(enclose_top_eigenvalue_sum(ball, 5), trace + Exact(1.25)));
    EXPECT_TRUE(oracle::contains(enclose_top_eigenvalue_sum(ball, 5), trace - Exact(1.25)));
  }
}

TEST(EigenvalueSums, are_sharper_than_sums_of_intervals) {
  std::mt19937_64 generator(5);
  const Matrix B = oracle::random_matrix(80, 80, Kind::normal, generator);
  const Matrix S = product(B, Op::transpose, B, Op::none);
  const std::vector<Interval> values = enclose_symmetric_eigenvalues(S);
  Interval sum;
  for (std::size_t i = 40; i < 80; ++i) sum = sum + values[i];

  const Interval sharp = enclose_top_eigenvalue_sum(exact(S), 40);

  EXPECT_LT(sharp.width(), sum.width());
  EXPECT_EQ(intersection(sharp, sum), sharp);
}

TEST(EigenvalueSums, of_unknown_matrices_and_impossible_counts) {
  BallMatrix unknown = exact(Matrix::identity(2));
  unknown.rad(0, 0) = inf;

  EXPECT_EQ(enclose_top_eigenvalue_sum(unknown, 1), Interval::whole());
  EXPECT_EQ(enclose_tail_eigenvalue_sum(unknown, 0), Interval::point(0));
  EXPECT_THROW(enclose_top_eigenvalue_sum(unknown, 3), InputError);
  EXPECT_THROW(enclose_tail_eigenvalue_sum(unknown, -1), InputError);
  EXPECT_THROW(enclose_top_eigenvalue_sum(BallMatrix(1, 2), 1), InputError);
  EXPECT_THROW(enclose_tail_eigenvalue_sum(BallMatrix(1, 2), 1), InputError);
}

}  // namespace
}  // namespace nadir
