// The Cholesky factorisation of a large matrix in place, on all threads.
//
// Tiles of `cholesky_tile` columns, left-looking [GolubVanLoan2013, sec. 4.2.5]: one row of tiles is brought up
// to date by long products, factored and solved for, then the next. Every tile is computed by one thread in a
// fixed order, so the bits do not depend on how many there are.
#pragma once

#include "nadir/linalg/matrix.hpp"

namespace nadir {

inline constexpr Index cholesky_tile = 192;

// A <- U with A = U^T U in the upper triangle; what lies below the diagonal is neither read nor written. False if A
// is not numerically positive definite (the upper triangle is then lost) or a NaN turns up on a diagonal; no
// promise is made about infinities and NaN elsewhere.
// Cost for n x n: n^3 / 3 operations, no memory.
bool cholesky_upper_in_place(MatrixView A);

}  // namespace nadir
