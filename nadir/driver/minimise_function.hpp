// minimise_function: a function of the user's own, which belongs to no family, solved, judged and led out of saddles.
//
// Run the solver; judge where it ends (judge/judge.hpp); where that is no minimum and the judge shows a way out, move
// along it and run again. An end that the judge cannot decide on although its gradient is small, or precision used up, is
// first brought closer to its critical point, by at most `polish_iterations`: curvature tells more there.
//
// What is found is `numerical` and local: nothing is said of the global minimum of an unknown function.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <span>
#include <string>

#include "nadir/core/family.hpp"
#include "nadir/core/problem.hpp"
#include "nadir/core/result.hpp"
#include "nadir/core/trace.hpp"
#include "nadir/driver/solve_options.hpp"
#include "nadir/judge/curvature.hpp"

namespace nadir {

struct FunctionRequest {
  std::string name = "function";  // stands for the family in the verdict
  SolveOptions options;           // starts and gap play no part; escape_rounds = 0 leaves no saddle
  std::uint64_t seed = 0;
  double max_seconds = std::numeric_limits<double>::infinity();  // of solving; judging takes what it takes
  std::int64_t polish_iterations = 20;
  // Variables up to which the trust region measures by the Hessian's modulus (curvature_scaling.hpp); 0: never.
  Index scaling_limit = 20;
  bool is_judged = true;
  CurvatureOptions curvature;
};

struct FunctionHooks {
  // Called with the rows of the trace and the iterate behind each; returning false stops the run.
  std::function<bool(const TraceRow& row, std::span<const double> x)> on_iteration;
  // Called with true before the judge is asked, or an end is polished for it, and with false when it has answered: who
  // counts may tell them apart, and derivatives may be more exact meanwhile.
  std::function<void(bool is_judging)> on_judging;
  const std::atomic<bool>* interrupt = nullptr;
};

struct FunctionOutcome {
  Result result;                       // counts are those of all rounds
  std::optional<Judgement> judgement;  // absent where it was not asked for, and after an interrupt
  std::int64_t escapes = 0;
  Trace trace;
};

// Throws InputError for an unknown solver, an option out of its range, a start of another length; whatever the
// function throws passes through.
FunctionOutcome minimise_function(ProblemRef problem, std::span<const double> start, const FunctionRequest& request,
                                  const FunctionHooks& hooks = {});

}  // namespace nadir
