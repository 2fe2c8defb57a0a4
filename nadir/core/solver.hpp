// A solver as a state machine: the driver loop asks it for one iteration after another.
//
// The loop (solvers/minimise.hpp) is the only place that knows of time limits, interrupts, progress,
// traces and checkpoints; a solver knows its method. A solver never judges: it may follow negative
// curvature, and still claims nothing about the point where it stops.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "nadir/core/problem.hpp"
#include "nadir/core/result.hpp"
#include "nadir/core/state.hpp"

namespace nadir {

// What one iteration did.
struct StepReport {
  double step = 0.0;       // Euclidean length of the move; 0 for a rejected step
  double curvature = std::numeric_limits<double>::quiet_NaN();  // least v'Hv/v'v met, if any
  std::string_view event;  // a string literal: "", "rejected", "negative-curvature", "perturbed", ...
  std::optional<Termination> stop;  // the method itself cannot go on
  // For the columns of the trace of those names; NaN where nobody asked.
  double sharpness = std::numeric_limits<double>::quiet_NaN();
  double step_size = std::numeric_limits<double>::quiet_NaN();
};

class Solver {
 public:
  virtual ~Solver() = default;
  virtual std::string_view name() const = 0;

  // Places the solver at `start`; evaluates value and gradient there.
  virtual void begin(ProblemRef problem, std::span<const double> start, std::uint64_t seed) = 0;
  // One iteration of the published method.
  virtual StepReport step() = 0;
  // One iteration from a point whose gradient is below the tolerance that was asked for. A method that can
  // leave a saddle tries to; nothing, when it found no way or knows none, and then no iteration is counted.
  // Nothing does not mean that the point is a minimum.
  virtual std::optional<StepReport> leave_critical_point() { return std::nullopt; }

  // The current iterate and what is known of it. `point` is the best point seen unless the method is
  // declared non-monotone, and then `best_point` is.
  virtual std::span<const double> point() const = 0;
  virtual double value() const = 0;
  virtual double gradient_norm() const = 0;
  virtual double gradient_scale() const = 0;
  virtual const Counts& counts() const = 0;
  virtual bool is_monotone() const { return true; }

  // Everything that later iterations depend on. `load` replaces `begin` and must give the same bits as a
  // run that was never stopped.
  virtual void save(State& state) const = 0;
  virtual void load(ProblemRef problem, const State& state) = 0;
};

}  // namespace nadir
