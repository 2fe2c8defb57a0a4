// Bringing a matrix to entries of about 1 by a power of two, so that products neither over- nor underflow.
#pragma once

#include <vector>

#include "nadir/rigor/ball_matrix.hpp"

namespace nadir::internal {

// 2^-exponent A has its greatest |mid| + rad in [1/2, 1); exponent 0 for a zero matrix. A must be finite.
struct UnitScaled {
  BallMatrix matrix;
  int exponent = 0;
};
UnitScaled scaled_to_unit(const BallMatrix& A);

// D A D for the powers of two D(i,i) that bring the positive diagonal entries of A into [1/2, 2]; `exponents`
// are those of D. False if an entry of the diagonal is not positive. A must be symmetric and finite.
bool scale_to_unit_diagonal(const BallMatrix& A, BallMatrix& scaled, std::vector<int>& exponents);

// Throws InputError naming `place` unless A is square.
void require_square(const char* place, ConstMatrixView A);

}  // namespace nadir::internal
