// Enclosed sums, inner products and norms.
//
// Sums are formed by halves: no term takes part in more than d = 128 + log2(n / 128) roundings, and
// |computed - exact| <= gamma_d sum |terms| + (number of products) eta [Higham2002, 4.2]. Where all terms
// are multiples of one power of two and small enough (integers, pixels), nothing rounds and the result is thin.
#pragma once

#include <span>

#include "nadir/rigor/ball_matrix.hpp"
#include "nadir/rigor/sparse_norm.hpp"

namespace nadir {

// The whole line where an argument is not finite or the result overflows.
Interval enclose_sum(std::span<const double> x);
Interval enclose_dot(std::span<const double> x, std::span<const double> y);

// sum_ij A(i,j) B(i,j)
Interval inner_product(ConstMatrixView A, ConstMatrixView B);
Interval inner_product(const BallMatrix& A, const BallMatrix& B);
// |A|_F^2 with a relative error of about 130 u, plus what the radii make it.
Interval enclose_frobenius_norm_squared(ConstMatrixView A);
Interval enclose_frobenius_norm_squared(const BallMatrix& A);

// Upper bounds of norms; infinity where something is unknown, 0 for empty matrices.
double frobenius_norm_upper(ConstMatrixView A);
double frobenius_norm_upper(const BallMatrix& A);
double norm_1_upper(ConstMatrixView A);  // greatest column sum of |A|
double norm_1_upper(const BallMatrix& A);
double norm_inf_upper(ConstMatrixView A);  // greatest row sum of |A|
double norm_inf_upper(const BallMatrix& A);
// min of the Frobenius norm and sqrt(|A|_1 |A|_inf): O(m n), at most sqrt(rank) too large
double spectral_norm_quick_upper(ConstMatrixView A);
double spectral_norm_quick_upper(const BallMatrix& A);

// |A|_2 from above, sharp to 1e-6 for an exact A (and about 1e-12 n in practice).
//
// Proved through t^2 I - A^T A (or A A^T, whichever is smaller) >= 0; see definiteness.hpp. Radii are added
// as |rad|_2. Cost: the smaller Gram matrix, one eigenproblem and one Cholesky factorisation of its size.
double spectral_norm_upper(ConstMatrixView A);
double spectral_norm_upper(const BallMatrix& A);

}  // namespace nadir
