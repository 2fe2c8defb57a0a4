#include "nadir/rigor/internal/guarded_gemm.hpp"

#include <cblas.h>

#include <algorithm>

#include "nadir/rigor/fp_environment.hpp"

namespace nadir::internal {
namespace {

// Tiles of the result; a tile and its operands fit the second-level cache.
constexpr Index tile = 192;
constexpr double parallel_threshold = 2.0e6;

Index inner(ConstMatrixView A, Op op) { return op == Op::none ? A.cols : A.rows; }
Index outer(ConstMatrixView A, Op op) { return op == Op::none ? A.rows : A.cols; }

// Rows i.. and inner columns l.. of op(A), as a part of A.
ConstMatrixView part(ConstMatrixView A, Op op, Index i, Index rows, Index l, Index terms) {
  return op == Op::none ? A.block(i, l, rows, terms) : A.block(l, i, terms, rows);
}

blasint leading(ConstMatrixView A) { return static_cast<blasint>(std::max<Index>(A.stride, 1)); }

void blas_gemm(ConstMatrixView A, Op op_a, ConstMatrixView B, Op op_b, MatrixView C) {
  const auto blas_op = [](Op op) { return op == Op::none ? CblasNoTrans : CblasTrans; };
  cblas_dgemm(CblasColMajor, blas_op(op_a), blas_op(op_b), static_cast<blasint>(C.rows),
              static_cast<blasint>(C.cols), static_cast<blasint>(inner(A, op_a)), 1.0, A.data, leading(A), B.data,
              leading(B), 0.0, C.data, leading(C));
}

// C <- op(A) op(B) for one tile, chunk after chunk. OpenBLAS would accumulate into C itself, but where it
// starts its sums is its own affair; the separate addition makes the bound independent of that.
void tile_product(ConstMatrixView A, Op op_a, ConstMatrixView B, Op op_b, Index chunk, MatrixView C) {
  const Index k = inner(A, op_a);
  Matrix partial(C.rows, k > chunk ? C.cols : 0);
  for (Index l = 0; l < k; l += chunk) {
    const Index terms = std::min(chunk, k - l);
    const ConstMatrixView a = part(A, op_a, 0, C.rows, l, terms);
    const ConstMatrixView b = op_b == Op::none ? B.block(l, 0, terms, C.cols) : B.block(0, l, C.cols, terms);
    blas_gemm(a, op_a, b, op_b, l == 0 ? C : partial.view());
    if (l == 0) continue;
    for (Index j = 0; j < C.cols; ++j)
      for (Index i = 0; i < C.rows; ++i) C(i, j) += partial(i, j);
  }
}

// body(i, rows, j, cols) for every tile of an m x n result, on guarded threads. BLAS must not start
// threads of its own: their control registers are out of reach.
template <class Body>
void for_each_tile(Index m, Index n, double work, const Body& body) {
  keep_blas_on_this_thread();
  const Index down = (m + tile - 1) / tile, tiles = down * ((n + tile - 1) / tile);
  const int threads = work < parallel_threshold || tiles == 1 ? 1 : num_threads();
#pragma omp parallel num_threads(threads)
  {
    const FloatingPointGuard guard;
#pragma omp for schedule(dynamic)
    for (Index t = 0; t < tiles; ++t) {
      const Index i = t % down * tile, j = t / down * tile;
      body(i, std::min(tile, m - i), j, std::min(tile, n - j));
    }
  }
}

}  // namespace

Matrix gemm(ConstMatrixView A, Op op_a, ConstMatrixView B, Op op_b) {
  const Index m = outer(A, op_a), k = inner(A, op_a), n = op_b == Op::none ? B.cols : B.rows;
  Matrix C(m, n);
  const double work = static_cast<double>(m) * static_cast<double>(n) * static_cast<double>(k);
  for_each_tile(m, n, work, [&](Index i, Index rows, Index j, Index cols) {
    const ConstMatrixView b = op_b == Op::none ? B.columns(j, cols) : B.block(j, 0, cols, k);
    tile_product(part(A, op_a, i, rows, 0, k), op_a, b, op_b, inner_chunk, C.view().block(i, j, rows, cols));
  });
  return C;
}

Matrix gemm_lower_times_transpose(ConstMatrixView L) {
  Matrix C(L.rows, L.rows);
  const double work = static_cast<double>(L.rows) * static_cast<double>(L.rows) * static_cast<double>(L.rows) / 6;
  for_each_tile(L.rows, L.rows, work, [&](Index i, Index rows, Index j, Index cols) {
    if (i < j) return;
    const Index k = j + cols;  // rows j.. of L end there
    tile_product(L.block(i, 0, rows, k), Op::none, L.block(j, 0, cols, k), Op::transpose, inner_chunk,
                 C.view().block(i, j, rows, cols));
  });
  return C;
}

void for_each_tile_of_gram(ConstMatrixView U, const std::function<void(Index, Index, ConstMatrixView)>& body) {
  static_assert(gram_tile == tile);
  const Index n = U.cols, side = (n + tile - 1) / tile;
  const double work = static_cast<double>(n) * static_cast<double>(n) * static_cast<double>(n) / 6;
  for_each_tile(n, n, work, [&](Index reverse_i, Index, Index j, Index) {
    // In each column of tiles the long sums first, so that no thread ends with one.
    const Index i = (side - 1) * tile - reverse_i;
    if (i > j) return;
    const Index rows = std::min(tile, n - i), cols = std::min(tile, n - j);
    Matrix sum(rows, cols), last(rows, cols), left(rows, rows), right(i == j ? rows : 0, i == j ? cols : 0);
    tile_product(U.block(0, i, i, rows), Op::transpose, U.block(0, j, i, cols), Op::none, gram_chunk, sum);
    // The rows of U at the diagonal: what lies below it is not U's.
    for (Index c = 0; c < rows; ++c) std::copy_n(U.col(i + c) + i, c + 1, left.col(c));
    if (i == j) right = left;
    blas_gemm(left, Op::transpose, i == j ? right.view() : U.block(i, j, rows, cols), Op::none, last);
    for (Index c = 0; c < cols; ++c)
      for (Index r = 0; r < rows; ++r) sum(r, c) += last(r, c);
    body(i, j, sum);
  });
}

Matrix gemm_samples(ConstMatrixView X, ConstMatrixView Y) {
  Matrix C(X.rows, Y.rows);
  const bool gram = X.data == Y.data && X.rows == Y.rows && X.stride == Y.stride;
  const double work = static_cast<double>(X.rows) * static_cast<double>(Y.rows) * static_cast<double>(X.cols);
  for_each_tile(X.rows, Y.rows, work, [&](Index i, Index rows, Index j, Index cols) {
    if (gram && i < j) return;
    tile_product(X.block(i, 0, rows, X.cols), Op::none, Y.block(j, 0, cols, X.cols), Op::transpose, sum_block,
                 C.view().block(i, j, rows, cols));
  });
  if (gram)
    for (Index j = 0; j < C.cols(); ++j)
      for (Index i = 0; i < j; ++i) C(i, j) = C(j, i);
  return C;
}

}  // namespace nadir::internal
