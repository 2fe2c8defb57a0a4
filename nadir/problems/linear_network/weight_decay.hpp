// What is known of deep linear networks with weight decay, where minima can be spurious
// [MehtaChenTangHauenstein2022].
//
// Lower bound. With b_l the least penalty of layer l, beta = (b_1 ... b_H)^{1/H}, and no identity skips,
//   1/2 sum_l b_l |W_l|_F^2 >= H/2 beta sum_i sigma_i(P)^{2/H}          (Horn's inequality, then AM-GM)
// and with s <= lambda_min(X X^T), P0, R0, eps as in lower_bound.hpp and a_i <= sigma_i(P0) - eps/sqrt(s)
//   f >= (|R0|^2 - eps^2)/(2n) + sum_{i <= k} g(a_i) + s/(2n) sum_{i > k} a_i^2,
//   g(a) = min_{u >= 0} s/(2n) (u^H - a)^2 + H/2 beta u^2                (Mirsky's inequality).
// For X X^T = s I and uniform b_l it is attained: the closed form of the notes (roots of
// u^{2H-1} - a' u^{H-1} + ... = 0). It needs rank(X) = d_in; otherwise the bound without penalty stands.
//
// Minima. Generic entrywise penalties make critical points isolated: Newton-Kantorovich proves them. Uniform
// penalties leave the rotations of hidden layers as flat directions, and a minimum is recognised modulo these.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "nadir/core/verdict.hpp"
#include "nadir/problems/linear_network/enclosure.hpp"
#include "nadir/problems/linear_network/lower_bound.hpp"

namespace nadir {

struct DecayBound {
  double proved = 0.0;     // f >= proved everywhere
  double numerical = 0.0;  // the global minimum in closed form where it is known, else -infinity
  std::string theorem;     // of the proved bound, where it is better than the unpenalised one
};
DecayBound decay_lower_bound(const LinearNetwork& problem, const LowerBound& unpenalised);

// Points worth comparing with: the closed-form minimum where it is known, and shrunken unpenalised optima.
std::vector<Vector> decay_candidates(const LinearNetwork& problem);

struct IsolatedMinimum {
  double radius = 0.0;            // a strict local minimum lies in the closed ball of this radius
  double least_eigenvalue = 0.0;  // of the Hessian there, from below, > 0
};

struct DecayMinimum {
  Curvature curvature;  // counts proved where they could be
  std::optional<IsolatedMinimum> isolated;
  bool is_minimum_modulo_symmetry = false;  // numerical
  std::int64_t symmetry_dimension = 0;
};
// Presumes a point that is critical to rounding. Only tries proofs up to 400 parameters.
DecayMinimum examine_decay_minimum(const LinearNetwork& problem, const PointEnclosure& here, std::span<const double> x,
                                   const Curvature& numerical);

// A bound K with |n f''(y) - n f''(x)|_2 <= K |y - x| on the ball of that radius around x.
double hessian_lipschitz_times_n(const LinearNetwork& problem, const PointEnclosure& here, double radius);

// min over u >= 0 of c (u^H - a)^2 + d u^2, from below (proved) and in floating point.
struct ScalarMinimum { double proved = 0.0, numerical = 0.0, at = 0.0; };
ScalarMinimum minimise_shrinkage(double c, double a, double d, std::size_t H);

}  // namespace nadir
