// Compiled once for every instruction set: foreach_target includes this file again and again.
#include "nadir/linalg/internal/tensor_kernels.hpp"

#include "nadir/linalg/internal/targets.inc"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "nadir/linalg/internal/tensor_kernels.cpp"
#include <hwy/foreach_target.h>

#include <hwy/cache_control.h>
#include <hwy/highway.h>

#include <algorithm>

HWY_BEFORE_NAMESPACE();
namespace nadir::internal::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

template <class Scalar>
using Lanes = hn::CappedTag<Scalar, 64 / sizeof(Scalar)>;
template <class Scalar>
constexpr Index lanes = static_cast<Index>(hn::MaxLanes(Lanes<Scalar>()));

// Registers decide the tiles: 32 of them from AVX-512 on (and on NEON), else 16.
#if HWY_TARGET <= HWY_AVX3 || HWY_TARGET == HWY_NEON
constexpr Index strip_vectors = 3, strip_columns = 8, tile_side = 5;
#else
constexpr Index strip_vectors = 3, strip_columns = 4, tile_side = 3;
#endif

// acc[v][c] = sum_k a[k * a_step + v * N ...] * b[k * b_step + c * b_column]. What stands at `ahead` as a does here is
// fetched on the way; null: nothing.
template <Index V, Index C, class Scalar>
HWY_INLINE void outer_products(const Scalar* HWY_RESTRICT a, Index a_step, const Scalar* HWY_RESTRICT b, Index b_step,
                               Index b_column, Index n, const Scalar* ahead, hn::Vec<Lanes<Scalar>> (&acc)[V][C]) {
  const Lanes<Scalar> tag;
  for (Index v = 0; v < V; ++v)
    for (Index c = 0; c < C; ++c) acc[v][c] = hn::Zero(tag);
  for (Index k = 0; k < n; ++k) {
    hn::Vec<Lanes<Scalar>> x[V];
    for (Index v = 0; v < V; ++v) x[v] = hn::LoadU(tag, a + k * a_step + v * lanes<Scalar>);
    if (ahead != nullptr)
      for (Index v = 0; v < V; ++v) hwy::Prefetch(ahead + k * a_step + v * lanes<Scalar>);
    for (Index c = 0; c < C; ++c) {
      const auto y = hn::Set(tag, b[k * b_step + c * b_column]);
      for (Index v = 0; v < V; ++v) acc[v][c] = hn::MulAdd(x[v], y, acc[v][c]);
    }
  }
}

// V vectors of rows of X times one panel of `width` columns.
template <Index V, Index C, class Scalar>
HWY_INLINE void strip_times_panel(const Scalar* X, Index x_stride, const Scalar* panel, Index width, Index n, const Scalar* ahead, Scalar* Y, Index y_stride) {
  const Lanes<Scalar> tag;
  for (Index first = 0; first < width; first += C) {
    hn::Vec<Lanes<Scalar>> acc[V][C];
    outer_products<V, C>(X, x_stride, panel + first, width, Index{1}, n, first == 0 ? ahead : nullptr, acc);
    for (Index c = 0; c < C; ++c)
      for (Index v = 0; v < V; ++v) hn::StoreU(acc[v][c], tag, Y + (first + c) * y_stride + v * lanes<Scalar>);
  }
}

template <Index V, class Scalar>
HWY_INLINE void strip(const Scalar* X, Index x_stride, const Scalar* B, Index n, Index r, const Scalar* ahead, Scalar* Y, Index y_stride) {
  for (Index done = 0; done < r;) {
    const Index left = r - done;
    Scalar* out = Y + done * y_stride;
    Index width = 1;
    if (left >= 8) strip_times_panel<V, strip_columns>(X, x_stride, B, width = 8, n, ahead, out, y_stride);
    else if (left >= 4) strip_times_panel<V, 4>(X, x_stride, B, width = 4, n, ahead, out, y_stride);
    else if (left >= 2) strip_times_panel<V, 2>(X, x_stride, B, width = 2, n, ahead, out, y_stride);
    else strip_times_panel<V, 1>(X, x_stride, B, width, n, ahead, out, y_stride);
    B += width * n;
    done += width;
    ahead = nullptr;
  }
}

// Fewer rows than a vector: row by row.
template <class Scalar>
void last_rows(const Scalar* X, Index x_stride, const Scalar* B, Index rows, Index n, Index r, Scalar* Y, Index y_stride) {
  for (Index done = 0; done < r;) {
    const Index left = r - done, width = left >= 8 ? 8 : left >= 4 ? 4 : left >= 2 ? 2 : 1;
    for (Index c = 0; c < width; ++c)
      for (Index i = 0; i < rows; ++i) {
        Scalar sum = 0;
        for (Index k = 0; k < n; ++k) sum += X[i + k * x_stride] * B[k * width + c];
        Y[i + (done + c) * y_stride] = sum;
      }
    B += width * n;
    done += width;
  }
}

