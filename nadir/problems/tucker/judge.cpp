#include "nadir/problems/tucker/judge.hpp"

#include <algorithm>
#include <cmath>
#include <optional>

#include "nadir/base/error.hpp"
#include "nadir/judge/curvature.hpp"
#include "nadir/judge/escape.hpp"
#include "nadir/judge/judge.hpp"
#include "nadir/judge/judge_until_stopped.hpp"
#include "nadir/problems/tucker/details.hpp"
#include "nadir/problems/tucker/enclosure.hpp"
#include "nadir/problems/tucker/escape.hpp"
#include "nadir/problems/tucker/isolation.hpp"
#include "nadir/problems/tucker/slice_expansion.hpp"
#include "nadir/problems/tucker/sphere_case.hpp"
#include "nadir/rigor/norms.hpp"

namespace nadir {
namespace {

const char* const tails = "tails of singular values (Eckart, Young 1936; Mirsky 1960)";
const char* const sphere_theorem = "branch and bound over the sphere of a mode of rank one (convexity of Ky Fan norms)";
const char* const kantorovich = "Newton-Kantorovich on a slice across the symmetries (Kantorovich 1948; radii polynomial)";

// Beyond this many entries, what is not needed for a global minimum's proof is left undone, and lines are not enclosed.
constexpr Index large_tensor = Index{1} << 22;
// Beyond this many, gradients are left in floating point: the checker encloses whole tensors for them.
constexpr Index largest_gradient = Index{1} << 25;
// Sparse tensors beyond this are judged in floating point, from their entries alone: enclosures fill in the zeros.
constexpr Index largest_sparse = Index{1} << 26;

// Cones of a branch and bound: some seconds.
constexpr Index most_cones = 100000;

class TuckerJudge {
 public:
  TuckerJudge(const Tucker& problem, const TailBound& bound, const Vector& x, const JudgeOptions& options, JudgementBuilder& builder)
      : problem_(problem), data_(problem.data()), bound_(bound), x_(x), options_(options), builder_(builder), here_(problem, x) {}

  void run() {
    value_ = with_room(here_.value());
    value_.lower = std::max(0.0, value_.lower);
    if (!here_.value().is_finite() || !value_.is_finite()) return builder_.break_down();
    expansion_ = problem_.expand(x_);
    state_value();
    state_gap();
    state_gradient();
    conclude();
    verdict().details = tucker_details(problem_, x_, here_.residual_energy().mid(), verdict().lower_bound, bound_);
  }

 private:
  Verdict& verdict() { return builder_.verdict(); }
  void witness(const char* name, const Vector& v) { builder_.certificate().witness[name] = as_column(v); }

  void state_value() {
    verdict().value = value_.mid();
    verdict().gap_scale = tucker_gap_scale(data_, value_.mid());
    builder_.prove("value", "the value lies between the stated bounds", "", {{"lower", value_.lower}, {"upper", value_.upper}});
  }

  bool suffices(double gap) const { return gap <= mul_down(options_.gap_tol, tucker_gap_scale(data_, value_.mid())); }

  void state_gap() {
    // Room for a checker whose enclosure of the tail is another.
    const double energy = std::min(bound_.energy * (1.0 - 1e-13), here_.residual_energy().upper);
    double bound = suffices(value_.upper) ? 0.0 : std::max(0.0, mul_down(0.5, energy));
    Numbers sphere;
    if (!suffices(sub_up(value_.upper, bound))) sphere = bound_over_sphere_here();
    if (!sphere.empty()) bound = sphere.front().second;
    verdict().lower_bound = bound;
    verdict().gap = sub_up(value_.upper, bound);
    const char* theorem = !sphere.empty() ? sphere_theorem : bound > 0.0 ? tails : "a sum of squares is not negative";
    Numbers numbers{{"bound", bound}};
    if (!sphere.empty()) {
      numbers = sphere;
    } else if (bound > 0.0) {
      double split = 0.0;
      for (const int mode : bound_.modes) split += std::ldexp(1.0, mode);
      numbers.emplace_back("split", split);
    }
    builder_.prove("lower-bound", "no tensor of these multilinear ranks has a value below the bound", theorem, numbers);
    if (data_.is_masked && bound == 0.0 && !suffices(value_.upper))
      builder_.note("with entries missing, singular values bound nothing: only a value of zero could be shown to be global", tails,
                    Standing::undecided, Rigor::numerical);
    is_global_ = suffices(verdict().gap);
    if (is_global_)
      builder_.prove("gap", "the value is within " + short_text(verdict().gap) + " of the global minimum", theorem,
                     {{"gap", verdict().gap}, {"gap_scale", verdict().gap_scale}, {"tolerance", options_.gap_tol}});
    else
      builder_.note("the value is within " + short_text(verdict().gap) + " of the global minimum, no closer is shown", theorem, Standing::holds,
                    Rigor::proved, {{"upper", value_.upper}, {"lower", bound}});
  }

