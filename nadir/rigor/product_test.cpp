// Enclosed products against exact dyadic sums, over kinds of entries, shapes, transpositions and aliasing.
#include "nadir/rigor/product.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cmath>

#include "nadir/base/error.hpp"
#include "nadir/rigor/oracle_test.hpp"

namespace nadir {
namespace {

using oracle::Exact;
using oracle::Kind;
using oracle::random_matrix;
constexpr double inf = std::numeric_limits<double>::infinity();

double entry(ConstMatrixView A, Op op, Index i, Index j) { return op == Op::none ? A(i, j) : A(j, i); }
Index inner(ConstMatrixView A, Op op) { return op == Op::none ? A.cols : A.rows; }

Exact exact_entry(ConstMatrixView A, Op a, ConstMatrixView B, Op b, Index i, Index j) {
  Exact sum;
  for (Index l = 0; l < inner(A, a); ++l) sum = sum + Exact(entry(A, a, i, l)) * Exact(entry(B, b, l, j));
  return sum;
}

void expect_encloses(const BallMatrix& C, ConstMatrixView A, Op a, ConstMatrixView B, Op b, Index step = 1) {
  for (Index i = 0; i < C.rows(); i += step)
    for (Index j = 0; j < C.cols(); j += step)
      ASSERT_TRUE(oracle::in_ball(C.mid(i, j), C.rad(i, j), exact_entry(A, a, B, b, i, j)))
          << "entry " << i << ", " << j << ": " << C.mid(i, j) << " +- " << C.rad(i, j);
}

// A matrix inside the ball, on its boundary where doubles allow.
Matrix member(const BallMatrix& A, std::mt19937_64& generator) {
  Matrix M(A.mid);
  for (Index k = 0; k < M.size(); ++k) {
    const double sign = generator() % 2 == 0 ? 1.0 : -1.0;
    const double moved = A.mid.data()[k] + sign * A.rad.data()[k];
    if (oracle::in_ball(A.mid.data()[k], A.rad.data()[k], Exact(moved))) M.data()[k] = moved;
  }
  return M;
}

TEST(EncloseProduct, contains_the_exact_product_for_all_kinds_and_transpositions) {
  std::mt19937_64 generator(1);
  for (int k = 0; k < oracle::repetitions(400); ++k) {
    const Index m = 1 + k % 4, n = 1 + k % 3, l = k % 7;
    const Op a = k % 2 ? Op::transpose : Op::none, b = k / 2 % 2 ? Op::transpose : Op::none;
    const Kind kind_a = oracle::kind_of(static_cast<int>(generator() % 100)), kind_b = oracle::kind_of(k);
    const Matrix A = a == Op::none ? random_matrix(m, l, kind_a, generator) : random_matrix(l, m, kind_a, generator);
    const Matrix B = b == Op::none ? random_matrix(l, n, kind_b, generator) : random_matrix(n, l, kind_b, generator);

    expect_encloses(enclose_product(A, a, B, b), A, a, B, b);
  }
}

TEST(EncloseProduct, of_balls_contains_the_products_of_their_members) {
  std::mt19937_64 generator(2);
  for (int k = 0; k < oracle::repetitions(400); ++k) {
    const Kind kind = oracle::kind_of(k);
    const Matrix rad_a = random_matrix(3, 4, kind, generator), rad_b = random_matrix(4, 2, kind, generator);
    BallMatrix A = exact(random_matrix(3, 4, kind, generator)), B = exact(random_matrix(4, 2, kind, generator));
    for (Index i = 0; i < 12; ++i) A.rad.data()[i] = k % 3 ? std::fabs(rad_a.data()[i]) * 1e-3 : 0.0;
    for (Index i = 0; i < 8; ++i) B.rad.data()[i] = k % 5 ? std::fabs(rad_b.data()[i]) * 1e-3 : 0.0;
    const Matrix a = member(A, generator), b = member(B, generator);

    expect_encloses(enclose_product(A, B), a, Op::none, b, Op::none);
    expect_encloses(enclose_product(A, b), a, Op::none, b, Op::none);
    expect_encloses(enclose_product(a, B), a, Op::none, b, Op::none);
    expect_encloses(enclose_product(B, Op::transpose, A, Op::transpose), b, Op::transpose, a, Op::transpose);
    expect_encloses(enclose_product(A, Op::transpose, A, Op::none), a, Op::transpose, a, Op::none);
  }
}

TEST(EncloseProduct, contains_the_exact_product_over_many_tiles_and_chunks) {
  std::mt19937_64 generator(3);
  const Matrix A = random_matrix(210, 300, Kind::normal, generator), B = random_matrix(300, 230, Kind::scaled, generator);

  expect_encloses(enclose_product(A, B), A, Op::none, B, Op::none, 37);
  expect_encloses(enclose_product(B, Op::transpose, A, Op::transpose), B, Op::transpose, A, Op::transpose, 37);
}

TEST(EncloseProduct, of_one_tile_with_many_terms_is_enclosed) {
  std::mt19937_64 generator(9);
  const Matrix A = random_matrix(120, 200, Kind::normal, generator), B = random_matrix(200, 130, Kind::normal, generator);

  expect_encloses(enclose_product(A, B), A, Op::none, B, Op::none, 41);
}

TEST(EncloseProduct, integer_data_give_radius_zero) {
  std::mt19937_64 generator(4);
  const Matrix A = random_matrix(20, 300, Kind::integer, generator), B = random_matrix(300, 5, Kind::integer, generator);

  const BallMatrix C = enclose_product(A, B);

  EXPECT_TRUE(is_exact(C));
  expect_encloses(C, A, Op::none, B, Op::none);
}

TEST(EncloseProduct, exactness_ends_where_a_sum_can_pass_2_to_the_53) {
  const Matrix fits = Matrix::from_rows({{0x1p26, 0x1p26}}), too_large = Matrix::from_rows({{0x1p26, 0x1p26 + 1}});
  const Matrix ones = Matrix::from_rows({{0x1p26}, {0x1p26 - 1}}), odd = Matrix::from_rows({{0x1p26 + 1}, {0x1p26 - 1}});

  EXPECT_TRUE(is_exact(enclose_product(fits, ones)));
  const BallMatrix C = enclose_product(too_large, odd);
  EXPECT_FALSE(is_exact(C));
  expect_encloses(C, too_large, Op::none, odd, Op::none);
}

TEST(EncloseProduct, entries_whose_terms_all_have_a_zero_factor_are_exact) {
  const Matrix A = Matrix::from_rows({{0.1, 0.0}, {0.0, 0.3}, {0.0, 1e-200}});
  const Matrix B = Matrix::from_rows({{0.7, 0.0}, {0.0, 1e-200}});

  const BallMatrix C = enclose_product(A, B);

  EXPECT_EQ(C.rad(0, 1), 0.0);
  EXPECT_EQ(C.rad(1, 0), 0.0);
  EXPECT_GT(C.rad(0, 0), 0.0);
  EXPECT_EQ(C.mid(2, 1), 0.0);
  EXPECT_GT(C.rad(2, 1), 0.0) << "1e-200 * 1e-200 underflows but is not zero";
}

TEST(EncloseProduct, a_radius_next_to_exact_entries_leaves_those_exact) {
  BallMatrix B = exact(Matrix::from_rows({{1, 2}, {3, 4}}));
  B.rad(0, 0) = 1e-300;

  const BallMatrix C = enclose_product(Matrix::from_rows({{5, 7}}), B);

  EXPECT_GE(C.rad(0, 0), 5e-300);
  EXPECT_EQ(C.rad(0, 1), 0.0);
}

TEST(EncloseProduct, an_empty_inner_dimension_gives_an_exact_zero) {
  const BallMatrix C = enclose_product(Matrix(2, 0), Matrix(0, 3));

  EXPECT_EQ(C.mid, Matrix(2, 3));
  EXPECT_TRUE(is_exact(C));
  EXPECT_EQ(enclose_product(Matrix(0, 2), Matrix(2, 0)).rows(), 0);
}

TEST(EncloseProduct, nan_and_infinity_make_what_they_touch_unknown) {
  const Matrix A = Matrix::from_rows({{1, std::nan("")}, {1, 2}});
  const Matrix B = Matrix::from_rows({{1, inf}, {0, 1}});

  const BallMatrix C = enclose_product(A, Matrix::identity(2)), D = enclose_product(Matrix::identity(2), B);
  const BallMatrix E = enclose_product(A, Op::transpose, Matrix::identity(2), Op::none);

  EXPECT_TRUE(std::isinf(C.rad(0, 0)) && std::isinf(C.rad(0, 1)));
  EXPECT_TRUE(std::isfinite(C.rad(1, 0)) && std::isfinite(C.rad(1, 1)));
  EXPECT_TRUE(std::isinf(D.rad(0, 1)) && std::isinf(D.rad(1, 1)));
  EXPECT_TRUE(std::isfinite(D.rad(0, 0)));
  EXPECT_TRUE(std::isinf(E.rad(1, 0)) && std::isfinite(E.rad(0, 0)));
}

TEST(EncloseProduct, overflow_makes_entries_unknown_instead_of_wrong) {
  const Matrix A = Matrix::from_rows({{1e200, -1e200}, {1, 1}}), B = Matrix::from_rows({{1e200}, {1e200}});

  const BallMatrix C = enclose_product(A, B);

  EXPECT_TRUE(std::isinf(C.rad(0, 0)));
  EXPECT_EQ(C.mid(0, 0), 0.0);
  EXPECT_TRUE(std::isfinite(C.rad(1, 0)));
}

TEST(EncloseProduct, unknown_and_malformed_radii_spread) {
  BallMatrix A = exact(Matrix::identity(2));
  A.rad(0, 1) = inf;
  BallMatrix B = exact(Matrix::identity(2));
  B.rad(1, 1) = -1.0;

  const BallMatrix C = enclose_product(A, Matrix::identity(2)), D = enclose_product(Matrix::identity(2), B);

  EXPECT_TRUE(std::isinf(C.rad(0, 0)) && std::isinf(C.rad(0, 1)));
  EXPECT_TRUE(std::isfinite(C.rad(1, 0)));
  EXPECT_TRUE(std::isinf(D.rad(0, 1)) && std::isinf(D.rad(1, 1)));
}

TEST(EncloseProduct, refuses_shapes_that_do_not_fit) {
  EXPECT_THROW(enclose_product(Matrix(2, 3), Matrix(2, 3)), InputError);
  EXPECT_THROW(enclose_sample_product(Matrix(2, 3), Matrix(2, 4)), InputError);
}

TEST(EncloseSampleProduct, contains_the_exact_product_and_equals_sample_product) {
  std::mt19937_64 generator(5);
  for (int k = 0; k < oracle::repetitions(8) + 8; ++k) {
    const Index n = std::array<Index, 4>{0, 5, 1024, 2500}[static_cast<std::size_t>(k % 4)];
    const Matrix X = random_matrix(3, n, oracle::kind_of(k), generator), Y = random_matrix(2, n, oracle::kind_of(k / 2), generator);

    expect_encloses(enclose_sample_product(X, Y), X, Op::none, Y, Op::transpose);
    const BallMatrix gram = enclose_sample_product(X, X);
    expect_encloses(gram, X, Op::none, X, Op::transpose);
    EXPECT_EQ(transpose(gram).mid, gram.mid);
    EXPECT_EQ(transpose(gram).rad, gram.rad);
  }
}

TEST(EncloseSampleProduct, of_many_rows_is_symmetric_over_tiles) {
  std::mt19937_64 generator(6);
  const Matrix X = random_matrix(400, 30, Kind::normal, generator);

  const BallMatrix gram = enclose_sample_product(X, X);

  EXPECT_EQ(transpose(gram).mid, gram.mid);
  expect_encloses(gram, X, Op::none, X, Op::transpose, 83);
}

TEST(EncloseSampleProduct, tells_views_apart_that_begin_at_one_place) {
  std::mt19937_64 generator(8);
  const Matrix X = random_matrix(4, 6, Kind::normal, generator);
  const ConstMatrixView top = X.view().block(0, 0, 2, 3), wide(X.data(), 2, 3, 2);

  expect_encloses(enclose_sample_product(top, X.view().block(0, 0, 3, 3)), top, Op::none, X.view().block(0, 0, 3, 3), Op::transpose);
  expect_encloses(enclose_sample_product(top, wide), top, Op::none, wide, Op::transpose);
}

TEST(EncloseSampleProduct, pixels_give_an_exact_gram_matrix) {
  std::mt19937_64 generator(7);
  Matrix X(4, 3000);
  for (double& x : X.flat()) x = static_cast<double>(generator() % 256);

  const BallMatrix gram = enclose_sample_product(X, X);

  EXPECT_TRUE(is_exact(gram));
  expect_encloses(gram, X, Op::none, X, Op::transpose);
}

TEST(EncloseSampleProduct, zero_rows_are_exact_and_unknown_rows_unknown) {
  const Matrix X = Matrix::from_rows({{0, 0}, {0.1, 1e-180}, {inf, 1}});

  const BallMatrix gram = enclose_sample_product(X, X);

  EXPECT_EQ(gram.rad(0, 1), 0.0);
  EXPECT_GT(gram.rad(1, 1), 0.0);
  EXPECT_TRUE(std::isinf(gram.rad(2, 0)) && std::isinf(gram.rad(2, 2)));
  expect_encloses(block(gram, 0, 0, 2, 2), X.view().block(0, 0, 2, 2), Op::none, X.view().block(0, 0, 2, 2), Op::transpose);
}

}  // namespace
}  // namespace nadir
