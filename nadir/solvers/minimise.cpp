#include "nadir/solvers/minimise.hpp"

#include <cmath>
#include <string>

#include "nadir/base/clock.hpp"
#include "nadir/base/error.hpp"
#include "nadir/solvers/internal/iterate.hpp"

namespace nadir {
namespace {

void require_usable(const Stopping& stopping) {
  if (!(stopping.gradient_tol >= 0.0))
    throw InputError("gradient_tol", "a number >= 0", std::to_string(stopping.gradient_tol));
  if (std::isnan(stopping.target_value)) throw InputError("target_value", "a number", "nan");
  if (stopping.max_iterations < 0)
    throw InputError("max_iterations", "a number >= 0", std::to_string(stopping.max_iterations));
  if (!(stopping.max_seconds >= 0.0))
    throw InputError("max_seconds", "a number >= 0", std::to_string(stopping.max_seconds));
}

std::string message_for(Termination termination) {
  switch (termination) {
    case Termination::not_run: break;
    case Termination::gradient_small: return "the gradient is within its tolerance";
    case Termination::target_reached: return "the value is at or below the target";
    case Termination::step_small: return "the step no longer changes the point in double precision";
    case Termination::value_flat: return "the value no longer changes in double precision";
    case Termination::radius_small: return "the trust region is smaller than double precision resolves";
    case Termination::iteration_limit: return "the limit on iterations is reached";
    case Termination::evaluation_limit: return "the limit on evaluations is reached";
    case Termination::time_limit: return "the time limit is reached";
    case Termination::interrupted: return "interrupted";
    case Termination::stopped_by_callback: return "the callback asked to stop";
    case Termination::not_finite: return "the value or the gradient is not finite";
  }
  return "the solver was not run";
}

// A state holds numbers only: words are kept as the codes of their letters.
Vector letters(std::string_view word) { return Vector(word.begin(), word.end()); }

std::string word(const Vector& letters) {
  std::string result;
  for (const double code : letters) result += code >= 32.0 && code < 127.0 ? static_cast<char>(code) : '?';
  return result;
}

class Loop {
 public:
  Loop(Solver& solver, const Stopping& stopping, const Observer& observer)
      : solver_(solver), stopping_(stopping), observer_(observer) {}

  void start() {
    start_value_ = solver_.value();
    record({});
  }
  void load(const State& state);
  Result run();

 private:
  bool is_gradient_small() const;
  Termination reason_to_stop() const;
  void advance();
  void record(const StepReport& report);
  void keep_best();
  State state(Termination termination) const;
  void checkpoint_if_due();
  Result result(Termination termination);
  double seconds() const { return earlier_seconds_ + watch_.seconds(); }

