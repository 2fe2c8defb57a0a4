#include "nadir/problems/network/judge.hpp"

#include <algorithm>
#include <cmath>
#include <optional>

#include "nadir/judge/curvature.hpp"
#include "nadir/judge/escape.hpp"
#include "nadir/judge/judge_until_stopped.hpp"
#include "nadir/linalg/dense.hpp"
#include "nadir/problems/network/enclosure.hpp"
#include "nadir/problems/network/judge_theorems.hpp"
#include "nadir/problems/network/symmetry.hpp"

namespace nadir {
namespace {

// An exact fit is looked for where the value is at most this share of that of the network that is 0 everywhere.
constexpr double exact_fit_share = 1e-2;

// Eigenvalues of the Hessian, ascending; for at most CurvatureOptions::dense_limit parameters.
Vector spectrum(const Expansion& expansion, Index n) {
  Matrix H(n, n);
  expansion.apply_hessian(Matrix::identity(n), H);
  symmetrise(H);
  return symmetric_eigen(H).values;
}

class NetworkJudge {
 public:
  NetworkJudge(const Network& problem, const Point& point, const JudgeOptions& options, JudgementBuilder& builder)
      : problem_(problem), x_(point.values), options_(options), builder_(builder) {}

  void run() {
    if (!all_finite(as_column(x_))) return builder_.break_down();
    here_ = enclose_gradient(problem_, x_);
    expansion_ = problem_.expand(x_);
    if (!here_.value.is_finite() || !std::isfinite(expansion_->value())) return builder_.break_down();
    state_value_and_gap();
    state_gradient();
    conclude();
  }

 private:
  Verdict& verdict() { return builder_.verdict(); }
  Index dimension() const { return problem_.layout().dimension(); }

  void state_value_and_gap() {
    Interval value = with_room(here_.value);
    value.lower = std::fmax(value.lower, 0.0);
    verdict().value = value.mid();
    verdict().gap_scale = problem_.gap_scale(value.mid());
    verdict().lower_bound = 0.0;
    verdict().gap = value.upper;
    builder_.prove("value", "the value lies between the stated bounds", "", {{"lower", value.lower}, {"upper", value.upper}});
    builder_.prove("lower-bound", "no weights whatever have a value below the bound", "losses and penalties are not negative", {{"bound", 0.0}});
    is_global_ = value.upper <= mul_down(options_.gap_tol, verdict().gap_scale);
    if (is_global_)
      builder_.prove("gap", "the value is within " + short_text(value.upper) + " of the global minimum", "losses and penalties are not negative",
                     {{"gap", value.upper}, {"gap_scale", verdict().gap_scale}, {"tolerance", options_.gap_tol}});
  }

  void state_gradient() {
    gradient_.resize(x_.size());
    expansion_->gradient(gradient_);
    verdict().gradient_norm = norm(gradient_);
    verdict().gradient_scale = expansion_->gradient_scale();
    if (here_.undecided_kinks > 0) {
      builder_.note(std::to_string(here_.undecided_kinks) + " pre-activations are not shown to differ from a kink: the gradient may not exist, and the number "
                    "stated is that of the pieces on the left", "", Standing::undecided, Rigor::numerical,
                    {{"pre_activations", static_cast<double>(here_.undecided_kinks)}});
      return;
    }
    Interval length = with_room(here_.norm);
    length.lower = std::fmax(length.lower, 0.0);
    if (!length.is_finite()) return;
    verdict().gradient_norm = length.mid();
    const double threshold = options_.criticality_tol * verdict().gradient_scale;
    if (here_.is_exactly_zero) builder_.prove("critical", "every entry of the gradient is exactly zero", "backpropagation", {});
    builder_.prove("gradient-norm", "the norm of the gradient lies between the stated bounds", "backpropagation",
                   {{"lower", length.lower}, {"upper", length.upper}, {"scale", verdict().gradient_scale}, {"tolerance", options_.criticality_tol}});
    is_critical_ = length.upper <= threshold;
    is_away_from_critical_ = length.lower > threshold;
  }

