// To a saddle of index 1 from a point near it: up along the least eigenvector of the Hessian, down along all others.
//
// With eigenpairs (lambda_i, v_i), ascending, and gamma_i = g . v_i:
//   s = sum_i s_i v_i,   s_1 = +gamma_1 / (|lambda_1| + mu),   s_i = -gamma_i / (|lambda_i| + mu)            [CerjanMiller1981]
// mu >= 0 keeps |s| within a radius, which grows or shrinks with how well the quadratic model foretells what ascent and
// descent do to the value. Near a saddle of index 1 and mu = 0 this is Newton's method. The eigenpairs are those of the Hessian
// on the Krylov space of the gradient and the direction of ascent, all of them where that is the whole space.
//
// Saddles alone attract it, but nothing forces it to one: what the end is, is for a judge to say.
#pragma once

#include <cstdint>
#include <functional>
#include <span>

#include "nadir/core/problem.hpp"

namespace nadir {

struct SaddleOptions {
  double gradient_tol = 1e-10;   // relative to Expansion::gradient_scale; below, it goes on while the gradient falls by half
  Index max_iterations = 100;
  Index max_basis = 120;         // of the Krylov space
  double first_radius = 0.1;     // of a step
  std::uint64_t seed = 0;
  std::function<bool()> should_stop;  // asked between iterations; may be empty
};

struct SaddleSearch {
  Vector point;                  // of the least gradient seen
  double value = 0.0, gradient_norm = 0.0;
  Index iterations = 0;
  bool is_converged = false;     // the gradient is within the tolerance
  bool is_stopped = false;
};

// ascent: where uphill is at first, a tangent of a path over the pass; empty: unknown. Throws InputError for vectors of
// other lengths than the problem. Values that are not finite are avoided; at a start that is not finite it ends at once.
SaddleSearch follow_to_saddle(ProblemRef problem, std::span<const double> start, std::span<const double> ascent, const SaddleOptions& options = {});

}  // namespace nadir
