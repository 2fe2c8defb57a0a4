// The family double-well: options in, problem, starts and judge out.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "nadir/core/family.hpp"
#include "nadir/problems/double_well/double_well.hpp"

namespace nadir {

class DoubleWellFamily final : public Family {
 public:
  std::string_view name() const override { return "double-well"; }
  std::string_view summary() const override;
  std::string_view help() const override;
  OptionList options() override { return rows(options_); }
  void prepare() override { problem_.emplace(options_); }
  ProblemRef problem() const override { return *problem_; }
  std::vector<std::string> start_names() const override { return {"random", "saddle"}; }
  Point start(const std::string& start_name, std::uint64_t seed, std::uint64_t index) const override;
  double target_value(double gap_tol) const override;
  Judgement judge(const Point& point, const JudgeOptions& options) const override;

 private:
  DoubleWellOptions options_;
  std::optional<DoubleWell> problem_;
};

}  // namespace nadir
