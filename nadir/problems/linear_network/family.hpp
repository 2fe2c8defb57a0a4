// The family linear-network: options and data in, problem, starts and judge out.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "nadir/core/family.hpp"
#include "nadir/problems/linear_network/bures_wasserstein/problem.hpp"
#include "nadir/problems/linear_network/linear_network.hpp"
#include "nadir/problems/linear_network/lower_bound.hpp"
#include "nadir/problems/linear_network/options.hpp"

namespace nadir {

class LinearNetworkFamily final : public Family {
 public:
  std::string_view name() const override { return "linear-network"; }
  std::string_view summary() const override;
  std::string_view help() const override;
  OptionList options() override { return rows(options_); }
  void make_example(std::uint64_t seed) override;
  void prepare() override;
  ProblemRef problem() const override { return generator_ ? ProblemRef(*generator_) : ProblemRef(*problem_); }
  std::vector<std::string> start_names() const override;
  Point start(const std::string& start_name, std::uint64_t seed, std::uint64_t index) const override;
  double target_value(double gap_tol) const override;
  // Of the maps W_H ... W_1 (of generators: of what they generate). Points of one map need not be connected by a
  // symmetry where its rank is not full, a layer has a skip or entries are penalised one by one.
  double relative_distance(const Point& a, const Point& b) const override;
  std::optional<AlignedPoint> aligned(const Point& point, const Point& reference) const override;
  Judgement judge(const Point& point, const JudgeOptions& options) const override;

 private:
  const LowerBound& bound() const;

  LinearNetworkOptions options_;
  std::unique_ptr<LinearNetwork> problem_;              // one of these two, as --loss says
  std::unique_ptr<BuresWassersteinNetwork> generator_;
  mutable std::unique_ptr<LowerBound> bound_;  // made by the first judgement
};

}  // namespace nadir
