#include "nadir/driver/minimise_function.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "nadir/base/clock.hpp"
#include "nadir/base/random.hpp"
#include "nadir/driver/curvature_scaling.hpp"
#include "nadir/judge/judge.hpp"
#include "nadir/solvers/make_solver.hpp"
#include "nadir/solvers/minimise.hpp"

namespace nadir {
namespace {

bool was_stopped(Termination t) {
  return t == Termination::time_limit || t == Termination::interrupted || t == Termination::stopped_by_callback ||
         t == Termination::iteration_limit || t == Termination::not_finite;
}

bool used_up_precision(Termination t) {
  return t == Termination::step_small || t == Termination::value_flat || t == Termination::radius_small;
}

bool is_decided(Headline headline) { return headline != Headline::undecided && headline != Headline::not_critical; }

// Lower points that the judge finds where the solver had used up its precision: each is lower by next to nothing.
constexpr std::int64_t max_descents = 3;

class FunctionSearch {
 public:
  FunctionSearch(ProblemRef problem, const FunctionRequest& request, const FunctionHooks& hooks)
      : problem_(problem), request_(request), hooks_(hooks) {}

  FunctionOutcome run(Vector start);

 private:
  Result run_solver(const Vector& start, double gradient_tol, std::int64_t max_iterations);
  void judge();
  bool leaves();
  void polish();
  void take(Result&& result);
  std::int64_t iterations_left() const { return request_.options.max_iterations - outcome_.result.counts.iterations; }

  ProblemRef problem_;
  const FunctionRequest& request_;
  const FunctionHooks& hooks_;
  FunctionOutcome outcome_;
  std::string event_;  // what the trace says of the next run's first row
  std::uint64_t round_ = 0;
  std::int64_t descents_ = 0;
  Stopwatch watch_;
  double judging_seconds_ = 0.0;
};

FunctionOutcome FunctionSearch::run(Vector start) {
  outcome_.result = run_solver(start, request_.options.gradient_tolerance, request_.options.max_iterations);
  judge();
  polish();
  while (leaves()) {
    judge();
    polish();
  }
  outcome_.result.seconds = watch_.seconds();
  return std::move(outcome_);
}

Result FunctionSearch::run_solver(const Vector& start, double gradient_tol, std::int64_t max_iterations) {
  const std::string name = request_.options.solver.empty() ? "trust-region" : request_.options.solver;
  require_solvable(name, problem_);
  const std::unique_ptr<Solver> solver = make_solver(name, request_.options.settings);
  const CurvatureScaled scaled(problem_);
  const bool is_scaled = name == "trust-region" && problem_.dimension() <= request_.scaling_limit;
  Stopping stopping;
  stopping.gradient_tol = gradient_tol;
  stopping.max_iterations = max_iterations;
  stopping.max_seconds = std::max(0.0, request_.max_seconds - (watch_.seconds() - judging_seconds_));
  stopping.leaves_saddles = request_.options.escape_rounds > 0;
  const std::int64_t first = outcome_.trace.empty() ? 0 : outcome_.trace.back().iteration + 1;
  Observer observer;
  observer.interrupt = hooks_.interrupt;
  observer.on_iteration = [this, first](const TraceRow& row, const Solver& at) {
    TraceRow& added = outcome_.trace.emplace_back(row);
    if (row.iteration == 0) added.event = event_;
    added.iteration += first;
    added.seconds = watch_.seconds();
    return !hooks_.on_iteration || hooks_.on_iteration(added, at.point());
  };
  return minimise(*solver, is_scaled ? ProblemRef(scaled) : problem_, start, Random(request_.seed, round_++).next_u64(), stopping, observer);
}

void FunctionSearch::judge() {
  outcome_.judgement.reset();
  if (!request_.is_judged || outcome_.result.termination == Termination::interrupted) return;
  const Stopwatch watch;
  if (hooks_.on_judging) hooks_.on_judging(true);
  CurvatureOptions curvature = request_.curvature;
  curvature.seed = request_.seed;
  outcome_.judgement = judge_numerically(
      request_.name, problem_, outcome_.result.point,
      {.gap_tol = request_.options.gap,
       .criticality_tol = request_.options.gradient_tolerance,
       .better_points = {},
       .should_stop = [this] { return hooks_.interrupt && hooks_.interrupt->load(); }},
      curvature);
  if (!outcome_.judgement->is_whole) {
    outcome_.judgement.reset();
    outcome_.result.termination = Termination::interrupted;
    outcome_.result.message = "interrupted";
  }
  if (hooks_.on_judging) hooks_.on_judging(false);
  judging_seconds_ += watch.seconds();
}

// True when a run from a lower point, found by the judge, has been made.
bool FunctionSearch::leaves() {
  if (!outcome_.judgement || was_stopped(outcome_.result.termination) || iterations_left() <= 0) return false;
  const Verdict& verdict = outcome_.judgement->verdict;
  const bool is_minimum = verdict.headline == Headline::local_minimum || verdict.headline == Headline::spurious_minimum;
  if (is_minimum || !verdict.escape || outcome_.escapes >= request_.options.escape_rounds) return false;
  if (verdict.headline == Headline::not_critical && ++descents_ > max_descents) return false;
  Vector moved = outcome_.result.point;
  for (std::size_t i = 0; i < moved.size(); ++i) moved[i] += verdict.escape->displacement[i];
  ++outcome_.escapes;
  event_ = "escape";
  take(run_solver(moved, request_.options.gradient_tolerance, iterations_left()));
  return true;
}

// An end that the judge cannot decide on, brought closer to its critical point. Kept only where that decides.
void FunctionSearch::polish() {
  if (!outcome_.judgement || is_decided(outcome_.judgement->verdict.headline)) return;
  const bool is_near = outcome_.result.termination == Termination::gradient_small || used_up_precision(outcome_.result.termination);
  const std::int64_t iterations = std::min(request_.polish_iterations, iterations_left());
  if (!is_near || iterations <= 0) return;
  Judgement before = *std::move(outcome_.judgement);
  Result at = outcome_.result;
  event_ = "polish";
  if (hooks_.on_judging) hooks_.on_judging(true);
  Result closer = run_solver(at.point, 0.0, iterations);
  const bool is_stopped = closer.termination == Termination::interrupted || closer.termination == Termination::stopped_by_callback;
  take(std::move(closer));
  judge();
  if (!outcome_.judgement) return;
  if (is_decided(outcome_.judgement->verdict.headline)) {
    if (is_stopped) return;
    outcome_.result.termination = Termination::gradient_small;  // the judge found it within the same tolerance
    outcome_.result.message = "the gradient is within its tolerance";
    return;
  }
  at.counts = outcome_.result.counts;
  if (is_stopped) at.termination = outcome_.result.termination, at.message = outcome_.result.message;
  outcome_.result = std::move(at);
  outcome_.judgement = std::move(before);
}

void FunctionSearch::take(Result&& result) {
  const Counts earlier = outcome_.result.counts;
  outcome_.result = std::move(result);
  Counts& counts = outcome_.result.counts;
  counts = {counts.iterations + earlier.iterations, counts.values + earlier.values, counts.gradients + earlier.gradients,
            counts.hessian_products + earlier.hessian_products};
}

}  // namespace

FunctionOutcome minimise_function(ProblemRef problem, std::span<const double> start, const FunctionRequest& request,
                                  const FunctionHooks& hooks) {
  return FunctionSearch(problem, request, hooks).run(Vector(start.begin(), start.end()));
}

}  // namespace nadir
