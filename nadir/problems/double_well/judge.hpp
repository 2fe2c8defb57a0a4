// What a point of the double well is; the theorems are in README.md.
//
//   global-minimum  proved: the minimum is 0, so the enclosed value is the gap
//   not-critical    proved: the enclosed gradient exceeds its tolerance
//   strict-saddle   proved: critical to the tolerance, and an enclosed Rayleigh quotient is negative
//   undecided       all else: a point that rounding does not let tell apart, a tolerance of the gap that is
//                   stricter than that of the gradient, a value beyond double precision
#pragma once

#include "nadir/core/family.hpp"
#include "nadir/problems/double_well/double_well.hpp"
#include "nadir/rigor/interval.hpp"

namespace nadir {

// Throws InputError when the point has another length than the problem.
Judgement judge_double_well(const DoubleWell& problem, std::span<const double> x, const JudgeOptions& options = {});

// f(x + shift) with x and shift taken as exact real vectors; shift may be empty. The whole line where double
// precision does not reach.
Interval enclose_double_well(const DoubleWell& problem, std::span<const double> x, std::span<const double> shift = {});

}  // namespace nadir
