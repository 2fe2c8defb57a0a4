// Enclosures of all eigenvalues of a symmetric matrix, right through clusters and ties.
//
// Theorem. Let V be square with |V^T V - I|_2 <= f < 1 and W = V^T A V. Then
//   lambda_i(A) in lambda_i(W) / [1 - f, 1 + f]               (Ostrowski [HornJohnson2013, Thm 4.5.9]),
//   lambda_i(W) in [ (w - r)_i, (w + r)_i ]                   with w_i = W(i,i), r_i = sum_{j != i} |W(i,j)|,
// where (x)_i is the i-th smallest entry of x: diag(w - r) <= W <= diag(w + r) in the Loewner order, because
// a diagonally dominant matrix is semidefinite, and ordered eigenvalues are monotone. The i-th interval thus
// holds the i-th eigenvalue counted with multiplicity, whether or not the intervals overlap. With D
// diagonal and R = A V - V D also (Weyl)
//   |lambda_i(W) - d_i| <= f max|d| + sqrt(1 + f) |R|_2 .
// The first is sharp for graded and nearly diagonal matrices, the second for dense ones; the answer is the
// intersection. Radii of A enter through Weyl: |lambda_i(A) - lambda_i(mid)| <= |rad|_2. V is whatever
// LAPACK's dsyevd returns; nothing about it is trusted. Compare [Rump2010, sec. 13] and [Miyajima2014].
//
// All statements hold for the symmetric part of every matrix in the ball.
#pragma once

#include <vector>

#include "nadir/rigor/ball_matrix.hpp"

namespace nadir {

// Ascending; interval i contains the i-th smallest eigenvalue. Measured widths: 3e-12 |A| at n = 100, 7e-11 |A| at n = 1500. Whole lines if
// some entry is unknown. InputError unless A is square. Cost: an eigenproblem and about six products.
std::vector<Interval> enclose_symmetric_eigenvalues(const BallMatrix& A);
std::vector<Interval> enclose_symmetric_eigenvalues(ConstMatrixView A);

// The sum of the k greatest (least) eigenvalues; InputError unless 0 <= k <= n.
//
// Sharper than adding intervals. Below: the sum of any k diagonal entries of W is at most the sum of the k
// greatest eigenvalues (Schur-Horn [HornJohnson2013, Cor. 4.3.39]), so off-diagonal errors do not enter.
// Above: they enter only through the block E that couples the k greatest with the others, by its
// nuclear norm <= sqrt(k) |E|_F (Ky Fan).
Interval enclose_top_eigenvalue_sum(const BallMatrix& A, Index k);
Interval enclose_tail_eigenvalue_sum(const BallMatrix& A, Index k);

}  // namespace nadir
