// Tucker decompositions against LAPACK's SVD, closed forms, identities of norms, and numbers from NumPy.
#include "nadir/linalg/tucker_decomposition.hpp"

#include <gtest/gtest.h>

#include <numeric>

#include "nadir/base/error.hpp"
#include "nadir/linalg/tensor_cases_test.hpp"

namespace nadir {
namespace {

double squared_distance(TensorView<double> X, TensorView<double> Y) {
  double sum = 0.0;
  for (Index i = 0; i < X.size(); ++i) sum += (X[i] - Y[i]) * (X[i] - Y[i]);
  return sum;
}

double distance_from_orthonormal(const Matrix& U) {
  Matrix G = product(U, Op::transpose, U, Op::none);
  for (Index i = 0; i < G.rows(); ++i) G(i, i) -= 1.0;
  return max_abs(G);
}

// Core of i.i.d. normal numbers times orthonormal factors.
TuckerDecomposition random_model(const TensorShape& shape, const std::vector<Index>& ranks, unsigned seed) {
  TuckerDecomposition model;
  model.core = random_tensor(TensorShape(ranks), seed);
  for (int k = 0; k < shape.num_modes(); ++k)
    model.factors.push_back(qr(random_factor(shape[k], ranks[static_cast<std::size_t>(k)], seed + 1 + static_cast<unsigned>(k))).Q);
  return model;
}

std::vector<Index> halves(const TensorShape& shape) {
  std::vector<Index> ranks;
  for (int k = 0; k < shape.num_modes(); ++k) ranks.push_back((shape[k] + 1) / 2);
  return ranks;
}

constexpr SubspaceRoute every_route[] = {SubspaceRoute::automatic, SubspaceRoute::gram, SubspaceRoute::triangle,
                                         SubspaceRoute::randomised};

TEST(Sthosvd, loses_what_it_says_and_keeps_the_rest_on_every_shape_and_route) {
  for (const TensorShape& shape : odd_shapes())
    for (const SubspaceRoute route : every_route) {
      const Tensor<double> T = random_tensor(shape, 1);
      const double square = dot(T.view(), T.view());

      const TuckerDecomposition d = sthosvd(T.view(), {.ranks = halves(shape), .route = route});

      EXPECT_NEAR(d.norm_squared, square, 1e-12 * square) << shape.text();
      EXPECT_NEAR(d.core_norm_squared + d.error_squared, square, 1e-12 * square) << shape.text();
      EXPECT_NEAR(squared_distance(reconstruct(d).view(), T.view()), d.error_squared, 1e-12 * square) << shape.text();
      EXPECT_EQ(d.shape(), shape);
      for (const Matrix& U : d.factors) EXPECT_LT(distance_from_orthonormal(U), 1e-13);
    }
}

TEST(Sthosvd, of_a_matrix_is_its_truncated_svd) {
  const Tensor<double> T = random_tensor(TensorShape{12, 17}, 2);
  const Vector values = svd(unfolding(T.view(), 0)).values;
  const double tail = std::inner_product(values.begin() + 4, values.end(), values.begin() + 4, 0.0);

  const TuckerDecomposition d = sthosvd(T.view(), {.ranks = {4}});

  EXPECT_NEAR(d.error_squared, tail, 1e-12 * d.norm_squared);
  for (std::size_t i = 0; i < 12; ++i)
    EXPECT_NEAR(d.singular_values[static_cast<std::size_t>(d.mode_order[0])][i], values[i], 1e-12 * values[0]);
}

// numpy: singular values of np.moveaxis(T, k, 0).reshape(n_k, -1); the errors are those of the notes on this tensor.
TEST(Sthosvd, agrees_with_numpy_on_a_small_tensor) {
  const Tensor<double> T = sine_tensor();

  const TuckerDecomposition d = sthosvd(T.view(), {.ranks = {2, 3, 2}, .mode_order = {0, 1, 2}});

  EXPECT_NEAR(d.norm_squared, 62.77788481976157, 1e-12);
  EXPECT_NEAR(d.discarded[0], 2.0622439824165446, 1e-12);
  EXPECT_NEAR(d.error_squared, 2.424879345874018, 1e-12);
  const double values[] = {7.291186153767759, 2.748498737210978, 1.4333231230626793, 0.08848054763840617};
  for (std::size_t i = 0; i < 4; ++i) EXPECT_NEAR(d.singular_values[0][i], values[i], 1e-12);
}

TEST(Sthosvd, finds_an_exact_decomposition_and_says_so) {
  const TensorShape shape{11, 8, 9, 6};
  const std::vector<Index> ranks{3, 2, 4, 2};
  const Tensor<double> T = reconstruct(random_model(shape, ranks, 3));

  for (const SubspaceRoute route : {SubspaceRoute::automatic, SubspaceRoute::triangle}) {
    const TuckerDecomposition d = sthosvd(T.view(), {.ranks = ranks, .route = route});

    EXPECT_LT(d.relative_error(), 1e-14);
    EXPECT_LT(squared_distance(reconstruct(d).view(), T.view()), 1e-26 * d.norm_squared);
  }
}

TEST(Sthosvd, keeps_the_error_asked_for_with_ranks_no_larger_than_those_of_an_exact_tensor) {
  const TensorShape shape{13, 12, 14};
  const Tensor<double> exact = reconstruct(random_model(shape, {3, 4, 2}, 4));
  Tensor<double> T = random_tensor(shape, 5);
  const double scale = norm(exact.view()) / norm(T.view());
  for (Index i = 0; i < T.size(); ++i) T.data()[i] = exact.data()[i] + 1e-9 * scale * T.data()[i];

  for (const double error : {0.5, 1e-1, 1e-6, 1e-8, 1e-10, 0.0}) {
    const TuckerDecomposition d = sthosvd(T.view(), {.error = error});

    EXPECT_LE(std::sqrt(squared_distance(reconstruct(d).view(), T.view())), (error + 1e-14) * norm(T.view()));
    EXPECT_LE(d.relative_error(), error * (1 + 1e-12));
    if (error >= 1e-8) { EXPECT_LE(d.core.shape()[0], 3); }
    if (error == 1e-10) { EXPECT_GT(d.core.shape()[0], 3); }
  }
}

// T = sum_i w_i u_i x v_i x x_i with orthonormal u, v, x: every unfolding has the singular values w_i.
TEST(Sthosvd, of_an_orthogonally_decomposable_tensor_discards_the_smallest_weights) {
  const Vector weights{5.0, 3.0, 2.0, 1.0, 1e-9};
  TuckerDecomposition model = random_model(TensorShape{9, 8, 7}, {5, 5, 5}, 6);
  model.core = Tensor<double>(TensorShape{5, 5, 5});
  for (Index i = 0; i < 5; ++i) model.core.data()[i * 31] = weights[static_cast<std::size_t>(i)];
  const Tensor<double> T = reconstruct(model);

  const TuckerDecomposition two = sthosvd(T.view(), {.ranks = {2}}), four = sthosvd(T.view(), {.ranks = {4}});

  EXPECT_NEAR(two.error_squared, 5.0, 1e-12);
  EXPECT_NEAR(std::sqrt(four.error_squared), 1e-9, 1e-14);  // far below what Gram matrices resolve
}

TEST(Sthosvd, lies_within_root_d_of_the_largest_tail) {
  for (unsigned seed = 0; seed < 20; ++seed) {
    const Tensor<double> T = random_tensor(TensorShape{6, 5, 7, 4}, seed);
    double largest = 0.0;
    for (int k = 0; k < 4; ++k) {
      const Vector values = svd(unfolding(T.view(), k)).values;
      largest = std::max(largest, std::inner_product(values.begin() + 2, values.end(), values.begin() + 2, 0.0));
    }

    const TuckerDecomposition d = sthosvd(T.view(), {.ranks = {2}});

    EXPECT_GE(d.error_squared, largest * (1 - 1e-12));
    EXPECT_LE(d.error_squared, 4 * largest);
  }
}

TEST(Sthosvd, of_zero_and_constant_tensors_needs_rank_one) {
  const Tensor<double> zero(TensorShape{4, 5, 6});
  const Tensor<double> constant(TensorShape{4, 5, 6}, Vector(120, 3.0));

  const TuckerDecomposition z = sthosvd(zero.view(), {.error = 1e-3}), c = sthosvd(constant.view(), {.error = 1e-8});

  EXPECT_EQ(z.core.size(), 1);
  EXPECT_EQ(z.relative_error(), 0.0);
  EXPECT_EQ(c.core.size(), 1);
  EXPECT_NEAR(std::fabs(c.core.data()[0]), 3.0 * std::sqrt(120.0), 1e-12);
  EXPECT_LT(c.relative_error(), 1e-14);
  EXPECT_EQ(sthosvd(zero.view(), {.ranks = {2, 2, 2}}).core_norm_squared, 0.0);
}

TEST(Sthosvd, gives_a_fortran_ordered_copy_the_same_answer) {
  const Tensor<double> T = random_tensor(TensorShape{6, 9, 7}, 7);
  Tensor<double> fortran(T.shape().reversed());
  for (Index a = 0; a < 6; ++a)
    for (Index b = 0; b < 9; ++b)
      for (Index c = 0; c < 7; ++c) fortran.data()[(c * 9 + b) * 6 + a] = T.data()[(a * 9 + b) * 7 + c];

  const TuckerDecomposition d = sthosvd(T.view(), {.ranks = {2, 3, 4}, .mode_order = {1, 0, 2}});
  const TuckerDecomposition f = sthosvd(fortran.view(), {.ranks = {4, 3, 2}, .mode_order = {1, 2, 0}});

  EXPECT_NEAR(d.error_squared, f.error_squared, 1e-12 * d.norm_squared);
  for (std::size_t k = 0; k < 3; ++k) {
    const Matrix overlap = product(d.factors[k], Op::transpose, f.factors[2 - k], Op::none);
    EXPECT_NEAR(frobenius_norm(overlap), std::sqrt(static_cast<double>(overlap.rows())), 1e-12);
  }
}

TEST(Sthosvd, takes_a_long_mode_by_random_samples_and_loses_hardly_more) {
  const TensorShape shape{400, 12, 15};
  const Tensor<double> exact = reconstruct(random_model(shape, {4, 4, 4}, 8));
  Tensor<double> T = random_tensor(shape, 9);
  const double noise = 0.1 * norm(exact.view()) / norm(T.view());
  for (Index i = 0; i < T.size(); ++i) T.data()[i] = exact.data()[i] + noise * T.data()[i];

  const TuckerDecomposition fast = sthosvd(T.view(), {.ranks = {4}, .mode_order = {0, 1, 2}});
  const TuckerDecomposition exact_route = sthosvd(T.view(), {.ranks = {4}, .route = SubspaceRoute::gram, .mode_order = {0, 1, 2}});

  EXPECT_EQ(fast.routes[0], SubspaceRoute::randomised);
  EXPECT_NEAR(fast.error_squared, exact_route.error_squared, 0.02 * exact_route.error_squared);
  EXPECT_NEAR(squared_distance(reconstruct(fast).view(), T.view()), fast.error_squared, 1e-12 * fast.norm_squared);
}

TEST(Sthosvd, refuses_ranks_that_do_not_fit_and_names_the_mode) {
  const Tensor<double> T = random_tensor(TensorShape{4, 5, 6}, 10);
  const auto message = [&](const std::vector<Index>& ranks) -> std::string {
    try {
      sthosvd(T.view(), {.ranks = ranks});
    } catch (const InputError& error) {
      return error.what();
    }
    return "";
  };

  EXPECT_EQ(message({2, 6, 2}), "ranks, mode 1: expected a rank from 1 to its extent 5, found 6");
  EXPECT_EQ(message({0}), "ranks, mode 0: expected a rank from 1 to its extent 4, found 0");
  EXPECT_EQ(message({2, 2}), "ranks: expected one rank, or one for each of the 3 modes, found 2");
  EXPECT_THROW(sthosvd(T.view(), {.error = std::nan("")}), InputError);
  EXPECT_THROW(sthosvd(T.view(), {.error = -1.0}), InputError);
  EXPECT_THROW(sthosvd(T.view(), {.ranks = {2}, .mode_order = {0, 0, 1}}), InputError);
}

TEST(Sthosvd, allows_a_rank_above_the_product_of_the_others) {
  const Tensor<double> T = random_tensor(TensorShape{9, 2, 2}, 11);

  const TuckerDecomposition d = sthosvd(T.view(), {.ranks = {6, 1, 2}});

  EXPECT_LT(distance_from_orthonormal(d.factors[0]), 1e-13);
  EXPECT_NEAR(d.core_norm_squared + d.error_squared, d.norm_squared, 1e-12 * d.norm_squared);
}

TEST(Sthosvd, says_that_squares_leave_the_range_of_double) {
  for (const double scale : {1e200, 1e-200}) {
    Tensor<double> T = random_tensor(TensorShape{4, 5, 6}, 12);
    for (double& x : T.flat()) x *= scale;

    EXPECT_THROW(sthosvd(T.view(), {.ranks = {2}}), NumericalBreakdown);
    EXPECT_THROW(sthosvd(T.view(), {.error = 0.1, .route = SubspaceRoute::triangle}), NumericalBreakdown);
  }
}

TEST(Sthosvd, of_slabs_that_are_read_agrees_with_the_tensor_in_memory) {
  const Tensor<double> T = random_tensor(TensorShape{7, 6, 8, 5}, 13);
  for (const SubspaceRoute route : every_route) {
    const SthosvdOptions options{.ranks = {2, 3, 2, 2}, .route = route, .mode_order = {2, 0, 1, 3}};

    const TuckerDecomposition read = sthosvd(CopyingSlabs<double>(T.view()), options), whole = sthosvd(T.view(), options);

    EXPECT_NEAR(read.error_squared, whole.error_squared, 1e-12 * whole.norm_squared);
    EXPECT_NEAR(read.norm_squared, whole.norm_squared, 1e-12 * whole.norm_squared);
  }
  EXPECT_NE(sthosvd(CopyingSlabs<double>(T.view()), {.ranks = {2}}).mode_order[0], 0);
}

TEST(Sthosvd, of_floats_differs_by_their_rounding_only) {
  const Tensor<float> T = random_tensor<float>(TensorShape{20, 25, 30}, 14);
  const Tensor<double> wide(T.shape(), Vector(T.flat().begin(), T.flat().end()));

  const TuckerDecomposition d = sthosvd(T.view(), {.ranks = {5}}), reference = sthosvd(wide.view(), {.ranks = {5}});

  EXPECT_NEAR(d.error_squared, reference.error_squared, 1e-5 * reference.norm_squared);
  EXPECT_NEAR(squared_distance(reconstruct(d).view(), wide.view()), d.error_squared, 1e-5 * d.norm_squared);
}

TEST(Hooi, never_loses_length_of_the_core) {
  for (const TensorShape& shape : odd_shapes()) {
    const Tensor<double> T = random_tensor(shape, 15);
    const HooiResult result = hooi(T.view(), sthosvd(T.view(), {.ranks = halves(shape)}), {.max_sweeps = 20});

    for (std::size_t i = 1; i < result.core_norms.size(); ++i)
      EXPECT_GE(result.core_norms[i], result.core_norms[i - 1] * (1 - 1e-14)) << shape.text();
    const TuckerDecomposition& d = result.decomposition;
    EXPECT_NEAR(squared_distance(reconstruct(d).view(), T.view()), d.error_squared, 1e-12 * d.norm_squared) << shape.text();
    EXPECT_LT(squared_distance(best_core(T.view(), d.factors).view(), d.core.view()), 1e-24 * d.norm_squared);
  }
}

// The notes: best of 30 random starts of NumPy's HOOI at ranks (2, 3, 2).
TEST(Hooi, reaches_the_best_approximation_of_a_small_tensor) {
  const Tensor<double> T = sine_tensor();

  const HooiResult result = hooi(T.view(), sthosvd(T.view(), {.ranks = {2, 3, 2}}), {.max_sweeps = 500, .tol = 1e-15});

  EXPECT_TRUE(result.has_settled);
  EXPECT_NEAR(result.decomposition.error_squared, 2.422615646484303, 1e-11);
}

// With T symmetric in the roles of its modes the textbook's update, made from scratch each time, is the oracle.
TEST(Hooi, makes_the_sweeps_of_the_textbook) {
  const TensorShape shape{6, 7, 5, 4};
  const Tensor<double> T = random_tensor(shape, 16);
  const TuckerDecomposition start = random_model(shape, {2, 3, 2, 2}, 17);
  std::vector<Matrix> factors = start.factors;
  for (int sweep = 0; sweep < 3; ++sweep)
    for (int k = 0; k < 4; ++k) {
      std::vector<ModeFactor> others;
      for (int j = 0; j < 4; ++j)
        if (j != k) others.push_back({j, factors[static_cast<std::size_t>(j)], Op::transpose});
      const Tensor<double> projected = multi_mode_product(T.view(), others);
      const Matrix U = svd(unfolding(projected.view(), k)).U;
      factors[static_cast<std::size_t>(k)] = Matrix(U.view().columns(0, factors[static_cast<std::size_t>(k)].cols()));
    }

  const HooiResult result = hooi(T.view(), start, {.max_sweeps = 3, .tol = 0.0});

  EXPECT_EQ(result.sweeps, 3);
  EXPECT_FALSE(result.has_settled);
  for (std::size_t k = 0; k < 4; ++k) {
    const Matrix overlap = product(factors[k], Op::transpose, result.decomposition.factors[k], Op::none);
    EXPECT_NEAR(frobenius_norm(overlap), std::sqrt(static_cast<double>(overlap.rows())), 1e-11);
  }
}

TEST(Hooi, of_slabs_that_are_read_agrees_with_the_tensor_in_memory) {
  const Tensor<double> T = random_tensor(TensorShape{7, 6, 8}, 18);
  const TuckerDecomposition start = sthosvd(T.view(), {.ranks = {2}});

  const HooiResult read = hooi(CopyingSlabs<double>(T.view()), start, {.max_sweeps = 5}), whole = hooi(T.view(), start, {.max_sweeps = 5});

  EXPECT_NEAR(read.decomposition.error_squared, whole.decomposition.error_squared, 1e-12 * start.norm_squared);
}

TEST(Hooi, has_the_same_bits_for_any_number_of_threads) {
  const Tensor<double> T = random_tensor(TensorShape{40, 50, 45}, 19);
  const auto run = [&](int threads) {
    set_num_threads(threads);
    const HooiResult result = hooi(T.view(), sthosvd(T.view(), {.ranks = {5}}), {.max_sweeps = 3});
    set_num_threads(0);
    return result.decomposition;
  };

  const TuckerDecomposition one = run(1), four = run(4);

  EXPECT_EQ(one.core, four.core);
  EXPECT_EQ(one.factors, four.factors);
}

TEST(Hooi, settles_at_once_on_zero_and_on_exact_tensors) {
  const Tensor<double> zero(TensorShape{3, 4, 5}), exact = reconstruct(random_model(TensorShape{8, 9, 7}, {2, 2, 3}, 20));

  const HooiResult z = hooi(zero.view(), sthosvd(zero.view(), {.ranks = {2}}), {});
  const HooiResult e = hooi(exact.view(), sthosvd(exact.view(), {.ranks = {2, 2, 3}}), {});

  EXPECT_EQ(z.sweeps, 1);
  EXPECT_EQ(z.decomposition.error_squared, 0.0);
  EXPECT_EQ(e.sweeps, 1);
  EXPECT_LT(e.decomposition.relative_error(), 1e-14);
}

TEST(Hooi, refuses_a_start_of_another_shape) {
  const Tensor<double> T = random_tensor(TensorShape{4, 5, 6}, 21);

  EXPECT_THROW(hooi(T.view(), random_model(TensorShape{4, 5}, {2, 2}, 22), {}), InputError);
  EXPECT_THROW(hooi(T.view(), random_model(TensorShape{4, 6, 6}, {2, 2, 2}, 22), {}), InputError);
}

TEST(Reconstruct, writes_slabs_that_are_parts_of_the_whole) {
  const TuckerDecomposition model = random_model(TensorShape{6, 5, 4}, {2, 3, 2}, 23);
  const Tensor<double> whole = reconstruct(model);

  const Tensor<double> slab = reconstruct_slab(model, 1, 2, 2);

  ASSERT_EQ(slab.shape(), (TensorShape{6, 2, 4}));
  for (Index a = 0; a < 6; ++a)
    for (Index b = 0; b < 2; ++b)
      for (Index c = 0; c < 4; ++c) EXPECT_NEAR(slab.data()[(a * 2 + b) * 4 + c], whole.data()[(a * 5 + b + 2) * 4 + c], 1e-14);
}

TEST(ResidualSquared, is_the_distance_of_the_entries) {
  const Tensor<double> T = random_tensor(TensorShape{6, 5, 4}, 24);
  const TuckerDecomposition model = random_model(T.shape(), {2, 3, 2}, 25);

  const double square = residual_squared<double>(MemorySlabs<double>(T.view()), model);

  EXPECT_NEAR(square, squared_distance(reconstruct(model).view(), T.view()), 1e-12 * square);
}

}  // namespace
}  // namespace nadir
