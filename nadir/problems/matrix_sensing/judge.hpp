// What a point of a sensing problem is, and by which theorem.
//
//   1. the enclosed value against the bound of convex duality (dual_bound.hpp), which holds for X of any rank:
//      global-minimum, proved; a residual of zero is the simplest case;
//   2. the enclosed gradient: not-critical, proved;
//   3. negative curvature along a direction, enclosed: strict-saddle, proved;
//   4. a positive definite Hessian and the Newton-Kantorovich theorem (isolation.hpp): local-minimum, proved, and
//      spurious-minimum where a better point is in hand; for factors of more than one column rotations make the
//      Hessian singular, and a minimum up to symmetry is numerical;
//   5. a path that leads down at third or fourth order (descending_path.hpp): degenerate-saddle, proved where the
//      point is critical in exact arithmetic, numerical otherwise.
// Beside these, as evidence only: what an estimate of the restricted isometry constant says (isometry.hpp), and the
// rank of the factors: a second-order point of deficient rank is global (README.md).
#pragma once

#include "nadir/core/family.hpp"
#include "nadir/problems/matrix_sensing/isometry.hpp"
#include "nadir/problems/matrix_sensing/matrix_sensing.hpp"

namespace nadir {

// The estimate is of estimate_isometry(problem.data(), problem.rank()), the same for all points. Throws InputError when
// the point has another layout than the problem.
Judgement judge_matrix_sensing(const MatrixSensing& problem, const IsometryEstimate& isometry, const Point& point, const JudgeOptions& options);

// What relative gaps are relative to: the value, but at least 1e-6 |y|^2/2, the value at X = 0, so that a perfect
// fit, whose value is 0, can be told; at least 1 where y vanishes and everything else is a matter of units.
double gap_scale(const SensingData& data, double value);

}  // namespace nadir
