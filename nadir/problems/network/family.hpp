// The family network: options and data in, problem, starts and judge out.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "nadir/core/family.hpp"
#include "nadir/problems/network/network.hpp"
#include "nadir/problems/network/options.hpp"

namespace nadir {

class NetworkFamily final : public Family {
 public:
  std::string_view name() const override { return "network"; }
  std::string_view summary() const override;
  std::string_view help() const override;
  OptionList options() override { return rows(options_); }
  void make_example(std::uint64_t seed) override;
  void prepare() override;
  ProblemRef problem() const override { return *problem_; }
  std::vector<std::string> start_names() const override;
  Point start(const std::string& start_name, std::uint64_t seed, std::uint64_t index) const override;
  double target_value(double gap_tol) const override;
  std::optional<Point> given_point() const override;
  // Polished by Newton's steps (polish.hpp).
  Point normal_form(Point point) const override;
  double relative_distance(const Point& a, const Point& b) const override;
  std::optional<AlignedPoint> aligned(const Point& point, const Point& reference) const override;
  Judgement judge(const Point& point, const JudgeOptions& options) const override;

 private:
  NetworkOptions options_;
  std::unique_ptr<Network> problem_;
};

}  // namespace nadir
