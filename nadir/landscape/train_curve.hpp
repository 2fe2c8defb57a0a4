// Bends that make the mean of the objective along a curve small: mode connectivity [Garipov2018].
//
//   minimise over p_1, ..., p_K   integral_0^1 f(p(t)) dt = sum_q w_q f(p(t_q)),   gradient by p_j: sum_q w_q c_j(t_q) grad f(p(t_q))
// Garipov et al. take stochastic gradients at random t. Here the integral is a rule of Gauss on every smooth piece and the
// method L-BFGS: the same answer every time, to more digits. The rule must not be what the curve is fitted to: when
// it has converged two finer ones are asked, and where they disagree with it training goes on with twice the nodes.
//
// The bends start on the straight line, displaced at random by a small share of its length, because a symmetric ridge
// pushes points that lie exactly on it to neither side.
#pragma once

#include <cstdint>
#include <functional>

#include "nadir/landscape/curve.hpp"

namespace nadir {

struct TrainCurveOptions {
  Index max_iterations = 500;   // of L-BFGS, with every rule together
  double gradient_tol = 1e-6;   // relative to the mean of the gradient's scale along the curve
  // Converged as well where this many iterations lower the mean by less than that share of what it has above the lower end.
  Index patience = 25;
  double progress_tol = 1e-3;
  Index nodes = 6;              // of the first rule, on every piece; at least 1. A Bezier curve has no fewer than control points
  double displacement = 1e-3;   // of the bends at first, relative to the length of the line
  std::uint64_t seed = 0;
  bool is_concurrent = true;    // gradients at several nodes at once; false for functions that are not made for that
  std::function<bool()> should_stop;  // asked between iterations; may be empty
};

struct TrainedCurve {
  Curve curve;
  double mean = 0.0;  // by the last rule
  Index iterations = 0;
  bool is_converged = false, is_stopped = false;
};

// kind: bezier or polygon, num_bends >= 1. Values and gradients at the nodes are computed on as many threads as there are; the
// result does not depend on them. A mean that is not finite ends the training where it is. Throws InputError for ends of
// unequal length, a straight line, options out of range.
TrainedCurve train_curve(ProblemRef problem, CurveKind kind, std::span<const double> a, std::span<const double> b, Index num_bends,
                         const TrainCurveOptions& options = {});

}  // namespace nadir
