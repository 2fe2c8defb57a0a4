#include "nadir/solvers/lbfgs.hpp"

#include <cmath>
#include <deque>
#include <string>

#include "nadir/base/error.hpp"
#include "nadir/linalg/dense.hpp"
#include "nadir/solvers/internal/iterate.hpp"
#include "nadir/solvers/line_search.hpp"

namespace nadir {
namespace {

using internal::Iterate;

struct Pair {
  Vector s, y;       // changes of point and gradient
  double rho = 0.0;  // 1 / s'y
};

class Lbfgs final : public internal::IterateSolver {
 public:
  explicit Lbfgs(const LbfgsOptions& options) : options_(options) {}

  std::string_view name() const override { return "l-bfgs"; }
  void begin(ProblemRef problem, std::span<const double> start, std::uint64_t seed) override;
  StepReport step() override;
  void save(State& state) const override;
  void load(ProblemRef problem, const State& state) override;

 private:
  Vector direction() const;
  double first_step(const Vector& d) const;
  Iterate search(const Vector& d, LineSearchResult& result);
  StepReport give_up(const LineSearchResult& result);
  void remember(const Iterate& next);
  void append(Vector s, Vector y);

  LbfgsOptions options_;
  std::deque<Pair> pairs_;  // oldest first
  internal::Flatness flatness_{30};
};

void Lbfgs::begin(ProblemRef problem, std::span<const double> start, std::uint64_t seed) {
  IterateSolver::begin(problem, start, seed);
  pairs_.clear();
  flatness_.reset();
}

// Per iteration: 1 expansion and gradient where the first step is accepted, 4 memory + 6 vector passes.
StepReport Lbfgs::step() {
  ++counts_.iterations;
  if (gradient_norm() == 0.0) return {.event = "", .stop = Termination::gradient_small};
  // d = -H g
  Vector d = direction();
  if (!(dot(current_.gradient, d) < 0.0)) {
    pairs_.clear();
    d = direction();
  }
  // t satisfies the Wolfe conditions
  LineSearchResult result;
  Iterate next = search(d, result);
  if (!result.is_accepted && !result.is_lower) return give_up(result);
  // s = x+ - x, y = g+ - g
  remember(next);
  flatness_.watch(current_, next);
  const double length = internal::distance(next.point, current_.point);
  current_ = std::move(next);
  StepReport report{.step = length, .event = "", .stop = {}};
  if (flatness_.is_flat()) report.stop = Termination::value_flat;
  return report;
}

// [NocedalWright2006, Alg. 7.4]
Vector Lbfgs::direction() const {
  Vector q = current_.gradient, alpha(pairs_.size()), r(q.size());
  for (std::size_t i = pairs_.size(); i-- > 0;) {
    alpha[i] = pairs_[i].rho * dot(pairs_[i].s, q);
    axpy(-alpha[i], pairs_[i].y, q);
  }
  apply_preconditioner(q, r);
  if (!pairs_.empty()) {
    Vector My(q.size());
    apply_preconditioner(pairs_.back().y, My);
    scale(1.0 / (pairs_.back().rho * dot(pairs_.back().y, My)), r);
  }
  for (std::size_t i = 0; i < pairs_.size(); ++i) {
    const double beta = pairs_[i].rho * dot(pairs_[i].y, r);
    axpy(alpha[i] - beta, pairs_[i].s, r);
  }
  scale(-1.0, r);
  return r;
}

// 1 for a quasi-Newton step. Without memory the direction has no length of its own: a hundredth of the
// point's size, which the search corrects by factors of five.
double Lbfgs::first_step(const Vector& d) const {
  if (!pairs_.empty()) return 1.0;
  const double size = norm(current_.point), length = norm(d);
  const double step = (size > 0.0 ? 0.01 * size : 0.01) / length;
  return std::isfinite(step) && step > 0.0 ? step : 1.0;
}

Iterate Lbfgs::search(const Vector& d, LineSearchResult& result) {
  Iterate trial;
  const auto line = [&](double t) -> LinePoint {
    trial = evaluate_with_gradient(internal::moved(current_.point, t, d));
    if (!trial.is_finite()) return {.step = t};
    return {.step = t, .value = trial.value, .slope = dot(trial.gradient, d)};
  };
  const LinePoint start{.step = 0.0, .value = current_.value, .slope = dot(current_.gradient, d)};
  result = search_line(line, start, first_step(d), {.noise = internal::value_noise(current_.value)});
  // Without an accepted step the lowest one serves, and it is not the last one looked at.
  if (!result.is_accepted && result.is_lower) line(result.point.step);
  return trial;
}

StepReport Lbfgs::give_up(const LineSearchResult& result) {
  if (!pairs_.empty()) {
    pairs_.clear();
    return {.event = "restart", .stop = {}};
  }
  return {.event = "rejected", .stop = result.met_finite ? Termination::value_flat : Termination::not_finite};
}

void Lbfgs::remember(const Iterate& next) {
  Vector s = internal::moved(next.point, -1.0, current_.point), y = internal::moved(next.gradient, -1.0, current_.gradient);
  const double sy = dot(s, y);
  // Curvature that is not positive beyond rounding would make H indefinite; the pair is left out.
  if (!(sy > std::numeric_limits<double>::epsilon() * norm(s) * norm(y))) return;
  append(std::move(s), std::move(y));
}

void Lbfgs::append(Vector s, Vector y) {
  const double rho = 1.0 / dot(s, y);
  if (!std::isfinite(rho)) return;
  pairs_.push_back({std::move(s), std::move(y), rho});
  if (static_cast<std::int64_t>(pairs_.size()) > options_.memory) pairs_.pop_front();
}

void Lbfgs::save(State& state) const {
  IterateSolver::save(state);
  flatness_.save(state);
  Vector s, y;
  for (const Pair& pair : pairs_) {
    s.insert(s.end(), pair.s.begin(), pair.s.end());
    y.insert(y.end(), pair.y.begin(), pair.y.end());
  }
  state.set("s", std::move(s));
  state.set("y", std::move(y));
}

void Lbfgs::load(ProblemRef problem, const State& state) {
  IterateSolver::load(problem, state);
  flatness_.load(state);
  pairs_.clear();
  const Vector &s = state.get("s"), &y = state.get("y");
  const std::size_t n = current_.point.size();
  if (s.size() != y.size() || n == 0 || s.size() % n != 0)
    throw InputError("checkpoint entries s and y", "vectors of " + std::to_string(n) + " numbers", std::to_string(s.size()) + " and " + std::to_string(y.size()));
  for (std::size_t at = 0; at < s.size(); at += n) {
    const auto first = static_cast<std::ptrdiff_t>(at), last = static_cast<std::ptrdiff_t>(at + n);
    append(Vector(s.begin() + first, s.begin() + last), Vector(y.begin() + first, y.begin() + last));
  }
}

}  // namespace

OptionList rows(LbfgsOptions& o) {
  return {option("memory", o.memory, "changes of point and gradient that are kept").at_least(1).at_most(1000)};
}

std::unique_ptr<Solver> make_lbfgs(const LbfgsOptions& options) {
  LbfgsOptions checked = options;
  for (const OptionRow& row : rows(checked)) require_in_range(row);
  return std::make_unique<Lbfgs>(checked);
}

}  // namespace nadir
