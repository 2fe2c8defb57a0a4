// Proved upper bounds of the spectral norm of a sparse matrix.
//
// Let p be the smaller side of A, and G = A A^T or A^T A, whichever is p x p. Computed is fl(G), by a sparse
// product in which no entry takes more than d roundings, d the greatest number of nonzeros in a line of that
// side. Then, with gamma_d = d u / (1 - d u) [Higham2002, (3.13)] and eta the least positive double,
//   |fl(G) - G|(i,j) <= gamma_d (|A| |A|^T)(i,j) + 2 d eta          (every product may underflow by eta / 2)
//   |fl(G) - G|_2    <= gamma_d rho(|A| |A|^T) + 2 p d eta =: e,
// because | |E| |_2 >= |E|_2 and the spectral norm of matrices with entries >= 0 grows with their entries
// [HornJohnson2013, 8.1]. The spectral radius is bounded by Collatz and Wielandt,
//   rho(|A| |A|^T) <= max_i (|A| |A|^T x)_i / x_i   for every x > 0,
// which takes O(nonzeros) operations and no second p x p matrix. Finally, for every number s and every matrix U
//   lambda_max(fl(G)) <= s + |U^T U - (s I - fl(G))|_2,
// because U^T U is positive semidefinite (Weyl); U is a Cholesky factor that nobody trusts (definiteness.hpp).
// So |A|_2^2 <= s + |residual| + e, and nothing but the sparse product and one dense product is relied upon.
//
// Cost: p^3 / 3 operations for the factor and p^3 / 3 for the residual; the sum over the longer side of (nonzeros
// of the line)^2 for G; memory 8 p (p + 1) bytes and two copies of A.
#pragma once

#include <span>

#include "nadir/linalg/matrix.hpp"

namespace nadir {

// A sparse matrix by columns: the nonzeros of column j are values[p] at rows row_indices[p] for
// column_starts[j] <= p < column_starts[j + 1], each position at most once, in any order. The CSR form of A
// is this form of A^T, which has the same spectral norm.
struct SparseMatrixView {
  Index rows = 0, cols = 0;
  std::span<const Index> column_starts;  // cols + 1
  std::span<const Index> row_indices;
  std::span<const double> values;
};

// Up to this many rows or columns (whichever are fewer) the p x p matrix is formed: 3.2 GB.
inline constexpr Index default_dense_side = 20000;

// |A|_2 from above. s is (1 + slack) times a Lanczos estimate of the greatest eigenvalue, so the bound is about
// slack / 2 too large; where the factorisation fails, the slack grows a hundredfold and it is tried again. A
// slack below 64 p u, or below what Lanczos seems to miss, is taken for that; one of 1 or more leaves only
// Collatz-Wielandt.
//
// Beyond `dense_side`: sqrt(rho(|A| |A|^T)) by Collatz-Wielandt, exact up to the power iteration for
// non-negative A, too large by up to sqrt(p) otherwise.
// Infinity if an entry is not finite, 0 for empty and zero matrices. InputError for positions out of range or
// given twice, for starts that do not ascend, and for sides beyond 2^31 - 1.
double spectral_norm_upper(const SparseMatrixView& A, Index dense_side = default_dense_side, double slack = 1e-9);

// Is |A|_2 <= tau proved? One factorisation, no estimate. False proves nothing: |A|_2 may be below tau by less than
// the room left for rounding errors (32 p u tau and e / tau), the side larger than `dense_side`, or an entry not
// finite. InputError as above.
bool proves_spectral_norm_at_most(const SparseMatrixView& A, double tau, Index dense_side = default_dense_side);

}  // namespace nadir
