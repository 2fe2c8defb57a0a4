// What a stranger needs in order to check a verdict: the claims with their numbers, and the witnesses that
// make checking cheap. Produced beside a verdict, written by io, checked by verify.
//
// Kinds of claim that every family shares (numbers in parentheses; all about the real-number problem on
// the floating-point data and the floating-point point):
//   value               (lower, upper)        lower <= f(point) <= upper
//   lower-bound         (bound)               f >= bound everywhere; witnesses are the family's
//   gap                 (gap, gap_scale, tolerance)  f(point) - inf f <= gap <= tolerance * gap_scale
//   gradient-norm       (lower, upper, scale, tolerance)  lower <= |grad f(point)| <= upper
//   critical            ()                    grad f(point) = 0, exactly
//   negative-curvature  (curvature)           v'Hv <= curvature * v'v for the witness "direction", curvature < 0
//   no-negative-curvature ()                  the Hessian at the point is positive semidefinite, exactly
//   descent             (decrease)            f(point + witness "escape") <= f(point) - decrease, decrease > 0
//   isolated-minimum    (radius, least_eigenvalue)  a strict local minimum, alone in its ball, within radius
//   minimum-up-to-symmetry (radius, least_eigenvalue)  a local minimum within radius, a strict one among the points that
//                                             share the coordinates of the witness "slice" (indices of the flat
//                                             point), across the problem's symmetries
//   local-minimum       ()                    the point itself is a local minimum, perhaps not a strict one
//   plateau-minimum     (radius, value)       a local minimum, perhaps not strict, with a value of at least `value` lies
//                                             within radius, and radius <= 1e-6 |point|
//   directional-derivative (derivative, scale, tolerance)  f'(point; v) <= derivative * |v| for the witness "direction" v,
//                                             derivative < 0; the one-sided derivative, for points where f has a kink
//   better-point        (value)               f(witness "better") <= value
//   descending-path     (order, coefficient)  for polynomial f and the witnesses k = "path/1" and c = "path/2":
//                                             f(x + t k + t^2 c) = f(x) + a t^order + ..., a <= coefficient < 0, so
//                                             that points as near as one likes have lower values
// A family may add kinds of its own; each is documented in its README and re-derived by its checker.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "nadir/core/verdict.hpp"
#include "nadir/linalg/matrix.hpp"

namespace nadir {

struct Claim {
  std::string kind;
  std::string text;     // the sentence of the evidence it stands behind
  std::string theorem;
  Rigor rigor = Rigor::proved;  // only claims marked proved are checked
  Numbers numbers;
};

struct Certificate {
  Headline headline = Headline::undecided;
  Rigor rigor = Rigor::numerical;
  std::vector<Claim> claims;
  std::map<std::string, Matrix> witness;  // written to witness.npz
};

// The number of that name; throws InputError naming the claim when it is absent.
double number(const Claim& claim, const std::string& name);
// The first claim of that kind, or null.
const Claim* find(const std::vector<Claim>& claims, const std::string& kind);

// A value that the local minimum of the claims is not below: a lower point elsewhere makes it spurious. -infinity where
// they show no minimum.
double minimum_floor(const std::vector<Claim>& claims);

// Whether the claims of these kinds, if each is true, add up to the headline with rigor `proved`:
//   global-minimum: gap.   not-critical: gradient-norm with lower > tolerance * scale, or directional-derivative with
//   -derivative > tolerance * scale.
//   strict-saddle: negative-curvature and (critical, or gradient-norm with upper <= tolerance * scale).
//   degenerate-saddle: critical, no-negative-curvature and descending-path; or critical, no-negative-curvature and
//   descent, in a family whose every non-global critical point is a saddle.   local-minimum: isolated-minimum,
//   minimum-up-to-symmetry, local-minimum, or plateau-minimum at a point whose gradient-norm is within its tolerance.
//   spurious-minimum: one of these, and better-point with a value below minimum_floor.
bool claims_support(Headline headline, const std::vector<Claim>& claims);

}  // namespace nadir