  // Numbers of a lower bound that suffices, from branch and bound over a mode of rank one; empty where there is none. A
  // direction that it meets above leads to a better point.
  Numbers bound_over_sphere_here() {
    const int mode = sphere_mode(problem_);
    Vector g(x_.size());
    expansion_->gradient(g);
    if (mode < 0 || !(norm(g) <= options_.criticality_tol * expansion_->gradient_scale())) return {};
    const Tensor<double> T = whole_tensor(data_);
    const Interval square = enclose_frobenius_norm_squared(ConstMatrixView(T.data(), T.size(), 1));
    const double wanted = sub_up(value_.upper, mul_down(0.9 * options_.gap_tol, tucker_gap_scale(data_, value_.mid())));
    const double greatest = sub_up(square.lower, 2.0 * wanted);
    const SphereBound sphere = bound_over_sphere(T.view(), mode, sphere_rank(problem_, mode), greatest, most_cones);
    if (sphere.above) better_ = point_along(problem_, mode, *sphere.above);
    const double bound = mul_down(0.5 * (1.0 - 1e-15), sub_down(square.lower, greatest));
    if (!sphere.is_proved || !(bound > 0.0)) return {};
    builder_.certificate().witness["cells"] = sphere.cells;
    return {{"bound", bound}, {"mode", static_cast<double>(data_.source_mode(mode))}, {"greatest", greatest}};
  }

  void state_gradient() {
    verdict().gradient_scale = expansion_->gradient_scale();
    if (data_.size() > largest_gradient || (is_global_ && data_.size() > large_tensor)) {
      Vector g(x_.size());
      expansion_->gradient(g);
      verdict().gradient_norm = norm(g);
      is_critical_ = verdict().gradient_norm <= options_.criticality_tol * verdict().gradient_scale;
      if (is_global_) return;
      builder_.note("the gradient vanishes up to the tolerance", "", is_critical_ ? Standing::holds : Standing::refuted, Rigor::numerical,
                    {{"gradient_norm", verdict().gradient_norm}, {"gradient_scale", verdict().gradient_scale}, {"tolerance", options_.criticality_tol}});
      return;
    }
    Interval size = with_room(here_.gradient_norm());
    size.lower = std::max(0.0, size.lower);
    verdict().gradient_norm = size.mid();
    if (!size.is_finite() || !std::isfinite(verdict().gradient_scale)) return;
    is_exactly_critical_ = here_.is_exactly_critical();
    if (is_exactly_critical_) builder_.prove("critical", "every entry of the gradient is exactly zero", "", {});
    builder_.prove("gradient-norm", "the norm of the gradient lies between the stated bounds", "",
                   {{"lower", size.lower}, {"upper", size.upper}, {"scale", verdict().gradient_scale}, {"tolerance", options_.criticality_tol}});
    is_critical_ = is_exactly_critical_ || size.upper <= mul_down(options_.criticality_tol, verdict().gradient_scale);
    is_away_from_critical_ = size.lower > mul_up(options_.criticality_tol, verdict().gradient_scale);
  }

  void conclude() {
    if (is_global_) {
      if (problem_.layout().dimension() <= CurvatureOptions{}.dense_limit && data_.size() <= large_tensor) examine();
      return builder_.conclude(Headline::global_minimum, Rigor::proved);
    }
    if (!is_critical_) return conclude_not_critical();
    if (conclude_zero_blocks()) return;
    examine();
    // Of an exactly critical point every curvature speaks, however small.
    telling_ = is_exactly_critical_ ? 0.0 : telling_curvature(verdict().gradient_norm, curvature_, x_);
    if (conclude_strict() || conclude_deficient() || conclude_minimum()) return;
    builder_.note("neither gap, gradient nor curvature decides", "", Standing::undecided, Rigor::numerical);
    builder_.conclude(Headline::undecided, Rigor::numerical);
  }

  void conclude_not_critical() {
    verdict().escape = descend_along_gradient(problem_, x_);
    prove_escape();
    if (is_away_from_critical_) return builder_.conclude(Headline::not_critical, Rigor::proved);
    builder_.conclude(data_.size() > largest_gradient ? Headline::not_critical : Headline::undecided, Rigor::numerical);
  }

