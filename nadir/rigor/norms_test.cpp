// Sums and norms against exact dyadic sums; spectral norms against exact eigenvalue counts and closed forms.
#include "nadir/rigor/norms.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <limits>

#include "nadir/base/error.hpp"
#include "nadir/linalg/dense.hpp"
#include "nadir/rigor/internal/rounding.hpp"
#include "nadir/rigor/oracle_test.hpp"

namespace nadir {
namespace {

using oracle::Exact;
using oracle::Kind;
using oracle::random_matrix;
constexpr double inf = std::numeric_limits<double>::infinity();
const double nan = std::nan("");

Exact exact_dot(ConstMatrixView A, ConstMatrixView B) {
  Exact sum;
  for (Index j = 0; j < A.cols; ++j)
    for (Index i = 0; i < A.rows; ++i) sum = sum + Exact(A(i, j)) * Exact(B(i, j));
  return sum;
}

TEST(EncloseSum, contains_exact_sums_and_products_of_every_kind_and_length) {
  std::mt19937_64 generator(1);
  for (int k = 0; k < oracle::repetitions(120); ++k) {
    const Index n = std::array<Index, 6>{0, 1, 7, 128, 129, 700}[static_cast<std::size_t>(k % 6)];
    const Matrix x = random_matrix(n, 1, oracle::kind_of(k), generator), y = random_matrix(n, 1, oracle::kind_of(k / 8), generator);
    const Matrix ones(n, 1);
    Exact sum;
    for (const double v : x.flat()) sum = sum + Exact(v);

    EXPECT_TRUE(oracle::contains(enclose_sum(x.flat()), sum));
    EXPECT_TRUE(oracle::contains(enclose_dot(x.flat(), y.flat()), exact_dot(x, y)));
    EXPECT_TRUE(oracle::contains(enclose_frobenius_norm_squared(x), exact_dot(x, x)));
  }
}

TEST(EncloseSum, is_tight_for_positive_terms_and_thin_for_integers) {
  std::mt19937_64 generator(2);
  const Matrix x = random_matrix(100, 100, Kind::normal, generator), z = random_matrix(100, 100, Kind::integer, generator);

  const Interval squares = enclose_frobenius_norm_squared(x);

  EXPECT_LT(squares.width(), 300 * 0x1p-53 * squares.upper);
  EXPECT_TRUE(enclose_frobenius_norm_squared(z).is_thin());
  EXPECT_TRUE(enclose_sum(z.flat()).is_thin());
}

TEST(EncloseSum, knows_nothing_of_sums_with_nan_infinity_or_overflow) {
  EXPECT_EQ(enclose_sum(Vector{1, nan}), Interval::whole());
  EXPECT_EQ(enclose_dot(Vector{1, 2}, Vector{inf, 0}), Interval::whole());
  EXPECT_EQ(enclose_dot(Vector{inf, 2}, Vector{1, 0}), Interval::whole());
  EXPECT_EQ(enclose_dot(Vector{1e200, 2}, Vector{1e200, 0.1}), Interval::whole());
  EXPECT_EQ(enclose_sum(Vector{1.7e308, 1.7e308}), Interval::whole());
}

TEST(InnerProduct, of_balls_contains_those_of_members) {
  std::mt19937_64 generator(3);
  for (int k = 0; k < oracle::repetitions(200); ++k) {
    const Matrix a = random_matrix(4, 5, oracle::kind_of(k), generator), b = random_matrix(4, 5, oracle::kind_of(k / 3), generator);
    BallMatrix A = exact(a), B = exact(b);
    for (Index i = 0; i < 20; ++i) {
      A.rad.data()[i] = k % 2 ? std::fabs(b.data()[i]) * 0x1p-10 : 0.0;
      B.rad.data()[i] = k % 3 ? std::fabs(a.data()[i]) * 0x1p-10 : 0.0;
    }
    Exact corner;  // every entry at the end of its ball that makes the product greatest
    for (Index i = 0; i < 20; ++i) {
      const Exact x = Exact(a.data()[i]).magnitude() + Exact(A.rad.data()[i]);
      corner = corner + x * (Exact(b.data()[i]).magnitude() + Exact(B.rad.data()[i]));
    }
    const BallMatrix abs_a(magnitude_upper(exact(a)), A.rad), abs_b(magnitude_upper(exact(b)), B.rad);

    const Interval found = inner_product(A, B), greatest = inner_product(abs_a, abs_b);

    EXPECT_TRUE(oracle::contains(found, exact_dot(a, b)));
    EXPECT_TRUE(corner <= Exact(greatest.upper));
    EXPECT_GE(enclose_frobenius_norm_squared(A).lower, 0.0);
    EXPECT_TRUE(oracle::contains(enclose_frobenius_norm_squared(A), exact_dot(a, a)));
  }
}

TEST(InnerProduct, reads_views_with_gaps_and_refuses_shapes_that_do_not_fit) {
  const Matrix A = Matrix::from_rows({{1, 2, 3}, {4, 5, 6}, {7, 8, 9}});

  EXPECT_EQ(inner_product(A.view().block(1, 1, 2, 2), Matrix::identity(2)), Interval::point(14));
  EXPECT_EQ(inner_product(A.view().block(1, 0, 2, 1), Matrix::from_rows({{1}, {1}})), Interval::point(11));
  EXPECT_THROW(inner_product(A, Matrix(3, 2)), InputError);
  EXPECT_THROW(inner_product(A, Matrix(2, 3)), InputError);
  EXPECT_THROW(enclose_dot(Vector{1}, Vector{1, 2}), InputError);
}

TEST(InnerProduct, with_an_unknown_entry_is_unknown) {
  BallMatrix A(1, 1), B(1, 1);
  A.rad(0, 0) = inf;

  EXPECT_EQ(inner_product(A, B), Interval::whole());
  EXPECT_EQ(inner_product(B, A), Interval::whole());
  EXPECT_EQ(enclose_frobenius_norm_squared(A), (Interval{0.0, inf}));
}

TEST(Norms, bound_the_exact_ones_from_above_and_closely) {
  std::mt19937_64 generator(4);
  for (int k = 0; k < oracle::repetitions(120); ++k) {
    const Matrix A = random_matrix(3, 5, oracle::kind_of(k), generator);
    Exact row, column;
    for (Index j = 0; j < 5; ++j) row = row + Exact(A(1, j)).magnitude();
    for (Index i = 0; i < 3; ++i) column = column + Exact(A(i, 2)).magnitude();

    EXPECT_TRUE(row <= Exact(norm_inf_upper(A)));
    EXPECT_TRUE(column <= Exact(norm_1_upper(A)));
    EXPECT_TRUE(exact_dot(A, A) <= Exact(frobenius_norm_upper(A)) * Exact(frobenius_norm_upper(A)));
    EXPECT_LE(frobenius_norm_upper(A), frobenius_norm(A) * (1 + 1e-13) + 0x1p-1072);
    EXPECT_EQ(frobenius_norm_upper(A), frobenius_norm_upper(exact(A)));
    EXPECT_EQ(norm_1_upper(A), norm_inf_upper(transpose(exact(A))));
    EXPECT_EQ(norm_inf_upper(exact(A)), norm_1_upper(transpose(A.view())));
    EXPECT_EQ(norm_1_upper(exact(A)), norm_1_upper(A));
  }
}

TEST(Norms, rest_on_a_rounding_bound_that_is_infinite_for_absurd_lengths) {
  EXPECT_EQ(internal::gamma_upper(Index{1} << 49), inf);
  EXPECT_GE(internal::gamma_upper(1), 0x1p-53 / (1 - 0x1p-53));
}

TEST(Norms, of_empty_zero_and_unknown_matrices) {
  const Matrix bad = Matrix::from_rows({{nan, 1}});

  for (const Matrix& A : {Matrix(0, 0), Matrix(0, 3), Matrix(3, 0), Matrix(2, 2)}) {
    EXPECT_EQ(norm_1_upper(A) + norm_inf_upper(A) + frobenius_norm_upper(A) + spectral_norm_upper(A), 0.0);
    EXPECT_EQ(spectral_norm_quick_upper(A), 0.0);
  }
  EXPECT_EQ(norm_1_upper(bad), inf);
  EXPECT_EQ(frobenius_norm_upper(bad), inf);
  EXPECT_EQ(spectral_norm_quick_upper(bad), inf);
  EXPECT_EQ(spectral_norm_upper(bad), inf);
  EXPECT_EQ(spectral_norm_upper(exact(bad)), inf);
}

// Is t >= |A|_2? The eigenvalues of [0 A; A^T 0] are +- the singular values.
bool bounds_spectral_norm(double t, ConstMatrixView A) {
  Matrix augmented(A.rows + A.cols, A.rows + A.cols);
  for (Index i = 0; i < A.rows; ++i)
    for (Index j = 0; j < A.cols; ++j) augmented(i, A.rows + j) = augmented(A.rows + j, i) = A(i, j);
  return oracle::exact_inertia(augmented, t).positive == 0;
}

TEST(SpectralNorm, is_bounded_from_above_within_one_part_in_a_million) {
  std::mt19937_64 generator(5);
  for (int k = 0; k < oracle::repetitions(80); ++k) {
    const Matrix A = random_matrix(2 + k % 4, 1 + k % 5, oracle::kind_of(k), generator);
    const double approximate = svd(A).values[0];

    const double t = spectral_norm_upper(A);

    EXPECT_TRUE(bounds_spectral_norm(t, A));
    EXPECT_TRUE(bounds_spectral_norm(spectral_norm_quick_upper(A), A));
    if (oracle::kind_of(k) != Kind::subnormal) {
      EXPECT_LE(t, approximate * (1 + 1e-6));
    }
  }
}

TEST(SpectralNorm, of_a_ball_adds_its_radius) {
  const BallMatrix A(Matrix::from_rows({{3, 0}, {0, 4}}), Matrix::from_rows({{0, 0}, {0, 1}}));

  EXPECT_GE(spectral_norm_upper(A), 5.0);
  EXPECT_LE(spectral_norm_upper(A), 5.0 + 1e-12);
  EXPECT_GE(spectral_norm_quick_upper(A), 5.0);
}

}  // namespace
}  // namespace nadir
