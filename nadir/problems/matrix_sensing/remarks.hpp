// What is worth saying of a sensing problem's point beyond the proof: evidence, never claims.
#pragma once

#include <span>

#include "nadir/judge/judgement_builder.hpp"
#include "nadir/problems/matrix_sensing/matrix_sensing.hpp"

namespace nadir {

// An estimate of the restricted isometry constant, where the problem is one that theorems speak of, and the rank of
// the factors at a second-order point.
void add_remarks(JudgementBuilder& builder, const MatrixSensing& problem, std::span<const double> x, bool is_second_order);

}  // namespace nadir
