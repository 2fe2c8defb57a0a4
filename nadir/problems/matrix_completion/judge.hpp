// The verdict on a completion: the duality gap first, then gradient, curvature and rank.
//
// global-minimum is proved by the gap alone (lower_bound.hpp). Everything that says "no better point of this rank"
// is numerical: the objective has rotations (U, V) -> (U O, V O) as symmetries, so that minima of rank 2 and more
// are never isolated.
#pragma once

#include "nadir/core/family.hpp"
#include "nadir/problems/matrix_completion/matrix_completion.hpp"

namespace nadir {

Judgement judge_matrix_completion(const MatrixCompletion& problem, const Point& point, const JudgeOptions& options);

}  // namespace nadir
