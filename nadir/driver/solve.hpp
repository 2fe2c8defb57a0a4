// solve: a family with its options, from its start to a judged point in a run folder.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "nadir/core/family.hpp"
#include "nadir/core/trace.hpp"
#include "nadir/driver/run_limits.hpp"
#include "nadir/driver/run_options.hpp"
#include "nadir/driver/run_outcome.hpp"
#include "nadir/driver/solve_options.hpp"

namespace nadir {

struct SolveRequest {
  SolveOptions options;
  RunOptions run;
  // Names of the options that were given, as opposed to left at their defaults. A resumed run takes the others
  // from its folder, and refuses given ones that differ from what it began with.
  std::vector<std::string> given;
  Point start_in_hand;  // replaces options.start where it has entries; in the family's blocks, in any order
};

struct SolveHooks {
  std::function<void(const TraceRow&)> on_row;
  std::function<void(const std::string& folder)> on_folder;  // once the folder is known
  Interrupts interrupts;
};

// Loads the family's data (those that are there already are kept), prepares it, searches (driver/search.hpp), judges, and writes the run folder. The
// family's options hold what was given; its data are loaded here.
//
// The folder is created where it does not exist; without run.output it is the first free
// nadir-run-FAMILY-NNN in the working directory. A folder that holds anything is refused unless run.resume,
// and then it must hold a run of this family with the same options and data.
//
// Throws InputError, FileError, NumericalBreakdown. A time limit or an interrupt is an outcome
// (RunOutcome::stopped); the state is then saved. A time limit that ends the solver leaves its point a little longer to be
// judged: a tenth of the limit, and one second at least. Whatever stops the judge, its judgement says what was found until
// then, and a resumed run judges again. Interrupted while it solves, a run has no point yet.
RunOutcome solve(Family& family, SolveRequest request, const SolveHooks& hooks = {});

// The same without a folder: nothing is written, nothing can be resumed. An interrupted run has no point.
RunOutcome solve_in_memory(Family& family, SolveRequest request, const SolveHooks& hooks = {});

}  // namespace nadir
