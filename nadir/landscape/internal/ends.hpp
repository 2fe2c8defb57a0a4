// What Ritz values say of the two ends of a spectrum; for extremes.cpp and spectrum.cpp.
#pragma once

#include "nadir/landscape/extremes.hpp"

namespace nadir::internal {

// delta with P(Beta(b/2, (n-b)/2) < delta) <= probability: from the density without its factor <= 1.
double least_overlap(Index n, Index block, double probability);

// The last lambda beyond the Ritz values, above or below, at which rho(lambda) >= delta (extremes.hpp).
struct KrylovEnds {
  const SymmetricEigen& ritz;
  Index first_width, last_width;  // columns of the first and last block
};
double last_possible(const KrylovEnds& ends, double delta, bool is_above);
struct Bounds {
  double none_below, none_above;
};
// With half the failure probability each; the products' own relative error is added four times.
Bounds bound_ends(const KrylovEnds& ends, Index dimension, double failure_probability, double rough_error);

// min(r, d + r^2 / gap) for Ritz pair i with residual r: the other Ritz values, where there are two at least, stand for the
// other eigenvalues; those within d count as copies of this one, and the gap is to the next.
double likely_error(const Vector& values, Index i, double residual);
// What an eigenvalue's error is measured by: its modulus, or a thousandth of the largest.
double error_scale(double value, const Vector& values);

// Whether the `count` outermost Ritz values of the wanted ends are as good as the options ask; residual(i) of pair i.
bool have_converged(const KrylovEnds& ends, Index dimension, const ExtremesOptions& options, const std::function<double(Index)>& residual);

// Indices of the `count` outermost values of either end among `size`, outermost first: those of `least`, then `greatest`.
std::vector<Index> outermost(Index size, Index count);

// Fills least, greatest, vectors with Rayleigh quotients and residuals by exact products with the outermost Ritz vectors,
// columns of Y in that order, which need not be of length 1; and the bounds.
void measure_ends(const SymmetricOperator& op, Matrix Y, const KrylovEnds& ends, const ExtremesOptions& options, Extremes& extremes);

// Every eigenvalue of the wanted ends.
bool all_converged(const Extremes& extremes, const ExtremesOptions& options);

// The ends of a spectrum that is known whole.
Extremes whole_ends(const Matrix& A, const SymmetricEigen& eigen, Index count);

}  // namespace nadir::internal
