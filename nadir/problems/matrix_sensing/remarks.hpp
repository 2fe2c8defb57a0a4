// What is worth saying of a sensing problem's point beyond the proof: evidence, never claims.
#pragma once

#include <span>

#include "nadir/judge/judgement_builder.hpp"
#include "nadir/problems/matrix_sensing/isometry.hpp"
#include "nadir/problems/matrix_sensing/matrix_sensing.hpp"

namespace nadir {

// What the estimate of the restricted isometry constant says of the problem.
void remark_on_isometry(JudgementBuilder& builder, const IsometryEstimate& estimate, bool is_psd);
// At a second-order point, to the tolerance: whether the factors lack a rank, and what follows.
void remark_on_rank(JudgementBuilder& builder, const MatrixSensing& problem, std::span<const double> x);

}  // namespace nadir
