// The ends of a symmetric operator's spectrum: eigenvalues with error bounds, and how likely it is that none was missed.
//
// Block Lanczos from random vectors (linalg/krylov.hpp). For a Ritz pair, theta with unit vector y and r = |A y - theta y|,
// measured with a product in double:
//   some eigenvalue lies within r of theta                                            [Parlett1998, Thm 4.5.1]
//   it is within r^2 / gap of theta, gap the distance to the other eigenvalues        [Parlett1998, Thm 11.7.1]
//   the greatest eigenvalue is >= the greatest theta, the least <= the least          (Rayleigh-Ritz)
// The gap is not known and taken from the other Ritz values, so `likely_error` = min(r, r^2 / gap) is numerical (values closer
// than that count as copies of one another); it is
// believed only where r itself is within two tolerances, since one Ritz value may stand between two eigenvalues.
//
// What no product shows is that nothing lies beyond. That is true except with a stated probability, as follows; the
// idea is that of [DorsselaerHochstenbachVorst2001], blocks and constant are ours.
//
// Theorem. Let Q = [Q_1, ..., Q_k] be the orthonormal basis of the block Krylov space of a uniformly random b-dimensional
// space span Q_1 of R^n, T = Q^T A Q, and lambda an eigenvalue of A outside the spectrum of T. With E_1 and E_k the first
// and last block of the identity, G = (T - lambda)^-1 and
//   rho(lambda) = max over c of |E_1^T G E_k c|^2 / |G E_k c|^2,
// it holds that rho(lambda) >= delta, except with the probability that a Beta(b/2, (n-b)/2) variable is below delta.
// Proof. Let y be a unit eigenvector and z = Q^T y. Since A Q = Q T + Q_{k+1} B E_k^T, z^T T = lambda z^T - y^T Q_{k+1} B E_k^T,
// so z = G E_k c for some c. As |z| <= 1, |Q_1^T y|^2 = |E_1^T z|^2 <= rho |z|^2 <= rho. And |Q_1^T y|^2 is the squared
// length of a fixed unit vector's projection onto a random b-dimensional space.
//
// Hence no eigenvalue exceeds the last lambda above the Ritz values at which rho >= delta: `none_above`. Exact arithmetic
// is assumed; for products in single precision four times their measured error is added, which nobody proved. With one
// vector, rho is the inverse of the sum of the squares of orthonormal polynomials whose zeros lie among the Ritz values,
// and decreases; for blocks its last crossing is looked for on a fine grid. The statement is about the one extreme
// eigenvalue of each end, and failure_probability covers both. (Where to stop is decided by looking at the same numbers
// more than once; the tests count how often the bounds fail.)
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "nadir/landscape/symmetric_operator.hpp"

namespace nadir {

struct ExtremesOptions {
  Index count = 1;                  // eigenvalues wanted at each end
  double tol = 1e-3;                // relative to the eigenvalue (or a thousandth of the largest modulus)
  bool wants_least = true, wants_greatest = true;  // the ends that must converge; the other is shown as far as it came
  Index max_products = 400;
  double failure_probability = 0.01;  // of none_below and none_above together
  bool must_exclude = true;  // go on until these, too, are within tol of the outermost eigenvalues found
  bool may_be_rough = true;         // products in single precision, where they are good enough
  std::uint64_t seed = 0;
  std::function<bool()> should_stop;  // asked between products; may be empty
};

struct ExtremeEigenvalue {
  double value = 0.0;         // Rayleigh quotient of the vector, in double
  double residual = 0.0;      // some eigenvalue lies within this of `value`
  double likely_error = 0.0;  // min(residual, residual^2 / gap)
  bool is_converged = false;  // likely_error is within the tolerance, and what must_exclude asks for
};

struct Extremes {
  std::vector<ExtremeEigenvalue> least, greatest;  // outermost first; may share entries where there are few
  Matrix vectors;                  // unit vectors of `least`, then of `greatest`
  double none_below = 0.0, none_above = 0.0;
  double failure_probability = 0.0;  // 0: the whole spectrum was computed
  Index num_products = 0;            // vectors multiplied, whether in single or double
  double rough_error = 0.0;          // measured, relative; 0: every product was in double
  bool is_finite = true;             // false: a product gave NaN or infinity, and nothing else here is meant
  bool is_stopped = false;           // should_stop said so; what stands here is true of what was found
};

// Throws InputError for an empty operator, count < 1, tol <= 0 or a probability outside of (0, 1).
Extremes find_extremes(const SymmetricOperator& op, const ExtremesOptions& options = {});

}  // namespace nadir
