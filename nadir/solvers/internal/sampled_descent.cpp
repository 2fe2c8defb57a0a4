#include "nadir/solvers/internal/sampled_descent.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>
#include <string>
#include <utility>

#include "nadir/base/error.hpp"
#include "nadir/base/random.hpp"
#include "nadir/solvers/internal/iterate.hpp"
#include "nadir/solvers/lbfgs.hpp"
#include "nadir/solvers/trust_region.hpp"

namespace nadir::internal {
namespace {

constexpr const char* then_prefix = "then/";
constexpr std::uint64_t first_stream = 0x65706f6368000000ull;  // of the orders; epochs follow

class SampledDescent final : public IterateSolver {
 public:
  SampledDescent(std::string_view name, MinibatchOptions options, std::unique_ptr<UpdateRule> rule)
      : name_(name), options_(std::move(options)), rule_(std::move(rule)) {}

  std::string_view name() const override { return name_; }
  void begin(ProblemRef problem, std::span<const double> start, std::uint64_t seed) override;
  StepReport step() override;
  std::optional<StepReport> leave_critical_point() override;

  std::span<const double> point() const override { return then_ ? then_->point() : IterateSolver::point(); }
  double value() const override { return then_ ? then_->value() : IterateSolver::value(); }
  double gradient_norm() const override { return then_ ? then_->gradient_norm() : IterateSolver::gradient_norm(); }
  double gradient_scale() const override { return then_ ? then_->gradient_scale() : IterateSolver::gradient_scale(); }
  const Counts& counts() const override;

  void save(State& state) const override;
  void load(ProblemRef problem, const State& state) override;

 private:
  bool is_over() const { return epoch_ >= options_.epochs || (options_.patience > 0 && num_without_gain_ >= options_.patience); }
  StepReport run_epochs();
  bool run_epoch(Vector& x);
  void keep_best();
  StepReport hand_over();
  std::unique_ptr<Solver> make_then() const;

