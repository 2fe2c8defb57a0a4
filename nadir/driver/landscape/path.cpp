#include "nadir/driver/landscape/path.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "nadir/base/clock.hpp"
#include "nadir/base/error.hpp"
#include "nadir/base/hash.hpp"
#include "nadir/driver/landscape/other_point.hpp"
#include "nadir/driver/landscape/path_record.hpp"
#include "nadir/driver/report.hpp"
#include "nadir/driver/stored_problem.hpp"
#include "nadir/io/run_folder.hpp"
#include "nadir/judge/judge.hpp"
#include "nadir/linalg/dense.hpp"

namespace nadir {
namespace {

// A gain of less than this is rounding, and not worth a second straight line.
constexpr double least_gain = 1e-12;

std::vector<CurveKind> curve_kinds(const std::vector<std::string>& words) {
  std::vector<CurveKind> kinds;
  for (const std::string& word : words)
    for (std::size_t first = 0; first <= word.size();) {
      const std::size_t end = std::min(word.find(',', first), word.size());
      const CurveKind kind = curve_kind_from_name(word.substr(first, end - first));
      if (std::find(kinds.begin(), kinds.end(), kind) == kinds.end()) kinds.push_back(kind);
      first = end + 1;
    }
  return kinds.empty() ? PathOptions{}.kinds : kinds;
}

double distance(const Point& a, const Point& b) {
  Vector difference = a.values;
  axpy(-1.0, b.values, difference);
  return norm(difference);
}

std::optional<PathAlignment> alignment_of(const Family& family, const Point& point, const Point& other) {
  std::optional<AlignedPoint> moved = family.aligned(other, point);
  if (!moved || !(distance(point, moved->point) < (1.0 - least_gain) * distance(point, other))) return std::nullopt;
  return PathAlignment{.distance = distance(point, moved->point), .label = std::move(moved->label), .point = std::move(moved->point.values)};
}

void take_verdict(const Verdict& verdict, PathSaddle& saddle) {
  saddle.headline = verdict.headline;
  saddle.rigor = verdict.rigor;
  if (!verdict.curvature) return;
  saddle.negative = verdict.curvature->negative;
  saddle.min_eigenvalue = verdict.curvature->min_eigenvalue;
}

}  // namespace

OptionList rows(PathRequest& r) {
  return {
      option("bends", r.bends, "points between the ends that a curve has; 0: 1, and for an elastic band 7 at first").at_least(0).at_most(1000),
      option("align", r.align, "the other point is moved along the problem's symmetries first, as near as they bring it, unless this says no"),
      option("points", r.points, "even ones at which a curve is evaluated; near its highest place there are more").at_least(3).at_most(100000),
      option("iterations", r.iterations, "of training a curve, of relaxing a band, at most").at_least(0),
  };
}

PathRun find_run_path(const PathRequest& request, const std::atomic<bool>* interrupt) {
  const Stopwatch watch;
  const RunFolder folder = RunFolder::open(request.folder);
  const StoredProblem stored = load_stored_problem(folder.path());
  const auto [file, other] = read_other_point(*stored.family, folder.path(), stored.point, request.other);
  PathOptions options{.kinds = curve_kinds(request.kinds), .bends = request.bends, .points = request.points, .max_iterations = request.iterations};
  options.seed = static_cast<std::uint64_t>(request.run.seed);
  options.should_stop = [&] { return (interrupt && interrupt->load()) || watch.seconds() > request.run.time_limit; };
  PathRun run{find_family_path(*stored.family, stored.point, other, request.align, options), std::string(stored.family->name()), {}};
  const PathFacts facts{.family = run.family,
                        .point_sha256 = sha256_of_file(folder.path_of(run_files::point)),
                        .other_sha256 = sha256_of_file(file),
                        .seed = request.run.seed,
                        .seconds = watch.seconds()};
  run.json = path_to_json(run.path, facts);
  folder.write_npz(run_files::path_points, path_arrays(run.path, stored.point.layout));
  folder.write_text(run_files::path, run.json);
  try_write_report(folder.path());  // the page shows the path; it stays as it was where it cannot be made
  return run;
}

Path find_family_path(const Family& family, const Point& point, const Point& other, bool align, const PathOptions& options) {
  const std::optional<PathAlignment> alignment = align ? alignment_of(family, point, other) : std::nullopt;
  Path path = find_path(family.problem(), point.values, other.values, alignment, options);
  if (path.saddle) {
    Point saddle(point.layout);
    saddle.values = path.saddle->point;
    take_verdict(family.judge(saddle, {}).verdict, *path.saddle);
  }
  return path;
}

Path find_function_path(ProblemRef problem, std::span<const double> a, std::span<const double> b, const PathOptions& options, const CurvatureOptions& curvature) {
  PathOptions one_by_one = options;
  one_by_one.is_concurrent = false;  // a user's function may keep state of its own
  Path path = find_path(problem, a, b, std::nullopt, one_by_one);
  if (path.saddle) take_verdict(judge_numerically("function", problem, path.saddle->point, {}, curvature).verdict, *path.saddle);
  return path;
}

}  // namespace nadir
