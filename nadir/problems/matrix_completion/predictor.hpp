// Ratings that nobody gave: u_i . v_j plus the means that were taken off.
#pragma once

#include <memory>

#include "nadir/core/predictor.hpp"
#include "nadir/problems/matrix_completion/matrix_completion.hpp"

namespace nadir {

// Rows and columns that the file does not name are called by their number, counted from 1 as in Matrix Market files.
std::unique_ptr<EntryPredictor> make_completion_predictor(std::shared_ptr<const CompletionModel> model, EntryFactors factors);

}  // namespace nadir
