// lambda by the error on entries that were kept apart.
//
// Candidates are fitted from the largest to the least, each from where the last one ended (or anew, where that is next
// to nothing), by a few sweeps of alternating least squares; the least root mean square error wins. The error is
// measured on the held-out entries (--holdout, --test) where there are any, else by cross-validation: `num_folds` parts
// drawn by Philox from the holdout seed, each predicted from the others. This is model selection and proves nothing; a
// few sweeps suffice.
#pragma once

#include "nadir/problems/matrix_completion/matrix_completion.hpp"

namespace nadir {

struct LambdaChoice {
  double lambda = 0.0;
  Vector candidates, errors;  // descending candidates; root mean square errors
  bool is_cross_validated = false;
};

// Without --lambda-path: 9 candidates, geometrically from half the norm of the data (above which X = 0 is optimal) down
// to a hundredth of that, then 4 between the best one and its neighbours. Of every part the means are taken anew, so
// that no fold helps to predict itself. Problems with --psd or side information are not supported: InputError asks for a number.
LambdaChoice select_lambda(const CompletionModel& model, const MatrixCompletionOptions& options);

}  // namespace nadir
