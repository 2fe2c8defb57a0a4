// How much the measurements tell of every matrix, of any rank: a lower bound of |A(X)| / |X|_F.
#pragma once

#include "nadir/problems/matrix_sensing/data.hpp"

namespace nadir {

// s >= 0 with |A(X)| >= s |X|_F, proved, for all X; for all symmetric X where every A_k is exactly symmetric: A then
// sees the symmetric part of X alone, so that no X is lost. 0 where none was shown: for fewer measurements than
// entries of X there is none. Up to 800 free entries of X.
//
// With x the entries of X (on and below the diagonal, where X is symmetric), A(X) = M x, |X|_F^2 <= 2 |x|^2, and the
// least eigenvalue of M^T M is bounded from below (rigor/definiteness.hpp).
double least_gain_lower(const SensingData& data);

}  // namespace nadir