  Solver& solver_;
  const Stopping& stopping_;
  const Observer& observer_;
  Stopwatch watch_;
  double earlier_seconds_ = 0.0;  // of the parts before a resumption
  double last_checkpoint_ = 0.0;  // on this part's clock
  std::optional<Termination> solver_stop_;
  double start_value_ = std::numeric_limits<double>::quiet_NaN();
  bool is_settled_ = false;  // the solver was asked to leave this critical point and found no way
  bool is_stopped_by_callback_ = false;
  Vector best_point_;
  double best_value_ = std::numeric_limits<double>::quiet_NaN();
  double best_gradient_norm_ = std::numeric_limits<double>::quiet_NaN();
};

// Cost per iteration beyond the solver's own: one copy of the point where it improved.
Result Loop::run() {
  Termination reason = reason_to_stop();
  while (reason == Termination::not_run) {
    advance();
    checkpoint_if_due();
    reason = reason_to_stop();
  }
  if (observer_.on_checkpoint) observer_.on_checkpoint(state(reason));
  return result(reason);
}

// Never above the start: scales grow with the value, so that a run that diverges would look critical.
bool Loop::is_gradient_small() const {
  if (solver_.value() > start_value_ + internal::value_noise(start_value_)) return false;
  return stopping_.gradient_tol > 0.0 && solver_.gradient_norm() <= stopping_.gradient_tol * solver_.gradient_scale();
}

Termination Loop::reason_to_stop() const {
  const bool is_last = solver_.counts().iterations >= stopping_.max_iterations;
  if (!std::isfinite(solver_.value()) || !std::isfinite(solver_.gradient_norm())) return Termination::not_finite;
  if (solver_.value() <= stopping_.target_value) return Termination::target_reached;
  if (is_gradient_small() && (is_settled_ || is_last || solver_stop_)) return Termination::gradient_small;
  if (solver_stop_) return *solver_stop_;
  if (is_stopped_by_callback_) return Termination::stopped_by_callback;
  if (observer_.interrupt && observer_.interrupt->load()) return Termination::interrupted;
  if (is_last) return Termination::iteration_limit;
  if (watch_.seconds() >= stopping_.max_seconds) return Termination::time_limit;
  return Termination::not_run;
}

void Loop::advance() {
  if (!is_gradient_small()) return record(solver_.step());
  if (stopping_.leaves_saddles)
    if (const auto report = solver_.leave_critical_point()) return record(*report);
  is_settled_ = true;
}

void Loop::record(const StepReport& report) {
  keep_best();
  solver_stop_ = report.stop;
  is_settled_ = false;
  if (!observer_.trace && !observer_.on_iteration) return;
  const TraceRow row{.iteration = solver_.counts().iterations,
                     .seconds = seconds(),
                     .value = solver_.value(),
                     .gradient_norm = solver_.gradient_norm(),
                     .curvature = report.curvature,
                     .step = report.step,
                     .event = std::string(report.event),
                     .sharpness = report.sharpness,
                     .step_size = report.step_size};
  if (observer_.trace) observer_.trace->push_back(row);
  if (observer_.on_iteration && !observer_.on_iteration(row, solver_)) is_stopped_by_callback_ = true;
}

void Loop::keep_best() {
  const double value = solver_.value(), gradient_norm = solver_.gradient_norm();
  const bool is_first = best_point_.empty();
  const bool is_better = std::isfinite(value) && (!std::isfinite(best_value_) || value < best_value_ ||
                                                  (value == best_value_ && gradient_norm < best_gradient_norm_));
  if (!is_first && !is_better) return;
  const auto point = solver_.point();
  best_point_.assign(point.begin(), point.end());
  best_value_ = value;
  best_gradient_norm_ = gradient_norm;
}

State Loop::state(Termination termination) const {
  State state;
  solver_.save(state);
  state.set("loop.solver", letters(solver_.name()));
  state.set("loop.best_point", best_point_);
  state.set_scalar("loop.best_value", best_value_);
  state.set_scalar("loop.best_gradient_norm", best_gradient_norm_);
  state.set_scalar("loop.start_value", start_value_);
  state.set_scalar("loop.seconds", seconds());
  state.set("loop.termination", letters(name(termination)));
  state.set("loop.solver_stop", letters(solver_stop_ ? name(*solver_stop_) : ""));
  state.set_scalar("loop.is_settled", is_settled_ ? 1.0 : 0.0);
  return state;
}

void Loop::load(const State& state) {
  best_point_ = state.get("loop.best_point");
  if (best_point_.size() != solver_.point().size())
    throw InputError("checkpoint entry loop.best_point", std::to_string(solver_.point().size()) + " numbers",
                     std::to_string(best_point_.size()));
  best_value_ = state.scalar("loop.best_value");
  best_gradient_norm_ = state.scalar("loop.best_gradient_norm");
  start_value_ = state.scalar("loop.start_value");
  earlier_seconds_ = state.scalar("loop.seconds");
  const Vector& stop = state.get("loop.solver_stop");
  if (!stop.empty()) solver_stop_ = termination_from_name(word(stop));
  is_settled_ = state.scalar("loop.is_settled") != 0.0;
}

void Loop::checkpoint_if_due() {
  if (!observer_.on_checkpoint || watch_.seconds() - last_checkpoint_ < observer_.checkpoint_seconds) return;
  observer_.on_checkpoint(state(Termination::not_run));
  last_checkpoint_ = watch_.seconds();
}

Result Loop::result(Termination termination) {
  // The last step to a critical point may raise the value by a rounding error.
  const bool is_tie = solver_.value() <= best_value_ + internal::value_noise(best_value_);
  if (is_tie && solver_.gradient_norm() < best_gradient_norm_) {
    best_point_.assign(solver_.point().begin(), solver_.point().end());
    best_value_ = solver_.value();
    best_gradient_norm_ = solver_.gradient_norm();
  }
  return {.point = best_point_,
          .value = best_value_,
          .gradient_norm = best_gradient_norm_,
          .termination = termination,
          .message = message_for(termination),
          .counts = solver_.counts(),
          .seconds = seconds()};
}

}  // namespace

Result minimise(Solver& solver, ProblemRef problem, std::span<const double> start, std::uint64_t seed,
                const Stopping& stopping, const Observer& observer) {
  require_usable(stopping);
  if (static_cast<Index>(start.size()) != problem.dimension())
    throw InputError("start", std::to_string(problem.dimension()) + " numbers", std::to_string(start.size()));
  Loop loop(solver, stopping, observer);
  solver.begin(problem, start, seed);
  loop.start();
  return loop.run();
}

Result resume(Solver& solver, ProblemRef problem, const State& state, const Stopping& stopping,
              const Observer& observer) {
  require_usable(stopping);
  if (const Vector& saved = state.get("loop.solver"); saved != letters(solver.name()))
    throw InputError("checkpoint", "a state of " + std::string(solver.name()),
                     "one of " + word(saved));
  Loop loop(solver, stopping, observer);
  solver.load(problem, state);
  loop.load(state);
  return loop.run();
}

}  // namespace nadir
