// Spectral norms of sparse matrices against exact eigenvalue counts, Hadamard matrices and closed forms.
#include "nadir/rigor/sparse_norm.hpp"

#include <gtest/gtest.h>
#include <xmmintrin.h>

#include <cmath>
#include <limits>

#include "nadir/base/error.hpp"
#include "nadir/linalg/dense.hpp"
#include "nadir/rigor/internal/shifted_cholesky.hpp"
#include "nadir/rigor/oracle_test.hpp"
#include "nadir/rigor/sparse_test.hpp"

namespace nadir {
namespace {

using oracle::Kind;
using oracle::random_matrix;
using oracle::Sparse;
constexpr double inf = std::numeric_limits<double>::infinity();
const double nan = std::nan("");

// Is t >= |A|_2? The eigenvalues of [0 A; A^T 0] are +- the singular values.
bool bounds_spectral_norm(double t, ConstMatrixView A) {
  Matrix augmented(A.rows + A.cols, A.rows + A.cols);
  for (Index i = 0; i < A.rows; ++i)
    for (Index j = 0; j < A.cols; ++j) augmented(i, A.rows + j) = augmented(A.rows + j, i) = A(i, j);
  return oracle::exact_inertia(augmented, t).positive == 0;
}

// Sylvester's: entries +-1, H H^T = n I for a power of two n, so that the norm is sqrt(n) and Collatz finds n.
Matrix hadamard(Index n) {
  Matrix H(n, n);
  for (Index i = 0; i < n; ++i)
    for (Index j = 0; j < n; ++j) H(i, j) = __builtin_parityll(static_cast<unsigned long long>(i & j)) ? -1.0 : 1.0;
  return H;
}

TEST(SparseSpectralNorm, is_a_bound_with_and_without_the_dense_gram_matrix) {
  std::mt19937_64 generator(6);
  for (int k = 0; k < oracle::repetitions(160); ++k) {
    const Matrix A = random_matrix(1 + k % 4, 2 + k % 3, k % 2 ? Kind::sparse : oracle::kind_of(k), generator);
    const Sparse S(A);

    const double sharp = spectral_norm_upper(S.view()), plain = spectral_norm_upper(S.view(), 0);

    EXPECT_TRUE(bounds_spectral_norm(sharp, A));
    EXPECT_TRUE(bounds_spectral_norm(plain, A));
    if (oracle::kind_of(k) != Kind::subnormal || k % 2) {
      EXPECT_LE(sharp, svd(A).values[0] * (1 + 1e-9));
      EXPECT_LE(sharp, plain * (1 + 1e-9));
    }
  }
}

TEST(SparseSpectralNorm, at_most_is_never_proved_below_the_norm_and_always_a_little_above_it) {
  std::mt19937_64 generator(7);
  for (int k = 0; k < oracle::repetitions(160); ++k) {
    const Matrix A = random_matrix(2 + k % 4, 1 + k % 5, oracle::kind_of(k / 2), generator);
    const Sparse S(A);
    const double norm = svd(A).values[0];

    for (const double slack : {-0x1p-20, -0x1p-50, -0x1p-52, 0.0, 0x1p-52, 0x1p-50, 0x1p-48, 0x1p-44})
      if (proves_spectral_norm_at_most(S.view(), norm * (1.0 + slack))) {
        EXPECT_TRUE(bounds_spectral_norm(norm * (1.0 + slack), A)) << k << " " << slack;
      }
    if (oracle::kind_of(k / 2) != Kind::subnormal) {
      EXPECT_TRUE(proves_spectral_norm_at_most(S.view(), norm * (1.0 + 1e-11))) << k;
    }
  }
}

TEST(SparseSpectralNorm, of_hadamard_matrices_is_found_where_all_signs_matter) {
  for (const Index n : {1, 2, 64, 256}) {
    const Sparse S(hadamard(n));
    const double norm = std::sqrt(static_cast<double>(n));

    const double bound = spectral_norm_upper(S.view());

    EXPECT_GE(bound, norm);
    EXPECT_LE(bound, norm * (1 + 1e-9));
    EXPECT_TRUE(proves_spectral_norm_at_most(S.view(), norm * (1 + 1e-10)));
    EXPECT_FALSE(proves_spectral_norm_at_most(S.view(), norm * (1 - 1e-15)));
    EXPECT_FALSE(proves_spectral_norm_at_most(S.view(), norm / 2));
  }
}

TEST(SparseSpectralNorm, of_a_hidden_near_miss_is_refused_by_factorisation_and_by_residual) {
  // H diag(1, ..., 1, 1 + d) has the norm sqrt(n) (1 + d); its Gram matrix shows d on no diagonal.
  const Index n = 64;
  for (const double d : {1e-12, 1e-10, 1e-6, 1e-2}) {
    Matrix A = hadamard(n);
    for (Index i = 0; i < n; ++i) A(i, 50) *= 1.0 + d;
    const Sparse S(A);

    const double bound = spectral_norm_upper(S.view());

    EXPECT_FALSE(proves_spectral_norm_at_most(S.view(), 8.0 * (1.0 + 0.99 * d))) << d;
    EXPECT_GE(bound, 8.0 * (1.0 + 0.99 * d)) << d;
    EXPECT_LE(bound, 8.0 * (1.0 + d) * (1.0 + 1e-9)) << d;
  }
}

TEST(SparseSpectralNorm, tries_again_where_a_cluster_is_narrower_than_lanczos_looks) {
  // H diag(1, 1 + d / n, ..., 1 + d (n - 1) / n): residuals of size d end Lanczos before it has found the greatest.
  const Index n = 64;
  const double d = 3e-8;
  Matrix A = hadamard(n);
  for (Index j = 0; j < n; ++j)
    for (Index i = 0; i < n; ++i) A(i, j) *= 1.0 + d * static_cast<double>(j) / static_cast<double>(n);
  const double norm = 8.0 * (1.0 + d * 63.0 / 64.0);

  const double bound = spectral_norm_upper(Sparse(A).view());

  EXPECT_GE(bound, norm * (1.0 - 1e-15));
  EXPECT_LE(bound, norm * (1.0 + 1e-7));
}

TEST(SparseSpectralNorm, grows_its_slack_where_the_estimate_falls_short) {
  // The path of n vertices: 2 cos(pi / (n + 1)), with neighbours so close that Lanczos does not tell them apart.
  const Index n = 1000;
  Sparse path(n, n);
  for (Index j = 0; j < n; ++j) {
    if (j > 0) path.add(j - 1, j % 3 ? 1.0 : -1.0);
    if (j + 1 < n) path.add(j + 1, j % 3 == 2 ? -1.0 : 1.0);
    path.end_column();
  }
  const double norm = 2.0 * std::cos(std::acos(-1.0) / static_cast<double>(n + 1));

  const double bound = spectral_norm_upper(path.view(), n, 1e-12);

  EXPECT_GE(bound, norm * (1 - 1e-15));
  EXPECT_LE(bound, norm * (1 + 1e-3));
}

TEST(SparseSpectralNorm, does_not_depend_on_orientation_order_or_threads) {
  std::mt19937_64 generator(8);
  const Matrix A = random_matrix(300, 400, Kind::sparse, generator);
  const Sparse straight(A), turned(transpose(A.view()));
  const Sparse shuffled = straight.with_columns_reversed();

  set_num_threads(1);
  const double one = spectral_norm_upper(straight.view());
  set_num_threads(3);
  const double three = spectral_norm_upper(straight.view());
  set_num_threads(0);

  EXPECT_EQ(one, three);
  EXPECT_EQ(one, spectral_norm_upper(turned.view()));
  EXPECT_EQ(one, spectral_norm_upper(shuffled.view()));
  EXPECT_NEAR(one, svd(A).values[0], 1e-9 * one);
}

TEST(SparseSpectralNorm, scales_by_powers_of_two_to_both_ends_of_the_range) {
  const Matrix H = hadamard(64);
  for (const int exponent : {-1074, -1070, -1000, -500, 0, 500, 1000, 1019}) {
    Matrix A(H);
    for (double& a : A.flat()) a = std::ldexp(a, exponent);
    const Sparse S(A);

    EXPECT_EQ(spectral_norm_upper(S.view()),
              std::ldexp(spectral_norm_upper(Sparse(H).view()), exponent) + (exponent < -1022 ? 0x1p-1074 : 0.0));
    EXPECT_TRUE(proves_spectral_norm_at_most(
        S.view(), std::ldexp(8.0 + 0x1p-24, exponent) + (exponent < -1022 ? 0x1p-1074 : 0.0)));
    EXPECT_FALSE(proves_spectral_norm_at_most(S.view(), std::ldexp(8.0 - 0x1p-3, exponent)));
  }
}

TEST(SparseSpectralNorm, counts_entries_that_vanish_beside_the_greatest) {
  // Scaled to about 1, the small entries fall below the normal range; 2^-70 is a unit in the last place of nothing.
  const Matrix A = Matrix::from_rows({{0x1p+1000, 0x1.8p-70}, {0x1.8p-70, 0.0}});

  const double bound = spectral_norm_upper(Sparse(A).view(), 2, 1e-15);

  EXPECT_TRUE(bounds_spectral_norm(bound, A));
  EXPECT_LE(bound, 0x1p+1000 * (1 + 1e-12));
}

TEST(SparseSpectralNorm, with_a_slack_that_leaves_no_room_for_a_factorisation_is_that_of_collatz) {
  const Sparse S(hadamard(8));

  for (const double slack : {1.0, 2.0, nan}) EXPECT_NEAR(spectral_norm_upper(S.view(), 8, slack), 8.0, 1e-12);
}

TEST(ShiftedCholesky, is_infinite_where_sums_overflow_or_entries_are_unknown) {
  // W holds G below its diagonal: (1, 0) and (2, 1) its diagonal, (2, 0) the entry beside it.
  for (const double beside : {1.6e308, nan, inf}) {
    Matrix W(3, 2);
    W(2, 0) = beside;

    EXPECT_EQ(internal::greatest_eigenvalue_by_cholesky(W, 1.7e308), inf);
  }
}

TEST(SparseSpectralNorm, of_a_nonnegative_matrix_is_sharp_by_power_iteration_alone) {
  // The all-ones matrix has one singular value, sqrt(m n).
  const Sparse S(Matrix::from_rows({{1, 1, 1}, {1, 1, 1}, {1, 1, 1}}));

  EXPECT_NEAR(spectral_norm_upper(S.view(), 0), 3.0, 1e-12);
  EXPECT_TRUE(proves_spectral_norm_at_most(S.view(), 3.0 + 1e-12, 0));
  EXPECT_FALSE(proves_spectral_norm_at_most(S.view(), 3.0 - 1e-12, 0));
}

TEST(SparseSpectralNorm, of_zero_empty_and_unknown_matrices) {
  const Sparse zero(Matrix(2, 3)), none(Matrix(0, 0)), flat(Matrix(0, 5)), tall(Matrix(5, 0));
  Sparse stored_zero(2, 1);
  stored_zero.add(1, -0.0);
  stored_zero.end_column();

  for (const Sparse* S : std::vector<const Sparse*>{&zero, &none, &flat, &tall, &stored_zero}) {
    EXPECT_EQ(spectral_norm_upper(S->view()), 0.0);
    EXPECT_TRUE(proves_spectral_norm_at_most(S->view(), 0.0));
    EXPECT_FALSE(proves_spectral_norm_at_most(S->view(), -1.0));
    EXPECT_FALSE(proves_spectral_norm_at_most(S->view(), nan));
  }
  for (const double bad : {nan, inf, -inf}) {
    const Sparse S(Matrix::from_rows({{bad, 1}}));
    EXPECT_EQ(spectral_norm_upper(S.view()), inf);
    EXPECT_FALSE(proves_spectral_norm_at_most(S.view(), inf));
  }
}

TEST(SparseSpectralNorm, is_compared_with_every_kind_of_number) {
  const Sparse S(Matrix::from_rows({{3, 0}, {-4, 1e-300}}));

  EXPECT_TRUE(proves_spectral_norm_at_most(S.view(), inf));
  EXPECT_TRUE(proves_spectral_norm_at_most(S.view(), 1e300));
  EXPECT_TRUE(proves_spectral_norm_at_most(S.view(), 5.0 + 1e-13));
  for (const double tau : {nan, -inf, -5.0, 0.0, 1e-320, 5.0 - 1e-13})
    EXPECT_FALSE(proves_spectral_norm_at_most(S.view(), tau));
}

TEST(SparseSpectralNorm, is_the_same_in_a_hostile_process) {
  std::mt19937_64 generator(9);
  const Sparse S(random_matrix(40, 30, Kind::tiny, generator));
  const double expected = spectral_norm_upper(S.view());
  _mm_setcsr(0x1F80 | 0x8000 | 0x0040 | 0x4000);  // flush to zero, denormals are zero, round up
  const double found = spectral_norm_upper(S.view());
  _mm_setcsr(0x1F80);

  EXPECT_EQ(found, expected);
}

TEST(SparseSpectralNorm, refuses_malformed_matrices) {
  const std::vector<Index> starts{0, 1, 2}, rows{0, 1}, high{0, 2}, low{0, -1}, twice{0, 0}, short_rows{0};
  const std::vector<Index> from_one{1, 1, 2}, to_three{0, 1, 3}, descending{0, 3, 2}, one_column{0, 2};
  const Vector values{1, 2};
  const SparseMatrixView good{2, 2, starts, rows, values};

  EXPECT_NO_THROW(spectral_norm_upper(good));
  for (const SparseMatrixView& A :
       {SparseMatrixView{-1, 2, starts, rows, values}, SparseMatrixView{2, -1, starts, rows, values},
        SparseMatrixView{2, 3, starts, rows, values}, SparseMatrixView{2, 2, starts, short_rows, values},
        SparseMatrixView{2, 2, from_one, rows, values}, SparseMatrixView{2, 2, to_three, rows, values},
        SparseMatrixView{2, 2, descending, rows, values}, SparseMatrixView{2, 2, starts, high, values},
        SparseMatrixView{2, 2, starts, low, values}, SparseMatrixView{2, 1, one_column, twice, values},
        SparseMatrixView{Index{1} << 31, 2, starts, rows, values}}) {
    EXPECT_THROW(spectral_norm_upper(A), InputError);
    EXPECT_THROW(proves_spectral_norm_at_most(A, 1.0), InputError);
  }
}

}  // namespace
}  // namespace nadir
