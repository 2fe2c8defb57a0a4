// Small products with one dimension of at most four: a neuron's inputs, one output, a rank-one update.
//
// A general product packs its operands and chooses among kernels; for a network of 50 neurons that costs more than the
// work. These go straight over columns in vectors. The order of additions depends on the sizes and the instruction set
// alone; products without cancellation are as exact as BLAS's.
#pragma once

#include "nadir/linalg/dense.hpp"

namespace nadir::internal {

// Is m x k times k x n worth multiply_thin? A condition on sizes only, so that equal shapes give equal bits.
inline bool is_thin(Index m, Index n, Index k) {
  constexpr Index thin = 4, most_products = 1 << 18;
  return (m <= thin || n <= thin || k <= thin) && m * n * k <= most_products;
}

// C <- alpha op(A) op(B) + beta C for shapes that are thin, k > 0; C is not read where beta = 0.
void multiply_thin(double alpha, ConstMatrixView A, Op op_a, ConstMatrixView B, Op op_b, double beta, MatrixView C);

}  // namespace nadir::internal
