// The check of certificates for the Bures-Wasserstein loss of a linear network, in ball arithmetic from
//
//   f(W) = tr(T + S - 2 (S^{1/2} T S^{1/2})^{1/2}),   T = P P^T + tau I,   P = V_H ... V_1,
//
// S given (n x n), or Y Y^T / N for the samples Y (n x N). Kinds of claim: value, lower-bound, gap; no witness.
// S must be positive semidefinite, which is checked first: in balls, else exactly.
//
// Value. The matrix under the outer root has, up to zeros, the eigenvalues of A = C^T S C for every C with
// C C^T = T, so f = |P|^2 + n tau + tr S - 2 tr A^{1/2}.
//
// Lower bound. With lambda_i the eigenvalues of S in descending order and k the narrowest width,
//   min f = sum_{i <= k} max(sqrt(tau) - sqrt(lambda_i), 0)^2 + sum_{i > k} (sqrt(lambda_i) - sqrt(tau))^2
// (proof: von Neumann, |S^{1/2} T^{1/2}|_* <= sum sqrt(lambda_i(S) lambda_i(T)), then term by term over the
// eigenvalues of T, which are tau from the (k+1)-th on). With G = S^{1/2} - sqrt(tau) I = G_+ - G_- this is
// |G_-|_F^2 plus the n - k least eigenvalues of G_+^2.
//
// Roots. For positive semidefinite A and B, |A^{1/2} - B|_2 <= |A - B^2|_2^{1/2} (Ando; van Hemmen 1980), so any B
// proved positive definite is as good as its residual. B comes from the polar factor of a Cholesky factor of
// A + epsilon I, by Newton's iteration [Higham2008, Alg. 6.21], and is trusted in nothing.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "nadir/problems/linear_network/check_model.hpp"
#include "nadir/problems/linear_network/options.hpp"
#include "nadir/verify/check.hpp"

namespace nadir::linear_network_check {

// The root of a symmetric positive semidefinite matrix, every entry within its ball. False where that could not
// be proved, which says nothing of A.
bool square_root(const balls::Matrix& A, balls::Matrix& root);

class BuresWassersteinCheck {
 public:
  // Throws InputError where options, data and the blocks of the point contradict each other. Keeps views of
  // `options`.
  BuresWassersteinCheck(const LinearNetworkOptions& options, const std::map<std::string, Matrix>& point);

  Outcome check(const Claim& claim) const;

 private:
  std::string target_obstacle() const;
  balls::Matrix target(slong precision) const;
  balls::Matrix end_to_end(slong precision) const;  // P
  bool value(slong precision, balls::Real& result) const;
  bool lower_bound(slong precision, balls::Real& result) const;

  ConstMatrixView covariance_, samples_;  // one of them is empty
  double smoothing_ = 0.0;
  Model model_;  // widths and skips only
  std::vector<Matrix> point_;
  std::string obstacle_;
};

}  // namespace nadir::linear_network_check
