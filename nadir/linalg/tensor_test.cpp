// Products with tensors against loops over all entries, closed forms and numbers from NumPy; bits and threads.
#include "nadir/linalg/tensor.hpp"

#include <gtest/gtest.h>

#include <limits>

#include "nadir/base/error.hpp"
#include "nadir/linalg/tensor_cases_test.hpp"

namespace nadir {
namespace {

// Entry (l, i, r) of a tensor seen from one mode.
template <class Scalar>
double entry(TensorView<Scalar> T, int mode, Index l, Index i, Index r) {
  return static_cast<double>(T[(l * T.shape[mode] + i) * T.shape.right(mode) + r]);
}

template <class Scalar>
double error_of_product(TensorView<Scalar> T, int mode, ConstMatrixView A, Op op, TensorView<Scalar> Y) {
  double worst = 0.0;
  for (Index l = 0; l < T.shape.left(mode); ++l)
    for (Index p = 0; p < Y.shape[mode]; ++p)
      for (Index r = 0; r < T.shape.right(mode); ++r) {
        double sum = 0.0;
        for (Index i = 0; i < T.shape[mode]; ++i)
          sum += (op == Op::none ? A(p, i) : A(i, p)) * entry(T, mode, l, i, r);
        worst = std::max(worst, std::fabs(sum - entry(Y, mode, l, p, r)));
      }
  return worst;
}

double error_of_unfolding_product(TensorView<double> X, TensorView<double> Y, int mode, ConstMatrixView P) {
  const Matrix reference = product(unfolding(X, mode), Op::none, unfolding(Y, mode), Op::transpose);
  double worst = 0.0;
  for (Index j = 0; j < P.cols; ++j)
    for (Index i = 0; i < P.rows; ++i) worst = std::max(worst, std::fabs(P(i, j) - reference(i, j)));
  return worst;
}

TEST(TensorShape, refuses_no_modes_more_than_eight_and_extents_below_one) {
  EXPECT_THROW(TensorShape({}), InputError);
  EXPECT_THROW(TensorShape({1, 1, 1, 1, 1, 1, 1, 1, 1}), InputError);
  EXPECT_THROW(TensorShape({3, 0, 2}), InputError);
  EXPECT_THROW(TensorShape({3, -1}), InputError);
  EXPECT_THROW(TensorShape({Index{1} << 40, Index{1} << 40}), InputError);
  EXPECT_THROW(TensorShape({Index{1} << 61}), InputError);
}

TEST(TensorShape, names_entries_as_python_does) {
  const TensorShape shape{3, 4, 5};

  EXPECT_EQ(shape.text(), "(3, 4, 5)");
  EXPECT_EQ(shape.index_text(0), "(0, 0, 0)");
  EXPECT_EQ(shape.index_text(59), "(2, 3, 4)");
  EXPECT_EQ(shape.index_text(27), "(1, 1, 2)");
  EXPECT_EQ(TensorShape{7}.text(), "(7,)");
  EXPECT_EQ(TensorShape{7}.index_text(3), "(3,)");
}

TEST(ModeProduct, agrees_with_loops_over_all_entries_for_every_mode_of_every_shape) {
  for (const TensorShape& shape : odd_shapes())
    for (int mode = 0; mode < shape.num_modes(); ++mode)
      for (const Op op : {Op::none, Op::transpose}) {
        const Tensor<double> T = random_tensor(shape, 1);
        const Index r = 3;
        const Matrix A = op == Op::none ? random_factor(r, shape[mode], 2) : random_factor(shape[mode], r, 2);

        const Tensor<double> Y = mode_product(T.view(), mode, A, op);

        EXPECT_EQ(Y.shape(), shape.with(mode, r));
        EXPECT_LT(error_of_product(T.view(), mode, A, op, Y.view()), 1e-13) << shape.text() << " mode " << mode;
      }
}

TEST(ModeProduct, of_floats_agrees_to_their_rounding) {
  const Tensor<float> T = random_tensor<float>(TensorShape{30, 20, 40}, 3);
  for (int mode = 0; mode < 3; ++mode) {
    const Matrix A = random_factor(7, T.shape()[mode], 4);

    const Tensor<float> Y = mode_product(T.view(), mode, A);

    EXPECT_LT(error_of_product(T.view(), mode, A, Op::none, Y.view()), 2e-5);
  }
}

// numpy: np.einsum('abc,ib->aic', T, A) with A[i, j] = cos(0.4 i + 1.3 j).
TEST(ModeProduct, agrees_with_numpy) {
  Matrix A(3, 5);
  for (Index i = 0; i < 3; ++i)
    for (Index j = 0; j < 5; ++j) A(i, j) = std::cos(0.4 * static_cast<double>(i) + 1.3 * static_cast<double>(j));

  const Tensor<double> Y = mode_product(sine_tensor().view(), 1, A);

  EXPECT_NEAR(Y.data()[(1 * 3 + 2) * 6 + 3], -0.07240022404014423, 1e-14);
  EXPECT_NEAR(Y.data()[(3 * 3 + 0) * 6 + 5], -1.7683511843008664, 1e-14);
  EXPECT_NEAR(dot(Y.view(), Y.view()), 58.998113686310646, 1e-12);
}

TEST(ModeProduct, reads_a_factor_inside_a_larger_matrix) {
  const Tensor<double> T = random_tensor(TensorShape{4, 5, 6}, 5);
  const Matrix big = random_factor(9, 9, 6);
  const ConstMatrixView A = big.view().block(2, 3, 3, 5);

  const Tensor<double> Y = mode_product(T.view(), 1, A), expected = mode_product(T.view(), 1, Matrix(A));

  EXPECT_EQ(Y, expected);
}

TEST(MultiModeProduct, of_a_rank_one_tensor_is_the_outer_product_of_the_products) {
  const TensorShape shape{3, 2, 4, 2, 3, 2, 2, 3};  // eight modes: beyond the orders that are all tried
  Tensor<double> one(TensorShape{1, 1, 1, 1, 1, 1, 1, 1});
  one.data()[0] = 1.0;
  std::vector<Matrix> vectors;
  std::vector<ModeFactor> up, down;
  for (int k = 0; k < 8; ++k) vectors.push_back(random_factor(shape[k], 1, static_cast<unsigned>(k)));
  double length = 1.0;
  for (int k = 0; k < 8; ++k) {
    const Matrix& v = vectors[static_cast<std::size_t>(k)];
    up.push_back({k, v, Op::none});
    down.push_back({7 - k, vectors[static_cast<std::size_t>(7 - k)], Op::transpose});
    length *= dot(v.flat(), v.flat());
  }

  const Tensor<double> T = multi_mode_product(one.view(), up), back = multi_mode_product(T.view(), down);

  EXPECT_EQ(T.shape(), shape);
  EXPECT_NEAR(back.data()[0], length, 1e-12 * length);
}

TEST(MultiModeProduct, without_factors_is_a_copy) {
  const Tensor<double> T = random_tensor(TensorShape{2, 3}, 1);

  EXPECT_EQ(multi_mode_product(T.view(), {}), T);
}

TEST(Gram, agrees_with_the_unfolding_for_every_mode_of_every_shape) {
  for (const TensorShape& shape : odd_shapes())
    for (int mode = 0; mode < shape.num_modes(); ++mode) {
      const Tensor<double> T = random_tensor(shape, 7);

      const Matrix G = gram(T.view(), mode);

      EXPECT_LT(error_of_unfolding_product(T.view(), T.view(), mode, G), 1e-12) << shape.text() << " mode " << mode;
    }
}

TEST(Gram, is_symmetric_to_the_bit_and_the_same_for_any_number_of_threads) {
  const Tensor<double> T = random_tensor(TensorShape{70, 45, 61}, 8);
  for (int mode = 0; mode < 3; ++mode) {
    set_num_threads(1);
    const Matrix one = gram(T.view(), mode), A = random_factor(9, T.shape()[mode], 9);
    const Tensor<double> product_of_one = mode_product(T.view(), mode, A);
    set_num_threads(3);
    const Matrix three = gram(T.view(), mode);
    const Tensor<double> product_of_three = mode_product(T.view(), mode, A);
    set_num_threads(0);

    EXPECT_EQ(one, three);
    EXPECT_EQ(one, transpose(one));
    EXPECT_EQ(product_of_one, product_of_three);
  }
}

TEST(Gram, of_floats_summed_in_double_has_errors_of_double_only) {
  const Tensor<float> T = random_tensor<float>(TensorShape{20, 30, 25}, 10);
  const Tensor<double> wide(T.shape(), Vector(T.flat().begin(), T.flat().end()));
  for (int mode = 0; mode < 3; ++mode) {
    const Matrix G = gram(T.view(), mode, GramSums::in_double), fast = gram(T.view(), mode, GramSums::in_storage);

    EXPECT_LT(error_of_unfolding_product(wide.view(), wide.view(), mode, G), 1e-11);
    EXPECT_LT(error_of_unfolding_product(wide.view(), wide.view(), mode, fast), 1e-3);
  }
}

// numpy: np.einsum('abc,dbc->ad', T, Z) with Z_abc = sin(1 + 0.7 a - 0.2 b c).
TEST(UnfoldingProduct, agrees_with_numpy) {
  Tensor<double> Z(TensorShape{4, 5, 6});
  for (Index a = 0; a < 4; ++a)
    for (Index b = 0; b < 5; ++b)
      for (Index c = 0; c < 6; ++c)
        Z.data()[(a * 5 + b) * 6 + c] = std::sin(1.0 + 0.7 * static_cast<double>(a) - 0.2 * static_cast<double>(b * c));

  const Matrix P = unfolding_product(sine_tensor().view(), Z.view(), 0);

  EXPECT_NEAR(P(1, 2), 14.58445790456346, 1e-13);
  EXPECT_NEAR(P(3, 0), -0.9798325657118936, 1e-13);
}

TEST(UnfoldingProduct, takes_tensors_that_differ_in_the_mode) {
  for (int mode = 0; mode < 4; ++mode) {
    const TensorShape shape{3, 4, 2, 5};
    const Tensor<double> X = random_tensor(shape, 11), Y = random_tensor(shape.with(mode, 7), 12);

    const Matrix P = unfolding_product(X.view(), Y.view(), mode);

    EXPECT_EQ(P.rows(), shape[mode]);
    EXPECT_EQ(P.cols(), 7);
    EXPECT_LT(error_of_unfolding_product(X.view(), Y.view(), mode, P), 1e-13);
  }
}

TEST(UnfoldingTriangle, has_the_gram_matrix_of_the_unfolding) {
  for (const TensorShape& shape : odd_shapes())
    for (int mode = 0; mode < shape.num_modes(); ++mode) {
      const Tensor<double> T = random_tensor(shape, 13);

      const Matrix R = unfolding_triangle(T.view(), mode);

      const Matrix RtR = product(R, Op::transpose, R, Op::none);
      EXPECT_LT(error_of_unfolding_product(T.view(), T.view(), mode, RtR), 1e-12) << shape.text() << " mode " << mode;
      for (Index j = 0; j < R.cols(); ++j)
        for (Index i = j + 1; i < R.rows(); ++i) EXPECT_EQ(R(i, j), 0.0);
    }
}

// Singular values 1, 1e-6, 1e-12: squared, the last is lost among rounding errors of the first.
TEST(UnfoldingTriangle, keeps_singular_values_that_the_gram_matrix_loses) {
  const Matrix U = qr(random_factor(40, 3, 14)).Q, V = qr(random_factor(600, 3, 15)).Q;
  Matrix A = U;
  for (Index i = 0; i < 40; ++i) A(i, 1) *= 1e-6, A(i, 2) *= 1e-12;
  const Matrix At = product(V, Op::none, A, Op::transpose);  // column-major 600 x 40: the tensor (40, 20, 30)
  const Tensor<double> T(TensorShape{40, 20, 30}, Vector(At.flat().begin(), At.flat().end()));

  const Vector values = svd(unfolding_triangle(T.view(), 0)).values;

  EXPECT_NEAR(values[0], 1.0, 1e-14);
  EXPECT_NEAR(values[1], 1e-6, 1e-15);
  EXPECT_NEAR(values[2], 1e-12, 1e-15);
  EXPECT_LT(values[3], 1e-15);
}

TEST(Norm, survives_entries_whose_squares_do_not) {
  for (const double scale : {1e200, 1e-200, 1e-310}) {
    const Tensor<double> T(TensorShape{2, 2}, {3.0 * scale, 0.0, 0.0, -4.0 * scale});

    EXPECT_NEAR(norm(T.view()) / scale, 5.0, scale < 1e-300 ? 1e-12 : 1e-14);
  }
  EXPECT_EQ(norm(Tensor<double>(TensorShape{3, 3}).view()), 0.0);
  EXPECT_TRUE(std::isnan(norm(Tensor<double>(TensorShape{2}, {1.0, std::nan("")}).view())));
  EXPECT_EQ(norm(Tensor<double>(TensorShape{2}, {1.0, -INFINITY}).view()), std::numeric_limits<double>::infinity());
}

TEST(FirstNotFinite, is_the_place_in_memory) {
  Tensor<float> T = random_tensor<float>(TensorShape{3, 4}, 16);
  EXPECT_EQ(first_not_finite(T.view()), -1);

  T.data()[7] = std::numeric_limits<float>::quiet_NaN();

  EXPECT_EQ(T.shape().index_text(first_not_finite(T.view())), "(1, 3)");
}

}  // namespace
}  // namespace nadir
