#include "nadir/linalg/dense.hpp"

#include <cblas.h>
#include <lapacke.h>
#include <omp.h>

#include <atomic>
#include <cmath>
#include <string>

#include "nadir/base/error.hpp"
#include "nadir/linalg/internal/panels.hpp"
#include "nadir/linalg/internal/thin_products.hpp"

namespace nadir {
namespace {

std::atomic<int> thread_count{0};

using internal::panel_width;

CBLAS_TRANSPOSE blas_op(Op op) { return op == Op::none ? CblasNoTrans : CblasTrans; }

void gemm(double alpha, ConstMatrixView A, Op op_a, ConstMatrixView B, Op op_b, double beta, MatrixView C) {
  const Index k = op_a == Op::none ? A.cols : A.rows;
  cblas_dgemm(CblasColMajor, blas_op(op_a), blas_op(op_b), static_cast<blasint>(C.rows), static_cast<blasint>(C.cols),
              static_cast<blasint>(k), alpha, A.data, static_cast<blasint>(std::max<Index>(A.stride, 1)), B.data,
              static_cast<blasint>(std::max<Index>(B.stride, 1)), beta, C.data,
              static_cast<blasint>(std::max<Index>(C.stride, 1)));
}

void scale_matrix(double beta, MatrixView C) {
  for (Index j = 0; j < C.cols; ++j)
    for (Index i = 0; i < C.rows; ++i) C(i, j) = beta == 0.0 ? 0.0 : beta * C(i, j);
}

[[noreturn]] void lapack_failed(const char* routine, lapack_int info) {
  throw NumericalBreakdown(std::string(routine) + " did not converge (info " + std::to_string(info) +
                           "); look for infinities or NaN in the input, or rescale it");
}

}  // namespace

int set_num_threads(int count) {
  thread_count = count;
  return num_threads();
}

int num_threads() {
  if (omp_in_parallel()) return 1;
  return thread_count > 0 ? thread_count.load() : omp_get_num_procs();
}

// OpenBLAS looks at OpenMP's number of threads, a setting that belongs to the calling thread and is lost at the end of
// a parallel region: once a process is not enough.
void keep_blas_on_this_thread() {
  if (!omp_in_parallel() && omp_get_max_threads() > 1) openblas_set_num_threads(1);
}

const char* blas_description() { return openblas_get_config(); }

void multiply(double alpha, ConstMatrixView A, Op op_a, ConstMatrixView B, Op op_b, double beta, MatrixView C) {
  const Index k = op_a == Op::none ? A.cols : A.rows;
  assert((op_a == Op::none ? A.rows : A.cols) == C.rows);
  assert((op_b == Op::none ? B.cols : B.rows) == C.cols);
  assert((op_b == Op::none ? B.rows : B.cols) == k);
  if (C.empty()) return;
  if (k == 0) return scale_matrix(beta, C);
  if (internal::is_thin(C.rows, C.cols, k)) return internal::multiply_thin(alpha, A, op_a, B, op_b, beta, C);
  keep_blas_on_this_thread();
  internal::in_panels(A, op_a, B, op_b, C, k,
                      [&](ConstMatrixView a, ConstMatrixView b, MatrixView c) { gemm(alpha, a, op_a, b, op_b, beta, c); });
}

Matrix product(ConstMatrixView A, ConstMatrixView B) { return product(A, Op::none, B, Op::none); }

Matrix product(ConstMatrixView A, Op op_a, ConstMatrixView B, Op op_b) {
  Matrix C(op_a == Op::none ? A.rows : A.cols, op_b == Op::none ? B.cols : B.rows);
  multiply(1.0, A, op_a, B, op_b, 0.0, C);
  return C;
}

Matrix sample_product(ConstMatrixView X, ConstMatrixView Y) {
  assert(X.cols == Y.cols);
  keep_blas_on_this_thread();
  const bool gram = X.data == Y.data && X.rows == Y.rows && X.stride == Y.stride;
  Matrix C(X.rows, Y.rows);
  if (C.size() == 0) return C;
  const Index blocks = (X.cols + sum_block - 1) / sum_block;
  // Panels of C are independent; within a panel the blocks of samples are added in order.
  const Index panels = (C.cols() + panel_width - 1) / panel_width;
  const int threads = num_threads();
#pragma omp parallel for schedule(dynamic) num_threads(threads)
  for (Index p = 0; p < panels; ++p) {
    const Index first = p * panel_width, count = std::min(panel_width, C.cols() - first);
    const Index top = gram ? first : 0;  // a Gram matrix is symmetric: the rows above the panel are mirrored
    Matrix partial(C.rows() - top, count);
    for (Index b = 0; b < blocks; ++b) {
      const Index start = b * sum_block, samples = std::min(sum_block, X.cols - start);
      gemm(1.0, X.block(top, start, X.rows - top, samples), Op::none, Y.block(first, start, count, samples),
           Op::transpose, 0.0, partial);
      for (Index j = 0; j < count; ++j)
        for (Index i = top; i < C.rows(); ++i) C(i, first + j) += partial(i - top, j);
    }
  }
  if (gram)
    for (Index j = 0; j < C.cols(); ++j)
      for (Index i = 0; i < j; ++i) C(i, j) = C(j, i);
  return C;
}

void multiply_vector(double alpha, ConstMatrixView A, Op op_a, const double* x, double beta, double* y) {
  keep_blas_on_this_thread();
  const Index out = op_a == Op::none ? A.rows : A.cols;
  if (out == 0) return;
  if (A.empty()) return scale_matrix(beta, MatrixView(y, out, 1));
  cblas_dgemv(CblasColMajor, blas_op(op_a), static_cast<blasint>(A.rows), static_cast<blasint>(A.cols), alpha, A.data,
              static_cast<blasint>(A.stride), x, 1, beta, y, 1);
}

Matrix transpose(ConstMatrixView A) {
  Matrix T(A.cols, A.rows);
  constexpr Index tile = 32;
  for (Index j0 = 0; j0 < A.cols; j0 += tile)
    for (Index i0 = 0; i0 < A.rows; i0 += tile)
      for (Index j = j0; j < std::min(j0 + tile, A.cols); ++j)
        for (Index i = i0; i < std::min(i0 + tile, A.rows); ++i) T(j, i) = A(i, j);
  return T;
}

double dot(std::span<const double> x, std::span<const double> y) {
  assert(x.size() == y.size());
  keep_blas_on_this_thread();
  return cblas_ddot(static_cast<blasint>(x.size()), x.data(), 1, y.data(), 1);
}

double norm(std::span<const double> x) {
  keep_blas_on_this_thread();
  const double fast = std::sqrt(cblas_ddot(static_cast<blasint>(x.size()), x.data(), 1, x.data(), 1));
  if (std::isfinite(fast) && fast > 1e-140) return fast;
  return cblas_dnrm2(static_cast<blasint>(x.size()), x.data(), 1);
}

double frobenius_norm(ConstMatrixView A) {
  Vector column_norms(static_cast<std::size_t>(A.cols));
  for (Index j = 0; j < A.cols; ++j)
    column_norms[static_cast<std::size_t>(j)] = norm({A.col(j), static_cast<std::size_t>(A.rows)});
  return norm(column_norms);
}

double max_abs(ConstMatrixView A) {
  double largest = 0.0;
  for (Index j = 0; j < A.cols; ++j)
    for (Index i = 0; i < A.rows; ++i) {
      const double a = std::fabs(A(i, j));
      if (!(a <= largest)) largest = a;
      if (std::isnan(a)) return a;
    }
  return largest;
}

void axpy(double alpha, std::span<const double> x, std::span<double> y) {
  assert(x.size() == y.size());
  for (std::size_t i = 0; i < x.size(); ++i) y[i] += alpha * x[i];
}

void scale(double alpha, std::span<double> x) {
  for (double& value : x) value *= alpha;
}

void symmetrise(MatrixView A) {
  assert(A.rows == A.cols);
  for (Index j = 0; j < A.cols; ++j)
    for (Index i = 0; i < j; ++i) A(i, j) = A(j, i) = 0.5 * A(i, j) + 0.5 * A(j, i);
}

bool all_finite(ConstMatrixView A) {
  for (Index j = 0; j < A.cols; ++j)
    for (Index i = 0; i < A.rows; ++i)
      if (!std::isfinite(A(i, j))) return false;
  return true;
}

bool cholesky(ConstMatrixView A, Matrix& L) {
  assert(A.rows == A.cols);
  keep_blas_on_this_thread();
  L = Matrix(A);
  const lapack_int n = static_cast<lapack_int>(A.rows);
  if (n == 0) return true;
  const lapack_int info = LAPACKE_dpotrf_work(LAPACK_COL_MAJOR, 'L', n, L.data(), n);
  for (Index j = 1; j < L.cols(); ++j)
    for (Index i = 0; i < j; ++i) L(i, j) = 0.0;
  return info == 0 && all_finite(L);
}

void solve_lower(ConstMatrixView L, Op op, MatrixView B) {
  assert(L.rows == L.cols && L.rows == B.rows);
  keep_blas_on_this_thread();
  if (B.rows == 0 || B.cols == 0) return;
  cblas_dtrsm(CblasColMajor, CblasLeft, CblasLower, blas_op(op), CblasNonUnit, static_cast<blasint>(B.rows),
              static_cast<blasint>(B.cols), 1.0, L.data, static_cast<blasint>(L.stride), B.data,
              static_cast<blasint>(B.stride));
}

SymmetricEigen symmetric_eigen(ConstMatrixView A) {
  assert(A.rows == A.cols);
  keep_blas_on_this_thread();
  SymmetricEigen result{Vector(static_cast<std::size_t>(A.rows)), Matrix(A)};
  const lapack_int n = static_cast<lapack_int>(A.rows);
  if (n == 0) return result;
  const lapack_int info = LAPACKE_dsyevd(LAPACK_COL_MAJOR, 'V', 'L', n, result.vectors.data(), n, result.values.data());
  if (info != 0) lapack_failed("symmetric eigenvalue decomposition (dsyevd)", info);
  return result;
}

Svd svd(ConstMatrixView A) {
  keep_blas_on_this_thread();
  const Index k = std::min(A.rows, A.cols);
  Svd result{Matrix(A.rows, k), Vector(static_cast<std::size_t>(k)), Matrix(k, A.cols)};
  if (k == 0) return result;
  Matrix work(A);
  const lapack_int info = LAPACKE_dgesdd(LAPACK_COL_MAJOR, 'S', static_cast<lapack_int>(A.rows),
                                         static_cast<lapack_int>(A.cols), work.data(), static_cast<lapack_int>(A.rows),
                                         result.values.data(), result.U.data(), static_cast<lapack_int>(A.rows),
                                         result.Vt.data(), static_cast<lapack_int>(k));
  if (info != 0) lapack_failed("singular value decomposition (dgesdd)", info);
  return result;
}

Qr qr(ConstMatrixView A) {
  keep_blas_on_this_thread();
  const Index k = std::min(A.rows, A.cols);
  Matrix work(A);
  Qr result{Matrix(A.rows, k), Matrix(k, A.cols)};
  if (k == 0) return result;
  Vector tau(static_cast<std::size_t>(k));
  const lapack_int m = static_cast<lapack_int>(A.rows), n = static_cast<lapack_int>(A.cols), r = static_cast<lapack_int>(k);
  lapack_int info = LAPACKE_dgeqrf(LAPACK_COL_MAJOR, m, n, work.data(), m, tau.data());
  if (info != 0) lapack_failed("QR factorisation (dgeqrf)", info);
  for (Index j = 0; j < A.cols; ++j)
    for (Index i = 0; i <= std::min(j, k - 1); ++i) result.R(i, j) = work(i, j);
  for (Index j = 0; j < k; ++j) std::copy_n(work.col(j), A.rows, result.Q.col(j));
  info = LAPACKE_dorgqr(LAPACK_COL_MAJOR, m, r, r, result.Q.data(), m, tau.data());
  if (info != 0) lapack_failed("QR factorisation (dorgqr)", info);
  return result;
}

bool solve_general(ConstMatrixView A, MatrixView B) {
  assert(A.rows == A.cols && A.rows == B.rows);
  keep_blas_on_this_thread();
  Matrix work(A);
  std::vector<lapack_int> pivots(static_cast<std::size_t>(A.rows));
  if (B.rows == 0 || B.cols == 0) return true;
  const lapack_int n = static_cast<lapack_int>(A.rows);
  return LAPACKE_dgesv(LAPACK_COL_MAJOR, n, static_cast<lapack_int>(B.cols), work.data(), n, pivots.data(), B.data,
                       static_cast<lapack_int>(B.stride)) == 0;
}

}  // namespace nadir