  // Any second derivative leaves d - 1 of the d + 1 blocks in X undifferentiated, and the first d: where three blocks
  // vanish, so do J and the Hessian; of the regulariser where all do.
  bool conclude_zero_blocks() {
    std::size_t num_zero = 0;
    for (std::size_t b = 0; b < problem_.layout().num_blocks(); ++b) num_zero += max_abs(problem_.layout().block(std::span<const double>(x_), b)) == 0.0 ? 1 : 0;
    const bool is_flat = num_zero == problem_.layout().num_blocks() || (num_zero >= 3 && data_.regulariser == 0.0);
    if (!is_flat || !is_exactly_critical_) return false;
    verdict().curvature = Curvature{0.0, 0, problem_.layout().dimension(), 0, Rigor::proved};
    builder_.prove("no-negative-curvature", "the Hessian is zero: three blocks vanish, and every second derivative keeps one of them",
                   "X is linear in every block", {});
    const std::optional<RankEscape> path = find_rank_escape(problem_, x_);
    if (!path) return false;
    verdict().escape = Escape{.kind = Escape::Kind::path, .decrease = path->decrease, .displacement = path->displacement};
    prove_escape();
    const bool is_proved = data_.size() <= large_tensor && prove_path(path->displacement);
    builder_.conclude(Headline::degenerate_saddle, is_proved ? Rigor::proved : Rigor::numerical);
    return true;
  }

  bool prove_path(const Vector& k) {
    const std::vector<Interval> a = here_.along_line(k);
    for (std::size_t order = 1; order < a.size(); ++order) {
      if (a[order] == Interval::point(0.0)) continue;
      const double coefficient = with_room(a[order]).upper;
      if (!(coefficient < 0.0)) return false;
      builder_.prove("descending-path", "for all small t > 0 the value is lower at x + t k: the first coefficient that is not zero is negative",
                     "expansion of a polynomial along a line", {{"order", static_cast<double>(order)}, {"coefficient", coefficient}});
      witness("path/1", k);
      witness("path/2", Vector(k.size(), 0.0));
      return true;
    }
    return false;
  }

  // The spectrum across the symmetries; counts are those of the whole Hessian, to which the symmetries add zeros.
  void examine() {
    const Index n = problem_.layout().dimension();
    has_slice_ = data_.regulariser == 0.0 && has_independent_columns(problem_, x_);
    if (!has_slice_) {
      curvature_ = examine_curvature(*expansion_, n);
    } else {
      const SliceExpansion slice(problem_, *expansion_, x_);
      // Across the symmetries and scaled, ends of the spectrum stand apart: its sign needs no nine digits.
      CurvatureOptions options;
      if (data_.size() > large_tensor) options.lanczos_tol = 1e-4;
      curvature_ = examine_curvature(slice, n, options);
      slice.unscale(curvature_.direction);
      std::int64_t num_symmetries = 0;
      for (const Index r : problem_.ranks()) num_symmetries += r * r;
      if (curvature_.is_whole) {
        curvature_.curvature.positive -= num_symmetries;
        curvature_.curvature.zero += num_symmetries;
      }
    }
    verdict().curvature = curvature_.curvature;
  }

  bool conclude_strict() {
    if (curvature_.direction.empty() || !(curvature_.curvature.min_eigenvalue < -telling_)) return false;
    if (!(curvature_.curvature.min_eigenvalue < -curvature_.zero_threshold)) return false;
    if (data_.size() > large_tensor) return conclude_strict_numerically();
    const Vector& v = curvature_.direction;
    // Of the direction as it stands, unscaled; `telling_` speaks of the scaled one, whose sign is the same.
    const Interval length = enclose_frobenius_norm_squared(ConstMatrixView(v.data(), static_cast<Index>(v.size()), 1));
    const Interval along = with_room(Interval::point(2.0) * here_.along_line(v)[2] / length);
    if (!(along.upper < 0.0)) return false;
    builder_.prove_negative_curvature(along.upper, v);
    verdict().escape = escape_along(problem_, x_, v);
    prove_escape();
    builder_.conclude(Headline::strict_saddle, Rigor::proved);
    return true;
  }

  bool conclude_strict_numerically() {
    verdict().escape = escape_along(problem_, x_, curvature_.direction);
    prove_escape();
    builder_.note("the least eigenvalue found is negative beyond what the distance to the critical point explains", "", Standing::holds,
                  Rigor::numerical, {{"min_eigenvalue", curvature_.curvature.min_eigenvalue}, {"threshold", telling_}});
    builder_.conclude(Headline::strict_saddle, Rigor::numerical);
    return true;
  }

