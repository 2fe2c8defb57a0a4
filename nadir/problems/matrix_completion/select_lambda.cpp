#include "nadir/problems/matrix_completion/select_lambda.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "nadir/base/error.hpp"
#include "nadir/base/random.hpp"
#include "nadir/problems/matrix_completion/details.hpp"
#include "nadir/problems/matrix_completion/residual_operator.hpp"
#include "nadir/problems/matrix_completion/starts.hpp"

namespace nadir {
namespace {

constexpr int num_folds = 5, num_sweeps = 6, num_candidates = 12;
constexpr Index max_rank = 16;  // of the fits that are compared

std::shared_ptr<const CompletionModel> with_lambda(CompletionData data, double lambda) { return make_completion_model(std::move(data), lambda); }

// Entries of other folds stay; those of `fold` are held out. Offsets are those of the whole: their own share of the
// error is the same for every candidate.
CompletionData without_fold(const CompletionData& data, const std::vector<int>& fold_of, int fold) {
  CompletionData part = data;
  part.observed = {};
  part.held_out = {};
  part.weights.clear();
  for (std::size_t k = 0; k < fold_of.size(); ++k) {
    const Index i = data.observed.row_index[k], j = data.observed.col_index[k];
    EntryList& list = fold_of[k] == fold ? part.held_out : part.observed;
    list.row_index.push_back(i);
    list.col_index.push_back(j);
    list.values.push_back(fold_of[k] == fold ? data.observed.values[k] + data.offset(i, j) : data.observed.values[k]);
    if (fold_of[k] != fold && !data.weights.empty()) part.weights.push_back(data.weights[k]);
  }
  return part;
}

// Root mean square errors of the candidates on the model's held-out entries.
Vector path_errors(const CompletionData& data, const Vector& candidates) {
  Vector errors;
  Vector x;
  for (const double lambda : candidates) {
    const auto model = with_lambda(data, lambda);
    const Index rank = std::min({max_rank, data.rows, data.cols});
    const MatrixCompletion problem(model, rank);
    if (x.empty()) x = completion_start(problem, "random", 0, 0).values;
    for (int sweep = 0; sweep < num_sweeps; ++sweep)
      for (std::size_t b = 0; b < 2; ++b) {
        const BlockShape& shape = problem.layout()[b];
        Vector block(static_cast<std::size_t>(shape.size()));
        problem.minimise_block(x, b, block);
        std::copy(block.begin(), block.end(), x.begin() + shape.offset);
      }
    errors.push_back(held_out_error(*model, problem.entry_factors(x)).rmse);
  }
  return errors;
}

// |S|_2 at X = 0: the least lambda at which 0 is optimal.
double norm_of_data(const CompletionModel& model) {
  const MatrixCompletion problem(with_lambda(model.data, 1.0), 1);
  const Point zero(problem.layout());
  const CompletionExpansion expansion(problem, zero.values);
  const ResidualOperator S(problem, expansion);
  return leading_triplets(S, Matrix(S.rows(), 0), Matrix(S.cols(), 0), false, 1, 10).values[0];
}

Vector geometric_path(double greatest) {
  Vector path;
  for (int k = 0; k < num_candidates; ++k) path.push_back(greatest * std::pow(0.01, static_cast<double>(k) / (num_candidates - 1)));
  return path;
}

}  // namespace

LambdaChoice select_lambda(const CompletionModel& model, const MatrixCompletionOptions& options) {
  if (model.is_psd || model.has_features())
    throw InputError("--lambda", "a number, with --psd or side information", options.lambda_path.empty() ? "cv" : "--lambda-path");
  LambdaChoice choice;
  choice.candidates = options.lambda_path;
  if (choice.candidates.empty()) {
    const double norm = norm_of_data(model);
    if (!(norm > 0.0)) throw InputError("--lambda", "a number, because all ratings are 0 (after --center)", "cv");
    choice.candidates = geometric_path(0.5 * norm);
  }
  std::sort(choice.candidates.begin(), choice.candidates.end(), std::greater<>());
  choice.is_cross_validated = model.data.held_out.size() == 0;
  if (choice.is_cross_validated) {
    Random random(static_cast<std::uint64_t>(options.holdout_seed), 0x666f6c6473);
    std::vector<int> fold_of(model.data.observed.values.size());
    if (static_cast<int>(fold_of.size()) < 2 * num_folds) throw InputError("--lambda", "a number, because there are too few ratings to choose by", "cv");
    for (int& fold : fold_of) fold = static_cast<int>(random.index(num_folds));
    choice.errors.assign(choice.candidates.size(), 0.0);
    for (int fold = 0; fold < num_folds; ++fold) {
      const CompletionData part = without_fold(model.data, fold_of, fold);
      if (part.held_out.size() == 0 || part.observed.size() == 0) continue;
      const Vector errors = path_errors(part, choice.candidates);
      for (std::size_t c = 0; c < errors.size(); ++c) choice.errors[c] += errors[c] / num_folds;
    }
  } else {
    choice.errors = path_errors(model.data, choice.candidates);
  }
  const auto best = std::min_element(choice.errors.begin(), choice.errors.end());
  choice.lambda = choice.candidates[static_cast<std::size_t>(best - choice.errors.begin())];
  return choice;
}

}  // namespace nadir
