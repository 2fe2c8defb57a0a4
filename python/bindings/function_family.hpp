// A function written in Python as a family, so that what is written for families (surveys) takes it, too. The registry does
// not know it: it has no options, no data, no theorems and no certificate.
#pragma once

#include <functional>

#include "nadir/core/family.hpp"
#include "nadir/judge/curvature.hpp"
#include "python/bindings/python_function.hpp"

namespace nadir::python {

class FunctionFamily final : public Family {
 public:
  // start(seed, index) gives the start of that number. The function outlives this.
  using Start = std::function<Vector(std::uint64_t seed, std::uint64_t index)>;
  FunctionFamily(PythonFunction& function, Start start, const CurvatureOptions& curvature)
      : function_(function), start_(std::move(start)), curvature_(curvature) {}

  std::string_view name() const override { return "function"; }
  std::string_view summary() const override { return "a function of the user's own"; }
  std::string_view help() const override { return ""; }
  OptionList options() override { return {}; }
  void prepare() override {}
  ProblemRef problem() const override { return function_; }
  std::vector<std::string> start_names() const override { return {"given"}; }
  Point start(const std::string& start_name, std::uint64_t seed, std::uint64_t index) const override;
  double target_value(double gap_tol) const override;
  Judgement judge(const Point& point, const JudgeOptions& options) const override;

 private:
  PythonFunction& function_;
  Start start_;
  CurvatureOptions curvature_;
};

}  // namespace nadir::python
