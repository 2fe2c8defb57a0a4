// A user's function, solved, judged and led out of saddles. Oracle: functions whose critical points are known by hand.
#include "nadir/driver/minimise_function.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <stdexcept>

#include "nadir/base/error.hpp"
#include "nadir/solvers/analytic_problems_test.hpp"

namespace nadir {
namespace {

using namespace analytic;

FunctionRequest with_solver(const char* name) {
  FunctionRequest request;
  request.options.solver = name;
  return request;
}

TEST(MinimiseFunction, ends_in_a_judged_minimum) {
  const AnalyticProblem problem = rosenbrock();

  const FunctionOutcome outcome = minimise_function(problem, Vector{-1.2, 1.0}, {});

  EXPECT_NEAR(outcome.result.point[0], 1.0, 1e-7);
  EXPECT_NEAR(outcome.result.point[1], 1.0, 1e-7);
  ASSERT_TRUE(outcome.judgement);
  EXPECT_EQ(outcome.judgement->verdict.headline, Headline::local_minimum);
  EXPECT_EQ(outcome.judgement->verdict.rigor, Rigor::numerical);
}

TEST(MinimiseFunction, leaves_an_exact_saddle_with_every_solver) {
  const AnalyticProblem problem = wells();
  for (const char* solver : {"trust-region", "l-bfgs", "gradient-descent"}) {
    const FunctionOutcome outcome = minimise_function(problem, Vector{0.0, 0.0}, with_solver(solver));

    EXPECT_NEAR(std::fabs(outcome.result.point[0]), 1.0, 1e-6) << solver;
    ASSERT_TRUE(outcome.judgement) << solver;
    EXPECT_EQ(outcome.judgement->verdict.headline, Headline::local_minimum) << solver;
  }
}

TEST(MinimiseFunction, stays_at_a_saddle_and_says_so_where_no_escape_is_allowed) {
  const AnalyticProblem problem = wells();
  FunctionRequest request;
  request.options.escape_rounds = 0;

  const FunctionOutcome outcome = minimise_function(problem, Vector{0.0, 0.0}, request);

  EXPECT_EQ(outcome.result.point, (Vector{0.0, 0.0}));
  EXPECT_EQ(outcome.judgement->verdict.headline, Headline::strict_saddle);
  EXPECT_EQ(outcome.escapes, 0);
}

TEST(MinimiseFunction, does_not_call_a_flat_minimum_a_minimum) {
  const AnalyticProblem problem = quartic();

  const FunctionOutcome outcome = minimise_function(problem, Vector{1.0}, {});

  EXPECT_EQ(outcome.judgement->verdict.headline, Headline::undecided);
  EXPECT_EQ(outcome.result.termination, Termination::gradient_small);
}

TEST(MinimiseFunction, reports_a_function_that_is_nowhere_finite) {
  const AnalyticProblem problem = logarithm();

  const FunctionOutcome outcome = minimise_function(problem, Vector{-1.0}, {});

  EXPECT_EQ(outcome.result.termination, Termination::not_finite);
  EXPECT_EQ(outcome.judgement->verdict.headline, Headline::undecided);
}

TEST(MinimiseFunction, never_exceeds_its_iterations_and_numbers_the_trace_through) {
  const AnalyticProblem problem = slope();  // unbounded below
  FunctionRequest request;
  request.options.max_iterations = 7;

  const FunctionOutcome outcome = minimise_function(problem, Vector{0.0}, request);

  EXPECT_EQ(outcome.result.counts.iterations, 7);
  EXPECT_EQ(outcome.result.termination, Termination::iteration_limit);
  for (std::size_t i = 0; i < outcome.trace.size(); ++i) EXPECT_EQ(outcome.trace[i].iteration, static_cast<std::int64_t>(i));
}

TEST(MinimiseFunction, a_callback_stops_it_and_the_end_is_judged) {
  const AnalyticProblem problem = rosenbrock();
  FunctionHooks hooks;
  hooks.on_iteration = [](const TraceRow& row, std::span<const double> x) { return row.iteration < 3 && x.size() == 2; };

  const FunctionOutcome outcome = minimise_function(problem, Vector{-1.2, 1.0}, {}, hooks);

  EXPECT_EQ(outcome.result.termination, Termination::stopped_by_callback);
  EXPECT_EQ(outcome.judgement->verdict.headline, Headline::not_critical);
}

TEST(MinimiseFunction, what_the_function_throws_passes_through) {
  AnalyticProblem problem = rosenbrock();
  problem.f = [](std::span<const double>) -> double { throw std::domain_error("mine"); };

  EXPECT_THROW(minimise_function(problem, Vector{-1.2, 1.0}, {}), std::domain_error);
}

// Rosenbrock's function of (s x, t y).
AnalyticProblem scaled_rosenbrock(double s, double t) {
  AnalyticProblem p = rosenbrock();
  const AnalyticProblem plain = p;
  p.f = [=](std::span<const double> x) { return plain.f(Vector{s * x[0], t * x[1]}); };
  p.grad = [=](std::span<const double> x, std::span<double> out) {
    plain.grad(Vector{s * x[0], t * x[1]}, out);
    out[0] *= s;
    out[1] *= t;
  };
  p.hessian = [=](std::span<const double> x) {
    Matrix H = plain.hessian(Vector{s * x[0], t * x[1]});
    H(0, 0) *= s * s;
    H(0, 1) *= s * t;
    H(1, 0) *= s * t;
    H(1, 1) *= t * t;
    return H;
  };
  return p;
}

TEST(MinimiseFunction, does_not_feel_the_scales_of_the_variables) {
  const AnalyticProblem plain = rosenbrock(), scaled = scaled_rosenbrock(0x1p-20, 0x1p10);

  const FunctionOutcome first = minimise_function(plain, Vector{-1.2, 1.0}, {});
  const FunctionOutcome second = minimise_function(scaled, Vector{-0x1.3333333333333p+20, 0x1p-10}, {});

  EXPECT_NEAR(second.result.point[0] * 0x1p-20, 1.0, 1e-5);
  EXPECT_NEAR(second.result.point[1] * 0x1p10, 1.0, 1e-5);
  EXPECT_LE(second.result.counts.iterations, first.result.counts.iterations + 5);
}

TEST(MinimiseFunction, a_hessian_that_vanishes_or_is_not_finite_measures_nothing) {
  AnalyticProblem flat = constant(), broken = quadratic({1.0, 2.0});
  broken.hessian = [](std::span<const double>) { return Matrix::from_rows({{std::nan(""), 0.0}, {0.0, 1.0}}); };

  EXPECT_EQ(minimise_function(flat, Vector{1.0, 2.0}, {}).judgement->verdict.headline, Headline::undecided);
  EXPECT_NO_THROW(minimise_function(broken, Vector{3.0, 4.0}, {}));
}

TEST(MinimiseFunction, refuses_an_unknown_solver_and_a_start_of_another_length) {
  const AnalyticProblem problem = rosenbrock();

  EXPECT_THROW(minimise_function(problem, Vector{0.0, 0.0}, with_solver("newton")), InputError);
  EXPECT_THROW(minimise_function(problem, Vector{0.0}, {}), InputError);
}

}  // namespace
}  // namespace nadir
