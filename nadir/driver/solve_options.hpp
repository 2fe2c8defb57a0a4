// What decides the result of `solve`, besides the problem and the seed.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "nadir/core/options.hpp"
#include "nadir/solvers/make_solver.hpp"

namespace nadir {

struct SolveOptions {
  std::int64_t starts = 1;            // the best of so many ends is the answer
  std::string solver;                 // empty: the family's default
  std::string start;                  // a start's name or a file of blocks; empty: the family's default
  std::int64_t max_iterations = 10000;  // of one start, its escape rounds together
  double gap = 1e-6;                  // relative tolerance of global-minimum
  double gradient_tolerance = 1e-8;   // relative to the gradient's scale
  std::int64_t escape_rounds = 50;    // how often one start may leave a point that is no minimum
  std::int64_t keep_points = 0;       // of the run that gives the answer, for pictures; 0: none
  SolverSettings settings;            // options of the solvers; only those of the chosen one matter
};

// Without those of the solvers.
OptionList rows(SolveOptions& options);
// With those of every solver; a name may occur in several (solvers/make_solver.hpp).
OptionList all_rows(SolveOptions& options);

// Throws InputError for an option in `given` that belongs to other solvers than the one named.
void require_options_of_solver(SolveOptions& options, const std::string& solver, const std::vector<std::string>& given);

}  // namespace nadir
