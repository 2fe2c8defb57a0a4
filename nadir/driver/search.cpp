#include "nadir/driver/search.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "nadir/base/clock.hpp"
#include "nadir/base/error.hpp"
#include "nadir/base/random.hpp"
#include "nadir/base/stop.hpp"
#include "nadir/solvers/make_solver.hpp"
#include "nadir/solvers/minimise.hpp"

namespace nadir {
namespace {

// Where a family that can grow is enlarged before it is solved any better: relative to the gradient's scale, after so
// many iterations at the latest, and relative to the family's measure of optimality.
constexpr double rough_gradient = 1e-3, rough_enlargement = 1e-2;
constexpr std::int64_t rough_iterations = 6;
constexpr double patience = 0.1;
// How much longer than the time limit the judge of the point that was reached may take: a share of it, and this at least.
constexpr double judging_share = 0.1, judging_seconds = 1.0;

// Solvers draw from streams that no start uses.
std::uint64_t solver_seed(std::uint64_t seed, const SearchProgress& progress) {
  Random random(seed, 0x736f6c7665720000ull + progress.start_index);
  random.set_position(2 * static_cast<std::uint64_t>(progress.rounds) + (progress.is_polishing ? 1 : 0));
  return random.next_u64();
}

bool ended_search(Termination t) {
  return t == Termination::time_limit || t == Termination::interrupted || t == Termination::stopped_by_callback;
}

bool ended_by_limit(Termination t) {
  return t == Termination::iteration_limit || t == Termination::evaluation_limit || t == Termination::not_finite;
}

Counts sum(const Counts& a, const Counts& b) {
  return {a.iterations + b.iterations, a.values + b.values, a.gradients + b.gradients,
          a.hessian_products + b.hessian_products};
}

// How much the verdict says in favour of the point.
int strength(Headline headline, Rigor rigor) {
  const int proof = rigor == Rigor::proved ? 1 : 0;
  if (headline == Headline::global_minimum) return 4 + proof;
  return headline == Headline::local_minimum ? 2 + proof : 0;
}

bool is_better(const BestEnd& a, const BestEnd& b, double tolerance) {
  if (std::isnan(a.value) || std::isnan(b.value)) return std::isnan(b.value) && !std::isnan(a.value);
  const int by_strength = strength(a.headline, a.rigor) - strength(b.headline, b.rigor);
  if (std::fabs(a.value - b.value) <= tolerance && by_strength != 0) return by_strength > 0;
  return a.value < b.value;
}

class Search {
 public:
  Search(const SearchTask& task, const SearchLimits& limits, SearchProgress progress)
      : task_(task), limits_(limits), problem_(task.family.problem()), progress_(std::move(progress)),
        earlier_seconds_(progress_.solve_seconds + progress_.judge_seconds),
        earlier_judge_seconds_(progress_.judge_seconds), until_(limits.max_seconds, limits.interrupts) {
    take_layout(progress_.origin.values.empty() ? problem_.layout() : progress_.origin.layout);
  }

  SearchEnd run();

 private:
  bool is_done() const { return progress_.start_index >= static_cast<std::uint64_t>(task_.options.starts); }
  std::optional<SearchEnd> examine(const Result& result);
  void begin_start();
  void begin_run(Point origin, std::string event);
  void take_layout(const Layout& layout);
  void begin_trajectory(const Layout& layout);
  std::optional<Point> enlarged(const Result& result) const;
  bool climbs(const Result& result);
  bool is_patience_better(const Result& result, const Point& larger);
  bool is_rough() const { return progress_.rough_tolerance > 0.0; }
  Point end_point(const Result& result) const;
  Result run_solver();
  Stopping stopping() const;
  Observer observer();
  Judgement judge(const Result& result);
  bool goes_on(const Result& result, const Judgement& judgement);
  void finish_start(const Result& result, Judgement judgement);
  SearchEnd stop(const Result& result, std::optional<Judgement> judgement = std::nullopt);
  SearchEnd finish();
  void update_seconds();
  void save();
  void save_if_due();

