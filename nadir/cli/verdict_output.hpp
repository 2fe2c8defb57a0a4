// What solve and judge print at the end, and the exit code that follows from it.
#pragma once

#include "nadir/cli/common_options.hpp"
#include "nadir/driver/run_outcome.hpp"

namespace nadir::cli {

// "interrupted" or "the time limit is reached".
std::string stopped_text(Termination stopped);

// Prints the result object (--json) or the text report on standard output; a run whose solver was interrupted has neither.
// Returns the exit code: 3 for an unfinished run, else 4 where the solver met values that are not finite and
// the point is no minimum, else 1 when --require is not met, else 0.
int print_outcome(const RunOutcome& outcome, const CommonOptions& common);

}  // namespace nadir::cli
