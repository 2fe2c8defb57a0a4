// The starts of a survey, each solved and judged on one thread, several at a time; every end goes into the database.
//
// Where start i ends depends on the seed and i alone: not on the number of threads, not on the order in which starts come
// to their ends, not on how often the survey was cut off and resumed.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <optional>

#include "nadir/core/family.hpp"
#include "nadir/driver/solve_options.hpp"
#include "nadir/io/survey_database.hpp"

namespace nadir {

struct SurveyStatus {
  std::int64_t finished = 0, starts = 0;
  double best_value = std::numeric_limits<double>::infinity();  // of this part
  double seconds = 0.0;
};

struct CollectTask {
  Family& family;  // prepared; reshaped where it can grow
  SolveOptions options;
  std::uint64_t seed = 0;
  int workers = 1;
  std::int64_t wanted_minima = 0;  // ends early when the first so many starts have that many; 0: no such wish
  double point_tolerance = 1e-2;
  double max_seconds = std::numeric_limits<double>::infinity();
  double checkpoint_seconds = std::numeric_limits<double>::infinity();
  const std::atomic<bool>* interrupt = nullptr;
  std::function<void(const SurveyStatus&)> on_end;
};

struct Collected {
  Termination stopped = Termination::not_run;  // time_limit or interrupted
  // The first so many starts fulfil the wish: the sample. Nothing where it is not (or not yet) fulfilled.
  std::optional<std::int64_t> num_enough;
};

// Goes on with the starts below options.starts that have no end in the database yet. Throws InputError, FileError.
Collected collect_ends(const CollectTask& task, SurveyDatabase& database);

// A second object with the same options and data, prepared. For use on another thread.
std::unique_ptr<Family> copy_of(Family& family);

// work(family, stop) on every worker with a family of its own (the given one where there is one worker); `stop` is set
// where one of them throws.
void on_family_workers(Family& family, int workers, const std::function<void(Family&, std::atomic<bool>& stop)>& work);

}  // namespace nadir
