// The family tucker: options and data in, problem, starts and judge out.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "nadir/core/family.hpp"
#include "nadir/problems/tucker/options.hpp"
#include "nadir/problems/tucker/tail_bound.hpp"
#include "nadir/problems/tucker/tucker.hpp"

namespace nadir {

class TuckerFamily final : public Family {
 public:
  std::string_view name() const override { return "tucker"; }
  std::string_view summary() const override;
  std::string_view help() const override;
  OptionList options() override { return rows(options_); }
  void make_example(std::uint64_t seed) override;
  void prepare() override;
  ProblemRef problem() const override { return *problem_; }
  std::vector<std::string> start_names() const override;
  Point start(const std::string& start_name, std::uint64_t seed, std::uint64_t index) const override;
  double target_value(double gap_tol) const override;
  std::string default_solver() const override { return "alternating"; }
  Point normal_form(Point point) const override;
  double relative_distance(const Point& a, const Point& b) const override;  // of the tensors; ranks may differ
  std::optional<AlignedPoint> aligned(const Point& point, const Point& reference) const override;
  Judgement judge(const Point& point, const JudgeOptions& options) const override;
  void reshape(const Layout& layout) override;

 private:
  const TailBound& tail() const;  // of these ranks, computed once

  TuckerOptions options_;
  TuckerData data_;
  std::unique_ptr<Tucker> problem_;
  mutable std::optional<TailBound> bound_;
};

}  // namespace nadir