  std::string_view name_;
  MinibatchOptions options_;
  std::unique_ptr<UpdateRule> rule_;
  std::optional<ProblemRef> problem_;
  std::int64_t epoch_ = 0;            // finished ones
  std::int64_t num_without_gain_ = 0;  // iterations since the best point was measured
  std::uint64_t num_rows_ = 0;        // samples of all batches so far
  Vector best_point_;
  double best_value_ = 0.0;
  Vector gradient_;  // of a batch
  std::unique_ptr<Solver> then_;  // once it has taken over
  mutable Counts total_;
};

void SampledDescent::begin(ProblemRef problem, std::span<const double> start, std::uint64_t seed) {
  require_samples(name_, problem);
  problem_ = problem;
  then_ = nullptr;
  IterateSolver::begin(problem, start, seed);
  current_.expansion = nullptr;  // its memory is for batches
  epoch_ = num_without_gain_ = 0;
  num_rows_ = 0;
  best_point_ = current_.point;
  best_value_ = current_.value;
  rule_->begin(current_.point.size());
}

// The steps: some epochs; or, when these are over, the solver that goes on.
StepReport SampledDescent::step() {
  if (then_) return then_->step();
  if (!is_over()) return run_epochs();
  if (options_.then != "none") return hand_over();
  ++counts_.iterations;
  return {.event = "", .stop = Termination::iteration_limit};
}

// Per iteration: `measure_every` epochs, 1 expansion and gradient.
StepReport SampledDescent::run_epochs() {
  ++counts_.iterations;
  Vector x = current_.point;
  const std::int64_t last = std::min(options_.epochs, epoch_ + options_.measure_every);
  bool is_whole = true;
  while (is_whole && epoch_ < last) is_whole = run_epoch(x);
  const Vector before = std::move(current_.point);
  current_ = evaluate_with_gradient(std::move(x));
  current_.expansion = nullptr;
  keep_best();
  StepReport report{.step = distance(current_.point, before), .event = "", .stop = {}};
  if (!is_whole) report.stop = Termination::not_finite;
  else if (is_over() && options_.then == "none") report.stop = Termination::iteration_limit;
  return report;
}

// False when a batch has no finite value.
bool SampledDescent::run_epoch(Vector& x) {
  const Index n = problem_->num_samples(), batch = std::min<Index>(n, options_.batch_size), num_batches = (n + batch - 1) / batch;
  const double num_moves = static_cast<double>(num_batches) * static_cast<double>(options_.epochs);
  const std::vector<Index> order = order_of_epoch(seed_, epoch_, n);
  gradient_.resize(x.size());
  for (Index b = 0; b < num_batches; ++b) {
    const auto first = static_cast<std::size_t>(b * batch), count = static_cast<std::size_t>(std::min(batch, n - b * batch));
    num_rows_ += count;
    if (!std::isfinite(problem_->sample_gradient(x, std::span(order).subspan(first, count), gradient_))) return false;
    const double k = static_cast<double>(epoch_) * static_cast<double>(num_batches) + static_cast<double>(b);
    rule_->move(scheduled_rate(options_, options_.learning_rate, k, num_moves), gradient_, x);
  }
  ++epoch_;
  return true;
}

void SampledDescent::keep_best() {
  ++num_without_gain_;
  if (!(current_.value < best_value_)) return;
  num_without_gain_ = 0;
  best_point_ = current_.point;
  best_value_ = current_.value;
}

std::unique_ptr<Solver> SampledDescent::make_then() const {
  return options_.then == "l-bfgs" ? make_lbfgs() : make_trust_region();
}

StepReport SampledDescent::hand_over() {
  then_ = make_then();
  then_->begin(*problem_, best_point_, seed_);
  current_ = {};
  StepReport report = then_->step();
  report.event = options_.then == "l-bfgs" ? "l-bfgs" : "trust-region";
  return report;
}

std::optional<StepReport> SampledDescent::leave_critical_point() {
  if (!then_ && options_.then == "none") return std::nullopt;
  if (!then_) {
    then_ = make_then();
    then_->begin(*problem_, current_.point, seed_);
    current_ = {};
  }
  return then_->leave_critical_point();
}

const Counts& SampledDescent::counts() const {
  total_ = counts_;
  const auto n = static_cast<std::uint64_t>(problem_ ? problem_->num_samples() : 1);
  const auto passes = static_cast<std::int64_t>((num_rows_ + n - 1) / n);
  total_.values += passes;
  total_.gradients += passes;
  if (then_) {
    const Counts& more = then_->counts();
    total_.iterations += more.iterations;
    total_.values += more.values;
    total_.gradients += more.gradients;
    total_.hessian_products += more.hessian_products;
  }
  return total_;
}

void SampledDescent::save(State& state) const {
  if (then_) {
    State inner;
    then_->save(inner);
    for (const auto& [name, values] : inner.arrays()) state.set(then_prefix + name, values);
  } else {
    IterateSolver::save(state);
    rule_->save(state);
    state.set("best_point", best_point_);
    state.set_scalar("best_value", best_value_);
    state.set_integer("epoch", static_cast<std::uint64_t>(epoch_));
    state.set_integer("num_without_gain", static_cast<std::uint64_t>(num_without_gain_));
  }
  state.set_integer("iterations", static_cast<std::uint64_t>(counts().iterations));
  state.set_integer("epochs_iterations", static_cast<std::uint64_t>(counts_.iterations));
  state.set_integer("epochs_values", static_cast<std::uint64_t>(counts_.values));
  state.set_integer("epochs_gradients", static_cast<std::uint64_t>(counts_.gradients));
  state.set_integer("num_rows", num_rows_);
}

void SampledDescent::load(ProblemRef problem, const State& state) {
  require_samples(name_, problem);
  problem_ = problem;
  State inner;
  for (const auto& [name, values] : state.arrays())
    if (name.starts_with(then_prefix)) inner.set(name.substr(std::string_view(then_prefix).size()), values);
  then_ = nullptr;
  if (!inner.arrays().empty()) {
    if (options_.then == "none") throw InputError("checkpoint", "a run with --then", "--then none");
    then_ = make_then();
    then_->load(problem, inner);
    current_ = {};
  } else {
    IterateSolver::load(problem, state);
    current_.expansion = nullptr;
    rule_->load(state, current_.point.size());
    best_point_ = vector_of_state(state, "best_point", current_.point.size());
    best_value_ = state.scalar("best_value");
    epoch_ = static_cast<std::int64_t>(state.integer("epoch"));
    num_without_gain_ = static_cast<std::int64_t>(state.integer("num_without_gain"));
  }
  counts_ = {};
  counts_.iterations = static_cast<std::int64_t>(state.integer("epochs_iterations"));
  counts_.values = static_cast<std::int64_t>(state.integer("epochs_values"));
  counts_.gradients = static_cast<std::int64_t>(state.integer("epochs_gradients"));
  num_rows_ = state.integer("num_rows");
}

}  // namespace

void require_samples(std::string_view solver, const ProblemRef& problem) {
  if (problem.has_samples()) return;
  throw InputError("--solver", "one that draws no batches: this problem has no gradients of batches of samples",
                   "'" + std::string(solver) + "'");
}

std::vector<Index> order_of_epoch(std::uint64_t seed, std::int64_t epoch, Index num_samples) {
  std::vector<Index> order(static_cast<std::size_t>(num_samples));
  std::iota(order.begin(), order.end(), Index{0});
  Random random(seed, first_stream + static_cast<std::uint64_t>(epoch));
  for (std::size_t i = order.size(); i > 1; --i) std::swap(order[i - 1], order[static_cast<std::size_t>(random.index(static_cast<std::int64_t>(i)))]);
  return order;
}

double scheduled_rate(const MinibatchOptions& options, double learning_rate, double k, double K) {
  return options.schedule == "cosine" ? 0.5 * learning_rate * (1.0 + std::cos(std::numbers::pi * k / K)) : learning_rate;
}

Vector vector_of_state(const State& state, const char* name, std::size_t dimension) {
  const Vector& values = state.get(name);
  if (values.size() != dimension)
    throw InputError(std::string("checkpoint entry ") + name, std::to_string(dimension) + " numbers", std::to_string(values.size()));
  return values;
}

std::unique_ptr<Solver> make_sampled_descent(std::string_view name, MinibatchOptions options, double default_learning_rate,
                                             std::unique_ptr<UpdateRule> rule) {
  for (const OptionRow& row : rows(options)) require_in_range(row);
  if (options.learning_rate == 0.0) options.learning_rate = default_learning_rate;
  return std::make_unique<SampledDescent>(name, std::move(options), std::move(rule));
}

}  // namespace nadir::internal
