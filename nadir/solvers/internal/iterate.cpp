#include "nadir/solvers/internal/iterate.hpp"

#include <string>

#include "nadir/base/error.hpp"
#include "nadir/linalg/dense.hpp"

namespace nadir::internal {
namespace {

bool all_finite_entries(const Vector& x) {
  for (const double value : x)
    if (!std::isfinite(value)) return false;
  return true;
}

ConstMatrixView as_column(const Vector& v) { return {v.data(), static_cast<Index>(v.size()), 1}; }
MatrixView as_column(Vector& v) { return {v.data(), static_cast<Index>(v.size()), 1}; }

}  // namespace

void IterateSolver::begin(ProblemRef problem, std::span<const double> start, std::uint64_t seed) {
  problem_ = problem;
  counts_ = {};
  seed_ = seed;
  current_ = evaluate_with_gradient(Vector(start.begin(), start.end()));
}

void IterateSolver::save(State& state) const {
  state.set("point", current_.point);
  state.set_integer("seed", seed_);
  state.set_integer("iterations", static_cast<std::uint64_t>(counts_.iterations));
  state.set_integer("values", static_cast<std::uint64_t>(counts_.values));
  state.set_integer("gradients", static_cast<std::uint64_t>(counts_.gradients));
  state.set_integer("hessian_products", static_cast<std::uint64_t>(counts_.hessian_products));
}

void IterateSolver::load(ProblemRef problem, const State& state) {
  const Vector& point = state.get("point");
  if (static_cast<Index>(point.size()) != problem.dimension())
    throw InputError("checkpoint entry point", std::to_string(problem.dimension()) + " numbers", std::to_string(point.size()));
  problem_ = problem;
  seed_ = state.integer("seed");
  current_ = evaluate_with_gradient(point);
  // The evaluation above was already paid for by the run that is resumed.
  counts_.iterations = static_cast<std::int64_t>(state.integer("iterations"));
  counts_.values = static_cast<std::int64_t>(state.integer("values"));
  counts_.gradients = static_cast<std::int64_t>(state.integer("gradients"));
  counts_.hessian_products = static_cast<std::int64_t>(state.integer("hessian_products"));
}

Iterate IterateSolver::evaluate(Vector point) {
  Iterate result;
  result.point = std::move(point);
  if (!all_finite_entries(result.point)) return result;
  ++counts_.values;
  result.expansion = problem_->expand(result.point);
  result.value = result.expansion->value();
  return result;
}

void IterateSolver::add_gradient(Iterate& iterate) {
  if (iterate.has_gradient() || !std::isfinite(iterate.value)) return;
  ++counts_.gradients;
  iterate.gradient.resize(iterate.point.size());
  iterate.expansion->gradient(iterate.gradient);
  if (all_finite_entries(iterate.gradient)) iterate.gradient_norm = norm(iterate.gradient);
  iterate.gradient_scale = iterate.expansion->gradient_scale();
}

Iterate IterateSolver::evaluate_with_gradient(Vector point) {
  Iterate result = evaluate(std::move(point));
  add_gradient(result);
  return result;
}

void IterateSolver::apply_hessian(ConstMatrixView V, MatrixView out) {
  counts_.hessian_products += V.cols;
  current_.expansion->apply_hessian(V, out);
}

void IterateSolver::apply_hessian(const Vector& v, Vector& out) { apply_hessian(as_column(v), as_column(out)); }

void IterateSolver::apply_preconditioner(const Vector& v, Vector& out) const {
  current_.expansion->apply_preconditioner(as_column(v), as_column(out));
}

void Flatness::watch(const Iterate& from, const Iterate& to) {
  if (std::fabs(from.value - to.value) > value_noise(from.value)) {
    reset();
  } else if (to.gradient_norm < 0.5 * least_gradient_) {
    least_gradient_ = to.gradient_norm;
    num_steps_ = 0;
  } else {
    ++num_steps_;
  }
}

void Flatness::save(State& state) const { state.set("flatness", {least_gradient_, static_cast<double>(num_steps_)}); }

void Flatness::load(const State& state) {
  const Vector& saved = state.get("flatness");
  if (saved.size() != 2) throw InputError("checkpoint entry flatness", "2 numbers", std::to_string(saved.size()));
  least_gradient_ = saved[0];
  num_steps_ = saved[1] >= 0.0 && saved[1] <= patience_ ? static_cast<int>(saved[1]) : 0;
}

Vector moved(const Vector& x, double t, const Vector& d) {
  Vector result(x);
  for (std::size_t i = 0; i < x.size(); ++i) result[i] += t * d[i];
  return result;
}

double distance(const Vector& x, const Vector& y) {
  Vector difference(x);
  for (std::size_t i = 0; i < x.size(); ++i) difference[i] -= y[i];
  return norm(difference);
}

}  // namespace nadir::internal
