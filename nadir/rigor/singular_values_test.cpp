// Singular value enclosures and ranks against exact eigenvalue counts of [0 A; A^T 0] and known ranks.
#include "nadir/rigor/singular_values.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "nadir/linalg/dense.hpp"
#include "nadir/rigor/exact_rank.hpp"
#include "nadir/rigor/oracle_test.hpp"

namespace nadir {
namespace {

using oracle::Kind;
constexpr double inf = std::numeric_limits<double>::infinity();

Matrix augmented(ConstMatrixView A) {
  Matrix M(A.rows + A.cols, A.rows + A.cols);
  for (Index i = 0; i < A.rows; ++i)
    for (Index j = 0; j < A.cols; ++j) M(i, A.rows + j) = M(A.rows + j, i) = A(i, j);
  return M;
}

TEST(EncloseSingularValues, the_ith_interval_contains_the_ith_singular_value) {
  std::mt19937_64 generator(1);
  for (int k = 0; k < oracle::repetitions(250); ++k) {
    const Matrix A = oracle::random_matrix(1 + k % 4, 1 + k % 3, oracle::kind_of(k), generator);
    const Matrix M = augmented(A);

    const std::vector<Interval> values = enclose_singular_values(A);

    ASSERT_EQ(std::ssize(values), std::min(A.rows(), A.cols()));
    for (std::size_t i = 0; i < values.size(); ++i) {
      EXPECT_GE(values[i].lower, 0.0);
      EXPECT_TRUE(oracle::contains_eigenvalue(M, M.rows() - 1 - static_cast<Index>(i), values[i])) << k << ' ' << i;
    }
  }
}

TEST(EncloseSingularValues, of_a_ball_contain_those_of_its_members) {
  const BallMatrix A(Matrix::from_rows({{3, 0}, {0, 1}, {0, 0}}), Matrix::from_rows({{0.5, 0}, {0, 0}, {0, 0.1}}));

  const std::vector<Interval> values = enclose_singular_values(A);

  EXPECT_TRUE(values[0].contains(Interval{2.5, 3.5}));
  EXPECT_TRUE(values[1].contains(std::sqrt(1.01)));
}

TEST(EncloseSingularValues, do_not_lose_half_the_digits) {
  // Singular values 1 and 1e-12 after a rotation by the exact (3, 4, 5) triangle, up to rounding of the entries.
  const Matrix A = Matrix::from_rows({{0.6, 0.8e-12}, {0.8, -0.6e-12}});

  const std::vector<Interval> values = enclose_singular_values(A);

  EXPECT_NEAR(values[1].mid(), 1e-12, 1e-15);
  EXPECT_LT(values[1].width(), 1e-14);
}

TEST(EncloseSingularValues, of_permuted_integers_are_thin) {
  const std::vector<Interval> values = enclose_singular_values(Matrix::from_rows({{0, 2, 0}, {-3, 0, 0}}));

  EXPECT_TRUE(values[0].contains(3.0) && values[1].contains(2.0));
  EXPECT_LT(values[0].width() + values[1].width(), 1e-14);
}

TEST(EncloseSingularValues, of_empty_and_unknown_matrices) {
  EXPECT_TRUE(enclose_singular_values(Matrix(0, 3)).empty());
  EXPECT_EQ(enclose_singular_values(Matrix::from_rows({{inf, 1}}))[0], (Interval{0.0, inf}));
}

TEST(RankAtLeast, never_exceeds_the_exact_rank) {
  std::mt19937_64 generator(2);
  for (int k = 0; k < oracle::repetitions(200); ++k) {
    const Matrix L = oracle::random_matrix(5, 1 + k % 4, k % 2 ? Kind::integer : oracle::kind_of(k), generator);
    const Matrix R = oracle::random_matrix(1 + k % 4, 4, Kind::integer, generator);
    const Matrix A = product(L, R);

    const auto truth = exact_rank(A);

    ASSERT_TRUE(truth);
    EXPECT_LE(rank_at_least(A), *truth);
  }
}

TEST(RankAtLeast, is_the_rank_of_well_separated_matrices) {
  EXPECT_EQ(rank_at_least(Matrix::from_rows({{1, 2}, {2, 4}, {0, 1}})), 2);
  EXPECT_EQ(rank_at_least(Matrix::from_rows({{1, 2}, {2, 4}})), 1);
  EXPECT_EQ(rank_at_least(Matrix(2, 3)), 0);
  EXPECT_EQ(rank_at_least(Matrix(0, 3)), 0);
}

TEST(RankAtLeast, balances_rows_and_columns) {
  const Matrix A = Matrix::from_rows({{1e-200, 2e-100}, {3e50, 1e150}});
  BallMatrix half_known = exact(A);
  half_known.rad(0, 0) = inf;

  EXPECT_EQ(rank_at_least(A), 2);
  EXPECT_EQ(rank_at_least(half_known), 0);
}

}  // namespace
}  // namespace nadir
