// What a point of a generative linear network is, under the Bures-Wasserstein loss.
//
//   1. its value and the closed-form optimum, both enclosed (bound.hpp): global-minimum, proved;
//   2. gradient and curvature in floating point: not-critical and strict-saddle, numerical, with a way out.
// Where the loss has a kink (problem.hpp), its directional derivatives are at most those of the stated
// subgradient, because the nuclear norm enters with a minus: a subgradient that does not vanish is a way down,
// and the point not critical. One that vanishes leaves the point undecided, whatever the second derivative along
// weights of its rank says; an escape is looked for all the same. Undecided, too, is a critical point without
// negative curvature that is not global: no theorem here says what it is.
#pragma once

#include "nadir/core/family.hpp"
#include "nadir/problems/linear_network/bures_wasserstein/problem.hpp"

namespace nadir {

Judgement judge_bures_wasserstein(const BuresWassersteinNetwork& problem, const Point& point, const JudgeOptions& options);

// What relative gaps are relative to: |value|, but at least 1e-6 (tr S + n tau), so that a generator that hits
// its target, at distance 0, can be told; 1 where both vanish.
double bures_wasserstein_gap_scale(const BuresWassersteinNetwork& problem, double value);

}  // namespace nadir
