// Compiled once for every instruction set: foreach_target includes this file again and again.
#include "nadir/linalg/internal/observed_kernels.hpp"

#include "nadir/linalg/internal/targets.inc"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "nadir/linalg/internal/normal_equations_kernels.cpp"
#include <hwy/foreach_target.h>

#include "nadir/linalg/internal/observed_passes.inc"

HWY_BEFORE_NAMESPACE();
namespace nadir::internal::HWY_NAMESPACE {

// The Gram matrix sum_q w_q v_q v_q^T of a chunk; its lower triangle is cut into tiles that fit the registers.
struct GramTile {
  const Chunk& chunk;
  const double* w;  // of the chunk, or null
  double* gram;     // column-major
  Index padded_rank;
  bool is_first;    // of the row: the tile is stored, not added

  HWY_INLINE void add(Lane sum, Index row, Index col) const {
    double* to = gram + row + col * padded_rank;
    hn::Store(is_first ? sum : hn::Add(hn::Load(tag, to), sum), tag, to);
  }
};

// Rows row, ..., row + vectors N - 1 against columns col, ..., col + N - 1.
template <Index vectors, bool is_weighted>
void gram_rectangle(const GramTile& tile, Index row, Index col) {
  Lane sum[vectors][N];
  unroll<vectors>([&](auto k) HWY_ATTR { unroll<N>([&](auto c) HWY_ATTR { sum[k][c] = hn::Zero(tag); }); });
  for (Index q = 0; q < tile.chunk.count; ++q) {
    const double* v = tile.chunk.v[q];
    Lane x[vectors];
    unroll<vectors>([&](auto k) HWY_ATTR {
      x[k] = hn::Load(tag, v + row + static_cast<Index>(k) * N);
      if constexpr (is_weighted) x[k] = hn::Mul(x[k], hn::Set(tag, tile.w[q]));
    });
    unroll<N>([&](auto c) HWY_ATTR {
      const Lane y = hn::Set(tag, v[col + static_cast<Index>(c)]);
      unroll<vectors>([&](auto k) HWY_ATTR { sum[k][c] = hn::MulAdd(x[k], y, sum[k][c]); });
    });
  }
  unroll<vectors>([&](auto k) HWY_ATTR {
    unroll<N>([&](auto c) HWY_ATTR { tile.add(sum[k][c], row + static_cast<Index>(k) * N, col + static_cast<Index>(c)); });
  });
}

// The three N x N blocks on and below the diagonal, from row and column `from` on.
template <bool is_weighted>
void gram_corner(const GramTile& tile, Index from, const Ahead* ahead) {
  Lane left[2][N], right[N];
  unroll<N>([&](auto c) HWY_ATTR { left[0][c] = left[1][c] = right[c] = hn::Zero(tag); });
  for (Index q = 0; q < tile.chunk.count; ++q) {
    if (ahead) ahead->fetch(tile.chunk.first + q);
    const double* v = tile.chunk.v[q] + from;
    Lane x0 = hn::Load(tag, v), x1 = hn::Load(tag, v + N);
    if constexpr (is_weighted) {
      const Lane w = hn::Set(tag, tile.w[q]);
      x0 = hn::Mul(x0, w);
      x1 = hn::Mul(x1, w);
    }
    unroll<N>([&](auto c) HWY_ATTR {
      const Lane y = hn::Set(tag, v[c]);
      left[0][c] = hn::MulAdd(x0, y, left[0][c]);
      left[1][c] = hn::MulAdd(x1, y, left[1][c]);
    });
    unroll<N>([&](auto c) HWY_ATTR { right[c] = hn::MulAdd(x1, hn::Set(tag, v[N + static_cast<Index>(c)]), right[c]); });
  }
  unroll<N>([&](auto c) HWY_ATTR {
    const Index col = from + static_cast<Index>(c);
    tile.add(left[0][c], from, col);
    tile.add(left[1][c], from + N, col);
    tile.add(right[c], from + N, col + N);
  });
}

template <bool is_weighted>
void gram_below(const GramTile& tile, Index row, Index col) {
  while (row < tile.padded_rank) {
    const Index left = (tile.padded_rank - row) / N;  // 4 = 2 + 2: a tile of one vector waits for its loads
    if (left == 3 || left > 4) {
      gram_rectangle<3, is_weighted>(tile, row, col);
      row += 3 * N;
    } else if (left >= 2) {
      gram_rectangle<2, is_weighted>(tile, row, col);
      row += 2 * N;
    } else {
      gram_rectangle<1, is_weighted>(tile, row, col);
      row += N;
    }
  }
}

template <bool is_weighted>
void chunk_gram(const GramTile& tile, const Ahead& ahead) {
  Index from = 0;
  for (; from + 2 * N <= tile.padded_rank; from += 2 * N) {
    gram_corner<is_weighted>(tile, from, from == 0 ? &ahead : nullptr);
    gram_below<is_weighted>(tile, from + 2 * N, from);
    gram_below<is_weighted>(tile, from + 2 * N, from + N);
  }
  if (from < tile.padded_rank) gram_rectangle<1, is_weighted>(tile, from, from);
}

double form_system(const ObservedRows& observed, Index i, ConstMatrixView Ut, const PaddedFactor& V, double ridge, Index system,
                   SystemScratch& s, double& squared_gradient_norm) {
  const Ahead ahead = ahead_of(observed, V);
  const Index rank = s.padded_rank;
  double* gram = s.gram.data() + system * rank * rank;
  double* b = s.rhs.data() + system * rank;
  double* gradient = s.gradient.data() + system * rank;
  double* residual = s.row.residual.data();
  const double* w = observed.weights.empty() ? nullptr : observed.weights.data();
  load_row(Ut, i, s.row.u.data());
  std::fill_n(b, rank, 0.0);
  std::fill_n(gradient, rank, 0.0);
  const Index first = observed.row_starts[static_cast<std::size_t>(i)], last = observed.row_starts[static_cast<std::size_t>(i) + 1];
  if (first == last) std::fill_n(gram, rank * rank, 0.0);
  Lane error = hn::Zero(tag);
  for (Index p = first; p < last; p += s.row.chunk) {
    const Chunk chunk = gather(observed, V, p, last, s.row);
    error = hn::Add(error, chunk_residuals(observed, chunk, s.row.u.data(), rank, Ahead{}, residual));
    const double* m = observed.values.data() + p;
    if (w) {
      for (Index q = 0; q < chunk.count; ++q) s.row.scaled.data()[q] = w[p + q] * m[q];
      m = s.row.scaled.data();
    }
    accumulate<2>(chunk, 0, rank, {m, residual}, {b, gradient});
    const GramTile tile{chunk, w ? w + p : nullptr, gram, rank, p == first};
    w ? chunk_gram<true>(tile, ahead) : chunk_gram<false>(tile, ahead);
  }
  Lane squares = hn::Zero(tag);
  for (Index k = 0; k < rank; k += N) {
    const Lane g = hn::Sub(hn::Mul(hn::Set(tag, ridge), hn::Load(tag, s.row.u.data() + k)), hn::Load(tag, gradient + k));
    hn::Store(g, tag, gradient + k);
    squares = hn::MulAdd(g, g, squares);
  }
  squared_gradient_norm = hn::GetLane(hn::SumOfLanes(tag, squares));
  return 0.5 * hn::GetLane(hn::SumOfLanes(tag, error));
}

// N vectors of doubles, `apart` doubles from one system to the next, to rows row, ... of the interleaved triangles.
HWY_NOINLINE void interleave(const double* from, Index apart, double* to, Index to_apart, Index count) {
  Lane x[N], y[N];
  unroll<N>([&](auto l) HWY_ATTR { x[l] = hn::Load(tag, from + static_cast<Index>(l) * apart); });
  transpose(x, y);
  unroll<N>([&](auto e) HWY_ATTR {
    if (static_cast<Index>(e) < count) hn::Store(y[e], tag, to + static_cast<Index>(e) * to_apart);
  });
}

// Entry (i, k), k <= i, of all systems stands at lanes + (i lane_stride + k) N; row r is the right-hand side.
inline void interleave_systems(SystemScratch& s, const double* rhs) {
  const Index r = s.rank, ld = s.padded_rank, stride = s.lane_stride;
  double* lanes = s.lanes.data();
  for (Index c = 0; c < r; ++c)
    for (Index i = c / N * N; i < r; i += N)
      interleave(s.gram.data() + c * ld + i, ld * ld, lanes + (i * stride + c) * N, stride * N, r - i);
  double* b = lanes + r * stride * N;
  for (Index k = 0; k < r; k += N, b += N * N) interleave(rhs + k, ld, b, N, r - k);
  const Lane ridge = hn::Load(tag, s.ridge.data());
  for (Index k = 0; k < r; ++k) {
    double* diagonal = lanes + (k * stride + k) * N;
    hn::Store(hn::Add(hn::Load(tag, diagonal), ridge), tag, diagonal);
  }
}

// Entries (i, j), ..., (i + 3, j) of the factor, from those to their left; `inverse` is 1 / L_jj.
HWY_INLINE void eliminate(double* lanes, Index stride, Index i, Index j, Lane inverse) {
  const Index row = stride * N;
  const double* left_j = lanes + j * row;
  const double* const end = left_j + j * N;
  double* const to = lanes + i * row + j * N;
  const double* left_i = lanes + i * row;
  Lane sum[4];
  unroll<4>([&](auto e) HWY_ATTR { sum[e] = hn::Load(tag, to + static_cast<Index>(e) * row); });
  for (; left_j != end; left_j += N, left_i += N) {
    const Lane x = hn::Load(tag, left_j);
    unroll<4>([&](auto e) HWY_ATTR { sum[e] = hn::NegMulAdd(hn::Load(tag, left_i + static_cast<Index>(e) * row), x, sum[e]); });
  }
  unroll<4>([&](auto e) HWY_ATTR { hn::Store(hn::Mul(sum[e], inverse), tag, to + static_cast<Index>(e) * row); });
}

// Solves L^T x = y in place, y in row r; L_jj is stored as its inverse. Finite solutions give 0.
HWY_INLINE Lane substitute_back(double* lanes, Index r, Index stride) {
  double* y = lanes + r * stride * N;
  Lane not_finite = hn::Zero(tag);
  for (Index j = r - 1; j >= 0; --j) {
    const double* row_j = lanes + j * stride * N;
    const Lane x = hn::Mul(hn::Load(tag, y + j * N), hn::Load(tag, row_j + j * N));
    hn::Store(x, tag, y + j * N);
    not_finite = hn::MulAdd(x, hn::Zero(tag), not_finite);
    for (Index k = 0; k < j; ++k) hn::Store(hn::NegMulAdd(hn::Load(tag, row_j + k * N), x, hn::Load(tag, y + k * N)), tag, y + k * N);
  }
  return not_finite;
}

void solve_systems(SystemScratch& s, const double* rhs) {
  interleave_systems(s, rhs);
  const Index r = s.rank, stride = s.lane_stride;
  double* lanes = s.lanes.data();
  const Lane share = hn::Set(tag, least_pivot(r)), least = hn::Set(tag, 1e-280), most = hn::Set(tag, 1e280), one = hn::Set(tag, 1.0);
  auto solved = hn::Eq(one, one);
  for (Index j = 0; j < r; ++j) {
    const double* row_j = lanes + j * stride * N;
    const Lane diagonal = hn::Load(tag, row_j + j * N);
    Lane pivot = diagonal;
    for (Index k = 0; k < j; ++k) {
      const Lane x = hn::Load(tag, row_j + k * N);
      pivot = hn::NegMulAdd(x, x, pivot);
    }
    solved = hn::And(solved, hn::And(hn::Gt(pivot, hn::Max(hn::Mul(share, diagonal), least)), hn::Lt(diagonal, most)));
    const Lane inverse = hn::Div(one, hn::Sqrt(hn::IfThenElse(solved, pivot, one)));
    for (Index i = j + 1; i <= r; i += 4) eliminate(lanes, stride, i, j, inverse);
    hn::Store(inverse, tag, lanes + (j * stride + j) * N);
  }
  solved = hn::And(solved, hn::Eq(substitute_back(lanes, r, stride), hn::Zero(tag)));
  hn::Store(hn::IfThenElseZero(solved, one), tag, s.solved.data());
}

Index num_lanes() { return N; }

}  // namespace nadir::internal::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace nadir::internal {

HWY_EXPORT(form_system);
HWY_EXPORT(solve_systems);
HWY_EXPORT(num_lanes);

Index num_lanes() { return HWY_DYNAMIC_DISPATCH(num_lanes)(); }
double form_system(const ObservedRows& observed, Index row, ConstMatrixView Ut, const PaddedFactor& V, double ridge, Index system,
                   SystemScratch& s, double& squared_gradient_norm) {
  return HWY_DYNAMIC_DISPATCH(form_system)(observed, row, Ut, V, ridge, system, s, squared_gradient_norm);
}
void solve_systems(SystemScratch& s, const double* rhs) { HWY_DYNAMIC_DISPATCH(solve_systems)(s, rhs); }

}  // namespace nadir::internal
#endif
