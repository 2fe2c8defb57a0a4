// The loop around every solver: when to stop, what to record, when to save.
//
// It alone knows of time limits, interrupts, progress, traces and checkpoints; a solver knows its method.
// It returns the best point seen, judges nothing, and never throws for a numerical outcome: a value that is
// NaN or infinite ends the run with Termination::not_finite.
//
// Best means the least value. Values that differ by rounding alone (10 units in the last place) are ties
// between the best point and the last one, and then the smaller gradient wins.
//
// A resumed run gives the same bits as one that was never stopped: the same trace rows except for the
// seconds, the same point, the same counts.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <limits>
#include <span>

#include "nadir/core/problem.hpp"
#include "nadir/core/result.hpp"
#include "nadir/core/solver.hpp"
#include "nadir/core/state.hpp"
#include "nadir/core/trace.hpp"

namespace nadir {

// Who watches a run. Every member may be left empty.
struct Observer {
  // Gets one row for the start and one for each iteration: iterations + 1 rows, whichever rule ends the
  // run. A resumed run appends the rows after the checkpoint; the earlier ones are the caller's.
  Trace* trace = nullptr;
  // Called with the same rows. Returning false stops the run with Termination::stopped_by_callback.
  std::function<bool(const TraceRow& row, const Solver& solver)> on_iteration = {};
  // Given all that a resumed run needs, between iterations, when `checkpoint_seconds` have passed since the
  // last time, and once at the end of the run.
  std::function<void(const State& state)> on_checkpoint = {};
  double checkpoint_seconds = std::numeric_limits<double>::infinity();
  // Set by a signal handler; looked at between iterations.
  const std::atomic<bool>* interrupt = nullptr;
};

// Runs the solver from `start` until a rule of `stopping` or the method itself ends it. Throws InputError
// when the start has another length than the problem, or a stopping rule is negative or NaN.
Result minimise(Solver& solver, ProblemRef problem, std::span<const double> start, std::uint64_t seed,
                const Stopping& stopping, const Observer& observer = {});

// Goes on from a checkpoint. Iterations and seconds of earlier parts count on in the trace and the result;
// `max_iterations` limits the total, `max_seconds` this part alone. A run that its method ended stays
// ended. Throws InputError when the state belongs to another solver or another dimension.
Result resume(Solver& solver, ProblemRef problem, const State& state, const Stopping& stopping,
              const Observer& observer = {});

}  // namespace nadir
