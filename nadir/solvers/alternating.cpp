#include "nadir/solvers/alternating.hpp"

#include <cmath>

#include "nadir/base/error.hpp"
#include "nadir/linalg/dense.hpp"
#include "nadir/solvers/internal/iterate.hpp"
#include "nadir/solvers/trust_region.hpp"

namespace nadir {
namespace {

class Alternating final : public Solver {
 public:
  explicit Alternating(const AlternatingOptions& options) : options_(options), newton_(make_trust_region()) {}

  std::string_view name() const override { return "alternating"; }
  void begin(ProblemRef problem, std::span<const double> start, std::uint64_t seed) override;
  StepReport step() override;
  std::optional<StepReport> leave_critical_point() override;

  std::span<const double> point() const override { return is_newton_ ? newton_->point() : point_; }
  double value() const override { return is_newton_ ? newton_->value() : value_; }
  double gradient_norm() const override { return is_newton_ ? newton_->gradient_norm() : gradient_norm_; }
  double gradient_scale() const override { return is_newton_ ? newton_->gradient_scale() : gradient_scale_; }
  const Counts& counts() const override;
  bool is_monotone() const override { return false; }

  void save(State& state) const override;
  void load(ProblemRef problem, const State& state) override;

 private:
  std::span<double> block(Vector& x, std::size_t b) const;
  void measure();
  void look_ahead();
  StepReport sweep();
  void minimise_both();
  StepReport switch_to_newton();