  void conclude() {
    if (is_global_ || verdict().value <= exact_fit_share * problem_.value_of_zero()) state_exact_fit(problem_, x_, builder_);
    if (is_global_) return builder_.conclude(Headline::global_minimum, Rigor::proved);
    if (here_.undecided_kinks > 0) return conclude_at_kink();
    if (!is_critical_) return conclude_not_critical();
    curvature_ = examine_curvature(*expansion_, dimension());
    verdict().curvature = curvature_.curvature;
    verdict().evidence.push_back(curvature_.evidence);
    if (!conclude_strict()) conclude_minimum();
  }

  void conclude_at_kink() {
    const std::optional<KinkStatement> kinks = state_kinks(problem_, x_, verdict().gradient_scale, options_.criticality_tol, builder_);
    if (kinks && kinks->standing == KinkStanding::local_minimum) {
      const bool has_better = prove_better_point();
      return conclude_proved_minimum(has_better, kinks->is_proved ? Rigor::proved : Rigor::numerical);
    }
    const bool descends = kinks && kinks->standing == KinkStanding::descends;
    if (descends && kinks->is_proved) return conclude_falling(kinks->direction);
    if (const auto direction = state_falling_direction(problem_, x_, verdict().gradient_scale, options_.criticality_tol, builder_))
      return conclude_falling(*direction);
    verdict().escape = descends ? escape_along(problem_, x_, kinks->direction) : descend_along_gradient(problem_, x_);
    prove_escape();
    if (descends && kinks->order == 1 && verdict().escape) return builder_.conclude(Headline::not_critical, Rigor::numerical);
    if (descends && kinks->order == 2 && verdict().escape) return builder_.conclude(Headline::strict_saddle, Rigor::numerical);
    undecided(kinks ? "the test at kinks leaves the point open" : "what holds at a kink of this network is not known");
  }

  void conclude_falling(const Vector& direction) {
    verdict().escape = escape_along(problem_, x_, direction);
    if (!verdict().escape) verdict().escape = descend_along_gradient(problem_, x_);
    prove_escape();
    builder_.conclude(Headline::not_critical, Rigor::proved);
  }

  // Nothing is left between the better point and the minimum: both values are bounds.
  void conclude_proved_minimum(bool is_spurious, Rigor rigor) {
    builder_.conclude(is_spurious ? Headline::spurious_minimum : Headline::local_minimum, rigor);
  }

  // The better value must lie below the minimum's own, too: core/certificate.hpp has the margin.
  bool conclude_isolated() {
    if (!state_isolated_minimum(problem_, x_, builder_)) return false;
    conclude_proved_minimum(claims_support(Headline::spurious_minimum, builder_.certificate().claims), Rigor::proved);
    return true;
  }

  // Flat minima that theorems know of, which the Hessian does not show.
  bool conclude_by_theorem(bool has_better) {
    if (const std::optional<double> value = state_plateau_minimum(problem_, x_, builder_)) {
      conclude_proved_minimum(has_better && better_value_ < *value, Rigor::proved);
      return true;
    }
    if (!here_.is_exactly_zero) return false;
    const std::optional<KinkStatement> kinks = state_kinks(problem_, x_, verdict().gradient_scale, options_.criticality_tol, builder_);
    if (!kinks || kinks->standing != KinkStanding::local_minimum || !kinks->is_proved) return false;
    conclude_proved_minimum(has_better, Rigor::proved);
    return true;
  }

  void conclude_not_critical() {
    verdict().escape = descend_along_gradient(problem_, x_);
    prove_escape();
    if (is_away_from_critical_) return builder_.conclude(Headline::not_critical, Rigor::proved);
    undecided("the gradient is not told from rounding");
  }

  bool conclude_strict() {
    // Of an exactly critical point every negative curvature speaks, however small.
    const double telling = here_.is_exactly_zero ? 0.0 : telling_curvature(verdict().gradient_norm, curvature_, x_);
    if (curvature_.direction.empty() || !(curvature_.curvature.min_eigenvalue < -telling)) return false;
    const DirectionalCurvature along = enclose_curvature(problem_, x_, curvature_.direction);
    const Interval bound = with_room(along.curvature);
    if (!along.exists || !(bound.upper < -telling)) return false;
    builder_.prove_negative_curvature(bound.upper, curvature_.direction);
    verdict().escape = escape_along(problem_, x_, curvature_.direction);
    prove_escape();
    builder_.conclude(Headline::strict_saddle, Rigor::proved);
    return true;
  }

