// judge: a family with its options and a point from anywhere, from its file to a verdict.
#pragma once

#include <string>
#include <vector>

#include "nadir/core/family.hpp"
#include "nadir/driver/run_limits.hpp"
#include "nadir/driver/run_options.hpp"
#include "nadir/driver/run_outcome.hpp"

namespace nadir {

struct JudgeRequest {
  std::string point;                // .npz with the blocks of the point; empty: the one that the data hold
  std::vector<std::string> better;  // .npz files of points to compare with; a lower one proves a minimum spurious
  double gap = 1e-6;                // relative tolerance of global-minimum
  double gradient_tolerance = 1e-8; // relative to the gradient's scale
  RunOptions run;
  Point point_in_hand;               // replaces the file where it has entries
  std::vector<Point> better_in_hand;  // beside those of `better`
};

// The rows of everything but `better`, which is repeatable and left to the caller, and `run`.
OptionList rows(JudgeRequest& request);

// Loads the data (those that are there already are kept), prepares the family, loads the points, judges. Writes a run folder where run.output names
// one: it is created or must be empty, unless run.resume allows to write over a judged one.
//
// The time limit counts from the first look at the point. It and an interrupt leave a judgement of what was found until
// then, RunOutcome::stopped says which it was, and the folder has it, too.
// Throws InputError, FileError, NumericalBreakdown.
RunOutcome judge(Family& family, const JudgeRequest& request, const Interrupts& interrupts = {});

}  // namespace nadir
