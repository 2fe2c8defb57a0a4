// Gradient descent: a fixed step, with heavy-ball momentum if wanted, or steps found by backtracking.
//
//   fixed          x+ = x - step_size g + momentum (x - x_previous)         [Polyak1964]
//   backtracking   x+ = x - t g, with t halved until f(x+) <= f(x) - 1e-4 t |g|^2, first tried at twice the
//                  last t                                                   [NocedalWright2006, Alg. 3.1]
// A fixed step diverges where it exceeds 2 / largest curvature; then the run ends in not_finite, or at its
// limit, with the best point seen. Networks are driven by such steps to where their largest curvature hovers
// about 2 / step_size, the edge of stability [CohenEtAl2021]: with `sharpness_every` k the trace shows, every
// k-th iteration, the largest eigenvalue of the Hessian beside the step. Near the limit of precision backtracking compares slopes instead of
// values, as line_search.hpp does.
#pragma once

#include <cstdint>
#include <memory>

#include "nadir/core/options.hpp"
#include "nadir/core/solver.hpp"

namespace nadir {

struct GradientDescentOptions {
  double step_size = 0.0;  // 0: by backtracking
  double momentum = 0.0;   // share of the last move that is repeated; in [0, 1), needs a fixed step
  std::int64_t sharpness_every = 0;  // iterations; each look costs some 5 to 60 Hessian products; 0: never
};
OptionList rows(GradientDescentOptions& options);

// Throws InputError when an option is out of its range, or momentum comes without a fixed step.
std::unique_ptr<Solver> make_gradient_descent(const GradientDescentOptions& options = {});

}  // namespace nadir
