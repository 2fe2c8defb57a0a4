#include "nadir/driver/landscape/slice_plane.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <filesystem>

#include "nadir/base/error.hpp"
#include "nadir/driver/landscape/other_point.hpp"
#include "nadir/io/run_folder.hpp"
#include "nadir/io/trajectory_file.hpp"
#include "nadir/linalg/dense.hpp"

namespace nadir {
namespace {

constexpr double margin = 0.15;  // around a trajectory, of its extent

std::vector<std::string> parts_of(const std::string& text, char separator) {
  std::vector<std::string> parts;
  for (std::size_t first = 0; first <= text.size();) {
    const std::size_t end = std::min(text.find(separator, first), text.size());
    parts.push_back(text.substr(first, end - first));
    first = end + 1;
  }
  return parts;
}

int num_axes(const SliceRequest& request, std::size_t num_others) {
  const auto by_grid = request.grid.empty() ? 0 : static_cast<std::int64_t>(grid_counts(request.grid).size());
  if (request.dimensions != 0 && by_grid != 0 && request.dimensions != by_grid)
    throw InputError("--grid", std::to_string(request.dimensions) + (request.dimensions == 1 ? " number" : " numbers") + " with --dimensions " + std::to_string(request.dimensions),
                     request.grid);
  const std::int64_t wanted = request.dimensions != 0 ? request.dimensions : by_grid;
  if (num_others == 2 && wanted == 1) throw InputError("--to", "one point for a line", "two points");
  return wanted == 0 ? 2 : static_cast<int>(wanted);
}

Normalisation normalisation_of(const std::string& word) {
  for (const Normalisation n : {Normalisation::filter, Normalisation::layer, Normalisation::none})
    if (word == name_of(n)) return n;
  throw InputError("--normalise", "filter, layer or none", word);
}

std::vector<Direction> random_ones(const SliceRequest& request, const Point& point, int count) {
  return random_directions(point.layout, point.values, count,
                           {.normalisation = normalisation_of(request.normalise),
                            .with_biases = request.biases,
                            .biases = bias_blocks(point.layout),
                            .seed = static_cast<std::uint64_t>(request.run.seed)});
}

std::vector<NamedPoint> read_others(const SliceRequest& request, StoredProblem& stored) {
  std::vector<NamedPoint> others;
  for (const std::string& name : parts_of(request.to, ',')) {
    if (name.empty()) throw InputError("--to", "a run's folder or an .npz file, or two with a comma", "'" + request.to + "'");
    others.push_back({name, read_other_point(*stored.family, request.folder, stored.point, name).point.values});
  }
  if (others.size() > 2) throw InputError("--to", "at most two points", std::to_string(others.size()) + ", as commas part them");
  return others;
}

// The way to the other points; beside a single one a random direction as long.
void span_to(const SliceRequest& request, const SliceSubject& subject, int count, SlicePlane& plane) {
  const Point& point = subject.point;
  std::vector<Vector> values;
  std::vector<std::string> labels;
  for (const NamedPoint& other : subject.others) {
    values.push_back(other.values);
    labels.push_back((values.size() == 1 ? "to " : "across, to ") + other.label);
  }
  plane.directions = directions_to(point.values, values, labels);
  plane.ranges = {{-0.5, 1.5}};
  plane.through = {{1.0}};
  if (subject.others.size() == 2) {
    const double along = project(point.values, plane.directions, subject.others[1].values).coordinates[0];
    plane.through = {{1.0, along}, {1.0}};
    plane.ranges = {{std::fmin(-0.5, along - 0.5), std::fmax(1.5, along + 0.5)}, {-0.5, 1.5}};
  } else if (count == 2) {
    Direction across = random_ones(request, point, 1)[0];
    const Vector& way = plane.directions[0].step;
    if (!make_orthogonal(way, across.step)) throw InputError("--to", "room for a second direction; take --dimensions 1", "a random direction along the first");
    scale(norm(way) / norm(across.step), across.step);
    across.label = "random direction, across";
    plane.directions.push_back(std::move(across));
    plane.ranges.push_back({-1.0, 1.0});
    plane.through.push_back({});
  }
}

Trajectory trajectory_of(const SliceRequest& request, const Point& point) {
  const RunFolder folder = RunFolder::open(request.folder);
  if (!folder.has(run_files::trajectory))
    throw InputError(folder.path_of(run_files::trajectory), "the points along the run; solve with --keep-points N", "no such file");
  return read_trajectory(folder.path_of(run_files::trajectory), point.layout);
}

void span_trajectory(const SliceSubject& subject, int count, SlicePlane& plane) {
  if (!subject.trajectory) throw InputError("--directions trajectory", "the points along a run", "none");
  const Point& point = subject.point;
  const Matrix& iterates = subject.trajectory->points;
  plane.directions = principal_directions(point.values, iterates, count);
  plane.ranges.assign(static_cast<std::size_t>(count), {0.0, 0.0});
  for (Index j = 0; j < iterates.cols(); ++j) {
    const Projection p = project(point.values, plane.directions, {iterates.col(j), point.values.size()});
    for (std::size_t k = 0; k < p.coordinates.size(); ++k) {
      plane.ranges[k].first = std::fmin(plane.ranges[k].first, p.coordinates[k]);
      plane.ranges[k].second = std::fmax(plane.ranges[k].second, p.coordinates[k]);
    }
  }
  for (auto& [low, high] : plane.ranges) {
    const double beyond = margin * (high - low);
    low -= beyond;
    high += beyond;
  }
}

void take_ranges(const SliceRequest& request, SlicePlane& plane) {
  if (request.range.empty()) return;
  const std::size_t axes = plane.directions.size();
  if (request.range.size() != 2 && request.range.size() != 2 * axes)
    throw InputError("--range", "LOW,HIGH" + std::string(axes == 2 ? " or LOW,HIGH,LOW,HIGH" : ""), std::to_string(request.range.size()) + " numbers");
  for (std::size_t k = 0; k < axes; ++k) {
    const std::size_t first = request.range.size() == 2 ? 0 : 2 * k;
    plane.ranges[k] = {request.range[first], request.range[first + 1]};
  }
}

}  // namespace

std::vector<Index> grid_counts(const std::string& text) {
  std::vector<Index> counts;
  for (const std::string& part : parts_of(text, 'x')) {
    Index count = 0;
    const auto [end, error] = std::from_chars(part.data(), part.data() + part.size(), count);
    if (error != std::errc() || end != part.data() + part.size() || part.empty()) throw InputError("--grid", "numbers of points, as 101 or 51x51", "'" + text + "'");
    counts.push_back(count);
  }
  if (counts.size() > 2) throw InputError("--grid", "one number for a line or two for a plane", "'" + text + "'");
  return counts;
}

void require_one_meaning(const SliceRequest& request, bool leads_somewhere) {
  if (leads_somewhere && request.directions != "to" && request.directions != "random") throw InputError("--to", "no other --directions than to", request.directions);
  if (!leads_somewhere && request.directions == "to") throw InputError("--directions to", "--to with another point", "none");
}

SliceSubject subject_of(const SliceRequest& request, StoredProblem& stored) {
  SliceSubject subject{.problem = stored.family->problem(), .point = stored.point};
  require_one_meaning(request, !request.to.empty());
  if (!request.to.empty()) subject.others = read_others(request, stored);
  else if (request.directions == "trajectory") subject.trajectory = trajectory_of(request, stored.point);
  subject.problem = stored.family->problem();
  return subject;
}

SlicePlane plane_of(const SliceRequest& request, const SliceSubject& subject, const std::function<bool()>& should_stop) {
  const Point& point = subject.point;
  const bool leads_somewhere = !subject.others.empty();
  require_one_meaning(request, leads_somewhere);
  if (subject.others.size() > 2) throw InputError("--to", "at most two points", std::to_string(subject.others.size()));
  SlicePlane plane;
  const int count = num_axes(request, subject.others.size());
  plane.ranges.assign(static_cast<std::size_t>(count), {-1.0, 1.0});
  if (leads_somewhere) {
    span_to(request, subject, count, plane);
  } else if (request.directions == "trajectory") {
    span_trajectory(subject, count, plane);
  } else if (request.directions == "eigenvectors") {
    const auto expansion = subject.problem.expand(point.values);
    plane.directions = eigenvector_directions(*expansion, point.layout, count, static_cast<std::uint64_t>(request.run.seed), should_stop);
  } else {
    plane.directions = random_ones(request, point, count);
  }
  take_ranges(request, plane);
  return plane;
}

}  // namespace nadir
