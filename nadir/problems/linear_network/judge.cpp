#include "nadir/problems/linear_network/judge.hpp"

#include <algorithm>
#include <cmath>
#include <optional>

#include "nadir/judge/curvature.hpp"
#include "nadir/judge/escape.hpp"
#include "nadir/judge/judge_until_stopped.hpp"
#include "nadir/linalg/dense.hpp"
#include "nadir/problems/linear_network/classification.hpp"
#include "nadir/problems/linear_network/enclosure.hpp"
#include "nadir/problems/linear_network/escape_path.hpp"
#include "nadir/problems/linear_network/theorems.hpp"
#include "nadir/problems/linear_network/weight_decay.hpp"
#include "nadir/rigor/definiteness.hpp"
#include "nadir/rigor/exact_inertia.hpp"

namespace nadir {
namespace {

const char* const second_order_theorem = "Achour, Malgouyres, Gerchinovitz 2024, theorem 1";
const char* const every_minimum_is_global = "Kawaguchi 2016, theorem 2.3 (ii), (iii); Lu, Kawaguchi 2017";

// Exact arithmetic on the whole Hessian is tried up to this many parameters.
constexpr Index exact_hessian_limit = 96;

class LinearNetworkJudge {
 public:
  LinearNetworkJudge(const JudgedNetwork& network, const Point& point, const JudgeOptions& options, JudgementBuilder& builder)
      : network_(network), problem_(network.problem), x_(point.values), options_(options), builder_(builder),
        here_(network.problem, network.X, network.Y, point.values) {}

  void run() {
    if (!here_.value().is_finite()) return builder_.break_down();
    state_value_and_gap();
    state_gradient();
    state_curvature();
    conclude();
  }

 private:
  Verdict& verdict() { return builder_.verdict(); }
  bool is_penalised() const { return problem_.is_penalised(); }

  void state_value_and_gap() {
    Interval value = with_room(here_.value());
    value.lower = std::max(value.lower, 0.0);
    verdict().value = value.mid();
    verdict().gap_scale = gap_scale(problem_, value.mid());
    builder_.prove("value", "the value lies between the stated bounds", "", {{"lower", value.lower}, {"upper", value.upper}});
    const DecayBound decay = is_penalised() ? decay_lower_bound(problem_, network_.bound) : DecayBound{network_.bound.bound, network_.bound.numerical, ""};
    const double bound = std::max(0.0, sub_down(decay.proved, value.width()));
    verdict().lower_bound = bound;
    verdict().gap = sub_up(value.upper, bound);
    const std::string theorem = decay.theorem.empty() ? "reduced-rank regression; Kawaguchi 2016, theorem 2.3" : decay.theorem;
    builder_.prove("lower-bound", "no weights whatever have a value below the bound", bound > 0.0 ? theorem : "a sum of squares is not negative",
                   {{"bound", bound}});
    if (network_.bound.is_rank_proved) {
      builder_.certificate().witness["lower_bound/P0"] = problem_.data().least_squares;
      std::vector<Index> ascending = problem_.data().kept;
      std::sort(ascending.begin(), ascending.end());
      Matrix kept(1, static_cast<Index>(ascending.size()));
      std::copy(ascending.begin(), ascending.end(), kept.data());
      builder_.certificate().witness["lower_bound/kept"] = kept;
    } else {
      builder_.note("the closed form of the optimum could not be proved: " + network_.bound.obstacle, theorem, Standing::undecided,
                    Rigor::numerical, {{"closed_form", decay.numerical}});
    }
    numerical_gap_ = value.mid() - decay.numerical;
    if (verdict().gap <= mul_down(options_.gap_tol, verdict().gap_scale)) {
      builder_.prove("gap", "the value is within " + short_text(verdict().gap) + " of the global minimum", theorem,
                     {{"gap", verdict().gap}, {"gap_scale", verdict().gap_scale}, {"tolerance", options_.gap_tol}});
      is_global_proved_ = true;
    } else if (numerical_gap_ <= options_.gap_tol * verdict().gap_scale && std::isfinite(decay.numerical)) {
      builder_.note("the value agrees with the closed form of the global minimum to " + short_text(numerical_gap_), theorem, Standing::holds,
                    Rigor::numerical, {{"upper", value.upper}, {"closed_form", decay.numerical}});
      is_global_numerically_ = true;
    } else {
      builder_.note("the value is within " + short_text(verdict().gap) + " of the global minimum, no closer is shown", theorem, Standing::holds,
                    Rigor::proved, {{"upper", value.upper}, {"lower", bound}});
    }
  }

