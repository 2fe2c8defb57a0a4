// Lower bounds on the global minimum of a deep linear network, proved on the data.
//
// Without weight decay the minimum over all networks whose narrowest layer is k is the reduced-rank regression
//   L*_k = 1/(2n) min { |P X - Y|_F^2 : rank P <= k }        [BaldiHornik1989; Kawaguchi2016, Thm 2.3]
// and any penalty only adds to it.
//
// Theorem (proof below). Let B be rows of X such that
//   (H1) every other row of X is a linear combination of the rows in B,
//   (H2) S = X_B X_B^T is positive definite,
// and P0 any matrix supported on the columns B, R0 = P0 X - Y, E0 = (R0 X^T)_B, eps^2 >= tr(E0 S^-1 E0^T), and
// t^2 <= the sum of all but the k largest eigenvalues of P0_B S P0_B^T. Then for every P of rank <= k
//   |P X - Y|_F^2 >= |R0|^2 + max(t - eps, 0)^2 - eps^2.
// Proof. By (H1) P X = P' X_B with rank P' <= k. With D = P' - P0_B and N = E0 S^{-1/2},
//   |P X - Y|^2 = |R0|^2 + 2 <E0, D> + |D S^{1/2}|^2 = |R0|^2 + |D S^{1/2} + N|^2 - |N|^2,
// and |D S^{1/2}| is at least the distance t of P0_B S^{1/2} from the matrices of rank k (Eckart-Young).
// The error eps enters through its square where k does not bind: that is what keeps the bound tight on
// ill-conditioned data.
//
// (H1) is established by exact zeros, by rank n, or by an exact rational dependency (rigor/exact_rank.hpp).
// Where it cannot be, `bound` is the trivial 0 and `is_rank_proved` says so; that refutes nothing.
#pragma once

#include <string>

#include "nadir/problems/linear_network/linear_network.hpp"

namespace nadir {

struct LowerBound {
  double bound = 0.0;            // f >= bound everywhere, proved
  bool is_rank_proved = false;   // (H1) and (H2) hold; otherwise bound is 0
  std::string obstacle;          // why not, as a sentence
  double numerical = 0.0;        // the closed form in floating point: an estimate, no bound
  // The parts of the theorem, for bounds that build on it: |R0|^2 from below, eps^2 from above.
  double residual_squared = 0.0, eps_squared = 0.0;
};

LowerBound lower_bound(const LinearNetwork& problem, ConstMatrixView X, ConstMatrixView Y);

// L*_r in floating point: the least value of networks whose product has rank at most r (penalty ignored).
double rank_constrained_optimum(const LinearNetwork& problem, Index rank);

}  // namespace nadir
