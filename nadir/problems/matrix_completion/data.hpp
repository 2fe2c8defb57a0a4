// The observed entries as the options define them: what the family fits and the checker checks against.
//
// From the file to the problem, in this order, all in doubles as written here, so that the problem is a definite one:
//   1. duplicates are refused, summed or averaged (in the order of the file; the first keeps its place);
//   2. with --psd, rows and columns that are named share their names;
//   3. a share --holdout of the entries, drawn by Philox from --holdout-seed, is kept apart;
//   4. means of what remains are taken off: value <- ((value - global) - row) - column, with
//        global   mean of the values                         rows     row = mean over the row
//        columns  column = mean over the column              both     global, then row means of what is left,
//                                                                      then column means of what is left
//      (0 for an offset that the choice does not have, and for a row or column without entries); means of rows and
//      columns are sums over number of entries + --center-damping, which draws those of few entries towards 0;
//   5. penalties: 1 for every row and column or, with --weighted-lambda, their numbers of entries.
// The objective that everything else is about has these centred doubles as its data.
#pragma once

#include <string>
#include <vector>

#include "nadir/problems/matrix_completion/options.hpp"

namespace nadir {

struct CompletionData {
  Index rows = 0, cols = 0;
  EntryList observed;               // centred
  Vector weights;                   // of the observed; empty: all 1
  double global_offset = 0.0;
  Vector row_offsets, col_offsets;  // one for every row and column
  Vector row_penalties, col_penalties;
  SharedVector<std::string> row_ids, col_ids;  // empty: counted from 1 as in Matrix Market files
  EntryList held_out;               // values as in the files, not centred
  Index num_unknown = 0;            // test entries left out because their row or column has no rating

  double offset(Index i, Index j) const { return (global_offset + row_offsets[static_cast<std::size_t>(i)]) + col_offsets[static_cast<std::size_t>(j)]; }
};

// Takes the means off observed.values and sets the offsets: step 4 above.
void center(CompletionData& data, const MatrixCompletionOptions& options);

// Throws InputError naming file and line, or the option, for whatever does not fit together.
CompletionData prepare_data(const MatrixCompletionOptions& options);

}  // namespace nadir
