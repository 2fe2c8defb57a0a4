// What the user says of a matrix completion problem; the checker reads the same declarations.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "nadir/core/options.hpp"

namespace nadir {

struct MatrixCompletionOptions {
  DataEntries ratings;             // the observed entries
  DataEntries test;                // others, to measure predictions on; never fitted
  DataEntries weights;             // of the observed entries, at the same positions; none: all 1
  std::string rank = "auto";       // of the factors, or auto: grown until the global minimum is proved
  std::string lambda = "cv";       // the penalty, or cv: chosen by cross-validation
  std::vector<double> lambda_path;  // candidates where lambda is cv; empty: a geometric path of our own
  bool weighted_lambda = false;    // the penalty of a row is lambda times its number of entries
  std::string center = "none";     // means that are taken off before fitting
  double center_damping = 0.0;     // means of rows and columns are taken over so many zeros more
  double holdout = 0.0;            // share of the ratings kept apart to measure predictions on
  std::int64_t holdout_seed = 0;
  std::string duplicates = "refuse";  // what to do with a position that comes twice
  bool psd = false;                // X = U U^T
  double row_norm_penalty = 0.0;   // with psd: weight of sum (|U_i| - row_norm_limit)_+^4
  double row_norm_limit = 0.0;
  DataMatrix row_features, column_features;  // side information: X = A U V^T B^T
};

OptionList rows(MatrixCompletionOptions& options);

}  // namespace nadir
