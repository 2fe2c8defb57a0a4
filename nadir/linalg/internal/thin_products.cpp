// Compiled once for every instruction set: foreach_target includes this file again and again.
#include "nadir/linalg/internal/thin_products.hpp"

#include <algorithm>
#include <vector>

#include "nadir/linalg/internal/targets.inc"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "nadir/linalg/internal/thin_products.cpp"
#include <hwy/foreach_target.h>

#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace nadir::internal::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using Tag = hn::CappedTag<double, 8>;
using Lane = hn::Vec<Tag>;
constexpr Tag tag;
constexpr Index N = static_cast<Index>(hn::MaxLanes(Tag()));

// c <- beta c + sum of factor[p] a[p] over p < K; not read where beta = 0. The last vector overlaps the one before it:
// it is computed first and stored last.
template <int K>
HWY_INLINE void combine(Index count, const double* const* a, const double* factor, double beta, double* c) {
  if (count < N) {
    for (Index i = 0; i < count; ++i) {
      double sum = factor[0] * a[0][i];
      for (int p = 1; p < K; ++p) sum += factor[p] * a[p][i];
      c[i] = beta != 0.0 ? sum + beta * c[i] : sum;
    }
    return;
  }
  Lane f[K];
  for (int p = 0; p < K; ++p) f[p] = hn::Set(tag, factor[p]);
  const Lane b = hn::Set(tag, beta);
  const auto at = [&](Index i) HWY_ATTR {
    Lane sum = hn::Mul(f[0], hn::LoadU(tag, a[0] + i));
    for (int p = 1; p < K; ++p) sum = hn::MulAdd(f[p], hn::LoadU(tag, a[p] + i), sum);
    return beta != 0.0 ? hn::MulAdd(b, hn::LoadU(tag, c + i), sum) : sum;
  };
  const Lane last = at(count - N);
  for (Index i = 0; i + N < count; i += N) hn::StoreU(at(i), tag, c + i);
  hn::StoreU(last, tag, c + count - N);
}

template <int K>
HWY_INLINE void combine_all(const double* const* a, const double* factors, double beta, MatrixView C) {
  for (Index j = 0; j < C.cols; ++j) combine<K>(C.rows, a, factors + j * K, beta, C.data + j * C.stride);
}

// Column j of C combines the same a[0], ..., a[terms - 1]; its factors stand beside one another.
void combine_columns(Index terms, const double* const* a, const double* factors, double beta, MatrixView C) {
  switch (terms) {
    case 1: return combine_all<1>(a, factors, beta, C);
    case 2: return combine_all<2>(a, factors, beta, C);
    case 3: return combine_all<3>(a, factors, beta, C);
    default: return combine_all<4>(a, factors, beta, C);
  }
}

// out[j] = <a, column j of B>
HWY_INLINE void dots(Index count, const double* a, ConstMatrixView B, double* out) {
  for (Index j = 0; j < B.cols; ++j) {
    const double* b = B.data + j * B.stride;
    Lane sum = hn::Zero(tag), other = hn::Zero(tag);
    Index i = 0;
    for (; i + 2 * N <= count; i += 2 * N) {
      sum = hn::MulAdd(hn::LoadU(tag, a + i), hn::LoadU(tag, b + i), sum);
      other = hn::MulAdd(hn::LoadU(tag, a + i + N), hn::LoadU(tag, b + i + N), other);
    }
    if (i + N <= count) {
      sum = hn::MulAdd(hn::LoadU(tag, a + i), hn::LoadU(tag, b + i), sum);
      i += N;
    }
    double rest = 0.0;
    for (; i < count; ++i) rest += a[i] * b[i];
    out[j] = hn::GetLane(hn::SumOfLanes(tag, hn::Add(sum, other))) + rest;
  }
}

void dots_with_columns(Index count, const double* a, ConstMatrixView B, double* out) { dots(count, a, B, out); }

// out[i + q * stride] = sum_p A(i, p) f(p, q) for q < Q and the R vectors of rows from i on; f is stored q after q.
template <int Q, int R>
HWY_INLINE void narrow_block(ConstMatrixView A, Index i, const double* f, double* out, Index stride) {
  Lane sum[Q][R];
  for (int q = 0; q < Q; ++q)
    for (int r = 0; r < R; ++r) sum[q][r] = hn::Zero(tag);
  for (Index p = 0; p < A.cols; ++p) {
    const double* a = A.data + p * A.stride + i;
    for (int q = 0; q < Q; ++q) {
      const Lane factor = hn::Set(tag, f[p * Q + q]);
      for (int r = 0; r < R; ++r) sum[q][r] = hn::MulAdd(factor, hn::LoadU(tag, a + r * N), sum[q][r]);
    }
  }
  for (int q = 0; q < Q; ++q)
    for (int r = 0; r < R; ++r) hn::StoreU(sum[q][r], tag, out + i + r * N + q * stride);
}

