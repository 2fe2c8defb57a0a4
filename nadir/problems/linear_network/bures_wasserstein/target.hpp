// The target of the Bures-Wasserstein loss: a covariance matrix, with what can be proved about it.
//
// Notation: S (n x n) is the target; lambda_1 >= ... >= lambda_n >= 0 its eigenvalues; |A|_* the nuclear norm
// (the sum of the singular values). S is either given, entry by entry, or Y Y^T / N, the uncentred covariance
// of the samples in the columns of Y (n x N): subtract the mean first if the model should not learn it.
//
// The loss needs |S^{1/2} P|_*, and S^{1/2} is not a matrix of doubles. Two facts enclose it:
//   (a) F_- F_-^T <= S <= F_+ F_+^T in the Loewner order implies |F_-^T P|_* <= |S^{1/2} P|_* <= |F_+^T P|_*,
//       because the singular values squared are the eigenvalues of P^T S P and ordered eigenvalues are monotone
//       (Weyl [HornJohnson2013, Cor. 4.3.12]); F_+- come from Cholesky factorisations of S +- s I, and only
//       their residuals are trusted;
//   (b) the eigenvalues of P^T S P are the squares of the singular values sought.
// (a) is good to about n s, s ~ 1e-16 n |S|, for every P; (b) loses half the digits of singular values near
// zero, but needs no definite S. The answer is the intersection.
//
// That S is positive semidefinite is part of the problem: the loss is not defined otherwise. Y Y^T / N is. A
// given matrix is checked, and `obstacle` says so where it is singular or indefinite up to rounding and exact
// arithmetic (n <= 96) does not settle it; then nothing about the loss is proved.
#pragma once

#include <string>
#include <vector>

#include "nadir/linalg/matrix.hpp"
#include "nadir/rigor/ball_matrix.hpp"
#include "nadir/rigor/interval.hpp"

namespace nadir {

class TargetCovariance {
 public:
  // Throws InputError, naming `place`, unless S is square, not empty, finite, exactly symmetric and positive
  // semidefinite up to rounding.
  static TargetCovariance given(ConstMatrixView S, const std::string& place);
  // Throws InputError unless Y is finite and not empty.
  static TargetCovariance of_samples(ConstMatrixView Y, const std::string& place);

  Index dimension() const { return covariance_.rows(); }

  // Numerical.
  const Vector& eigenvalues() const { return eigenvalues_; }    // descending, >= 0
  const Matrix& eigenvectors() const { return eigenvectors_; }  // columns, in that order
  const Matrix& factor() const { return factor_; }              // F = V_r Lambda_r^{1/2}, n x r: F F^T = S, r = rank(S)
  double trace() const { return trace_; }

  // Proved, if there is no obstacle.
  const std::string& obstacle() const { return obstacle_; }  // "" if S is proved positive semidefinite
  Interval trace_enclosure() const;
  // Interval i contains lambda_{i+1}; descending.
  const std::vector<Interval>& eigenvalue_enclosures() const { return enclosures_; }
  Interval tail_eigenvalue_sum(Index count) const;  // of the `count` least
  Interval nuclear_norm_of_root_times(const BallMatrix& P) const;  // |S^{1/2} P|_*

 private:
  TargetCovariance() = default;
  void decompose(const std::string& place);
  void enclose(Index num_zero_eigenvalues);

  BallMatrix covariance_;
  Vector eigenvalues_;
  Matrix eigenvectors_, factor_;
  double trace_ = 0.0;
  std::string obstacle_;
  std::vector<Interval> enclosures_;
  BallMatrix below_, above_;  // F_-, F_+; no columns where there is none
};

}  // namespace nadir
