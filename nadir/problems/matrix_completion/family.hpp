// The family matrix-completion for the driver.
#pragma once

#include <cmath>

#include "nadir/core/family.hpp"
#include "nadir/problems/matrix_completion/matrix_completion.hpp"
#include "nadir/problems/matrix_completion/select_lambda.hpp"

namespace nadir {

class MatrixCompletionFamily final : public Family {
 public:
  std::string_view name() const override { return "matrix-completion"; }
  std::string_view summary() const override;
  std::string_view help() const override;
  OptionList options() override { return rows(options_); }
  void make_example(std::uint64_t seed) override;
  void prepare() override;

  ProblemRef problem() const override { return *problem_; }
  std::vector<std::string> start_names() const override;
  Point start(const std::string& start_name, std::uint64_t seed, std::uint64_t index) const override;
  // A gap below 2e-9 needs a smaller value than that which ends a search as a rule.
  double target_value(double gap) const override { return target_ * std::fmin(1.0, 0.5e9 * gap); }
  std::string default_solver() const override { return "alternating"; }
  // Of the products U V^T, or U U^T; ranks may differ.
  double relative_distance(const Point& a, const Point& b) const override;
  std::optional<AlignedPoint> aligned(const Point& point, const Point& reference) const override;
  Judgement judge(const Point& point, const JudgeOptions& options) const override;
  bool is_cheap_to_judge() const override { return problem_->model().lambda > 0.0; }

  bool can_grow() const override { return options_.rank == "auto"; }
  void reshape(const Layout& layout) override;
  std::optional<Point> enlarge(const Point& point, double tol) const override;
  std::unique_ptr<EntryPredictor> predictor(const Point& point) const override;
  std::map<std::string, std::string> side_files() const override;

 private:
  void choose_lambda(CompletionModel& model);

  MatrixCompletionOptions options_;
  std::unique_ptr<MatrixCompletion> problem_;
  Index first_rank_ = 1;
  double target_ = 0.0;
  std::optional<LambdaChoice> choice_;
};

}  // namespace nadir
