#include "nadir/landscape/find_path.hpp"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

#include "nadir/base/error.hpp"
#include "nadir/landscape/elastic_band.hpp"
#include "nadir/landscape/profile.hpp"
#include "nadir/landscape/saddle.hpp"
#include "nadir/landscape/train_curve.hpp"
#include "nadir/linalg/dense.hpp"

namespace nadir {
namespace {

constexpr Index first_pivots = 7;
constexpr Index whole_space = 500, krylov_basis = 120;  // on the way to a saddle; up to so many parameters Newton's steps are exact
constexpr Index saddle_iterations = 200;
constexpr double radius_share = 0.25;  // of the spacing of a band's pivots: the first step towards the saddle
constexpr double near_share = 0.5;     // of the length of a band: a saddle so near to it becomes one of its pivots

double distance_of(std::span<const double> a, std::span<const double> b) {
  Vector difference(a.begin(), a.end());
  axpy(-1.0, b, difference);
  return norm(difference);
}

double value_of_end(ProblemRef problem, std::span<const double> x, const char* which) {
  if (std::ssize(x) != problem.dimension())
    throw InputError(std::string("the ") + which + " end of a path", std::to_string(problem.dimension()) + " numbers", std::to_string(x.size()));
  const double value = problem.value(x);
  if (!std::isfinite(value)) throw NumericalBreakdown(std::string("the objective at the ") + which + " end of the path is not finite");
  return value;
}

class PathSearch {
 public:
  PathSearch(ProblemRef problem, std::span<const double> a, std::span<const double> b, const PathOptions& options)
      : problem_(problem), a_(a.begin(), a.end()), b_(b.begin(), b.end()), options_(options) {
    path_.values = {value_of_end(problem, a, "first"), value_of_end(problem, b, "second")};
    last_value_ = path_.values[1];
    path_.distance = distance_of(a, b);
  }

  void add_straight();
  void align(const PathAlignment& alignment);
  void add(CurveKind kind);
  bool must_stop() const { return options_.should_stop && options_.should_stop(); }
  bool has_room() const { return a_ != b_; }
  Path take(bool is_complete) {
    path_.is_complete = path_.is_complete && is_complete;
    return std::move(path_);
  }

 private:
  void append(std::string name, const Curve& curve, bool is_converged);
  void add_trained(CurveKind kind);
  void add_band();
  void lead_to_saddle(ElasticBand& band);
  Index bends(Index otherwise) const { return options_.bends > 0 ? options_.bends : otherwise; }

  ProblemRef problem_;
  Vector a_, b_;
  double last_value_ = 0.0;  // at the end in use
  const PathOptions& options_;
  Path path_;
};

void PathSearch::append(std::string name, const Curve& curve, bool is_converged) {
  PathCurve& added = path_.curves.emplace_back();
  added.name = std::move(name);
  added.kind = curve.kind();
  added.is_aligned = path_.alignment.has_value();
  added.is_converged = is_converged;
  added.length = curve.length();
  added.bends = Matrix(curve.bends());
  Profile profile = examine_profile(values_along(problem_, curve, path_.values[0], last_value_), curve.knots(),
                                    {.points = options_.points, .should_stop = options_.should_stop});
  added.t = std::move(profile.t);
  added.values = std::move(profile.values);
  added.barrier = profile.barrier;
  path_.is_complete = path_.is_complete && !profile.is_stopped;
}

void PathSearch::add_straight() { append(path_.alignment ? "straight, aligned" : "straight", Curve::along_line(CurveKind::straight, a_, b_, 0), true); }

void PathSearch::align(const PathAlignment& alignment) {
  b_ = alignment.point;
  last_value_ = value_of_end(problem_, b_, "aligned");
  path_.alignment = alignment;
  path_.alignment->distance = distance_of(a_, b_);
}

void PathSearch::add(CurveKind kind) {
  if (kind == CurveKind::elastic_band) add_band();
  else if (kind != CurveKind::straight) add_trained(kind);
}

void PathSearch::add_trained(CurveKind kind) {
  const TrainedCurve trained =
      train_curve(problem_, kind, a_, b_, bends(1), {.max_iterations = options_.max_iterations, .seed = options_.seed, .is_concurrent = options_.is_concurrent, .should_stop = options_.should_stop});
  path_.is_complete = path_.is_complete && !trained.is_stopped;
  append(std::string(name(kind)), trained.curve, trained.is_converged);
}

void PathSearch::add_band() {
  const Index pivots = bends(first_pivots);
  ElasticBand band = relax_elastic_band(problem_, a_, b_,
                                        {.pivots = pivots,
                                         .most_pivots = std::max<Index>(4 * pivots + 3, pivots),
                                         .max_iterations = options_.max_iterations,
                                         .seed = options_.seed,
                                         .is_concurrent = options_.is_concurrent,
                                         .should_stop = options_.should_stop});
  path_.is_complete = path_.is_complete && !band.is_stopped;
  if (!band.is_stopped && !band.tangent.empty()) lead_to_saddle(band);
  append("elastic band", band.curve, band.is_converged);
}

void PathSearch::lead_to_saddle(ElasticBand& band) {
  const Matrix control(band.curve.control());
  const std::span<const double> top{control.col(band.highest), a_.size()};
  const double length = band.curve.length();
  const SaddleSearch found = follow_to_saddle(
      problem_, top, band.tangent,
      {.max_iterations = saddle_iterations,
       .max_basis = problem_.dimension() <= whole_space ? whole_space : krylov_basis,
       .first_radius = std::fmax(1e-12, radius_share * length / static_cast<double>(control.cols() - 1)), .seed = options_.seed, .should_stop = options_.should_stop});
  path_.is_complete = path_.is_complete && !found.is_stopped;
  PathSaddle& saddle = path_.saddle.emplace();
  saddle.point = found.point;
  saddle.value = found.value;
  saddle.gradient_norm = found.gradient_norm;
  saddle.t = band.curve.knots()[static_cast<std::size_t>(band.highest)];
  saddle.name = "elastic band";
  if (!found.is_converged || distance_of(found.point, top) > near_share * length / static_cast<double>(control.cols() - 1)) return;
  Matrix over_pass = control;
  std::copy(found.point.begin(), found.point.end(), over_pass.col(band.highest));
  band.curve = Curve(CurveKind::elastic_band, over_pass, length_shares(over_pass));
  saddle.t = band.curve.knots()[static_cast<std::size_t>(band.highest)];
}

}  // namespace

Path find_path(ProblemRef problem, std::span<const double> a, std::span<const double> b, const std::optional<PathAlignment>& alignment, const PathOptions& options) {
  if (options.points < 3) throw InputError("find_path points", "a number >= 3", std::to_string(options.points));
  if (options.bends < 0) throw InputError("find_path bends", "a number >= 0", std::to_string(options.bends));
  PathSearch search(problem, a, b, options);
  search.add_straight();
  if (alignment) {
    if (search.must_stop()) return search.take(false);
    search.align(*alignment);
    search.add_straight();
  }
  if (!search.has_room()) return search.take(true);
  for (const CurveKind kind : options.kinds) {
    if (kind == CurveKind::straight) continue;
    if (search.must_stop()) return search.take(false);
    search.add(kind);
  }
  return search.take(true);
}

}  // namespace nadir
