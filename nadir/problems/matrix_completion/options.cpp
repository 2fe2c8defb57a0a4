#include "nadir/problems/matrix_completion/options.hpp"

namespace nadir {

OptionList rows(MatrixCompletionOptions& o) {
  return {
      option("ratings", o.ratings, "observed entries: .csv (row, column, value), .mtx, .npz of SciPy").required(),
      option("rank", o.rank, "columns of the factors, or auto: grown until the minimum is proved").shown_as("R|auto"),
      option("lambda", o.lambda, "penalty L of L/2 (|U|^2 + |V|^2), or cv: chosen by cross-validation").shown_as("L|cv"),
      option("lambda-path", o.lambda_path, "with --lambda cv: the penalties to choose from").above(0.0),
      option("weighted-lambda", o.weighted_lambda, "the penalty of a row or column counts its entries (ALS-WR)"),
      option("center", o.center, "means taken off before fitting")
          .one_of({"none", "global", "rows", "columns", "both"}),
      option("center-damping", o.center_damping, "row and column means are taken as if over so many zeros more").at_least(0.0),
      option("holdout", o.holdout, "share of the ratings kept apart to measure predictions on").at_least(0.0).at_most(0.9),
      option("holdout-seed", o.holdout_seed, "which ratings are kept apart").at_least(0),
      option("test", o.test, "further entries to measure predictions on, like --ratings"),
      option("weights", o.weights, "weight of every rating in the sum of squares, at the positions of --ratings"),
      option("duplicates", o.duplicates, "a position that comes twice").one_of({"refuse", "sum", "average"}),
      option("psd", o.psd, "symmetric positive semidefinite: X = U U^T, penalty L |U|^2"),
      option("row-norm-penalty", o.row_norm_penalty, "with --psd: Q of Q sum (|U_i| - limit)_+^4").at_least(0.0),
      option("row-norm-limit", o.row_norm_limit, "with --row-norm-penalty: the limit").at_least(0.0),
      option("row-features", o.row_features, "side information A of the rows (a line a row): X = A U V^T B^T").as_written(),
      option("column-features", o.column_features, "side information B of the columns").as_written(),
  };
}

}  // namespace nadir