  const SearchTask& task_;
  const SearchLimits& limits_;
  ProblemRef problem_;
  SearchProgress progress_;
  double target_ = 0.0;
  double earlier_seconds_, earlier_judge_seconds_;
  double judge_seconds_ = 0.0;  // of this part
  Stopwatch watch_, since_save_;
  RunLimits until_;
  std::optional<Judgement> best_judgement_;
};

// The steps of the search, one solver run a turn: run, judge, then leave a saddle, polish, or end the start.
SearchEnd Search::run() {
  if (!is_done() && progress_.origin.values.empty()) begin_start();
  while (!is_done()) {
    const Result result = run_solver();
    if (ended_search(result.termination)) return stop(result);
    if (std::optional<SearchEnd> end = examine(result)) return *std::move(end);
    save_if_due();
  }
  return finish();
}

// What follows from a run's end: a run in a larger layout, beyond a saddle or closer to the limits of precision, or the next
// start. Where a limit comes first, the end of the search; what is saved then is as if nobody had looked at the run's end.
std::optional<SearchEnd> Search::examine(const Result& result) {
  const Counts counts = progress_.counts;
  const std::int64_t iterations_left = progress_.iterations_left;
  progress_.counts = sum(counts, result.counts);
  progress_.iterations_left -= result.counts.iterations;
  std::optional<Judgement> judgement;
  try {
    if (climbs(result)) return std::nullopt;
    judgement = judge(result);
  } catch (const Stopped&) {
  }
  if (judgement && judgement->is_whole) {
    if (!goes_on(result, *judgement)) finish_start(result, *std::move(judgement));
    return std::nullopt;
  }
  progress_.counts = counts;
  progress_.iterations_left = iterations_left;
  return stop(result, std::move(judgement));
}

void Search::begin_start() {
  const std::string name = task_.options.start.empty() ? task_.family.start_names().front() : task_.options.start;
  progress_.rounds = 0;
  progress_.iterations_left = task_.options.max_iterations;
  progress_.is_polishing = false;
  Point start = task_.given_start.values.empty() ? task_.family.start(name, task_.seed, progress_.start_index) : task_.given_start;
  progress_.rough_tolerance = task_.family.can_grow() ? rough_gradient : 0.0;
  begin_trajectory(start.layout);
  begin_run(std::move(start), progress_.start_index == 0 ? "" : "start");
}

void Search::take_layout(const Layout& layout) {
  if (layout != problem_.layout()) task_.family.reshape(layout);
  problem_ = task_.family.problem();
  target_ = task_.family.target_value(task_.options.gap);
}

// In a layout that is too large for as many points as were asked for: as many as the memory holds.
void Search::begin_trajectory(const Layout& layout) {
  if (task_.options.keep_points == 0) return;
  progress_.trajectory.begin(std::min(task_.options.keep_points, most_points_kept(layout.dimension(), task_.options.starts > 1)));
}

void Search::begin_run(Point origin, std::string event) {
  if (!progress_.origin.values.empty() && origin.layout != progress_.origin.layout) begin_trajectory(origin.layout);
  take_layout(origin.layout);
  progress_.origin = std::move(origin);
  progress_.event = std::move(event);
  progress_.solver = State();
  progress_.first_iteration = progress_.trace.empty() ? 0 : progress_.trace.back().iteration + 1;
}

Result Search::run_solver() {
  std::string name = task_.options.solver.empty() ? task_.family.default_solver() : task_.options.solver;
  if (progress_.rounds > 0 || progress_.is_polishing) name = finishing_solver(name, task_.options.settings);
  const std::unique_ptr<Solver> solver = make_solver(name, task_.options.settings);
  if (progress_.solver.arrays().empty())
    return minimise(*solver, problem_, progress_.origin.values, solver_seed(task_.seed, progress_), stopping(), observer());
  return resume(*solver, problem_, progress_.solver, stopping(), observer());
}

Stopping Search::stopping() const {
  Stopping s;
  // Half of what is asked for: the judge bounds the gradient from above, rounding errors included, and a
  // gradient that just meets the tolerance would leave it undecided.
  s.gradient_tol = progress_.is_polishing ? 0.0 : 0.5 * task_.options.gradient_tolerance;
  // A duality gap shrinks only as fast as the gradient, the value's own error as its square.
  if (task_.family.is_cheap_to_judge()) s.gradient_tol *= 0.01;
  s.target_value = target_;
  s.leaves_saddles = !is_rough() && !task_.family.is_cheap_to_judge() && task_.options.escape_rounds > 0;
  s.max_iterations = progress_.iterations_left;
  if (is_rough()) {
    s.gradient_tol = std::max(s.gradient_tol, progress_.rough_tolerance);
    s.max_iterations = std::min(s.max_iterations, rough_iterations);
  }
  s.max_seconds = std::max(0.0, until_.seconds_left());
  return s;
}

Observer Search::observer() {
  Observer o;
  o.on_iteration = [this](const TraceRow& row, const Solver& solver) {
    TraceRow& added = progress_.trace.emplace_back(row);
    if (row.iteration == 0) added.event = progress_.event;
    added.iteration += progress_.first_iteration;
    added.seconds = earlier_seconds_ + watch_.seconds();
    progress_.trajectory.add(added.iteration, row.value, solver.point());
    if (limits_.on_row) limits_.on_row(added);
    return true;
  };
  o.on_checkpoint = [this](const State& state) {
    progress_.solver = state;
    save_if_due();
  };
  o.checkpoint_seconds = limits_.checkpoint_seconds;
  o.interrupt = limits_.interrupts.flag;
  return o;
}

Judgement Search::judge(const Result& result) {
  if (!std::isfinite(result.value)) {
    Judgement judgement;  // there is nothing to judge
    judgement.verdict.family = task_.family.name();
    judgement.verdict.value = result.value;
    return judgement;
  }
  const Stopwatch watch;
  Judgement judgement = task_.family.judge(
      end_point(result), {.gap_tol = task_.options.gap, .criticality_tol = task_.options.gradient_tolerance, .better_points = {}, .should_stop = until_.question()});
  judge_seconds_ += watch.seconds();
  return judgement;
}

Point Search::end_point(const Result& result) const {
  Point point(problem_.layout());
  point.values = result.point;
  return task_.family.normal_form(std::move(point));
}

std::optional<Point> Search::enlarged(const Result& result) const {
  const StopScope scope(until_.question());
  return task_.family.enlarge(end_point(result), is_rough() ? rough_enlargement : 0.5 * task_.options.gap);
}

// Enlarged where that promises a lower value, before anything is judged: judging costs more. A rough run whose last
// iteration gained more than that goes on; one that promises nothing is solved to the end. False where the present
// layout suffices or the run came to no such end.
bool Search::climbs(const Result& result) {
  if (!task_.family.can_grow() || progress_.rounds >= task_.options.escape_rounds) return false;
  const bool is_limited = ended_by_limit(result.termination) && !is_rough();
  if (!std::isfinite(result.value) || is_limited || progress_.iterations_left <= 0) return false;
  if (target_ >= result.value) return false;
  std::optional<Point> larger = enlarged(result);
  if (!larger && !is_rough()) return false;
  if (larger && is_rough() && is_patience_better(result, *larger)) {
    progress_.rough_tolerance *= 0.1;
    begin_run(end_point(result), "");
  } else if (larger) {
    ++progress_.rounds;
    if (is_rough()) progress_.rough_tolerance = rough_gradient;
    begin_run(std::move(*larger), "grow");
  } else {
    progress_.rough_tolerance = 0.0;
    begin_run(end_point(result), "refine");
  }
  return true;
}

// Whether the last iteration lowered the value by so much more than enlarging does that the present layout is
// worth going on with.
bool Search::is_patience_better(const Result& result, const Point& larger) {
  const Trace& trace = progress_.trace;
  if (trace.size() < 2 || trace.back().iteration == progress_.first_iteration) return false;
  if (progress_.rough_tolerance < task_.options.gradient_tolerance) return false;
  const double gained = trace[trace.size() - 2].value - trace.back().value;
  const Layout here = problem_.layout();
  take_layout(larger.layout);
  const double promised = result.value - problem_.value(larger.values);
  take_layout(here);
  return patience * gained > promised;
}

// True when another run of this start has been prepared.
bool Search::goes_on(const Result& result, const Judgement& judgement) {
  const Verdict& verdict = judgement.verdict;
  const bool is_settled = strength(verdict.headline, verdict.rigor) > 2 ||
                          verdict.headline == Headline::global_minimum;
  if (is_settled || ended_by_limit(result.termination) || progress_.iterations_left <= 0) return false;
  if (verdict.escape && verdict.headline != Headline::local_minimum && progress_.rounds < task_.options.escape_rounds) {
    Point moved = end_point(result);
    for (std::size_t i = 0; i < moved.values.size(); ++i) moved.values[i] += verdict.escape->displacement[i];
    if (problem_.value(moved.values) < result.value) {
      ++progress_.rounds;
      ++progress_.escapes;
      if (limits_.on_escape) limits_.on_escape(progress_, verdict);
      progress_.is_polishing = false;
      begin_run(std::move(moved), "escape");
      return true;
    }
  }
  const bool is_saddle = verdict.headline == Headline::strict_saddle || verdict.headline == Headline::degenerate_saddle;
  if (is_saddle && task_.options.escape_rounds == 0) return false;
  const bool is_above_target = (std::isfinite(target_) && result.value > target_) || task_.family.is_cheap_to_judge();
  if (!is_above_target || progress_.is_polishing || result.termination != Termination::gradient_small) return false;
  progress_.is_polishing = true;
  begin_run(end_point(result), "polish");
  return true;
}

void Search::finish_start(const Result& result, Judgement judgement) {
  const Verdict& verdict = judgement.verdict;
  progress_.ends.add(verdict, minimum_floor(judgement.certificate.claims));
  BestEnd end{end_point(result), verdict.value, verdict.headline, verdict.rigor, result.termination};
  if (!progress_.best || is_better(end, *progress_.best, verdict.tolerance * verdict.gap_scale)) {
    progress_.best = std::move(end);
    progress_.best_trajectory = std::exchange(progress_.trajectory, {});
    best_judgement_ = std::move(judgement);
  }
  ++progress_.start_index;
  if (!is_done()) begin_start();
}

// An unfinished search: what is saved goes on with the present run, what is returned counts it as an end, judged as far as
// it was (`judgement`), or as far as a little more time allows.
SearchEnd Search::stop(const Result& result, std::optional<Judgement> judgement) {
  save();
  const Termination reason = ended_search(result.termination) ? result.termination : until_.reason_to_stop();
  if (!judgement && reason == Termination::interrupted) return {progress_, reason, std::nullopt};
  if (!judgement) {
    until_.extend(std::max(judging_seconds, judging_share * limits_.max_seconds));
    judgement = judge(result);
  }
  progress_.counts = sum(progress_.counts, result.counts);
  progress_.ends.add(judgement->verdict, minimum_floor(judgement->certificate.claims));
  const Verdict& v = judgement->verdict;
  BestEnd best{end_point(result), v.value, v.headline, v.rigor, result.termination};
  if (!progress_.best || is_better(best, *progress_.best, v.tolerance * v.gap_scale)) {
    progress_.best = std::move(best);
    progress_.best_trajectory = std::exchange(progress_.trajectory, {});
    best_judgement_ = std::move(judgement);
  }
  SearchEnd whole = finish();
  whole.stopped = reason;
  return whole;
}

SearchEnd Search::finish() {
  const BestEnd& best = *progress_.best;
  if (!std::isfinite(best.value))
    throw NumericalBreakdown(std::string(task_.family.name()) +
                             ": the value is not finite at any start; scale the data towards 1, or try another --start");
  take_layout(best.point.layout);
  if (!best_judgement_) {
    Result result;
    result.point = best.point.values;
    result.value = best.value;
    best_judgement_ = judge(result);
  }
  update_seconds();
  if (is_done() && limits_.save) save();
  const Termination stopped = best_judgement_->is_whole ? Termination::not_run : until_.reason_to_stop();
  return {std::move(progress_), stopped, std::move(best_judgement_)};
}

void Search::update_seconds() {
  const double total = earlier_seconds_ + watch_.seconds();
  progress_.judge_seconds = earlier_judge_seconds_ + judge_seconds_;
  progress_.solve_seconds = total - progress_.judge_seconds;
}

void Search::save() {
  update_seconds();
  if (limits_.save) limits_.save(progress_);
  since_save_.restart();
}

void Search::save_if_due() {
  if (since_save_.seconds() >= limits_.checkpoint_seconds) save();
}

}  // namespace

SearchEnd search(const SearchTask& task, const SearchLimits& limits, SearchProgress progress) {
  return Search(task, limits, std::move(progress)).run();
}

}  // namespace nadir
