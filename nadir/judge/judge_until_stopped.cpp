#include "nadir/judge/judge_until_stopped.hpp"

#include <cmath>
#include <utility>

#include "nadir/base/stop.hpp"
#include "nadir/linalg/dense.hpp"

namespace nadir {

Judgement judge_until_stopped(std::string family, ProblemRef problem, std::span<const double> x, const JudgeOptions& options,
                              const std::function<void(JudgementBuilder&)>& examine) {
  JudgementBuilder builder(std::move(family), options);
  try {
    const StopScope scope(options.should_stop);
    examine(builder);
  } catch (const Stopped&) {
    const bool is_valued = !std::isnan(builder.verdict().value) || !all_finite(ConstMatrixView(x.data(), static_cast<Index>(x.size()), 1));
    if (!is_valued) builder.verdict().value = problem.value(x);
    builder.cut_off();
  }
  return std::move(builder).finish();
}

}  // namespace nadir
