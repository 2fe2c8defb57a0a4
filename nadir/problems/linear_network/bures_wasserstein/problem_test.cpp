// Value, gradient and Hessian of the Bures-Wasserstein loss against the notes' exact cases (diagonal matrices, on
// which every formula is elementary), closed forms for 2 x 2 matrices, and finite differences.
#include "nadir/problems/linear_network/bures_wasserstein/problem.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "nadir/base/error.hpp"
#include "nadir/base/random.hpp"
#include "nadir/linalg/dense.hpp"
#include "nadir/problems/linear_network/bures_wasserstein/bound.hpp"

namespace nadir {
namespace {

Matrix M(const std::vector<std::vector<double>>& rows) { return Matrix::from_rows(rows); }

Matrix random_matrix(Index rows, Index cols, std::uint64_t stream) {
  Random random(11, stream);
  Matrix m(rows, cols);
  random.fill_normal(m.flat());
  return m;
}

Matrix random_covariance(Index n, Index rank, std::uint64_t stream) {
  const Matrix A = random_matrix(n, rank, stream);
  Matrix S = product(A, Op::none, A, Op::transpose);
  symmetrise(S);
  return S;
}

BuresWassersteinNetwork network(const Matrix& S, std::vector<Index> widths, double tau = 0.0, bool residual = false) {
  return BuresWassersteinNetwork({std::move(widths), residual}, TargetCovariance::given(S, "S"), tau);
}

const Matrix diagonal_target = M({{4, 0, 0}, {0, 1, 0}, {0, 0, 0.25}});

struct Critical {
  std::string name;
  Matrix W;  // 3 x 2
  double tau, value;
  Vector spectrum;
};

// sqrt(lambda_j - tau) for the j in J, one column each; the notes' spectra, exact to the digits given.
std::vector<Critical> critical_points() {
  const auto r = [](double lambda) { return std::sqrt(lambda - 0.04); };
  return {{"J=12", M({{2, 0}, {0, 1}, {0, 0}}), 0, 0.25, {0, 1.5, 1.875, 2, 2, 2}},
          {"J=13", M({{2, 0}, {0, 0}, {0, 0.5}}), 0, 1, {-6, 0, 1.5, 2, 2, 2}},
          {"J=23", M({{0, 0}, {1, 0}, {0, 0.5}}), 0, 4, {-30, -6, 0, 2, 2, 2}},
          {"smoothed J=12", M({{r(4), 0}, {0, r(1)}, {0, 0}}), 0.04, 0.09, {0, 1.3636, 1.8293, 1.92, 1.968, 1.98}},
          {"smoothed J=13", M({{r(4), 0}, {0, 0}, {0, r(0.25)}}), 0.04, 0.64, {-3.3333, 0}},
          {"smoothed J=1", M({{r(4), 0}, {0, 0}, {0, 0}}), 0.04, 0.73, {-8, -3, 0, 1.4286, 1.8293, 1.98}}};
}

TEST(BuresWasserstein, value_gradient_and_spectrum_at_the_critical_points_of_a_diagonal_target) {
  for (const Critical& c : critical_points()) {
    SCOPED_TRACE(c.name);
    const BuresWassersteinNetwork problem = network(diagonal_target, {2, 3}, c.tau);
    Vector g(6);
    Matrix H(6, 6);

    const auto here = problem.expand(c.W.flat());
    here->gradient(g);
    here->apply_hessian(Matrix::identity(6), H);

    EXPECT_NEAR(here->value(), c.value, 1e-14);
    EXPECT_LT(norm(g), 1e-14);
    EXPECT_TRUE(problem.is_smooth(c.W.flat()));
    for (Index i = 0; i < 6; ++i)
      for (Index j = 0; j < i; ++j) EXPECT_NEAR(H(i, j), H(j, i), 1e-13);
    const Vector eigenvalues = symmetric_eigen(H).values;
    for (std::size_t i = 0; i < c.spectrum.size(); ++i) EXPECT_NEAR(eigenvalues[i], c.spectrum[i], 5e-5);
  }
}

TEST(BuresWasserstein, agrees_with_the_notes_on_a_full_target) {
  // For 2 x 2 matrices |S^{1/2} W|_*^2 = tr(W^T S W) + 2 sqrt(det S) |det W| = 10 + 4 sqrt(3) at W = diag(1, 2).
  const Matrix S = M({{2, 1}, {1, 2}}), W = M({{1, 0}, {0, 2}});
  const BuresWassersteinNetwork sharp = network(S, {2, 2}), smooth = network(S, {2, 2}, 0.1);
  const Matrix G = M({{-.65609333, -.97219763}, {-.48609882, 1.21365689}});
  const Matrix G_smooth = M({{-.53635409, -.94924807}, {-.47462404, 1.24988599}});
  Matrix g(2, 2), g_smooth(2, 2);

  sharp.expand(W.flat())->gradient(g.flat());
  smooth.expand(W.flat())->gradient(g_smooth.flat());

  EXPECT_NEAR(sharp.value(W.flat()), 5 + 4 - 2 * std::sqrt(10 + 4 * std::sqrt(3.0)), 1e-14);
  EXPECT_NEAR(sharp.value(W.flat()), 0.7712204476543434, 1e-14);
  EXPECT_NEAR(smooth.value(W.flat()), 0.772276781217883, 1e-14);
  for (Index i = 0; i < 4; ++i) {
    EXPECT_NEAR(g.data()[i], G.data()[i], 1e-8);
    EXPECT_NEAR(g_smooth.data()[i], G_smooth.data()[i], 1e-8);
  }
}

TEST(BuresWasserstein, gradient_of_a_semi_orthogonal_start_is_that_of_the_notes) {
  const Matrix W = M({{1, 0}, {0, 1}, {0, 0}});
  const BuresWassersteinNetwork problem = network(diagonal_target, {2, 3});
  Matrix g(3, 2);

  problem.expand(W.flat())->gradient(g.flat());

  EXPECT_NEAR(problem.value(W.flat()), 1.25, 1e-15);
  EXPECT_NEAR(g(0, 0), -2, 1e-14);
  g(0, 0) = 0;
  EXPECT_LT(max_abs(g), 1e-14);
}

TEST(BuresWasserstein, squared_gradient_is_four_times_the_value_for_a_single_wide_layer) {
  for (const Index m : {3, 5}) {
    const BuresWassersteinNetwork problem = network(random_covariance(3, 3, 1), {m, 3});
    const Matrix W = random_matrix(3, m, 2);
    Vector g(static_cast<std::size_t>(W.size()));

    problem.expand(W.flat())->gradient(g);

    const double value = problem.value(W.flat());
    EXPECT_NEAR(dot(g, g), 4 * value, 1e-12 * value);
  }
}

struct Shape {
  std::string name;
  std::vector<Index> widths;
  Index target_rank;
  double tau = 0.0;
  bool residual = false;
};

std::vector<Shape> shapes() {
  return {{"single", {4, 3}, 3},
          {"narrow latent", {2, 4}, 4},
          {"bottleneck: smooth in the weights, not in their product", {4, 2, 4}, 4},
          {"deep bottleneck", {3, 5, 1, 4, 3}, 3},
          {"singular target", {4, 3, 4}, 2},
          {"smoothed", {2, 3, 4}, 4, 0.3},
          {"smoothed singular target", {3, 2, 4}, 3, 0.1},
          {"identity skips", {3, 3, 3, 2}, 2, 0.0, true},
          {"one by one", {1, 1, 1}, 1},
          {"smoothed identity skips", {3, 3, 3}, 3, 1e-3, true}};
}

TEST(BuresWasserstein, gradient_and_hessian_are_the_derivatives_of_the_value) {
  for (const Shape& s : shapes()) {
    SCOPED_TRACE(s.name);
    const BuresWassersteinNetwork problem = network(random_covariance(s.widths.back(), s.target_rank, 3), s.widths, s.tau, s.residual);
    const Index dimension = problem.layout().dimension();
    const Matrix x = random_matrix(dimension, 1, 4), u = random_matrix(dimension, 1, 5);
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

    EXPECT_TRUE(problem.is_smooth(x.flat()));
    EXPECT_EQ(here->value(), problem.value(x.flat()));
    const double slope = (problem.value(forward.flat()) - problem.value(backward.flat())) / (2 * h);
    EXPECT_NEAR(dot(g, u.flat()), slope, 1e-6 * (1 + std::fabs(slope)));
    for (Index i = 0; i < dimension; ++i) {
      const auto k = static_cast<std::size_t>(i);
      EXPECT_NEAR(Hu(i, 0), (gf[k] - gb[k]) / (2 * h), 1e-5 * (1 + norm(Hu.flat())));
    }
  }
}

TEST(BuresWasserstein, enclosures_contain_the_value_and_are_tight) {
  for (const Shape& s : shapes()) {
    SCOPED_TRACE(s.name);
    if (s.target_rank < s.widths.back()) continue;  // singular up to rounding: nothing is proved
    const BuresWassersteinNetwork problem = network(random_covariance(s.widths.back(), s.target_rank, 3), s.widths, s.tau, s.residual);
    const Matrix x = random_matrix(problem.layout().dimension(), 1, 4);

    const Interval value = enclose_bures_wasserstein(problem, x.flat());

    const double size = problem.target().trace() + problem.value(x.flat());
    EXPECT_NEAR(value.mid(), problem.value(x.flat()), 1e-13 * size);
    EXPECT_LT(value.width(), 1e-12 * size);
    EXPECT_LE(enclose_bures_wasserstein_optimum(problem).lower, value.upper);
  }
}

TEST(BuresWasserstein, has_a_kink_where_the_product_loses_rank_and_none_with_smoothing) {
  const Matrix W = M({{2, 0}, {0, 0}, {0, 0}});

  EXPECT_FALSE(network(diagonal_target, {2, 3}).is_smooth(W.flat()));
  EXPECT_TRUE(network(diagonal_target, {2, 3}, 0.04).is_smooth(W.flat()));
  EXPECT_NEAR(network(diagonal_target, {2, 3}).value(W.flat()), 1.25, 1e-15);  // lambda_2 + lambda_3
}

TEST(BuresWassersteinOptimum, is_the_tail_of_the_spectrum) {
  EXPECT_NEAR(bures_wasserstein_optimum(network(diagonal_target, {2, 3})), 0.25, 1e-16);
  EXPECT_NEAR(bures_wasserstein_optimum(network(diagonal_target, {3, 1, 3})), 1.25, 1e-16);
  EXPECT_NEAR(bures_wasserstein_optimum(network(diagonal_target, {3, 3})), 0.0, 1e-16);
  EXPECT_NEAR(bures_wasserstein_optimum(network(diagonal_target, {2, 3}, 0.04)), 0.09, 1e-15);
}

TEST(BuresWassersteinOptimum, smoothing_above_an_eigenvalue_costs_also_within_the_rank) {
  // tau = 2.25 against 4, 1, 1/4 with k = 2: max(1.5 - 2, 0)^2 + (1.5 - 1)^2 + (1/2 - 1.5)^2.
  const BuresWassersteinNetwork problem = network(diagonal_target, {2, 3}, 2.25);

  const Interval optimum = enclose_bures_wasserstein_optimum(problem);

  EXPECT_NEAR(bures_wasserstein_optimum(problem), 1.25, 1e-15);
  EXPECT_TRUE(optimum.contains(1.25));
  EXPECT_LT(optimum.width(), 1e-13);
  const Matrix W = M({{std::sqrt(4 - 2.25), 0}, {0, 0}, {0, 0}});  // the minimiser of the theorem
  EXPECT_NEAR(problem.value(W.flat()), 1.25, 1e-14);
}

TEST(BuresWassersteinOptimum, no_random_weights_of_the_rank_go_below_it) {
  for (const double tau : {0.0, 0.2, 1.0, 5.0})
    for (std::uint64_t i = 0; i < 40; ++i) {
      const BuresWassersteinNetwork problem = network(random_covariance(4, 4, 20 + i), {3, 2, 4}, tau);
      const Matrix x = random_matrix(problem.layout().dimension(), 1, 100 + i);

      EXPECT_GE(problem.value(x.flat()), bures_wasserstein_optimum(problem));
    }
}

TEST(TargetCovariance, of_samples_is_their_uncentred_second_moment) {
  const Matrix Y = M({{1, 3, 0}, {2, -1, 1}});
  const TargetCovariance target = TargetCovariance::of_samples(Y, "Y");
  const TargetCovariance same = TargetCovariance::given(M({{10.0 / 3, -1.0 / 3}, {-1.0 / 3, 2}}), "S");

  EXPECT_EQ(target.obstacle(), "");
  EXPECT_TRUE(target.trace_enclosure().contains(16.0 / 3));
  for (std::size_t i = 0; i < 2; ++i) EXPECT_NEAR(target.eigenvalues()[i], same.eigenvalues()[i], 1e-14);
}

TEST(TargetCovariance, fewer_samples_than_dimensions_leave_exact_zeros) {
  const TargetCovariance target = TargetCovariance::of_samples(random_matrix(4, 2, 8), "Y");

  EXPECT_EQ(target.factor().cols(), 2);
  EXPECT_EQ(target.eigenvalue_enclosures()[2], Interval::point(0.0));
  EXPECT_GT(target.eigenvalue_enclosures()[1].lower, 0.0);
}

TEST(TargetCovariance, knows_an_exactly_singular_matrix_from_one_that_is_indefinite_by_a_rounding) {
  EXPECT_EQ(TargetCovariance::given(M({{1, 1}, {1, 1}}), "S").obstacle(), "");
  EXPECT_NE(TargetCovariance::given(M({{1, 1}, {1, 1 - 1e-15}}), "S").obstacle(), "");
  EXPECT_EQ(TargetCovariance::given(Matrix(2, 2), "S").obstacle(), "");
}

TEST(TargetCovariance, refuses_what_is_no_covariance) {
  EXPECT_THROW(TargetCovariance::given(M({{1, 2, 3}, {4, 5, 6}}), "S"), InputError);
  EXPECT_THROW(TargetCovariance::given(M({{1, 2}, {2 + 1e-15, 5}}), "S"), InputError);
  EXPECT_THROW(TargetCovariance::given(M({{1, 2}, {2, 1}}), "S"), InputError);
  EXPECT_THROW(TargetCovariance::given(M({{1, std::nan("")}, {std::nan(""), 1}}), "S"), InputError);
  EXPECT_THROW(TargetCovariance::given(M({{1e308, 1e308}, {1e308, 1e308}}), "S"), InputError);
  EXPECT_THROW(TargetCovariance::given(Matrix(), "S"), InputError);
  EXPECT_THROW(TargetCovariance::of_samples(M({{1e200, 1}}), "Y"), InputError);
  EXPECT_THROW(network(diagonal_target, {2, 2}), InputError);
  EXPECT_THROW(network(diagonal_target, {2, 3}, -1.0), InputError);
  EXPECT_THROW(network(diagonal_target, {2, 3}, std::nan("")), InputError);
}

}  // namespace
}  // namespace nadir
