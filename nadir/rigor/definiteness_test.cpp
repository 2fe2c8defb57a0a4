// Definiteness and inertia against exact characteristic polynomials, closed forms and near misses.
#include "nadir/rigor/definiteness.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <limits>
#include <numbers>

#include "nadir/base/error.hpp"
#include "nadir/linalg/dense.hpp"
#include "nadir/rigor/oracle_test.hpp"

namespace nadir {
namespace {

using oracle::Kind;
constexpr double inf = std::numeric_limits<double>::infinity();

// B^T B + shift I in doubles, or a plain symmetric matrix: definite, semidefinite and indefinite ones.
Matrix candidate(int k, std::mt19937_64& generator) {
  const Index n = 1 + k % 5;
  Matrix S = oracle::random_symmetric(n, oracle::kind_of(k / 3), generator);
  if (k % 3 == 0) {
    const Matrix B = oracle::random_matrix(n, n, Kind::integer, generator);
    S = product(B, Op::transpose, B, Op::none);
    if (k % 2) S(0, 0) += 1e-13;
  }
  if (k % 7 == 0)
    for (Index i = 0; i < n; ++i) S(i, i) += max_abs(S) * static_cast<double>(n);
  return S;
}

TEST(ProvesPositiveDefinite, never_exceeds_the_least_eigenvalue) {
  std::mt19937_64 generator(1);
  int proved = 0;
  for (int k = 0; k < oracle::repetitions(600); ++k) {
    const Matrix A = candidate(k, generator);

    const DefinitenessProof proof = proves_positive_definite(A);
    const double bound = least_eigenvalue_lower_bound(A), above = greatest_eigenvalue_upper_bound(exact(A));

    if (proof.proved) {
      ++proved;
      EXPECT_GT(proof.margin, 0.0);
      EXPECT_EQ(oracle::exact_inertia(A, proof.margin).negative, 0);
    } else {
      EXPECT_EQ(proof.margin, 0.0);
    }
    if (std::isfinite(bound)) {
      EXPECT_EQ(oracle::exact_inertia(A, bound).negative, 0);
    }
    if (std::isfinite(above)) {
      EXPECT_EQ(oracle::exact_inertia(A, above).positive, 0);
    }
  }
  EXPECT_GT(proved, 50);
}

TEST(ProvesPositiveDefinite, refuses_what_is_indefinite_or_singular_by_one_unit_in_the_last_place) {
  const double below = 1.0 - 0x1p-53, above = 1.0 + 0x1p-52;

  EXPECT_FALSE(proves_positive_definite(Matrix::from_rows({{1, 1}, {1, 1}})).proved);
  EXPECT_FALSE(proves_positive_definite(Matrix::from_rows({{1, 1}, {1, 1.0 - 0x1p-52}})).proved);
  EXPECT_FALSE(proves_positive_definite(Matrix::from_rows({{1, 1}, {1, below}})).proved);
  EXPECT_FALSE(proves_positive_definite(Matrix::from_rows({{1, above}, {above, 1}})).proved);
  EXPECT_FALSE(proves_positive_definite(Matrix(3, 3)).proved);
  EXPECT_FALSE(proves_positive_definite(Matrix::from_rows({{-1}})).proved);
  for (const double e : {-1e-15, 0.0}) {
    const Matrix A = Matrix::from_rows({{2, 0, 0}, {0, 1, 1}, {0, 1, 1 + e}});
    EXPECT_FALSE(proves_positive_definite(A).proved) << e;
  }
}

TEST(ProvesPositiveDefinite, succeeds_on_matrices_with_known_least_eigenvalues) {
  for (const Index n : {1, 2, 50, 200}) {
    Matrix laplacian(n, n);  // eigenvalues 2 - 2 cos(k pi / (n + 1))
    for (Index i = 0; i < n; ++i) {
      laplacian(i, i) = 2;
      if (i > 0) laplacian(i, i - 1) = laplacian(i - 1, i) = -1;
    }
    const double least = 2 - 2 * std::cos(std::numbers::pi / static_cast<double>(n + 1));

    const DefinitenessProof proof = proves_positive_definite(laplacian);

    EXPECT_TRUE(proof.proved);
    EXPECT_LE(proof.margin, least * (1 + 1e-9));
    EXPECT_GE(proof.margin, least * 0.999);
    EXPECT_NEAR(least_eigenvalue_lower_bound(laplacian), least, 1e-3 * least);
  }
}

TEST(ProvesPositiveDefinite, sees_through_bad_scaling) {
  // D H D for D = diag(1, 1e-12, 1e12) and H with eigenvalues 1/2, 1/2, 2.
  const Matrix A = Matrix::from_rows({{1, 0.5e-12, 0.5e12}, {0.5e-12, 1e-24, 0.5}, {0.5e12, 0.5, 1e24}});

  const DefinitenessProof proof = proves_positive_definite(A);

  EXPECT_TRUE(proof.proved);
  EXPECT_EQ(oracle::exact_inertia(A, proof.margin).negative, 0);
}

TEST(ProvesPositiveDefinite, works_at_the_ends_of_the_range_of_doubles) {
  for (const double size : {1e-300, 1e-310, 1e300, 1.7e308}) {
    const Matrix A = Matrix::from_rows({{size, size / 2}, {size / 2, size}});

    const DefinitenessProof proof = proves_positive_definite(A);

    EXPECT_TRUE(proof.proved) << size;
    EXPECT_EQ(oracle::exact_inertia(A, proof.margin).negative, 0);
  }
  EXPECT_TRUE(proves_positive_definite(Matrix::from_rows({{0x1p-1000, 0}, {0, 0x1p1000}})).proved);
  EXPECT_FALSE(proves_positive_definite(Matrix::from_rows({{0x1p-1074, 0}, {0, 0x1p1000}})).margin > 0x1p-1074);
}

TEST(ProvesPositiveDefinite, of_a_ball_speaks_for_every_member) {
  const Matrix mid = Matrix::from_rows({{2, 0}, {0, 1}});

  const DefinitenessProof narrow = proves_positive_definite(BallMatrix(mid, Matrix::from_rows({{0, 0}, {0, 0.5}})));
  const DefinitenessProof wide = proves_positive_definite(BallMatrix(mid, Matrix::from_rows({{0, 0}, {0, 1}})));
  const DefinitenessProof coupled = proves_positive_definite(BallMatrix(mid, Matrix::from_rows({{0, 1.5}, {1.5, 0}})));

  EXPECT_TRUE(narrow.proved);
  EXPECT_LE(narrow.margin, 0.5);
  EXPECT_FALSE(wide.proved);
  EXPECT_FALSE(coupled.proved);
}

TEST(ProvesPositiveDefinite, of_a_matrix_that_is_not_symmetric_speaks_of_its_quadratic_form) {
  EXPECT_TRUE(proves_positive_definite(Matrix::from_rows({{1, 5}, {-5, 1}})).proved);
  EXPECT_FALSE(proves_positive_definite(Matrix::from_rows({{1, 5}, {0, 1}})).proved);
}

TEST(ProvesPositiveDefinite, knows_empty_unknown_and_misshapen_matrices) {
  BallMatrix unknown = exact(Matrix::identity(2));
  unknown.rad(0, 1) = inf;

  EXPECT_TRUE(proves_positive_definite(Matrix(0, 0)).proved);
  EXPECT_EQ(least_eigenvalue_lower_bound(Matrix(0, 0)), inf);
  EXPECT_FALSE(proves_positive_definite(unknown).proved);
  EXPECT_EQ(least_eigenvalue_lower_bound(unknown), -inf);
  EXPECT_FALSE(proves_positive_definite(Matrix::from_rows({{std::nan("")}})).proved);
  EXPECT_FALSE(proves_positive_definite(BallMatrix(Matrix::from_rows({{1e308}}), Matrix::from_rows({{1.7e308}}))).proved);
  EXPECT_THROW(proves_positive_definite(Matrix(1, 2)), InputError);
  EXPECT_THROW(least_eigenvalue_lower_bound(Matrix(1, 2)), InputError);
  EXPECT_THROW(inertia(Matrix(1, 2)), InputError);
}

TEST(LeastEigenvalueLowerBound, is_sharp_for_indefinite_matrices) {
  std::mt19937_64 generator(2);
  const Matrix A = oracle::random_symmetric(60, Kind::normal, generator);
  const double least = symmetric_eigen(A).values.front();

  const double bound = least_eigenvalue_lower_bound(A);

  EXPECT_LT(bound, least + 1e-12);
  EXPECT_GT(bound, least - 1e-10);
}

TEST(LeastEigenvalueLowerBound, of_the_hilbert_matrix_stays_below_its_tiny_eigenvalue) {
  // The least eigenvalue of the 5 x 5 Hilbert matrix is 3.287929e-06 [Todd1954]; of 12 x 12, 2.6e-17.
  for (const Index n : {5, 12}) {
    Matrix H(n, n);
    for (Index i = 0; i < n; ++i)
      for (Index j = 0; j < n; ++j) H(i, j) = 1.0 / static_cast<double>(i + j + 1);

    const double bound = least_eigenvalue_lower_bound(H);

    EXPECT_LE(bound, n == 5 ? 3.28793e-06 : 1e-16);
    EXPECT_GE(bound, n == 5 ? 3.287e-06 : -1e-13);
  }
}

TEST(ProvesPositiveDefinite, does_not_trust_a_factorisation_that_succeeds_on_a_singular_matrix) {
  // Of rank 2 exactly; its Cholesky factorisation passes in doubles, and none of the shifted ones does.
  const Matrix A = Matrix::from_rows({{25, -10, -30}, {-10, 260, 140}, {-30, 140, 100}});

  EXPECT_FALSE(proves_positive_definite(A).proved);
  EXPECT_LE(least_eigenvalue_lower_bound(A), 0.0);
  EXPECT_GE(least_eigenvalue_lower_bound(A), -1e-11);
  EXPECT_EQ(oracle::exact_inertia(A).undecided, 1);
}

TEST(ProvesPositiveDefinite, gives_up_where_balancing_makes_a_radius_overflow) {
  BallMatrix A = exact(Matrix::from_rows({{1e-308, 0}, {0, 1e-308}}));
  A.rad(0, 1) = A.rad(1, 0) = 1e300;

  EXPECT_FALSE(proves_positive_definite(A).proved);
}

TEST(Inertia, never_counts_wrongly) {
  std::mt19937_64 generator(3);
  for (int k = 0; k < oracle::repetitions(400); ++k) {
    const Matrix A = candidate(k, generator);
    const Inertia truth = oracle::exact_inertia(A);

    const Inertia found = inertia(A);

    EXPECT_LE(found.negative, truth.negative);
    EXPECT_LE(found.positive, truth.positive);
    EXPECT_EQ(found.negative + found.undecided + found.positive, A.rows());
  }
}

TEST(Inertia, is_compared_count_by_count) {
  const Inertia one{1, 2, 3};

  for (const Inertia& other : {Inertia{0, 2, 3}, Inertia{1, 0, 3}, Inertia{1, 2, 0}}) EXPECT_FALSE(one == other);
}

TEST(Inertia, is_complete_for_nonsingular_matrices_of_moderate_condition) {
  const Matrix A = Matrix::from_rows({{0, 1, 0}, {1, 0, 0}, {0, 0, -3}});

  EXPECT_EQ(inertia(A), (Inertia{2, 0, 1}));
  EXPECT_EQ(inertia(Matrix(0, 0)), (Inertia{0, 0, 0}));
}

TEST(Inertia, leaves_zero_and_almost_zero_eigenvalues_undecided) {
  EXPECT_EQ(inertia(Matrix::from_rows({{1, 1}, {1, 1}})), (Inertia{0, 1, 1}));
  EXPECT_EQ(inertia(Matrix::from_rows({{1, 1}, {1, 1 - 0x1p-53}})).negative, 0);
  EXPECT_EQ(inertia(Matrix(2, 2)), (Inertia{0, 2, 0}));
}

TEST(Inertia, of_badly_scaled_matrices_comes_from_the_balanced_one) {
  const Matrix A = Matrix::from_rows({{-1e-12, 0.3, 0}, {0.3, 1e12, 0}, {0, 0, 1e-30}});

  EXPECT_EQ(inertia(A), oracle::exact_inertia(A));
}

TEST(Inertia, of_a_ball_with_unknown_entries_is_undecided) {
  BallMatrix A = exact(Matrix::identity(3));
  A.rad(1, 2) = inf;

  EXPECT_EQ(inertia(A), (Inertia{0, 3, 0}));
}

}  // namespace
}  // namespace nadir
