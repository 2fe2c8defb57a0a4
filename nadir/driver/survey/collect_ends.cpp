#include "nadir/driver/survey/collect_ends.hpp"

#include <algorithm>
#include <map>
#include <mutex>
#include <type_traits>
#include <unordered_set>
#include <utility>
#include <variant>
#include <vector>

#include "nadir/base/clock.hpp"
#include "nadir/base/error.hpp"
#include "nadir/driver/registry.hpp"
#include "nadir/driver/search.hpp"
#include "nadir/driver/survey/classes.hpp"
#include "nadir/driver/trace_file.hpp"
#include "nadir/linalg/workers.hpp"

namespace nadir {
namespace {

// Ends in the order of the starts, whatever the order in which they come: when are there enough minima?
class PrefixOfStarts {
 public:
  PrefixOfStarts(const Family& family, double tolerance, std::int64_t wanted) : classes_(family, tolerance), wanted_(wanted) {}

  void add(const SurveyEnd& end) {
    if (wanted_ <= 0 || is_enough()) return;
    waiting_.emplace(end.start, end);
    while (!waiting_.empty() && waiting_.begin()->first == length_ && !is_enough()) {
      if (!waiting_.begin()->second.is_broken) classes_.add(waiting_.begin()->second);
      waiting_.erase(waiting_.begin());
      ++length_;
    }
  }
  bool is_enough() const { return wanted_ > 0 && classes_.num_minima() >= wanted_; }
  std::int64_t length() const { return length_; }

 private:
  PointClasses classes_;
  std::int64_t wanted_, length_ = 0;
  std::map<std::int64_t, SurveyEnd> waiting_;
};

SurveySaddle saddle_of(std::int64_t start, std::int64_t number, const Verdict& v) {
  SurveySaddle s{start, number, v.headline, v.rigor, v.value, v.gradient_norm, -1, std::numeric_limits<double>::quiet_NaN()};
  if (v.curvature) {
    s.negative = v.curvature->negative;
    s.min_eigenvalue = v.curvature->min_eigenvalue;
  }
  return s;
}

SurveyEnd end_of(std::int64_t start, SearchEnd&& found) {
  const Verdict& v = found.judgement->verdict;
  const SearchProgress& p = found.progress;
  SurveyEnd end;
  end.start = start;
  end.headline = v.headline;
  end.rigor = v.rigor;
  end.value = v.value;
  end.lower_bound = v.lower_bound;
  end.gap = v.gap;
  end.value_tolerance = v.tolerance * v.gap_scale;
  end.gradient_norm = v.gradient_norm;
  end.negative = v.curvature ? v.curvature->negative : -1;
  end.min_eigenvalue = v.curvature ? v.curvature->min_eigenvalue : std::numeric_limits<double>::quiet_NaN();
  end.termination = p.best->termination;
  end.iterations = p.counts.iterations;
  end.escapes = p.escapes;
  end.seconds = p.solve_seconds + p.judge_seconds;
  end.point = std::move(found.progress.best->point);
  return end;
}

class Collection {
 public:
  Collection(const CollectTask& task, SurveyDatabase& database)
      : task_(task), database_(database), first_layout_(task.family.problem().layout()), classes_of_(task.workers > 1 ? copy_of(task.family) : nullptr),
        prefix_(classes_of_ ? *classes_of_ : task.family, task.point_tolerance, task.wanted_minima) {
    for (const std::int64_t start : database.finished()) done_.insert(start);
    if (task.wanted_minima > 0)
      database.for_each_end([this](const SurveyEnd& end) {
        if (end.start < task_.options.starts) prefix_.add(end);
      });
    num_finished_ = std::count_if(done_.begin(), done_.end(), [&](std::int64_t start) { return start < task.options.starts; });
  }

  Collected run() {
    on_family_workers(task_.family, task_.workers, [this](Family& family, std::atomic<bool>& stop) { work(family, stop); });
    if (task_.family.problem().layout() != first_layout_) task_.family.reshape(first_layout_);
    Collected collected;
    if (prefix_.is_enough()) collected.num_enough = prefix_.length();
    else if (num_finished_ < task_.options.starts) collected.stopped = reason_;
    return collected;
  }

 private:
  void work(Family& family, std::atomic<bool>& stop) {
    while (const std::optional<std::int64_t> start = take(stop)) {
      if (family.problem().layout() != first_layout_) family.reshape(first_layout_);
      run_start(family, *start, stop);
    }
  }

  // The lowest start that nobody has begun.
  std::optional<std::int64_t> take(std::atomic<bool>& stop) {
    const std::lock_guard lock(guard_);
    look_at_limits(stop);
    if (stop || prefix_.is_enough()) return std::nullopt;
    while (done_.contains(next_)) ++next_;
    if (next_ >= task_.options.starts) return std::nullopt;
    return next_++;
  }

