// BLAS and LAPACK by overload for float and double, column-major, on the calling thread.
#pragma once

#include <cblas.h>
#include <lapacke.h>

#include "nadir/linalg/dense.hpp"

namespace nadir::internal {

// A column-major matrix of Scalar to read, as it stands or transposed.
template <class Scalar>
struct Operand {
  const Scalar* data = nullptr;
  Index stride = 0;
  Op op = Op::none;
};

inline CBLAS_TRANSPOSE blas_op(Op op) { return op == Op::none ? CblasNoTrans : CblasTrans; }

// C (m x n, stride ldc) <- op(A) op(B) + beta C with inner dimension k.
inline void gemm(Index m, Index n, Index k, Operand<double> A, Operand<double> B, double beta, double* C, Index ldc) {
  cblas_dgemm(CblasColMajor, blas_op(A.op), blas_op(B.op), static_cast<blasint>(m), static_cast<blasint>(n),
              static_cast<blasint>(k), 1.0, A.data, static_cast<blasint>(A.stride), B.data,
              static_cast<blasint>(B.stride), beta, C, static_cast<blasint>(ldc));
}
inline void gemm(Index m, Index n, Index k, Operand<float> A, Operand<float> B, float beta, float* C, Index ldc) {
  cblas_sgemm(CblasColMajor, blas_op(A.op), blas_op(B.op), static_cast<blasint>(m), static_cast<blasint>(n),
              static_cast<blasint>(k), 1.0F, A.data, static_cast<blasint>(A.stride), B.data,
              static_cast<blasint>(B.stride), beta, C, static_cast<blasint>(ldc));
}

}  // namespace nadir::internal
