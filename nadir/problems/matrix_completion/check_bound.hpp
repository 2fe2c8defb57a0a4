// The lower bound of a matrix completion's certificate, re-derived from the mathematics.
//
// Theorem (B1). Let y_k be any numbers on the observed entries, and S = D_a^{-1/2} A^T Y B D_b^{-1/2}, D_a and D_b the
// penalties, A and B the side information (the identity without). If |S|_2 <= L, factors of every rank have
//   f >= sum_k ( y_k m_k - y_k^2 / (2 w_k) ).
// Proof. w t^2/2 >= -y t - y^2/(2w) with t = x - m; sum y x = <S, Z>, Z = D_a^{1/2} U V^T D_b^{1/2}; and the penalty is at
// least L |Z|_*, because |Z|_* <= |D_a^{1/2} U|_F |D_b^{1/2} V|_F. So f >= the sum - <S, Z> + L |Z|_*.
//
// Theorem (B2, psd). Let s_i >= 0 be any numbers, psi(s) = (sqrt(s) - c)_+^4, D = diag(C psi'(s_i)), and sym(Y) the
// symmetric part of Y. If L I + D - sym(Y) is positive semidefinite,
//   f >= sum_k ( y_k m_k - y_k^2 / (2 w_k) ) + C sum_i ( psi(s_i) - psi'(s_i) s_i ).
// Proof. psi is convex, so it lies above its tangents; the rest is <L I + D - sym(Y), U U^T> >= 0.
//
// Here Y = s Y1 with Y1 the residuals at the point: nothing depends on how these were rounded. The scaled residuals
// S1(i,j) are doubles, and y_k = S1(i,j) sqrt(a_i b_j) is what they say, exactly.
#pragma once

#include "nadir/problems/matrix_completion/check_model.hpp"
#include "nadir/verify/check.hpp"

namespace nadir::matrix_completion_check {

class DualCertificate {
 public:
  // `here` is at the point that the residuals and the tangents are taken from.
  DualCertificate(const Model& model, slong precision, const Evaluation& here);

  // The bound that Y = s Y1 gives if it is feasible.
  balls::Real bound(double s) const;
  // The least s with bound(s) >= `wanted`, in floating point and rounded up a little; NaN if there is none.
  double least_multiplier(double wanted) const;
  // |S|_2 <= t for S = s S1 or, with psd, greatest eigenvalue of sym(s Y1) - D at most t; for s >= 0. False proves
  // nothing. In balls where `in_balls`, through rigor/ otherwise.
  bool proves_at_most(double s, const balls::Real& t, bool in_balls) const;
  // Multiplications of balls that proves_at_most() needs, about 5 ns each.
  double num_products() const;
  // Whether a proof that failed may succeed at a higher precision.
  bool gains_from_more_bits() const;
  // D = 0: then the norm of s S1 is s times that of S1.
  bool is_homogeneous() const { return slopes_.empty(); }
  // How much |S1|_2 may differ from the norm of residuals that others computed: by their rounding.
  double rounding() const;

 private:
  Index side() const;  // of the matrix that has to be definite
  balls::Matrix smaller_gram() const;
  void form_features_matrix(const Vector& Y1);
  bool proves_psd(double s, const balls::Real& t, bool in_balls) const;
  bool proves_sparse(double s, const balls::Real& t) const;

  const Model& model_;
  slong precision_;
  Vector scaled_;                // S1 by rows; without side information
  balls::Matrix dense_;          // S1 with side information
  balls::Real linear_, quadratic_, offset_;  // bound(s) = s linear - s^2/2 quadratic + offset
  std::vector<balls::Real> slopes_;          // of D; empty: D = 0
};

}  // namespace nadir::matrix_completion_check
