#include "nadir/problems/matrix_sensing/judge.hpp"

#include <algorithm>
#include <cmath>
#include <optional>

#include "nadir/base/error.hpp"
#include "nadir/judge/curvature.hpp"
#include "nadir/judge/escape.hpp"
#include "nadir/judge/judge_until_stopped.hpp"
#include "nadir/linalg/dense.hpp"
#include "nadir/problems/matrix_sensing/descending_path.hpp"
#include "nadir/problems/matrix_sensing/dual_bound.hpp"
#include "nadir/problems/matrix_sensing/enclosure.hpp"
#include "nadir/problems/matrix_sensing/isolation.hpp"
#include "nadir/problems/matrix_sensing/remarks.hpp"
#include "nadir/rigor/exact_inertia.hpp"

namespace nadir {
namespace {

const char* const duality = "convex duality with a multiplier for the measurements";

// Exact arithmetic on the whole Hessian is tried up to this many parameters.
constexpr Index exact_hessian_limit = 96;
// Beyond this many entries of the operator, what is not needed for a global minimum's proof is left undone.
constexpr Index large_operator = 1 << 22;

class SensingJudge {
 public:
  SensingJudge(const MatrixSensing& problem, const IsometryEstimate& isometry, const Vector& x, const JudgeOptions& options,
               JudgementBuilder& builder)
      : problem_(problem), data_(problem.data()), isometry_(isometry), x_(x), options_(options), builder_(builder), here_(problem, x) {}

  void run() {
    value_ = with_room(here_.value());
    value_.lower = std::max(value_.lower, 0.0);
    if (!here_.value().is_finite() || !value_.is_finite()) return builder_.break_down();
    state_value();
    state_gap();
    expansion_ = problem_.expand(x_);
    state_gradient();
    state_curvature();
    conclude();
    remark_on_isometry(builder_, isometry_, data_.is_psd);
    if (is_critical_ && curvature_.is_whole && curvature_.curvature.negative == 0) remark_on_rank(builder_, problem_, x_);
  }

 private:
  Verdict& verdict() { return builder_.verdict(); }
  void witness(const char* name, const Vector& v) { builder_.certificate().witness[name] = as_column(v); }

  void state_value() {
    verdict().value = value_.mid();
    verdict().gap_scale = gap_scale(data_, value_.mid());
    builder_.prove("value", "the value lies between the stated bounds", "", {{"lower", value_.lower}, {"upper", value_.upper}});
  }

  bool suffices(double gap) const { return gap <= mul_down(options_.gap_tol, gap_scale(data_, value_.mid())); }

  void state_gap() {
    SensingBound dual;
    if (!suffices(value_.upper)) dual = sensing_bound(problem_, here_, value_.upper);
    // Room for a checker whose enclosure of the multiplier's slack is another.
    const double bound = dual.z.empty() ? 0.0 : std::max(0.0, sub_down(dual.bound, mul_up(1e-12, dual.bound)));
    verdict().lower_bound = bound;
    verdict().gap = sub_up(value_.upper, bound);
    const char* theorem = bound > 0.0 ? duality : "a sum of squares is not negative";
    Numbers numbers{{"bound", bound}};
    if (bound > 0.0) {
      witness("dual/z", dual.z);
      if (!dual.trace_multiplier.empty() && dual.excess > 0.0) witness("dual/w", dual.trace_multiplier);
      numbers.emplace_back("excess", dual.excess);
      if (dual.excess > 0.0) numbers.emplace_back("size_bound", dual.size_bound);
    }
    builder_.prove("lower-bound", "no matrix of any rank has a value below the bound", theorem, numbers);
    if (bound == 0.0 && !suffices(value_.upper) && !std::isfinite(dual.size_bound))
      builder_.note("no bound on the size of optimal matrices is known: duality cannot show a positive lower bound here", duality,
                    Standing::undecided, Rigor::numerical);
    is_global_ = suffices(verdict().gap);
    if (is_global_)
      builder_.prove("gap", "the value is within " + short_text(verdict().gap) + " of the global minimum", theorem,
                     {{"gap", verdict().gap}, {"gap_scale", verdict().gap_scale}, {"tolerance", options_.gap_tol}});
    else
      builder_.note("the value is within " + short_text(verdict().gap) + " of the global minimum, no closer is shown", theorem, Standing::holds,
                    Rigor::proved, {{"upper", value_.upper}, {"lower", bound}});
  }

