// What a solver reports: where it ended and why it stopped. Never what is true of the point; that is a
// judge's word (core/verdict.hpp).
#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <string_view>

#include "nadir/linalg/matrix.hpp"

namespace nadir {

enum class Termination {
  not_run,
  gradient_small,      // |gradient| <= gradient_tol * gradient_scale
  target_reached,      // value <= Stopping::target_value
  step_small,          // the step no longer changes the point in double precision
  value_flat,          // the value no longer changes in double precision
  radius_small,        // the trust region shrank below what double precision resolves
  iteration_limit,
  evaluation_limit,
  time_limit,
  interrupted,         // a signal
  stopped_by_callback,
  not_finite           // the value or the gradient is NaN or infinite and no step avoids it
};

std::string_view name(Termination termination);        // "gradient_small", ...
Termination termination_from_name(std::string_view name);  // throws InputError
// True where a tolerance that was asked for is met. No termination claims a minimum.
bool met_a_tolerance(Termination termination);

// How often the problem was evaluated. -1 would be "not run"; a solver that ran has counts >= 0.
struct Counts {
  std::int64_t iterations = 0, values = 0, gradients = 0, hessian_products = 0;  // products count vectors
  friend bool operator==(const Counts&, const Counts&) = default;
};

struct Result {
  Vector point;  // the best point seen
  double value = std::numeric_limits<double>::quiet_NaN();
  double gradient_norm = std::numeric_limits<double>::quiet_NaN();
  Termination termination = Termination::not_run;
  std::string message = "the solver was not run";
  Counts counts;
  double seconds = 0.0;
};

// When to stop; every limit is honoured between iterations. Tolerances are relative to stated scales.
struct Stopping {
  double gradient_tol = 1e-8;  // relative to Expansion::gradient_scale; 0 switches it off
  double target_value = -std::numeric_limits<double>::infinity();  // a value known to be good enough
  std::int64_t max_iterations = 10000;
  double max_seconds = std::numeric_limits<double>::infinity();
  bool leaves_saddles = true;  // false: a small gradient ends the run whatever the curvature
};

}  // namespace nadir
