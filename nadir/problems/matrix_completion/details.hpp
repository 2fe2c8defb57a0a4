// What a verdict on a completion tells beside the verdict: sizes, the rank that is used, errors of predictions.
#pragma once

#include "nadir/core/verdict.hpp"
#include "nadir/problems/matrix_completion/expansion.hpp"

namespace nadir {

// rank, effective_rank (singular values of X above 1e-6 of the largest), lambda, residual_norm_over_lambda, entries,
// train_rmse and, where entries are held out, holdout_rmse, holdout_mae, holdout_entries, holdout_unknown.
std::vector<Detail> completion_details(const MatrixCompletion& problem, const CompletionExpansion& here, double residual_norm);

struct PredictionError {
  double rmse = 0.0, mae = 0.0;  // in units of the ratings
};
// Predictions u_i . v_j + offset against the held-out entries; at least one.
PredictionError held_out_error(const CompletionModel& model, const EntryFactors& factors);

}  // namespace nadir
