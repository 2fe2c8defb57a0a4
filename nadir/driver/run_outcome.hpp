// What solve and judge hand back: the point, what is true of it, and how it was found.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "nadir/core/ends.hpp"
#include "nadir/core/family.hpp"
#include "nadir/core/result.hpp"
#include "nadir/core/trajectory.hpp"
#include "nadir/io/verdict_json.hpp"
#include "nadir/report/text.hpp"

namespace nadir {

struct RunOutcome {
  Point point;
  Judgement judgement;
  bool is_judged = false;  // false where a solver was interrupted: the state is saved and nothing is known yet
  std::string folder;      // empty: nothing was written
  std::string no_page;     // why the folder has no report.html; empty: it has one, or there is no folder
  Seconds seconds;         // load, solve, judge

  // Of a solved run; a judged one has no solver.
  std::string solver;
  Termination termination = Termination::not_run;  // of the run that found the point
  Termination stopped = Termination::not_run;      // time_limit or interrupted when the run is unfinished
  Counts counts;                                   // of all starts and rounds
  std::int64_t escapes = 0;
  std::vector<End> ends;  // lowest value first
  Trajectory trajectory;  // where SolveOptions::keep_points asks for one
};

// The verdict object, nadir.verdict/1, with details.solver, .termination, .iterations, .escapes and .ends of a
// solved run, and .stopped of an unfinished one.
std::string result_json(const RunOutcome& outcome);

RunFacts run_facts(const RunOutcome& outcome);

// The ends as the JSON text of details.ends, and back. The inverse throws InputError naming `place`.
std::string ends_to_json(const std::vector<End>& ends);
std::vector<End> ends_from_json(const std::string& text, const std::string& place);

}  // namespace nadir
