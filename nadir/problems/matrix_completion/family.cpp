#include "nadir/problems/matrix_completion/family.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>

#include "nadir/base/error.hpp"
#include "nadir/base/random.hpp"
#include "nadir/base/text.hpp"
#include "nadir/core/rotated_factors.hpp"
#include "nadir/linalg/factor_distance.hpp"
#include "nadir/problems/matrix_completion/judge.hpp"
#include "nadir/problems/matrix_completion/labels.hpp"
#include "nadir/problems/matrix_completion/predictor.hpp"
#include "nadir/problems/matrix_completion/residual_operator.hpp"
#include "nadir/problems/matrix_completion/starts.hpp"

namespace nadir {
namespace {

// A staircase begins at rank 1 where that is cheap, higher where the rank is going to be.
constexpr Index small_side = 40;
constexpr Index first_rank_of_large = 8;
constexpr Index most_new_columns = 64;

template <class T>
bool read_number(const std::string& text, T& value) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc{} && end == text.data() + text.size();
}

}  // namespace

std::string_view MatrixCompletionFamily::summary() const {
  return "low-rank matrix completion: 1/2 sum of squared errors + L/2 (|U|^2 + |V|^2), proved global by duality";
}

std::string_view MatrixCompletionFamily::help() const {
  return R"(Objective   1/2 sum over the observed (u_i . v_j - m_ij)^2 + L/2 (|U|^2 + |V|^2)
Data        --ratings FILE: .csv (user, item, value; any ids), .mtx, .npz of scipy.sparse.save_npz
Point       blocks U (m x r), V (n x r); with --psd U alone; with side information p x r and q x r
Starts      random, spectral, zeros, or a .npz file
Theorems    the minimum over all ranks is that of nuclear-norm completion, and its dual bounds every factor pair
            from below (Fazel, Hindi, Boyd 2001; Srebro 2004): the gap is proved through the spectral norm of the
            sparse residual. --rank auto grows the factors by the residual's singular vectors until it closes
Files       labels.csv in the run folder: index, id, entries and offset of every row and column
Example     nadir solve matrix-completion --ratings ratings.csv --lambda 10 --center both
            nadir predict nadir-run-matrix-completion-001 --pairs pairs.csv
            nadir judge matrix-completion --ratings ratings.csv --lambda 10 --point factors.npz)";
}

// Ten by eight, sixty entries of a matrix of rank two; weights, ALS-WR, PSD and side information in turn.
void MatrixCompletionFamily::make_example(std::uint64_t seed) {
  Random random(seed, 0);
  options_ = {};
  const Index rows = 10, cols = seed % 3 == 1 ? 10 : 8;
  Matrix U(rows, 2), V(cols, 2);
  random.fill_normal(U.flat());
  random.fill_normal(V.flat());
  options_.psd = seed % 3 == 1;
  options_.weighted_lambda = seed % 3 == 2;
  EntryList entries;
  for (Index i = 0; i < rows; ++i)
    for (Index j = 0; j < cols; ++j) {
      if (random.uniform() > 0.75 || (options_.psd && j < i)) continue;
      const ConstMatrixView W = options_.psd ? U.view() : V.view();
      entries.add(i, j, U(i, 0) * W(j, 0) + U(i, 1) * W(j, 1) + 0.1 * random.normal());
    }
  options_.ratings.rows = rows;
  options_.ratings.cols = cols;
  options_.ratings.set_entries(std::move(entries));
  options_.rank = "3";
  options_.lambda = "1";  // so much that the optimum has no larger rank
}

void MatrixCompletionFamily::prepare() {
  auto model = std::make_shared<CompletionModel>(*make_completion_model(prepare_data(options_), 0.0));
  model->is_psd = options_.psd;
  model->row_norm_penalty = options_.row_norm_penalty;
  model->row_norm_limit = options_.row_norm_limit;
  model->row_features = options_.row_features.values;
  model->column_features = options_.column_features.values;
  choose_lambda(*model);
  Index rank = 0;
  if (can_grow()) {
    const Index side = std::min(model->factor_rows(), model->factor_cols());
    rank = std::min<Index>(side, side <= small_side ? 1 : first_rank_of_large);
  } else if (!read_number(options_.rank, rank)) {
    throw InputError("--rank", "a number or auto", "'" + options_.rank + "'");
  }
  first_rank_ = rank;
  problem_ = std::make_unique<MatrixCompletion>(std::move(model), rank);
  // Only a value of zero is a target that is known beforehand.
  target_ = problem_->model().lambda == 0.0 ? 1e-9 * problem_->model().gap_scale(0.0) : -std::numeric_limits<double>::infinity();
}

