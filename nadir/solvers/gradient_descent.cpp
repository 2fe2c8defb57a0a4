#include "nadir/solvers/gradient_descent.hpp"

#include <cmath>

#include "nadir/base/error.hpp"
#include "nadir/linalg/dense.hpp"
#include "nadir/solvers/internal/iterate.hpp"
#include "nadir/solvers/internal/sharpness.hpp"

namespace nadir {
namespace {

using internal::Iterate;

constexpr double sufficient_decrease = 1e-4;
constexpr int max_halvings = 100;
constexpr std::uint64_t sharpness_stream = 0x7368617270000000ull;

class GradientDescent final : public internal::IterateSolver {
 public:
  explicit GradientDescent(const GradientDescentOptions& options) : options_(options) {}

  std::string_view name() const override { return "gradient-descent"; }
  void begin(ProblemRef problem, std::span<const double> start, std::uint64_t seed) override;
  StepReport step() override;
  void save(State& state) const override;
  void load(ProblemRef problem, const State& state) override;

 private:
  StepReport fixed_step();
  StepReport backtracking_step();
  double first_trial() const;
  bool is_sufficient(Iterate& trial, double t);
  StepReport with_sharpness(StepReport report);

  GradientDescentOptions options_;
  Vector previous_;       // the iterate before the current one, for momentum
  double last_t_ = 0.0;   // accepted last; 0: none yet
  Vector sharpest_;       // eigenvector of the largest curvature when it was last looked at
};

void GradientDescent::begin(ProblemRef problem, std::span<const double> start, std::uint64_t seed) {
  IterateSolver::begin(problem, start, seed);
  previous_ = current_.point;
  last_t_ = 0.0;
  sharpest_.clear();
}

StepReport GradientDescent::step() {
  ++counts_.iterations;
  const bool is_at_rest = gradient_norm() == 0.0 && previous_ == current_.point;
  if (is_at_rest || (gradient_norm() == 0.0 && options_.momentum == 0.0))
    return {.event = "", .stop = Termination::gradient_small};
  return with_sharpness(options_.step_size > 0.0 ? fixed_step() : backtracking_step());
}

StepReport GradientDescent::with_sharpness(StepReport report) {
  if (options_.sharpness_every == 0) return report;
  report.step_size = options_.step_size > 0.0 ? options_.step_size : last_t_;
  if (counts_.iterations % options_.sharpness_every != 0 || !current_.is_finite()) return report;
  const auto apply = [this](const Vector& v, Vector& out) { apply_hessian(v, out); };
  internal::Sharpness found = internal::find_sharpness(apply, dimension(), sharpest_,
                                                       Random(seed_, sharpness_stream + static_cast<std::uint64_t>(counts_.iterations)));
  report.sharpness = found.value;
  sharpest_ = std::move(found.vector);
  return report;
}

// Per iteration: 1 expansion and gradient, 2 vector passes.
StepReport GradientDescent::fixed_step() {
  Vector next = internal::moved(current_.point, -options_.step_size, current_.gradient);
  if (options_.momentum > 0.0)
    for (std::size_t i = 0; i < next.size(); ++i) next[i] += options_.momentum * (current_.point[i] - previous_[i]);
  previous_ = std::move(current_.point);
  current_ = evaluate_with_gradient(std::move(next));
  StepReport report{.step = internal::distance(current_.point, previous_), .event = "", .stop = {}};
  if (current_.point == previous_) report.stop = Termination::step_small;
  return report;
}

// Per iteration: 1 expansion a trial, 1 gradient.
StepReport GradientDescent::backtracking_step() {
  bool met_finite = false;
  double t = last_t_ > 0.0 ? 2.0 * last_t_ : first_trial();
  for (int i = 0; i < max_halvings; ++i, t *= 0.5) {
    Iterate trial = evaluate(internal::moved(current_.point, -t, current_.gradient));
    if (trial.point == current_.point) return {.event = "rejected", .stop = met_finite ? Termination::value_flat : Termination::step_small};
    met_finite = met_finite || std::isfinite(trial.value);
    if (!is_sufficient(trial, t)) continue;
    add_gradient(trial);
    if (!trial.is_finite()) continue;
    last_t_ = t;
    previous_ = std::move(current_.point);
    current_ = std::move(trial);
    return {.step = internal::distance(current_.point, previous_), .event = "", .stop = {}};
  }
  return {.event = "rejected", .stop = met_finite ? Termination::value_flat : Termination::not_finite};
}

// A hundredth of the point's size; halving and doubling find the rest.
double GradientDescent::first_trial() const {
  const double size = norm(current_.point);
  const double t = (size > 0.0 ? 0.01 * size : 0.01) / gradient_norm();
  return std::isfinite(t) && t > 0.0 ? t : 1.0;
}

bool GradientDescent::is_sufficient(Iterate& trial, double t) {
  const double slope = -gradient_norm() * gradient_norm();
  if (trial.value <= current_.value + sufficient_decrease * t * slope) return true;
  if (!(trial.value <= current_.value + internal::value_noise(current_.value))) return false;
  add_gradient(trial);
  return trial.is_finite() && -dot(trial.gradient, current_.gradient) <= (2.0 * sufficient_decrease - 1.0) * slope;
}

void GradientDescent::save(State& state) const {
  IterateSolver::save(state);
  state.set("previous", previous_);
  state.set_scalar("last_t", last_t_);
  state.set("sharpest", sharpest_);
}

void GradientDescent::load(ProblemRef problem, const State& state) {
  IterateSolver::load(problem, state);
  previous_ = state.get("previous");
  if (previous_.size() != current_.point.size())
    throw InputError("checkpoint entry previous", std::to_string(current_.point.size()) + " numbers", std::to_string(previous_.size()));
  last_t_ = state.scalar("last_t");
  sharpest_ = state.get("sharpest");
  if (!sharpest_.empty() && sharpest_.size() != current_.point.size())
    throw InputError("checkpoint entry sharpest", std::to_string(current_.point.size()) + " numbers or none", std::to_string(sharpest_.size()));
}

}  // namespace

OptionList rows(GradientDescentOptions& o) {
  return {option("step-size", o.step_size, "length of a step over the gradient; 0: by backtracking").at_least(0.0),
          option("momentum", o.momentum, "share of the last move that is repeated, below 1; needs --step-size")
              .at_least(0.0)
              .at_most(1.0 - 0x1p-53),
          option("sharpness-every", o.sharpness_every, "iterations between looks at the largest curvature, for the trace; 0: none")
              .at_least(0)};
}

std::unique_ptr<Solver> make_gradient_descent(const GradientDescentOptions& options) {
  GradientDescentOptions checked = options;
  for (const OptionRow& row : rows(checked)) require_in_range(row);
  if (checked.momentum > 0.0 && checked.step_size == 0.0)
    throw InputError("--momentum", "a fixed --step-size with it", "none");
  return std::make_unique<GradientDescent>(checked);
}

}  // namespace nadir
