// survey: many starts of one problem, what they reach and how often, in a run folder with a database.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "nadir/core/family.hpp"
#include "nadir/driver/run_options.hpp"
#include "nadir/driver/run_outcome.hpp"
#include "nadir/driver/solve_options.hpp"
#include "nadir/driver/survey/collect_ends.hpp"
#include "nadir/driver/survey/survey_result.hpp"

namespace nadir {

namespace survey_files {
inline constexpr const char* database = "survey.sqlite";
inline constexpr const char* result = "survey.json";
}  // namespace survey_files

struct SurveyRequest {
  SolveOptions options = many_starts();
  std::string until;              // "minima=20": enough when the first so many starts reach 20 distinct minima
  double point_tolerance = 1e-2;  // ends closer than this, relative and up to symmetry, are one point (see classes.hpp)
  RunOptions run;
  std::vector<std::string> given;  // as in SolveRequest

  static SolveOptions many_starts() {
    SolveOptions options;
    options.starts = 100;
    return options;
  }
};

// Without those of the solvers and of every verb; and with those of the solvers.
OptionList rows(SurveyRequest& request);
OptionList all_rows(SurveyRequest& request);
bool may_change_when_resumed(const OptionRow& row);

struct SurveyHooks {
  std::function<void(const SurveyStatus&)> on_end;
  std::function<void(const std::string& folder)> on_folder;
  const std::atomic<bool>* interrupt = nullptr;
};

struct SurveyOutcome {
  SurveyResult result;
  RunOutcome best;  // the best end, judged, as a run of solve hands it back; not judged where there is none
};

// Loads the family's data, prepares it, solves and judges every start (collect_ends.hpp), compares the ends
// (conclude.hpp), and writes the run folder: survey.sqlite, survey.json, run.json, and point, verdict and certificate of
// the best end. The number of threads is linalg's.
//
// Resuming goes on with the starts that are not at their end, from where they were cut off. It takes what was not given
// from the folder, refuses what differs (also in the database), except --starts, --until and --point-tolerance: these
// may change, and the result is that of a survey that began with them.
//
// Throws InputError, FileError; NumericalBreakdown where every start breaks down.
SurveyOutcome survey(Family& family, SurveyRequest request, const SurveyHooks& hooks = {});

}  // namespace nadir
