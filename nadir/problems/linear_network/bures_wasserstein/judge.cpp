#include "nadir/problems/linear_network/bures_wasserstein/judge.hpp"

#include <cmath>
#include <string>

#include "nadir/base/error.hpp"
#include "nadir/base/random.hpp"
#include "nadir/judge/criticality.hpp"
#include "nadir/judge/curvature.hpp"
#include "nadir/judge/escape.hpp"
#include "nadir/judge/judge_until_stopped.hpp"
#include "nadir/linalg/dense.hpp"
#include "nadir/problems/linear_network/bures_wasserstein/bound.hpp"
#include "nadir/rigor/fp_environment.hpp"

namespace nadir {
namespace {

const char* const closed_form = "von Neumann's trace theorem (Horn, Johnson 2013, theorem 7.4.1.1); compare Brechet, Papagiannouli, An, Montufar 2023";
constexpr double gap_scale_floor = 1e-6;  // of tr S + n tau
constexpr int num_escape_directions = 8;  // tried where the loss has a kink

// One double outwards where that says less: a sum of square roots that doubles hold exactly is a tie that no
// arithmetic of balls can confirm.
double below(double x) { return x > 0.0 ? next_down(x) : x; }
double above(double x) { return x > 0.0 ? next_up(x) : x; }

class BuresWassersteinJudge {
 public:
  BuresWassersteinJudge(const BuresWassersteinNetwork& problem, const Point& point, const JudgeOptions& options, JudgementBuilder& builder)
      : problem_(problem), x_(point.values), options_(options), builder_(builder) {}

  void run() {
    if (!all_finite(ConstMatrixView(x_.data(), static_cast<Index>(x_.size()), 1)) || !std::isfinite(problem_.value(x_))) return builder_.break_down();
    if (problem_.target().obstacle().empty()) {
      const Interval value = enclose_bures_wasserstein(problem_, x_);
      if (!value.is_finite()) return builder_.break_down();
      state_proved_gap(value);
    } else {
      state_obstacle();
    }
    if (!is_global_proved_) state_numerical_gap();
    conclude();
  }

 private:
  Verdict& verdict() { return builder_.verdict(); }

  void state_proved_gap(const Interval& enclosure) {
    const Interval value{below(enclosure.lower), above(enclosure.upper)};
    verdict().value = value.mid();
    verdict().gap_scale = bures_wasserstein_gap_scale(problem_, value.mid());
    builder_.prove("value", "the value lies between the stated bounds", "", {{"lower", value.lower}, {"upper", value.upper}});
    const double bound = below(enclose_bures_wasserstein_optimum(problem_).lower);
    verdict().lower_bound = bound;
    verdict().gap = sub_up(value.upper, bound);
    builder_.prove("lower-bound", "no weights whatever have a value below the bound", bound > 0.0 ? closed_form : "a squared distance is not negative",
                   {{"bound", bound}});
    is_global_proved_ = verdict().gap <= mul_down(options_.gap_tol, verdict().gap_scale);
    if (is_global_proved_)
      builder_.prove("gap", "the value is within " + short_text(verdict().gap) + " of the global minimum", closed_form,
                     {{"gap", verdict().gap}, {"gap_scale", verdict().gap_scale}, {"tolerance", options_.gap_tol}});
    else
      builder_.note("the value is within " + short_text(verdict().gap) + " of the global minimum, no closer is shown", closed_form, Standing::holds,
                    Rigor::proved, {{"upper", value.upper}, {"lower", bound}});
  }

  void state_obstacle() {
    verdict().value = problem_.value(x_);
    verdict().gap_scale = bures_wasserstein_gap_scale(problem_, verdict().value);
    builder_.note("nothing about the loss can be proved: " + problem_.target().obstacle(), closed_form, Standing::undecided, Rigor::numerical);
  }

  void state_numerical_gap() {
    // Not the middle of the enclosure: near 0 the computed value is far more accurate than what is proved of it.
    const double value = problem_.value(x_), optimum = bures_wasserstein_optimum(problem_), gap = value - optimum;
    is_global_numerically_ = gap <= options_.gap_tol * verdict().gap_scale;
    builder_.note(is_global_numerically_ ? "the value agrees with the closed form of the global minimum to " + short_text(gap)
                                         : "the value exceeds the closed form of the global minimum by " + short_text(gap),
                  closed_form, Standing::holds, Rigor::numerical, {{"value", value}, {"closed_form", optimum}});
  }

