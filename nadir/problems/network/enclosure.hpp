// What is proved of a feed-forward network at a point: enclosures of value, gradient and curvature along a direction,
// of the real-number problem on the floating-point data and point.
//
// Balls go through the passes of passes.hpp in chunks of samples; products are enclosed by rigor/product.hpp and
// functions by enclosed_function.hpp. Nothing is kept of a chunk, so memory does not grow with the number of samples.
// Sums over chunks are made in order. Data on which nothing rounds give exact results (radius 0).
#pragma once

#include <span>
#include <vector>

#include "nadir/problems/network/network.hpp"
#include "nadir/rigor/ball_matrix.hpp"

namespace nadir {

struct GradientEnclosure {
  Interval value;
  Interval norm;
  bool is_exactly_zero = false;
  // Pairs of a sample and a unit whose pre-activation is not shown to differ from a kink. Where there are any, f may
  // not be differentiable at the point and the norm is one of nothing.
  Index undecided_kinks = 0;
};

struct DirectionalCurvature {
  Interval curvature = Interval::whole();  // u' H u / u' u
  bool exists = false;                     // every activation was shown to be twice differentiable where it is used
};

// f at x + displacement (empty: at x).
Interval enclose_value(const Network& problem, std::span<const double> x, std::span<const double> displacement = {});
// f and its gradient at x.
GradientEnclosure enclose_gradient(const Network& problem, std::span<const double> x);
// The second derivative of f along u, through Taylor series of order two.
DirectionalCurvature enclose_curvature(const Network& problem, std::span<const double> x, std::span<const double> u);

}  // namespace nadir
