// Solvers by name, and their options for the command line.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "nadir/core/options.hpp"
#include "nadir/core/problem.hpp"
#include "nadir/core/solver.hpp"
#include "nadir/solvers/adam.hpp"
#include "nadir/solvers/alternating.hpp"
#include "nadir/solvers/gradient_descent.hpp"
#include "nadir/solvers/lbfgs.hpp"
#include "nadir/solvers/perturbed_gd.hpp"
#include "nadir/solvers/sgd.hpp"
#include "nadir/solvers/trust_region.hpp"

namespace nadir {

// The options of every solver, so that flags can be parsed before the solver is chosen.
struct SolverSettings {
  TrustRegionOptions trust_region;
  AlternatingOptions alternating;
  LbfgsOptions lbfgs;
  GradientDescentOptions gradient_descent;
  PerturbedGdOptions perturbed_gd;
  SgdOptions sgd;
  AdamOptions adam;
};

// "trust-region", "alternating", "l-bfgs", "gradient-descent", "perturbed-gradient-descent", "sgd", "adam".
std::vector<std::string> solver_names();

// One line on what the solver is for. Throws InputError for an unknown name.
std::string_view solver_summary(const std::string& name);

// The rows of one solver; they point into `settings`. A name that occurs in several solvers has the
// same kind, range and default in each, so that one flag can set them all. Throws InputError for an unknown name.
OptionList solver_options(SolverSettings& settings, const std::string& name);

// Throws InputError for an unknown name or an option out of its range.
std::unique_ptr<Solver> make_solver(const std::string& name, const SolverSettings& settings = {});

// Throws InputError for an unknown name, or a solver that draws batches where the problem has no samples.
void require_solvable(const std::string& name, const ProblemRef& problem);

// The solver for a run that begins near a critical point, where `name` was on its way to one: that solver itself, or
// what goes on after it where its noise would lead away again.
std::string finishing_solver(const std::string& name, const SolverSettings& settings);

}  // namespace nadir