template <class Scalar>
void strips(const Scalar* X, Index x_stride, const Scalar* B, Index rows, Index n, Index r, Scalar* Y, Index y_stride) {
  constexpr Index N = lanes<Scalar>, height = strip_vectors * N;
  // Behind the last rows stand the first of the next slab where this one has no others.
  const auto ahead_of = [&](Index next) { return x_stride == rows && next + N > rows ? X + n * x_stride : X + next; };
  Index i = 0;
  for (; i + height <= rows; i += height) strip<strip_vectors>(X + i, x_stride, B, n, r, ahead_of(i + height), Y + i, y_stride);
  for (; i + 2 * N <= rows; i += 2 * N) strip<2>(X + i, x_stride, B, n, r, ahead_of(i + 2 * N), Y + i, y_stride);
  for (; i + N <= rows; i += N) strip<1>(X + i, x_stride, B, n, r, ahead_of(i + N), Y + i, y_stride);
  if (i == rows) return;
  // The last rows once more as part of a whole vector, where there is one.
  if (rows >= N) strip<1>(X + rows - N, x_stride, B, n, r, static_cast<const Scalar*>(nullptr), Y + rows - N, y_stride);
  else last_rows(X, x_stride, B, rows, n, r, Y, y_stride);
}

template <Index V, Index C, class Scalar>
HWY_INLINE void columns_times_panel(const Scalar* A, const Scalar* X, Index n, Index rows, Scalar* Y, Index r) {
  const Lanes<Scalar> tag;
  constexpr Index panel = V * lanes<Scalar>;
  hn::Vec<Lanes<Scalar>> acc[V][C];
  outer_products<V, C>(A, panel, X, Index{1}, n, n, static_cast<const Scalar*>(nullptr), acc);
  if (rows == panel) {
    for (Index c = 0; c < C; ++c)
      for (Index v = 0; v < V; ++v) hn::StoreU(acc[v][c], tag, Y + c * r + v * lanes<Scalar>);
    return;
  }
  Scalar column[panel];
  for (Index c = 0; c < C; ++c) {
    for (Index v = 0; v < V; ++v) hn::StoreU(acc[v][c], tag, column + v * lanes<Scalar>);
    std::copy_n(column, rows, Y + c * r);
  }
}

// Vectors that a panel has where so many rows are left.
template <class Scalar>
Index panel_vectors(Index rows_left) { return std::min(strip_vectors, (rows_left + lanes<Scalar> - 1) / lanes<Scalar>); }

template <Index C, class Scalar>
HWY_INLINE void columns_times_factor(const Scalar* A, const Scalar* X, Index n, Index r, Scalar* Y) {
  for (Index first = 0; first < r;) {
    const Index vectors = panel_vectors<Scalar>(r - first), rows = std::min(vectors * lanes<Scalar>, r - first);
    if (vectors == 1) columns_times_panel<1, C>(A, X, n, rows, Y + first, r);
    else if (vectors == 2) columns_times_panel<2, C>(A, X, n, rows, Y + first, r);
    else columns_times_panel<3, C>(A, X, n, rows, Y + first, r);
    A += vectors * lanes<Scalar> * n;
    first += rows;
  }
}

template <class Scalar>
void columns_of(const Scalar* A, const Scalar* X, Index columns, Index n, Index r, Scalar* Y) {
  Index c = 0;
  constexpr Index line = 64 / sizeof(Scalar);
  for (; c + strip_columns <= columns; c += strip_columns) {
    // The next columns, while these are multiplied.
    const Scalar* ahead = X + (c + 2 * strip_columns) * n;
    if (c + 3 * strip_columns <= columns)
      for (Index k = 0; k < strip_columns * n; k += line) hwy::Prefetch(ahead + k);
    columns_times_factor<strip_columns>(A, X + c * n, n, r, Y + c * r);
  }
  for (; c < columns; ++c) columns_times_factor<1>(A, X + c * n, n, r, Y + c * r);
}

// acc over P x Q pairs of columns; k is a multiple of the lanes.
template <Index P, Index Q, class Scalar>
HWY_INLINE void tile(const Scalar* HWY_RESTRICT X, const Scalar* HWY_RESTRICT Y, Index k, Index stride, double* C, Index c_stride) {
  const Lanes<Scalar> tag;
  hn::Vec<Lanes<Scalar>> acc[P][Q];
  for (Index p = 0; p < P; ++p)
    for (Index q = 0; q < Q; ++q) acc[p][q] = hn::Zero(tag);
  for (Index l = 0; l < k; l += lanes<Scalar>) {
    hn::Vec<Lanes<Scalar>> x[P];
    for (Index p = 0; p < P; ++p) x[p] = hn::LoadU(tag, X + p * stride + l);
    for (Index q = 0; q < Q; ++q) {
      const auto y = hn::LoadU(tag, Y + q * stride + l);
      for (Index p = 0; p < P; ++p) acc[p][q] = hn::MulAdd(x[p], y, acc[p][q]);
    }
  }
  for (Index q = 0; q < Q; ++q)
    for (Index p = 0; p < P; ++p) C[p + q * c_stride] += static_cast<double>(hn::GetLane(hn::SumOfLanes(tag, acc[p][q])));
}

