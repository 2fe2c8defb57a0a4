// What a survey found, and the same as JSON (docs/formats/survey.md).
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "nadir/core/result.hpp"
#include "nadir/core/verdict.hpp"
#include "nadir/driver/survey/statistics.hpp"

namespace nadir {

// Ends that are one point up to symmetry (driver/survey/classes.hpp).
struct SurveyClass {
  Headline headline = Headline::undecided;  // of all its ends; local-minimum where they are minima of several kinds
  Rigor rigor = Rigor::numerical;           // the least among them
  double value = 0.0;                       // the least among them
  double spread = 0.0;                      // the largest value minus the least
  std::int64_t count = 0;
  ShareInterval share;
  std::int64_t best_start = 0;              // whose end has the least value; the first of several
  std::int64_t negative = -1;               // eigenvalues there, -1: not determined
  double min_eigenvalue = 0.0;
};

// Saddles with one index: ends, and points that were judged and left on the way.
struct SaddlesOfIndex {
  std::int64_t index = -1;  // negative eigenvalues; -1: not determined
  std::int64_t count = 0;
  double least = 0.0, median = 0.0, largest = 0.0;  // of their values
};

struct ValueHistogram {
  bool is_logarithmic = false;
  std::vector<double> edges;  // one more than counts; a bin holds its lower edge, the last both
  std::vector<std::int64_t> counts;
};

struct SurveyResult {
  std::string family;
  std::int64_t seed = 0;
  std::int64_t starts = 0;   // asked for
  std::int64_t counted = 0;  // the sample: starts at their end; with `until`, those up to the one that fulfilled it
  std::int64_t broken = 0;   // of these, by a numerical breakdown
  std::int64_t not_critical = 0;  // ends at no critical point: their classes are places where a limit was reached
  std::int64_t cut_off = 0;  // begun and saved, not counted
  std::string until;         // "minima=20", or empty
  bool is_until_met = false;
  Termination stopped = Termination::not_run;  // time_limit or interrupted where it is unfinished
  double confidence = 0.95;
  double point_tolerance = 0.0;
  std::int64_t num_minima = 0;  // classes that are minima
  std::int64_t best_start = -1;
  std::vector<SurveyClass> classes;  // lowest value first
  UnseenShare unseen;
  std::vector<SaddlesOfIndex> saddles;  // by index
  ValueHistogram histogram;
  std::string folder;
  int workers = 1;
  double load_seconds = 0.0, seconds = 0.0;  // of this part of a resumed survey
  double start_seconds = 0.0;                // of all counted starts, added
};

// Values that differ by less than `tolerance` count as equal: they share a bin.
ValueHistogram histogram_of(std::vector<double> values, double tolerance);
// Sorts; by index.
std::vector<SaddlesOfIndex> saddles_by_index(std::vector<std::pair<std::int64_t, double>> index_and_value);

// The object nadir.survey/1. Only "seconds", "workers" and "folder" differ when a survey is repeated or resumed.
std::string survey_json(const SurveyResult& result);

}  // namespace nadir
