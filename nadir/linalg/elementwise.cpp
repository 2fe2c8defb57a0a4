// Compiled once for every instruction set: foreach_target includes this file again and again.
#include "nadir/linalg/elementwise.hpp"

#include <algorithm>
#include <cmath>

#include "nadir/linalg/internal/targets.inc"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "nadir/linalg/elementwise.cpp"
#include <hwy/foreach_target.h>

#include <hwy/contrib/math/math-inl.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace nadir::internal::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using Tag = hn::CappedTag<double, 8>;
using Lane = hn::Vec<Tag>;
constexpr Tag tag;
constexpr Index N = static_cast<Index>(hn::MaxLanes(Tag()));

// The rest of the array goes through the same vector operation, beside zeros.
template <class Function>
HWY_INLINE void apply(Index count, double* x, const Function& function) {
  const auto keeping_nan = [&](Lane v) HWY_ATTR { return hn::IfThenElse(hn::IsNaN(v), v, function(v)); };
  Index i = 0;
  for (; i + N <= count; i += N) hn::StoreU(keeping_nan(hn::LoadU(tag, x + i)), tag, x + i);
  if (i == count) return;
  double rest[8] = {};
  for (Index j = i; j < count; ++j) rest[j - i] = x[j];
  hn::StoreU(keeping_nan(hn::LoadU(tag, rest)), tag, rest);
  for (Index j = i; j < count; ++j) x[j] = rest[j - i];
}

HWY_INLINE void tanh_vector(double* x, double* first, double* second) {
  const Lane one = hn::Set(tag, 1.0), v = hn::LoadU(tag, x), t = hn::IfThenElse(hn::IsNaN(v), v, hn::Tanh(tag, v));
  hn::StoreU(t, tag, x);
  if (!first && !second) return;
  const Lane slope = hn::Mul(hn::Sub(one, t), hn::Add(one, t));
  if (first) hn::StoreU(slope, tag, first);
  if (second) hn::StoreU(hn::Mul(hn::Mul(hn::Set(tag, -2.0), t), slope), tag, second);
}

void tanh_all(Index count, double* x, double* first, double* second) {
  Index i = 0;
  for (; i + N <= count; i += N) tanh_vector(x + i, first ? first + i : nullptr, second ? second + i : nullptr);
  if (i == count) return;
  double rest[3][8] = {};
  std::copy(x + i, x + count, rest[0]);
  tanh_vector(rest[0], rest[1], rest[2]);
  std::copy_n(rest[0], count - i, x + i);
  if (first) std::copy_n(rest[1], count - i, first + i);
  if (second) std::copy_n(rest[2], count - i, second + i);
}
void exp_all(Index count, double* x) {
  const Lane least = hn::Set(tag, -745.0);
  apply(count, x, [=](Lane v) HWY_ATTR { return hn::Exp(tag, hn::Max(hn::Min(v, hn::Zero(tag)), least)); });
}
void expm1_all(Index count, double* x) {
  const Lane least = hn::Set(tag, -700.0);
  apply(count, x, [=](Lane v) HWY_ATTR { return hn::Expm1(tag, hn::Max(hn::Min(v, hn::Zero(tag)), least)); });
}
void log1p_all(Index count, double* x) {
  const Lane one = hn::Set(tag, 1.0);
  apply(count, x, [=](Lane v) HWY_ATTR { return hn::Log1p(tag, hn::Min(hn::Max(v, hn::Zero(tag)), one)); });
}

// Comparisons with NaN fail: NaN stays, and so does its slope, that of the left piece.
void two_slopes(Index count, double slope, double* z, double* first) {
  const Lane zero = hn::Zero(tag), one = hn::Set(tag, 1.0), left = hn::Set(tag, slope);
  Index i = 0;
  for (; i + N <= count; i += N) {
    const Lane v = hn::LoadU(tag, z + i);
    if (first) hn::StoreU(hn::IfThenElse(hn::Gt(v, zero), one, left), tag, first + i);
    hn::StoreU(hn::IfThenElse(hn::Lt(v, zero), slope == 0.0 ? zero : hn::Mul(left, v), v), tag, z + i);
  }
  for (; i < count; ++i) {
    if (first) first[i] = z[i] > 0.0 ? 1.0 : slope;
    if (z[i] < 0.0) z[i] = slope == 0.0 ? 0.0 : slope * z[i];
  }
}

void multiply_all(Index count, const double* a, const double* b, double* out) {
  Index i = 0;
  for (; i + N <= count; i += N) hn::StoreU(hn::Mul(hn::LoadU(tag, a + i), hn::LoadU(tag, b + i)), tag, out + i);
  for (; i < count; ++i) out[i] = a[i] * b[i];
}

// Rounded twice, as without fused operations: an entry must not depend on its position.
void combine_all(Index count, const double* s, const double* b, const double* z, double* d) {
  Index i = 0;
  for (; i + N <= count; i += N) {
    const Lane first = hn::Mul(hn::LoadU(tag, s + i), hn::LoadU(tag, d + i));
    hn::StoreU(hn::Add(first, hn::Mul(hn::LoadU(tag, b + i), hn::LoadU(tag, z + i))), tag, d + i);
  }
  for (; i < count; ++i) d[i] = s[i] * d[i] + b[i] * z[i];
}

