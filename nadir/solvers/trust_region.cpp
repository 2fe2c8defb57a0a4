#include "nadir/solvers/trust_region.hpp"

#include <algorithm>
#include <cmath>

#include "nadir/linalg/dense.hpp"
#include "nadir/solvers/internal/curvature_search.hpp"
#include "nadir/solvers/internal/iterate.hpp"

namespace nadir {
namespace {

using internal::Iterate;
using internal::value_noise;

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double accept_ratio = 0.01;  // eta_1 of [ConnGouldToint2000]
constexpr double shrink_ratio = 0.25, grow_ratio = 0.75;
constexpr double curvature_noise = 64.0 * std::numeric_limits<double>::epsilon();  // relative to the largest met
constexpr std::uint64_t curvature_stream = 0x6375727600000000;  // apart from the streams of starts

// A step of the model and what is known of it.
struct ModelStep {
  Vector s;
  double norm_M = 0.0;          // length in the norm of M
  double predicted = 0.0;       // m(0) - m(s)
  double least_curvature = infinity;  // of the directions met, in the Euclidean norm
  bool is_on_boundary = false, has_negative_curvature = false;

  bool is_zero() const { return norm_M == 0.0; }
};

// The root sigma >= 0 of |s + sigma p|_M = radius, from |s|^2, s'Mp, |p|^2; written without cancellation.
double to_boundary(double ss, double sp, double pp, double radius) {
  const double room = std::fmax(0.0, radius * radius - ss);
  const double root = std::sqrt(sp * sp + pp * room);
  return sp > 0.0 ? room / (sp + root) : (root - sp) / pp;
}

// The radius after a step whose actual decrease is `ratio` times the predicted one. It shrinks from the
// length of the step, not from the old radius: a rejected step well inside would be proposed again.
double next_radius(double radius, const ModelStep& step, double ratio) {
  if (!(ratio >= shrink_ratio)) return 0.25 * step.norm_M;  // written so that NaN shrinks too
  return ratio > grow_ratio ? std::fmax(radius, 2.0 * step.norm_M) : radius;
}

class TrustRegion final : public internal::IterateSolver {
 public:
  explicit TrustRegion(const TrustRegionOptions& options) : options_(options) {}

  std::string_view name() const override { return "trust-region"; }
  void begin(ProblemRef problem, std::span<const double> start, std::uint64_t seed) override;
  StepReport step() override;
  std::optional<StepReport> leave_critical_point() override;
  void save(State& state) const override;
  void load(ProblemRef problem, const State& state) override;

 private:
  void measure_gradient();
  void choose_first_radius();
  ModelStep minimise_model();
  void go_to_boundary(ModelStep& step, const Vector& p, const Vector& Hp, double sigma);
  double ratio(Iterate& trial, const ModelStep& step);
  StepReport report_for(const ModelStep& step, const Iterate& trial, bool is_accepted) const;
  std::optional<internal::CurvatureDirection> search_curvature();

  TrustRegionOptions options_;
  double radius_ = 0.0;              // 0 until the first step chooses it
  double largest_gradient_ = 0.0;    // largest |g| so far, in the norm of M^{-1}
  internal::Flatness flatness_{5};
  std::uint64_t num_searches_ = 0;
  bool is_fenced_in_ = false;  // the last step that changed the point led out of the domain

