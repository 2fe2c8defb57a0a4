// Block Lanczos against spectra known in closed form.
#include "nadir/linalg/lanczos.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <numbers>

#include "nadir/base/error.hpp"

namespace nadir {
namespace {

BlockOperator diagonal(Vector d) {
  return [d](ConstMatrixView V, MatrixView out) {
    for (Index j = 0; j < V.cols; ++j)
      for (Index i = 0; i < V.rows; ++i) out(i, j) = d[static_cast<std::size_t>(i)] * V(i, j);
  };
}

// The second difference with Dirichlet ends: eigenvalues 4 sin^2(k pi / (2 (n + 1))).
void laplacian(ConstMatrixView V, MatrixView out) {
  for (Index j = 0; j < V.cols; ++j)
    for (Index i = 0; i < V.rows; ++i) {
      out(i, j) = 2.0 * V(i, j);
      if (i > 0) out(i, j) -= V(i - 1, j);
      if (i + 1 < V.rows) out(i, j) -= V(i + 1, j);
    }
}

double laplacian_eigenvalue(Index k, Index n) {
  const double s = std::sin(static_cast<double>(k) * std::numbers::pi / (2.0 * static_cast<double>(n + 1)));
  return 4.0 * s * s;
}

TEST(BlockLanczos, finds_both_ends_of_the_laplacian) {
  const Index n = 200;

  const LanczosResult result = block_lanczos(laplacian, n, {.max_basis = 200});

  EXPECT_NEAR(result.least.value, laplacian_eigenvalue(1, n), 1e-10);
  EXPECT_NEAR(result.greatest.value, laplacian_eigenvalue(n, n), 1e-10);
  EXPECT_TRUE(result.is_converged);
}

TEST(BlockLanczos, states_a_residual_that_encloses_an_eigenvalue_when_it_has_not_converged) {
  const Index n = 2000;

  const LanczosResult result = block_lanczos(laplacian, n, {.max_basis = 40});

  EXPECT_FALSE(result.is_converged);
  EXPECT_GE(result.least.value, laplacian_eigenvalue(1, n) - 1e-14);
  double nearest = 4.0;
  for (Index k = 1; k <= n; ++k) nearest = std::fmin(nearest, std::fabs(laplacian_eigenvalue(k, n) - result.least.value));
  EXPECT_LE(nearest, result.least.residual);
}

TEST(BlockLanczos, shows_one_outlier_once) {
  Vector d(500);
  for (std::size_t i = 0; i < d.size(); ++i) d[i] = 1.0 + 1e-3 * static_cast<double>(i);
  d[123] = -50.0;

  const LanczosResult result = block_lanczos(diagonal(d), 500, {.max_basis = 150, .tol = 0.0, .greatest_tol = 0.0});

  EXPECT_NEAR(result.values[0], -50.0, 1e-11);
  EXPECT_GE(result.values[1], 1.0 - 1e-11);
  EXPECT_NEAR(std::fabs(result.least.vector[123]), 1.0, 1e-12);
}

TEST(BlockLanczos, tells_both_ends_of_a_symmetric_spectrum_apart) {
  Vector d(400, 0.0);
  d[7] = 2.265;
  d[300] = -2.265;
  for (std::size_t i = 0; i < 100; ++i) d[100 + i] = -1.0 + 0.02 * static_cast<double>(i);

  const LanczosResult result = block_lanczos(diagonal(d), 400);

  EXPECT_NEAR(result.least.value, -2.265, 1e-12);
  EXPECT_NEAR(result.greatest.value, 2.265, 1e-12);
  EXPECT_NEAR(std::fabs(result.least.vector[300]), 1.0, 1e-9);
  EXPECT_NEAR(std::fabs(result.greatest.vector[7]), 1.0, 1e-9);
}

TEST(BlockLanczos, converges_relative_to_the_scale_of_the_operator) {
  Vector d(300);
  for (std::size_t i = 0; i < d.size(); ++i) d[i] = 1e-14 * (static_cast<double>(i) - 20.0);

  const LanczosResult result = block_lanczos(diagonal(d), 300);

  EXPECT_TRUE(result.is_converged);
  EXPECT_NEAR(result.least.value, -20e-14, 1e-25);
}

TEST(BlockLanczos, resolves_an_operator_smaller_than_its_block_whole) {
  const LanczosResult result = block_lanczos(diagonal({3.0, -1.0, 2.0}), 3, {.block_size = 8});

  ASSERT_TRUE(result.is_whole);
  EXPECT_NEAR(result.values[0], -1.0, 1e-14);
  EXPECT_NEAR(result.values[1], 2.0, 1e-14);
  EXPECT_NEAR(result.values[2], 3.0, 1e-14);
}

TEST(BlockLanczos, converges_where_eigenvalues_are_multiple) {
  Vector d(40, 1.0);
  for (std::size_t i = 0; i < 5; ++i) d[i] = -2.0;

  const LanczosResult result = block_lanczos(diagonal(d), 40, {.block_size = 2});

  ASSERT_TRUE(result.is_whole || result.is_converged);
  EXPECT_NEAR(result.values[0], -2.0, 1e-13);
}

TEST(BlockLanczos, spans_the_whole_space_when_the_krylov_space_closes_early) {
  Vector d(30, 1.0);
  for (std::size_t i = 0; i < 5; ++i) d[i] = -2.0;

  const LanczosResult result = block_lanczos(diagonal(d), 30, {.block_size = 8, .tol = 0.0, .greatest_tol = 0.0});

  ASSERT_TRUE(result.is_whole);
  for (std::size_t i = 0; i < 30; ++i) EXPECT_NEAR(result.values[i], i < 5 ? -2.0 : 1.0, 1e-13);
}

TEST(BlockLanczos, takes_the_zero_operator) {
  const LanczosResult result = block_lanczos(diagonal(Vector(100, 0.0)), 100);

  EXPECT_EQ(result.least.value, 0.0);
  EXPECT_EQ(result.greatest.value, 0.0);
  EXPECT_TRUE(result.is_converged);
}

TEST(BlockLanczos, says_so_when_the_operator_gives_nan) {
  const auto nan = [](ConstMatrixView, MatrixView out) { out(0, 0) = std::numeric_limits<double>::quiet_NaN(); };

  EXPECT_FALSE(block_lanczos(nan, 5).is_finite);
}

TEST(BlockLanczos, gives_the_same_bits_for_the_same_seed) {
  const LanczosResult once = block_lanczos(laplacian, 100, {.seed = 3}), again = block_lanczos(laplacian, 100, {.seed = 3});

  EXPECT_EQ(once.values, again.values);
  EXPECT_EQ(once.least.vector, again.least.vector);
}

TEST(BlockLanczos, refuses_an_empty_space) { EXPECT_THROW(block_lanczos(laplacian, 0), InputError); }

}  // namespace
}  // namespace nadir
