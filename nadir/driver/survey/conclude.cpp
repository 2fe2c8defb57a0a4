#include "nadir/driver/survey/conclude.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <mutex>
#include <utility>
#include <vector>

#include "nadir/base/clock.hpp"
#include "nadir/driver/survey/classes.hpp"
#include "nadir/driver/survey/collect_ends.hpp"

namespace nadir {
namespace {

int strength(const SurveyEnd& end) {
  const int proof = end.rigor == Rigor::proved ? 1 : 0;
  if (end.headline == Headline::global_minimum) return 4 + proof;
  return end.headline == Headline::local_minimum ? 2 + proof : 0;
}

class Conclude {
 public:
  Conclude(const ConcludeTask& task, SurveyDatabase& database) : task_(task), database_(database) {}

  Conclusion run() {
    survey_values();
    if (lowest_) judge_again();
    classify();
    result_.unseen = unseen_share(std::count_if(result_.classes.begin(), result_.classes.end(), [](const SurveyClass& c) { return c.count == 1; }),
                                  result_.counted, result_.confidence);
    survey_saddles();
    return {std::move(result_), std::move(best_)};
  }

 private:
  bool is_counted(std::int64_t start) const { return start < task_.limit; }
  void survey_values();
  void judge_again();
  std::optional<SurveyClassRow> judged_beside(Family& family, std::int64_t start, std::atomic<bool>& stop);
  SurveyClassRow renamed(std::int64_t start) const { return {start, 0, Headline::spurious_minimum, Rigor::numerical, -1}; }
  void look_at_limits(std::atomic<bool>& stop);
  void classify();
  void count(SurveyClass& c, const SurveyEnd& end, const SurveyClassRow& row) const;
  void survey_saddles();

