#include "nadir/problems/matrix_completion/judge.hpp"

#include <cmath>

#include "nadir/base/error.hpp"
#include "nadir/judge/curvature.hpp"
#include "nadir/judge/escape.hpp"
#include "nadir/judge/judge_until_stopped.hpp"
#include "nadir/linalg/dense.hpp"
#include "nadir/problems/matrix_completion/details.hpp"
#include "nadir/problems/matrix_completion/lower_bound.hpp"
#include "nadir/problems/matrix_completion/residual_operator.hpp"

namespace nadir {
namespace {

const char* const duality = "duality of the nuclear norm, Fazel, Hindi, Boyd 2001; README, B1";
const char* const psd_duality = "duality of the trace on semidefinite matrices; README, B2";

// A relative gap at which a point of many parameters is not far from the optimum, but its gradient is.
constexpr double nearly_global = 1e-3;

class CompletionJudge {
 public:
  CompletionJudge(const MatrixCompletion& problem, const Point& point, const JudgeOptions& options, JudgementBuilder& builder)
      : problem_(problem), x_(point.values), options_(options), builder_(builder), here_(problem, point.values) {}

  void run() {
    if (!here_.value().is_finite()) return builder_.break_down();
    state_value_and_gap();
    state_gradient();
    conclude();
    verdict().details = completion_details(problem_, here_.expansion(), bound_.spectral_norm);
  }

 private:
  Verdict& verdict() { return builder_.verdict(); }
  double penalty() const { return problem_.model().lambda; }

  void state_value_and_gap();
  void state_bound(const Interval& value, const std::string& theorem);
  void state_gradient();
  void conclude();
  void conclude_not_critical();
  void conclude_by_curvature();
  void state_rank();
  bool state_negative_curvature();
  void state_better_points();
  void prove_escape();
  Index num_rotations() const;

