// Low-rank matrix completion with a penalty on the factors, as a problem for solvers and judges.
//
//   f(U, V) = 1/2 sum_k w_k (u_i . v_j - m_k)^2 + L/2 ( sum_i a_i |u_i|^2 + sum_j b_j |v_j|^2 )      k = (i, j)
//
//   symbol   member                  shape
//   U, V     blocks U, V             m x r, n x r; with side information p x r, q x r
//   m, w     model().observed        entries by rows and by columns
//   a, b     data.row_penalties ...  m, n
//   A, B     row_features ...        m x p, n x q; without side information the identity
//   L        lambda                  >= 0
// With `is_psd` there is one block U, X = U U^T, and the penalty is L |U|^2 + Q sum (|u_i| - c)_+^4
// [GeLeeMa2016, sec. 4]. README.md has the mathematics.
#pragma once

#include <memory>
#include <span>

#include "nadir/core/problem.hpp"
#include "nadir/linalg/observed.hpp"
#include "nadir/problems/matrix_completion/data.hpp"

namespace nadir {

// Everything but the rank.
struct CompletionModel {
  CompletionData data;
  Observed observed;  // of data.observed
  double lambda = 0.0;
  bool is_psd = false;
  double row_norm_penalty = 0.0, row_norm_limit = 0.0;  // Q, c
  SharedMatrix row_features, column_features;           // empty: none

  bool has_features() const { return row_features.size() > 0 || column_features.size() > 0; }
  Index factor_rows() const { return row_features.size() > 0 ? row_features.cols() : data.rows; }
  Index factor_cols() const { return column_features.size() > 0 ? column_features.cols() : data.cols; }
  // max(value, 1e-6 times half the weighted sum of squares of the data), and at least 1 where all data are 0
  double gap_scale(double value) const;
};

std::shared_ptr<const CompletionModel> make_completion_model(CompletionData data, double lambda);

// The factors of X entry by entry: x_ij = Ut.col(i) . Vt.col(j), side information multiplied in.
struct EntryFactors {
  Matrix Ut, Vt;  // r x m, r x n; with is_psd Vt is empty and stands for Ut
  ConstMatrixView right() const { return Vt.size() == 0 ? Ut.view() : Vt.view(); }
};

class MatrixCompletion {
 public:
  // Throws InputError when the rank is below 1 or above both sides of the factors.
  MatrixCompletion(std::shared_ptr<const CompletionModel> model, Index rank);

  const Layout& layout() const { return layout_; }
  double value(std::span<const double> x) const;
  std::unique_ptr<Expansion> expand(std::span<const double> x) const;

  // Rows of a factor do not couple while the other factor is fixed: not so with is_psd or side information.
  bool has_block_minimisers() const { return !model_->is_psd && !model_->has_features(); }
  BlockStep minimise_block(std::span<const double> x, std::size_t block, std::span<double> out) const;

  const CompletionModel& model() const { return *model_; }
  const std::shared_ptr<const CompletionModel>& shared_model() const { return model_; }
  Index rank() const { return layout_[0].cols; }
  EntryFactors entry_factors(std::span<const double> x) const;
  // The penalty terms of f.
  double penalty(std::span<const double> x) const;

 private:
  std::shared_ptr<const CompletionModel> model_;
  Layout layout_;
};

static_assert(AlternatingProblem<MatrixCompletion>);

}  // namespace nadir
