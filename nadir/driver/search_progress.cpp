// A search's progress as named arrays of doubles, and back.
#include <algorithm>
#include <cmath>

#include "nadir/base/error.hpp"
#include "nadir/driver/search.hpp"

namespace nadir {
namespace {

constexpr const char* solver_prefix = "solver/";
constexpr const char* trajectory_prefix = "trajectory/";
constexpr const char* best_trajectory_prefix = "best/trajectory/";

Vector letters(std::string_view text) { return Vector(text.begin(), text.end()); }

std::string text_of(const Vector& letters) {
  std::string text;
  for (const double code : letters) text += code >= 32.0 && code < 127.0 ? static_cast<char>(code) : '?';
  return text;
}

void set_count(State& state, const std::string& name, std::int64_t value) {
  state.set_integer(name, static_cast<std::uint64_t>(value));
}

std::int64_t count(const State& state, const std::string& name) {
  return static_cast<std::int64_t>(state.integer(name));
}

// Enumerators are kept by name, so that reordering them does not change what an old state says.
void add_end(State& state, const std::string& prefix, const End& end) {
  state.set_scalar(prefix + "value", end.value);
  state.set(prefix + "headline", letters(name(end.headline)));
  state.set(prefix + "rigor", letters(name(end.rigor)));
  set_count(state, prefix + "count", end.count);
  state.set_scalar(prefix + "floor", end.floor);
}

End end_from(const State& state, const std::string& prefix) {
  return {state.scalar(prefix + "value"), headline_from_name(text_of(state.get(prefix + "headline"))),
          rigor_from_name(text_of(state.get(prefix + "rigor"))), count(state, prefix + "count"), state.scalar(prefix + "floor")};
}

// Names with the shapes, each name as its length and its letters.
void add_point(State& state, const std::string& name, const Point& point) {
  Vector shapes;
  for (const BlockShape& b : point.layout.blocks()) {
    shapes.insert(shapes.end(), {static_cast<double>(b.rows), static_cast<double>(b.cols), static_cast<double>(b.name.size())});
    const Vector text = letters(b.name);
    shapes.insert(shapes.end(), text.begin(), text.end());
  }
  state.set(name, point.values);
  state.set(name + "/layout", std::move(shapes));
}

Point point_from(const State& state, const std::string& name) {
  const Vector& shapes = state.get(name + "/layout");
  Layout layout;
  for (std::size_t i = 0; i + 3 <= shapes.size();) {
    const std::size_t length = std::min(static_cast<std::size_t>(std::max(0.0, shapes[i + 2])), shapes.size() - i - 3);
    const auto first = shapes.begin() + static_cast<std::ptrdiff_t>(i) + 3;
    layout.add(text_of(Vector(first, first + static_cast<std::ptrdiff_t>(length))), static_cast<Index>(shapes[i]), static_cast<Index>(shapes[i + 1]));
    i += 3 + length;
  }
  Point point(std::move(layout));
  const Vector& values = state.get(name);
  if (values.size() != point.values.size())
    throw InputError("checkpoint entry " + name, std::to_string(point.values.size()) + " numbers", std::to_string(values.size()));
  point.values = values;
  return point;
}

std::string end_prefix(std::size_t i) { return "end/" + std::to_string(i) + "/"; }

}  // namespace

State to_state(const SearchProgress& p) {
  State state;
  state.set_integer("start_index", p.start_index);
  set_count(state, "rounds", p.rounds);
  set_count(state, "escapes", p.escapes);
  set_count(state, "iterations_left", p.iterations_left);
  state.set_scalar("is_polishing", p.is_polishing ? 1.0 : 0.0);
  state.set_scalar("rough_tolerance", p.rough_tolerance);
  add_point(state, "origin", p.origin);
  state.set("event", letters(p.event));
  set_count(state, "counts/iterations", p.counts.iterations);
  set_count(state, "counts/values", p.counts.values);
  set_count(state, "counts/gradients", p.counts.gradients);
  set_count(state, "counts/hessian_products", p.counts.hessian_products);
  set_count(state, "num_ends", static_cast<std::int64_t>(p.ends.rows.size()));
  for (std::size_t i = 0; i < p.ends.rows.size(); ++i) add_end(state, end_prefix(i), p.ends.rows[i]);
  if (p.best) {
    add_point(state, "best/point", p.best->point);
    add_end(state, "best/", {p.best->value, p.best->headline, p.best->rigor, 1});
    state.set("best/termination", letters(name(p.best->termination)));
  }
  p.trajectory.save(state, trajectory_prefix);
  p.best_trajectory.save(state, best_trajectory_prefix);
  set_count(state, "num_trace_rows", static_cast<std::int64_t>(p.trace.size()));
  set_count(state, "first_iteration", p.first_iteration);
  state.set_scalar("solve_seconds", p.solve_seconds);
  state.set_scalar("judge_seconds", p.judge_seconds);
  for (const auto& [name, values] : p.solver.arrays()) state.set(solver_prefix + name, values);
  return state;
}

SearchProgress progress_from_state(const State& state, Trace trace) {
  SearchProgress p;
  p.start_index = state.integer("start_index");
  p.rounds = count(state, "rounds");
  p.escapes = count(state, "escapes");
  p.iterations_left = count(state, "iterations_left");
  p.is_polishing = state.scalar("is_polishing") != 0.0;
  p.rough_tolerance = state.scalar("rough_tolerance");
  p.origin = point_from(state, "origin");
  p.event = text_of(state.get("event"));
  p.counts = {count(state, "counts/iterations"), count(state, "counts/values"), count(state, "counts/gradients"),
              count(state, "counts/hessian_products")};
  const std::int64_t num_ends = count(state, "num_ends");
  for (std::int64_t i = 0; i < num_ends; ++i)
    p.ends.rows.push_back(end_from(state, end_prefix(static_cast<std::size_t>(i))));
  if (state.has("best/point")) {
    const End end = end_from(state, "best/");
    p.best = BestEnd{point_from(state, "best/point"), end.value, end.headline, end.rigor,
                     termination_from_name(text_of(state.get("best/termination")))};
  }
  const auto num_rows = static_cast<std::size_t>(count(state, "num_trace_rows"));
  if (trace.size() < num_rows)
    throw InputError("trace.csv", std::to_string(num_rows) + " rows, as the checkpoint counts",
                     std::to_string(trace.size()));
  trace.resize(num_rows);
  p.trace = std::move(trace);
  p.trajectory = ThinnedTrajectory::load(state, trajectory_prefix);
  p.best_trajectory = ThinnedTrajectory::load(state, best_trajectory_prefix);
  p.first_iteration = count(state, "first_iteration");
  p.solve_seconds = state.scalar("solve_seconds");
  p.judge_seconds = state.scalar("judge_seconds");
  for (const auto& [name, values] : state.arrays())
    if (name.starts_with(solver_prefix)) p.solver.set(name.substr(std::string(solver_prefix).size()), values);
  return p;
}

}  // namespace nadir
