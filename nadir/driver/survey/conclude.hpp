// What the ends of a survey are beside one another: spurious minima, classes, shares, saddles.
//
// The sample is every start below `limit` that has come to its end. Its least value is a better point in hand for every
// local minimum above it: these are judged once more beside it, and become spurious minima with the rigor the judge
// can give. What the judge leaves a local minimum there is renamed for its value, numerically, as in core/ends.hpp.
// The result depends on the ends alone.
#pragma once

#include <atomic>
#include <cstdint>
#include <limits>
#include <optional>

#include "nadir/core/family.hpp"
#include "nadir/driver/solve_options.hpp"
#include "nadir/driver/survey/survey_result.hpp"
#include "nadir/io/survey_database.hpp"

namespace nadir {

struct ConcludeTask {
  Family& family;  // prepared, in the layout that it had when the starts were made
  SolveOptions options;
  std::int64_t limit = 0;
  double point_tolerance = 1e-2;
  int workers = 1;
  bool judges_again = true;  // false: local minima above the least value are renamed at once
  double max_seconds = std::numeric_limits<double>::infinity();
  const std::atomic<bool>* interrupt = nullptr;
};

struct Conclusion {
  SurveyResult result;            // without what the caller knows: seed, starts, until, folder, seconds
  std::optional<SurveyEnd> best;  // the strongest verdict among ends of the least value; none where all are broken
};

// Writes the classes of the sample into the database. Where the limits cut off judging, `stopped` says so, and the rest is
// renamed as without it.
Conclusion conclude(const ConcludeTask& task, SurveyDatabase& database);

}  // namespace nadir
