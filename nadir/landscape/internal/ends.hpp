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
// Fills none_below and none_above; the products' own error is added where it was measured.
void bound_ends(const KrylovEnds& ends, Index dimension, double failure_probability, Extremes& extremes);

// min(r, r^2 / gap) for Ritz pair i with residual r; the other Ritz values stand for the other eigenvalues.
double likely_error(const Vector& values, Index i, double residual);
// What an eigenvalue's error is measured by: its modulus, or a thousandth of the largest.
double error_scale(double value, const Vector& values);

// Indices of the `count` outermost values of either end among `size`, outermost first: those of `least`, then `greatest`.
std::vector<Index> outermost(Index size, Index count);

// Fills least, greatest, vectors with Rayleigh quotients and residuals by exact products with these columns of Y, which
// need not be of length 1; `least` takes the first half.
void measure_ends(const SymmetricOperator& op, Matrix Y, const Vector& ritz_values, const std::vector<Index>& which, double tol, Extremes& extremes);

// The ends of a spectrum that is known whole.
Extremes whole_ends(const Matrix& A, const SymmetricEigen& eigen, Index count);

}  // namespace nadir::internal