void moment_step(const MomentStep& c, Index count, const double* g, double* m, double* v, double* x) {
  const double take_first = 1.0 - c.keep_first, take_second = 1.0 - c.keep_second;
  const Lane keep1 = hn::Set(tag, c.keep_first), keep2 = hn::Set(tag, c.keep_second), take1 = hn::Set(tag, take_first),
             take2 = hn::Set(tag, take_second), step = hn::Set(tag, c.step), root = hn::Set(tag, c.root_scale), shift = hn::Set(tag, c.shift);
  Index i = 0;
  for (; i + N <= count; i += N) {
    const Lane G = hn::LoadU(tag, g + i);
    const Lane M = hn::Add(hn::Mul(keep1, hn::LoadU(tag, m + i)), hn::Mul(take1, G));
    const Lane V = hn::Add(hn::Mul(keep2, hn::LoadU(tag, v + i)), hn::Mul(take2, hn::Mul(G, G)));
    hn::StoreU(M, tag, m + i);
    hn::StoreU(V, tag, v + i);
    const Lane move = hn::Div(hn::Mul(step, M), hn::Add(hn::Mul(hn::Sqrt(V), root), shift));
    hn::StoreU(hn::Sub(hn::LoadU(tag, x + i), move), tag, x + i);
  }
  for (; i < count; ++i) {
    m[i] = c.keep_first * m[i] + take_first * g[i];
    v[i] = c.keep_second * v[i] + take_second * (g[i] * g[i]);
    x[i] -= (c.step * m[i]) / (std::sqrt(v[i]) * c.root_scale + c.shift);
  }
}

void multiples(Index count, const double* base, ConstMatrixView parts, const double* factors, double* out) {
  Index i = 0;
  for (; i + N <= count; i += N) {
    Lane sum = hn::LoadU(tag, base + i);
    for (Index k = 0; k < parts.cols; ++k) sum = hn::Add(sum, hn::Mul(hn::Set(tag, factors[k]), hn::LoadU(tag, parts.data + k * parts.stride + i)));
    hn::StoreU(sum, tag, out + i);
  }
  for (; i < count; ++i) {
    double sum = base[i];
    for (Index k = 0; k < parts.cols; ++k) sum += factors[k] * parts.data[k * parts.stride + i];
    out[i] = sum;
  }
}

// Every row adds its entries from left to right.
void row_sums(ConstMatrixView A, double* out) {
  Index i = 0;
  for (; i + 2 * N <= A.rows; i += 2 * N) {
    Lane low = hn::LoadU(tag, out + i), high = hn::LoadU(tag, out + i + N);
    for (Index j = 0; j < A.cols; ++j) {
      const double* a = A.data + j * A.stride + i;
      low = hn::Add(low, hn::LoadU(tag, a));
      high = hn::Add(high, hn::LoadU(tag, a + N));
    }
    hn::StoreU(low, tag, out + i);
    hn::StoreU(high, tag, out + i + N);
  }
  for (; i < A.rows; ++i)
    for (Index j = 0; j < A.cols; ++j) out[i] += A.data[j * A.stride + i];
}

}  // namespace nadir::internal::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace nadir {
namespace internal {

HWY_EXPORT(tanh_all);
HWY_EXPORT(exp_all);
HWY_EXPORT(expm1_all);
HWY_EXPORT(log1p_all);
HWY_EXPORT(two_slopes);
HWY_EXPORT(multiply_all);
HWY_EXPORT(combine_all);
HWY_EXPORT(multiples);
HWY_EXPORT(row_sums);
HWY_EXPORT(moment_step);

}  // namespace internal

using namespace internal;

void tanh_in_place(Index count, double* x) { tanh_with_derivatives(count, x, nullptr, nullptr); }
void tanh_with_derivatives(Index count, double* x, double* first, double* second) { HWY_DYNAMIC_DISPATCH(tanh_all)(count, x, first, second); }
void exp_of_nonpositive_in_place(Index count, double* x) { HWY_DYNAMIC_DISPATCH(exp_all)(count, x); }
void expm1_of_nonpositive_in_place(Index count, double* x) { HWY_DYNAMIC_DISPATCH(expm1_all)(count, x); }
void log1p_of_unit_interval_in_place(Index count, double* x) { HWY_DYNAMIC_DISPATCH(log1p_all)(count, x); }

void two_slopes_in_place(Index count, double slope, double* z, double* first) { HWY_DYNAMIC_DISPATCH(two_slopes)(count, slope, z, first); }
void multiply_entries(Index count, const double* a, const double* b, double* out) { HWY_DYNAMIC_DISPATCH(multiply_all)(count, a, b, out); }
void combine_entries(Index count, const double* s, const double* b, const double* z, double* d) {
  HWY_DYNAMIC_DISPATCH(combine_all)(count, s, b, z, d);
}
void step_along_moments(const MomentStep& c, Index count, const double* g, double* m, double* v, double* x) {
  HWY_DYNAMIC_DISPATCH(moment_step)(c, count, g, m, v, x);
}
void add_multiples(Index count, const double* base, ConstMatrixView parts, const double* factors, double* out) {
  HWY_DYNAMIC_DISPATCH(multiples)(count, base, parts, factors, out);
}
void add_row_sums(ConstMatrixView A, double* out) { HWY_DYNAMIC_DISPATCH(row_sums)(A, out); }

}  // namespace nadir
#endif