  bool conclude_deficient() {
    if (has_slice_) return false;
    const std::optional<RankEscape> path = find_rank_escape(problem_, x_);
    if (!path) return false;
    verdict().escape = Escape{.kind = Escape::Kind::path, .decrease = path->decrease, .displacement = path->displacement};
    if (!prove_escape()) return false;
    builder_.note("a factor has dependent columns, and a term added there lowers the value although no second derivative is negative",
                  "escape from rank-deficient critical points (compare Frandsen, Ge 2020)", Standing::holds, Rigor::numerical,
                  {{"decrease", verdict().escape->decrease}});
    builder_.conclude(Headline::degenerate_saddle, Rigor::numerical);
    return true;
  }

  bool conclude_minimum() {
    if (!has_slice_ || !curvature_.is_finite) return false;
    const double least = curvature_.curvature.min_eigenvalue;
    if (!(least > curvature_.zero_threshold) || !curvature_.is_converged) return false;
    const std::optional<TuckerMinimum> minimum = prove_minimum_up_to_symmetry(problem_, here_, x_);
    if (minimum) {
      builder_.prove("minimum-up-to-symmetry", "a local minimum lies within " + short_text(minimum->radius) + ", alone in a slice across the symmetries", kantorovich,
                     {{"radius", minimum->radius}, {"least_eigenvalue", minimum->least_eigenvalue}, {"core_scale", minimum->core_scale}});
      witness("slice", minimum->slice);
      builder_.conclude(prove_better_point() ? Headline::spurious_minimum : Headline::local_minimum, Rigor::proved);
      return true;
    }
    if (!(least > telling_)) return false;
    builder_.note("every eigenvalue of the Hessian across the symmetries is positive: a local minimum", "second-order sufficient condition",
                  Standing::holds, Rigor::numerical, {{"min_eigenvalue", least}, {"threshold", telling_}});
    builder_.conclude(prove_better_point() ? Headline::spurious_minimum : Headline::local_minimum, Rigor::numerical);
    return true;
  }

  bool prove_better_point() {
    const Vector* best = nullptr;
    double best_value = value_.lower - options_.gap_tol * verdict().gap_scale;
    const auto consider = [&](const Vector& c) {
      if (c.size() != x_.size()) return;
      if (const double v = problem_.value(c); v < best_value) best = &c, best_value = v;
    };
    for (const Vector& c : options_.better_points) consider(c);
    if (better_) consider(*better_);
    if (!best) return false;
    const Interval there = with_room(TuckerEnclosure(problem_, *best).value());
    if (!(there.upper < here_.value().lower)) return false;
    builder_.prove_better_point(there.upper, *best);
    return true;
  }

  // States what the escape is proved to gain; drops an escape that gains nothing.
  bool prove_escape() {
    if (!verdict().escape) return false;
    const Interval there = TuckerEnclosure(problem_, x_, verdict().escape->displacement).value();
    return builder_.prove_escape(value_.lower, there);
  }

  const Tucker& problem_;
  const TuckerData& data_;
  const TailBound& bound_;
  const Vector& x_;
  const JudgeOptions& options_;
  JudgementBuilder& builder_;
  TuckerEnclosure here_;
  Interval value_;
  std::unique_ptr<Expansion> expansion_;
  std::optional<Vector> better_;  // found while bounding
  CurvatureReport curvature_;
  double telling_ = 0.0;
  bool is_global_ = false, is_exactly_critical_ = false, is_critical_ = false, is_away_from_critical_ = false, has_slice_ = false;
};

}  // namespace

double tucker_gap_scale(const TuckerData& data, double value) {
  const double of_zero = 0.5e-6 * data.norm * data.norm;
  return std::max(std::fabs(value), of_zero > 0.0 ? of_zero : 1.0);
}

Judgement judge_tucker(const Tucker& problem, const TailBound& bound, const Point& point, const JudgeOptions& options) {
  if (point.layout != problem.layout())
    throw InputError("point", "the problem's blocks, " + std::to_string(problem.layout().dimension()) + " numbers", std::to_string(point.values.size()));
  if (problem.data().is_sparse() && problem.data().size() > largest_sparse) return judge_numerically("tucker", problem, point.values, options);
  return judge_until_stopped("tucker", problem, point.values, options,
                             [&](JudgementBuilder& builder) { TuckerJudge(problem, bound, point.values, options, builder).run(); });
}

}  // namespace nadir
