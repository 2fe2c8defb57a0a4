// Enclosures of matrix products from plain BLAS products and an a-priori bound.
//
// Theorem [Higham2002, (3.13)]; for any order of summation, with or without fused multiply-adds:
//   |fl(A B) - A B| <= gamma_d |A| |B| + k eta,
// where k is the inner dimension and no term takes part in more than d roundings; the last term pays for
// underflow [Rump2010, sec. 10]. Inner dimensions are summed in chunks, so that d = 128 + k/128 rather than k.
// For balls A = <a, r>, B = <b, s> [Rump1999]:
//   |A B - fl(a b)| <= |a| (gamma_d |b| + s) + r (|b| + s) + k eta.
// The bounds are themselves computed by BLAS and inflated by their own error bounds; no rounding mode is
// switched. Overflow anywhere makes the entries it reaches "nothing known".
//
// Exactness. The radius is exactly zero
//   (a) where every term of an entry has an exact zero as a factor, and
//   (b) where all entries of A are integer multiples of 2^p, those of B of 2^q, and k max|A| max|B| does not
//       exceed 2^(p+q+53): then no operation of the product rounds, whatever its order.
// Proofs on integer or dyadic data (pixels, labels, permutations) are exact through (b).
#pragma once

#include "nadir/linalg/dense.hpp"
#include "nadir/rigor/ball_matrix.hpp"

namespace nadir {

// op(A) op(B). Cost: one product of doubles where (b) holds, two for exact factors otherwise, three where
// A has radii. InputError unless the inner dimensions agree.
BallMatrix enclose_product(ConstMatrixView A, Op op_a, ConstMatrixView B, Op op_b);
BallMatrix enclose_product(const BallMatrix& A, Op op_a, const BallMatrix& B, Op op_b);
BallMatrix enclose_product(ConstMatrixView A, Op op_a, const BallMatrix& B, Op op_b);
BallMatrix enclose_product(const BallMatrix& A, Op op_a, ConstMatrixView B, Op op_b);

// A B
template <class Left, class Right>
BallMatrix enclose_product(const Left& A, const Right& B) {
  return enclose_product(A, Op::none, B, Op::none);
}

// X Y^T for data with many samples: X is dx x n, Y is dy x n, n up to millions, samples are columns.
//
// Summed as sample_product does, in blocks of 1024 samples, so d = min(n, 1024) + n / 1024. The radius of
// entry (i, j) is gamma_d |x_i| |y_j| with the Euclidean norms of the rows (Cauchy-Schwarz) instead of
// gamma_d |x_i|^T |y_j|: that costs n (dx + dy) operations instead of a second product. Exactness as above;
// (a) for rows that are zero. Passing the same view twice gives an exactly symmetric result.
BallMatrix enclose_sample_product(ConstMatrixView X, ConstMatrixView Y);

}  // namespace nadir
