#include "nadir/problems/matrix_completion/select_lambda.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "nadir/base/error.hpp"
#include "nadir/base/random.hpp"
#include "nadir/linalg/dense.hpp"
#include "nadir/problems/matrix_completion/details.hpp"
#include "nadir/problems/matrix_completion/residual_operator.hpp"
#include "nadir/problems/matrix_completion/starts.hpp"

namespace nadir {
namespace {

constexpr int num_folds = 5, num_sweeps = 6, num_candidates = 9, num_refinements = 4;
constexpr Index max_rank = 16;  // of the fits that are compared

// Entries of other folds stay, centred anew; those of `fold` are held out.
CompletionData without_fold(const CompletionData& data, const MatrixCompletionOptions& options, const std::vector<int>& fold_of, int fold) {
  CompletionData part = data;
  part.observed = {};
  part.held_out = {};
  part.weights.clear();
  for (std::size_t k = 0; k < fold_of.size(); ++k) {
    const Index i = data.observed.row_index[k], j = data.observed.col_index[k];
    EntryList& list = fold_of[k] == fold ? part.held_out : part.observed;
    list.add(i, j, data.observed.values[k] + data.offset(i, j));
    if (fold_of[k] != fold && !data.weights.empty()) part.weights.push_back(data.weights[k]);
  }
  center(part, options);
  return part;
}

// Root mean square errors of the candidates on the model's held-out entries.
Vector path_errors(const CompletionData& data, const Vector& candidates) {
  Vector errors;
  Vector start, x;
  for (const double lambda : candidates) {
    const auto model = make_completion_model(data, lambda);
    const Index rank = std::min({max_rank, data.rows, data.cols});
    const MatrixCompletion problem(model, rank);
    if (start.empty()) start = completion_start(problem, "random", 0, 0).values;
    // Few sweeps cannot bring back what a large penalty has shrunk to nothing.
    if (x.empty() || norm(x) < 0.1 * norm(start)) x = start;
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
  const MatrixCompletion problem(make_completion_model(model.data, 1.0), 1);
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

namespace {

// The data that candidates are compared on: the held-out entries, or every fold in turn.
std::vector<CompletionData> comparisons(const CompletionModel& model, const MatrixCompletionOptions& options) {
  if (model.data.held_out.size() > 0) return {model.data};
  Random random(static_cast<std::uint64_t>(options.holdout_seed), 0x666f6c6473);
  std::vector<int> fold_of(model.data.observed.values.size());
  if (static_cast<int>(fold_of.size()) < 2 * num_folds) throw InputError("--lambda", "a number, because there are too few ratings to choose by", "cv");
  for (int& fold : fold_of) fold = static_cast<int>(random.index(num_folds));
  std::vector<CompletionData> parts;
  for (int fold = 0; fold < num_folds; ++fold) {
    CompletionData part = without_fold(model.data, options, fold_of, fold);
    if (part.held_out.size() > 0 && part.observed.size() > 0) parts.push_back(std::move(part));
  }
  return parts;
}

Vector mean_errors(const std::vector<CompletionData>& parts, const Vector& candidates) {
  Vector sums(candidates.size(), 0.0);
  for (const CompletionData& part : parts) {
    const Vector errors = path_errors(part, candidates);
    for (std::size_t c = 0; c < errors.size(); ++c) sums[c] += errors[c] / static_cast<double>(parts.size());
  }
  return sums;
}

std::size_t position_of_least(const Vector& errors) {
  return static_cast<std::size_t>(std::min_element(errors.begin(), errors.end()) - errors.begin());
}

// Two candidates on either side of the best, evenly on the logarithmic scale.
Vector between_neighbours(const Vector& candidates, std::size_t best) {
  Vector result;
  for (const int side : {-1, 1}) {
    const auto neighbour = static_cast<std::ptrdiff_t>(best) + side;
    if (neighbour < 0 || neighbour >= std::ssize(candidates)) continue;
    const double ratio = candidates[static_cast<std::size_t>(neighbour)] / candidates[best];
    for (int k = 1; k <= num_refinements / 2; ++k) result.push_back(candidates[best] * std::pow(ratio, k / (num_refinements / 2 + 1.0)));
  }
  std::sort(result.begin(), result.end(), std::greater<>());
  return result;
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
  const std::vector<CompletionData> parts = comparisons(model, options);
  choice.errors = mean_errors(parts, choice.candidates);
  if (options.lambda_path.empty()) {
    const Vector finer = between_neighbours(choice.candidates, position_of_least(choice.errors));
    const Vector errors = mean_errors(parts, finer);
    choice.candidates.insert(choice.candidates.end(), finer.begin(), finer.end());
    choice.errors.insert(choice.errors.end(), errors.begin(), errors.end());
  }
  choice.lambda = choice.candidates[position_of_least(choice.errors)];
  return choice;
}

}  // namespace nadir
