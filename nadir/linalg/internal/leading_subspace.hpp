// Leading left singular vectors of an unfolding, by the route that resolves what is asked.
#pragma once

#include <functional>

#include "nadir/linalg/tucker_decomposition.hpp"

namespace nadir::internal {

// How many vectors to keep, given all squared singular values, descending.
using ChooseRank = std::function<Index(const Vector& energies)>;

struct LeadingSubspace {
  Matrix U;                // n x rank, orthonormal columns; in each the entry largest in magnitude is positive
  Vector energies;         // squared singular values, descending, n of them, none negative
  SubspaceRoute route = SubspaceRoute::gram;

  double kept() const;     // sum of the energies of U
  double discarded() const;
  bool has_resolved_tail(double resolution) const;  // whether the discarded energy stands above the Gram's rounding noise
};

// Discarded energies above this part of the whole are known to a thousandth or better from a Gram matrix of n rows, whose
// rounding noise is about n epsilon.
double gram_resolution(Index n, GramSums sums);

// All eigenvalues of G = T_(k) T_(k)^T, and the vectors of the leading ones. Reads the lower triangle. Cost:
// 4/3 n^3 for the values, 2 n^2 rank for the vectors.
LeadingSubspace subspace_of_gram(Matrix G, const ChooseRank& choose);
// The same from R with R^T R = T_(k) T_(k)^T.
LeadingSubspace subspace_of_triangle(const Matrix& R, const ChooseRank& choose);
// Of an unfolding with no more columns than rows: by its thin QR factorisation and the triangle's SVD.
LeadingSubspace subspace_of_tall(const Matrix& unfolded, const ChooseRank& choose);

// Of a small tensor: by thin QR where the unfolding has at least twice as many rows as columns; by subspace iteration from `guess` (n x rank, orthonormal
// columns), where that settles in a few steps on a subspace that is leading beyond doubt, because all other energies
// together are less than its least; else by the Gram matrix, or the triangle where that does not resolve the tail.
template <class Scalar>
LeadingSubspace subspace_of_unfolding(TensorView<Scalar> T, int mode, const Matrix& guess);

}  // namespace nadir::internal
