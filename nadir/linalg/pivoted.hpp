// Rank-revealing factorisations with pivoting, for data whose rows may be dependent.
#pragma once

#include <vector>

#include "nadir/linalg/matrix.hpp"

namespace nadir {

// A P = Q R for the first `rank` columns in pivot order: Q (m x rank) orthonormal, R (rank x n) with the
// columns of A in their original order. A column counts as dependent when what is left of it is below
// tol times its own norm; columns should therefore be scaled alike.
struct PivotedQr {
  Matrix Q, R;
  std::vector<Index> pivots;  // the independent columns, in pivot order
};
PivotedQr pivoted_qr(ConstMatrixView A, double tol);

// S = F F^T for a positive semidefinite S (n x n): F is n x rank, its rows `pivots` are lower triangular.
// Pivots below tol times the largest diagonal entry end it.
struct PivotedCholesky {
  Matrix F;
  std::vector<Index> pivots;
};
PivotedCholesky pivoted_cholesky(ConstMatrixView S, double tol);

}  // namespace nadir
