// Laws that every solver obeys, on every analytic problem. The oracles are identities: the counting
// decorator, the uninterrupted run, the trace itself.
#include <gtest/gtest.h>

#include <atomic>
#include <cmath>
#include <functional>
#include <limits>
#include <ostream>
#include <map>
#include <set>

#include "nadir/base/error.hpp"
#include "nadir/solvers/analytic_problems_test.hpp"
#include "nadir/solvers/make_solver.hpp"
#include "nadir/solvers/minimise.hpp"

namespace nadir {
namespace {

using namespace analytic;

constexpr double nan_value = std::numeric_limits<double>::quiet_NaN();

struct Method {
  std::string label, solver;
  SolverSettings settings;
};

void PrintTo(const Method& method, std::ostream* out) { *out << method.label; }

SolverSettings with_gradient_descent(GradientDescentOptions o) {
  SolverSettings s;
  s.gradient_descent = o;
  return s;
}

SolverSettings with_perturbed_gd(PerturbedGdOptions o) {
  SolverSettings s;
  s.perturbed_gd = o;
  return s;
}

// Steps small enough for every problem here; batches of 2, 2 and 1.
constexpr std::int64_t few_epochs = 6;

SolverSettings with_sgd(double momentum, bool nesterov, const char* then) {
  SolverSettings s;
  s.sgd = {.minibatch = {.batch_size = 2, .epochs = few_epochs, .learning_rate = 1e-4, .then = then}, .momentum = momentum, .nesterov = nesterov};
  return s;
}

SolverSettings with_adam(const char* schedule) {
  SolverSettings s;
  s.adam.minibatch = {.batch_size = 2, .epochs = few_epochs, .learning_rate = 1e-3, .schedule = schedule, .patience = 2};
  return s;
}

std::vector<Method> methods() {
  return {{"trust_region", "trust-region", {}},
          {"lbfgs", "l-bfgs", {}},
          {"backtracking", "gradient-descent", {}},
          {"fixed_step", "gradient-descent", with_gradient_descent({.step_size = 0.01})},
          {"sharpness", "gradient-descent", with_gradient_descent({.step_size = 0.01, .sharpness_every = 2})},
          {"sgd", "sgd", with_sgd(0.0, false, "trust-region")},
          {"sgd_momentum", "sgd", with_sgd(0.5, false, "l-bfgs")},
          {"sgd_nesterov", "sgd", with_sgd(0.5, true, "trust-region")},
          {"adam", "adam", with_adam("constant")},
          {"adam_cosine", "adam", with_adam("cosine")},
          {"momentum", "gradient-descent", with_gradient_descent({.step_size = 0.01, .momentum = 0.8})},
          {"perturbed", "perturbed-gradient-descent", with_perturbed_gd({.smoothness = 10.0, .accuracy = 0.1, .constant = 1.0})}};
}

struct Case {
  AnalyticProblem problem;
  Vector start;
};

std::vector<Case> cases() {
  return {{quadratic({1.0, 10.0, 100.0}), {3.0, -2.0, 0.5}}, {rosenbrock(), {-1.2, 1.0}}, {wells(), {0.3, 0.7}},
          {wells(), {0.0, 0.0}}, {logarithm(), {0.2}}, {constant(), {1.0, 2.0}}, {slope(), {0.0}}, {island(), {0.0}}};
}

class SolverLaw : public testing::TestWithParam<Method> {
 protected:
  std::unique_ptr<Solver> solver() const { return make_solver(GetParam().solver, GetParam().settings); }
  Result run(const Case& c, const Stopping& stopping, const Observer& observer = {}, std::uint64_t seed = 5) const {
    const auto s = solver();
    return minimise(*s, c.problem, c.start, seed, stopping, observer);
  }
};

const Stopping short_run{.gradient_tol = 1e-8, .max_iterations = 40};

void expect_same(const Result& a, const Result& b, const std::string& what) {
  EXPECT_EQ(a.point, b.point) << what;
  EXPECT_EQ(name(a.termination), name(b.termination)) << what;
  EXPECT_EQ(a.counts, b.counts) << what;
  EXPECT_EQ(a.value, b.value) << what;
}

bool same_bits(double a, double b) { return a == b || (std::isnan(a) && std::isnan(b)); }

void expect_same_rows(const Trace& a, const Trace& b, const std::string& what) {
  ASSERT_EQ(a.size(), b.size()) << what;
  for (std::size_t i = 0; i < a.size(); ++i) {
    EXPECT_EQ(a[i].iteration, b[i].iteration) << what;
    EXPECT_TRUE(same_bits(a[i].value, b[i].value) && same_bits(a[i].gradient_norm, b[i].gradient_norm)) << what;
    EXPECT_TRUE(same_bits(a[i].curvature, b[i].curvature) && same_bits(a[i].step, b[i].step)) << what;
    EXPECT_TRUE(same_bits(a[i].sharpness, b[i].sharpness) && same_bits(a[i].step_size, b[i].step_size)) << what;
    EXPECT_EQ(a[i].event, b[i].event) << what;
  }
}

TEST_P(SolverLaw, the_same_seed_gives_the_same_bits) {
  for (const Case& c : cases()) {
    Trace first, second;
    const Result a = run(c, short_run, {.trace = &first}), b = run(c, short_run, {.trace = &second});

    expect_same(a, b, c.problem.name);
    expect_same_rows(first, second, c.problem.name);
  }
}

TEST_P(SolverLaw, a_run_resumed_at_any_iteration_gives_the_bits_of_one_never_stopped) {
  for (const Case& c : cases()) {
    Trace whole;
    std::vector<State> states;
    const Result expected = run(c, short_run,
                                {.trace = &whole, .on_checkpoint = [&](const State& s) { states.push_back(s); }, .checkpoint_seconds = 0.0});

    for (std::size_t k = 0; k < states.size(); ++k) {
      const std::string what = c.problem.name + " from checkpoint " + std::to_string(k);
      const auto iteration = static_cast<std::ptrdiff_t>(states[k].integer("iterations"));
      Trace trace(whole.begin(), whole.begin() + iteration + 1);
      State last;
      const auto s = solver();

      const Result result = resume(*s, c.problem, states[k], short_run, {.trace = &trace, .on_checkpoint = [&](const State& t) { last = t; }});

      expect_same(result, expected, what);
      expect_same_rows(trace, whole, what);
      last.set_scalar("loop.seconds", states.back().scalar("loop.seconds"));
      for (const auto& [name, values] : states.back().arrays())
        for (std::size_t i = 0; i < values.size(); ++i) EXPECT_TRUE(same_bits(last.get(name)[i], values[i])) << what << " " << name;
    }
  }
}

TEST_P(SolverLaw, a_run_stopped_by_its_limit_at_any_iteration_can_be_resumed) {
  for (const Case& c : cases()) {
    Trace whole;
    const Result expected = run(c, short_run, {.trace = &whole});

    for (std::int64_t k = 0; k < expected.counts.iterations; ++k) {
      State state;
      Trace trace;
      Stopping limited = short_run;
      limited.max_iterations = k;
      run(c, limited, {.trace = &trace, .on_checkpoint = [&](const State& s) { state = s; }});
      const auto s = solver();

      const Result result = resume(*s, c.problem, state, short_run, {.trace = &trace});

      expect_same(result, expected, c.problem.name + " stopped at " + std::to_string(k));
      expect_same_rows(trace, whole, c.problem.name + " stopped at " + std::to_string(k));
    }
  }
}

TEST_P(SolverLaw, counts_equal_what_the_problem_was_asked) {
  for (Case& c : cases()) {
    Counts asked;
    c.problem.counts = &asked;
    std::vector<std::vector<Index>> batches;
    c.problem.batches = &batches;

    const Result result = run(c, short_run);

    std::size_t num_rows = 0;
    for (const auto& batch : batches) num_rows += batch.size();
    const auto passes = static_cast<std::int64_t>(num_rows + 4) / c.problem.samples;
    asked.values += passes;
    asked.gradients += passes;
    asked.iterations = result.counts.iterations;
    EXPECT_EQ(result.counts, asked) << c.problem.name << " " << result.counts.values << "/" << asked.values << " "
                                    << result.counts.gradients << "/" << asked.gradients << " "
                                    << result.counts.hessian_products << "/" << asked.hessian_products;
  }
}

TEST_P(SolverLaw, the_trace_has_one_row_more_than_iterations_whichever_rule_ends_the_run) {
  const Case c{quadratic({1.0, 10.0}), {3.0, -2.0}};
  std::atomic<bool> interrupt{true};
  const auto rows_of = [&](const Case& a_case, const Stopping& stopping, Observer observer, Termination expected) {
    Trace trace;
    observer.trace = &trace;
    const Result result = run(a_case, stopping, observer);
    EXPECT_EQ(name(result.termination), name(expected));
    EXPECT_EQ(static_cast<std::int64_t>(trace.size()), result.counts.iterations + 1) << name(expected);
    for (std::size_t i = 0; i < trace.size(); ++i) EXPECT_EQ(trace[i].iteration, static_cast<std::int64_t>(i));
  };

  rows_of(c, {.gradient_tol = 1e-3}, {}, Termination::gradient_small);
  rows_of({rosenbrock(), {-1.2, 1.0}}, {.max_iterations = 2}, {}, Termination::iteration_limit);
  rows_of(c, {.max_iterations = 0}, {}, Termination::iteration_limit);
  rows_of(c, {.target_value = 10.0}, {}, Termination::target_reached);
  rows_of(c, {.max_seconds = 0.0}, {}, Termination::time_limit);
  rows_of(c, {}, {.interrupt = &interrupt}, Termination::interrupted);
  rows_of(c, {}, {.on_iteration = [](const TraceRow& row, const Solver&) { return row.iteration < 1; }}, Termination::stopped_by_callback);
  rows_of({quadratic({1.0}), {nan_value}}, {}, {}, Termination::not_finite);
}

TEST_P(SolverLaw, returns_the_best_point_seen_and_never_one_above_the_start) {
  for (const Case& c : cases()) {
    double least = std::numeric_limits<double>::infinity(), first = nan_value;
    const auto watch = [&](const TraceRow& row, const Solver&) {
      if (row.iteration == 0) first = row.value;
      if (row.value < least) least = row.value;
      return true;
    };

    const Result result = run(c, short_run, {.on_iteration = watch});

    const double rounding = 1e-14 * std::fabs(least);
    EXPECT_LE(result.value, least + rounding) << c.problem.name;
    EXPECT_LE(result.value, first + rounding) << c.problem.name;
    EXPECT_EQ(result.value, c.problem.f(result.point)) << c.problem.name;
  }
}

TEST_P(SolverLaw, writes_nothing) {
  testing::internal::CaptureStdout();
  testing::internal::CaptureStderr();

  for (const Case& c : cases()) run(c, short_run);

  EXPECT_EQ(testing::internal::GetCapturedStdout(), "");
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
}

TEST_P(SolverLaw, a_start_that_is_not_finite_ends_in_not_finite) {
  const double infinity = std::numeric_limits<double>::infinity();
  for (const Vector& start : {Vector{nan_value}, Vector{infinity}, Vector{-1.0}, Vector{0.0}}) {
    const Result result = run({logarithm(), start}, short_run);

    EXPECT_EQ(result.termination, Termination::not_finite);
    EXPECT_EQ(result.counts.iterations, 0);
  }
}

TEST_P(SolverLaw, a_wall_of_nan_is_not_crossed_and_not_thrown_over) {
  const Result result = run({island(), {0.0}}, short_run);

  EXPECT_EQ(result.point, (Vector{0.0}));
  EXPECT_EQ(result.value, 1.0);
}

TEST_P(SolverLaw, ends_on_an_unbounded_problem) {
  const Result result = run({slope(), {0.0}}, {.max_iterations = 3000});

  EXPECT_LT(result.value, 0.0);
  EXPECT_TRUE(std::isfinite(result.value));
}

TEST_P(SolverLaw, ends_without_any_tolerance) {
  for (const Case& c : {Case{quadratic({1.0, 10.0}, 7.0), {3.0, -2.0}}, Case{rosenbrock(), {-1.2, 1.0}}, Case{wells(), {0.3, 0.7}},
                        Case{quartic(), {1.0}}, Case{logarithm(), {0.2}}, Case{constant(), {1.0, 2.0}}}) {
    const Result result = run(c, {.gradient_tol = 0.0, .max_iterations = 5000});

    EXPECT_FALSE(std::isnan(result.value)) << c.problem.name;
    EXPECT_LE(result.counts.values, 5000 * 60) << c.problem.name;
  }
}

TEST_P(SolverLaw, survives_derivatives_that_are_not_finite) {
  const double infinity = std::numeric_limits<double>::infinity();
  for (const double bad : {nan_value, infinity, -infinity}) {
    AnalyticProblem no_gradient = wells(), no_hessian = wells(), no_preconditioner = wells(), negative = wells();
    no_gradient.grad = [bad](std::span<const double> x, std::span<double> out) { out[0] = x[0] > 0.5 ? bad : x[0] * (x[0] * x[0] - 1.0); out[1] = x[1]; };
    no_hessian.hessian = [bad](std::span<const double>) { return Matrix::from_rows({{bad, 0.0}, {0.0, bad}}); };
    no_preconditioner.inverse_preconditioner = [bad](std::span<const double>) { return Matrix::from_rows({{bad, 0.0}, {0.0, 1.0}}); };
    negative.inverse_preconditioner = [](std::span<const double>) { return Matrix::from_rows({{-1.0, 0.0}, {0.0, -1.0}}); };

    for (const AnalyticProblem& problem : {no_gradient, no_hessian, no_preconditioner, negative}) {
      const Result result = run({problem, {0.3, 0.7}}, {.max_iterations = 300});

      EXPECT_LE(result.value, problem.f(Vector{0.3, 0.7}));
      EXPECT_EQ(result.value, problem.f(result.point));
    }
  }
}

TEST_P(SolverLaw, minimises_what_is_easy) {
  for (const Case& c : {Case{quadratic({1.0, 10.0, 100.0}), {3.0, -2.0, 0.5}}, Case{wells(), {0.3, 0.7}}}) {
    // The perturbed method takes steps of 1/smoothness: it needs the true constant, and gets it here.
    Method method = GetParam();
    method.settings.perturbed_gd.smoothness = 100.0;
    const auto s = make_solver(method.solver, method.settings);

    const Result result = minimise(*s, c.problem, c.start, 1, {.gradient_tol = 1e-7, .max_iterations = 20000});

    EXPECT_LT(result.value, 1e-10) << c.problem.name << " " << name(result.termination);
  }
}

TEST_P(SolverLaw, refuses_a_start_of_another_length_and_a_state_of_another_solver) {
  const auto s = solver();
  EXPECT_THROW(minimise(*s, wells(), Vector{1.0}, 0, {}), InputError);

  State state;
  run({wells(), {0.3, 0.7}}, {.max_iterations = 1}, {.on_checkpoint = [&](const State& saved) { state = saved; }});

  EXPECT_THROW(resume(*s, quadratic({1.0, 1.0, 1.0}), state, {}), InputError);
  const auto other = make_solver(GetParam().solver == "l-bfgs" ? "trust-region" : "l-bfgs");
  EXPECT_THROW(resume(*other, wells(), state, {}), InputError);
}

INSTANTIATE_TEST_SUITE_P(All, SolverLaw, testing::ValuesIn(methods()), [](const auto& suite) { return suite.param.label; });

TEST(Minimise, resumes_with_a_tighter_tolerance) {
  const auto problem = rosenbrock();
  State state;
  const auto loose = make_trust_region(), tight = make_trust_region();
  const Result first = minimise(*loose, problem, Vector{-1.2, 1.0}, 0, {.gradient_tol = 1e-1}, {.on_checkpoint = [&](const State& s) { state = s; }});

  const Result second = resume(*tight, problem, state, {.gradient_tol = 1e-12});

  EXPECT_GT(second.counts.iterations, first.counts.iterations);
  EXPECT_LT(second.gradient_norm, 1e-12);
}

TEST(Minimise, stays_ended_when_a_finished_run_is_resumed) {
  const auto problem = wells();
  State state;
  const auto first_solver = make_trust_region(), second_solver = make_trust_region();
  const Result first = minimise(*first_solver, problem, Vector{0.0, 0.0}, 0, {}, {.on_checkpoint = [&](const State& s) { state = s; }});

  const Result second = resume(*second_solver, problem, state, {});

  expect_same(first, second, "finished");
}

TEST(Minimise, names_a_stopping_rule_that_makes_no_sense) {
  const auto solver = make_trust_region();
  for (const Stopping& bad : {Stopping{.gradient_tol = -1.0}, Stopping{.gradient_tol = nan_value}, Stopping{.target_value = nan_value},
                              Stopping{.max_iterations = -1}, Stopping{.max_seconds = nan_value}})
    EXPECT_THROW(minimise(*solver, wells(), Vector{1.0, 1.0}, 0, bad), InputError);
}

// One flag sets them all, and one default stands in the help and in run.json.
TEST(Solvers, an_option_name_that_occurs_twice_has_one_kind_range_and_default) {
  SolverSettings settings;
  std::map<std::string, OptionRow> seen;
  for (const std::string& name : solver_names()) {
    std::set<std::string> own;
    for (const OptionRow& row : solver_options(settings, name)) {
      EXPECT_TRUE(own.insert(row.name).second) << row.name;
      const OptionRow& first = seen.try_emplace(row.name, row).first->second;
      EXPECT_EQ(first.target.index(), row.target.index()) << row.name;
      EXPECT_EQ(range_text(first), range_text(row)) << row.name;
      EXPECT_EQ(first.choices, row.choices) << row.name;
      EXPECT_EQ(value_text(first), value_text(row)) << row.name;
    }
  }
}

TEST(Solvers, take_options_at_both_ends_of_their_range_or_name_them) {
  for (const std::string& solver : solver_names()) {
    SolverSettings defaults;
    const std::size_t num_rows = solver_options(defaults, solver).size();
    for (std::size_t i = 0; i < num_rows; ++i)
      for (const bool is_least : {true, false}) {
        SolverSettings settings;
        const OptionRow row = solver_options(settings, solver)[i];
        const double end = is_least ? row.least : row.most;
        if (!std::isfinite(end)) continue;
        if (auto* const* field = std::get_if<double*>(&row.target)) **field = end;
        if (auto* const* field = std::get_if<std::int64_t*>(&row.target)) **field = static_cast<std::int64_t>(end);
        try {
          const auto s = make_solver(solver, settings);
          const Result result = minimise(*s, wells(), Vector{0.3, 0.7}, 0, {.max_iterations = 20});
          EXPECT_LE(result.value, wells().f(Vector{0.3, 0.7}));
        } catch (const InputError& error) {
          EXPECT_EQ(error.place(), "--" + row.name);
        }
      }
  }
}

TEST(Solvers, an_unknown_name_is_answered_with_the_known_ones) {
  try {
    make_solver("magic");
    FAIL();
  } catch (const InputError& error) {
    EXPECT_NE(error.expected().find("trust-region"), std::string::npos);
  }
}

}  // namespace
}  // namespace nadir
