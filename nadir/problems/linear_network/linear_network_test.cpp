// Value, gradient and Hessian of the squared loss against the definition evaluated sample by sample and
// against finite differences; spectra of the notes' small cases against their closed forms.
#include "nadir/problems/linear_network/linear_network.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "nadir/base/random.hpp"
#include "nadir/linalg/dense.hpp"

namespace nadir {
namespace {

Matrix random_matrix(Index rows, Index cols, std::uint64_t stream) {
  Random random(7, stream);
  Matrix m(rows, cols);
  random.fill_normal(m.flat());
  return m;
}

// 1/(2n) sum_i |P x_i - y_i|^2 + penalty, straight from the definition.
double definition(const LinearArchitecture& a, ConstMatrixView X, ConstMatrixView Y, const std::vector<Matrix>& penalty,
                  std::span<const double> x) {
  const Matrix P = chain_product(a, a.effective_weights(x), 0, a.num_layers());
  double sum = 0;
  for (Index s = 0; s < X.cols; ++s)
    for (Index i = 0; i < Y.rows; ++i) {
      double r = -Y(i, s);
      for (Index j = 0; j < X.rows; ++j) r += P(i, j) * X(j, s);
      sum += r * r;
    }
  double decay = 0;
  std::size_t e = 0;
  for (const Matrix& B : penalty)
    for (double b : B.flat()) decay += b * x[e] * x[e], ++e;
  return sum / (2.0 * static_cast<double>(X.cols)) + decay / 2;
}

struct Case {
  LinearArchitecture architecture;
  Index samples;
  bool penalised = false;
};

std::vector<Matrix> penalty_of(const Case& c) {
  std::vector<Matrix> penalty;
  if (!c.penalised) return penalty;
  const Layout layout = c.architecture.layout();
  for (const BlockShape& b : layout.blocks()) {
    penalty.push_back(random_matrix(b.rows, b.cols, 3));
    for (double& v : penalty.back().flat()) v = std::fabs(v);
  }
  return penalty;
}

std::vector<Case> cases() {
  return {{{{4, 3, 2}, false}, 9},       {{{2, 5, 3, 4}, false}, 3},           {{{3, 3, 3, 2}, true}, 20},
          {{{6, 2}, false}, 4},          {{{3, 4, 4, 2}, true}, 8, true},      {{{1, 1, 1, 1, 1}, false}, 1, true},
          {{{5, 2, 2, 2, 6}, true}, 7}};
}

TEST(LinearNetwork, value_is_the_definition_also_with_more_features_than_samples) {
  for (const Case& c : cases()) {
    const Matrix X = random_matrix(c.architecture.widths.front(), c.samples, 1), Y = random_matrix(c.architecture.widths.back(), c.samples, 2);
    const std::vector<Matrix> penalty = penalty_of(c);
    const LinearNetwork problem(c.architecture, reduce(X, Y), penalty);
    const Matrix x = random_matrix(problem.layout().dimension(), 1, 4);

    const double expected = definition(c.architecture, X, Y, penalty, x.flat());

    EXPECT_NEAR(problem.value(x.flat()), expected, 1e-12 * expected);
  }
}

TEST(LinearNetwork, gradient_and_hessian_are_the_derivatives_of_the_value) {
  for (const Case& c : cases()) {
    const Matrix X = random_matrix(c.architecture.widths.front(), c.samples, 1), Y = random_matrix(c.architecture.widths.back(), c.samples, 2);
    const LinearNetwork problem(c.architecture, reduce(X, Y), penalty_of(c));
    const Index dimension = problem.layout().dimension();
    const Matrix x = random_matrix(dimension, 1, 5), u = random_matrix(dimension, 1, 6);
    const double h = 1e-5;
    Matrix forward = x, backward = x;
    axpy(h, u.flat(), forward.flat());
    axpy(-h, u.flat(), backward.flat());
    Vector g(static_cast<std::size_t>(dimension)), gf = g, gb = g;
    const auto here = problem.expand(x.flat());
    here->gradient(g);
    problem.expand(forward.flat())->gradient(gf);
    problem.expand(backward.flat())->gradient(gb);
    Matrix Hu(dimension, 1);
    here->apply_hessian(u, Hu);

    const double slope = (problem.value(forward.flat()) - problem.value(backward.flat())) / (2 * h);
    EXPECT_NEAR(dot(g, u.flat()), slope, 1e-6 * (1 + std::fabs(slope)));
    for (Index i = 0; i < dimension; ++i) {
      const auto k = static_cast<std::size_t>(i);
      EXPECT_NEAR(Hu(i, 0), (gf[k] - gb[k]) / (2 * h), 1e-5 * (1 + std::fabs(Hu(i, 0))));
    }
  }
}

TEST(LinearNetwork, hessian_at_two_zero_layers_has_the_singular_values_of_the_data_on_both_sides) {
  // Notes T2: X = I, Y = diag(2, 1), all weights zero: +-2, +-2, +-1, +-1, over n = 2.
  const Matrix X = Matrix::identity(2), Y = Matrix::from_rows({{2, 0}, {0, 1}});
  const LinearNetwork problem({{2, 2, 2}, false}, reduce(X, Y));
  Matrix H(8, 8);
  problem.expand(Vector(8, 0.0))->apply_hessian(Matrix::identity(8), H);

  const Vector eigenvalues = symmetric_eigen(H).values;

  const Vector expected{-1, -1, -0.5, -0.5, 0.5, 0.5, 1, 1};
  for (std::size_t i = 0; i < 8; ++i) EXPECT_NEAR(eigenvalues[i], expected[i], 1e-14);
}

TEST(Reduce, qr_and_gram_routes_agree) {
  const Matrix X = random_matrix(130, 20000, 8), W = random_matrix(3, 130, 9);  // 3.4e8 multiplications: the Gram route
  Matrix Y = product(W, X);
  const Matrix noise = random_matrix(3, 20000, 10);
  axpy(0.1, noise.flat(), Y.flat());

  const ReducedData d = reduce(X, Y);

  EXPECT_EQ(d.factor.cols(), 130);
  const Matrix P = random_matrix(3, 130, 11);
  Matrix direct(Y), reduced(d.target);
  multiply(1, P, Op::none, X, Op::none, -1, direct);
  multiply(1, P, Op::none, d.factor, Op::none, -1, reduced);
  const double expected = dot(direct.flat(), direct.flat());
  EXPECT_NEAR(dot(reduced.flat(), reduced.flat()) + d.residual, expected, 1e-11 * expected);
  Matrix rest(Y);
  multiply(1, d.least_squares, Op::none, X, Op::none, -1, rest);
  EXPECT_LT(frobenius_norm(sample_product(rest, X)), 1e-9 * frobenius_norm(sample_product(Y, X)));
}

// More samples than are looked at at once, the last ones no full block; row 2 of X is twice row 0, row 4 is zero but for
// the last block, which the rank must not miss.
TEST(Reduce, many_samples_are_reduced_block_by_block) {
  Matrix X = random_matrix(6, 20001, 8);
  for (Index s = 0; s < X.cols(); ++s) {
    X(2, s) = 2.0 * X(0, s);
    if (s < X.cols() - 3) X(4, s) = 0.0;
  }
  Matrix Y = product(random_matrix(3, 6, 9), X);
  axpy(0.1, random_matrix(3, 20001, 10).flat(), Y.flat());

  const ReducedData d = reduce(X, Y);

  EXPECT_EQ(d.factor.cols(), 5);
  const Matrix S = product(d.factor, Op::none, d.factor, Op::transpose);
  for (Index j = 0; j < 6; ++j)
    for (Index i = 0; i < 6; ++i) EXPECT_NEAR(S(i, j), d.gram.mid(i, j), 1e-11 * std::sqrt(d.gram.mid(i, i) * d.gram.mid(j, j)));
  const Matrix P = random_matrix(3, 6, 11);
  Matrix direct(Y), reduced(d.target);
  multiply(1, P, Op::none, X, Op::none, -1, direct);
  multiply(1, P, Op::none, d.factor, Op::none, -1, reduced);
  const double expected = dot(direct.flat(), direct.flat());
  EXPECT_NEAR(dot(reduced.flat(), reduced.flat()) + d.residual, expected, 1e-11 * expected);
  Matrix rest(Y);
  multiply(1, d.least_squares, Op::none, X, Op::none, -1, rest);
  EXPECT_LT(frobenius_norm(sample_product(rest, X)), 1e-9 * frobenius_norm(sample_product(Y, X)));
}

TEST(Reduce, sees_zero_rows_and_dependent_rows) {
  Matrix X(4, 6);
  for (Index s = 0; s < 6; ++s) {
    X(0, s) = static_cast<double>(s);
    X(1, s) = 1.0;
    X(3, s) = 2.0 * static_cast<double>(s) - 3.0;  // row 2 stays zero
  }
  const ReducedData d = reduce(X, random_matrix(2, 6, 12));

  EXPECT_EQ(d.factor.cols(), 2);
  EXPECT_EQ(d.kept.size(), 2u);
}

// Directions are stacked sixteen at a time: more than two stacks, the last one not full.
TEST(LinearNetwork, a_block_of_directions_gives_what_each_gives_alone) {
  for (const Case& c : cases()) {
    const Matrix X = random_matrix(c.architecture.widths.front(), c.samples, 1), Y = random_matrix(c.architecture.widths.back(), c.samples, 2);
    const LinearNetwork problem(c.architecture, reduce(X, Y), penalty_of(c));
    const Index dimension = problem.layout().dimension();
    const auto here = problem.expand(random_matrix(dimension, 1, 4).flat());
    const Matrix U = random_matrix(dimension, 37, 5);

    Matrix together(dimension, 37), alone(dimension, 37);
    here->apply_hessian(U, together);
    for (Index j = 0; j < 37; ++j) here->apply_hessian(U.view().columns(j, 1), alone.view().columns(j, 1));

    axpy(-1.0, alone.flat(), together.flat());
    EXPECT_LE(max_abs(together), 1e-13 * max_abs(alone));
  }
}

}  // namespace
}  // namespace nadir
