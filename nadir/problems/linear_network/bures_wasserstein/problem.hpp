// The Bures-Wasserstein loss of a deep linear network that generates Gaussians.
//
//   L(W) = |P|_F^2 + tr S - 2 |S^{1/2} P|_*,   P = V_H ... V_1  (n x m)
//
// is the squared 2-Wasserstein distance between N(0, P P^T), the network's output on an m-dimensional standard
// Gaussian, and the target N(0, S) [Brechet2023]; |A|_* is the nuclear norm. With smoothing tau > 0 the output
// has the covariance P P^T + tau I. That is the same loss of P~ = [P, sqrt(tau) I], whose extra columns are
// constant, so one formula serves both:
//   L_tau(W) = |P~|_F^2 + tr S - 2 |S^{1/2} P~|_* = tr(P P^T + tau I + S - 2 (S^{1/2} (P P^T + tau I) S^{1/2})^{1/2}).
//
// Everything is evaluated with a factor S = F F^T (n x r, r = rank S) in place of the root: P~^T S P~ is all
// that enters. With the singular value decomposition F^T P~ = U D V^T,
//   L      = |P~ - F U V^T|_F^2 + |F - F U U^T|_F^2,              which does not cancel near L = 0,
//   dL/dP  = G = 2 (P - F Q), Q = U V^T cut to the columns of P,
//   dQ     = (U K + (Z V - U U^T Z V) D^{-1}) V^T + U D^{-1} (U^T Z - U^T Z V V^T)  for d(F^T P~) = Z,
//   K_ij   = (U^T Z V - V^T Z^T U)_ij / (s_i + s_j);
// the layers' derivatives follow as in linear_network.hpp.
//
// Where it is smooth. |F^T P~|_* has kinks where F^T P~ loses rank. No weights can bring the rank above
// q = min(r, narrowest width) (tau > 0: q = r, always reached), and along all weights at which the rank is q
// the loss is smooth, although it is not as a function of P if q < min(r, m): U, D, V then hold the q leading
// triples. Below that rank with tau = 0 the value stands, `gradient` gives one subgradient (of the leading
// triples), `apply_hessian` the second derivative among weights of that rank, and is_smooth() says no:
// there first-order descent may exist although the subgradient vanishes.
//
// Cost in multiply-adds beside the products of weights: a singular value decomposition of r x (m + n if
// tau > 0) for value and gradient; r (m + n) q more for a Hessian product.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "nadir/core/problem.hpp"
#include "nadir/problems/linear_network/architecture.hpp"
#include "nadir/problems/linear_network/bures_wasserstein/target.hpp"

namespace nadir {

class BuresWassersteinNetwork {
 public:
  // Throws InputError when the last width is not the target's dimension or the smoothing is not a finite
  // number >= 0.
  BuresWassersteinNetwork(LinearArchitecture architecture, TargetCovariance target, double smoothing = 0.0);

  const Layout& layout() const { return layout_; }
  double value(std::span<const double> x) const;
  std::unique_ptr<Expansion> expand(std::span<const double> x) const;
  // Whether F^T P~ has the rank q at x, up to 1e-12 |F| |P~|: numerical.
  bool is_smooth(std::span<const double> x) const;

  const LinearArchitecture& architecture() const { return architecture_; }
  const TargetCovariance& target() const { return target_; }
  double smoothing() const { return smoothing_; }  // tau
  // q: no weights give F^T P~ a larger rank.
  Index greatest_rank() const;

 private:
  LinearArchitecture architecture_;
  TargetCovariance target_;
  double smoothing_;
  Layout layout_;
};

}  // namespace nadir
