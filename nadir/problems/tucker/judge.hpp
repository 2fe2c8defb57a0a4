// What a point of a Tucker problem is, and by which theorem.
//
//   1. the enclosed value against the tail of an unfolding (tail_bound.hpp): global-minimum, proved; an exact
//      decomposition is the simplest case, order 2 and one truncated mode are others;
//   2. the enclosed gradient: not-critical, proved;
//   3. three blocks or more are exactly zero: the Hessian vanishes; a path that descends at order d + 1 (escape.hpp):
//      degenerate-saddle, proved;
//   4. negative curvature along a direction, enclosed: strict-saddle, proved;
//   5. the Newton-Kantorovich theorem on a slice across the symmetries (isolation.hpp): local-minimum, proved, and
//      spurious-minimum where a better point is in hand;
//   6. factors with dependent columns and no negative curvature: degenerate-saddle, numerical, its escape's gain proved;
//   7. positive curvature across the symmetries in floating point: local-minimum, numerical.
//
// Of masked tensors 1 holds for a value of zero alone: tails need every entry. Sparse tensors of
// more than 2^26 places are judged in floating point.
#pragma once

#include "nadir/core/family.hpp"
#include "nadir/problems/tucker/tail_bound.hpp"
#include "nadir/problems/tucker/tucker.hpp"

namespace nadir {

// The bound is that of tail_bound(problem.data(), problem.ranks()), the same for all points. Throws InputError when the
// point has another layout than the problem.
Judgement judge_tucker(const Tucker& problem, const TailBound& bound, const Point& point, const JudgeOptions& options);

// What relative gaps are relative to: the value, but at least 1e-6 |T|^2/2, the value at X = 0, so that an exact
// decomposition can be told; at least 1 where T vanishes.
double tucker_gap_scale(const TuckerData& data, double value);

}  // namespace nadir
