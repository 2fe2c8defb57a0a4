// Exact ranks against FLINT's own rank of integer matrices and against dependencies built by hand.
#include "nadir/rigor/exact_rank.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "nadir/base/error.hpp"
#include "nadir/linalg/dense.hpp"
#include "nadir/rigor/oracle_test.hpp"

namespace nadir {
namespace {

using oracle::Kind;

Index flint_rank(ConstMatrixView A) {
  fmpz_mat_t N;
  fmpz_mat_init(N, A.rows, A.cols);
  for (Index i = 0; i < A.rows; ++i)
    for (Index j = 0; j < A.cols; ++j) oracle::Exact(A(i, j)).to_scaled_integer(fmpz_mat_entry(N, i, j), -1100);
  const Index rank = fmpz_mat_rank(N);
  fmpz_mat_clear(N);
  return rank;
}

TEST(ExactRank, agrees_with_flint_on_matrices_of_every_kind) {
  std::mt19937_64 generator(1);
  for (int k = 0; k < oracle::repetitions(200); ++k) {
    const Matrix L = oracle::random_matrix(6, 1 + k % 5, Kind::integer, generator);
    const Matrix R = oracle::random_matrix(1 + k % 5, 5, k % 2 ? Kind::integer : oracle::kind_of(k), generator);
    const Matrix A = product(L, R);

    EXPECT_EQ(exact_rank(A), flint_rank(A));
  }
}

TEST(ExactRank, tells_one_unit_in_the_last_place) {
  EXPECT_EQ(exact_rank(Matrix::from_rows({{1, 1}, {1, 1}})), 1);
  EXPECT_EQ(exact_rank(Matrix::from_rows({{1, 1}, {1, 1 - 0x1p-53}})), 2);
  EXPECT_EQ(exact_rank(Matrix::from_rows({{0.1, 0.3}, {1, 3}})), 2) << "0.3 is not three times 0.1 in doubles";
  EXPECT_EQ(exact_rank(Matrix::from_rows({{0x1p-1074, 0x1p1000}, {0, 1}})), 2);
  EXPECT_EQ(exact_rank(Matrix::from_rows({{0x1p-1074, 0x1p900}, {0x1p-1000, 0x1p974}})), 1);
}

TEST(ExactRank, of_zero_and_empty_matrices_is_zero) {
  EXPECT_EQ(exact_rank(Matrix(2, 3)), 0);
  EXPECT_EQ(exact_rank(Matrix(0, 3)), 0);
  EXPECT_EQ(exact_rank(Matrix(3, 0)), 0);
}

TEST(ExactRank, gives_up_on_what_is_not_finite_or_costs_too_much) {
  const double big = 0x1p51;
  const Matrix dependent = Matrix::from_rows({{big + 1, 3, 5}, {7, big + 3, 11}, {big + 8, big + 6, 16}});

  EXPECT_EQ(exact_rank(Matrix::from_rows({{std::nan("")}})), std::nullopt);
  EXPECT_EQ(exact_rank(Matrix::identity(3), 5.0), std::nullopt);
  EXPECT_EQ(exact_rank(dependent), 2);
  EXPECT_EQ(exact_rank(dependent, 27.0), std::nullopt) << "one prime costs 27";
}

// Three one-hot rows and a row of ones, 2000 samples.
Matrix one_hot_and_ones() {
  Matrix X(4, 2000);
  for (Index t = 0; t < 2000; ++t) X(t % 3, t) = X(3, t) = 1.0;
  return X;
}

TEST(ExactDependency, proves_that_one_hot_rows_add_up_to_the_constant_row) {
  const Matrix X = one_hot_and_ones();

  const auto found = exact_dependency(X, {0, 1, 2}, 3);

  ASSERT_TRUE(found);
  EXPECT_EQ(found->rows, (std::vector<Index>{0, 1, 2}));
  EXPECT_EQ(found->numerators, (std::vector<std::string>{"1", "1", "1"}));
  EXPECT_EQ(found->denominator, "1");
  EXPECT_TRUE(dependency_holds(X, 3, *found));
}

TEST(ExactDependency, finds_fractions_and_leaves_out_rows_that_do_not_matter) {
  std::mt19937_64 generator(2);
  Matrix X = oracle::random_matrix(5, 100, Kind::integer, generator);
  for (Index t = 0; t < 100; ++t) X(4, t) = 0.75 * X(0, t) - 2.5 * X(2, t);

  const auto found = exact_dependency(X, {0, 1, 2, 3}, 4);

  ASSERT_TRUE(found);
  EXPECT_EQ(found->rows, (std::vector<Index>{0, 2}));
  EXPECT_EQ(found->numerators, (std::vector<std::string>{"3", "-10"}));
  EXPECT_EQ(found->denominator, "4");
}

TEST(ExactDependency, of_a_third_is_exact_although_no_double_is) {
  const Matrix X = Matrix::from_rows({{3, 6, -9}, {1, 2, -3}});

  const auto found = exact_dependency(X, {0}, 1);

  ASSERT_TRUE(found);
  EXPECT_EQ(found->numerators[0] + "/" + found->denominator, "1/3");
}

TEST(ExactDependency, of_negative_pivots_has_a_positive_denominator) {
  const auto found = exact_dependency(Matrix::from_rows({{-3, -6}, {1, 2}}), {0}, 1);

  ASSERT_TRUE(found);
  EXPECT_EQ(found->numerators[0] + "/" + found->denominator, "-1/3");
}

TEST(ExactDependency, does_not_claim_what_holds_only_almost) {
  Matrix X = one_hot_and_ones();
  X(3, 1234) += 0x1p-52;

  EXPECT_EQ(exact_dependency(X, {0, 1, 2}, 3), std::nullopt);
}

TEST(ExactDependency, of_a_zero_row_is_empty_and_of_no_rows_impossible) {
  const Matrix X = Matrix::from_rows({{1, 2}, {0, 0}});

  const auto found = exact_dependency(X, {0}, 1);

  ASSERT_TRUE(found);
  EXPECT_TRUE(found->rows.empty());
  EXPECT_TRUE(dependency_holds(X, 1, *found));
  EXPECT_EQ(exact_dependency(X, {}, 0), std::nullopt);
  EXPECT_TRUE(exact_dependency(Matrix(2, 0), {0}, 1)) << "no column contradicts";
}

TEST(ExactDependency, gives_up_where_it_cannot_find_out) {
  const Matrix dependent = Matrix::from_rows({{1, 1, 1, 1}, {1, 1, 1, 1}, {2, 2, 2, 2}}), X = one_hot_and_ones();
  Matrix infinite = X;
  infinite(0, 0) = std::numeric_limits<double>::infinity();

  EXPECT_EQ(exact_dependency(dependent, {0, 1}, 2), std::nullopt);
  EXPECT_EQ(exact_dependency(X, {0, 1, 2}, 3, 2), std::nullopt);
  EXPECT_EQ(exact_dependency(infinite, {0, 1, 2}, 3), std::nullopt);
}

TEST(ExactDependency, among_dependent_rows_is_true_where_one_is_found) {
  // Rounding decides whether the Gram matrix of kept rows that are dependent passes for definite.
  std::mt19937_64 generator(3);
  int given_up = 0;
  for (int k = 0; k < oracle::repetitions(300); ++k) {
    Matrix X = oracle::random_matrix(4, 1 + k % 6, Kind::normal, generator);
    for (Index t = 0; t < X.cols(); ++t) {
      for (Index i = 0; i < 2; ++i) X(i, t) = std::nearbyint(0x1p20 * X(i, t));
      X(2, t) = X(0, t) + X(1, t);
      X(3, t) = 3 * X(0, t) - 7 * X(1, t);
    }

    const auto found = exact_dependency(X, {0, 1, 2}, 3);

    EXPECT_TRUE(!found || dependency_holds(X, 3, *found));
    given_up += !found;
  }
  EXPECT_GT(given_up, 0);
}

TEST(ExactDependency, refuses_rows_that_are_not_there) {
  const Matrix X = one_hot_and_ones();

  EXPECT_THROW(exact_dependency(X, {0, 4}, 3), InputError);
  EXPECT_THROW(exact_dependency(X, {0, -1}, 3), InputError);
  EXPECT_THROW(exact_dependency(X, {0}, 9), InputError);
  EXPECT_THROW(exact_dependency(X, {0, 3}, 3), InputError);
}

TEST(DependencyHolds, rejects_every_changed_piece) {
  const Matrix X = one_hot_and_ones();
  const ExactDependency good{{0, 1, 2}, {"1", "1", "1"}, "1"};

  EXPECT_TRUE(dependency_holds(X, 3, good));
  for (const ExactDependency& bad :
       {ExactDependency{{0, 1, 2}, {"1", "1", "2"}, "1"}, ExactDependency{{0, 1, 2}, {"1", "1", "1"}, "2"},
        ExactDependency{{0, 1, 1}, {"1", "1", "1"}, "1"}, ExactDependency{{0, 1}, {"1", "1", "1"}, "1"},
        ExactDependency{{0, 1, 4}, {"1", "1", "1"}, "1"}, ExactDependency{{0, 1, -1}, {"1", "1", "1"}, "1"},
        ExactDependency{{0, 1, 2}, {"1", "1", "x"}, "1"}, ExactDependency{{0, 1, 2}, {"1", "1", "1"}, "one"},
        ExactDependency{{0, 1, 2}, {"0", "0", "0"}, "0"}, ExactDependency{{3}, {"1"}, "1"}})
    EXPECT_FALSE(dependency_holds(X, 3, bad));
  EXPECT_FALSE(dependency_holds(X, 7, good));
  EXPECT_FALSE(dependency_holds(Matrix::from_rows({{std::nan("")}, {1}}), 1, {{0}, {"1"}, "1"}));
}

}  // namespace
}  // namespace nadir
