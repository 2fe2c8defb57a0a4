// The kernels under tensors, with every instruction set of this machine. Entries are small integers, so that every sum
// is exact in any order and plain loops must agree to the bit; sizes stand around the lengths of vectors and tiles.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "nadir/linalg/internal/every_instruction_set_test.hpp"
#include "nadir/linalg/tensor.hpp"

namespace nadir {
namespace {

template <class Scalar>
Tensor<Scalar> integers(const TensorShape& shape, std::uint64_t seed) {
  Random random(seed);
  Tensor<Scalar> T(shape);
  for (Scalar& x : T.flat()) x = static_cast<Scalar>(small_integer(random));
  return T;
}

Matrix integer_matrix(Index rows, Index cols, std::uint64_t seed) {
  Random random(seed);
  Matrix A(rows, cols);
  for (double& x : A.flat()) x = small_integer(random);
  return A;
}

template <class Scalar>
Tensor<Scalar> product_by_loops(TensorView<Scalar> T, int mode, ConstMatrixView A) {
  Tensor<Scalar> Y(T.shape.with(mode, A.rows));
  const Index n = T.shape[mode], right = T.shape.right(mode);
  for (Index l = 0; l < T.shape.left(mode); ++l)
    for (Index p = 0; p < A.rows; ++p)
      for (Index i = 0; i < n; ++i)
        for (Index r = 0; r < right; ++r)
          Y.data()[(l * A.rows + p) * right + r] += static_cast<Scalar>(A(p, i)) * T[(l * n + i) * right + r];
  return Y;
}

template <class Scalar>
Matrix inner_products_by_loops(TensorView<Scalar> X, TensorView<Scalar> Y, int mode) {
  const Matrix x = unfolding(X, mode), y = unfolding(Y, mode);
  Matrix P(x.rows(), y.rows());
  for (Index c = 0; c < x.cols(); ++c)
    for (Index j = 0; j < P.cols(); ++j)
      for (Index i = 0; i < P.rows(); ++i) P(i, j) += x(i, c) * y(j, c);
  return P;
}

template <class Scalar>
void expect_exact_products(const TensorShape& shape, Index rows) {
  const Tensor<Scalar> T = integers<Scalar>(shape, 1);
  for (int mode = 0; mode < shape.num_modes(); ++mode) {
    const Matrix A = integer_matrix(rows, shape[mode], 2);
    EXPECT_EQ(mode_product(T.view(), mode, A), product_by_loops(T.view(), mode, A)) << shape.text() << " x " << mode << " " << rows;
    EXPECT_EQ(mode_product(T.view(), mode, transpose(A), Op::transpose), product_by_loops(T.view(), mode, A));
  }
}

using TensorKernels = EveryInstructionSet;
NADIR_ON_EVERY_INSTRUCTION_SET(TensorKernels);

TEST_P(TensorKernels, products_are_exact_for_every_number_of_rows_and_remainder) {
  for (const Index rows : {1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 20, 23, 24, 25, 47, 48, 49, 96, 97})
    for (const Index right : {1, 2, 7, 8, 15, 16, 17, 24, 31, 48, 49, 73}) {
      expect_exact_products<double>(TensorShape{3, 6, right}, rows);
      expect_exact_products<float>(TensorShape{3, 6, right}, rows);
    }
}

TEST_P(TensorKernels, products_are_exact_across_chunks) {
  expect_exact_products<double>(TensorShape{3, 5, 1000}, 11);
  expect_exact_products<double>(TensorShape{1000, 5, 2}, 11);
  expect_exact_products<float>(TensorShape{1000, 5, 1}, 11);
  expect_exact_products<double>(TensorShape{2, 3, 512, 2}, 20);
}

TEST_P(TensorKernels, gram_matrices_and_products_of_unfoldings_are_exact) {
  for (const Index n : {1, 2, 3, 4, 5, 6, 9, 10, 11, 47, 81, 90})
    for (const Index right : {1, 3, 16, 37}) {
      const TensorShape shape{4, n, right};
      const Tensor<double> X = integers<double>(shape, 3), Y = integers<double>(shape.with(1, 7), 4);
      const Tensor<float> x = integers<float>(shape, 3), y = integers<float>(shape.with(1, 7), 4);

      EXPECT_EQ(gram(X.view(), 1), inner_products_by_loops(X.view(), X.view(), 1)) << shape.text();
      EXPECT_EQ(gram(x.view(), 1, GramSums::in_storage), gram(X.view(), 1));
      EXPECT_EQ(gram(x.view(), 1, GramSums::in_double), gram(X.view(), 1));
      EXPECT_EQ(unfolding_product(X.view(), Y.view(), 1), inner_products_by_loops(X.view(), Y.view(), 1));
      EXPECT_EQ(unfolding_product(x.view(), y.view(), 1), unfolding_product(X.view(), Y.view(), 1));
    }
}

TEST_P(TensorKernels, sums_over_many_chunks_and_groups_are_exact) {
  for (int mode = 0; mode < 3; ++mode) {
    const Tensor<double> X = integers<double>(TensorShape{11, 53, 70}, 5);

    EXPECT_EQ(gram(X.view(), mode), inner_products_by_loops(X.view(), X.view(), mode));
  }
}

// What stands behind a chunk's end in the buffer must not reach a sum.
TEST_P(TensorKernels, nan_in_one_slice_stays_in_its_row_and_column) {
  Tensor<double> X = integers<double>(TensorShape{6, 700}, 6);
  X.data()[2 * 700 + 699] = std::numeric_limits<double>::quiet_NaN();

  const Matrix G = gram(X.view(), 0);

  for (Index j = 0; j < 6; ++j)
    for (Index i = 0; i < 6; ++i) EXPECT_EQ(std::isnan(G(i, j)), i == 2 || j == 2);
}

}  // namespace
}  // namespace nadir