  void state_gradient() {
    expansion_ = problem_.expand(x_);
    Interval norm = with_room(here_.gradient_norm());
    norm.lower = std::max(norm.lower, 0.0);
    verdict().gradient_norm = norm.mid();
    verdict().gradient_scale = expansion_->gradient_scale();
    is_exactly_critical_ = here_.is_exactly_critical();
    if (is_exactly_critical_)
      builder_.prove("critical", "every entry of the gradient is exactly zero", "Yun, Sra, Jadbabaie 2018, lemma 3.2 (gradient)", {});
    builder_.prove("gradient-norm", "the norm of the gradient lies between the stated bounds", "Yun, Sra, Jadbabaie 2018, lemma 3.2 (gradient)",
                   {{"lower", norm.lower}, {"upper", norm.upper}, {"scale", verdict().gradient_scale}, {"tolerance", options_.criticality_tol}});
    is_critical_ = norm.upper <= options_.criticality_tol * verdict().gradient_scale;
    is_away_from_critical_ = norm.lower > options_.criticality_tol * verdict().gradient_scale;
    if (!is_penalised()) add_theorems(builder_, network_, x_, is_critical_);
  }

  // The numerical spectrum; its least eigenvector is the direction that negative curvature is proved along.
  // Of a large network at its global minimum it would say little and cost more than all the rest.
  void state_curvature() {
    if ((is_global_proved_ || is_global_numerically_) && problem_.layout().dimension() > CurvatureOptions{}.dense_limit) return;
    curvature_ = examine_curvature(*expansion_, problem_.layout().dimension());
    verdict().curvature = curvature_.curvature;
  }

  void conclude() {
    if (is_global_proved_) return builder_.conclude(Headline::global_minimum, Rigor::proved);
    if (is_global_numerically_) return builder_.conclude(Headline::global_minimum, Rigor::numerical);
    if (!is_critical_) return conclude_not_critical();
    if (conclude_strict()) return;
    if (is_penalised()) return conclude_penalised();
    conclude_degenerate();
  }

  void conclude_not_critical() {
    verdict().escape = descend_along_gradient(problem_, x_);
    prove_escape();
    if (is_away_from_critical_) return builder_.conclude(Headline::not_critical, Rigor::proved);
    builder_.conclude(Headline::undecided, Rigor::numerical);
  }

  bool conclude_strict() {
    // Of an exactly critical point every negative curvature speaks, however small.
    const double telling = is_exactly_critical_ ? 0.0 : telling_curvature(verdict().gradient_norm, curvature_, x_);
    if (curvature_.direction.empty() || !(curvature_.curvature.min_eigenvalue < -telling)) return false;
    const Interval along = with_room(here_.curvature(curvature_.direction));
    if (!(along.upper < -telling)) return false;
    builder_.prove_negative_curvature(along.upper, curvature_.direction,
                                      is_penalised() ? "Rayleigh quotient" : std::string("Rayleigh quotient; ") + second_order_theorem);
    verdict().escape = escape_along(problem_, x_, curvature_.direction);
    prove_escape();
    builder_.conclude(Headline::strict_saddle, Rigor::proved);
    return true;
  }

  // Critical, not global, no telling negative curvature, no penalty: a saddle all the same.
  void conclude_degenerate() {
    const Classification c = classify(problem_, x_);
    verdict().escape = find_escape_path(problem_, x_, c.rank.rank, 1e-12 * verdict().gap_scale);
    const bool is_lower_proved = prove_escape();
    const bool is_psd_proved = is_exactly_critical_ && prove_no_negative_curvature();
    if (is_psd_proved && is_lower_proved) {
      builder_.note("a critical point that is not a global minimum is a saddle", every_minimum_is_global, Standing::holds, Rigor::proved);
      return builder_.conclude(Headline::degenerate_saddle, Rigor::proved);
    }
    using Kind = Classification::Kind;
    if (c.kind == Kind::degenerate_saddle)
      builder_.note("every pivot is tightened: the Hessian is positive semidefinite, and the point is a saddle", second_order_theorem,
                    Standing::holds, Rigor::numerical, {{"rank", static_cast<double>(c.rank.rank)}, {"rank_gap", c.rank.gap}, {"optimum_of_rank", c.optimum_of_rank}});
    if (c.kind == Kind::degenerate_saddle) return builder_.conclude(Headline::degenerate_saddle, Rigor::numerical);
    if (c.kind == Kind::strict_saddle)
      builder_.note("the structure is that of a strict saddle, but its negative curvature is not told from rounding", second_order_theorem,
                    Standing::undecided, Rigor::numerical, {{"min_eigenvalue", curvature_.curvature.min_eigenvalue}});
    else
      builder_.note("the rank of the product of the weights is not clear: a singular value lies near the threshold", second_order_theorem,
                    Standing::undecided, Rigor::numerical, {{"rank", static_cast<double>(c.rank.rank)}, {"rank_gap", c.rank.gap}});
    builder_.conclude(Headline::undecided, Rigor::numerical);
  }