  // Of the current iterate: v = M^{-1} g and |g| in the norm of M^{-1}; residual and image of the conjugate
  // gradients. Recomputed, never saved.
  Vector v_, residual_;
  double gradient_norm_M_ = 0.0;
};

void TrustRegion::begin(ProblemRef problem, std::span<const double> start, std::uint64_t seed) {
  IterateSolver::begin(problem, start, seed);
  radius_ = options_.initial_radius;
  largest_gradient_ = 0.0;
  flatness_.reset();
  num_searches_ = 0;
  is_fenced_in_ = false;
}

// Per iteration: 1 expansion, up to max_inner Hessian products and preconditionings, 9 vector passes each.
StepReport TrustRegion::step() {
  measure_gradient();
  if (gradient_norm_M_ == 0.0) {
    if (const auto left = leave_critical_point()) return *left;
    ++counts_.iterations;
    return {.event = "", .stop = Termination::gradient_small};
  }
  ++counts_.iterations;
  if (!std::isfinite(gradient_norm_M_)) return {.event = "", .stop = Termination::not_finite};
  choose_first_radius();
  // s = argmin m(s) over |s|_M <= radius, by truncated conjugate gradients
  const ModelStep step = minimise_model();
  if (step.is_zero()) return {.event = "", .stop = Termination::not_finite};
  Iterate trial = evaluate(internal::moved(current_.point, 1.0, step.s));
  // rho = (f(x) - f(x + s)) / (m(0) - m(s))
  const double rho = ratio(trial, step);
  radius_ = next_radius(radius_, step, rho);
  const bool is_accepted = rho >= accept_ratio;
  if (is_accepted) flatness_.watch(current_, trial);
  if (trial.point != current_.point) is_fenced_in_ = !std::isfinite(trial.value);
  const StepReport report = report_for(step, trial, is_accepted);
  if (is_accepted) current_ = std::move(trial);
  return report;
}

void TrustRegion::measure_gradient() {
  v_.resize(current_.point.size());
  apply_preconditioner(current_.gradient, v_);
  const double squared = dot(current_.gradient, v_);
  gradient_norm_M_ = squared >= 0.0 ? std::sqrt(squared) : std::numeric_limits<double>::quiet_NaN();
  largest_gradient_ = std::fmax(largest_gradient_, gradient_norm_M_);
}

// The length of the step to the minimum of the model along -v, or as far along where it curves down.
void TrustRegion::choose_first_radius() {
  if (radius_ > 0.0) return;
  Vector Hv(v_.size());
  apply_hessian(v_, Hv);
  const double curvature = std::fabs(dot(v_, Hv));
  radius_ = gradient_norm_M_ * (gradient_norm_M_ * gradient_norm_M_ / curvature);
  if (!std::isfinite(radius_) || radius_ <= 0.0) radius_ = gradient_norm_M_;
}

// [ConnGouldToint2000, Alg. 7.5.1]. The norms of M are carried along by recurrences (7.5.5)-(7.5.7), so that
// only M^{-1} is ever applied.
ModelStep TrustRegion::minimise_model() {
  const std::size_t n = current_.point.size();
  const double eta = std::fmin(0.5, std::sqrt(gradient_norm_M_ / largest_gradient_));
  const double target = std::fmax(eta, 4.0 * std::numeric_limits<double>::epsilon()) * gradient_norm_M_;
  ModelStep step{.s = Vector(n, 0.0)};
  residual_ = current_.gradient;
  Vector v = v_, p(n), Hp(n);
  for (std::size_t i = 0; i < n; ++i) p[i] = -v[i];
  double rv = gradient_norm_M_ * gradient_norm_M_, ss = 0.0, sp = 0.0, pp = rv, largest_curvature = 0.0;
  for (std::int64_t k = 0; k < options_.max_inner; ++k) {
    apply_hessian(p, Hp);
    const double curvature = dot(p, Hp), alpha = rv / curvature;
    if (!std::isfinite(curvature)) break;
    // Where the curvature is the rounding of a larger one, so is the direction: the gradient has no part there.
    largest_curvature = std::fmax(largest_curvature, std::fabs(curvature) / pp);
    if (k > 0 && std::fabs(curvature) <= curvature_noise * largest_curvature * pp) break;
    step.least_curvature = std::fmin(step.least_curvature, curvature / dot(p, p));
    const double next_ss = ss + 2.0 * alpha * sp + alpha * alpha * pp;
    step.has_negative_curvature = !(curvature > 0.0);
    if (step.has_negative_curvature || !(next_ss < radius_ * radius_)) {
      go_to_boundary(step, p, Hp, to_boundary(ss, sp, pp, radius_));
      break;
    }
    axpy(alpha, p, step.s);
    axpy(alpha, Hp, residual_);
    ss = next_ss;
    step.norm_M = std::sqrt(ss);
    apply_preconditioner(residual_, v);
    const double next_rv = dot(residual_, v);
    if (!(next_rv > target * target)) break;
    const double beta = next_rv / rv;
    sp = beta * (sp + alpha * pp);
    pp = next_rv + beta * beta * pp;
    rv = next_rv;
    for (std::size_t i = 0; i < n; ++i) p[i] = beta * p[i] - v[i];
  }
  // m(s) = g's + s'Hs/2 and Hs = residual - g
  step.predicted = -0.5 * (dot(current_.gradient, step.s) + dot(residual_, step.s));
  return step;
}

void TrustRegion::go_to_boundary(ModelStep& step, const Vector& p, const Vector& Hp, double sigma) {
  axpy(sigma, p, step.s);
  axpy(sigma, Hp, residual_);
  step.norm_M = radius_;
  step.is_on_boundary = true;
}

// Actual over predicted decrease; -infinity for a trial outside the domain.
//
// Where the predicted decrease is too small for values to show it, the decrease comes from the gradients:
// the trapezoidal rule along the step, whose error is of third order. [ConnGouldToint2000, sec. 17.4.2] sets
// the ratio to 1 there; ours keeps refusing steps that the gradients speak against.
double TrustRegion::ratio(Iterate& trial, const ModelStep& step) {
  if (!std::isfinite(trial.value) || !(step.predicted > 0.0)) return -infinity;
  const double noise = value_noise(current_.value), actual = current_.value - trial.value;
  double result = actual / step.predicted;
  if (result < accept_ratio && (step.predicted > 1000.0 * noise || actual < -noise)) return result;
  add_gradient(trial);
  if (!trial.is_finite()) return -infinity;
  if (step.predicted > 1000.0 * noise) return result;
  return -0.5 * (dot(current_.gradient, step.s) + dot(trial.gradient, step.s)) / step.predicted;
}

StepReport TrustRegion::report_for(const ModelStep& step, const Iterate& trial, bool is_accepted) const {
  StepReport report;
  if (std::isfinite(step.least_curvature)) report.curvature = step.least_curvature;
  if (is_accepted) report.step = internal::distance(trial.point, current_.point);
  if (!is_accepted) report.event = "rejected";
  else if (step.has_negative_curvature) report.event = "negative-curvature";
  const bool is_same_point = trial.point == current_.point;
  if (is_same_point && is_fenced_in_) report.stop = Termination::not_finite;
  else if (is_same_point) report.stop = step.is_on_boundary ? Termination::radius_small : Termination::step_small;
  else if (flatness_.is_flat()) report.stop = Termination::value_flat;
  return report;
}

// From the random direction of least curvature, backtracking until the value falls as the model says.
std::optional<StepReport> TrustRegion::leave_critical_point() {
  const auto found = search_curvature();
  if (!found) return std::nullopt;
  Vector direction = found->direction;
  double slope = dot(current_.gradient, direction);
  if (slope > 0.0) {
    scale(-1.0, direction);
    slope = -slope;
  }
  const double length = norm(direction);
  for (double t = 0.1 * std::fmax(1.0, norm(current_.point)) / length;; t *= 0.25) {
    const double predicted = -t * (slope + 0.5 * t * found->curvature);
    if (!(predicted > 100.0 * value_noise(current_.value)) || t * length <= 1e-100) return std::nullopt;
    Iterate trial = evaluate(internal::moved(current_.point, t, direction));
    if (!(current_.value - trial.value >= 0.1 * predicted)) continue;
    add_gradient(trial);
    if (!trial.is_finite()) continue;
    ++counts_.iterations;
    radius_ = std::fmax(radius_, t);
    const double step = internal::distance(trial.point, current_.point);
    current_ = std::move(trial);
    return StepReport{.step = step, .curvature = found->curvature / (length * length), .event = "negative-curvature", .stop = {}};
  }
}

std::optional<internal::CurvatureDirection> TrustRegion::search_curvature() {
  if (options_.curvature_steps == 0) return std::nullopt;
  const internal::CurvatureSearch search{
      .apply_hessian = [this](const Vector& v, Vector& out) { apply_hessian(v, out); },
      .apply_preconditioner = [this](const Vector& v, Vector& out) { apply_preconditioner(v, out); },
      .num_steps = static_cast<Index>(options_.curvature_steps)};
  return find_negative_curvature(search, dimension(), Random(seed_, curvature_stream + num_searches_++));
}

void TrustRegion::save(State& state) const {
  IterateSolver::save(state);
  state.set_scalar("radius", radius_);
  state.set_scalar("largest_gradient", largest_gradient_);
  flatness_.save(state);
  state.set_integer("num_searches", num_searches_);
  state.set_scalar("is_fenced_in", is_fenced_in_ ? 1.0 : 0.0);
}

void TrustRegion::load(ProblemRef problem, const State& state) {
  IterateSolver::load(problem, state);
  radius_ = state.scalar("radius");
  largest_gradient_ = state.scalar("largest_gradient");
  flatness_.load(state);
  num_searches_ = state.integer("num_searches");
  is_fenced_in_ = state.scalar("is_fenced_in") != 0.0;
}

}  // namespace

OptionList rows(TrustRegionOptions& o) {
  return {option("initial-radius", o.initial_radius, "first radius; 0: the length of the first Cauchy step").at_least(0.0),
          option("max-inner", o.max_inner, "Hessian products a step may cost").at_least(1),
          option("curvature-steps", o.curvature_steps, "Lanczos steps to leave a saddle; 0: never look").at_least(0)};
}

std::unique_ptr<Solver> make_trust_region(const TrustRegionOptions& options) {
  TrustRegionOptions checked = options;
  for (const OptionRow& row : rows(checked)) require_in_range(row);
  return std::make_unique<TrustRegion>(checked);
}

}  // namespace nadir
