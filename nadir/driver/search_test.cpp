// The search on a family whose every critical point is known in closed form.
//
// f(x, y) = x^4/4 + x^3/3 + y^2/2 has the global minimum -1/12 at (-1, 0) and one other critical point, the
// origin: a saddle with Hessian diag(0, 1), which no second-order method can leave by itself. The judge of this
// family knows that and shows the way out.
#include "nadir/driver/search.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "nadir/base/error.hpp"

namespace nadir {
namespace {

constexpr double minimum = -1.0 / 12.0;

class Cubic {
 public:
  Cubic() {
    layout_.add("x", 1, 1);
    layout_.add("y", 1, 1);
  }
  const Layout& layout() const { return layout_; }
  double value(std::span<const double> p) const {
    const double x = p[0], y = p[1];
    return x * x * x * x / 4 + x * x * x / 3 + y * y / 2;
  }
  std::unique_ptr<Expansion> expand(std::span<const double> p) const;

 private:
  Layout layout_;
};

class CubicExpansion final : public Expansion {
 public:
  CubicExpansion(double x, double y, double value) : x_(x), y_(y), value_(value) {}
  double value() const override { return value_; }
  void gradient(std::span<double> out) const override {
    out[0] = x_ * x_ * x_ + x_ * x_;
    out[1] = y_;
  }
  void apply_hessian(ConstMatrixView V, MatrixView out) const override {
    for (Index j = 0; j < V.cols; ++j) {
      out(0, j) = (3 * x_ * x_ + 2 * x_) * V(0, j);
      out(1, j) = V(1, j);
    }
  }

 private:
  double x_, y_, value_;
};

std::unique_ptr<Expansion> Cubic::expand(std::span<const double> p) const {
  return std::make_unique<CubicExpansion>(p[0], p[1], value(p));
}

class CubicFamily final : public Family {
 public:
  std::string_view name() const override { return "cubic"; }
  std::string_view summary() const override { return "a cubic saddle"; }
  std::string_view help() const override { return ""; }
  OptionList options() override { return {}; }
  void prepare() override {}
  ProblemRef problem() const override { return problem_; }
  std::vector<std::string> start_names() const override { return {"saddle", "far", "infinite"}; }
  Point start(const std::string& start_name, std::uint64_t, std::uint64_t index) const override {
    Point point(problem_.layout());
    if (start_name == "far") point.values = {1.0 + 0.5 * static_cast<double>(index), 2.0};
    if (start_name == "infinite") point.values = {1e200, 0.0};
    return point;
  }
  double target_value(double) const override { return -std::numeric_limits<double>::infinity(); }
  Judgement judge(const Point& point, const JudgeOptions&) const override {
    Judgement j;
    Verdict& v = j.verdict;
    v.value = problem_.value(point.values);
    v.headline = v.value <= minimum + 1e-9 ? Headline::global_minimum : Headline::degenerate_saddle;
    if (v.headline == Headline::degenerate_saddle && shows_escape)
      v.escape = Escape{.kind = Escape::Kind::path, .decrease = 0.01, .displacement = {escape_x, 0.0}};
    return j;
  }

  bool shows_escape = true;
  double escape_x = -0.5;