  void state_gradient() {
    verdict().gradient_scale = expansion_->gradient_scale();
    if (is_global_ && data_.num_entries() > large_operator) {
      Vector g(x_.size());
      expansion_->gradient(g);
      verdict().gradient_norm = norm(g);
      return;
    }
    Interval size = with_room(here_.gradient_norm());
    size.lower = std::max(size.lower, 0.0);
    verdict().gradient_norm = size.mid();
    if (!size.is_finite() || !std::isfinite(verdict().gradient_scale)) return;
    is_exactly_critical_ = here_.is_exactly_critical();
    if (is_exactly_critical_) builder_.prove("critical", "every entry of the gradient is exactly zero", "", {});
    builder_.prove("gradient-norm", "the norm of the gradient lies between the stated bounds", "",
                   {{"lower", size.lower}, {"upper", size.upper}, {"scale", verdict().gradient_scale}, {"tolerance", options_.criticality_tol}});
    is_critical_ = is_exactly_critical_ || size.upper <= mul_down(options_.criticality_tol, verdict().gradient_scale);
    is_away_from_critical_ = size.lower > mul_up(options_.criticality_tol, verdict().gradient_scale);
  }

  void state_curvature() {
    const Index n = problem_.layout().dimension();
    if (is_global_ && (n > CurvatureOptions{}.dense_limit || data_.num_entries() > large_operator)) return;
    curvature_ = examine_curvature(*expansion_, n);
    verdict().curvature = curvature_.curvature;
  }

  void conclude() {
    if (is_global_) return builder_.conclude(Headline::global_minimum, Rigor::proved);
    if (!is_critical_) return conclude_not_critical();
    // Of an exactly critical point every curvature speaks, however small.
    telling_ = is_exactly_critical_ ? 0.0 : telling_curvature(verdict().gradient_norm, curvature_, x_);
    if (conclude_strict() || conclude_isolated() || conclude_flat()) return;
    builder_.note("neither gap, gradient nor curvature decides", "", Standing::undecided, Rigor::numerical);
    builder_.conclude(Headline::undecided, Rigor::numerical);
  }

  void conclude_not_critical() {
    verdict().escape = descend_along_gradient(problem_, x_);
    prove_escape();
    if (is_away_from_critical_) return builder_.conclude(Headline::not_critical, Rigor::proved);
    builder_.conclude(Headline::undecided, Rigor::numerical);
  }

  bool conclude_strict() {
    if (curvature_.direction.empty() || !(curvature_.curvature.min_eigenvalue < -telling_)) return false;
    const Interval along = with_room(here_.curvature(curvature_.direction));
    if (!(along.upper < -telling_)) return false;
    builder_.prove_negative_curvature(along.upper, curvature_.direction);
    verdict().escape = escape_along(problem_, x_, curvature_.direction);
    prove_escape();
    builder_.conclude(Headline::strict_saddle, Rigor::proved);
    return true;
  }

  bool conclude_isolated() {
    if (!(curvature_.is_whole && curvature_.curvature.min_eigenvalue > curvature_.zero_threshold)) return false;
    const std::optional<SensingMinimum> minimum = prove_isolated_minimum(problem_, here_, x_);
    if (!minimum) return false;
    builder_.prove("isolated-minimum", "a strict local minimum lies within " + short_text(minimum->radius) + ", the only critical point there",
                   "Newton-Kantorovich (Kantorovich 1948; radii polynomial)",
                   {{"radius", minimum->radius}, {"least_eigenvalue", minimum->least_eigenvalue}});
    builder_.conclude(prove_better_point() ? Headline::spurious_minimum : Headline::local_minimum, Rigor::proved);
    return true;
  }

  // Eigenvalues of about zero and none below: a minimum up to symmetry, if rotations of the factors account for all of
  // them; else a path may lead down.
  bool conclude_flat() {
    if (!curvature_.is_whole) return false;
    const SymmetricEigen spectrum = hessian_spectrum(problem_, x_);
    const double threshold = std::max({telling_, curvature_.zero_threshold, 1e-6 * curvature_.largest_magnitude});
    if (!(spectrum.values.front() >= -threshold)) return false;
    const auto num_flat = std::count_if(spectrum.values.begin(), spectrum.values.end(), [&](double value) { return value <= threshold; });
    if (num_flat == symmetry_directions(problem_, x_).cols()) return conclude_minimum_modulo_symmetry(num_flat);
    return conclude_degenerate(find_descending_path(problem_, x_, spectrum, threshold));
  }

  // Proved where the point is exactly critical and all coefficients are exact.
  bool conclude_degenerate(const std::optional<DescendingPath>& path) {
    if (!path) return false;
    verdict().escape = Escape{.kind = Escape::Kind::path, .decrease = path->decrease, .displacement = path->displacement};
    const bool is_lower = prove_escape(), is_proved = is_exactly_critical_ && prove_path(*path) && prove_no_negative_curvature();
    if (!is_lower) return false;
    if (!is_proved)
      builder_.note("the value falls along a curve of order " + std::to_string(path->order) + " although no second derivative is negative",
                    "expansion of a polynomial along a curve", Standing::holds, Rigor::numerical, {{"decrease", path->decrease}});
    builder_.conclude(Headline::degenerate_saddle, is_proved ? Rigor::proved : Rigor::numerical);
    return true;
  }

