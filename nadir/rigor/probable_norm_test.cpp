// Probable norms against singular values by LAPACK and closed forms; the theorem against Monte Carlo.
#include "nadir/rigor/probable_norm.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "nadir/base/error.hpp"
#include "nadir/base/random.hpp"
#include "nadir/linalg/dense.hpp"
#include "nadir/linalg/lanczos.hpp"
#include "nadir/rigor/oracle_test.hpp"
#include "nadir/rigor/sparse_test.hpp"

namespace nadir {
namespace {

using oracle::Kind;
using oracle::random_matrix;
using oracle::Sparse;
constexpr double inf = std::numeric_limits<double>::infinity();
const double nan = std::nan("");
const Matrix nothing;

Matrix diagonal(const Vector& values) {
  const Index n = std::ssize(values);
  Matrix D(n, n);
  for (Index i = 0; i < n; ++i) D(i, i) = values[static_cast<std::size_t>(i)];
  return D;
}

Matrix first_columns(ConstMatrixView A, Index count) { return Matrix(A.columns(0, count)); }

TEST(ProbableNorm, is_never_below_the_norm_of_small_matrices_with_and_without_spaces) {
  std::mt19937_64 generator(1);
  for (int k = 0; k < oracle::repetitions(2000); ++k) {
    const Matrix A = random_matrix(1 + k % 13, 1 + k % 11, oracle::kind_of(k / 7), generator);
    const Matrix left = random_matrix(A.rows(), k % 3, Kind::normal, generator);
    const Matrix right = random_matrix(A.cols(), k % 4, Kind::normal, generator);
    const double norm = svd(A).values[0];

    const ProbableNorm found = probable_spectral_norm(Sparse(A).view(), left, right, static_cast<std::uint64_t>(k));

    EXPECT_GE(found.bound, norm * (1.0 - 1e-13)) << k;
    EXPECT_TRUE(found.failure_probability == 0.0 || found.failure_probability == 1e-9);
    if (k % 3 == 0 && k % 4 == 0 && oracle::kind_of(k / 7) != Kind::subnormal) {
      EXPECT_LE(found.bound, norm * (1.0 + 1e-9)) << k;  // the whole space is seen
    }
  }
}

TEST(ProbableNorm, is_within_its_excess_on_spectra_without_gaps) {
  Vector values(600);
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = std::sqrt(static_cast<double>(i + 1) / 600.0);
  Matrix A = diagonal(values);
  A(3, 5) = -1e-9;  // so that no signs are all alike
  const Sparse S(A);

  for (const double excess : {0.2, 0.05, 0.01}) {
    const ProbableNorm found = probable_spectral_norm(S.view(), nothing, nothing, 3, 1e-9, excess);

    EXPECT_GE(found.bound, 1.0);
    EXPECT_LE(found.bound, 1.0 + excess + 1e-6);
  }
}

// A with `rank` singular values of exactly 1 in given spaces and a remainder beside them of norm `rest`.
struct Deflated {
  Matrix A, U, V;
};

Deflated deflated(Index m, Index n, Index rank, double rest) {
  std::mt19937_64 generator(5);
  const Matrix noise = random_matrix(m, n, Kind::normal, generator);
  const Svd parts = svd(noise);
  Matrix scaled(parts.U);
  for (Index k = 0; k < scaled.cols(); ++k)
    for (Index i = 0; i < m; ++i)
      scaled(i, k) *=
          k < rank ? 1.0
                   : rest * parts.values[static_cast<std::size_t>(k)] / parts.values[static_cast<std::size_t>(rank)];
  return {product(scaled, parts.Vt), first_columns(parts.U, rank), first_columns(transpose(parts.Vt.view()), rank)};
}

TEST(ProbableNorm, is_sharp_at_an_optimum_where_the_spaces_hold_the_leading_vectors) {
  for (const auto& [m, n] : {std::pair<Index, Index>{220, 260}, {260, 220}}) {
    const Deflated d = deflated(m, n, 5, 0.9);
    const Sparse S(d.A);

    const ProbableNorm found = probable_spectral_norm(S.view(), d.U, d.V, 11);
    const ProbableNorm blind = probable_spectral_norm(S.view(), nothing, nothing, 11);

    EXPECT_GE(found.bound, 1.0 - 1e-13);
    EXPECT_LE(found.bound, 1.0 + 1e-8);
    EXPECT_EQ(found.failure_probability, 1e-9);
    EXPECT_GE(blind.bound, 1.0);
    EXPECT_LE(blind.bound, 1.011);
  }
}

TEST(ProbableNorm, finds_what_hides_beside_the_spaces) {
  const Deflated d = deflated(220, 240, 5, 1.25);
  const Sparse S(d.A);

  const ProbableNorm found = probable_spectral_norm(S.view(), d.U, d.V, 12);

  EXPECT_GE(found.bound, 1.25);
  EXPECT_LE(found.bound, 1.25 * 1.011);
}

TEST(ProbableNorm, counts_what_leads_from_a_space_out_of_it) {
  // left = right = e_1 and A = [0 3; 4 0]: alpha = delta = 0, beta = 3, gamma = 4
  const Matrix e = Matrix::from_rows({{1}, {0}});
  const Sparse S(Matrix::from_rows({{0, 3}, {-4, 0}}));

  EXPECT_NEAR(probable_spectral_norm(S.view(), e, e, 1).bound, 4.0, 1e-9);
}

TEST(ProbableNorm, takes_any_columns_for_spaces) {
  std::mt19937_64 generator(6);
  const Matrix A = random_matrix(60, 50, Kind::normal, generator);
  const Sparse S(A);
  const double norm = svd(A).values[0];
  Matrix enormous(60, 2), huge = random_matrix(60, 2, Kind::normal, generator), same(60, 3),
                          wide = random_matrix(60, 80, Kind::normal, generator);
  for (double& x : huge.flat()) x *= 1e307;
  for (Index i = 0; i < 60; ++i) same(i, 0) = same(i, 1) = same(i, 2) = 1.0;

  std::ranges::fill(enormous.flat(), 1.7e308);

  for (const Matrix& left : {enormous, huge, same, wide, Matrix(60, 2), Matrix(60, 0)}) {
    const ProbableNorm found = probable_spectral_norm(S.view(), left, nothing, 4);

    EXPECT_GE(found.bound, norm * (1.0 - 1e-13));
    EXPECT_LE(found.bound, norm * 1.011);
  }
}

TEST(ProbableNorm, is_a_proof_where_signs_do_not_matter_and_for_zero_and_unknown_matrices) {
  std::mt19937_64 generator(7);
  Matrix A = random_matrix(400, 30, Kind::sparse, generator);
  for (double& a : A.flat()) a = std::fabs(a);
  const ProbableNorm positive = probable_spectral_norm(Sparse(A).view(), nothing, nothing, 1);
  const ProbableNorm unknown =
      probable_spectral_norm(Sparse(Matrix::from_rows({{nan, 1.0}})).view(), nothing, nothing, 1);

  EXPECT_EQ(positive.failure_probability, 0.0);
  EXPECT_GE(positive.bound, svd(A).values[0] * (1.0 - 1e-13));
  EXPECT_EQ(unknown.bound, inf);
  EXPECT_EQ(unknown.failure_probability, 0.0);
  for (const Matrix& Z : {Matrix(0, 0), Matrix(3, 0), Matrix(0, 3), Matrix(2, 3)})
    EXPECT_EQ(probable_spectral_norm(Sparse(Z).view(), nothing, nothing, 1).bound, 0.0);
}

TEST(ProbableNorm, scales_by_powers_of_two_and_ignores_orientation_and_threads) {
  const Deflated d = deflated(120, 150, 3, 0.99);
  Matrix large(d.A);
  for (double& a : large.flat()) a = std::ldexp(a, 900);
  set_num_threads(1);
  const ProbableNorm one = probable_spectral_norm(Sparse(d.A).view(), d.U, d.V, 9);
  set_num_threads(3);
  const ProbableNorm three = probable_spectral_norm(Sparse(d.A).view(), d.U, d.V, 9);
  set_num_threads(0);

  EXPECT_EQ(one.bound, three.bound);
  EXPECT_EQ(one.bound, probable_spectral_norm(Sparse(transpose(d.A.view())).view(), d.V, d.U, 9).bound);
  EXPECT_EQ(std::ldexp(one.bound, 900), probable_spectral_norm(Sparse(large).view(), d.U, d.V, 9).bound);
}

TEST(ProbableNorm, refuses_bad_arguments) {
  const Sparse S(Matrix::from_rows({{1, 2}, {3, 4}}));
  const Matrix three(3, 1), bad = Matrix::from_rows({{nan}, {1}});

  EXPECT_THROW(probable_spectral_norm(S.view(), three, nothing, 1), InputError);
  EXPECT_THROW(probable_spectral_norm(S.view(), nothing, three, 1), InputError);
  EXPECT_THROW(probable_spectral_norm(S.view(), bad, nothing, 1), InputError);
  EXPECT_THROW(probable_spectral_norm(S.view(), nothing, bad, 1), InputError);
  for (const double p : {0.0, 1.0, -1.0, nan})
    EXPECT_THROW(probable_spectral_norm(S.view(), nothing, nothing, 1, p), InputError);
  for (const double x : {0.0, -1.0, nan})
    EXPECT_THROW(probable_spectral_norm(S.view(), nothing, nothing, 1, 0.1, x), InputError);
}

// How often, in `runs` runs, the theorem's inequality fails at any of the steps, for a diagonal matrix.
int failures(const Vector& spectrum, Index block, double max_failure, int runs, Index max_steps) {
  const Index n = std::ssize(spectrum);
  const double greatest = *std::max_element(spectrum.begin(), spectrum.end());
  const double cosh_t = internal::lanczos_failure_cosh(n, block, max_failure);
  const BlockOperator apply = [&](ConstMatrixView V, MatrixView out) {
    for (Index j = 0; j < V.cols; ++j)
      for (Index i = 0; i < n; ++i) out(i, j) = spectrum[static_cast<std::size_t>(i)] * V(i, j);
  };
  int count = 0;
  for (int run = 0; run < runs; ++run) {
    bool failed = false;
    for (Index steps = 1; steps <= max_steps; steps *= 2) {
      const LanczosResult result = block_lanczos(apply, n,
                                                 {.block_size = block,
                                                  .max_basis = block * steps,
                                                  .tol = 0.0,
                                                  .greatest_tol = 0.0,
                                                  .seed = static_cast<std::uint64_t>(run)});
      const double factor = internal::lanczos_excess(cosh_t, steps);
      failed = failed || result.values.back() * factor * factor < greatest * (1.0 - 1e-12);
    }
    count += failed;
  }
  return count;
}

TEST(LanczosTheorem, fails_no_more_often_than_it_says_on_hard_spectra) {
  // Chebyshev points below a single greatest eigenvalue are the worst that the proof knows of; a cluster of
  // zeros makes the first steps hard, a uniform spectrum the later ones.
  const Index n = 120;
  Vector chebyshev(n), zeros(n), uniform(n);
  for (Index i = 0; i < n; ++i) {
    const auto at = static_cast<std::size_t>(i);
    const double x =
        std::cos((2.0 * static_cast<double>(i) + 1.0) / (2.0 * static_cast<double>(2 * n)) * std::acos(-1.0));
    chebyshev[at] = 0.8 * (1.0 - x * x);
    uniform[at] = 0.95 * static_cast<double>(i) / static_cast<double>(n);
  }
  chebyshev[0] = zeros[0] = uniform[0] = 1.0;

  for (const Vector& spectrum : {chebyshev, zeros, uniform})
    for (const Index block : {1, 4}) {
      const int runs = oracle::repetitions(400);
      const double max_failure = 0.2;

      const int failed = failures(spectrum, block, max_failure, runs, block == 1 ? 16 : 4);

      // Three standard deviations of a binomial above its mean.
      EXPECT_LE(failed, runs * max_failure + 3.0 * std::sqrt(runs * max_failure * (1.0 - max_failure)));
    }
}

TEST(LanczosTheorem, is_attained_up_to_a_factor_where_one_eigenvalue_stands_above_zeros) {
  // xi_1 = u^2 there: the failure probability at one step is P(|u| < 1 / cosh t), 0.8 of the bound for n = 2.
  const int failed = failures({1.0, 0.0}, 1, 0.3, 2000, 1);

  EXPECT_GT(failed, 2000 * 0.1);
  EXPECT_LT(failed, 2000 * 0.3);
}

TEST(LanczosTheorem, states_what_the_formulas_say) {
  // cosh t = sqrt(2 n / pi) / p^(1/b), by hand for n = 50 pi, p = 1e-4: n is whole, so bounds around it
  EXPECT_GE(internal::lanczos_failure_cosh(157, 2, 1e-4), std::sqrt(2.0 * 157.0 / std::acos(-1.0)) / 1e-2);
  EXPECT_LE(internal::lanczos_failure_cosh(157, 2, 1e-4), 1000.0);
  EXPECT_EQ(internal::lanczos_failure_cosh(1, 1, 1.0 - 1e-16), internal::lanczos_failure_cosh(2, 1, 1.0 - 1e-16));
  EXPECT_GE(internal::lanczos_excess(std::cosh(3.0), 1), std::cosh(3.0));
  EXPECT_NEAR(internal::lanczos_excess(std::cosh(3.0), 2), std::cosh(1.0), 1e-11);
}

}  // namespace
}  // namespace nadir
