#include "nadir/linalg/pivoted.hpp"

#include <lapacke.h>

#include <cmath>
#include <string>

#include "nadir/base/error.hpp"
#include "nadir/linalg/dense.hpp"

namespace nadir {

PivotedQr pivoted_qr(ConstMatrixView A, double tol) {
  const Index k = std::min(A.rows, A.cols);
  PivotedQr result;
  if (k == 0) {
    result.Q = Matrix(A.rows, 0);
    result.R = Matrix(0, A.cols);
    return result;
  }
  keep_blas_on_this_thread();
  Matrix work(A);
  std::vector<lapack_int> order(static_cast<std::size_t>(A.cols), 0);
  Vector tau(static_cast<std::size_t>(k));
  const lapack_int m = static_cast<lapack_int>(A.rows), n = static_cast<lapack_int>(A.cols);
  lapack_int info = LAPACKE_dgeqp3(LAPACK_COL_MAJOR, m, n, work.data(), m, order.data(), tau.data());
  if (info != 0) throw NumericalBreakdown("pivoted QR (dgeqp3) failed with info " + std::to_string(info));

  Index rank = 0;
  while (rank < k) {
    const ConstMatrixView original = A.columns(order[static_cast<std::size_t>(rank)] - 1, 1);
    if (!(std::fabs(work(rank, rank)) > tol * frobenius_norm(original))) break;
    ++rank;
  }
  result.R = Matrix(rank, A.cols);
  for (Index j = 0; j < A.cols; ++j)
    for (Index i = 0; i <= std::min(j, rank - 1); ++i) result.R(i, order[static_cast<std::size_t>(j)] - 1) = work(i, j);
  result.Q = Matrix(work.view().columns(0, rank));
  if (rank > 0) {
    const lapack_int r = static_cast<lapack_int>(rank);
    info = LAPACKE_dorgqr(LAPACK_COL_MAJOR, m, r, r, result.Q.data(), m, tau.data());
    if (info != 0) throw NumericalBreakdown("pivoted QR (dorgqr) failed with info " + std::to_string(info));
  }
  for (Index i = 0; i < rank; ++i) result.pivots.push_back(order[static_cast<std::size_t>(i)] - 1);
  return result;
}

PivotedCholesky pivoted_cholesky(ConstMatrixView S, double tol) {
  const lapack_int n = static_cast<lapack_int>(S.rows);
  PivotedCholesky result;
  if (n == 0) return result;
  Matrix work(S);
  std::vector<lapack_int> order(static_cast<std::size_t>(n));
  lapack_int found = 0;
  double largest = 0.0;
  for (Index i = 0; i < S.rows; ++i) largest = std::fmax(largest, S(i, i));
  keep_blas_on_this_thread();
  const lapack_int info = LAPACKE_dpstrf(LAPACK_COL_MAJOR, 'L', n, work.data(), n, order.data(), &found, tol * largest);
  if (info < 0) throw NumericalBreakdown("pivoted Cholesky (dpstrf) failed with info " + std::to_string(info));
  const Index rank = largest > 0.0 ? static_cast<Index>(found) : 0;
  result.F = Matrix(S.rows, rank);
  for (Index j = 0; j < rank; ++j)
    for (Index i = j; i < S.rows; ++i) result.F(order[static_cast<std::size_t>(i)] - 1, j) = work(i, j);
  for (Index i = 0; i < rank; ++i) result.pivots.push_back(order[static_cast<std::size_t>(i)] - 1);
  return result;
}

}  // namespace nadir
