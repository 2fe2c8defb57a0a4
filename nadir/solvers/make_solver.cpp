#include "nadir/solvers/make_solver.hpp"

#include <array>

#include "nadir/base/error.hpp"
#include "nadir/solvers/internal/sampled_descent.hpp"

namespace nadir {
namespace {

struct Entry {
  std::string_view name, summary;
  OptionList (*options)(SolverSettings&);
  std::unique_ptr<Solver> (*make)(const SolverSettings&);
  const MinibatchOptions* (*minibatch)(const SolverSettings&) = nullptr;  // of solvers that draw batches
};

const std::array<Entry, 7> entries{{
    {"trust-region", "Newton steps by conjugate gradients within a trust region; follows negative curvature",
     [](SolverSettings& s) { return rows(s.trust_region); },
     [](const SolverSettings& s) { return make_trust_region(s.trust_region); }},
    {"alternating", "minimises over one block after the other, then trust-region",
     [](SolverSettings& s) { return rows(s.alternating); },
     [](const SolverSettings& s) { return make_alternating(s.alternating); }},
    {"l-bfgs", "quasi-Newton steps from the last few gradients; no Hessian products",
     [](SolverSettings& s) { return rows(s.lbfgs); }, [](const SolverSettings& s) { return make_lbfgs(s.lbfgs); }},
    {"gradient-descent", "fixed steps, with momentum if wanted, or backtracking",
     [](SolverSettings& s) { return rows(s.gradient_descent); },
     [](const SolverSettings& s) { return make_gradient_descent(s.gradient_descent); }},
    {"perturbed-gradient-descent", "gradient descent that shakes the point where the gradient is small",
     [](SolverSettings& s) { return rows(s.perturbed_gd); },
     [](const SolverSettings& s) { return make_perturbed_gd(s.perturbed_gd); }},
    {"sgd", "steps along gradients of shuffled batches of samples; another solver finishes",
     [](SolverSettings& s) { return rows(s.sgd); }, [](const SolverSettings& s) { return make_sgd(s.sgd); },
     [](const SolverSettings& s) { return &s.sgd.minibatch; }},
    {"adam", "steps along batches' gradients, each entry over its usual size; another solver finishes",
     [](SolverSettings& s) { return rows(s.adam); }, [](const SolverSettings& s) { return make_adam(s.adam); },
     [](const SolverSettings& s) { return &s.adam.minibatch; }},
}};

const Entry& entry(const std::string& name) {
  std::string known;
  for (const Entry& e : entries) {
    if (e.name == name) return e;
    known += (known.empty() ? "" : ", ") + std::string(e.name);
  }
  throw InputError("--solver", "one of " + known, "'" + name + "'");
}

}  // namespace

std::vector<std::string> solver_names() {
  std::vector<std::string> names;
  for (const Entry& e : entries) names.emplace_back(e.name);
  return names;
}

std::string_view solver_summary(const std::string& name) { return entry(name).summary; }

OptionList solver_options(SolverSettings& settings, const std::string& name) { return entry(name).options(settings); }

std::unique_ptr<Solver> make_solver(const std::string& name, const SolverSettings& settings) {
  return entry(name).make(settings);
}

void require_solvable(const std::string& name, const ProblemRef& problem) {
  if (entry(name).minibatch) internal::require_samples(name, problem);
}

std::string finishing_solver(const std::string& name, const SolverSettings& settings) {
  const Entry& e = entry(name);
  if (!e.minibatch || e.minibatch(settings)->then == "none") return name;
  return e.minibatch(settings)->then;
}

}  // namespace nadir