  AlternatingOptions options_;
  std::optional<ProblemRef> problem_;
  std::uint64_t seed_ = 0;
  Vector point_, ahead_;  // ahead_: the next value of the first block, or the point after a sweep
  double value_ = 0.0, gradient_norm_ = 0.0, gradient_scale_ = 1.0;
  double last_decrease_ = std::numeric_limits<double>::infinity();  // of the last sweep, relative
  std::int64_t num_sweeps_ = 0;
  Counts sweep_counts_;
  mutable Counts counts_;
  bool is_newton_ = false;
  std::unique_ptr<Solver> newton_;
};

std::span<double> Alternating::block(Vector& x, std::size_t b) const {
  const BlockShape& shape = problem_->layout()[b];
  return std::span<double>(x).subspan(static_cast<std::size_t>(shape.offset), static_cast<std::size_t>(shape.size()));
}

void Alternating::begin(ProblemRef problem, std::span<const double> start, std::uint64_t seed) {
  problem_ = problem;
  seed_ = seed;
  sweep_counts_ = {};
  num_sweeps_ = 0;
  last_decrease_ = std::numeric_limits<double>::infinity();
  is_newton_ = !problem.has_block_minimisers() && !problem.has_sweeps();
  if (is_newton_) return newton_->begin(problem, start, seed);
  point_.assign(start.begin(), start.end());
  measure();
  // Only here may blocks other than the first have a gradient of note.
  Vector gradient(point_.size());
  problem_->expand(point_)->gradient(gradient);
  look_ahead();
  gradient_norm_ = norm(gradient);
  ++sweep_counts_.gradients;
}

// The scale of criticality changes slowly: it is measured at sweeps 0, 1, 2, 4, 8, ...
void Alternating::measure() {
  if ((num_sweeps_ & (num_sweeps_ - 1)) != 0) return;
  gradient_scale_ = problem_->expand(point_)->gradient_scale();
  ++sweep_counts_.values;
}

void Alternating::look_ahead() {
  const bool is_whole = problem_->has_sweeps();
  ahead_.resize(static_cast<std::size_t>(is_whole ? problem_->dimension() : problem_->layout()[0].size()));
  const BlockStep here = is_whole ? problem_->sweep(point_, ahead_) : problem_->minimise_block(point_, 0, ahead_);
  ++sweep_counts_.gradients;
  value_ = here.value;
  gradient_norm_ = here.gradient_norm;
}

// The steps: a sweep; or, when the last one paid too little, the trust region.
StepReport Alternating::step() {
  if (is_newton_) return newton_->step();
  if (last_decrease_ < options_.switch_decrease) return switch_to_newton();
  return sweep();
}

StepReport Alternating::sweep() {
  ++sweep_counts_.iterations;
  ++num_sweeps_;
  const Vector before = point_;
  const double value_before = value_;
  if (problem_->has_sweeps()) point_ = ahead_;
  else minimise_both();
  measure();
  look_ahead();
  StepReport report{.step = internal::distance(point_, before), .event = "", .stop = {}};
  if (!std::isfinite(value_)) report.stop = Termination::not_finite;
  else if (point_ == before) report.stop = Termination::step_small;
  last_decrease_ = (value_before - value_) / std::fmax(std::fabs(value_), std::numeric_limits<double>::min());
  return report;
}

void Alternating::minimise_both() {
  std::copy(ahead_.begin(), ahead_.end(), block(point_, 0).begin());
  Vector second(block(point_, 1).size());
  problem_->minimise_block(point_, 1, second);
  ++sweep_counts_.gradients;
  std::copy(second.begin(), second.end(), block(point_, 1).begin());
}

StepReport Alternating::switch_to_newton() {
  is_newton_ = true;
  newton_->begin(*problem_, point_, seed_);
  StepReport report = newton_->step();
  if (report.event.empty()) report.event = "newton";
  return report;
}

std::optional<StepReport> Alternating::leave_critical_point() {
  if (!is_newton_ && options_.switch_decrease == 0.0) return std::nullopt;
  if (!is_newton_) {
    is_newton_ = true;
    newton_->begin(*problem_, point_, seed_);
  }
  return newton_->leave_critical_point();
}

const Counts& Alternating::counts() const {
  counts_ = sweep_counts_;
  if (is_newton_) {
    const Counts& n = newton_->counts();
    counts_.iterations += n.iterations;
    counts_.values += n.values;
    counts_.gradients += n.gradients;
    counts_.hessian_products += n.hessian_products;
  }
  return counts_;
}

void Alternating::save(State& state) const {
  state.set_scalar("is_newton", is_newton_ ? 1.0 : 0.0);
  state.set_integer("sweep_iterations", static_cast<std::uint64_t>(sweep_counts_.iterations));
  state.set_integer("sweep_values", static_cast<std::uint64_t>(sweep_counts_.values));
  state.set_integer("sweep_gradients", static_cast<std::uint64_t>(sweep_counts_.gradients));
  state.set_integer("num_sweeps", static_cast<std::uint64_t>(num_sweeps_));
  if (is_newton_) return newton_->save(state);
  state.set("point", point_);
  state.set("ahead", ahead_);
  state.set_scalar("value", value_);
  state.set_scalar("gradient_norm", gradient_norm_);
  state.set_scalar("gradient_scale", gradient_scale_);
  state.set_scalar("last_decrease", last_decrease_);
  state.set_integer("alternating_seed", seed_);
}

void Alternating::load(ProblemRef problem, const State& state) {
  problem_ = problem;
  is_newton_ = state.scalar("is_newton") != 0.0;
  sweep_counts_ = {};
  sweep_counts_.iterations = static_cast<std::int64_t>(state.integer("sweep_iterations"));
  sweep_counts_.values = static_cast<std::int64_t>(state.integer("sweep_values"));
  sweep_counts_.gradients = static_cast<std::int64_t>(state.integer("sweep_gradients"));
  num_sweeps_ = static_cast<std::int64_t>(state.integer("num_sweeps"));
  if (is_newton_) return newton_->load(problem, state);
  point_ = state.get("point");
  ahead_ = state.get("ahead");
  const auto require = [](const char* entry, std::size_t expected, std::size_t found) {
    if (expected != found) throw InputError(std::string("checkpoint entry ") + entry, std::to_string(expected) + " numbers", std::to_string(found));
  };
  if (!problem.has_block_minimisers() && !problem.has_sweeps())
    throw InputError("checkpoint entry ahead", "a problem with block minimisers", "another");
  require("point", static_cast<std::size_t>(problem.dimension()), point_.size());
  require("ahead", static_cast<std::size_t>(problem.has_sweeps() ? problem.dimension() : problem.layout()[0].size()), ahead_.size());
  value_ = state.scalar("value");
  gradient_norm_ = state.scalar("gradient_norm");
  gradient_scale_ = state.scalar("gradient_scale");
  last_decrease_ = state.scalar("last_decrease");
  seed_ = state.integer("alternating_seed");
}

}  // namespace

OptionList rows(AlternatingOptions& o) {
  return {option("switch-decrease", o.switch_decrease, "relative decrease a sweep below which Newton goes on; 0: never").at_least(0.0)};
}

std::unique_ptr<Solver> make_alternating(const AlternatingOptions& options) {
  AlternatingOptions checked = options;
  for (const OptionRow& row : rows(checked)) require_in_range(row);
  return std::make_unique<Alternating>(checked);
}

}  // namespace nadir
