// The Bures-Wasserstein loss enclosed at a point, and its global minimum enclosed in closed form.
//
// Theorem. Let S have the eigenvalues lambda_1 >= ... >= lambda_n >= 0 with eigenvectors Omega, tau >= 0, and
// 0 <= k <= min(n, m). Over all n x m matrices P of rank at most k
//   min L_tau = sum_{i <= k} max(sqrt(tau) - sqrt(lambda_i), 0)^2 + sum_{i > k} (sqrt(lambda_i) - sqrt(tau))^2,
// attained where P P^T = Omega_k diag(max(lambda_i - tau, 0)) Omega_k^T, Omega_k the first k columns. (tau = 0:
// the minimum is the sum of the n - k least eigenvalues.)
// Proof. Let T = P P^T + tau I, with eigenvalues mu_i + tau, mu_1 >= ... >= mu_k >= 0 = mu_{k+1} = ... . By
// von Neumann's trace theorem [HornJohnson2013, Thm 7.4.1.1] |S^{1/2} T^{1/2}|_* <= sum_i sqrt(lambda_i (mu_i + tau)),
// so L_tau >= sum_i (sqrt(lambda_i) - sqrt(mu_i + tau))^2. Each term with i <= k is least at
// mu_i = max(lambda_i - tau, 0), an ordered choice; the others are constant. The P above makes S and T commute
// and all of this an equality.
// A chain of layers produces exactly the matrices of rank at most its narrowest width (identity skips only shift
// the weights), so with k that width this is the minimum over all weights. [Brechet2023] characterises critical
// points and minimisers over matrices of bounded rank; for tau > 0 it takes tau below lambda_k, which the
// argument here does not need.
//
// The negative: a value above the bound by more than the tolerance says nothing of what kind of point it is.
#pragma once

#include <span>

#include "nadir/problems/linear_network/bures_wasserstein/problem.hpp"
#include "nadir/rigor/interval.hpp"

namespace nadir {

// The minimum over all weights: in floating point, and enclosed. The enclosure holds if S is positive
// semidefinite (TargetCovariance::obstacle is empty).
double bures_wasserstein_optimum(const BuresWassersteinNetwork& problem);
Interval enclose_bures_wasserstein_optimum(const BuresWassersteinNetwork& problem);

// The loss at x, under the same condition. Cost: that of TargetCovariance::nuclear_norm_of_root_times.
Interval enclose_bures_wasserstein(const BuresWassersteinNetwork& problem, std::span<const double> x);

}  // namespace nadir
