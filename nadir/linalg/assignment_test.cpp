// Assignments; the oracle is every permutation, one by one, and SciPy for a larger case.
#include "nadir/linalg/assignment.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include <gtest/gtest.h>

#include "nadir/base/error.hpp"
#include "nadir/base/random.hpp"

namespace nadir {
namespace {

double cost_of(const Matrix& cost, const std::vector<Index>& column) {
  double sum = 0.0;
  for (std::size_t i = 0; i < column.size(); ++i) sum += cost(static_cast<Index>(i), column[i]);
  return sum;
}

double least_of_all(const Matrix& cost) {
  std::vector<Index> column(static_cast<std::size_t>(cost.rows()));
  std::iota(column.begin(), column.end(), Index{0});
  double least = std::numeric_limits<double>::infinity();
  do least = std::min(least, cost_of(cost, column));
  while (std::next_permutation(column.begin(), column.end()));
  return least;
}

TEST(LeastAssignment, costs_no_more_than_any_permutation) {
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    const Index n = 1 + static_cast<Index>(seed % 6);
    Matrix cost(n, n);
    Random(seed).fill_normal(cost.flat());
    if (seed % 3 == 0)  // ties
      for (double& c : cost.flat()) c = std::round(c);

    const std::vector<Index> column = least_assignment(cost);

    std::vector<Index> sorted = column;
    std::sort(sorted.begin(), sorted.end());
    for (Index i = 0; i < n; ++i) EXPECT_EQ(sorted[static_cast<std::size_t>(i)], i);
    EXPECT_NEAR(cost_of(cost, column), least_of_all(cost), 1e-13) << seed;
  }
}

// scipy.optimize.linear_sum_assignment on numpy.sin(numpy.outer(k + 1, k + 2) * 0.7), k = 0, ..., 39.
TEST(LeastAssignment, agrees_with_scipy_on_forty_rows) {
  Matrix cost(40, 40);
  for (Index i = 0; i < 40; ++i)
    for (Index j = 0; j < 40; ++j) cost(i, j) = std::sin(static_cast<double>((i + 1) * (j + 2)) * 0.7);

  EXPECT_NEAR(cost_of(cost, least_assignment(cost)), -33.553136997005225, 1e-11);
}

TEST(LeastAssignment, refuses_what_is_not_square_or_not_finite) {
  EXPECT_THROW(least_assignment(Matrix(2, 3)), InputError);
  Matrix cost(2, 2);
  cost(1, 0) = std::numeric_limits<double>::quiet_NaN();
  EXPECT_THROW(least_assignment(cost), InputError);
  EXPECT_TRUE(least_assignment(Matrix(0, 0)).empty());
}

}  // namespace
}  // namespace nadir
