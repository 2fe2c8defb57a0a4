// The one place where rigor/ calls BLAS for a result that a proof rests on.
//
// Trusted of BLAS: each entry of a product over at most `inner_chunk` terms is some sum of the exact or
// rounded products, in any order, with or without fused multiply-adds, each operation rounded to nearest;
// no fast (Strassen-like) algorithm. The control register is set in every thread that computes.
#pragma once

#include <functional>

#include "nadir/linalg/dense.hpp"
#include "nadir/linalg/matrix.hpp"

namespace nadir::internal {

// Inner dimensions are cut into chunks of this many terms, added in order: the bound on rounding errors
// then grows with inner_chunk + k / inner_chunk instead of with k [Higham2002, 3.1, blocked summation].
inline constexpr Index inner_chunk = 128;

// The number of roundings that any one term of an inner product of length k takes part in, at most.
constexpr Index product_depth(Index k) {
  return (k < inner_chunk ? k : inner_chunk) + (k + inner_chunk - 1) / inner_chunk;
}

// op(A) op(B); |computed - exact| <= gamma_d |op(A)| |op(B)| + k eta with d = product_depth(k).
Matrix gemm(ConstMatrixView A, Op op_a, ConstMatrixView B, Op op_b);

// The lower triangle of L L^T for a lower triangular L (what stands above its diagonal must be zero), the
// rest zero; same bound.
Matrix gemm_lower_times_transpose(ConstMatrixView L);

// The upper triangle of U^T U, tile after tile, never whole: body(i, j, tile) for the tile with first row i and
// first column j >= i of the result, on guarded threads. Of U only the upper triangle is read. Same bound as gemm
// with d = gram_depth(rows of U); tiles are gram_tile wide, those at the end narrower, and of a tile on the
// diagonal the upper triangle is meant.
inline constexpr Index gram_tile = 192, gram_chunk = 256;
constexpr Index gram_depth(Index k) { return (k < gram_chunk ? k : gram_chunk) + k / gram_chunk + 2; }
void for_each_tile_of_gram(ConstMatrixView U, const std::function<void(Index, Index, ConstMatrixView)>& body);

// X Y^T with the blocks of samples and the order of sample_product; d = min(n, sum_block) + blocks.
Matrix gemm_samples(ConstMatrixView X, ConstMatrixView Y);

}  // namespace nadir::internal
