// Sparse tensors against their dense copies.
#include "nadir/linalg/sparse_tensor.hpp"

#include <gtest/gtest.h>

#include "nadir/base/error.hpp"
#include "nadir/linalg/tensor_cases_test.hpp"

namespace nadir {
namespace {

struct SparseCase {
  Tensor<double> dense;
  std::vector<std::vector<std::int32_t>> coordinates;
  Vector values;

  SparseTensor sparse() const { return {dense.shape().extents(), coordinates, values}; }
};

// About one entry in `one_in` is not zero.
SparseCase sparse_case(const TensorShape& shape, unsigned one_in, unsigned seed) {
  SparseCase c{random_tensor(shape, seed), std::vector<std::vector<std::int32_t>>(static_cast<std::size_t>(shape.num_modes())), {}};
  std::mt19937 generator(seed);
  for (Index p = 0; p < shape.size(); ++p) {
    if (generator() % one_in != 0) {
      c.dense.data()[p] = 0.0;
      continue;
    }
    c.values.push_back(c.dense.data()[p]);
    for (int m = 0; m < shape.num_modes(); ++m)
      c.coordinates[static_cast<std::size_t>(m)].push_back(static_cast<std::int32_t>(p / shape.right(m) % shape[m]));
  }
  return c;
}

double distance(const Tensor<double>& X, const Tensor<double>& Y) {
  EXPECT_EQ(X.shape(), Y.shape());
  double worst = 0.0;
  for (Index i = 0; i < X.size(); ++i) worst = std::max(worst, std::fabs(X.data()[i] - Y.data()[i]));
  return worst;
}

std::vector<TensorShape> shapes() {
  return {TensorShape{40}, TensorShape{20, 30}, TensorShape{9, 13, 11}, TensorShape{1, 12, 7}, TensorShape{5, 7, 6, 8}, TensorShape{3, 4, 2, 5, 3, 2, 2, 3}};
}

TEST(SparseTensor, contracts_as_its_dense_copy_for_every_set_of_kept_modes) {
  for (const TensorShape& shape : shapes()) {
    const SparseCase c = sparse_case(shape, 5, 1);
    const int d = shape.num_modes();
    std::vector<Matrix> factors;
    for (int m = 0; m < d; ++m) factors.push_back(random_factor(shape[m], 1 + m % 3, static_cast<unsigned>(m)));
    const std::vector<ConstMatrixView> views(factors.begin(), factors.end());
    for (unsigned set = 0; set < 1U << d; ++set) {
      std::vector<int> kept;
      std::vector<ModeFactor> others;
      for (int m = 0; m < d; ++m) {
        if ((set >> m & 1U) != 0) kept.push_back(m);
        else others.push_back({m, views[static_cast<std::size_t>(m)], Op::transpose});
      }

      const Tensor<double> result = c.sparse().contract(views, kept);

      EXPECT_LT(distance(result, multi_mode_product(c.dense.view(), others)), 1e-12) << shape.text() << " " << set;
    }
  }
}

TEST(SparseTensor, has_the_same_bits_for_any_number_of_threads) {
  const SparseCase c = sparse_case(TensorShape{60, 50, 40}, 5, 2);
  const std::vector<Matrix> factors{random_factor(60, 3, 1), random_factor(50, 4, 2), random_factor(40, 5, 3)};
  const std::vector<ConstMatrixView> views(factors.begin(), factors.end());
  for (int mode = 0; mode < 3; ++mode) {
    set_num_threads(1);
    const Tensor<double> one = c.sparse().contract(views, {mode});
    set_num_threads(4);
    const Tensor<double> four = c.sparse().contract(views, {mode});
    set_num_threads(0);

    EXPECT_EQ(one, four);
  }
}

TEST(SparseTensor, refuses_entries_out_of_range_or_order) {
  const Vector values{1.0, 2.0};
  const auto make = [&](std::vector<std::vector<std::int32_t>> coordinates, std::vector<Index> extents) {
    SparseTensor(std::move(extents), coordinates, values);
  };

  EXPECT_NO_THROW(make({{0, 1}, {2, 0}}, {2, 3}));
  EXPECT_THROW(make({{1, 0}, {2, 0}}, {2, 3}), InputError);
  EXPECT_THROW(make({{1, 1}, {2, 2}}, {2, 3}), InputError);
  EXPECT_THROW(make({{0, 2}, {2, 0}}, {2, 3}), InputError);
  EXPECT_THROW(make({{-1, 1}, {2, 0}}, {2, 3}), InputError);
  EXPECT_THROW(make({{0}, {2, 0}}, {2, 3}), InputError);
  EXPECT_THROW(make({{0, 1}}, {2, 3}), InputError);
}

TEST(SparseUnfolding, multiplies_by_the_gram_matrix_of_the_dense_copy) {
  for (const TensorShape& shape : shapes()) {
    const SparseCase c = sparse_case(shape, 4, 3);
    const SparseTensor T = c.sparse();
    for (int mode = 0; mode < shape.num_modes(); ++mode) {
      const Matrix Q = random_factor(shape[mode], 3, 4), expected = product(gram(c.dense.view(), mode), Q);

      const Matrix P = SparseUnfolding(T, mode).gram_product(Q);

      for (Index j = 0; j < P.cols(); ++j)
        for (Index i = 0; i < P.rows(); ++i) EXPECT_NEAR(P(i, j), expected(i, j), 1e-11) << shape.text() << " mode " << mode;
    }
  }
}

TEST(SparseHosvd, finds_the_singular_values_of_a_sum_of_disjoint_entries) {
  // Entries (i, i, i): every unfolding has them as its singular values.
  const std::vector<std::int32_t> diagonal{0, 1, 2, 3, 4};
  const std::vector<std::vector<std::int32_t>> coordinates(3, diagonal);
  const Vector values{5.0, -7.0, 1.0, 3.0, 0.5};
  const SparseTensor T({100000, 6, 50}, coordinates, values);

  const TuckerDecomposition d = hosvd(T, {2});

  for (const Vector& s : d.singular_values) EXPECT_NEAR(s[0], 7.0, 1e-6);
  for (const Vector& s : d.singular_values) EXPECT_NEAR(s[1], 5.0, 1e-3);
  EXPECT_NEAR(d.error_squared, 10.25, 1e-2);
  EXPECT_NEAR(hooi(T, d, {}).decomposition.error_squared, 10.25, 1e-8);
}

TEST(SparseHooi, agrees_with_the_dense_copy_from_the_same_start) {
  const SparseCase c = sparse_case(TensorShape{14, 11, 12, 3}, 6, 5);
  const TuckerDecomposition start = sthosvd(c.dense.view(), {.ranks = {2}});

  const HooiResult sparse = hooi(c.sparse(), start, {.max_sweeps = 4, .tol = 0.0}), dense = hooi(c.dense.view(), start, {.max_sweeps = 4, .tol = 0.0});

  EXPECT_NEAR(sparse.decomposition.error_squared, dense.decomposition.error_squared, 1e-11 * start.norm_squared);
  EXPECT_LE(hosvd(c.sparse(), {2}).error_squared, 4.1 * dense.decomposition.error_squared);
}

TEST(SparseHosvd, refuses_what_the_dense_one_refuses) {
  const SparseCase c = sparse_case(TensorShape{4, 5, 6}, 3, 6);

  EXPECT_THROW(hosvd(c.sparse(), {7}), InputError);
  EXPECT_THROW(hosvd(c.sparse(), {2, 2}), InputError);
  EXPECT_THROW(hooi(c.sparse(), sthosvd(random_tensor(TensorShape{4, 5}, 1).view(), {.ranks = {2}}), {}), InputError);
}

}  // namespace
}  // namespace nadir