  const MatrixCompletion& problem_;
  std::span<const double> x_;
  const JudgeOptions& options_;
  JudgementBuilder& builder_;
  CompletionEnclosure here_;
  CompletionBound bound_;
  CurvatureReport curvature_;
  bool is_global_ = false, is_critical_ = false, is_away_from_critical_ = false, is_rank_deficient_ = false;
};

void CompletionJudge::state_value_and_gap() {
  Interval value = with_room(here_.value());
  value.lower = std::fmax(value.lower, 0.0);
  verdict().value = value.mid();
  verdict().gap_scale = problem_.model().gap_scale(value.mid());
  builder_.prove("value", "the value lies between the stated bounds", "", {{"lower", value.lower}, {"upper", value.upper}});
  bound_ = completion_lower_bound(problem_, x_, here_);
  state_bound(value, bound_.bound > 0.0 ? (problem_.model().is_psd ? psd_duality : duality) : "a sum of squares is not negative");
}

void CompletionJudge::state_bound(const Interval& value, const std::string& theorem) {
  const Numbers numbers{{"bound", bound_.bound}, {"multiplier", bound_.multiplier}, {"spectral_norm", bound_.spectral_norm}};
  const std::string sentence = "no factors of any rank have a value below the bound";
  verdict().lower_bound = bound_.bound;
  verdict().gap = sub_up(value.upper, bound_.bound);
  const bool is_within = verdict().gap <= mul_down(options_.gap_tol, verdict().gap_scale);
  const Numbers gap{{"gap", verdict().gap}, {"gap_scale", verdict().gap_scale}, {"tolerance", options_.gap_tol}};
  const std::string gap_sentence = "the value is within " + short_text(verdict().gap) + " of the global minimum over every rank";
  if (bound_.rigor == Rigor::proved) {
    builder_.prove("lower-bound", sentence, theorem, numbers);
    if (is_within) builder_.prove("gap", gap_sentence, theorem, gap);
  } else {
    builder_.note(sentence + ", except with probability " + short_text(bound_.failure_probability), theorem, Standing::holds, bound_.rigor, numbers);
    if (is_within) builder_.note(gap_sentence, theorem, Standing::holds, bound_.rigor, gap);
  }
  is_global_ = is_within;
  if (is_within) return;
  builder_.note("the value is within " + short_text(verdict().gap) + " of the global minimum, no closer is shown", theorem, Standing::holds, bound_.rigor,
                {{"upper", value.upper}, {"lower", bound_.bound}});
  if (!bound_.obstacle.empty()) builder_.note("no dual bound: " + bound_.obstacle, theorem, Standing::undecided, Rigor::numerical);
}

void CompletionJudge::state_gradient() {
  Interval norm = with_room(here_.gradient_norm());
  norm.lower = std::fmax(norm.lower, 0.0);
  verdict().gradient_norm = norm.mid();
  verdict().gradient_scale = here_.expansion().gradient_scale();
  const bool is_zero = std::all_of(x_.begin(), x_.end(), [](double v) { return v == 0.0; });
  if (is_zero) builder_.prove("critical", "every entry of the gradient is exactly zero, because the factors are", "", {});
  if (!norm.is_finite() || !std::isfinite(verdict().gradient_scale)) return;
  builder_.prove("gradient-norm", "the norm of the gradient lies between the stated bounds", "",
                 {{"lower", norm.lower}, {"upper", norm.upper}, {"scale", verdict().gradient_scale}, {"tolerance", options_.criticality_tol}});
  is_critical_ = is_zero || norm.upper <= mul_down(options_.criticality_tol, verdict().gradient_scale);
  is_away_from_critical_ = !is_zero && norm.lower > mul_up(options_.criticality_tol, verdict().gradient_scale);
}

void CompletionJudge::conclude() {
  if (is_global_) return builder_.conclude(Headline::global_minimum, bound_.rigor);
  if (!is_critical_) return conclude_not_critical();
  if (verdict().gap <= nearly_global * verdict().gap_scale && problem_.layout().dimension() > CurvatureOptions{}.dense_limit) {
    builder_.note("so near to the bound, more accuracy of the point tells more than its curvature, which was not examined", "", Standing::undecided, Rigor::numerical);
    return builder_.conclude(Headline::undecided, Rigor::numerical);
  }
  curvature_ = examine_curvature(here_.expansion(), problem_.layout().dimension());
  verdict().curvature = curvature_.curvature;
  if (state_negative_curvature()) return;
  state_rank();
  conclude_by_curvature();
}

void CompletionJudge::conclude_not_critical() {
  verdict().escape = descend_along_gradient(problem_, x_);
  prove_escape();
  if (is_away_from_critical_) return builder_.conclude(Headline::not_critical, Rigor::proved);
  builder_.conclude(Headline::undecided, Rigor::numerical);
}

bool CompletionJudge::state_negative_curvature() {
  const bool is_exact = find(builder_.certificate().claims, "critical") != nullptr;
  const double telling = is_exact ? 0.0 : telling_curvature(verdict().gradient_norm, curvature_, x_);
  if (curvature_.direction.empty() || !(curvature_.curvature.min_eigenvalue < -telling)) return false;
  const Interval along = with_room(here_.curvature(curvature_.direction));
  if (!(along.upper < -telling)) return false;
  builder_.prove_negative_curvature(along.upper, curvature_.direction);
  verdict().escape = escape_along(problem_, x_, curvature_.direction);
  prove_escape();
  builder_.conclude(Headline::strict_saddle, Rigor::proved);
  return true;
}

// Keeps an escape only with the decrease that is proved for it.
void CompletionJudge::prove_escape() {
  if (!verdict().escape) return;
  const Vector displacement = verdict().escape->displacement;
  Vector there(x_.begin(), x_.end());
  axpy(1.0, displacement, there);
  if (builder_.prove_escape(with_room(here_.value()).lower, CompletionEnclosure(problem_, there, true).value()))
    builder_.certificate().witness["escape"] = as_column(displacement);
}

// A second-order point whose factors have dependent columns would be global; what rank tells, and what it leaves open.
void CompletionJudge::state_rank() {
  const ResidualOperator S(problem_, here_.expansion());
  const bool is_psd = problem_.model().is_psd;
  const Layout& layout = problem_.layout();
  const Matrix left = S.balanced_left(layout.block(x_, 0)), right = is_psd ? left : S.balanced_right(layout.block(x_, 1));
  const Vector values = svd(left).values;
  is_rank_deficient_ = values.back() <= 1e-7 * values.front();
  if (is_rank_deficient_)
    builder_.note("the factors have dependent columns: a second-order point like this is global", "Haeffele, Vidal 2015, theorem 15; Burer, Monteiro 2005",
                  Standing::holds, Rigor::numerical, {{"least_over_largest_singular_value", values.back() / std::fmax(values.front(), 1e-300)}});
  if (penalty() == 0.0) return;
  const SingularTriplets top = leading_triplets(S, left, right, is_psd, 1, 30);
  if (!top.values.empty() && top.values[0] > penalty())
    builder_.note("one more column lowers the value: the residual's norm exceeds lambda", is_psd ? psd_duality : duality, Standing::holds, Rigor::numerical,
                  {{"residual_norm", top.values[0]}, {"lambda", penalty()}});
}

// Dimension of the orbit of rotations that leave the point's value unchanged; without a penalty, of all invertible maps.
Index CompletionJudge::num_rotations() const {
  const Index r = problem_.rank();
  return problem_.model().is_psd || penalty() > 0.0 ? r * (r - 1) / 2 : r * r;
}

void CompletionJudge::conclude_by_curvature() {
  const Curvature& c = curvature_.curvature;
  const double telling = telling_curvature(verdict().gradient_norm, curvature_, x_);
  const bool is_minimum = curvature_.is_whole && c.negative == 0 && c.zero <= num_rotations() && c.min_eigenvalue > -telling;
  if (is_minimum)
    builder_.note("positive curvature but for the rotations of the factors: a local minimum of this rank", "", Standing::holds, Rigor::numerical,
                  {{"zero", static_cast<double>(c.zero)}, {"rotations", static_cast<double>(num_rotations())}});
  else
    builder_.note("no direction of negative curvature was found; flat directions are left undecided", "", Standing::undecided, Rigor::numerical,
                  {{"least_eigenvalue", c.min_eigenvalue}});
  state_better_points();
  if (!is_minimum) return builder_.conclude(Headline::undecided, Rigor::numerical);
  const bool has_better = find(builder_.certificate().claims, "better-point") != nullptr;
  builder_.conclude(has_better ? Headline::spurious_minimum : Headline::local_minimum, Rigor::numerical);
}

void CompletionJudge::state_better_points() {
  const Vector* best = nullptr;
  double least = with_room(here_.value()).lower;
  for (const Vector& better : options_.better_points) {
    const double upper = with_room(CompletionEnclosure(problem_, better).value()).upper;
    if (!(upper < least)) continue;
    least = upper;
    best = &better;
  }
  if (!best) return;
  builder_.prove_better_point(least, *best);
}

}  // namespace

Judgement judge_matrix_completion(const MatrixCompletion& problem, const Point& point, const JudgeOptions& options) {
  return judge_until_stopped("matrix-completion", problem, point.values, options,
                             [&](JudgementBuilder& builder) { CompletionJudge(problem, point, options, builder).run(); });
}

}  // namespace nadir
