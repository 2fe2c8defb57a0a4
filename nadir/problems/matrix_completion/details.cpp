#include "nadir/problems/matrix_completion/details.hpp"

#include <cmath>

#include "nadir/linalg/dense.hpp"

namespace nadir {
namespace {

std::size_t at(Index i) { return static_cast<std::size_t>(i); }

// Singular values of U V^T from the triangular factors of U and V.
Vector singular_values(const EntryFactors& f) {
  const Matrix left = qr(transpose(f.Ut)).R, right = f.Vt.size() == 0 ? left : qr(transpose(f.Vt)).R;
  return svd(product(left, Op::none, right, Op::transpose)).values;
}

double train_rmse(const ObservedRows& o, const Vector& residual) {
  double sum = 0.0;
  for (std::size_t p = 0; p < residual.size(); ++p) {
    const double error = residual[p] / (o.weights.empty() ? 1.0 : o.weights[p]);
    sum += error * error;
  }
  return std::sqrt(sum / static_cast<double>(residual.size()));
}

}  // namespace

PredictionError held_out_error(const CompletionModel& model, const EntryFactors& factors) {
  const EntryList& e = model.data.held_out;
  const ConstMatrixView U = factors.Ut, V = factors.right();
  PredictionError result;
  for (std::size_t k = 0; k < e.values.size(); ++k) {
    const double* u = U.col(e.row_index[k]);
    const double* v = V.col(e.col_index[k]);
    double x = 0.0;
    for (Index c = 0; c < U.rows; ++c) x += u[c] * v[c];
    const double error = x + model.data.offset(e.row_index[k], e.col_index[k]) - e.values[k];
    result.rmse += error * error;
    result.mae += std::fabs(error);
  }
  const double count = static_cast<double>(e.size());
  return {std::sqrt(result.rmse / count), result.mae / count};
}

std::vector<Detail> completion_details(const MatrixCompletion& problem, const CompletionExpansion& here, double residual_norm) {
  const CompletionModel& model = problem.model();
  const Vector values = singular_values(here.factors());
  std::int64_t effective = 0;
  while (at(effective) < values.size() && values[at(effective)] > 1e-6 * values[0]) ++effective;
  std::vector<Detail> details{{"rank", std::int64_t{problem.rank()}},
                              {"effective_rank", effective},
                              {"lambda", model.lambda},
                              {"entries", std::int64_t{model.data.observed.size()}},
                              {"train_rmse", train_rmse(model.observed.by_rows, here.residual())}};
  if (model.lambda > 0.0) details.push_back({"residual_norm_over_lambda", residual_norm / model.lambda});
  if (model.data.held_out.size() > 0) {
    const PredictionError error = held_out_error(model, here.factors());
    details.push_back({"holdout_rmse", error.rmse});
    details.push_back({"holdout_mae", error.mae});
    details.push_back({"holdout_entries", std::int64_t{model.data.held_out.size()}});
    details.push_back({"holdout_unknown", std::int64_t{model.data.num_unknown}});
  }
  return details;
}

}  // namespace nadir
