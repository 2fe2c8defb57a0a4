#include "nadir/linalg/cholesky.hpp"

#include <cblas.h>
#include <lapacke.h>

#include <algorithm>
#include <cmath>

#include "nadir/base/stop.hpp"
#include "nadir/linalg/dense.hpp"

namespace nadir {
namespace {

blasint leading(ConstMatrixView A) { return static_cast<blasint>(std::max<Index>(A.stride, 1)); }

// C <- C - X^T Y
void subtract_product(ConstMatrixView X, ConstMatrixView Y, MatrixView C) {
  if (X.rows == 0) return;
  cblas_dgemm(CblasColMajor, CblasTrans, CblasNoTrans, static_cast<blasint>(C.rows), static_cast<blasint>(C.cols),
              static_cast<blasint>(X.rows), -1.0, X.data, leading(X), Y.data, leading(Y), 1.0, C.data, leading(C));
}

// The diagonal tile: only its upper triangle belongs to A.
void subtract_gram(ConstMatrixView X, MatrixView C) {
  if (X.rows == 0) return;
  cblas_dsyrk(CblasColMajor, CblasUpper, CblasTrans, static_cast<blasint>(C.rows), static_cast<blasint>(X.rows), -1.0,
              X.data, leading(X), 1.0, C.data, leading(C));
}

bool factor_diagonal_tile(MatrixView C) {
  const auto n = static_cast<lapack_int>(C.rows);
  if (LAPACKE_dpotrf_work(LAPACK_COL_MAJOR, 'U', n, C.data, static_cast<lapack_int>(C.stride)) != 0) return false;
  for (Index i = 0; i < C.rows; ++i)
    if (!std::isfinite(C(i, i))) return false;
  return true;
}

void solve_tile(ConstMatrixView U, MatrixView C) {
  cblas_dtrsm(CblasColMajor, CblasLeft, CblasUpper, CblasTrans, CblasNonUnit, static_cast<blasint>(C.rows),
              static_cast<blasint>(C.cols), 1.0, U.data, leading(U), C.data, leading(C));
}

}  // namespace

bool cholesky_upper_in_place(MatrixView A) {
  assert(A.rows == A.cols);
  keep_blas_on_this_thread();
  const Index n = A.rows, tiles = (n + cholesky_tile - 1) / cholesky_tile;
  const int threads = tiles > 2 ? num_threads() : 1;
  for (Index t = 0; t < tiles; ++t) {
    stop_point();
    const Index first = t * cholesky_tile, height = std::min(cholesky_tile, n - first);
    const ConstMatrixView above = A.block(0, first, first, height);
#pragma omp parallel for schedule(dynamic) num_threads(threads)
    for (Index s = t; s < tiles; ++s) {
      const Index start = s * cholesky_tile, width = std::min(cholesky_tile, n - start);
      if (s == t)
        subtract_gram(above, A.block(first, first, height, height));
      else
        subtract_product(above, A.block(0, start, first, width), A.block(first, start, height, width));
    }
    keep_blas_on_this_thread();  // a parallel region ends with the setting lost
    if (!factor_diagonal_tile(A.block(first, first, height, height))) return false;
#pragma omp parallel for schedule(dynamic) num_threads(threads)
    for (Index s = t + 1; s < tiles; ++s) {
      const Index start = s * cholesky_tile, width = std::min(cholesky_tile, n - start);
      solve_tile(A.block(first, first, height, height), A.block(first, start, height, width));
    }
  }
  return true;
}

}  // namespace nadir
