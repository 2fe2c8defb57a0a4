#include "nadir/judge/judge.hpp"

#include <cmath>
#include <limits>

#include "nadir/base/error.hpp"
#include "nadir/judge/criticality.hpp"
#include "nadir/judge/escape.hpp"
#include "nadir/judge/judge_until_stopped.hpp"
#include "nadir/linalg/dense.hpp"

namespace nadir {
namespace {

constexpr double epsilon = std::numeric_limits<double>::epsilon();

class NumericalJudge {
 public:
  NumericalJudge(ProblemRef problem, std::span<const double> x, const JudgeOptions& options, const CurvatureOptions& curvature_options,
                 JudgementBuilder& builder)
      : problem_(problem), x_(x), options_(options), curvature_options_(curvature_options), builder_(builder) {}

  void run() {
    if (!all_finite(ConstMatrixView(x_.data(), problem_.dimension(), 1)))
      return undecided("an entry of the point is not finite");
    const auto expansion = problem_.expand(x_);
    verdict().value = expansion->value();
    if (!std::isfinite(verdict().value)) return undecided("the value is not finite in double precision");
    const Criticality criticality = examine_criticality(*expansion, problem_.dimension(), options_.criticality_tol);
    verdict().gradient_norm = gradient_norm_ = criticality.gradient_norm;
    verdict().gradient_scale = criticality.gradient_scale;
    verdict().evidence.push_back(criticality.evidence);
    if (!criticality.is_finite) return undecided("the gradient is not finite in double precision");
    if (!criticality.is_critical) return not_critical();
    critical(*expansion);
  }

 private:
  Verdict& verdict() { return builder_.verdict(); }

  void conclude(Headline headline) { builder_.conclude(headline, Rigor::numerical); }

  void undecided(const char* why) {
    builder_.note(why, "", Standing::undecided, Rigor::numerical);
    conclude(Headline::undecided);
  }

  void not_critical() {
    verdict().escape = descend_along_gradient(problem_, x_);
    conclude(Headline::not_critical);
  }

  void critical(const Expansion& expansion) {
    const CurvatureReport report = examine_curvature(expansion, problem_.dimension(), curvature_options_);
    if (!report.is_finite) return undecided("a product with the Hessian is not finite in double precision");
    verdict().curvature = report.curvature;
    verdict().evidence.push_back(report.evidence);
    const double least = report.curvature.min_eigenvalue;
    const double telling = std::fmax(report.zero_threshold, telling_curvature(verdict().gradient_norm, report, x_));
    const Numbers numbers{{"min_eigenvalue", least}, {"threshold", telling}};
    if (least < 0.0) verdict().escape = escape_along(problem_, x_, report.direction);
    if (std::fabs(least) > telling && !persists(report.direction, least))
      return undecided("the least eigenvalue changes by more than half on the way to the critical point, as near a degenerate one");
    if (least < -telling) {
      builder_.note("the least eigenvalue is negative beyond what the distance to the critical point explains", "",
                    Standing::holds, Rigor::numerical, numbers);
      return conclude(Headline::strict_saddle);
    }
    const bool is_positive = report.is_converged && least - report.residual > telling;
    builder_.note("every eigenvalue is positive beyond what the distance to the critical point explains",
                  "second-order sufficient condition", is_positive ? Standing::holds : Standing::undecided,
                  Rigor::numerical, numbers);
    if (!is_positive) return conclude(Headline::undecided);
    conclude(is_beaten(least) ? Headline::spurious_minimum : Headline::local_minimum);
  }

  // Whether the curvature along its direction is at least half of itself as far away as the critical point may lie, twice
  // the length of the Newton step that it explains. Near x = 0 of x^3 or x^4, where the whole Hessian vanishes, no
  // relative threshold tells that it does.
  bool persists(std::span<const double> direction, double curvature) const {
    const double reach = 2.0 * gradient_norm_ / std::fabs(curvature);
    if (reach == 0.0 || direction.empty()) return true;
    const Index n = problem_.dimension();
    for (const double t : {reach, -reach}) {
      Vector moved(x_.begin(), x_.end()), image(moved.size());
      axpy(t, direction, moved);
      const auto there = problem_.expand(moved);
      if (!std::isfinite(there->value())) return false;
      there->apply_hessian({direction.data(), n, 1}, {image.data(), n, 1});
      const double found = dot(direction, image);
      if (!(found / curvature > 0.5)) return false;
    }
    return true;
  }

  // Whether a point in hand has a value that the minimum near this point cannot have. That minimum lies lower
  // than the point itself, by about |gradient|^2 / (2 lambda), where the gradient is known up to rounding.
  bool is_beaten(double least_eigenvalue) {
    double best = verdict().value;
    for (const Vector& point : options_.better_points)
      if (static_cast<Index>(point.size()) == problem_.dimension()) best = std::fmin(best, problem_.value(point));
    const double gradient = std::fmax(verdict().gradient_norm, 10.0 * epsilon * verdict().gradient_scale);
    const double reach = 10.0 * gradient * gradient / least_eigenvalue;
    const double noise = options_.gap_tol * std::fmax(std::fabs(verdict().value), std::fabs(best));
    const bool is_beaten = std::isfinite(best) && verdict().value - best > std::fmax(reach, noise);
    if (is_beaten)
      builder_.note("a point with a lower value is in hand", "", Standing::holds, Rigor::numerical, {{"value", best}});
    return is_beaten;
  }

  ProblemRef problem_;
  std::span<const double> x_;
  const JudgeOptions& options_;
  const CurvatureOptions& curvature_options_;
  JudgementBuilder& builder_;
  double gradient_norm_ = 0.0;
};

}  // namespace

Judgement judge_numerically(const std::string& family, ProblemRef problem, std::span<const double> x,
                            const JudgeOptions& options, const CurvatureOptions& curvature_options) {
  if (static_cast<Index>(x.size()) != problem.dimension())
    throw InputError("point", std::to_string(problem.dimension()) + " numbers", std::to_string(x.size()));
  return judge_until_stopped(family, problem, x, options, [&](JudgementBuilder& builder) {
    NumericalJudge(problem, x, options, curvature_options, builder).run();
  });
}

}  // namespace nadir
