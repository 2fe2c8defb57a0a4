// Gradient descent, its perturbed form and L-BFGS against closed forms of their iterates.
#include <gtest/gtest.h>

#include <cmath>

#include "nadir/base/error.hpp"
#include "nadir/solvers/analytic_problems_test.hpp"
#include "nadir/solvers/gradient_descent.hpp"
#include "nadir/solvers/lbfgs.hpp"
#include "nadir/solvers/minimise.hpp"
#include "nadir/solvers/perturbed_gd.hpp"

namespace nadir {
namespace {

using namespace analytic;

TEST(GradientDescent, fixed_steps_shrink_each_error_by_its_factor) {
  // x_k - 1 = (1 - 0.1 d)^k (x_0 - 1): factors 0.9 and 0.5.
  const auto solver = make_gradient_descent({.step_size = 0.1});

  const Result result = minimise(*solver, quadratic({1.0, 5.0}), Vector{3.0, 9.0}, 0, {.gradient_tol = 0.0, .max_iterations = 12});

  EXPECT_NEAR(result.point[0], 1.0 + 2.0 * std::pow(0.9, 12), 1e-14);
  EXPECT_NEAR(result.point[1], 1.0 + 8.0 * std::pow(0.5, 12), 1e-14);
}

TEST(GradientDescent, momentum_follows_the_heavy_ball_recurrence) {
  // e_{k+1} = (1 + beta - eta d) e_k - beta e_{k-1} with e_{-1} = e_0; eta d = 0.25, beta = 0.5.
  const auto solver = make_gradient_descent({.step_size = 0.25, .momentum = 0.5});
  double before = 2.0, error = 2.0;
  for (int k = 0; k < 3; ++k) {
    const double next = 1.25 * error - 0.5 * before;
    before = error;
    error = next;
  }

  const Result result = minimise(*solver, quadratic({1.0}), Vector{3.0}, 0, {.gradient_tol = 0.0, .max_iterations = 3});

  EXPECT_NEAR(result.point[0], 1.0 + error, 1e-14);
}

TEST(GradientDescent, a_fixed_step_that_diverges_returns_the_best_point) {
  const auto solver = make_gradient_descent({.step_size = 3.0});

  const Result result = minimise(*solver, quadratic({1.0}), Vector{3.0}, 0, {});

  EXPECT_EQ(result.termination, Termination::not_finite);
  EXPECT_EQ(result.point[0], 3.0);
}

TEST(GradientDescent, backtracking_needs_no_knowledge_of_scale) {
  for (const double scale : {1e-8, 1.0, 1e8}) {
    const auto solver = make_gradient_descent();

    const Result result = minimise(*solver, wells(scale), Vector{0.4, 0.3}, 0, {.gradient_tol = 1e-8 * std::fmin(1.0, scale)});

    EXPECT_NEAR(result.point[0], 1.0, 1e-6) << scale;
  }
}

TEST(GradientDescent, refuses_momentum_without_a_fixed_step) {
  EXPECT_THROW(make_gradient_descent({.momentum = 0.9}), InputError);
  EXPECT_THROW(make_gradient_descent({.step_size = 0.1, .momentum = 1.0}), InputError);
}

TEST(GradientDescent, stays_at_an_exact_saddle) {
  const auto solver = make_gradient_descent();

  EXPECT_EQ(minimise(*solver, wells(), Vector{0.0, 0.0}, 0, {}).point, (Vector{0.0, 0.0}));
}

// The largest eigenvalue is 5 throughout, or max(3 x^2 - 1, 1) of the wells: the second overtakes the first on the way.
TEST(GradientDescent, the_trace_shows_the_largest_curvature_where_it_was_asked_for) {
  const auto solver = make_gradient_descent({.step_size = 0.1, .sharpness_every = 3});
  const auto expect_rows = [&](const AnalyticProblem& problem, const Vector& start, const auto& expected) {
    const auto watch = [&](const TraceRow& row, const Solver& at) {
      const bool is_asked = row.iteration > 0 && row.iteration % 3 == 0;
      EXPECT_EQ(is_asked, !std::isnan(row.sharpness)) << row.iteration;
      if (is_asked) {
        EXPECT_NEAR(row.sharpness, expected(at.point()), 1e-3 * expected(at.point())) << problem.name << row.iteration;
      }
      if (row.iteration > 0) {
        EXPECT_EQ(row.step_size, 0.1);
      }
      return true;
    };
    minimise(*solver, problem, start, 4, {.gradient_tol = 0.0, .max_iterations = 30}, {.on_iteration = watch});
  };

  expect_rows(quadratic({1.0, 5.0, 2.0, 4.99}), {3.0, 9.0, 4.0, 1.5}, [](std::span<const double>) { return 5.0; });
  expect_rows(wells(), {0.1, 3.0}, [](std::span<const double> x) { return std::fmax(3.0 * x[0] * x[0] - 1.0, 1.0); });
}

TEST(GradientDescent, nobody_looks_at_curvature_unless_asked) {
  const auto solver = make_gradient_descent({.step_size = 0.1});
  Trace trace;

  const Result result = minimise(*solver, quadratic({1.0, 5.0}), Vector{3.0, 9.0}, 0, {.max_iterations = 5}, {.trace = &trace});

  EXPECT_EQ(result.counts.hessian_products, 0);
  for (const TraceRow& row : trace) EXPECT_TRUE(std::isnan(row.sharpness) && std::isnan(row.step_size));
}

// x_k - 1 = (1 - 0.41 * 5)^k (x_0 - 1), whose modulus grows: 0.41 exceeds 2 / 5. 0.39 does not.
TEST(GradientDescent, diverges_where_the_step_exceeds_two_over_the_sharpness_and_not_below) {
  for (const double step : {0.39, 0.41}) {
    const auto solver = make_gradient_descent({.step_size = step, .sharpness_every = 1});
    Trace trace;
    minimise(*solver, quadratic({1.0, 5.0}), Vector{3.0, 9.0}, 0, {.gradient_tol = 0.0, .max_iterations = 50}, {.trace = &trace});

    const bool is_stable = trace.back().sharpness < 2.0 / trace.back().step_size;
    EXPECT_EQ(is_stable, step < 0.4);
    EXPECT_EQ(is_stable, trace.back().value < trace.front().value);
  }
}

TEST(PerturbedGd, thresholds_are_those_of_the_paper) {
  // ell = 2, rho = 4, epsilon = 1/4, c = 1, and a logarithm below 4, so chi = 12.
  const auto t = internal::thresholds({.smoothness = 2.0, .hessian_lipschitz = 4.0, .accuracy = 0.25, .failure_probability = 1.0, .value_drop = 1.0, .constant = 1.0}, 1.0);

  EXPECT_EQ(t.chi, 12.0);
  EXPECT_EQ(t.eta, 0.5);
  EXPECT_NEAR(t.radius, 0.25 / (144.0 * 2.0), 1e-18);
  EXPECT_NEAR(t.gradient, 0.25 / 144.0, 1e-18);
  EXPECT_EQ(t.steps, 24.0);
  EXPECT_NEAR(t.value, 0.0625 / 1728.0, 1e-18);
}

TEST(PerturbedGd, chi_grows_with_the_logarithm) {
  const auto t = internal::thresholds({.smoothness = 1.0, .hessian_lipschitz = 1.0, .accuracy = 1e-3, .failure_probability = 0.01, .value_drop = 1.0, .constant = 1.0}, 1e6);

  EXPECT_NEAR(t.chi, 3.0 * 14.0 * std::log(10.0), 1e-10);  // 1e6 / (1e-6 * 1e-2)
}

TEST(PerturbedGd, leaves_an_exact_saddle_and_ends_in_a_well) {
  // On |x| <= 1 the gradient's constant is 2 and the Hessian's 6.
  const auto solver = make_perturbed_gd({.smoothness = 2.0, .hessian_lipschitz = 6.0, .accuracy = 0.05, .constant = 1.0});
  Trace trace;

  const Result result = minimise(*solver, wells(), Vector{0.0, 0.0}, 3, {}, {.trace = &trace});

  EXPECT_EQ(trace[1].event, "perturbed");
  EXPECT_NEAR(std::fabs(result.point[0]), 1.0, 1e-8);
  EXPECT_EQ(result.termination, Termination::gradient_small);
}

TEST(PerturbedGd, ends_by_its_own_rule_when_the_gradient_tolerance_is_off) {
  const auto solver = make_perturbed_gd({.smoothness = 2.0, .hessian_lipschitz = 6.0, .accuracy = 0.05, .constant = 1.0});

  const Result result = minimise(*solver, wells(), Vector{1.0, 0.0}, 3, {.gradient_tol = 0.0});

  EXPECT_EQ(result.termination, Termination::value_flat);
  // chi = 3 log(160000), so t_thres = 132: one perturbation, its steps, and the iteration that stops.
  EXPECT_EQ(result.counts.iterations, 133);
}

TEST(Lbfgs, solves_rosenbrock_to_high_accuracy) {
  const auto solver = make_lbfgs();

  const Result result = minimise(*solver, rosenbrock(), Vector{-1.2, 1.0}, 0, {.gradient_tol = 1e-12});

  EXPECT_EQ(result.termination, Termination::gradient_small);
  EXPECT_NEAR(result.point[0], 1.0, 1e-11);
  EXPECT_LT(result.counts.iterations, 80);
}

TEST(Lbfgs, goes_on_by_slopes_where_values_no_longer_differ) {
  const auto solver = make_lbfgs();

  const Result result = minimise(*solver, quadratic({1.0, 50.0}, 1e6), Vector{3.0, -2.0}, 0, {.gradient_tol = 1e-16});

  EXPECT_LT(result.gradient_norm, 1e-9);
}

TEST(Lbfgs, an_exact_preconditioner_makes_a_quadratic_easy) {
  AnalyticProblem problem = quadratic({1.0, 1e3, 1e6, 1e9});
  problem.inverse_preconditioner = [](std::span<const double>) {
    Matrix P(4, 4);
    for (Index i = 0; i < 4; ++i) P(i, i) = std::pow(10.0, -3.0 * static_cast<double>(i));
    return P;
  };
  const auto solver = make_lbfgs();

  const Result result = minimise(*solver, problem, Vector(4, 0.0), 0, {.gradient_tol = 1e-8});

  EXPECT_LE(result.counts.iterations, 5);
  for (const double x : result.point) EXPECT_NEAR(x, 1.0, 1e-8);
}

TEST(Lbfgs, works_with_one_pair) {
  const auto solver = make_lbfgs({.memory = 1});

  const Result result = minimise(*solver, quadratic({1.0, 10.0, 100.0}), Vector{3.0, -2.0, 0.5}, 0, {.gradient_tol = 1e-10});

  EXPECT_EQ(result.termination, Termination::gradient_small);
}

}  // namespace
}  // namespace nadir
