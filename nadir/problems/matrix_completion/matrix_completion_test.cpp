// Value, gradient and Hessian of completions against numbers from NumPy (the notes' golden instances), and the
// identities that tie the variants to one another.
#include "nadir/problems/matrix_completion/matrix_completion.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "nadir/base/error.hpp"
#include "nadir/base/random.hpp"
#include "nadir/linalg/dense.hpp"

namespace nadir {
namespace {

CompletionModel model_of(MatrixCompletionOptions options, double lambda) {
  return *make_completion_model(prepare_data(options), lambda);
}

// Ge, Lee, Ma's objective: d = 8, r = 2, Z_ik = cos(1 + 0.7 i + 1.9 k (i + 1)), (i, j) observed iff (i + j) % 3 != 1.
MatrixCompletion ge_lee_ma() {
  MatrixCompletionOptions o;
  o.psd = true;
  o.ratings.rows = o.ratings.cols = 8;
  const auto z = [](Index i, int k) { return std::cos(1.0 + 0.7 * static_cast<double>(i) + 1.9 * k * static_cast<double>(i + 1)); };
  EntryList list;
  for (Index i = 0; i < 8; ++i)
    for (Index j = 0; j < 8; ++j)
      if ((i + j) % 3 != 1) list.add(i, j, z(i, 0) * z(j, 0) + z(i, 1) * z(j, 1));
  o.ratings.set_entries(std::move(list));
  auto model = std::make_shared<CompletionModel>(model_of(std::move(o), 0.0));
  model->is_psd = true;
  model->row_norm_penalty = 2.0;
  model->row_norm_limit = 1.0;
  return {model, 2};
}

template <class F>
Vector filled(Index rows, Index cols, F&& f) {
  Vector x;
  for (Index k = 0; k < cols; ++k)
    for (Index i = 0; i < rows; ++i) x.push_back(f(static_cast<double>(i), static_cast<double>(k)));
  return x;
}

// Rows by columns with values that no symmetry helps; every fifth entry is missing.
MatrixCompletionOptions patchy(Index rows, Index cols) {
  MatrixCompletionOptions o;
  o.ratings.rows = rows;
  o.ratings.cols = cols;
  EntryList list;
  for (Index i = 0; i < rows; ++i)
    for (Index j = 0; j < cols; ++j)
      if ((2 * i + 3 * j) % 5 != 0) list.add(i, j, std::cos(0.5 * static_cast<double>(i) + 0.9 * static_cast<double>(j)));
  o.ratings.set_entries(std::move(list));
  return o;
}

Vector random_point(Index dimension, std::uint64_t seed) {
  Vector x(static_cast<std::size_t>(dimension));
  Random(seed, 0).fill_normal(x);
  return x;
}

TEST(MatrixCompletion, has_the_values_that_numpy_gives_for_ge_lee_and_mas_objective) {
  const MatrixCompletion problem = ge_lee_ma();
  const Vector x = filled(8, 2, [](double i, double k) { return 1.5 * std::sin(0.5 + 1.1 * i + 0.6 * k); });
  const Vector v = filled(8, 2, [](double i, double k) { return std::cos(0.3 * i * i + 0.9 * k); });

  const auto at = problem.expand(x);
  Vector g(16);
  at->gradient(g);
  Matrix Hv(16, 1);
  at->apply_hessian(ConstMatrixView(v.data(), 16, 1), Hv);

  EXPECT_NEAR(at->value(), 83.67617601738515, 1e-12 * 84);
  EXPECT_NEAR(norm(g), 83.01555328559581, 1e-12 * 84);
  EXPECT_NEAR(dot(g, v), 68.49925906442571, 1e-12 * 84);
  EXPECT_NEAR(dot(v, Hv.flat()), 231.3552602794614, 1e-12 * 232);
  EXPECT_NEAR(norm(Hv.flat()), 103.88356797150941, 1e-12 * 104);
}

TEST(MatrixCompletion, with_identity_features_is_the_one_without_features) {
  const CompletionModel plain = model_of(patchy(6, 5), 0.3);
  auto featured = std::make_shared<CompletionModel>(plain);
  featured->row_features = Matrix::identity(6);
  featured->column_features = Matrix::identity(5);
  const MatrixCompletion a(std::make_shared<CompletionModel>(plain), 2), b(featured, 2);
  const Vector x = random_point(22, 1), v = random_point(22, 2);

  const auto here = a.expand(x), there = b.expand(x);
  Vector g(22), h(22);
  here->gradient(g);
  there->gradient(h);
  Matrix Hv(22, 1), Kv(22, 1);
  here->apply_hessian(ConstMatrixView(v.data(), 22, 1), Hv);
  there->apply_hessian(ConstMatrixView(v.data(), 22, 1), Kv);

  EXPECT_NEAR(here->value(), there->value(), 1e-13 * here->value());
  for (std::size_t i = 0; i < 22; ++i) EXPECT_NEAR(g[i], h[i], 1e-12);
  for (Index i = 0; i < 22; ++i) EXPECT_NEAR(Hv(i, 0), Kv(i, 0), 1e-12);
}

// With weighted lambda, sum n_i |u_i|^2 counts every observed entry's |u_i|^2 once.
TEST(MatrixCompletion, weighted_lambda_charges_every_entry_its_rows_squares) {
  MatrixCompletionOptions o = patchy(6, 5);
  o.weighted_lambda = true;
  const CompletionModel model = model_of(o, 0.7);
  const MatrixCompletion problem(std::make_shared<CompletionModel>(model), 1);
  const Vector x = random_point(11, 3);

  double expected = 0.0;
  for (std::size_t k = 0; k < o.ratings.values.size(); ++k) {
    const double u = x[static_cast<std::size_t>(o.ratings.row_index[k])], w = x[static_cast<std::size_t>(6 + o.ratings.col_index[k])];
    expected += 0.5 * std::pow(u * w - o.ratings.values[k], 2) + 0.35 * (u * u + w * w);
  }

  EXPECT_NEAR(problem.value(x), expected, 1e-13 * expected);
}

TEST(MatrixCompletion, minimising_a_block_makes_its_gradient_vanish) {
  const MatrixCompletion problem(std::make_shared<CompletionModel>(model_of(patchy(9, 7), 0.2)), 3);
  for (const std::size_t block : {0u, 1u}) {
    Vector x = random_point(problem.layout().dimension(), 4);
    const BlockShape shape = problem.layout()[block];
    Vector out(static_cast<std::size_t>(shape.size()));

    const BlockStep step = problem.minimise_block(x, block, out);

    EXPECT_NEAR(step.value, problem.value(x), 1e-13 * step.value);
    std::copy(out.begin(), out.end(), x.begin() + shape.offset);
    Vector g(x.size());
    problem.expand(x)->gradient(g);
    EXPECT_LT(norm(std::span<const double>(g).subspan(static_cast<std::size_t>(shape.offset), out.size())), 1e-12);
    EXPECT_LT(problem.value(x), step.value);
  }
}

TEST(MatrixCompletion, refuses_ranks_that_no_matrix_of_these_sides_has) {
  const auto model = std::make_shared<CompletionModel>(model_of(patchy(6, 5), 0.0));
  EXPECT_THROW(MatrixCompletion(model, 0), InputError);
  EXPECT_THROW(MatrixCompletion(model, 7), InputError);
  EXPECT_NO_THROW(MatrixCompletion(model, 6));
}

}  // namespace
}  // namespace nadir