  void conclude() {
    const auto expansion = problem_.expand(x_);
    const bool is_smooth = problem_.is_smooth(x_);
    if (!is_smooth)
      builder_.note("the loss is not differentiable here: the product of the weights, seen through the root of the covariance, has not the "
                    "largest rank that the widths allow; gradient and curvature are those among weights of its rank",
                    "", Standing::holds, Rigor::numerical);
    const Criticality criticality = examine_criticality(*expansion, problem_.layout().dimension(), options_.criticality_tol);
    verdict().gradient_norm = criticality.gradient_norm;
    verdict().gradient_scale = criticality.gradient_scale;
    verdict().evidence.push_back(criticality.evidence);
    if (is_global_proved_ || is_global_numerically_) {
      if (is_smooth && criticality.is_finite) state_curvature(*expansion);
      return builder_.conclude(Headline::global_minimum, is_global_proved_ ? Rigor::proved : Rigor::numerical);
    }
    if (!criticality.is_finite) return builder_.conclude(Headline::undecided, Rigor::numerical);
    if (!criticality.is_critical) {
      verdict().escape = descend_along_gradient(problem_, x_);
      return builder_.conclude(Headline::not_critical, Rigor::numerical);  // also at a kink: see the header
    }
    if (!is_smooth) return conclude_kink();
    conclude_critical(*expansion);
  }

  CurvatureReport state_curvature(const Expansion& expansion) {
    CurvatureReport report = examine_curvature(expansion, problem_.layout().dimension());
    if (report.is_finite) verdict().curvature = report.curvature;
    verdict().evidence.push_back(report.evidence);
    return report;
  }

  void conclude_critical(const Expansion& expansion) {
    const CurvatureReport report = state_curvature(expansion);
    if (!report.is_finite) return builder_.conclude(Headline::undecided, Rigor::numerical);
    const double least = report.curvature.min_eigenvalue;
    const double telling = std::fmax(report.zero_threshold, telling_curvature(verdict().gradient_norm, report, x_));
    if (least < 0.0) verdict().escape = escape_along(problem_, x_, report.direction);
    if (!verdict().escape) escape_at_random();
    builder_.note("the least eigenvalue is negative beyond what the distance to the critical point explains", "",
                  least < -telling ? Standing::holds : Standing::undecided, Rigor::numerical, {{"min_eigenvalue", least}, {"threshold", telling}});
    builder_.conclude(least < -telling ? Headline::strict_saddle : Headline::undecided, Rigor::numerical);
  }

  void conclude_kink() {
    escape_at_random();
    builder_.conclude(Headline::undecided, Rigor::numerical);
  }

  // A random displacement gives the product the rank it lacks with probability one; whether the loss falls is tried.
  void escape_at_random() {
    for (int i = 0; i < num_escape_directions && !verdict().escape; ++i) {
      Vector direction(x_.size());
      Random random(0, static_cast<std::uint64_t>(i));
      random.fill_normal(direction);
      verdict().escape = escape_along(problem_, x_, direction);
      if (verdict().escape) verdict().escape->kind = Escape::Kind::path;
    }
  }

  const BuresWassersteinNetwork& problem_;
  const Vector& x_;
  const JudgeOptions& options_;
  JudgementBuilder& builder_;
  bool is_global_proved_ = false, is_global_numerically_ = false;
};

}  // namespace

double bures_wasserstein_gap_scale(const BuresWassersteinNetwork& problem, double value) {
  const TargetCovariance& target = problem.target();
  const double size = target.trace() + static_cast<double>(target.dimension()) * problem.smoothing();
  const double scale = std::fmax(std::fabs(value), gap_scale_floor * size);
  return scale > 0.0 ? scale : 1.0;
}

Judgement judge_bures_wasserstein(const BuresWassersteinNetwork& problem, const Point& point, const JudgeOptions& options) {
  if (static_cast<Index>(point.values.size()) != problem.layout().dimension())
    throw InputError("point", std::to_string(problem.layout().dimension()) + " numbers", std::to_string(point.values.size()));
  return internal::guarded([&] {
    return judge_until_stopped("linear-network", problem, point.values, options,
                               [&](JudgementBuilder& builder) { BuresWassersteinJudge(problem, point, options, builder).run(); });
  });
}

}  // namespace nadir
