// Examines a point until it is through or until JudgeOptions::should_stop cuts it off.
//
// A judge that is cut off says what it had proved and nothing more: the claims made so far, each with its witness, the
// headline that they add up to, and otherwise `undecided`. An escape is kept only where it is proved. The value is stated
// in any case.
#pragma once

#include <functional>
#include <span>
#include <string>

#include "nadir/core/family.hpp"
#include "nadir/core/problem.hpp"
#include "nadir/judge/judgement_builder.hpp"

namespace nadir {

// `examine` fills the builder and concludes. Between a claim and its witness it must not come to a stop_point().
Judgement judge_until_stopped(std::string family, ProblemRef problem, std::span<const double> x, const JudgeOptions& options,
                              const std::function<void(JudgementBuilder&)>& examine);

}  // namespace nadir
