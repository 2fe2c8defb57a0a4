// Ball arithmetic's wrapper: exactness, comparisons, definiteness. Oracles are integers and closed forms.
#include "nadir/verify/internal/ball.hpp"

#include <cmath>
#include <limits>

#include <gtest/gtest.h>

namespace nadir::balls {
namespace {

constexpr slong bits = 128;

TEST(Ball, arithmetic_is_exact_while_the_precision_lasts) {
  const Real a(bits, 1e9), b(bits, 1e-9), third = Real(bits, 1.0) / Real(bits, 3.0);

  EXPECT_TRUE(arb_is_exact((a + b).get()));
  EXPECT_TRUE(is_exactly_zero((a + b) - a - b));
  EXPECT_FALSE(arb_is_exact(third.get()));
  EXPECT_EQ(is_at_most(3.0 * third, Real(bits, 1.0)), Answer::unknown);
}

TEST(Ball, comparisons_say_unknown_rather_than_guess) {
  const Real one(bits, 1.0), two(bits, 2.0), wide = Real::between(bits, 0.5, 1.5), nan(bits, std::numeric_limits<double>::quiet_NaN());

  EXPECT_EQ(is_at_most(one, one), Answer::yes);
  EXPECT_EQ(is_below(one, one), Answer::no);
  EXPECT_EQ(is_below(one, two), Answer::yes);
  EXPECT_EQ(is_at_most(two, one), Answer::no);
  EXPECT_EQ(is_at_most(wide, one), Answer::unknown);
  EXPECT_EQ(is_below(wide, one), Answer::unknown);
  EXPECT_EQ(is_at_most(nan, one), Answer::unknown);
  EXPECT_EQ(is_at_most(one, nan), Answer::unknown);
  EXPECT_FALSE(is_positive(nan));
  EXPECT_FALSE(text(wide).empty());
}

TEST(Ball, between_contains_both_ends_even_infinite_ones) {
  const double infinity = std::numeric_limits<double>::infinity();

  EXPECT_TRUE(arb_contains(Real::between(bits, -infinity, infinity).get(), Real(bits, 1e300).get()));
  EXPECT_TRUE(arb_contains(Real::between(bits, 0.1, 0.2).get(), Real(bits, 0.1).get()));
  EXPECT_TRUE(arb_contains(Real::between(bits, 0.1, 0.2).get(), Real(bits, 0.2).get()));
}

TEST(Ball, values_survive_copies_moves_and_swaps) {
  Real a(bits, 1.0), b(bits, 2.0);
  Matrix A(bits, nadir::Matrix::from_rows({{1, 2}, {3, 4}})), B = A;

  std::swap(a, b);
  B = transpose(A);
  A = std::move(B);

  EXPECT_TRUE(is_exactly_zero(a - Real(bits, 2.0)));
  EXPECT_TRUE(is_exactly_zero(A(0, 1) - Real(bits, 3.0)));
}

TEST(Ball, definiteness_is_proved_of_definite_matrices_only) {
  const nadir::Matrix definite = nadir::Matrix::from_rows({{2, 1}, {1, 2}}), singular = nadir::Matrix::from_rows({{1, 1}, {1, 1}});
  Matrix T(bits, 0, 0);

  EXPECT_TRUE(proves_positive_definite(Matrix(bits, definite)));
  EXPECT_FALSE(proves_positive_definite(Matrix(bits, singular)));
  ASSERT_TRUE(inverse_cholesky_factor(Matrix(bits, definite), T));
  EXPECT_FALSE(inverse_cholesky_factor(Matrix(bits, singular), T));
  // inv = T^T T, trace of the inverse: 2/3 + 2/3
  EXPECT_TRUE(inverse_cholesky_factor(Matrix(bits, definite), T));
  EXPECT_TRUE(arb_contains((3.0 * squared_norm(T)).get(), Real(bits, 4.0).get()));
}

TEST(Ball, least_eigenvalue_sums_are_lower_bounds_and_sharp) {
  // Householder similarity of diag(1, 2, 3, 4) with v = (1, 1, 1, 1): H = I - v v^T / 2 is orthogonal.
  Matrix H = Matrix::identity(bits, 4), D(bits, 4, 4);
  for (Index i = 0; i < 4; ++i) {
    D.set(i, i, Real(bits, static_cast<double>(i + 1)));
    for (Index j = 0; j < 4; ++j) H.set(i, j, H(i, j) - Real(bits, 0.5));
  }
  const Matrix A = H * D * H;

  for (Index count = 0; count <= 4; ++count) {
    const Real exact(bits, static_cast<double>(count * (count + 1) / 2));
    const Real lower = least_eigenvalue_sum_lower(A, count);
    EXPECT_NE(is_at_most(lower, exact), Answer::no);
    EXPECT_EQ(is_at_most(exact - Real(bits, 1e-25), lower), Answer::yes) << count;
  }
}

TEST(Ball, least_eigenvalue_sums_hold_for_large_matrices_and_through_clusters) {
  // I + ones: eigenvalue 1 with multiplicity n - 1.
  const Index n = 70;
  Matrix A = Matrix::identity(bits, n);
  for (Index i = 0; i < n; ++i)
    for (Index j = 0; j < n; ++j) A.set(i, j, A(i, j) + Real(bits, 1.0));

  const Real lower = least_eigenvalue_sum_lower(A, n - 1);

  EXPECT_EQ(is_at_most(lower, Real(bits, 69.0000001)), Answer::yes);
  EXPECT_EQ(is_at_most(Real(bits, 69.0 - 1e-8), lower), Answer::yes);
}

TEST(Ball, least_eigenvalue_sums_of_nothing_known_are_zero) {
  for (const Index n : {3, 70}) {
    Matrix A(bits, n, n);
    arb_mat_indeterminate(A.get());
    EXPECT_TRUE(is_exactly_zero(least_eigenvalue_sum_lower(A, 2)));
    A.set(0, 0, Real(bits, std::numeric_limits<double>::quiet_NaN()));
    EXPECT_TRUE(is_exactly_zero(least_eigenvalue_sum_lower(A, 2)));
    for (const Real& value : eigenvalues_lower(A)) EXPECT_TRUE(is_exactly_zero(value));
  }
}

TEST(Ball, semidefiniteness_is_decided_over_the_integers) {
  const auto answer = [](const std::vector<std::vector<double>>& rows) {
    return is_positive_semidefinite_exactly(Matrix(bits, nadir::Matrix::from_rows(rows)));
  };

  EXPECT_EQ(answer({{0, 0}, {0, 0}}), Answer::yes);
  EXPECT_EQ(answer({{1, 1}, {1, 1}}), Answer::yes);
  EXPECT_EQ(answer({{1, 1}, {1, std::nextafter(1.0, 0.0)}}), Answer::no);
  EXPECT_EQ(answer({{1, 1}, {1, std::nextafter(1.0, 2.0)}}), Answer::yes);
  EXPECT_EQ(answer({{0, 1e-300}, {1e-300, 1e300}}), Answer::no);
  EXPECT_EQ(answer({{0, 0, 0}, {0, 1e300, 0}, {0, 0, 1e-300}}), Answer::yes);
  EXPECT_EQ(answer({{1, 0}, {0, -5e-324}}), Answer::no);
  // Rank one plus rank one: semidefinite of rank 2, indefinite once the last entry shrinks.
  EXPECT_EQ(answer({{1, 2, 3}, {2, 5, 8}, {3, 8, 13}}), Answer::yes);
  EXPECT_EQ(answer({{1, 2, 3}, {2, 5, 8}, {3, 8, 13 - 1e-14}}), Answer::no);
  EXPECT_EQ(answer({{std::numeric_limits<double>::infinity()}}), Answer::unknown);

  Matrix inexact(bits, 1, 1);
  inexact.set(0, 0, Real(bits, 1.0) / Real(bits, 3.0));
  EXPECT_EQ(is_positive_semidefinite_exactly(inexact), Answer::unknown);
}

}  // namespace
}  // namespace nadir::balls
