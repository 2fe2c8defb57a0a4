// Starts and escape rounds: from a family to the best point it can be brought to.
//
// For each start: run the solver; judge where it ends; where the judge says that this is no minimum and shows
// a way out, move along it and run the solver again. A saddle of any kind is left in this way, also one that
// the solver cannot see, because the way out comes from a theorem. Where the family knows a target value and
// the solver stopped above it with a small gradient, one more run goes on to the limits of double precision.
//
// A family that can grow is solved roughly first, and enlarged where that lowers the value by more than a tenth of
// what the last iteration did; only then to the tolerance that was asked for, and enlarged again where that still promises
// something. So the staircase from rank to rank [BurerMonteiro2005, sec. 4; Boumal2015] is climbed without polishing
// every step, and without growing where patience would do.
//
// A limit or an interrupt ends it between two iterations of a solver, or while it judges. What is saved then goes on with the
// end that was being judged, so that no end counts whose examination was cut off.
//
// The search never grades: that is the judge's; it compares values and follows escapes that do lower the value.
#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <string>

#include "nadir/core/ends.hpp"
#include "nadir/core/family.hpp"
#include "nadir/core/result.hpp"
#include "nadir/core/state.hpp"
#include "nadir/core/trace.hpp"
#include "nadir/driver/run_limits.hpp"
#include "nadir/driver/solve_options.hpp"
#include "nadir/driver/thinned_trajectory.hpp"

namespace nadir {

// The best end so far.
struct BestEnd {
  Point point;
  double value = std::numeric_limits<double>::infinity();
  Headline headline = Headline::undecided;
  Rigor rigor = Rigor::numerical;
  Termination termination = Termination::not_run;
};

// All that the rest of a search depends on. Saved and loaded, the search goes on with the same bits.
struct SearchProgress {
  std::uint64_t start_index = 0;     // of the start at work; options.starts when the search is over
  std::int64_t rounds = 0;           // escapes made since that start
  std::int64_t escapes = 0;          // in the whole search
  std::int64_t iterations_left = 0;  // of this start
  bool is_polishing = false;         // the present run ignores the gradient tolerance
  double rough_tolerance = 0.0;      // of the gradient, of a run that ends early to be enlarged; 0: no such run
  Point origin;                      // where the present run begins
  std::string event;                 // what the trace says of its first row
  State solver;                      // of the present run; empty before its first checkpoint
  Counts counts;                     // of finished runs
  EndTable ends;
  std::optional<BestEnd> best;
  Trace trace;
  ThinnedTrajectory trajectory;       // of this start, where points are kept: since the layout last changed
  ThinnedTrajectory best_trajectory;  // of the start with the best end
  std::int64_t first_iteration = 0;  // what the trace calls iteration 0 of the present run
  double solve_seconds = 0.0, judge_seconds = 0.0;  // spent so far, earlier parts of a resumed search included
};

struct SearchLimits {
  double max_seconds = std::numeric_limits<double>::infinity();
  double checkpoint_seconds = std::numeric_limits<double>::infinity();
  Interrupts interrupts;
  std::function<void(const TraceRow&)> on_row;
  std::function<void(const SearchProgress&)> save;
  std::function<void(const SearchProgress&, const Verdict&)> on_escape;  // before a judged point is left; counted already
};

struct SearchEnd {
  SearchProgress progress;
  Termination stopped = Termination::not_run;  // time_limit or interrupted when the search is unfinished
  std::optional<Judgement> judgement;          // of the best point; absent where a solver was interrupted
};

// What a search is about. The family is prepared.
struct SearchTask {
  Family& family;  // reshaped while it grows; in the end it has the layout of the best point
  SolveOptions options;
  std::uint64_t seed = 0;
  Point given_start;  // replaces the family's start where it has entries
};

// Goes on from `progress`; a fresh one begins at start 0. Throws NumericalBreakdown when no start leads to a
// finite value, InputError for an unknown start or solver.
SearchEnd search(const SearchTask& task, const SearchLimits& limits, SearchProgress progress = {});

// As named arrays, without the trace's rows but with their number.
State to_state(const SearchProgress& progress);
// Takes as many rows of `trace` as the state counts. Throws InputError when there are fewer, or an entry is
// missing.
SearchProgress progress_from_state(const State& state, Trace trace);

}  // namespace nadir
