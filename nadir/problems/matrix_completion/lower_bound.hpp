// A proved lower bound of the completion objective over all factors of every rank, from the residuals at any point.
//
// Theorems B1 and B2 of README.md (duality of the nuclear norm [FazelHindiBoyd2001], and of the trace): with R the
// computed residuals w (m - x), S the scaled residual matrix and tau >= |S|_2 proved,
//   f >= s <R, m> - s^2/2 sum_k R_k^2 / w_k   for every 0 <= s <= lambda / tau.
// R may be any numbers: nothing depends on how they were rounded. The bound is attained at a global minimum of
// sufficient rank, where tau = lambda; elsewhere it falls short to first order in tau - lambda. A bound of 0 says that
// nothing better was shown, not that the minimum is 0.
#pragma once

#include <cstdint>
#include <string>

#include "nadir/core/verdict.hpp"
#include "nadir/problems/matrix_completion/enclosure.hpp"

namespace nadir {

struct CompletionBound {
  double bound = 0.0;          // at least 0
  double multiplier = 0.0;     // s
  double spectral_norm = 0.0;  // tau; with is_psd an upper bound of the greatest eigenvalue of sym(R) - D
  Rigor rigor = Rigor::proved;
  double failure_probability = 0.0;  // of a bound that is `probable`
  std::string obstacle;              // why there is none but 0
};

CompletionBound completion_lower_bound(const MatrixCompletion& problem, std::span<const double> x, const CompletionEnclosure& here);

}  // namespace nadir
