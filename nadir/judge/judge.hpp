// The verdict for a problem without a theory of its own: what gradient and curvature say, in floating point.
//
//   not-critical      the gradient exceeds its tolerance
//   strict-saddle     critical, and the least eigenvalue is negative beyond telling_curvature()
//   local-minimum     critical, and every eigenvalue is positive beyond telling_curvature()
//   spurious-minimum  the same, and a point in hand (JudgeOptions::better_points) has a lower value
//   undecided         all else: a zero eigenvalue, an eigenvalue that vanishes on the way to the critical point, a value
//                     that is not finite
// All of it is `numerical`: eigenvalues and gradients carry rounding errors that nobody bounded, and every
// tolerance stands in the evidence. Nothing is said of the global minimum: without a lower bound the gap is
// infinite.
#pragma once

#include <span>
#include <string>

#include "nadir/core/family.hpp"
#include "nadir/core/problem.hpp"
#include "nadir/judge/curvature.hpp"

namespace nadir {

// Throws InputError when the point has another length than the problem.
Judgement judge_numerically(const std::string& family, ProblemRef problem, std::span<const double> x,
                            const JudgeOptions& options = {}, const CurvatureOptions& curvature_options = {});

}  // namespace nadir