 private:
  Cubic problem_;
};

SearchEnd run(Family& family, const SolveOptions& options, const SearchLimits& limits = {},
              SearchProgress progress = {}) {
  return search({family, options, 0, {}}, limits, std::move(progress));
}

TEST(Search, leaves_a_saddle_that_the_solver_cannot_see) {
  CubicFamily family;

  const SearchEnd end = run(family, {});

  EXPECT_EQ(end.progress.escapes, 1);
  EXPECT_EQ(end.judgement->verdict.headline, Headline::global_minimum);
  EXPECT_NEAR(end.progress.best->value, minimum, 1e-12);
  EXPECT_NEAR(end.progress.best->point.values[0], -1.0, 1e-6);
}

TEST(Search, marks_the_escape_in_a_trace_that_never_counts_back) {
  CubicFamily family;

  const SearchEnd end = run(family, {});

  int num_escapes = 0;
  for (std::size_t i = 0; i < end.progress.trace.size(); ++i) {
    num_escapes += end.progress.trace[i].event == "escape";
    EXPECT_EQ(end.progress.trace[i].iteration, static_cast<std::int64_t>(i));
  }
  EXPECT_EQ(num_escapes, 1);
}

TEST(Search, keeps_points_of_the_best_start_with_its_escapes_as_the_trace_counts_them) {
  CubicFamily family;
  SolveOptions options;
  options.keep_points = 1000;

  const SearchEnd end = run(family, options);

  const Trajectory kept = end.progress.best_trajectory.trajectory();
  ASSERT_EQ(kept.iterations.size(), end.progress.trace.size());
  const Cubic cubic;
  for (std::size_t i = 0; i < kept.iterations.size(); ++i) {
    const double* point = kept.points.col(static_cast<Index>(i));
    EXPECT_EQ(kept.iterations[i], end.progress.trace[i].iteration);
    EXPECT_EQ(kept.values[i], end.progress.trace[i].value);
    EXPECT_EQ(cubic.value({point, 2}), kept.values[i]);
  }
}

TEST(Search, keeps_no_points_unless_asked) {
  CubicFamily family;

  EXPECT_TRUE(run(family, {}).progress.best_trajectory.empty());
}

TEST(Search, ends_at_the_saddle_when_no_rounds_are_allowed) {
  CubicFamily family;
  SolveOptions options;
  options.escape_rounds = 0;

  const SearchEnd end = run(family, options);

  EXPECT_EQ(end.progress.escapes, 0);
  EXPECT_EQ(end.judgement->verdict.headline, Headline::degenerate_saddle);
}

TEST(Search, never_follows_an_escape_that_does_not_lower_the_value) {
  CubicFamily family;
  family.escape_x = 0.5;  // uphill

  const SearchEnd end = run(family, {});

  EXPECT_EQ(end.progress.escapes, 0);
  EXPECT_EQ(end.progress.best->value, 0.0);
}

TEST(Search, gives_the_best_of_several_ends_and_counts_them_all) {
  CubicFamily family;
  SolveOptions options;
  options.starts = 4;
  options.start = "far";

  const SearchEnd end = run(family, options);

  std::int64_t num_ends = 0;
  for (const End& e : end.progress.ends.rows) num_ends += e.count;
  EXPECT_EQ(num_ends, 4);
  EXPECT_NEAR(end.progress.best->value, minimum, 1e-9);
}

TEST(Search, a_start_outside_the_range_of_double_is_a_breakdown) {
  CubicFamily family;
  SolveOptions options;
  options.start = "infinite";

  EXPECT_THROW(run(family, options), NumericalBreakdown);
}

TEST(Search, an_interrupted_search_saves_and_judges_nothing) {
  CubicFamily family;
  const std::atomic<bool> interrupt{true};
  SearchLimits limits;
  limits.interrupts.flag = &interrupt;
  int num_saves = 0;
  limits.save = [&](const SearchProgress&) { ++num_saves; };
  SolveOptions options;
  options.start = "far";

  const SearchEnd end = run(family, options, limits);

  EXPECT_EQ(end.stopped, Termination::interrupted);
  EXPECT_FALSE(end.judgement);
  EXPECT_EQ(num_saves, 1);
}

TEST(Search, a_time_limit_gives_a_verdict_on_what_there_is) {
  CubicFamily family;
  SearchLimits limits;
  limits.max_seconds = 0.0;
  SolveOptions options;
  options.start = "far";

  const SearchEnd end = run(family, options, limits);

  EXPECT_EQ(end.stopped, Termination::time_limit);
  EXPECT_TRUE(end.judgement);
}

// Whatever moment the state is from, going on from it ends in the same bits.
TEST(Search, goes_on_from_every_saved_state_with_the_same_bits) {
  CubicFamily family;
  SolveOptions options;
  options.starts = 3;
  options.keep_points = 4;
  std::vector<std::pair<State, Trace>> saved;
  SearchLimits limits;
  limits.checkpoint_seconds = 0.0;
  limits.save = [&](const SearchProgress& p) { saved.emplace_back(to_state(p), p.trace); };
  const SearchEnd whole = run(family, options, limits);
  ASSERT_GT(saved.size(), 10u);

  for (const auto& [state, trace] : saved) {
    const SearchEnd resumed = run(family, options, {}, progress_from_state(state, trace));

    EXPECT_EQ(resumed.progress.best->point.values, whole.progress.best->point.values);
    EXPECT_EQ(resumed.progress.best->point.layout, whole.progress.best->point.layout);
    EXPECT_EQ(resumed.progress.ends.rows, whole.progress.ends.rows);
    EXPECT_EQ(resumed.progress.counts, whole.progress.counts);
    const Trajectory kept = resumed.progress.best_trajectory.trajectory();
    EXPECT_EQ(kept.iterations, whole.progress.best_trajectory.trajectory().iterations);
    EXPECT_EQ(kept.points, whole.progress.best_trajectory.trajectory().points);
    EXPECT_EQ(resumed.progress.escapes, whole.progress.escapes);
    EXPECT_EQ(resumed.progress.best->termination, whole.progress.best->termination);
    ASSERT_EQ(resumed.progress.trace.size(), whole.progress.trace.size());
    for (std::size_t i = 0; i < whole.progress.trace.size(); ++i) {
      EXPECT_EQ(resumed.progress.trace[i].value, whole.progress.trace[i].value);
      EXPECT_EQ(resumed.progress.trace[i].event, whole.progress.trace[i].event);
    }
  }
}

TEST(SearchProgress, drops_trace_rows_written_after_the_state_and_refuses_too_few) {
  SearchProgress progress;
  Layout layout;
  layout.add("x", 1, 1);
  progress.origin = Point(layout);
  progress.trace.resize(2);
  const State state = to_state(progress);
  Trace longer(3), shorter(1);

  EXPECT_EQ(progress_from_state(state, longer).trace.size(), 2u);
  EXPECT_THROW(progress_from_state(state, shorter), InputError);
}

}  // namespace
}  // namespace nadir
