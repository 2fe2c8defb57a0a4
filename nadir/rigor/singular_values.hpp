// Enclosures of singular values to full accuracy, and proved lower bounds of rank.
//
// Theorem (compare [Rump2011]). Let A be m x n with m >= n, U m x n and V n x n approximate singular vectors,
// s >= 0, R = A V - U diag(s), |U^T U - I|_2 <= g, |V^T V - I|_2 <= f < 1. Then with (s)_i the i-th largest
//   sigma_i(A) in ( (s)_i sqrt([1 - g, 1 + g]) +- |R|_2 ) / sqrt([1 - f, 1 + f]) ,
// because singular values are 1-Lipschitz in the spectral norm and change by at most the extreme singular
// values of V when multiplied by it. A^T A is never formed, so small singular values keep an absolute error
// of a few roundings of a product of size |A|. Radii of A enter as |rad|_2. The factors come from LAPACK's dgesdd, untrusted.
#pragma once

#include <vector>

#include "nadir/rigor/ball_matrix.hpp"

namespace nadir {

// Descending, min(m, n) of them; interval i contains the i-th largest counted with multiplicity. [0, inf]
// each if some entry is unknown. Cost: a singular value decomposition and about six products.
std::vector<Interval> enclose_singular_values(const BallMatrix& A);
std::vector<Interval> enclose_singular_values(ConstMatrixView A);

// How many singular values are proved positive: every matrix in the ball has at least this rank. Says
// nothing about the rank from above (see exact_rank.hpp); rows and columns of very different size are
// balanced by powers of two, which leaves the rank alone.
Index rank_at_least(const BallMatrix& A);
Index rank_at_least(ConstMatrixView A);

}  // namespace nadir
