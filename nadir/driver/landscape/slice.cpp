#include "nadir/driver/landscape/slice.hpp"

#include <algorithm>

#include "nadir/base/clock.hpp"
#include "nadir/base/error.hpp"
#include "nadir/base/hash.hpp"
#include "nadir/driver/landscape/slice_plane.hpp"
#include "nadir/driver/landscape/slice_record.hpp"
#include "nadir/driver/nearest_name.hpp"
#include "nadir/driver/report.hpp"
#include "nadir/io/run_folder.hpp"

namespace nadir {
namespace {

constexpr Index most_iterates = 500;  // of a trajectory that are shown

void take_layers(const std::string& text, SliceOptions& options) {
  const std::vector<std::string> names{"value", "gradient", "curvature"};
  for (std::size_t first = 0; first <= text.size();) {
    const std::size_t end = std::min(text.find(',', first), text.size());
    const std::string word = text.substr(first, end - first);
    if (std::find(names.begin(), names.end(), word) == names.end())
      throw InputError("--layers", "value, gradient, curvature, with commas", "'" + word + "'" + nearest_hint(word, names));
    options.with_gradient = options.with_gradient || word == "gradient";
    options.with_curvature = options.with_curvature || word == "curvature";
    first = end + 1;
  }
}

std::vector<PlacedIterate> placed(const Trajectory& trajectory, std::span<const double> point, const std::vector<Direction>& directions) {
  std::vector<PlacedIterate> iterates;
  const Index count = trajectory.points.cols(), shown = std::min(count, most_iterates);
  for (Index k = 0; k < shown; ++k) {
    const Index j = shown < 2 ? 0 : k * (count - 1) / (shown - 1);  // the first and the last among them
    Projection p = project(point, directions, {trajectory.points.col(j), point.size()});
    const auto i = static_cast<std::size_t>(j);
    iterates.push_back({.iteration = trajectory.iterations[i], .coordinates = std::move(p.coordinates), .value = trajectory.values[i], .distance = p.distance});
  }
  return iterates;
}

}  // namespace

OptionList rows(SliceRequest& r) {
  return {
      option("directions", r.directions, "random, eigenvectors of the Hessian, the trajectory's principal components (solve --keep-points), or to")
          .one_of({"random", "eigenvectors", "trajectory", "to"}),
      option("to", r.to, "towards another point, a run's folder or an .npz; two with a comma span the plane through three points").shown_as("OTHER[,OTHER]"),
      option("dimensions", r.dimensions, "1: a line, 2: a plane; 0: as the grid says, or a plane").at_least(0).at_most(2),
      option("grid", r.grid, "points along the axes: 101 on a line, 51x51 on a plane unless given").shown_as("N or NxN"),
      option("range", r.range, "of coordinates, for all axes or for each; 0 is the point").shown_as("LOW,HIGH[,LOW,HIGH]"),
      option("normalise", r.normalise, "random directions as long as the point's filters, its layers, or as drawn").one_of({"filter", "layer", "none"}),
      option("biases", r.biases, "let random directions move biases, too"),
      option("layers", r.layers, "value, gradient (its norm), curvature (least eigenvalue over the largest), with commas"),
      option("adaptive", r.adaptive, "evaluate only where the surface bends, to this part of the spread of values; 0: everywhere").at_least(0.0).at_most(0.5).shown_as("TOLERANCE"),
  };
}

Slice examine_subject_slice(const SliceRequest& request, const SliceSubject& subject, const std::function<bool()>& should_stop) {
  SliceOptions options{.counts = {}, .ranges = {}, .adaptive_tol = request.adaptive, .seed = static_cast<std::uint64_t>(request.run.seed), .should_stop = should_stop};
  take_layers(request.layers, options);
  if (!request.grid.empty()) options.counts = grid_counts(request.grid);
  const SlicePlane plane = plane_of(request, subject, should_stop);
  if (options.counts.size() > plane.directions.size()) throw InputError("--grid", "one number for a line", "'" + request.grid + "'");
  options.ranges = plane.ranges;
  options.through = plane.through;
  const Vector& point = subject.point.values;
  Slice slice = examine_slice(subject.problem, point, plane.directions, options);
  for (const NamedPoint& other : subject.others) {
    slice.marks.push_back(place_mark(subject.problem, point, plane.directions, other.label, other.values));
    ++slice.evaluations;
  }
  if (subject.trajectory && request.directions == "trajectory") slice.trajectory = placed(*subject.trajectory, point, plane.directions);
  return slice;
}

SliceRun examine_run_slice(const SliceRequest& request, const std::atomic<bool>* interrupt) {
  const Stopwatch watch;
  const RunFolder folder = RunFolder::open(request.folder);
  StoredProblem stored = load_stored_problem(folder.path());
  const auto should_stop = [&] { return (interrupt && interrupt->load()) || watch.seconds() > request.run.time_limit; };
  SliceRun run{.slice = examine_subject_slice(request, subject_of(request, stored), should_stop), .family = std::string(stored.family->name()), .json = {}};
  run.json = slice_to_json(run.slice, {.family = run.family,
                                       .point_sha256 = sha256_of_file(folder.path_of(run_files::point)),
                                       .seed = request.run.seed,
                                       .seconds = watch.seconds()});
  folder.write_text(run_files::slice, run.json);
  try_write_report(folder.path());  // the page shows the slice; it stays as it was where it cannot be made
  return run;
}

}  // namespace nadir
