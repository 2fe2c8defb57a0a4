#include "nadir/rigor/internal/sparse_columns.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <utility>

#include "nadir/base/error.hpp"
#include "nadir/linalg/dense.hpp"
#include "nadir/rigor/fp_environment.hpp"
#include "nadir/rigor/internal/rounding.hpp"
#include "nadir/rigor/interval.hpp"

namespace nadir::internal {
namespace {

constexpr double parallel_threshold = 1.0e5;

std::size_t at(Index i) { return static_cast<std::size_t>(i); }

// body(i) for 0 <= i < count on guarded threads, `chunk` at a time.
template <class Body>
void for_each_line(Index count, Index chunk, double work, const Body& body) {
  const int threads = work < parallel_threshold ? 1 : num_threads();
#pragma omp parallel num_threads(threads)
  {
    const FloatingPointGuard guard;
#pragma omp for schedule(dynamic, chunk)
    for (Index i = 0; i < count; ++i) body(i);
  }
}

void require(bool holds, const char* expected, Index found) {
  if (!holds) throw InputError("sparse matrix", expected, std::to_string(found));
}

void require_well_formed(const SparseMatrixView& A) {
  constexpr Index largest_side = std::numeric_limits<std::int32_t>::max();
  const Index count = std::ssize(A.values);
  require(std::min(A.rows, A.cols) >= 0, "dimensions >= 0", std::min(A.rows, A.cols));
  require(std::max(A.rows, A.cols) <= largest_side, "dimensions below 2^31", std::max(A.rows, A.cols));
  require(std::ssize(A.column_starts) == A.cols + 1, "cols + 1 column starts", std::ssize(A.column_starts));
  require(std::ssize(A.row_indices) == count, "as many row indices as values", std::ssize(A.row_indices));
  require(A.column_starts.front() == 0, "column starts from 0", A.column_starts.front());
  require(A.column_starts.back() == count, "column starts up to the number of values", A.column_starts.back());
  require(std::ranges::is_sorted(A.column_starts), "ascending column starts", A.cols);
  std::vector<Index> last_column(at(A.rows), -1);
  for (Index j = 0; j < A.cols; ++j)
    for (Index p = A.column_starts[at(j)]; p < A.column_starts[at(j + 1)]; ++p) {
      const Index i = A.row_indices[at(p)];
      require(i >= 0 && i < A.rows, "row indices within the rows", i);
      require(std::exchange(last_column[at(i)], j) != j, "each position once", i);
    }
}

// The transpose of the matrix with these columns; sorted whatever the order within the columns was.
template <class Indices, class Values>
SparseColumns transposed(Index rows, Index cols, std::span<const Index> starts, const Indices& index,
                         const Values& values) {
  SparseColumns T;
  T.rows = cols;
  T.cols = rows;
  T.starts.resize(at(rows + 1));
  T.index.resize(values.size());
  T.values.resize(values.size());
  for (const auto i : index) ++T.starts[static_cast<std::size_t>(i) + 1];
  for (Index i = 0; i < rows; ++i) T.starts[at(i + 1)] += T.starts[at(i)];
  std::vector<Index> next(T.starts.begin(), T.starts.end() - 1);
  for (Index j = 0; j < cols; ++j)
    for (Index p = starts[at(j)]; p < starts[at(j + 1)]; ++p) {
      const Index q = next[static_cast<std::size_t>(index[at(p)])]++;
      T.index[at(q)] = static_cast<std::int32_t>(j);
      T.values[at(q)] = values[at(p)];
    }
  return T;
}

SparseColumns transposed(const SparseColumns& A) { return transposed(A.rows, A.cols, A.starts, A.index, A.values); }

// Rows `first`, ..., `first` + width - 1 of one column of the product. `lanes` sums run beside one another, because
// a single one would wait for every addition.
template <int width, int lanes>
void times_column(const SparseColumns& A, Index j, ConstMatrixView Xt, Index first, double* out) {
  double sum[lanes][width] = {};
  const auto add = [&](Index p, int lane) {
    const double* x = Xt.col(A.index[at(p)]) + first;
    for (int c = 0; c < width; ++c) sum[lane][c] += A.values[at(p)] * x[c];
  };
  Index p = A.starts[at(j)];
  for (; p + lanes <= A.starts[at(j + 1)]; p += lanes)
    for (int lane = 0; lane < lanes; ++lane) add(p + lane, lane);
  for (; p < A.starts[at(j + 1)]; ++p) add(p, 0);
  for (int lane = 1; lane < lanes; ++lane)
    for (int c = 0; c < width; ++c) sum[0][c] += sum[lane][c];
  std::copy_n(sum[0], width, out + first);
}

// Columns of W that one thread works on at a time, so that they stay in the cache; and nonzeros of A, likewise.
Index block_height(Index n) { return std::clamp<Index>((Index{10} << 20) / (8 * n), 32, 256); }
constexpr Index panel_entries = 50000;

// Columns first, ..., last - 1 of the Gram matrix, panel of A after panel; each entry is a sum in ascending order.
void gram_columns(const UnitSparse& A, Index first, Index last, MatrixView W) {
  const SparseColumns &wide = A.wide, &tall = A.tall;
  std::vector<Index> next(tall.starts.begin() + first, tall.starts.begin() + last);  // in each row
  std::vector<Index> begin(at(wide.cols));                                           // in each column
  for (Index i = first; i < last; ++i) std::fill(W.col(i) + i + 1, W.col(i) + W.rows, 0.0);
  for (Index start = 0, end = 0; start < wide.cols; start = end) {
    for (; end < wide.cols && wide.starts[at(end)] - wide.starts[at(start)] < panel_entries; ++end)
      begin[at(end)] = std::lower_bound(wide.index.begin() + wide.starts[at(end)],
                                        wide.index.begin() + wide.starts[at(end + 1)], first) -
                       wide.index.begin();
    for (Index i = first; i < last; ++i) {
      double* column = W.col(i) + 1;
      Index& p = next[at(i - first)];
      for (; p < tall.starts[at(i + 1)] && tall.index[at(p)] < end; ++p) {
        const Index k = tall.index[at(p)];
        const double factor = tall.values[at(p)];
        // Entries above i were passed when their own rows were done.
        for (Index q = begin[at(k)]++; q < wide.starts[at(k + 1)]; ++q)
          column[wide.index[at(q)]] += factor * wide.values[at(q)];
      }
    }
  }
}

}  // namespace

Index longest_column(const SparseColumns& A) {
  Index longest = 0;
  for (Index j = 0; j < A.cols; ++j) longest = std::max(longest, A.starts[at(j + 1)] - A.starts[at(j)]);
  return longest;
}

UnitSparse unit_sparse(const SparseMatrixView& A) {
  require_well_formed(A);
  UnitSparse unit;
  const double largest = max_abs({A.values.data(), std::ssize(A.values), 1});
  unit.is_finite = std::isfinite(largest);
  unit.is_zero = largest == 0.0;
  if (!unit.is_finite || unit.is_zero) return unit;
  unit.exponent = std::ilogb(largest) + 1;
  unit.is_transposed = A.rows > A.cols;
  SparseColumns turned = transposed(A.rows, A.cols, A.column_starts, A.row_indices, A.values);
  Index num_subnormal = 0;
  for (double& value : turned.values) {
    value = std::ldexp(value, -unit.exponent);
    if (std::fabs(value) < 0x1p-1022) ++num_subnormal;
  }
  SparseColumns straight = transposed(turned);
  unit.lost = static_cast<double>(num_subnormal) * eta;  // at most eta an entry, and only there
  unit.wide = unit.is_transposed ? std::move(turned) : std::move(straight);
  unit.tall = unit.is_transposed ? std::move(straight) : std::move(turned);
  return unit;
}

Matrix transpose_times(const SparseColumns& A, ConstMatrixView Xt) {
  Matrix out(Xt.rows, A.cols);
  const double work = static_cast<double>(A.values.size()) * static_cast<double>(Xt.rows);
  for_each_line(A.cols, 32, work, [&](Index j) {
    Index c = 0;
    for (; c + 8 <= Xt.rows; c += 8) times_column<8, 1>(A, j, Xt, c, out.col(j));
    for (; c + 4 <= Xt.rows; c += 4) times_column<4, 2>(A, j, Xt, c, out.col(j));
    for (; c + 2 <= Xt.rows; c += 2) times_column<2, 4>(A, j, Xt, c, out.col(j));
    for (; c < Xt.rows; ++c) times_column<1, 4>(A, j, Xt, c, out.col(j));
  });
  return out;
}

Vector magnitude_transpose_times(const SparseColumns& A, const Vector& x) {
  Vector y(at(A.cols));
  for_each_line(A.cols, 32, static_cast<double>(A.values.size()), [&](Index j) {
    const Index first = A.starts[at(j)], last = A.starts[at(j + 1)];
    double sum = 0.0;
    for (Index p = first; p < last; ++p)
      sum += std::fabs(A.values[at(p)]) * x[static_cast<std::size_t>(A.index[at(p)])];
    y[at(j)] = nonnegative_upper(sum, last - first + 1, last - first);
  });
  return y;
}

double collatz_bound(const UnitSparse& A, int steps) {
  Vector x(at(A.wide.rows), 1.0);
  double best = infinity;
  for (int step = 0; step < steps; ++step) {
    const Vector y = magnitude_transpose_times(A.tall, magnitude_transpose_times(A.wide, x));
    double ratio = 0.0;
    for (std::size_t i = 0; i < x.size(); ++i) ratio = std::max(ratio, div_up(y[i], x[i]));
    const bool is_settled = ratio > best * (1.0 - 1e-13);
    best = std::min(best, ratio);
    if (is_settled) break;
    const double greatest = *std::ranges::max_element(y);
    for (std::size_t i = 0; i < x.size(); ++i) x[i] = std::max(y[i] / greatest, 1e-12);
  }
  return best;
}

void sparse_gram(const UnitSparse& A, MatrixView W) {
  const Index n = A.wide.rows, height = block_height(n), blocks = (n + height - 1) / height;
  const auto count = static_cast<double>(A.wide.values.size());
  for_each_line(blocks, 1, count * count / static_cast<double>(A.wide.cols),
                [&](Index block) { gram_columns(A, block * height, std::min(n, (block + 1) * height), W); });
}

}  // namespace nadir::internal
