// The family matrix-sensing: options and data in, problem, starts and judge out.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "nadir/core/family.hpp"
#include "nadir/problems/matrix_sensing/isometry.hpp"
#include "nadir/problems/matrix_sensing/matrix_sensing.hpp"
#include "nadir/problems/matrix_sensing/options.hpp"

namespace nadir {

class MatrixSensingFamily final : public Family {
 public:
  std::string_view name() const override { return "matrix-sensing"; }
  std::string_view summary() const override;
  std::string_view help() const override;
  OptionList options() override { return rows(options_); }
  void make_example(std::uint64_t seed) override;
  void prepare() override;
  ProblemRef problem() const override { return *problem_; }
  std::vector<std::string> start_names() const override;
  Point start(const std::string& start_name, std::uint64_t seed, std::uint64_t index) const override;
  double target_value(double gap_tol) const override;
  // Of the products U V^T, or U U^T; ranks may differ.
  double relative_distance(const Point& a, const Point& b) const override;
  std::optional<AlignedPoint> aligned(const Point& point, const Point& reference) const override;
  Judgement judge(const Point& point, const JudgeOptions& options) const override;
  void reshape(const Layout& layout) override;
  bool can_grow() const override { return options_.rank == "auto"; }
  std::optional<Point> enlarge(const Point& point, double tol) const override;

 private:
  MatrixSensingOptions options_;
  SensingData data_;
  std::unique_ptr<MatrixSensing> problem_;
  mutable std::optional<IsometryEstimate> isometry_;  // made by the first judgement at this rank
};

}  // namespace nadir