template <Index Q, class Scalar>
HWY_INLINE void tile_rows(Index p, const Scalar* X, const Scalar* Y, Index k, Index stride, double* C, Index c_stride) {
  if (p >= tile_side) return tile<tile_side, Q>(X, Y, k, stride, C, c_stride);
  for (Index i = 0; i < p; ++i) tile<1, Q>(X + i * stride, Y, k, stride, C + i, c_stride);
}

// Pairs of blocks of columns that share the second-level cache, tiles inside.
template <class Scalar>
void inner_products(const Scalar* X, Index m, const Scalar* Y, Index n, Index k, Index stride, bool lower_only, double* C, Index c_stride) {
  constexpr Index block = 16 * tile_side;
  const Index length = (k + lanes<Scalar> - 1) / lanes<Scalar> * lanes<Scalar>;
  for (Index j0 = 0; j0 < n; j0 += block)
    for (Index i0 = lower_only ? j0 : 0; i0 < m; i0 += block)
      for (Index i = i0; i < std::min(i0 + block, m); i += tile_side)
        for (Index j = j0; j < std::min(j0 + block, n); j += tile_side) {
          if (lower_only && i < j) break;
          const Index p = std::min(tile_side, m - i), q = std::min(tile_side, n - j);
          const Scalar* x = X + i * stride;
          double* c = C + i + j * c_stride;
          if (q == tile_side) tile_rows<tile_side>(p, x, Y + j * stride, length, stride, c, c_stride);
          else
            for (Index s = 0; s < q; ++s) tile_rows<1>(p, x, Y + (j + s) * stride, length, stride, c + s * c_stride, c_stride);
        }
}

void strips_of_doubles(const double* X, Index x_stride, const double* B, Index rows, Index n, Index r, double* Y, Index y_stride) {
  strips(X, x_stride, B, rows, n, r, Y, y_stride);
}
void strips_of_floats(const float* X, Index x_stride, const float* B, Index rows, Index n, Index r, float* Y, Index y_stride) {
  strips(X, x_stride, B, rows, n, r, Y, y_stride);
}
void columns_of_doubles(const double* A, const double* X, Index columns, Index n, Index r, double* Y) { columns_of(A, X, columns, n, r, Y); }
void columns_of_floats(const float* A, const float* X, Index columns, Index n, Index r, float* Y) { columns_of(A, X, columns, n, r, Y); }
void inner_products_of_doubles(const double* X, Index m, const double* Y, Index n, Index k, Index stride, bool lower_only, double* C, Index c_stride) {
  inner_products(X, m, Y, n, k, stride, lower_only, C, c_stride);
}
void inner_products_of_floats(const float* X, Index m, const float* Y, Index n, Index k, Index stride, bool lower_only, double* C, Index c_stride) {
  inner_products(X, m, Y, n, k, stride, lower_only, C, c_stride);
}
Index panel_rows(bool is_float, Index rows_left) {
  return is_float ? panel_vectors<float>(rows_left) * lanes<float> : panel_vectors<double>(rows_left) * lanes<double>;
}

}  // namespace nadir::internal::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace nadir::internal {

HWY_EXPORT(strips_of_doubles);
HWY_EXPORT(strips_of_floats);
HWY_EXPORT(columns_of_doubles);
HWY_EXPORT(columns_of_floats);
HWY_EXPORT(inner_products_of_doubles);
HWY_EXPORT(inner_products_of_floats);
HWY_EXPORT(panel_rows);

void multiply_strips(const double* X, Index x_stride, const double* B, Index rows, Index n, Index r, double* Y, Index y_stride) {
  HWY_DYNAMIC_DISPATCH(strips_of_doubles)(X, x_stride, B, rows, n, r, Y, y_stride);
}
void multiply_strips(const float* X, Index x_stride, const float* B, Index rows, Index n, Index r, float* Y, Index y_stride) {
  HWY_DYNAMIC_DISPATCH(strips_of_floats)(X, x_stride, B, rows, n, r, Y, y_stride);
}
void multiply_columns(const double* A, const double* X, Index columns, Index n, Index r, double* Y) {
  HWY_DYNAMIC_DISPATCH(columns_of_doubles)(A, X, columns, n, r, Y);
}
void multiply_columns(const float* A, const float* X, Index columns, Index n, Index r, float* Y) {
  HWY_DYNAMIC_DISPATCH(columns_of_floats)(A, X, columns, n, r, Y);
}
Index column_panel_rows(bool is_float, Index rows_left) { return HWY_DYNAMIC_DISPATCH(panel_rows)(is_float, rows_left); }
void add_inner_products(const double* X, Index m, const double* Y, Index n, Index k, Index stride, bool lower_only, double* C, Index c_stride) {
  HWY_DYNAMIC_DISPATCH(inner_products_of_doubles)(X, m, Y, n, k, stride, lower_only, C, c_stride);
}
void add_inner_products(const float* X, Index m, const float* Y, Index n, Index k, Index stride, bool lower_only, double* C, Index c_stride) {
  HWY_DYNAMIC_DISPATCH(inner_products_of_floats)(X, m, Y, n, k, stride, lower_only, C, c_stride);
}

}  // namespace nadir::internal
#endif
