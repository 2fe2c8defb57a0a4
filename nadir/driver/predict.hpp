// predict: entries that nobody gave, from the point of a finished run.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "nadir/core/options.hpp"

namespace nadir {

struct PredictRequest {
  std::string folder;      // of a run
  std::string pairs;       // a file of row and column ids; or
  std::string row;         // an id, with
  std::int64_t top = 10;   // so many columns that the row has no entry in, best first
  std::string unknown = "refuse";  // an id that the data do not have: refuse, or mean
};
OptionList rows(PredictRequest& request);

struct Prediction {
  std::string row, column;
  double value = 0.0;      // in units of the data
  bool is_mean = false;    // the row or the column has no entries: the means that were taken off, and no more
};

// Rebuilds the problem from the folder's certificate and its data, which must be as they were. Pairs come back in the
// order of the file (csv or tsv, with or without a header, more columns passed over; a first line whose ids are both
// unknown is a header).
//
// Throws InputError for a folder whose family predicts nothing, for data that are gone or changed, and, naming the
// line, for an unknown id.
std::vector<Prediction> predict(const PredictRequest& request);

}  // namespace nadir
