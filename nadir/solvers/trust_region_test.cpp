// The trust region on problems whose minima are known in closed form.
#include "nadir/solvers/trust_region.hpp"

#include <gtest/gtest.h>

#include "nadir/base/error.hpp"
#include "nadir/solvers/analytic_problems_test.hpp"
#include "nadir/solvers/minimise.hpp"

namespace nadir {
namespace {

using namespace analytic;

Result run(const AnalyticProblem& problem, const Vector& start, const Stopping& stopping = {}, Trace* trace = nullptr) {
  const auto solver = make_trust_region();
  return minimise(*solver, problem, start, 0, stopping, {.trace = trace});
}

TEST(TrustRegion, solves_rosenbrock_to_full_accuracy) {
  const Result result = run(rosenbrock(), {-1.2, 1.0}, {.gradient_tol = 1e-14});

  EXPECT_EQ(result.termination, Termination::gradient_small);
  EXPECT_NEAR(result.point[0], 1.0, 1e-12);
  EXPECT_NEAR(result.point[1], 1.0, 1e-12);
  EXPECT_LT(result.counts.iterations, 40);
}

TEST(TrustRegion, solves_a_quadratic_of_condition_1e12_in_a_few_iterations) {
  const Result result = run(quadratic({1.0, 1e3, 1e6, 1e9, 1e12}), {0, 0, 0, 0, 0}, {.gradient_tol = 1e-10});

  EXPECT_EQ(result.termination, Termination::gradient_small);
  for (const double x : result.point) EXPECT_NEAR(x, 1.0, 1e-9);
}

TEST(TrustRegion, goes_on_by_gradients_where_values_no_longer_differ) {
  const Result result = run(quadratic({1.0, 1e4}, 1e6), {3.0, -2.0}, {.gradient_tol = 1e-18});

  EXPECT_LT(result.gradient_norm, 1e-11);
  EXPECT_NEAR(result.point[0], 1.0, 1e-10);
}

TEST(TrustRegion, leaves_an_exact_strict_saddle) {
  Trace trace;
  const Result result = run(wells(), {0.0, 0.0}, {}, &trace);

  EXPECT_EQ(result.termination, Termination::gradient_small);
  EXPECT_NEAR(std::fabs(result.point[0]), 1.0, 1e-8);
  EXPECT_NEAR(result.value, 0.0, 1e-15);
  ASSERT_GE(trace.size(), 2u);
  EXPECT_EQ(trace[1].event, "negative-curvature");
  EXPECT_NEAR(trace[1].curvature, -1.0, 1e-12);
}

TEST(TrustRegion, leaves_an_exact_strict_saddle_when_the_gradient_tolerance_is_off) {
  const Result result = run(wells(), {0.0, 0.0}, {.gradient_tol = 0.0, .max_iterations = 200});

  EXPECT_NEAR(std::fabs(result.point[0]), 1.0, 1e-14);
  EXPECT_NE(result.termination, Termination::iteration_limit);
}

TEST(TrustRegion, leaves_a_saddle_of_a_tiny_value) {
  const Result result = run(wells(1e-14), {0.0, 0.0}, {.gradient_tol = 1e-20});

  EXPECT_NEAR(std::fabs(result.point[0]), 1.0, 1e-5);
}

TEST(TrustRegion, steps_do_not_depend_on_the_scale_of_the_value) {
  const Result result = run(wells(), {0.3, 0.7}, {.gradient_tol = 0.0, .max_iterations = 8});
  const Result scaled = run(wells(0x1p-60), {0.3, 0.7}, {.gradient_tol = 0.0, .max_iterations = 8});

  EXPECT_EQ(result.point, scaled.point);
}

TEST(TrustRegion, avoids_points_outside_the_domain) {
  const Result result = run(logarithm(), {1e-3});

  EXPECT_EQ(result.termination, Termination::gradient_small);
  EXPECT_NEAR(result.point[0], 1.0, 1e-7);
}

TEST(TrustRegion, uses_the_preconditioner_as_its_norm) {
  AnalyticProblem problem = quadratic({1.0, 1e3, 1e6, 1e9});
  problem.inverse_preconditioner = [](std::span<const double>) {
    Matrix P(4, 4);
    for (Index i = 0; i < 4; ++i) P(i, i) = std::pow(10.0, -3.0 * static_cast<double>(i));
    return P;
  };

  const Result result = run(problem, {0, 0, 0, 0}, {.gradient_tol = 1e-9});

  // With M = H one conjugate gradient step solves the model; the first Cauchy step is the whole way.
  EXPECT_EQ(result.termination, Termination::gradient_small);
  EXPECT_LE(result.counts.iterations, 3);
}

TEST(TrustRegion, ends_where_every_step_leaves_the_domain) {
  const Result result = run(island(), {0.0});

  EXPECT_EQ(result.termination, Termination::not_finite);
  EXPECT_EQ(result.value, 1.0);
}

TEST(TrustRegion, finds_no_way_off_a_plain_and_says_gradient_small) {
  const Result result = run(constant(), {1.0, 2.0});

  EXPECT_EQ(result.termination, Termination::gradient_small);
  EXPECT_EQ(result.counts.iterations, 0);
}

TEST(TrustRegion, names_an_option_that_is_out_of_range) {
  try {
    make_trust_region({.max_inner = 0});
    FAIL();
  } catch (const InputError& error) {
    EXPECT_EQ(error.place(), "--max-inner");
  }
}

}  // namespace
}  // namespace nadir