  bool prove_path(const DescendingPath& path) {
    const std::array<Interval, 5> a = here_.along_path(path.k, path.c);
    for (std::size_t order = 1; order < a.size(); ++order) {
      if (a[order] == Interval::point(0.0)) continue;
      const double coefficient = with_room(a[order]).upper;
      if (!(coefficient < 0.0)) return false;
      builder_.prove("descending-path", "for all small t > 0 the value is lower at x + t k + t^2 c: the first coefficient that is not zero is negative",
                     "expansion of a polynomial along a curve", {{"order", static_cast<double>(order)}, {"coefficient", coefficient}});
      witness("path/1", path.k);
      witness("path/2", path.c);
      return true;
    }
    return false;
  }

  bool prove_no_negative_curvature() {
    if (problem_.layout().dimension() > exact_hessian_limit) return false;
    const BallMatrix H = here_.hessian();
    if (!is_exact(H)) return false;
    const std::optional<ExactInertia> inertia = exact_inertia(H.mid);
    if (!inertia || inertia->negative > 0) return false;
    verdict().curvature = Curvature{curvature_.curvature.min_eigenvalue, 0, inertia->zero, inertia->positive, Rigor::proved};
    if (inertia->zero > 0) verdict().curvature->min_eigenvalue = 0.0;
    builder_.prove("no-negative-curvature", "the Hessian has no negative eigenvalue (exact arithmetic)",
                   "Descartes' rule of signs on the characteristic polynomial", {});
    return true;
  }

  bool conclude_minimum_modulo_symmetry(std::ptrdiff_t flat) {
    builder_.note(flat == 0 ? "every eigenvalue of the Hessian is positive: a strict local minimum"
                            : "no negative curvature, and every flat direction is a rotation or scaling of the factors that leaves X alone: "
                              "a local minimum up to symmetry",
                  flat == 0 ? "second-order sufficient condition" : "Morse-Bott: a nondegenerate critical manifold with positive transversal Hessian",
                  Standing::holds, Rigor::numerical, {{"flat_directions", static_cast<double>(flat)}});
    builder_.conclude(prove_better_point() ? Headline::spurious_minimum : Headline::local_minimum, Rigor::numerical);
    return true;
  }

  bool prove_better_point() {
    const Vector* best = nullptr;
    double best_value = value_.lower - options_.gap_tol * verdict().gap_scale;
    for (const Vector& c : options_.better_points)
      if (c.size() == x_.size())
        if (const double v = problem_.value(c); v < best_value) best = &c, best_value = v;
    if (!best) return false;
    const Interval there = with_room(SensingEnclosure(problem_, *best).value());
    if (!(there.upper < here_.value().lower)) return false;
    builder_.prove_better_point(there.upper, *best);
    return true;
  }

  // States what the escape is proved to gain; drops an escape that gains nothing.
  bool prove_escape() {
    if (!verdict().escape) return false;
    const Interval there = SensingEnclosure(problem_, x_, verdict().escape->displacement).value();
    return builder_.prove_escape(value_.lower, there);
  }

  const MatrixSensing& problem_;
  const SensingData& data_;
  const IsometryEstimate& isometry_;
  const Vector& x_;
  const JudgeOptions& options_;
  JudgementBuilder& builder_;
  SensingEnclosure here_;
  Interval value_;
  std::unique_ptr<Expansion> expansion_;
  CurvatureReport curvature_;
  double telling_ = 0.0;
  bool is_global_ = false, is_exactly_critical_ = false, is_critical_ = false, is_away_from_critical_ = false;
};

}  // namespace

double gap_scale(const SensingData& data, double value) {
  const double of_zero = 0.5e-6 * data.y_norm * data.y_norm;
  return std::max(std::fabs(value), of_zero > 0.0 ? of_zero : 1.0);
}

Judgement judge_matrix_sensing(const MatrixSensing& problem, const IsometryEstimate& isometry, const Point& point, const JudgeOptions& options) {
  if (point.layout != problem.layout())
    throw InputError("point", "the problem's blocks, " + std::to_string(problem.layout().dimension()) + " numbers", std::to_string(point.values.size()));
  return judge_until_stopped("matrix-sensing", problem, point.values, options,
                             [&](JudgementBuilder& builder) { SensingJudge(problem, isometry, point.values, options, builder).run(); });
}

}  // namespace nadir
