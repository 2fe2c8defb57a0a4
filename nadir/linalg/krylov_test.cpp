// Krylov bases against the laws of Lanczos' relation; operators are diagonal, so that every spectrum is known.
#include "nadir/linalg/krylov.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "nadir/base/error.hpp"

namespace nadir {
namespace {

template <class Scalar>
typename BlockKrylov<Scalar>::Operator diagonal(const Vector& d) {
  return [d](typename Views<Scalar>::Const V, typename Views<Scalar>::Mutable out) {
    for (Index j = 0; j < V.cols; ++j)
      for (Index i = 0; i < V.rows; ++i) out(i, j) = static_cast<Scalar>(d[static_cast<std::size_t>(i)]) * V(i, j);
  };
}

// n numbers evenly on [-1, 1], the first replaced.
Vector bulk_with(double outlier, Index n) {
  Vector d;
  for (Index i = 0; i < n; ++i) d.push_back(-1.0 + 2.0 * static_cast<double>(i) / static_cast<double>(n - 1));
  d[0] = outlier;
  return d;
}

template <class Scalar>
BlockKrylov<Scalar> grown(const Vector& d, Index block, Index basis, Orthogonality orthogonality) {
  BlockKrylov<Scalar> krylov(std::ssize(d), basis, orthogonality);
  Random random(5);
  krylov.append_random(block, random);
  using Growth = typename BlockKrylov<Scalar>::Growth;
  for (Growth growth = Growth::grew; growth != Growth::full;) {
    growth = krylov.expand(diagonal<Scalar>(d));
    if (growth == Growth::closed && krylov.append_random(block, random) == 0) break;
    if (growth == Growth::not_finite) break;
  }
  return krylov;
}

template <class Scalar>
double distance_from_orthonormal(const BlockKrylov<Scalar>& krylov) {
  const Matrix G = tall_product(krylov.basis(), krylov.basis());
  double worst = 0.0;
  for (Index j = 0; j < G.cols(); ++j)
    for (Index i = 0; i < G.rows(); ++i) worst = std::fmax(worst, std::fabs(G(i, j) - (i == j ? 1.0 : 0.0)));
  return worst;
}

template <class Scalar>
Index count_near(const BlockKrylov<Scalar>& krylov, double value, double tol) {
  Index count = 0;
  for (const double theta : krylov.ritz().values) count += std::fabs(theta - value) < tol;
  return count;
}

TEST(BlockKrylov, keeps_its_basis_orthonormal_to_rounding) {
  const auto krylov = grown<double>(bulk_with(10.0, 2000), 3, 240, Orthogonality::full);

  EXPECT_EQ(krylov.size(), 240);
  EXPECT_LT(distance_from_orthonormal(krylov), 1e-13);
}

TEST(BlockKrylov, keeps_half_the_digits_of_orthogonality_where_that_is_enough) {
  EXPECT_LT(distance_from_orthonormal(grown<double>(bulk_with(10.0, 2000), 1, 200, Orthogonality::semi)), 1e-7);
  EXPECT_LT(distance_from_orthonormal(grown<float>(bulk_with(10.0, 2000), 4, 200, Orthogonality::semi)), 3e-3);
}

TEST(BlockKrylov, shows_one_outlier_over_a_bulk_once) {
  const Vector d = bulk_with(10.0, 2000);

  EXPECT_EQ(count_near(grown<double>(d, 1, 80, Orthogonality::full), 10.0, 1.0), 1);
  EXPECT_EQ(count_near(grown<double>(d, 1, 80, Orthogonality::semi), 10.0, 1.0), 1);
  EXPECT_EQ(count_near(grown<float>(d, 1, 80, Orthogonality::semi), 10.0, 1.0), 1);
  EXPECT_EQ(count_near(grown<float>(d, 10, 800, Orthogonality::semi), 10.0, 1.0), 1);
}

TEST(BlockKrylov, projects_as_exactly_with_half_the_orthogonality) {
  const Vector d = bulk_with(3.0, 2000);

  const Vector full = grown<double>(d, 2, 120, Orthogonality::full).ritz().values;
  const Vector semi = grown<double>(d, 2, 120, Orthogonality::semi).ritz().values;

  for (std::size_t i = 0; i < full.size(); ++i) EXPECT_NEAR(full[i], semi[i], 1e-12);
}

TEST(BlockKrylov, spans_a_small_space_whole_and_stops) {
  const Vector d = bulk_with(10.0, 9);

  for (const Orthogonality orthogonality : {Orthogonality::full, Orthogonality::semi}) {
    const auto krylov = grown<double>(d, 4, 100, orthogonality);
    const Vector values = krylov.ritz().values;

    ASSERT_EQ(krylov.num_projected(), 9);
    EXPECT_NEAR(values.back(), 10.0, 1e-13);
    for (std::size_t i = 0; i + 1 < 9; ++i) EXPECT_NEAR(values[i], d[i + 1], 1e-13);
  }
}

TEST(BlockKrylov, says_closed_at_an_invariant_space_whatever_the_scale) {
  for (const double scale : {1.0, 1e-14, 1e-200, 1e150}) {
    Vector d(50, scale);
    for (std::size_t i = 0; i < 20; ++i) d[i] = -2.0 * scale;
    BlockKrylov<double> krylov(50, 50, Orthogonality::full);
    Random random(1);
    krylov.append_random(3, random);

    const auto first = krylov.expand(diagonal<double>(d)), second = krylov.expand(diagonal<double>(d));

    EXPECT_EQ(first, BlockKrylov<double>::Growth::grew) << scale;
    EXPECT_EQ(second, BlockKrylov<double>::Growth::closed) << scale;
    EXPECT_EQ(krylov.size(), 6) << scale;
  }
}

TEST(BlockKrylov, leaves_out_dependent_columns) {
  BlockKrylov<double> krylov(30, 30, Orthogonality::full);
  Matrix X(30, 4);
  Random(3).fill_normal(X.flat());
  for (Index i = 0; i < 30; ++i) X(i, 2) = X(i, 0) - 2.0 * X(i, 1), X(i, 3) = 0.0;

  const Matrix R = krylov.append(X);

  ASSERT_EQ(krylov.size(), 2);
  EXPECT_LT(distance_from_orthonormal(krylov), 1e-14);
  const Matrix again = product(krylov.basis(), R);
  for (Index i = 0; i < 30; ++i)
    for (Index j = 0; j < 4; ++j) EXPECT_NEAR(again(i, j), X(i, j), 1e-13);
}

TEST(BlockKrylov, knows_its_residuals_without_another_product) {
  const Vector d = bulk_with(2.0, 500);
  const auto krylov = grown<double>(d, 2, 20, Orthogonality::full);
  const SymmetricEigen ritz = krylov.ritz();

  for (const Index i : {Index{0}, Index{7}, Index{19}}) {
    Matrix y(500, 1);
    krylov.combine(ritz.vectors.view().columns(i, 1), y);
    double squares = 0.0;
    for (Index k = 0; k < 500; ++k) squares += std::pow((d[static_cast<std::size_t>(k)] - ritz.values[static_cast<std::size_t>(i)]) * y(k, 0), 2);

    EXPECT_NEAR(krylov.residual(ritz, i), std::sqrt(squares), 1e-12);
  }
}

TEST(BlockKrylov, gives_the_same_bits_on_any_number_of_threads) {
  const Vector d = bulk_with(10.0, 30000);
  const auto values = [&](int threads) {
    set_num_threads(threads);
    const Vector result = grown<float>(d, 10, 60, Orthogonality::semi).ritz().values;
    set_num_threads(0);
    return result;
  };

  EXPECT_EQ(values(1), values(3));
}

TEST(BlockKrylov, says_so_when_the_operator_gives_nan) {
  BlockKrylov<double> krylov(5, 5, Orthogonality::full);
  Random random(0);
  krylov.append_random(1, random);

  const auto growth = krylov.expand([](ConstMatrixView, MatrixView out) { out(0, 0) = std::numeric_limits<double>::quiet_NaN(); });

  EXPECT_EQ(growth, BlockKrylov<double>::Growth::not_finite);
}

TEST(BlockKrylov, refuses_an_empty_space) {
  EXPECT_THROW(BlockKrylov<double>(0, 3, Orthogonality::full), InputError);
  EXPECT_THROW(BlockKrylov<float>(3, 0, Orthogonality::full), InputError);
}

TEST(FloatMatrix, multiplies_as_doubles_do_to_single_precision) {
  Matrix A(300, 40), B(40, 290);
  Random(2).fill_normal(A.flat());
  Random(4).fill_normal(B.flat());
  const Matrix C = product(A, B);
  FloatMatrix c(300, 290);

  multiply(1.0f, to_float(A), Op::none, to_float(B), Op::none, 0.0f, c);

  for (Index j = 0; j < 290; ++j)
    for (Index i = 0; i < 300; ++i) EXPECT_NEAR(static_cast<double>(c.col(j)[i]), C(i, j), 1e-4);
}

}  // namespace
}  // namespace nadir
