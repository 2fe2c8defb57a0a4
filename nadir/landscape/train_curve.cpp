#include "nadir/landscape/train_curve.hpp"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

#include "nadir/base/error.hpp"
#include "nadir/base/random.hpp"
#include "nadir/landscape/internal/mean_along.hpp"
#include "nadir/linalg/dense.hpp"
#include "nadir/solvers/lbfgs.hpp"
#include "nadir/solvers/minimise.hpp"

namespace nadir {
namespace {

constexpr std::uint64_t displacement_stream = 0x6375727665000000;
constexpr double rule_tol = 0.02;    // by which two rules may differ, relative to the mean above the least value
constexpr Index most_nodes = 96;     // on a piece, and four times as many as a Bezier curve has control points

void require(CurveKind kind, Index num_bends, const TrainCurveOptions& o) {
  if (kind != CurveKind::bezier && kind != CurveKind::polygon) throw InputError("train_curve kind", "bezier or polygon", std::string(name(kind)));
  if (num_bends < 1) throw InputError("train_curve num_bends", "a number >= 1", std::to_string(num_bends));
  if (o.patience < 1) throw InputError("train_curve patience", "a number >= 1", std::to_string(o.patience));
  if (o.nodes < 1) throw InputError("train_curve nodes", "a number >= 1", std::to_string(o.nodes));
}

Curve displaced_line(CurveKind kind, std::span<const double> a, std::span<const double> b, Index num_bends, const TrainCurveOptions& options) {
  Curve curve = Curve::along_line(kind, a, b, num_bends);
  const MatrixView bends = curve.bends();
  Vector noise(static_cast<std::size_t>(bends.size()));
  Random(options.seed, displacement_stream).fill_normal(noise);
  const double size = options.displacement * curve.length() / std::sqrt(static_cast<double>(std::max<Index>(1, curve.dimension())));
  axpy(size, noise, {bends.data, noise.size()});
  return curve;
}

// Two finer rules, because one may agree by chance.
bool is_fine_enough(ProblemRef problem, const Curve& curve, Index nodes, double mean, bool is_concurrent) {
  const ConstMatrixView bends = curve.bends();
  for (const Index finer : {2 * nodes + 1, 4 * nodes + 3}) {
    const internal::MeanAlong::Mean fine = internal::MeanAlong(problem, curve, finer, is_concurrent).mean({bends.data, static_cast<std::size_t>(bends.size())});
    if (std::fabs(fine.value - mean) > rule_tol * (fine.value - fine.least)) return false;
  }
  return true;
}

}  // namespace

TrainedCurve train_curve(ProblemRef problem, CurveKind kind, std::span<const double> a, std::span<const double> b, Index num_bends,
                         const TrainCurveOptions& options) {
  require(kind, num_bends, options);
  TrainedCurve trained{displaced_line(kind, a, b, num_bends, options)};
  const double floor = std::fmin(problem.value(a), problem.value(b));
  double earlier = 0.0;  // the mean, `patience` iterations ago
  bool is_slow = false;
  Observer observer;
  observer.on_iteration = [&](const TraceRow& row, const Solver&) {
    trained.is_stopped = options.should_stop && options.should_stop();
    if (row.iteration % options.patience == 0) {
      is_slow = row.iteration > 0 && earlier - row.value <= options.progress_tol * std::fabs(row.value - floor);
      earlier = row.value;
    }
    return !trained.is_stopped && !is_slow;
  };
  const Index control_points = kind == CurveKind::bezier ? num_bends + 2 : 2, limit = std::max(most_nodes, 4 * control_points);
  for (Index nodes = std::max(options.nodes, control_points);; nodes *= 2) {
    const internal::MeanAlong mean(problem, trained.curve, nodes, options.is_concurrent);
    const ConstMatrixView bends = std::as_const(trained.curve).bends();
    const Stopping stopping{.gradient_tol = options.gradient_tol, .max_iterations = options.max_iterations - trained.iterations};
    const std::unique_ptr<Solver> solver = make_lbfgs();
    const Result result = minimise(*solver, mean, {bends.data, static_cast<std::size_t>(bends.size())}, options.seed, stopping, observer);
    trained.curve = mean.with_bends(result.point);
    trained.mean = result.value;
    trained.iterations += static_cast<Index>(result.counts.iterations);
    const Termination why = result.termination;
    trained.is_converged = !trained.is_stopped && (is_slow || met_a_tolerance(why) || why == Termination::step_small || why == Termination::value_flat);
    if (!trained.is_converged || trained.iterations >= options.max_iterations) return trained;
    const bool is_fine = is_fine_enough(problem, trained.curve, nodes, trained.mean, options.is_concurrent);
    if (is_fine || 2 * nodes > limit) {
      trained.is_converged = is_fine;
      return trained;
    }
  }
}

}  // namespace nadir
