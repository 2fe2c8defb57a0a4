// Compiled once for every instruction set: foreach_target includes this file again and again.
#include "nadir/linalg/internal/observed_kernels.hpp"

#include "nadir/linalg/internal/targets.inc"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "nadir/linalg/internal/observed_kernels.cpp"
#include <hwy/foreach_target.h>

#include "nadir/linalg/internal/observed_passes.inc"

HWY_BEFORE_NAMESPACE();
namespace nadir::internal::HWY_NAMESPACE {

inline Index start_of(const ObservedRows& observed, Index row) { return observed.row_starts[static_cast<std::size_t>(row)]; }

void residual_rows(const ObservedRows& observed, RowRange rows, ConstMatrixView Ut, const PaddedFactor& V, RowScratch& s, double* residual) {
  const Ahead ahead = ahead_of(observed, V);
  for (Index i = rows.first; i < rows.last; ++i) {
    load_row(Ut, i, s.u.data());
    const Index last = start_of(observed, i + 1);
    for (Index p = start_of(observed, i); p < last; p += s.chunk)
      chunk_residuals(observed, gather(observed, V, p, last, s), s.u.data(), V.stride(), ahead, residual + p);
  }
}

void squared_error_rows(const ObservedRows& observed, RowRange rows, ConstMatrixView Ut, const PaddedFactor& V, RowScratch& s, double* row_errors) {
  const Ahead ahead = ahead_of(observed, V);
  for (Index i = rows.first; i < rows.last; ++i) {
    load_row(Ut, i, s.u.data());
    const Index last = start_of(observed, i + 1);
    Lane sum = hn::Zero(tag);
    for (Index p = start_of(observed, i); p < last; p += s.chunk)
      sum = hn::Add(sum, chunk_residuals(observed, gather(observed, V, p, last, s), s.u.data(), V.stride(), ahead, s.residual.data()));
    row_errors[i] = 0.5 * hn::GetLane(hn::SumOfLanes(tag, sum));
  }
}

void multiply_rows(const ObservedRows& observed, RowRange rows, const double* coefficient, const PaddedFactor& V, RowScratch& s, MatrixView out) {
  const Ahead ahead = ahead_of(observed, V);
  for (Index i = rows.first; i < rows.last; ++i) {
    double* sum = s.sum.data();
    std::fill_n(sum, V.stride(), 0.0);
    const Index last = start_of(observed, i + 1);
    for (Index p = start_of(observed, i); p < last; p += s.chunk) {
      const Chunk chunk = gather(observed, V, p, last, s);
      for (Index q = 0; q < chunk.count; ++q) ahead.fetch(p + q);
      accumulate<1>(chunk, 0, V.stride(), {coefficient + p}, {sum});
    }
    std::copy_n(sum, out.rows, out.col(i));
  }
}

// slope[q] = w_q (du . v_q + u . dv_q), where dv_q stands `half` doubles behind v_q.
inline void chunk_slopes(const ObservedRows& observed, const Chunk& chunk, const RowScratch& s, Index half, double* slope) {
  const double* w = observed.weights.empty() ? nullptr : observed.weights.data() + chunk.first;
  for (Index q = 0; q < chunk.count; q += N) {
    const Index n = std::min(N, chunk.count - q);
    const double* const* v = chunk.v + q;
    Lane sum[N];
    unroll<N>([&](auto e) HWY_ATTR { sum[e] = hn::Zero(tag); });
    for (Index k = 0; k < half; k += N) {
      const Lane u = hn::Load(tag, s.u.data() + k), du = hn::Load(tag, s.du.data() + k);
      unroll<N>([&](auto e) HWY_ATTR {
        sum[e] = hn::MulAdd(du, hn::Load(tag, v[e] + k), sum[e]);
        sum[e] = hn::MulAdd(u, hn::Load(tag, v[e] + half + k), sum[e]);
      });
    }
    const Lane both = sums(sum);
    hn::Store(w ? hn::Mul(load_first(w + q, n), both) : both, tag, slope + q);
  }
}

void hessian_product_rows(const ObservedRows& observed, RowRange rows, const double* residual, ConstMatrixView Ut, ConstMatrixView dUt,
                          const PaddedFactor& factors, RowScratch& s, MatrixView out) {
  const Ahead ahead = ahead_of(observed, factors);
  const Index half = factors.stride() / 2;
  double* sum = s.sum.data();
  for (Index i = rows.first; i < rows.last; ++i) {
    load_row(Ut, i, s.u.data());
    load_row(dUt, i, s.du.data());
    std::fill_n(sum, half, 0.0);
    const Index last = start_of(observed, i + 1);
    for (Index p = start_of(observed, i); p < last; p += s.chunk) {
      const Chunk chunk = gather(observed, factors, p, last, s);
      for (Index q = 0; q < chunk.count; ++q) {
        ahead.fetch(p + q);
        s.scaled.data()[q] = -residual[p + q];
      }
      chunk_slopes(observed, chunk, s, half, s.residual.data());
      accumulate<1>(chunk, 0, half, {s.residual.data()}, {sum});
      accumulate<1>(chunk, half, half, {s.scaled.data()}, {sum});
    }
    std::copy_n(sum, out.rows, out.col(i));
  }
}

}  // namespace nadir::internal::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace nadir::internal {

HWY_EXPORT(residual_rows);
HWY_EXPORT(squared_error_rows);
HWY_EXPORT(multiply_rows);
HWY_EXPORT(hessian_product_rows);

void residual_rows(const ObservedRows& observed, RowRange rows, ConstMatrixView Ut, const PaddedFactor& V, RowScratch& s, double* residual) {
  HWY_DYNAMIC_DISPATCH(residual_rows)(observed, rows, Ut, V, s, residual);
}
void squared_error_rows(const ObservedRows& observed, RowRange rows, ConstMatrixView Ut, const PaddedFactor& V, RowScratch& s, double* row_errors) {
  HWY_DYNAMIC_DISPATCH(squared_error_rows)(observed, rows, Ut, V, s, row_errors);
}
void multiply_rows(const ObservedRows& observed, RowRange rows, const double* coefficient, const PaddedFactor& V, RowScratch& s, MatrixView out) {
  HWY_DYNAMIC_DISPATCH(multiply_rows)(observed, rows, coefficient, V, s, out);
}
void hessian_product_rows(const ObservedRows& observed, RowRange rows, const double* residual, ConstMatrixView Ut, ConstMatrixView dUt,
                          const PaddedFactor& factors, RowScratch& s, MatrixView out) {
  HWY_DYNAMIC_DISPATCH(hessian_product_rows)(observed, rows, residual, Ut, dUt, factors, s, out);
}

}  // namespace nadir::internal
#endif