// All rows. The last block overlaps the one before it: both compute the same.
template <int Q, int R>
HWY_INLINE void narrow_blocks(ConstMatrixView A, const double* f, double* out, Index stride) {
  for (Index i = 0; i + R * N < A.rows; i += R * N) narrow_block<Q, R>(A, i, f, out, stride);
  narrow_block<Q, R>(A, A.rows - R * N, f, out, stride);
}

template <int Q>
HWY_INLINE void narrow(ConstMatrixView A, const double* f, double* out, Index stride) {
  if (Q <= 2 && A.rows >= 4 * N) return narrow_blocks<Q, 4>(A, f, out, stride);
  if (A.rows >= 2 * N) return narrow_blocks<Q, 2>(A, f, out, stride);
  if (A.rows >= N) return narrow_blocks<Q, 1>(A, f, out, stride);
  for (int q = 0; q < Q; ++q) std::fill_n(out + q * stride, A.rows, 0.0);
  for (Index p = 0; p < A.cols; ++p)
    for (int q = 0; q < Q; ++q)
      for (Index r = 0; r < A.rows; ++r) out[r + q * stride] += f[p * Q + q] * A.data[p * A.stride + r];
}

void narrow_product(ConstMatrixView A, Index columns, const double* f, double* out, Index stride) {
  switch (columns) {
    case 1: return narrow<1>(A, f, out, stride);
    case 2: return narrow<2>(A, f, out, stride);
    case 3: return narrow<3>(A, f, out, stride);
    default: return narrow<4>(A, f, out, stride);
  }
}

}  // namespace nadir::internal::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace nadir::internal {

HWY_EXPORT(combine_columns);
HWY_EXPORT(dots_with_columns);
HWY_EXPORT(narrow_product);

namespace {

// Memory of a product, on the stack where it is small.
class Scratch {
 public:
  explicit Scratch(Index count) {
    if (count > static_cast<Index>(std::size(near_))) far_.resize(static_cast<std::size_t>(count));
  }
  double* data() { return far_.empty() ? near_ : far_.data(); }

 private:
  double near_[1024];
  std::vector<double> far_;
};

struct Factor {
  ConstMatrixView stored;
  Op op;
  double operator()(Index i, Index j) const { return op == Op::none ? stored(i, j) : stored(j, i); }
};

// k <= 4: every column of C combines the k columns of op(A).
void update(double alpha, ConstMatrixView A, Op op_a, const Factor& b, double beta, MatrixView C) {
  const Index k = op_a == Op::none ? A.cols : A.rows, m = C.rows;
  Scratch packed(op_a == Op::none ? 0 : m * k);
  const double* a[4] = {};
  for (Index p = 0; p < k; ++p) {
    a[p] = op_a == Op::none ? A.data + p * A.stride : packed.data() + p * m;
    if (op_a == Op::transpose)
      for (Index i = 0; i < m; ++i) packed.data()[p * m + i] = A(p, i);
  }
  Scratch scaled(k * C.cols);
  for (Index j = 0; j < C.cols; ++j)
    for (Index p = 0; p < k; ++p) scaled.data()[j * k + p] = alpha * b(p, j);
  HWY_DYNAMIC_DISPATCH(combine_columns)(k, a, scaled.data(), beta, C);
}

// out(q, j) = sum_p f(q, p) X(p, j) for q < Q <= 4, row after row: with op(X) as stored by dots, otherwise by columns.
void thin_rows(const Factor& f, Index Q, ConstMatrixView X, Op op_x, double* out) {
  const Index k = op_x == Op::none ? X.rows : X.cols, n = op_x == Op::none ? X.cols : X.rows;
  Scratch packed(Q * k);
  double* factors = packed.data();
  if (op_x == Op::none) {
    for (Index q = 0; q < Q; ++q) {
      for (Index p = 0; p < k; ++p) factors[p] = f(q, p);
      HWY_DYNAMIC_DISPATCH(dots_with_columns)(k, factors, X, out + q * n);
    }
    return;
  }
  for (Index p = 0; p < k; ++p)
    for (Index q = 0; q < Q; ++q) factors[p * Q + q] = f(q, p);
  HWY_DYNAMIC_DISPATCH(narrow_product)(X, Q, factors, out, n);
}

Op other(Op op) { return op == Op::none ? Op::transpose : Op::none; }

}  // namespace

void multiply_thin(double alpha, ConstMatrixView A, Op op_a, ConstMatrixView B, Op op_b, double beta, MatrixView C) {
  const Index m = C.rows, n = C.cols, k = op_a == Op::none ? A.cols : A.rows;
  if (k <= 4) return update(alpha, A, op_a, {B, op_b}, beta, C);
  Scratch result(m * n);
  const double* r = result.data();
  const bool is_row = m <= 4;  // otherwise the transposed product
  if (is_row)
    thin_rows({A, op_a}, m, B, op_b, result.data());
  else
    thin_rows({B, other(op_b)}, n, A, other(op_a), result.data());
  for (Index j = 0; j < n; ++j)
    for (Index i = 0; i < m; ++i) {
      const double value = alpha * (is_row ? r[i * n + j] : r[j * m + i]);
      C(i, j) = beta == 0.0 ? value : value + beta * C(i, j);
    }
}

}  // namespace nadir::internal
#endif
