#include "nadir/problems/matrix_completion/matrix_completion.hpp"

#include <algorithm>
#include <cmath>
#include <string>

#include "nadir/base/error.hpp"
#include "nadir/linalg/dense.hpp"
#include "nadir/linalg/normal_equations.hpp"
#include "nadir/problems/matrix_completion/expansion.hpp"

namespace nadir {
namespace {

std::size_t at(Index i) { return static_cast<std::size_t>(i); }

// 1/2 sum_i p_i |u_i|^2, column by column.
double half_weighted_square(ConstMatrixView U, const Vector& p) {
  double total = 0.0;
  for (Index c = 0; c < U.cols; ++c) {
    double sum = 0.0;
    for (Index i = 0; i < U.rows; ++i) sum += (p.empty() ? 1.0 : p[at(i)]) * (U(i, c) * U(i, c));
    total += sum;
  }
  return 0.5 * total;
}

double row_norm_excess(ConstMatrixView U, double limit) {
  double total = 0.0;
  for (Index i = 0; i < U.rows; ++i) {
    double squares = 0.0;
    for (Index c = 0; c < U.cols; ++c) squares += U(i, c) * U(i, c);
    const double excess = std::fmax(0.0, std::sqrt(squares) - limit);
    total += (excess * excess) * (excess * excess);
  }
  return total;
}

}  // namespace

double CompletionModel::gap_scale(double value) const {
  const ObservedRows& o = observed.by_rows;
  double squares = 0.0;
  for (std::size_t p = 0; p < o.values.size(); ++p) squares += (o.weights.empty() ? 1.0 : o.weights[p]) * (o.values[p] * o.values[p]);
  const double least = std::all_of(o.values.begin(), o.values.end(), [](double m) { return m == 0.0; }) ? 1.0 : 1e-6 * (0.5 * squares);
  return std::fmax(value, least);
}

std::shared_ptr<const CompletionModel> make_completion_model(CompletionData data, double lambda) {
  auto model = std::make_shared<CompletionModel>();
  model->observed = make_observed(data.rows, data.cols, data.observed.row_index, data.observed.col_index, data.observed.values, data.weights);
  model->data = std::move(data);
  model->lambda = lambda;
  return model;
}

MatrixCompletion::MatrixCompletion(std::shared_ptr<const CompletionModel> model, Index rank) : model_(std::move(model)) {
  const Index rows = model_->factor_rows(), cols = model_->factor_cols();
  // A rank above the smaller side gains nothing, and is what a user means who asks for a full one.
  if (rank < 1 || rank > std::max(rows, cols))
    throw InputError("--rank", "a number from 1 to " + std::to_string(std::max(rows, cols)) + ", the larger side of the matrix", std::to_string(rank));
  layout_.add("U", rows, rank);
  if (!model_->is_psd) layout_.add("V", cols, rank);
}

EntryFactors MatrixCompletion::entry_factors(std::span<const double> x) const {
  const auto factor = [](ConstMatrixView U, const SharedMatrix& features) {
    return features.size() == 0 ? transpose(U) : product(U, Op::transpose, features, Op::transpose);
  };
  EntryFactors f{factor(layout_.block(x, 0), model_->row_features), {}};
  if (!model_->is_psd) f.Vt = factor(layout_.block(x, 1), model_->column_features);
  return f;
}

double MatrixCompletion::penalty(std::span<const double> x) const {
  const bool has_row_weights = !model_->is_psd && !model_->has_features();
  const auto half_square = [&](std::size_t block, const Vector& weights) {
    return half_weighted_square(layout_.block(x, block), has_row_weights ? weights : Vector());
  };
  const double first = half_square(0, model_->data.row_penalties);
  if (!model_->is_psd) return model_->lambda * (first + half_square(1, model_->data.col_penalties));
  double total = model_->lambda * (2.0 * first);
  if (model_->row_norm_penalty > 0.0) total += model_->row_norm_penalty * row_norm_excess(layout_.block(x, 0), model_->row_norm_limit);
  return total;
}

double MatrixCompletion::value(std::span<const double> x) const {
  const EntryFactors f = entry_factors(x);
  return half_squared_error(model_->observed.by_rows, f.Ut, f.right()) + penalty(x);
}

std::unique_ptr<Expansion> MatrixCompletion::expand(std::span<const double> x) const {
  return std::make_unique<CompletionExpansion>(*this, x);
}

BlockStep MatrixCompletion::minimise_block(std::span<const double> x, std::size_t block, std::span<double> out) const {
  const EntryFactors f = entry_factors(x);
  const bool is_left = block == 0;
  const ObservedRows& entries = is_left ? model_->observed.by_rows : model_->observed.by_cols;
  const ConstMatrixView moving = is_left ? f.Ut.view() : f.Vt.view(), fixed = is_left ? f.Vt.view() : f.Ut.view();
  Vector ridge = is_left ? model_->data.row_penalties : model_->data.col_penalties;
  for (double& r : ridge) r *= model_->lambda;
  Matrix found(moving.rows, moving.cols);
  const HalfStep step = solve_rows(entries, moving, fixed, ridge, found);
  const MatrixView target(out.data(), moving.cols, moving.rows);
  for (Index i = 0; i < moving.cols; ++i)
    for (Index c = 0; c < moving.rows; ++c) target(i, c) = found(c, i);
  return {step.half_squared_error + penalty(x), step.gradient_norm};
}

}  // namespace nadir
