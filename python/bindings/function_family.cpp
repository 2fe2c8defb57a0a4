#include "python/bindings/function_family.hpp"

#include <limits>

#include "nadir/base/error.hpp"
#include "nadir/judge/judge.hpp"

namespace nadir::python {

Point FunctionFamily::start(const std::string&, std::uint64_t seed, std::uint64_t index) const {
  Point point(function_.layout());
  Vector values = start_(seed, index);
  if (values.size() != point.values.size())
    throw InputError("start " + std::to_string(index), std::to_string(point.values.size()) + " numbers", std::to_string(values.size()));
  point.values = std::move(values);
  return point;
}

double FunctionFamily::target_value(double) const { return -std::numeric_limits<double>::infinity(); }

// Derivatives that are differences are more exact meanwhile.
Judgement FunctionFamily::judge(const Point& point, const JudgeOptions& options) const {
  function_.set_judging(true);
  Judgement judgement = judge_numerically("function", function_, point.values, options, curvature_);
  function_.set_judging(false);
  return judgement;
}

}  // namespace nadir::python