// Afterwards the option holds the number: it is part of the problem that is solved, judged and checked.
void MatrixCompletionFamily::choose_lambda(CompletionModel& model) {
  if (options_.lambda == "cv") {
    choice_ = select_lambda(model, options_);
    options_.lambda = shortest_text(choice_->lambda);
  }
  if (!read_number(options_.lambda, model.lambda) || !(model.lambda >= 0.0) || !std::isfinite(model.lambda))
    throw InputError("--lambda", "a number of at least 0, or cv", "'" + options_.lambda + "'");
}

std::vector<std::string> MatrixCompletionFamily::start_names() const { return completion_starts(); }

Point MatrixCompletionFamily::start(const std::string& start_name, std::uint64_t seed, std::uint64_t index) const {
  return completion_start(MatrixCompletion(problem_->shared_model(), first_rank_), start_name, seed, index);
}

double MatrixCompletionFamily::relative_distance(const Point& a, const Point& b) const {
  const std::size_t right = a.layout.num_blocks() - 1;  // there is one block where V is U
  return relative_factor_distance(a.block(0), a.block(right), b.block(0), b.block(right));
}

std::optional<AlignedPoint> MatrixCompletionFamily::aligned(const Point& point, const Point& reference) const {
  std::optional<Point> rotated = rotated_factors(point, reference);
  if (!rotated) return std::nullopt;
  return AlignedPoint{*std::move(rotated), "factors rotated"};
}

Judgement MatrixCompletionFamily::judge(const Point& point, const JudgeOptions& options) const {
  Judgement judgement = judge_matrix_completion(*problem_, point, options);
  if (choice_) {
    judgement.verdict.details.push_back({"lambda_path", choice_->candidates});
    judgement.verdict.details.push_back({choice_->is_cross_validated ? "lambda_path_cv_rmse" : "lambda_path_holdout_rmse", choice_->errors});
  }
  return judgement;
}

void MatrixCompletionFamily::reshape(const Layout& layout) {
  if (layout == problem_->layout()) return;
  if (!can_grow()) return Family::reshape(layout);
  auto reshaped = std::make_unique<MatrixCompletion>(problem_->shared_model(), layout.num_blocks() > 0 ? layout[0].cols : 0);
  if (reshaped->layout() != layout) {
    problem_.swap(reshaped);
    try {
      Family::reshape(layout);  // refuses with both layouts in words
    } catch (...) {
      problem_.swap(reshaped);
      throw;
    }
  }
  problem_ = std::move(reshaped);
}

std::optional<Point> MatrixCompletionFamily::enlarge(const Point& point, double tol) const {
  const CompletionModel& model = problem_->model();
  const Index most = std::max(model.factor_rows(), model.factor_cols()), rank = problem_->rank();
  const CompletionExpansion here(*problem_, point.values);
  const ResidualOperator S(*problem_, here);
  const Matrix left = S.balanced_left(point.block(0)), right = model.is_psd ? left : S.balanced_right(point.block(1));
  const Index wanted = std::min({rank, most_new_columns, most - rank});
  const SingularTriplets top = leading_triplets(S, left, right, model.is_psd, wanted, tol < 1e-4 ? 30 : 8);
  // Without a penalty every residual promises something; relative to the data, not to lambda.
  const double threshold = model.lambda > 0.0 ? (1.0 + tol) * model.lambda : tol * std::sqrt(model.gap_scale(0.0));
  Index count = 0;
  while (count < static_cast<Index>(top.values.size()) && top.values[static_cast<std::size_t>(count)] > threshold) ++count;
  if (count == 0) return std::nullopt;

  const MatrixCompletion larger(problem_->shared_model(), rank + count);
  const Matrix new_left = S.as_left_columns(top.left), new_right = S.as_right_columns(top.right);
  // The step along sum (sigma_k - lambda) p_k q_k^T: exact where the new columns do not interact, halved until it pays.
  for (double step = 1.0; step > 1e-9; step *= 0.5) {
    Point result(larger.layout());
    const auto fill = [&](std::size_t block, const Matrix& columns) {
      const ConstMatrixView old = point.block(block);
      const MatrixView target = result.block(block);
      for (Index c = 0; c < rank; ++c) std::copy_n(old.col(c), old.rows, target.col(c));
      for (Index k = 0; k < count; ++k) {
        const double size = std::sqrt(step * (top.values[static_cast<std::size_t>(k)] - model.lambda));
        for (Index i = 0; i < old.rows; ++i) target(i, rank + k) = size * columns(i, k);
      }
    };
    fill(0, new_left);
    if (!model.is_psd) fill(1, new_right);
    if (larger.value(result.values) < here.value()) return result;
  }
  return std::nullopt;
}

std::unique_ptr<EntryPredictor> MatrixCompletionFamily::predictor(const Point& point) const {
  return make_completion_predictor(problem_->shared_model(), problem_->entry_factors(point.values));
}

std::map<std::string, std::string> MatrixCompletionFamily::side_files() const {
  return {{"labels.csv", labels_to_csv(problem_->model().data)}};
}

}  // namespace nadir