  void run_start(Family& family, std::int64_t start, std::atomic<bool>& stop) {
    SearchTask task{family, task_.options, task_.seed, {}};
    task.options.starts = start + 1;
    std::vector<SurveySaddle> saddles;
    SearchProgress progress = begin(start, saddles);
    SearchLimits limits;
    limits.checkpoint_seconds = task_.checkpoint_seconds;
    limits.interrupts = {&stop, [&] { look_at_limits(stop); }};
    limits.on_row = [&](const TraceRow&) { look_at_limits(stop); };
    limits.on_escape = [&](const SearchProgress& p, const Verdict& v) { saddles.push_back(saddle_of(start, p.escapes, v)); };
    limits.save = [&](const SearchProgress& p) {
      if (p.start_index == static_cast<std::uint64_t>(start)) save(start, p, saddles);
    };
    const Stopwatch watch;
    try {
      SearchEnd found = search(task, limits, std::move(progress));
      if (found.stopped == Termination::not_run) add(end_of(start, std::move(found)), saddles, stop);
    } catch (const NumericalBreakdown& error) {
      SurveyEnd end;
      end.start = start;
      end.is_broken = true;
      end.message = error.what();
      end.seconds = watch.seconds();
      add(end, saddles, stop);
    }
  }

  // From where the start was cut off, if it was.
  SearchProgress begin(std::int64_t start, std::vector<SurveySaddle>& saddles) {
    const std::lock_guard lock(guard_);
    SearchProgress fresh;
    fresh.start_index = static_cast<std::uint64_t>(start);
    const std::optional<UnfinishedStart> kept = database_.unfinished(start);
    if (!kept) return fresh;
    saddles = database_.saddles_of(start);
    return progress_from_state(kept->state, trace_from_csv(kept->trace, "the trace of start " + std::to_string(start)));
  }

  void save(std::int64_t start, const SearchProgress& progress, const std::vector<SurveySaddle>& saddles) {
    const UnfinishedStart unfinished{to_state(progress), trace_to_csv(progress.trace)};
    const std::lock_guard lock(guard_);
    database_.save(start, unfinished, saddles);
  }

  void add(const SurveyEnd& end, const std::vector<SurveySaddle>& saddles, std::atomic<bool>& stop) {
    const std::lock_guard lock(guard_);
    database_.add(end, saddles);
    ++num_finished_;
    prefix_.add(end);
    if (prefix_.is_enough()) stop = true;
    if (!end.is_broken) best_ = std::min(best_, end.value);
    if (task_.on_end) task_.on_end({num_finished_, task_.options.starts, best_, watch_.seconds()});
  }

  void look_at_limits(std::atomic<bool>& stop) {
    const bool is_interrupted = task_.interrupt && task_.interrupt->load();
    if (!is_interrupted && watch_.seconds() < task_.max_seconds) return;
    if (!stop.exchange(true)) reason_ = is_interrupted ? Termination::interrupted : Termination::time_limit;
  }

  const CollectTask& task_;
  SurveyDatabase& database_;
  Layout first_layout_;
  std::unique_ptr<Family> classes_of_;  // workers reshape theirs meanwhile
  PrefixOfStarts prefix_;
  std::unordered_set<std::int64_t> done_;
  std::int64_t next_ = 0, num_finished_ = 0;
  double best_ = std::numeric_limits<double>::infinity();
  std::atomic<Termination> reason_{Termination::not_run};
  std::mutex guard_;  // of the database and of everything above that is written
  Stopwatch watch_;
};

}  // namespace

Collected collect_ends(const CollectTask& task, SurveyDatabase& database) { return Collection(task, database).run(); }

std::unique_ptr<Family> copy_of(Family& family) {
  std::unique_ptr<Family> copy = make_family(family.name());
  const OptionList from = family.options(), to = copy->options();
  for (std::size_t i = 0; i < from.size(); ++i)
    std::visit([&](auto* field) { *field = *std::get<std::remove_cvref_t<decltype(field)>>(from[i].target); }, to[i].target);
  copy->prepare();
  return copy;
}

void on_family_workers(Family& family, int workers, const std::function<void(Family&, std::atomic<bool>& stop)>& work) {
  std::atomic<bool> stop{false};
  on_workers(workers, [&](int) {
    try {
      if (workers == 1) return work(family, stop);
      const std::unique_ptr<Family> own = copy_of(family);
      work(*own, stop);
    } catch (...) {
      stop = true;
      throw;
    }
  });
}

}  // namespace nadir
