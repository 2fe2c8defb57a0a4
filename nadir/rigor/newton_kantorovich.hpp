// "A true zero lies within r of this point, it is the only one there": the Newton-Kantorovich theorem.
//
// Theorem (radii polynomial form, [HungriaLessardMireles2016, sec. 2]; the estimates are those of
// [Ortega1968]). Let F: R^n -> R^n, a point x, an n x n matrix A and r_max > 0 satisfy
//   H1  F is continuously differentiable on the closed ball of radius r_max around x,
//   H2  |A F(x)| <= eta,
//   H3  |I - A F'(x)| <= delta < 1,
//   H4  |A (F'(y) - F'(x))| <= K |y - x| for all y in that ball,
//   H5  (1 - delta)^2 > 2 K eta, and the smaller root r- of p(r) = K r^2 / 2 - (1 - delta) r + eta is <= r_max.
// Then F has a zero in the closed ball of radius r- around x and no other in the open ball of radius
// min(r+, r_max), r+ the larger root. (T(y) = y - A F(y) maps the ball of radius r- into itself and contracts
// there; a fixed point at distance r satisfies p(r) >= 0. H3 makes A invertible.) Norms: any one norm and its
// operator norm. A nullopt says that the hypotheses were not met, not that there is no zero.
#pragma once

#include <optional>

#include "nadir/rigor/ball_matrix.hpp"

namespace nadir {

struct KantorovichBounds {
  double defect = 0.0;          // eta of H2
  double inverse_defect = 0.0;  // delta of H3
  double lipschitz = 0.0;       // K of H4
  double max_radius = 0.0;      // r_max of H1 and H4; may be infinite
};

struct KantorovichRadii {
  double existence = 0.0;   // a zero in the closed ball of this radius; 0 says that x itself is one
  double uniqueness = 0.0;  // at most one zero in the open ball of this radius; > existence
};

// Existence rounded up, uniqueness down. Bounds that are negative or NaN meet no hypothesis.
std::optional<KantorovichRadii> newton_kantorovich(const KantorovichBounds& bounds);

// A nondegenerate critical point of a function near x, Euclidean norms.
struct CriticalPointProof {
  KantorovichRadii radii;
  Index num_negative = 0;               // eigenvalues < 0 of the Hessian at the true critical point, exactly
  double least_curvature = 0.0;         // lower bound there of min |eigenvalue|, > 0
};

// Applies the theorem to F = grad f with A = inverse of the Hessian at x, so that delta = 0,
// eta = |grad f(x)| / sigma and K = lipschitz / sigma, where sigma > 0 bounds |eigenvalues| of the Hessian
// from below. The critical point's own Hessian differs by at most lipschitz * existence < sigma in norm,
// so (Weyl) it has as many negative eigenvalues.
//
// Hypotheses on the arguments: f is twice continuously differentiable on the ball of radius max_radius around x;
// `hessian` encloses its symmetric Hessian at x (n x n), `gradient` its gradient (n x 1); |f''(y) - f''(x)|_2 <=
// hessian_lipschitz |y - x| on that ball. InputError for other shapes.
std::optional<CriticalPointProof> prove_critical_point(const BallMatrix& hessian, const BallMatrix& gradient,
                                                       double hessian_lipschitz, double max_radius);

}  // namespace nadir
