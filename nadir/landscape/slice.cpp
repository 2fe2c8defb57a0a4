#include "nadir/landscape/slice.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "nadir/base/clock.hpp"
#include "nadir/base/error.hpp"
#include "nadir/landscape/adaptive.hpp"
#include "nadir/landscape/extremes.hpp"
#include "nadir/linalg/dense.hpp"

namespace nadir {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();
constexpr Index fewest_at_once = 8, most_at_once = 512;         // points between two looks at should_stop
constexpr double short_seconds = 0.05, long_seconds = 0.25;     // what these should take
constexpr double curvature_tol = 1e-2;                          // of eigenvalues in a picture
constexpr Index most_products = 200;                            // at a point
constexpr double rounding = 1e-9;                               // a lower value is news beyond this part of the value

std::string text_of(double x) {
  char text[32];
  std::snprintf(text, sizeof text, "%.17g", x);
  return text;
}

Matrix steps_of(const std::vector<Direction>& directions, Index dimension) {
  Matrix steps(dimension, std::ssize(directions));
  for (std::size_t k = 0; k < directions.size(); ++k) std::copy(directions[k].step.begin(), directions[k].step.end(), steps.col(static_cast<Index>(k)));
  return steps;
}

// |least| / max(|least|, |greatest|) with the sign of the least; NaN where the Hessian is 0 or no number.
double curvature_ratio(const Expansion& expansion, Index dimension, const SliceOptions& options, bool& is_stopped) {
  const Extremes ends = find_extremes(hessian_operator(expansion, dimension), {.count = 1,
                                                                                .tol = curvature_tol,
                                                                                .max_products = most_products,
                                                                                .must_exclude = false,
                                                                                .seed = options.seed,
                                                                                .should_stop = options.should_stop});
  is_stopped = is_stopped || ends.is_stopped;
  if (!ends.is_finite || ends.is_stopped) return nan;
  const double least = ends.least.front().value, greatest = ends.greatest.front().value;
  const double largest = std::fmax(std::fabs(least), std::fabs(greatest));
  return largest > 0.0 ? least / largest : nan;
}

// Fills in nodes of a grid with what is asked for there.
class Sampler {
 public:
  Sampler(const ProblemRef& problem, std::span<const double> point, const std::vector<Direction>& directions, const SliceOptions& options)
      : problem_(problem), options_(options), point_(point), steps_(steps_of(directions, std::ssize(point))) {
    if (!needs_expansion()) restriction_ = problem.restrict_to(point, steps_);
  }

  // False where should_stop said so before the last node.
  bool evaluate(std::span<const GridNode> nodes, SampledGrid& grid) {
    while (!nodes.empty()) {
      if (options_.should_stop && options_.should_stop()) return false;
      const std::size_t count = needs_expansion() ? 1 : std::min(nodes.size(), static_cast<std::size_t>(at_once_));
      if (!evaluate_some(nodes.first(count), grid)) return false;
      nodes = nodes.subspan(count);
    }
    return true;
  }
  // The point itself, by the problem's own value.
  bool evaluate_centre(GridNode centre, SampledGrid& grid) {
    if (options_.should_stop && options_.should_stop()) return false;
    if (needs_expansion()) return evaluate_some({&centre, 1}, grid);
    store(grid, centre, 0, problem_.value(point_));
    return true;
  }

  Index num_evaluations() const { return num_evaluations_; }
  Vector place(std::span<const double> coordinates) const {
    Vector x(point_.begin(), point_.end());
    for (std::size_t k = 0; k < coordinates.size(); ++k)
      if (coordinates[k] != 0.0) axpy(coordinates[k], {steps_.col(static_cast<Index>(k)), x.size()}, x);
    return x;
  }

 private:
  bool needs_expansion() const { return options_.with_gradient || options_.with_curvature; }