  void conclude_minimum() {
    const bool has_better = prove_better_point();
    if (conclude_isolated() || conclude_by_theorem(has_better)) return;
    const std::optional<double> least = least_transversal_eigenvalue();
    if (!least) {
      if (curvature_.curvature.min_eigenvalue < 0.0) verdict().escape = escape_along(problem_, x_, curvature_.direction);
      prove_escape();
      return undecided("curvature does not decide: the Hessian is singular beyond the rescaling of units, or too near to it");
    }
    builder_.note("every eigenvalue is positive, but for those of the rescaling of units, which leaves the value unchanged: a local minimum",
                  "Morse-Bott: a nondegenerate critical manifold with positive transversal Hessian", Standing::holds, Rigor::numerical,
                  {{"least_transversal_eigenvalue", *least}, {"rescaling_directions", static_cast<double>(num_rescalings_)}});
    builder_.conclude(has_better && is_beaten(*least) ? Headline::spurious_minimum : Headline::local_minimum, Rigor::numerical);
  }

  // The least eigenvalue apart from as many zeros as there are rescalings, where all of the others are positive beyond
  // what the distance to the critical point explains.
  std::optional<double> least_transversal_eigenvalue() {
    if (dimension() > CurvatureOptions{}.dense_limit || !curvature_.is_whole) return std::nullopt;
    const Vector values = spectrum(*expansion_, dimension());
    num_rescalings_ = rescaling_directions(problem_, x_).cols();
    const double telling = std::fmax(curvature_.zero_threshold, telling_curvature(verdict().gradient_norm, curvature_, x_));
    const auto count = static_cast<std::size_t>(num_rescalings_);
    if (count >= values.size() || values.front() < -telling) return std::nullopt;
    if (count > 0 && values[count - 1] > telling) return std::nullopt;
    if (!(values[count] > telling)) return std::nullopt;
    return values[count];
  }

  // The minimum near this point lies lower than the point, by about |gradient|^2 / (2 lambda).
  bool is_beaten(double least_eigenvalue) {
    const double g = std::fmax(verdict().gradient_norm, 1e-15 * verdict().gradient_scale);
    const double noise = options_.gap_tol * verdict().gap_scale;
    return verdict().value - better_value_ > std::fmax(10.0 * g * g / least_eigenvalue, noise);
  }

  bool prove_better_point() {
    const Vector* best = nullptr;
    double best_value = verdict().value;
    for (const Vector& candidate : options_.better_points)
      if (candidate.size() == x_.size())
        if (const double v = problem_.value(candidate); v < best_value) best = &candidate, best_value = v;
    if (!best) return false;
    const Interval value = with_room(enclose_value(problem_, *best));
    if (!(value.upper < here_.value.lower)) return false;
    builder_.prove_better_point(value.upper, *best);
    better_value_ = value.upper;
    return true;
  }

  // States what the escape is proved to gain; drops an escape that gains nothing.
  void prove_escape() {
    if (!verdict().escape) return;
    const Interval there = enclose_value(problem_, x_, verdict().escape->displacement);
    builder_.prove_escape(with_room(here_.value).lower, there);
  }

  void undecided(const char* why) {
    builder_.note(why, "", Standing::undecided, Rigor::numerical);
    builder_.note("whether the point is a global minimum is open: no lower bound but 0 is known of a network's loss", "", Standing::undecided,
                  Rigor::numerical, {{"value", verdict().value}});
    builder_.conclude(Headline::undecided, Rigor::numerical);
  }

  const Network& problem_;
  const Vector& x_;
  const JudgeOptions& options_;
  JudgementBuilder& builder_;
  GradientEnclosure here_;
  std::unique_ptr<Expansion> expansion_;
  Vector gradient_;
  CurvatureReport curvature_;
  Index num_rescalings_ = 0;
  double better_value_ = 0.0;
  bool is_global_ = false, is_critical_ = false, is_away_from_critical_ = false;
};

}  // namespace

Judgement judge_network(const Network& problem, const Point& point, const JudgeOptions& options) {
  return judge_until_stopped("network", problem, point.values, options,
                             [&](JudgementBuilder& builder) { NetworkJudge(problem, point, options, builder).run(); });
}

}  // namespace nadir
