// The judge of feed-forward networks: what enclosures prove of a point, and what floating point says beyond that.
//
//   global-minimum    proved: losses and penalties are never negative, and the value is within the tolerance of 0.
//                     The converse is false: a global minimum may have any value, and no lower bound but 0 is known
//   not-critical      proved: the enclosed gradient is too long; said only where every pre-activation is shown to
//                     differ from kinks
//   strict-saddle     proved: the gradient vanishes to the tolerance and the second derivative along a direction is
//                     enclosed below zero
//   local-minimum     proved: exactly one critical point lies near the point and the Hessian is positive definite there, on
//                     a slice across symmetries where there are any (isolated_minimum.hpp). Numerical, where that fails:
//                     critical, and the zeros of the spectrum are the rescalings of units of homogeneous activation, no
//                     more and no fewer (Morse-Bott). No search for others is made
//   spurious-minimum  the same, with a point of proved lower value in hand
//   both, proved      also where the theorems of judge_theorems.hpp apply: plateaus of piecewise linear networks, and minima
//                     of two layers whose optimality conditions hold without rounding, at kinks, too
//   not-critical      proved at kinks where a one-sided derivative is enclosed below zero (descent_at_kinks.hpp)
//   undecided         all else, kinks of deeper networks above all: where a pre-activation may be 0 and s' jumps
#pragma once

#include "nadir/core/family.hpp"
#include "nadir/problems/network/network.hpp"

namespace nadir {

Judgement judge_network(const Network& problem, const Point& point, const JudgeOptions& options);

}  // namespace nadir
