// Proofs that a symmetric matrix is positive definite, and of its inertia.
//
// Theorem (residual form of [Rump2006]). Let A be symmetric, s a number, L any real matrix. Then
//   lambda_min(A) >= s - | L L^T - (A - s I) |_2 ,
// because L L^T is positive semidefinite (Weyl). L comes from a floating-point Cholesky factorisation, but
// nothing about that factorisation is trusted: only the residual counts, and it is bounded through one
// enclosed product and the infinity or Frobenius norm. An optimised Cholesky multiplies by reciprocals of
// the diagonal, which breaks the textbook bound on its rounding errors by a rounding; here it cannot matter.
//
// All statements hold for the symmetric part (A + A^T)/2 of every matrix in the ball, that is for its
// quadratic form, whether or not the midpoint is exactly symmetric. A matrix that is not square is an
// InputError. A negative answer proves nothing: the matrix may be definite by less than the rounding errors
// (a few units in the last place of its norm times n, and up), or the radii may be too wide.
#pragma once

#include "nadir/rigor/ball_matrix.hpp"

namespace nadir {

struct DefinitenessProof {
  bool proved = false;
  // A proved lower bound of the least eigenvalue, > 0; mostly sharp to about 3e-4 of it where that exceeds the
  // rounding errors, less so where other eigenvalues lie close. 0 if not proved; infinity for the 0 x 0 matrix.
  double margin = 0.0;
};

// Cost for n x n: two or three Cholesky factorisations and a triangular product, together less than one
// product of n x n matrices in operations. A badly scaled matrix is tried again with unit diagonal.
DefinitenessProof proves_positive_definite(const BallMatrix& A);
DefinitenessProof proves_positive_definite(ConstMatrixView A);

// A proved lower bound of the least eigenvalue, of either sign; -inf if nothing is known, +inf for 0 x 0.
// Off by the rounding errors of one product, relative to the norm. Where A is not definite: one symmetric eigenproblem more.
double least_eigenvalue_lower_bound(const BallMatrix& A);
double least_eigenvalue_lower_bound(ConstMatrixView A);
// -least_eigenvalue_lower_bound(-A)
double greatest_eigenvalue_upper_bound(const BallMatrix& A);

// Proved counts of eigenvalues: at least `negative` are < 0, at least `positive` are > 0, and nothing is
// said of `undecided` others (zero ones are among these). The three add up to n.
struct Inertia {
  Index negative = 0, undecided = 0, positive = 0;
  friend bool operator==(const Inertia&, const Inertia&) = default;
};

// From the enclosed eigenvalues, and where these leave any undecided also of D A D with unit diagonal
// (Sylvester's law of inertia: D A D has the inertia of A for every invertible D).
Inertia inertia(const BallMatrix& A);
Inertia inertia(ConstMatrixView A);

}  // namespace nadir