  bool evaluate_some(std::span<const GridNode> nodes, SampledGrid& grid) {
    if (needs_expansion()) return expand_at(nodes.front(), grid);
    const Stopwatch watch;
    Matrix coordinates(steps_.cols(), std::ssize(nodes));
    for (std::size_t j = 0; j < nodes.size(); ++j) set_coordinates(grid, nodes[j], coordinates.col(static_cast<Index>(j)));
    Vector values(nodes.size());
    restriction_->values(coordinates, values);
    for (std::size_t j = 0; j < nodes.size(); ++j) store(grid, nodes[j], 0, values[j]);
    // As many points at a time as keep an interrupt prompt; their bits do not depend on it.
    if (watch.seconds() < short_seconds) at_once_ = std::min(2 * at_once_, most_at_once);
    if (watch.seconds() > long_seconds) at_once_ = std::max(at_once_ / 2, fewest_at_once);
    return true;
  }

  bool expand_at(GridNode node, SampledGrid& grid) {
    Vector coordinates(static_cast<std::size_t>(steps_.cols()));
    set_coordinates(grid, node, coordinates.data());
    const std::unique_ptr<Expansion> expansion = problem_.expand(place(coordinates));
    std::size_t layer = 1;
    bool is_stopped = false;
    if (options_.with_gradient) {
      Vector gradient(point_.size());
      expansion->gradient(gradient);
      grid.layers[layer++](node.row, node.column) = norm(gradient);
    }
    if (options_.with_curvature) grid.layers[layer](node.row, node.column) = curvature_ratio(*expansion, std::ssize(point_), options_, is_stopped);
    if (is_stopped) {
      for (Matrix& values : grid.layers) values(node.row, node.column) = nan;
      return false;
    }
    store(grid, node, 0, expansion->value());
    return true;
  }

  void set_coordinates(const SampledGrid& grid, GridNode node, double* out) const {
    out[0] = grid.row_coordinates[static_cast<std::size_t>(node.row)];
    if (steps_.cols() > 1) out[1] = grid.column_coordinates[static_cast<std::size_t>(node.column)];
  }

  void store(SampledGrid& grid, GridNode node, std::size_t layer, double value) {
    grid.layers[layer](node.row, node.column) = value;
    grid.is_known[static_cast<std::size_t>(node.row + node.column * std::ssize(grid.row_coordinates))] = 1;
    ++num_evaluations_;
  }

