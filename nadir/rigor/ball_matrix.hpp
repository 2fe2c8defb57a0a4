// A matrix known up to an entrywise radius: every rigorous statement of nadir about a matrix is about one.
//
// A BallMatrix stands for a real matrix A of which exactly this is known: |A(i,j) - mid(i,j)| <= rad(i,j).
// The midpoint-radius form is what fast BLAS can work on [Rump1999]. A radius of infinity says that nothing
// is known of the entry; a midpoint that is not finite has such a radius. A radius of zero says that the
// midpoint is exact, which many proofs on integer data live on, so operations keep it where doubles allow.
#pragma once

#include <span>

#include "nadir/linalg/matrix.hpp"
#include "nadir/rigor/interval.hpp"

namespace nadir {

struct BallMatrix {
  Matrix mid;
  Matrix rad;  // same shape, entries >= 0, perhaps infinite

  BallMatrix() = default;
  BallMatrix(Index rows, Index cols) : mid(rows, cols), rad(rows, cols) {}
  // Checks and repairs: shapes must agree (InputError); a midpoint that is not finite and a radius that is
  // NaN or negative become "nothing known".
  BallMatrix(Matrix midpoint, Matrix radius);

  Index rows() const { return mid.rows(); }
  Index cols() const { return mid.cols(); }
  Interval entry(Index i, Index j) const { return Interval::ball(mid(i, j), rad(i, j)); }
  // Is every matrix entry of `A` inside? False where that cannot be decided by doubles.
  bool contains(ConstMatrixView A) const;
};

// The matrix of doubles itself, with radius zero; entries that are not finite become "nothing known".
BallMatrix exact(ConstMatrixView A);

BallMatrix add(const BallMatrix& A, const BallMatrix& B);
BallMatrix subtract(const BallMatrix& A, const BallMatrix& B);
BallMatrix scale(double factor, const BallMatrix& A);
BallMatrix scale(const Interval& factor, const BallMatrix& A);
// A + factor I
BallMatrix add_identity(const BallMatrix& A, double factor = 1.0);
BallMatrix transpose(const BallMatrix& A);
BallMatrix block(const BallMatrix& A, Index i, Index j, Index rows, Index cols);
// (A + A^T) / 2, which has the quadratic form of A; A itself where A is exactly symmetric.
BallMatrix symmetric_part(const BallMatrix& A);
// 2^exponent A; exact but for overflow and underflow.
BallMatrix scale_by_power_of_two(const BallMatrix& A, int exponent);
// Entry (i, j) times 2^(row_exponents[i] + col_exponents[j]), likewise.
BallMatrix scale_by_powers_of_two(const BallMatrix& A, std::span<const int> row_exponents,
                                  std::span<const int> col_exponents);

// Upper bounds of |A(i,j)|.
Matrix magnitude_upper(const BallMatrix& A);
// The largest of them; 0 for an empty matrix.
double max_magnitude(const BallMatrix& A);
// All radii zero.
bool is_exact(const BallMatrix& A);
// Something is known of every entry.
bool is_finite(const BallMatrix& A);

}  // namespace nadir
