#include "nadir/linalg/float_matrix.hpp"

#include <cblas.h>

#include "nadir/linalg/internal/panels.hpp"

namespace nadir {
namespace {

constexpr Index float_panel_width = 256;  // as many bytes as the double product's, twice

CBLAS_TRANSPOSE blas_op(Op op) { return op == Op::none ? CblasNoTrans : CblasTrans; }

void gemm(float alpha, ConstFloatView A, Op op_a, ConstFloatView B, Op op_b, float beta, FloatView C) {
  const Index k = op_a == Op::none ? A.cols : A.rows;
  cblas_sgemm(CblasColMajor, blas_op(op_a), blas_op(op_b), static_cast<blasint>(C.rows), static_cast<blasint>(C.cols),
              static_cast<blasint>(k), alpha, A.data, static_cast<blasint>(std::max<Index>(A.stride, 1)), B.data,
              static_cast<blasint>(std::max<Index>(B.stride, 1)), beta, C.data,
              static_cast<blasint>(std::max<Index>(C.stride, 1)));
}

template <class From, class To>
void convert_entries(From from, To to) {
  assert(from.rows == to.rows && from.cols == to.cols);
  using Scalar = std::remove_reference_t<decltype(to(0, 0))>;
  for (Index j = 0; j < from.cols; ++j) {
    const auto* a = from.col(j);
    auto* b = to.col(j);
    for (Index i = 0; i < from.rows; ++i) b[i] = static_cast<Scalar>(a[i]);
  }
}

}  // namespace

void convert(ConstMatrixView from, FloatView to) { convert_entries(from, to); }
void convert(ConstFloatView from, MatrixView to) { convert_entries(from, to); }

FloatMatrix to_float(ConstMatrixView from) {
  FloatMatrix to(from.rows, from.cols);
  convert(from, to);
  return to;
}

void multiply(float alpha, ConstFloatView A, Op op_a, ConstFloatView B, Op op_b, float beta, FloatView C) {
  const Index k = op_a == Op::none ? A.cols : A.rows;
  assert((op_a == Op::none ? A.rows : A.cols) == C.rows);
  assert((op_b == Op::none ? B.cols : B.rows) == C.cols);
  assert((op_b == Op::none ? B.rows : B.cols) == k);
  keep_blas_on_this_thread();
  if (C.empty()) return;
  if (k == 0) {
    for (Index j = 0; j < C.cols; ++j)
      for (Index i = 0; i < C.rows; ++i) C(i, j) = beta == 0.0f ? 0.0f : beta * C(i, j);
    return;
  }
  internal::in_panels<float_panel_width>(A, op_a, B, op_b, C, k, [&](ConstFloatView a, ConstFloatView b, FloatView c) { gemm(alpha, a, op_a, b, op_b, beta, c); });
}

}  // namespace nadir
