#include "nadir/rigor/internal/shifted_cholesky.hpp"

#include <algorithm>
#include <cmath>

#include "nadir/linalg/cholesky.hpp"
#include "nadir/rigor/internal/guarded_gemm.hpp"
#include "nadir/rigor/internal/rounding.hpp"
#include "nadir/rigor/interval.hpp"

namespace nadir::internal {
namespace {

std::size_t at(Index i) { return static_cast<std::size_t>(i); }

// Of numbers >= 0; infinity if one is NaN.
double greatest(const Vector& x) {
  double most = 0.0;
  for (const double value : x) most = value <= most ? most : value < infinity ? value : infinity;
  return most;
}

// The upper triangle of W <- s I - G rounded; returns the greatest |error| of its diagonal.
double fill_upper(MatrixView W, double s) {
  constexpr Index block = 64;  // both sides of a transposition stay in the cache
  double size = 0.0;
  for (Index first = 0; first < W.cols; first += block)
    for (Index start = 0; start <= first; start += block)
      for (Index j = first; j < std::min(first + block, W.cols); ++j)
        for (Index i = start; i < std::min(start + block, j); ++i) W(i, j) = -W(j + 1, i);
  for (Index i = 0; i < W.cols; ++i) {
    W(i, i) = s - W(i + 1, i);
    size = std::max(size, std::fabs(W(i, i)));
  }
  return inflate(unit_roundoff * size) + eta;  // sums that underflow are exact
}

// An upper bound of | |U|^T |U| |_inf, through |U|^T (|U| e).
double gram_magnitude_upper(ConstMatrixView U) {
  const Index n = U.cols;
  Vector row(at(n)), sums(at(n));
  for (Index j = 0; j < n; ++j)
    for (Index k = 0; k <= j; ++k) row[at(k)] += std::fabs(U(k, j));
  for (Index j = 0; j < n; ++j)
    for (Index k = 0; k <= j; ++k) sums[at(j)] += std::fabs(U(k, j)) * row[at(k)];
  return nonnegative_upper(greatest(sums), 2 * n + 2, 2 * n * n);
}

// An upper bound of |fl(U^T U) - T|_inf for the T that fill_upper made.
//
// Row sums come tile by tile: parts(i, t) is that of row i over the columns of tile t, each written once.
double difference_upper(ConstMatrixView W, double s) {
  const Index n = W.cols, tiles = (n + gram_tile - 1) / gram_tile;
  Matrix parts(n, tiles);
  for_each_tile_of_gram(W.block(0, 0, n, n), [&](Index first, Index start, ConstMatrixView tile) {
    double* of_rows = parts.col(start / gram_tile) + first;
    double* of_columns = parts.col(first / gram_tile) + start;
    for (Index i = 0; i < tile.rows; ++i) {
      const double* G = W.col(first + i) + start + 1;  // its entries (start + j, first + i)
      double row = 0.0;
      for (Index j = first == start ? i + 1 : 0; j < tile.cols; ++j) {
        const double e = std::fabs(tile(i, j) + G[j]);
        row += e;
        of_columns[j] += e;
      }
      if (first == start) row += std::fabs(tile(i, i) - (s - G[i]));
      of_rows[i] += row;
    }
  });
  Vector sums(at(n));
  for (Index t = 0; t < tiles; ++t)
    for (Index i = 0; i < n; ++i) sums[at(i)] += parts(i, t);
  return nonnegative_upper(greatest(sums), n + 4, 0);
}

}  // namespace

double greatest_eigenvalue_by_cholesky(MatrixView W, double s) {
  const Index n = W.cols;
  const double diagonal_error = fill_upper(W, s);
  if (!cholesky_upper_in_place(W.block(0, 0, n, n))) return infinity;
  const double difference = difference_upper(W, s);
  const double rounding = mul_up(gamma_upper(gram_depth(n)), gram_magnitude_upper(W.block(0, 0, n, n)));
  const double underflow = 2.0 * static_cast<double>(n) * static_cast<double>(n) * eta;
  return add_up(add_up(s, diagonal_error), add_up(difference, add_up(rounding, underflow)));
}

}  // namespace nadir::internal
