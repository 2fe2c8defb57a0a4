#include "nadir/solvers/perturbed_gd.hpp"

#include <cmath>

#include "nadir/base/error.hpp"
#include "nadir/base/random.hpp"
#include "nadir/linalg/dense.hpp"
#include "nadir/solvers/internal/iterate.hpp"

namespace nadir {
namespace {

using internal::Iterate;
using internal::PerturbedGdThresholds;

constexpr std::uint64_t perturbation_stream = 0x7065727475726200;  // apart from the streams of starts

// Uniform in the ball of that radius: a normal direction, a radius whose d-th power is uniform.
Vector uniform_in_ball(std::size_t dimension, double radius, Random random) {
  Vector xi(dimension);
  random.fill_normal(xi);
  const double length = norm(xi), share = std::pow(random.uniform(), 1.0 / static_cast<double>(dimension));
  if (length > 0.0) scale(radius * share / length, xi);
  return xi;
}

class PerturbedGd final : public internal::IterateSolver {
 public:
  explicit PerturbedGd(const PerturbedGdOptions& options) : options_(options) {}

  std::string_view name() const override { return "perturbed-gradient-descent"; }
  void begin(ProblemRef problem, std::span<const double> start, std::uint64_t seed) override;
  StepReport step() override;
  std::optional<StepReport> leave_critical_point() override { return step(); }
  void save(State& state) const override;
  void load(ProblemRef problem, const State& state) override;

 private:
  bool may_perturb() const { return !has_perturbed_ || static_cast<double>(since_perturbation_) > threshold_.steps; }
  void perturb();
  void descend();
  bool has_gained_too_little() const;
  void return_to_lower();

  PerturbedGdOptions options_;
  PerturbedGdThresholds threshold_{};
  bool has_perturbed_ = false;
  std::int64_t since_perturbation_ = 0;  // t - t_noise
  std::uint64_t num_perturbations_ = 0;
  Vector before_;             // the point before the last perturbation
  double before_value_ = 0.0;
};

void PerturbedGd::begin(ProblemRef problem, std::span<const double> start, std::uint64_t seed) {
  IterateSolver::begin(problem, start, seed);
  threshold_ = internal::thresholds(options_, static_cast<double>(dimension()));
  has_perturbed_ = false;
  since_perturbation_ = 0;
  num_perturbations_ = 0;
  before_ = current_.point;
  before_value_ = current_.value;
}

// [Jin2017, Alg. 2]. Per iteration: 1 expansion and gradient; 2 where the point is perturbed.
StepReport PerturbedGd::step() {
  ++counts_.iterations;
  const Vector from = current_.point;
  StepReport report{.event = "", .stop = {}};
  if (gradient_norm() <= threshold_.gradient && may_perturb()) {
    perturb();
    report.event = "perturbed";
  }
  if (has_gained_too_little()) {
    return_to_lower();
    report.stop = Termination::value_flat;
  } else {
    descend();
  }
  report.step = internal::distance(current_.point, from);
  return report;
}

void PerturbedGd::perturb() {
  before_ = current_.point;
  before_value_ = current_.value;
  has_perturbed_ = true;
  since_perturbation_ = 0;
  const Random random(seed_, perturbation_stream + num_perturbations_++);
  const Vector xi = uniform_in_ball(before_.size(), threshold_.radius, random);
  current_ = evaluate_with_gradient(internal::moved(before_, 1.0, xi));
}

bool PerturbedGd::has_gained_too_little() const {
  return has_perturbed_ && static_cast<double>(since_perturbation_) == threshold_.steps &&
         current_.value - before_value_ > -threshold_.value;
}

void PerturbedGd::descend() {
  if (!current_.is_finite()) return;  // the loop ends the run
  current_ = evaluate_with_gradient(internal::moved(current_.point, -threshold_.eta, current_.gradient));
  ++since_perturbation_;
}

void PerturbedGd::return_to_lower() {
  if (current_.value > before_value_) current_ = evaluate_with_gradient(before_);
}

void PerturbedGd::save(State& state) const {
  IterateSolver::save(state);
  state.set_scalar("has_perturbed", has_perturbed_ ? 1.0 : 0.0);
  state.set_integer("since_perturbation", static_cast<std::uint64_t>(since_perturbation_));
  state.set_integer("num_perturbations", num_perturbations_);
  state.set("before", before_);
  state.set_scalar("before_value", before_value_);
}

void PerturbedGd::load(ProblemRef problem, const State& state) {
  IterateSolver::load(problem, state);
  threshold_ = internal::thresholds(options_, static_cast<double>(dimension()));
  has_perturbed_ = state.scalar("has_perturbed") != 0.0;
  since_perturbation_ = static_cast<std::int64_t>(state.integer("since_perturbation"));
  num_perturbations_ = state.integer("num_perturbations");
  before_ = state.get("before");
  if (before_.size() != current_.point.size())
    throw InputError("checkpoint entry before", std::to_string(current_.point.size()) + " numbers", std::to_string(before_.size()));
  before_value_ = state.scalar("before_value");
}

}  // namespace

namespace internal {

PerturbedGdThresholds thresholds(const PerturbedGdOptions& o, double dimension) {
  const double c = o.constant, ell = o.smoothness, rho = o.hessian_lipschitz, epsilon = o.accuracy;
  const double logarithm = std::log(dimension * ell * o.value_drop / (c * epsilon * epsilon * o.failure_probability));
  const double chi = 3.0 * std::fmax(logarithm, 4.0), chi2 = chi * chi;
  return {.chi = chi,
          .eta = c / ell,
          .radius = std::sqrt(c) / chi2 * epsilon / ell,
          .gradient = std::sqrt(c) / chi2 * epsilon,
          .steps = std::ceil(chi / (c * c) * ell / std::sqrt(rho * epsilon)),  // a whole number of steps
          .value = c / (chi2 * chi) * std::sqrt(epsilon * epsilon * epsilon / rho)};
}

}  // namespace internal

OptionList rows(PerturbedGdOptions& o) {
  return {option("smoothness", o.smoothness, "Lipschitz constant of the gradient; steps are its inverse").above(0.0).at_most(1e100),
          option("hessian-lipschitz", o.hessian_lipschitz, "Lipschitz constant of the Hessian").above(0.0).at_most(1e100),
          option("accuracy", o.accuracy, "gradient norm that is aimed at; sets all thresholds").above(0.0).at_most(1e100),
          option("failure-probability", o.failure_probability, "of missing a way out of a saddle").above(0.0).at_most(1.0),
          option("value-drop", o.value_drop, "bound on the start's value above the minimum").above(0.0).at_most(1e100),
          option("perturbation-constant", o.constant, "c of the thresholds; smaller is safer and slower").above(0.0).at_most(1.0)};
}

std::unique_ptr<Solver> make_perturbed_gd(const PerturbedGdOptions& options) {
  PerturbedGdOptions checked = options;
  for (const OptionRow& row : rows(checked)) require_in_range(row);
  return std::make_unique<PerturbedGd>(checked);
}

}  // namespace nadir
