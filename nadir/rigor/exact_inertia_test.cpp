// Exact inertia against matrices whose signature is known by construction, near misses of one ulp included.
#include "nadir/rigor/exact_inertia.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>

#include "nadir/base/error.hpp"
#include "nadir/linalg/dense.hpp"

namespace nadir {
namespace {

constexpr double ulp = 0x1p-52;

TEST(ExactInertia, tells_a_singular_matrix_from_its_neighbours_one_ulp_away) {
  EXPECT_EQ(*exact_inertia(Matrix::from_rows({{1, 1}, {1, 1}})), (ExactInertia{0, 1, 1}));
  EXPECT_EQ(*exact_inertia(Matrix::from_rows({{1, 1}, {1, 1 - ulp / 2}})), (ExactInertia{1, 0, 1}));
  EXPECT_EQ(*exact_inertia(Matrix::from_rows({{1, 1}, {1, 1 + ulp}})), (ExactInertia{0, 0, 2}));
}

TEST(ExactInertia, obeys_sylvesters_law_under_random_integer_congruences) {
  std::mt19937 generator(3);
  std::uniform_int_distribution<int> entry(-3, 3);
  for (int trial = 0; trial < 60; ++trial) {
    const Index n = 1 + trial % 7;
    Matrix T = Matrix::identity(n), D(n, n);  // unit triangular, hence invertible
    ExactInertia expected;
    for (Index j = 0; j < n; ++j) {
      const int sign = entry(generator) % 2;
      D(j, j) = sign * (1 + std::abs(entry(generator)));
      ++(sign < 0 ? expected.negative : sign > 0 ? expected.positive : expected.zero);
      for (Index i = j + 1; i < n; ++i) T(i, j) = entry(generator);
    }

    const Matrix A = product(product(T, D), Op::none, T, Op::transpose);  // small integers: exact in doubles

    EXPECT_EQ(*exact_inertia(A), expected);
  }
}

TEST(ExactInertia, the_zero_matrix_and_the_empty_matrix_have_only_zero_eigenvalues) {
  EXPECT_EQ(*exact_inertia(Matrix(12, 12)), (ExactInertia{0, 12, 0}));
  EXPECT_EQ(*exact_inertia(Matrix(0, 0)), (ExactInertia{0, 0, 0}));
}

TEST(ExactInertia, is_compared_count_by_count) {
  const ExactInertia one{1, 2, 3};

  for (const ExactInertia& other : {ExactInertia{0, 2, 3}, ExactInertia{1, 0, 3}, ExactInertia{1, 2, 0}}) EXPECT_FALSE(one == other);
}

TEST(ExactInertia, keeps_denormals_and_widely_spread_entries_apart) {
  const double tiny = std::numeric_limits<double>::denorm_min();
  EXPECT_EQ(*exact_inertia(Matrix::from_rows({{tiny, 0}, {0, -1}})), (ExactInertia{1, 0, 1}));
  EXPECT_EQ(exact_inertia(Matrix::from_rows({{tiny, 0}, {0, 1e300}})), std::nullopt);
}

TEST(ExactInertia, says_nothing_of_matrices_that_are_not_symmetric_or_not_finite) {
  EXPECT_EQ(exact_inertia(Matrix::from_rows({{1, 2}, {3, 4}})), std::nullopt);
  EXPECT_EQ(exact_inertia(Matrix::from_rows({{1, std::nan("")}, {std::nan(""), 4}})), std::nullopt);
  EXPECT_THROW(exact_inertia(Matrix(2, 3)), InputError);
}

}  // namespace
}  // namespace nadir
