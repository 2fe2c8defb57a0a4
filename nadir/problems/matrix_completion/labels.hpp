// labels.csv of a run folder: what the indices of the factors stand for, and what was taken off before fitting.
//
//   side,index,id,entries,offset
//   all,,,100836,3.5015569836169621
//   row,0,1,232,0.86
//   column,0,1,215,0.41
// Rows of U and V are counted from 0 in the order of the file. A prediction is u_i . v_j plus the three offsets.
// With side information the index is that of the line of features. Ids stand in double quotes where they need to.
#pragma once

#include <string>

#include "nadir/problems/matrix_completion/data.hpp"

namespace nadir {

std::string labels_to_csv(const CompletionData& data);

}  // namespace nadir