  ProblemRef problem_;
  const SliceOptions& options_;
  std::span<const double> point_;
  Matrix steps_;
  std::unique_ptr<Restriction> restriction_;
  Index num_evaluations_ = 0, at_once_ = fewest_at_once;
};

void require_fit(std::span<const double> point, const std::vector<Direction>& directions, const SliceOptions& options) {
  if (directions.empty() || directions.size() > 2) throw InputError("slice directions", "one or two", std::to_string(directions.size()));
  for (const Direction& d : directions)
    if (d.step.size() != point.size()) throw InputError("slice direction", std::to_string(point.size()) + " numbers", std::to_string(d.step.size()));
  for (const std::size_t given : {options.counts.size(), options.ranges.size(), options.through.size()})
    if (given != 0 && given != directions.size())
      throw InputError("slice", "counts, ranges and lines for each of " + std::to_string(directions.size()) + " axes, or none", std::to_string(given));
  if (!(options.adaptive_tol >= 0.0 && options.adaptive_tol < 1.0)) throw InputError("slice adaptive", "a number from 0 to below 1", text_of(options.adaptive_tol));
}

Axis axis_of(const Direction& direction, const SliceOptions& options, std::size_t k, std::size_t num_axes) {
  const auto [low, high] = options.ranges.empty() ? std::pair(-1.0, 1.0) : options.ranges[k];
  const Index count = options.counts.empty() ? (num_axes == 1 ? 101 : 51) : options.counts[k];
  return {.kind = direction.kind,
          .label = direction.label,
          .normalisation = direction.normalisation,
          .length = norm(direction.step),
          .eigenvalue = direction.eigenvalue,
          .explained = direction.explained,
          .coordinates = grid_coordinates(low, high, count, options.through.empty() ? Vector{} : options.through[k])};
}

GridNode centre_of(const SampledGrid& grid) {
  const auto zero = [](const Vector& c) { return static_cast<Index>(std::find(c.begin(), c.end(), 0.0) - c.begin()); };
  return {zero(grid.row_coordinates), zero(grid.column_coordinates)};
}

void move_lines(std::span<const double> through, Vector& coordinates) {
  const auto near = [](double t) { return [t](double a, double b) { return std::fabs(a - t) < std::fabs(b - t); }; };
  std::vector<char> is_fixed(coordinates.size(), 0);
  for (std::size_t i = 0; i < coordinates.size(); ++i) is_fixed[i] = i == 0 || i + 1 == coordinates.size() || coordinates[i] == 0.0;
  for (const double t : through) {
    const auto i = static_cast<std::size_t>(std::min_element(coordinates.begin(), coordinates.end(), near(t)) - coordinates.begin());
    if (is_fixed[i] || !(coordinates[i - 1] < t && t < coordinates[i + 1])) continue;
    coordinates[i] = t;
    is_fixed[i] = 1;
  }
}

std::vector<GridNode> nodes_but(const SampledGrid& grid, GridNode centre) {
  std::vector<GridNode> nodes;
  for (Index i = 0; i < std::ssize(grid.row_coordinates); ++i)
    for (Index j = 0; j < std::ssize(grid.column_coordinates); ++j)
      if (i != centre.row || j != centre.column) nodes.push_back({i, j});
  return nodes;
}

// The evaluated points, a column each.
Matrix points_of(const SampledGrid& grid, std::size_t num_axes) {
  const Index rows = std::ssize(grid.row_coordinates);
  Matrix points(static_cast<Index>(num_axes) + 1, std::count(grid.is_known.begin(), grid.is_known.end(), char{1}));
  Index next = 0;
  for (std::size_t k = 0; k < grid.is_known.size(); ++k) {
    if (!grid.is_known[k]) continue;
    const Index i = static_cast<Index>(k) % rows, j = static_cast<Index>(k) / rows;
    points(0, next) = grid.row_coordinates[static_cast<std::size_t>(i)];
    if (num_axes > 1) points(1, next) = grid.column_coordinates[static_cast<std::size_t>(j)];
    points(static_cast<Index>(num_axes), next++) = grid.layers.front()(i, j);
  }
  return points;
}

// Where the picture is lowest, if that is lower than the point, by a value computed there.
std::optional<Mark> lower_mark(const ProblemRef& problem, const Sampler& sampler, const SampledGrid& grid, double value, std::size_t num_axes) {
  const Matrix& values = grid.layers.front();
  double least = value - rounding * std::fabs(value);
  std::optional<Mark> mark;
  for (Index j = 0; j < values.cols(); ++j)
    for (Index i = 0; i < values.rows(); ++i) {
      if (!(values(i, j) < least) || !grid.knows(i, j)) continue;
      least = values(i, j);
      mark = Mark{.label = "lowest value seen", .coordinates = {grid.row_coordinates[static_cast<std::size_t>(i)]}, .value = 0.0, .distance = 0.0};
      if (num_axes > 1) mark->coordinates.push_back(grid.column_coordinates[static_cast<std::size_t>(j)]);
    }
  if (mark) mark->value = problem.value(sampler.place(mark->coordinates));
  return mark;
}

std::vector<Layer> layers_of(SampledGrid&& grid, const SliceOptions& options) {
  std::vector<Layer> layers{{"value", "value", std::move(grid.layers.front())}};
  std::size_t next = 1;
  if (options.with_gradient) layers.push_back({"gradient_norm", "norm of the gradient", std::move(grid.layers[next++])});
  if (options.with_curvature) layers.push_back({"curvature_ratio", "least over largest curvature", std::move(grid.layers[next])});
  return layers;
}

}  // namespace