  const ConcludeTask& task_;
  SurveyDatabase& database_;
  SurveyResult result_;
  std::optional<SurveyEnd> lowest_, best_;
  std::vector<std::int64_t> minima_above_;            // local minima above the least value
  std::map<std::int64_t, SurveyClassRow> judged_;     // these, by start
  std::vector<std::pair<std::int64_t, double>> saddles_;
  std::mutex guard_;  // of the database, judged_ and result_.stopped while workers judge
  Stopwatch watch_;
};

// Least value, histogram, and who is above.
void Conclude::survey_values() {
  std::vector<double> values;
  struct Candidate {
    std::int64_t start;
    double value, tolerance;
  };
  std::vector<Candidate> local_minima;
  database_.for_each_end([&](const SurveyEnd& end) {
    if (!is_counted(end.start)) return;
    ++result_.counted;
    result_.start_seconds += end.seconds;
    if (end.is_broken) {
      ++result_.broken;
      return;
    }
    values.push_back(end.value);
    if (end.headline == Headline::not_critical) ++result_.not_critical;
    if (!lowest_ || end.value < lowest_->value) lowest_ = end;
    if (end.headline == Headline::local_minimum) local_minima.push_back({end.start, end.value, end.value_tolerance});
    if (end.headline == Headline::strict_saddle || end.headline == Headline::degenerate_saddle) saddles_.emplace_back(end.negative, end.value);
  });
  result_.histogram = histogram_of(std::move(values), lowest_ ? lowest_->value_tolerance : 0.0);
  for (const Candidate& c : local_minima)
    if (c.value > lowest_->value + std::max(c.tolerance, lowest_->value_tolerance)) minima_above_.push_back(c.start);
}

void Conclude::look_at_limits(std::atomic<bool>& stop) {
  const bool is_interrupted = task_.interrupt && task_.interrupt->load();
  if (!is_interrupted && watch_.seconds() < task_.max_seconds) return;
  result_.stopped = is_interrupted ? Termination::interrupted : Termination::time_limit;
  stop = true;
}

// What an earlier part judged beside the same point stands.
void Conclude::judge_again() {
  for (const SurveyClassRow& row : database_.classes())
    if (row.better_start == lowest_->start) judged_.emplace(row.start, row);
  std::vector<std::int64_t> left;
  for (const std::int64_t start : minima_above_)
    if (!judged_.contains(start)) left.push_back(start);
  std::size_t next = 0;
  const auto work = [&](Family& family, std::atomic<bool>& stop) {
    for (;;) {
      std::unique_lock lock(guard_);
      look_at_limits(stop);
      if (stop || next == left.size()) return;
      const std::int64_t start = left[next++];
      lock.unlock();
      const std::optional<SurveyClassRow> row = judged_beside(family, start, stop);
      if (!row) return;
      lock.lock();
      judged_.emplace(start, *row);
    }
  };
  if (task_.judges_again && !left.empty())
    on_family_workers(task_.family, static_cast<int>(std::min<std::size_t>(static_cast<std::size_t>(task_.workers), left.size())), work);
}

// Nothing where a limit comes first.
std::optional<SurveyClassRow> Conclude::judged_beside(Family& family, std::int64_t start, std::atomic<bool>& stop) {
  std::unique_lock lock(guard_);
  const SurveyEnd end = database_.end(start);
  lock.unlock();
  SurveyClassRow row = renamed(start);
  row.better_start = lowest_->start;
  if (end.point.layout != lowest_->point.layout) return row;  // the judge compares points of one layout
  if (family.problem().layout() != end.point.layout) family.reshape(end.point.layout);
  const JudgeOptions options{.gap_tol = task_.options.gap,
                             .criticality_tol = task_.options.gradient_tolerance,
                             .better_points = {lowest_->point.values},
                             .should_stop = [&] {
                               const std::lock_guard guard(guard_);
                               look_at_limits(stop);
                               return stop.load();
                             }};
  const Judgement judgement = family.judge(end.point, options);
  if (!judgement.is_whole) return std::nullopt;
  if (judgement.verdict.headline == Headline::spurious_minimum) row.rigor = judgement.verdict.rigor;
  return row;
}

void Conclude::count(SurveyClass& c, const SurveyEnd& end, const SurveyClassRow& row) const {
  const bool is_first = c.count == 0;
  if (is_first || end.value < c.value) {
    c.spread = is_first ? 0.0 : c.spread + (c.value - end.value);
    c.value = end.value;
    c.best_start = end.start;
    c.negative = end.negative;
    c.min_eigenvalue = end.min_eigenvalue;
  }
  c.spread = std::max(c.spread, end.value - c.value);
  c.rigor = is_first ? row.rigor : std::min(c.rigor, row.rigor);
  if (is_first) c.headline = row.headline;
  else if (c.headline != row.headline) c.headline = Headline::local_minimum;  // what is true of them all
  ++c.count;
}

void Conclude::classify() {
  PointClasses classes(task_.family, task_.point_tolerance);
  std::vector<SurveyClass> unsorted;
  std::vector<SurveyClassRow> rows;  // with the class as first met, from 1
  const auto is_above = [this](std::int64_t start) { return std::binary_search(minima_above_.begin(), minima_above_.end(), start); };
  database_.for_each_end([&](const SurveyEnd& end) {
    if (!is_counted(end.start)) return;
    SurveyClassRow row{end.start, 0, end.headline, end.rigor, -1};
    if (!end.is_broken) {
      if (is_above(end.start)) row = judged_.contains(end.start) ? judged_.at(end.start) : renamed(end.start);
      const std::size_t index = classes.add(end);
      if (index == unsorted.size()) unsorted.emplace_back();
      row.class_number = static_cast<std::int64_t>(index) + 1;
      count(unsorted[index], end, row);
      const bool is_as_low = end.value <= lowest_->value + lowest_->value_tolerance;
      if (is_as_low && (!best_ || strength(end) > strength(*best_) || (strength(end) == strength(*best_) && end.value < best_->value))) best_ = end;
    }
    rows.push_back(row);
  });
  std::vector<std::size_t> order(unsorted.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return unsorted[a].value < unsorted[b].value; });
  std::vector<std::int64_t> number(order.size());
  for (std::size_t place = 0; place < order.size(); ++place) {
    number[order[place]] = static_cast<std::int64_t>(place) + 1;
    result_.classes.push_back(unsorted[order[place]]);
    result_.classes.back().share = clopper_pearson(result_.classes.back().count, result_.counted, result_.confidence);
  }
  for (SurveyClassRow& row : rows)
    if (row.class_number > 0) row.class_number = number[static_cast<std::size_t>(row.class_number - 1)];
  database_.classify(rows);
  result_.num_minima = classes.num_minima();
  result_.cut_off = database_.num_unfinished(task_.limit);
  if (best_) result_.best_start = best_->start;
}

void Conclude::survey_saddles() {
  for (const SurveySaddle& s : database_.saddles())
    if (is_counted(s.start)) saddles_.emplace_back(s.negative, s.value);
  result_.saddles = saddles_by_index(std::move(saddles_));
}

}  // namespace

Conclusion conclude(const ConcludeTask& task, SurveyDatabase& database) { return Conclude(task, database).run(); }

}  // namespace nadir
