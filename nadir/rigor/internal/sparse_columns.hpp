// Sparse matrices as the proofs of rigor/ work with them: checked, sorted, scaled, in both orders.
//
// The products run on guarded threads; each result is one sum in a fixed order, so the bits do not depend on the
// number of threads.
#pragma once

#include <cstdint>
#include <vector>

#include "nadir/linalg/matrix.hpp"
#include "nadir/rigor/sparse_norm.hpp"

namespace nadir::internal {

// Column j: values[p] at row index[p], ascending, for starts[j] <= p < starts[j + 1].
struct SparseColumns {
  Index rows = 0, cols = 0;
  std::vector<Index> starts;
  std::vector<std::int32_t> index;
  Vector values;
};

// The greatest number of nonzeros in a column.
Index longest_column(const SparseColumns& A);

// 2^-exponent A with its greatest |entry| in [1/2, 1), as `wide` with wide.rows <= wide.cols (this is A or A^T),
// and `tall` = wide^T.
struct UnitSparse {
  SparseColumns wide, tall;
  int exponent = 0;
  double lost = 0.0;          // at least the spectral norm of what underflowed in the scaling
  bool is_transposed = false;  // wide is A^T
  bool is_finite = true;      // false: nothing else is meant
  bool is_zero = false;       // likewise
};

// Throws InputError for a malformed view.
UnitSparse unit_sparse(const SparseMatrixView& A);

// A^T X for X given by rows: column i of Xt is row i of X; so is the result. |fl - exact| <= gamma_d |A|^T |X| +
// 2 d eta for d = longest_column(A).
Matrix transpose_times(const SparseColumns& A, ConstMatrixView Xt);

// |A|^T x from above for x >= 0.
Vector magnitude_transpose_times(const SparseColumns& A, const Vector& x);

// An upper bound of rho(|A| |A|^T), which is at least |A|_2^2: Collatz-Wielandt with up to `steps` iterates of the
// power method, each of which is a proof.
double collatz_bound(const UnitSparse& A, int steps);

// wide wide^T: entry (i, j), i >= j, goes to W(i + 1, j), where W has one row more than columns; its upper
// triangle is not touched. |fl - exact| <= gamma_d |wide| |wide|^T + 2 d eta with d = longest_column(tall).
void sparse_gram(const UnitSparse& A, MatrixView W);

}  // namespace nadir::internal