Vector grid_coordinates(double low, double high, Index count, std::span<const double> through) {
  if (!(std::isfinite(low) && std::isfinite(high) && low < high)) throw InputError("slice range", "two finite numbers, the lower one first", text_of(low) + "," + text_of(high));
  if (!(low <= 0.0 && high >= 0.0)) throw InputError("slice range", "0, where the point is, between its ends", text_of(low) + "," + text_of(high));
  const bool is_inside = low < 0.0 && high > 0.0;
  const Index fewest = is_inside ? 3 : 2;
  if (count < fewest || count > 100000) throw InputError("slice grid", "from " + std::to_string(fewest) + " to 100000 points along an axis", std::to_string(count));
  const Index parts = count - 1;
  const double share = 1.0 / (1.0 + high / -low);  // of the part below 0, without overflow
  const Index below = !is_inside ? (low < 0.0 ? parts : 0) : std::clamp<Index>(std::lround(static_cast<double>(parts) * share), 1, parts - 1);
  Vector coordinates;
  for (Index i = 0; i < below; ++i) coordinates.push_back(low * (static_cast<double>(below - i) / static_cast<double>(below)));
  coordinates.push_back(0.0);
  for (Index i = 1; i <= parts - below; ++i) coordinates.push_back(high * (static_cast<double>(i) / static_cast<double>(parts - below)));
  move_lines(through, coordinates);
  return coordinates;
}

Slice examine_slice(const ProblemRef& problem, std::span<const double> point, const std::vector<Direction>& directions, const SliceOptions& options) {
  if (std::ssize(point) != problem.dimension())
    throw InputError("slice point", std::to_string(problem.dimension()) + " numbers", std::to_string(point.size()));
  require_fit(point, directions, options);
  Slice slice;
  for (std::size_t k = 0; k < directions.size(); ++k) slice.axes.push_back(axis_of(directions[k], options, k, directions.size()));
  SampledGrid grid = empty_grid(slice.axes[0].coordinates, directions.size() > 1 ? slice.axes[1].coordinates : Vector{0.0},
                                1 + (options.with_gradient ? 1 : 0) + (options.with_curvature ? 1 : 0));
  Sampler sampler(problem, point, directions, options);
  const GridNode centre = centre_of(grid);
  const auto evaluate = [&](std::span<const GridNode> nodes) { return sampler.evaluate(nodes, grid); };
  slice.is_complete = sampler.evaluate_centre(centre, grid);
  if (options.adaptive_tol > 0.0) {
    Refinement refinement{.error = std::numeric_limits<double>::infinity(), .is_complete = false};
    if (slice.is_complete) refinement = refine(grid, centre, options.adaptive_tol, evaluate);
    slice.is_complete = refinement.is_complete;
    slice.adaptive = Adaptive{.tolerance = options.adaptive_tol, .error = refinement.error, .points = points_of(grid, directions.size())};
  } else if (slice.is_complete) {
    slice.is_complete = evaluate(nodes_but(grid, centre));
  }
  slice.evaluations = sampler.num_evaluations();
  const double value = grid.knows(centre.row, centre.column) ? grid.layers.front()(centre.row, centre.column) : problem.value(point);
  slice.marks.push_back({.label = "the point", .coordinates = Vector(directions.size(), 0.0), .value = value, .distance = 0.0});
  if (const std::optional<Mark> lower = lower_mark(problem, sampler, grid, value, directions.size())) {
    slice.marks.push_back(*lower);
    ++slice.evaluations;
  }
  slice.layers = layers_of(std::move(grid), options);
  return slice;
}

Mark place_mark(const ProblemRef& problem, std::span<const double> point, const std::vector<Direction>& directions, std::string label, std::span<const double> x) {
  Projection projection = project(point, directions, x);
  return {.label = std::move(label), .coordinates = std::move(projection.coordinates), .value = problem.value(x), .distance = projection.distance};
}

}  // namespace nadir
