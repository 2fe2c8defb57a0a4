// What a point of a deep linear network is, and by which theorem.
//
// Without weight decay the landscape is known completely: every local minimum is global and every other
// critical point is a saddle [Kawaguchi2016, Thm 2.3; LuKawaguchi2017], strict or degenerate by
// [AchourMalgouyresGerchinovitz2024, Thm 1]. So a point is judged by
//   1. its gap to the enclosed closed-form optimum (lower_bound.hpp): global-minimum, proved;
//   2. its gradient, enclosed: not-critical, proved, with the gap it has all the same;
//   3. negative curvature along a direction, enclosed: strict-saddle, proved;
//   4. exact arithmetic where data and point allow it: critical and positive semidefinite, hence
//      degenerate-saddle, proved; else the structural test of classification.hpp, numerical.
// With weight decay spurious minima appear [MehtaChenTangHauenstein2022]; weight_decay.hpp says what is known.
#pragma once

#include "nadir/core/family.hpp"
#include "nadir/problems/linear_network/linear_network.hpp"
#include "nadir/problems/linear_network/lower_bound.hpp"

namespace nadir {

// The problem with the data that its proofs are about. X: d_in x n, Y: d_out x n.
struct JudgedNetwork {
  const LinearNetwork& problem;
  ConstMatrixView X, Y;
  const LowerBound& bound;
};

Judgement judge_linear_network(const JudgedNetwork& network, const Point& point, const JudgeOptions& options);

// What relative gaps are relative to: |value|, but at least 1e-6 |Y|^2/(2n), so that interpolation, whose
// optimum is 0, can be told; 1 where both vanish.
double gap_scale(const LinearNetwork& problem, double value);

}  // namespace nadir
