#include "nadir/problems/double_well/judge.hpp"

#include <cmath>
#include <string>

#include "nadir/base/error.hpp"
#include "nadir/judge/curvature.hpp"
#include "nadir/judge/escape.hpp"
#include "nadir/judge/judge_until_stopped.hpp"

namespace nadir {
namespace {

const char* const sum_of_squares = "a sum of squares is not negative and vanishes at (+-a, 0)";

Interval height(const Interval& x1, double a) {
  const Interval well = Interval::point(a);
  return (x1 - well) * (x1 + well);
}

Interval enclose_gradient_norm(std::span<const double> x, double a) {
  const Interval x1 = Interval::point(x[0]);
  Interval sum = sqr(x1 * height(x1, a));
  for (std::size_t i = 1; i < x.size(); ++i) sum = sum + sqr(Interval::point(x[i]));
  return sqrt(sum);
}

// The Hessian's entry (1, 1): its Rayleigh quotient along the first unit vector.
Interval enclose_first_curvature(double x1, double a) {
  return Interval::point(3.0) * sqr(Interval::point(x1)) - sqr(Interval::point(a));
}

class DoubleWellJudge {
 public:
  DoubleWellJudge(const DoubleWell& problem, std::span<const double> x, const JudgeOptions& options, JudgementBuilder& builder)
      : problem_(problem), x_(x), options_(options), builder_(builder), value_(enclose_double_well(problem, x)) {}

  void run() {
    if (!value_.is_finite()) {
      builder_.note("the value leaves the range of double precision", "", Standing::undecided, Rigor::numerical);
      return builder_.conclude(Headline::undecided, Rigor::numerical);
    }
    const bool is_global = state_value_and_gap();
    state_gradient();
    verdict().curvature = examine_curvature(problem_, x_).curvature;
    if (is_global) return builder_.conclude(Headline::global_minimum, Rigor::proved);
    if (is_away_from_critical_) return not_critical();
    if (is_critical_ && state_negative_curvature()) return builder_.conclude(Headline::strict_saddle, Rigor::proved);
    builder_.note("neither the gap nor the gradient nor the curvature decides", "", Standing::undecided, Rigor::numerical);
    builder_.conclude(Headline::undecided, Rigor::numerical);
  }

 private:
  Verdict& verdict() { return builder_.verdict(); }

  bool state_value_and_gap() {
    const double gap_scale = (Interval::point(0.25) * sqr(sqr(Interval::point(problem_.a())))).lower;
    verdict().value = value_.mid();
    verdict().lower_bound = 0.0;
    verdict().gap = value_.upper;
    verdict().gap_scale = gap_scale;
    builder_.prove("value", "the value lies between the stated bounds", "", {{"lower", value_.lower}, {"upper", value_.upper}});
    builder_.prove("lower-bound", "no point has a value below 0", sum_of_squares, {{"bound", 0.0}});
    if (!(value_.upper <= mul_down(options_.gap_tol, gap_scale))) {
      builder_.note("the value is within its upper end of the global minimum, no closer", sum_of_squares, Standing::holds,
                    Rigor::proved, {{"upper", value_.upper}, {"lower", 0.0}});
      return false;
    }
    builder_.prove("gap", "the value is within the stated gap of the global minimum", sum_of_squares,
                   {{"gap", value_.upper}, {"gap_scale", gap_scale}, {"tolerance", options_.gap_tol}});
    return true;
  }

  void state_gradient() {
    const Interval gradient = enclose_gradient_norm(x_, problem_.a());
    const double scale = problem_.expand(x_)->gradient_scale();
    verdict().gradient_norm = gradient.mid();
    verdict().gradient_scale = scale;
    if (!gradient.is_finite() || !std::isfinite(scale)) return;
    if (gradient.upper == 0.0) builder_.prove("critical", "every entry of the gradient is exactly zero", "", {});
    builder_.prove("gradient-norm", "the norm of the gradient lies between the stated bounds", "",
                   {{"lower", gradient.lower}, {"upper", gradient.upper}, {"scale", scale}, {"tolerance", options_.criticality_tol}});
    is_critical_ = gradient.upper <= mul_down(options_.criticality_tol, scale);
    is_away_from_critical_ = gradient.lower > mul_up(options_.criticality_tol, scale);
  }

  void not_critical() {
    state_escape(descend_along_gradient(problem_, x_));
    builder_.conclude(Headline::not_critical, Rigor::proved);
  }

  bool state_negative_curvature() {
    const Interval curvature = enclose_first_curvature(x_[0], problem_.a());
    if (!(curvature.upper < 0.0)) return false;
    Vector direction(x_.size(), 0.0);
    direction[0] = 1.0;
    builder_.prove("negative-curvature", "the Hessian has an eigenvalue of at most the stated curvature", "Rayleigh quotient",
                   {{"curvature", curvature.upper}});
    builder_.certificate().witness["direction"] = as_column(direction);
    state_escape(escape_along(problem_, x_, direction));
    return true;
  }

  // Keeps an escape only with the decrease that is proved for it.
  void state_escape(std::optional<Escape> escape) {
    if (!escape) return;
    const Interval there = enclose_double_well(problem_, x_, escape->displacement);
    escape->decrease = sub_down(value_.lower, there.upper);
    if (!(escape->decrease > 0.0)) return;
    builder_.prove("descent", "moving by the escape lowers the value by at least the stated decrease", "",
                   {{"decrease", escape->decrease}});
    builder_.certificate().witness["escape"] = as_column(escape->displacement);
    verdict().escape = std::move(escape);
  }

  const DoubleWell& problem_;
  std::span<const double> x_;
  const JudgeOptions& options_;
  JudgementBuilder& builder_;
  Interval value_;
  bool is_critical_ = false, is_away_from_critical_ = false;
};

}  // namespace

Interval enclose_double_well(const DoubleWell& problem, std::span<const double> x, std::span<const double> shift) {
  const auto entry = [&](std::size_t i) {
    const Interval here = Interval::point(x[i]);
    return shift.empty() ? here : here + Interval::point(shift[i]);
  };
  Interval sum = Interval::point(0.0);
  for (std::size_t i = 1; i < x.size(); ++i) sum = sum + sqr(entry(i));
  return Interval::point(0.25) * sqr(height(entry(0), problem.a())) + Interval::point(0.5) * sum;
}

Judgement judge_double_well(const DoubleWell& problem, std::span<const double> x, const JudgeOptions& options) {
  if (static_cast<Index>(x.size()) != problem.layout().dimension())
    throw InputError("point", std::to_string(problem.layout().dimension()) + " numbers", std::to_string(x.size()));
  return judge_until_stopped("double-well", problem, x, options,
                             [&](JudgementBuilder& builder) { DoubleWellJudge(problem, x, options, builder).run(); });
}

}  // namespace nadir
