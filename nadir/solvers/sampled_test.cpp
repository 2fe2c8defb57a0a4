// Stochastic gradient descent and Adam against their formulas and PyTorch; batches, schedules and what comes after.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>
#include <vector>

#include "nadir/base/error.hpp"
#include "nadir/solvers/analytic_problems_test.hpp"
#include "nadir/solvers/internal/sampled_descent.hpp"
#include "nadir/solvers/make_solver.hpp"
#include "nadir/solvers/minimise.hpp"

namespace nadir {
namespace {

using namespace analytic;

// One batch of all samples: tilts cancel, and gradients are those of f.
MinibatchOptions whole(std::int64_t epochs, double rate) {
  return {.batch_size = 5, .epochs = epochs, .learning_rate = rate, .patience = 0, .then = "none"};
}

Vector end_of(Solver& solver, const AnalyticProblem& problem, const Vector& start, std::int64_t iterations) {
  solver.begin(problem, start, 3);
  for (std::int64_t k = 0; k < iterations; ++k) solver.step();
  return {solver.point().begin(), solver.point().end()};
}

TEST(Sgd, with_one_batch_of_all_samples_is_gradient_descent) {
  const auto sgd = make_sgd({.minibatch = whole(7, 0.1)});
  const Vector x = end_of(*sgd, quadratic({1.0, 5.0}), {3.0, 9.0}, 7);
  EXPECT_NEAR(x[0], 1.0 + 2.0 * std::pow(0.9, 7), 1e-14);
  EXPECT_NEAR(x[1], 1.0 + 8.0 * std::pow(0.5, 7), 1e-14);

  const auto heavy = make_sgd({.minibatch = whole(3, 0.25), .momentum = 0.5});
  // e_{k+1} = (1 + beta - eta d) e_k - beta e_{k-1} with e_{-1} = e_0
  double before = 2.0, error = 2.0;
  for (int k = 0; k < 3; ++k) before = std::exchange(error, 1.25 * error - 0.5 * before);
  EXPECT_NEAR(end_of(*heavy, quadratic({1.0}), {3.0}, 3)[0], 1.0 + error, 1e-14);
}

// PyTorch 1.13, double precision: f = (a - 1)^2/2 + 5 (b - 1)^2/2 from (3, -2), five steps of
// torch.optim.SGD(lr=0.05, momentum=0.9, nesterov=True), Adam(lr=0.05) and Adam(lr=0.05, betas=(0.5, 0.9), eps=1e-2).
TEST(Sampled, moves_are_those_of_pytorch) {
  const Vector start{3.0, -2.0};
  const auto problem = quadratic({1.0, 5.0});
  const auto nesterov = make_sgd({.minibatch = whole(5, 0.05), .momentum = 0.9, .nesterov = true});
  const auto adam = make_adam({.minibatch = whole(5, 0.05)});
  const auto other = make_adam({.minibatch = whole(5, 0.05), .beta1 = 0.5, .beta2 = 0.9, .epsilon = 1e-2});

  const Vector a = end_of(*nesterov, problem, start, 5), b = end_of(*adam, problem, start, 5), c = end_of(*other, problem, start, 5);

  EXPECT_NEAR(a[0], 1.6318846101312499, 1e-13);
  EXPECT_NEAR(a[1], 2.2284290722656253, 1e-13);
  EXPECT_NEAR(b[0], 2.7506337657542814, 1e-13);
  EXPECT_NEAR(b[1], -1.7504011171581058, 1e-13);
  EXPECT_NEAR(c[0], 2.7540257886719304, 1e-13);
  EXPECT_NEAR(c[1], -1.7519795256002595, 1e-13);
}

TEST(Sampled, every_epoch_uses_every_sample_once_in_an_order_of_its_own) {
  auto problem = quadratic({1.0});
  problem.samples = 103;
  std::vector<std::vector<Index>> batches;
  problem.batches = &batches;
  const auto solver = make_sgd({.minibatch = {.batch_size = 10, .epochs = 2, .learning_rate = 1e-6, .then = "none"}});

  end_of(*solver, problem, {3.0}, 2);

  ASSERT_EQ(batches.size(), 22u);
  std::vector<std::vector<Index>> epochs(2);
  for (std::size_t b = 0; b < batches.size(); ++b) {
    EXPECT_EQ(batches[b].size(), b % 11 == 10 ? 3u : 10u);
    epochs[b / 11].insert(epochs[b / 11].end(), batches[b].begin(), batches[b].end());
  }
  EXPECT_NE(epochs[0], epochs[1]);
  EXPECT_EQ(epochs[0], internal::order_of_epoch(3, 0, 103));
  for (std::vector<Index>& epoch : epochs) {
    std::sort(epoch.begin(), epoch.end());
    for (Index i = 0; i < 103; ++i) EXPECT_EQ(epoch[static_cast<std::size_t>(i)], i);
  }
}

// Over 6000 seeds each of the 6 orders of 3 samples comes 1000 times, up to 5 standard deviations of 29.
TEST(Sampled, all_orders_are_equally_likely) {
  std::map<std::vector<Index>, int> seen;
  for (std::uint64_t seed = 0; seed < 6000; ++seed) ++seen[internal::order_of_epoch(seed, 4, 3)];

  EXPECT_EQ(seen.size(), 6u);
  for (const auto& [order, count] : seen) EXPECT_NEAR(count, 1000, 145);
}

TEST(Sampled, the_cosine_falls_from_the_rate_to_nothing) {
  const MinibatchOptions cosine{.schedule = "cosine"}, constant;

  EXPECT_EQ(internal::scheduled_rate(cosine, 0.3, 0, 8), 0.3);
  EXPECT_NEAR(internal::scheduled_rate(cosine, 0.3, 4, 8), 0.15, 1e-16);
  EXPECT_NEAR(internal::scheduled_rate(cosine, 0.3, 8, 8), 0.0, 1e-16);
  EXPECT_EQ(internal::scheduled_rate(constant, 0.3, 7, 8), 0.3);
}

TEST(Sampled, hands_over_after_its_epochs_and_reaches_a_critical_point) {
  for (const char* solver : {"sgd", "adam"})
    for (const char* then : {"trust-region", "l-bfgs"}) {
      SolverSettings settings;
      settings.sgd.minibatch = settings.adam.minibatch = {.batch_size = 2, .epochs = 3, .learning_rate = 1e-3, .then = then};
      const auto s = make_solver(solver, settings);
      Trace trace;

      const Result r = minimise(*s, rosenbrock(), Vector{-1.2, 1.0}, 1, {.gradient_tol = 1e-12}, {.trace = &trace});

      EXPECT_LT(r.value, 1e-20) << solver << " " << then;
      ASSERT_GT(trace.size(), 4u);
      EXPECT_EQ(trace[3].event, "");
      EXPECT_EQ(trace[4].event, then);
    }
}

TEST(Sampled, without_a_successor_it_ends_after_its_epochs) {
  const auto solver = make_adam({.minibatch = {.batch_size = 2, .epochs = 5, .measure_every = 2, .then = "none"}});

  const Result r = minimise(*solver, rosenbrock(), Vector{-1.2, 1.0}, 1, {});

  EXPECT_EQ(r.termination, Termination::iteration_limit);
  EXPECT_EQ(r.counts.iterations, 3);  // 2, 2 and 1 epochs
  EXPECT_EQ(r.counts.gradients, 3 + 1 + 5);
}

// At the minimum of f single batches pull away from it, so that no measurement is below the start's.
TEST(Sampled, hands_over_where_progress_stalls) {
  const auto solver = make_sgd({.minibatch = {.batch_size = 1, .epochs = 1000, .learning_rate = 0.1, .patience = 4}});
  auto problem = quadratic({1.0}, 2.0);
  problem.noise = 1.0;
  Trace trace;

  const Result r = minimise(*solver, problem, Vector{1.0 + 1e-6}, 1, {.gradient_tol = 1e-12}, {.trace = &trace});

  EXPECT_NEAR(r.point[0], 1.0, 1e-11);
  ASSERT_GT(trace.size(), 5u);
  EXPECT_EQ(trace[5].event, "trust-region");
}

TEST(Sampled, rates_that_are_too_large_end_in_not_finite_with_the_best_point) {
  const auto solver = make_sgd({.minibatch = {.batch_size = 2, .epochs = 2000, .learning_rate = 5.0, .patience = 0}});

  const Result r = minimise(*solver, quadratic({1.0}), Vector{3.0}, 0, {});

  EXPECT_EQ(r.termination, Termination::not_finite);
  EXPECT_EQ(r.point[0], 3.0);
}

TEST(Sampled, refuses_problems_without_samples_and_options_that_make_no_sense) {
  auto problem = quadratic({1.0});
  problem.samples = 0;
  for (const char* name : {"sgd", "adam"}) {
    EXPECT_THROW(require_solvable(name, problem), InputError);
    EXPECT_THROW(minimise(*make_solver(name), problem, Vector{1.0}, 0, {}), InputError);
  }
  EXPECT_NO_THROW(require_solvable("trust-region", problem));
  EXPECT_THROW(make_sgd({.nesterov = true}), InputError);
  EXPECT_THROW(make_sgd({.minibatch = {.batch_size = 0}}), InputError);
  EXPECT_THROW(make_adam({.minibatch = {.then = "alternating"}}), InputError);
  EXPECT_THROW(make_adam({.beta2 = 1.0}), InputError);
}

TEST(Sampled, runs_that_begin_near_a_critical_point_are_the_successors) {
  SolverSettings settings;
  settings.sgd.minibatch.then = "l-bfgs";
  settings.adam.minibatch.then = "none";

  EXPECT_EQ(finishing_solver("sgd", settings), "l-bfgs");
  EXPECT_EQ(finishing_solver("adam", settings), "adam");
  EXPECT_EQ(finishing_solver("gradient-descent", settings), "gradient-descent");
}

TEST(Sampled, refuses_states_of_other_lengths) {
  State state;
  const auto solver = make_adam({.minibatch = {.batch_size = 2}});
  minimise(*solver, wells(), Vector{0.3, 0.7}, 0, {.max_iterations = 1}, {.on_checkpoint = [&](const State& s) { state = s; }});
  for (const char* name : {"first_moment", "second_moment", "best_point"}) {
    State broken = state;
    broken.set(name, Vector(1));
    EXPECT_THROW(resume(*make_adam({.minibatch = {.batch_size = 2}}), wells(), broken, {}), InputError) << name;
  }
}

}  // namespace
}  // namespace nadir
