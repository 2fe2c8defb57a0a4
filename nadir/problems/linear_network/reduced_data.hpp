// The data of a linear network, reduced to what its loss can see.
//
//   |P X - Y|^2 = |P F - A|^2 + c      for every P, with X X^T = F F^T, A = Y Q^T, X = F Q
//
// X (d_in x n), Y (d_out x n), F (d_in x rho), Q (rho x n) with orthonormal rows (not kept), A (d_out x rho),
// rho = rank(X). An iteration on (F, A) costs the same for a thousand and for a million samples, and,
// unlike tr(P XX^T P^T) - 2<P, YX^T> + |Y|^2, it does not cancel near an interpolating P.
//
// All but `gram` is numerical (the rank, too): what is proved is proved on X, Y and `gram` (lower_bound.hpp).
// Cost: n d_in^2 multiplications, once.
#pragma once

#include <vector>

#include "nadir/linalg/matrix.hpp"
#include "nadir/rigor/ball_matrix.hpp"

namespace nadir {

struct ReducedData {
  Index num_samples = 0;
  Matrix factor;             // F
  Matrix target;             // A
  double residual = 0.0;     // c >= 0: what no linear map of X explains of |Y|^2
  double target_norm_squared = 0.0;  // |Y|_F^2
  std::vector<Index> kept;   // rho rows of X, a basis of its row space as far as double precision can see
  BallMatrix gram;           // X X^T, enclosed
  Matrix least_squares;      // R* = Y X^+ supported on the columns `kept`: d_out x d_in
};

// Throws NumericalBreakdown if the products of the data overflow.
ReducedData reduce(ConstMatrixView X, ConstMatrixView Y);

}  // namespace nadir