  void conclude_penalised() {
    const bool has_better = prove_better_point();
    const DecayMinimum m = examine_decay_minimum(problem_, here_, x_, *verdict().curvature);
    verdict().curvature = m.curvature;
    if (m.isolated) {
      builder_.prove("isolated-minimum", "a strict local minimum lies within " + short_text(m.isolated->radius) + ", the only critical point there",
                     "Newton-Kantorovich (Kantorovich 1948; radii polynomial)",
                     {{"radius", m.isolated->radius}, {"least_eigenvalue", m.isolated->least_eigenvalue}});
      return builder_.conclude(has_better ? Headline::spurious_minimum : Headline::local_minimum, Rigor::proved);
    }
    if (m.is_minimum_modulo_symmetry)
      builder_.note("no negative curvature, and every flat direction is one of the rotations of hidden units that leave the value unchanged: "
                    "a local minimum up to symmetry",
                    "Morse-Bott: a nondegenerate critical manifold with positive transversal Hessian", Standing::holds, Rigor::numerical,
                    {{"flat_directions", static_cast<double>(m.curvature.zero)}, {"symmetry_directions", static_cast<double>(m.symmetry_dimension)}});
    if (!m.is_minimum_modulo_symmetry) return builder_.conclude(Headline::undecided, Rigor::numerical);
    builder_.conclude(has_better ? Headline::spurious_minimum : Headline::local_minimum, Rigor::numerical);
  }

  bool prove_better_point() {
    std::vector<Vector> candidates = options_.better_points;
    for (Vector& c : decay_candidates(problem_)) candidates.push_back(std::move(c));
    const Vector* best = nullptr;
    double best_value = verdict().value;
    for (const Vector& c : candidates)
      if (const double v = problem_.value(c); v < best_value) best = &c, best_value = v;
    if (!best) return false;
    const Interval value = with_room(PointEnclosure(problem_, network_.X, network_.Y, *best).value());
    if (!(value.upper < here_.value().lower)) return false;
    builder_.prove_better_point(value.upper, *best);
    return true;
  }

  // States what the escape is proved to gain; drops an escape that gains nothing.
  bool prove_escape() {
    if (!verdict().escape) return false;
    const Interval there = PointEnclosure(problem_, network_.X, network_.Y, x_, verdict().escape->displacement).value();
    return builder_.prove_escape(with_room(here_.value()).lower, there);
  }

  bool prove_no_negative_curvature() {
    if (problem_.layout().dimension() > exact_hessian_limit) return false;
    const BallMatrix H = here_.whole_hessian_times_n();
    if (!is_exact(H)) return false;
    const std::optional<ExactInertia> inertia = exact_inertia(H.mid);
    if (!inertia || inertia->negative > 0) return false;
    verdict().curvature = Curvature{0.0, 0, inertia->zero, inertia->positive, Rigor::proved};
    if (inertia->zero == 0) verdict().curvature->min_eigenvalue = curvature_.curvature.min_eigenvalue;
    builder_.prove("no-negative-curvature", "the Hessian has no negative eigenvalue (exact arithmetic)", "Descartes' rule of signs on the characteristic polynomial", {});
    return true;
  }

  const JudgedNetwork& network_;
  const LinearNetwork& problem_;
  const Vector& x_;
  const JudgeOptions& options_;
  JudgementBuilder& builder_;
  PointEnclosure here_;
  std::unique_ptr<Expansion> expansion_;
  CurvatureReport curvature_;
  double numerical_gap_ = 0.0;
  bool is_global_proved_ = false, is_global_numerically_ = false;
  bool is_exactly_critical_ = false, is_critical_ = false, is_away_from_critical_ = false;
};

}  // namespace

double gap_scale(const LinearNetwork& problem, double value) {
  const double floor = 0.5e-6 * problem.data().target_norm_squared / static_cast<double>(problem.data().num_samples);
  const double scale = std::fmax(std::fabs(value), floor);
  return scale > 0.0 ? scale : 1.0;
}

Judgement judge_linear_network(const JudgedNetwork& network, const Point& point, const JudgeOptions& options) {
  return judge_until_stopped("linear-network", network.problem, point.values, options,
                             [&](JudgementBuilder& builder) { LinearNetworkJudge(network, point, options, builder).run(); });
}

}  // namespace nadir
