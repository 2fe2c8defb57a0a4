#include "nadir/problems/matrix_completion/expansion.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "nadir/linalg/dense.hpp"

namespace nadir {
namespace {

std::size_t at(Index i) { return static_cast<std::size_t>(i); }

// Side information wider than this is not diagonalised for the preconditioner.
constexpr Index max_feature_basis = 1500;

Vector row_norms(ConstMatrixView Ut) {
  Vector norms(at(Ut.cols));
  for (Index i = 0; i < Ut.cols; ++i) norms[at(i)] = norm({Ut.col(i), at(Ut.rows)});
  return norms;
}

// sum_i |sum_k w_k (|m_k| + |u_i||v_j|) v_j-norm + ...|^2 of one side; see gradient_scale().
double squared_side_scale(const ObservedRows& o, const Vector& left, const Vector& right, const Vector& penalty, double lambda) {
  double squares = 0.0;
  for (Index i = 0; i < o.rows; ++i) {
    double sum = lambda * penalty[at(i)] * left[at(i)];
    for (Index p = o.row_starts[at(i)]; p < o.row_starts[at(i + 1)]; ++p) {
      const double v = right[at(o.col_index[at(p)])];
      sum += (o.weights.empty() ? 1.0 : o.weights[at(p)]) * (std::fabs(o.values[at(p)]) + left[at(i)] * v) * v;
    }
    squares += sum * sum;
  }
  return squares;
}

// sum of the weights in each row
Vector row_weights(const ObservedRows& o) {
  Vector sums(at(o.rows), 0.0);
  for (Index i = 0; i < o.rows; ++i)
    for (Index p = o.row_starts[at(i)]; p < o.row_starts[at(i + 1)]; ++p) sums[at(i)] += o.weights.empty() ? 1.0 : o.weights[at(p)];
  return sums;
}

// sum_j s_j v_j v_j^T
Matrix weighted_gram(ConstMatrixView Vt, const Vector& s) {
  Matrix scaled(Vt);
  for (Index j = 0; j < Vt.cols; ++j)
    for (Index c = 0; c < Vt.rows; ++c) scaled(c, j) *= s[at(j)];
  return sample_product(scaled, Vt);
}

double sum(const Vector& x) {
  double total = 0.0;
  for (const double v : x) total += v;
  return total;
}

// The largest row norm: how much side information can lengthen a gradient row's pull-back.
double largest_row_norm(const SharedMatrix& features) {
  double largest = 1.0;
  if (features.size() > 0) {
    const Vector norms = row_norms(transpose(features));
    largest = *std::max_element(norms.begin(), norms.end());
  }
  return largest;
}

}  // namespace

CompletionExpansion::CompletionExpansion(const MatrixCompletion& problem, std::span<const double> x)
    : problem_(problem), model_(problem.model()), x_(x.begin(), x.end()), factors_(problem.entry_factors(x)),
      value_(half_squared_error(model_.observed.by_rows, factors_.Ut, factors_.right()) + problem.penalty(x)) {}

const Vector& CompletionExpansion::residual() const {
  if (residual_.empty()) {
    residual_.resize(model_.observed.by_rows.values.size());
    residuals(model_.observed.by_rows, factors_.Ut, factors_.right(), residual_);
  }
  return residual_;
}

const Vector& CompletionExpansion::residual_by_columns() const {
  if (residual_by_columns_.empty()) {
    const Vector& by_rows = residual();
    residual_by_columns_.resize(by_rows.size());
    for (std::size_t q = 0; q < by_rows.size(); ++q) residual_by_columns_[q] = by_rows[at(model_.observed.order[q])];
  }
  return residual_by_columns_;
}

double CompletionExpansion::penalty_factor(std::size_t block, Index i) const {
  if (model_.is_psd) return 2.0 * model_.lambda;
  if (model_.has_features()) return model_.lambda;
  return model_.lambda * (block == 0 ? model_.data.row_penalties : model_.data.col_penalties)[at(i)];
}

void CompletionExpansion::add_pulled_back(const Matrix& S, const SharedMatrix& features, MatrixView block) const {
  if (features.size() > 0) {
    multiply(1.0, features, Op::transpose, S, Op::transpose, 1.0, block);
    return;
  }
  for (Index i = 0; i < S.cols(); ++i)
    for (Index c = 0; c < S.rows(); ++c) block(i, c) += S(c, i);
}

void CompletionExpansion::gradient(std::span<double> out) const {
  const Layout& layout = problem_.layout();
  for (std::size_t b = 0; b < layout.num_blocks(); ++b) {
    const ConstMatrixView U = layout.block(std::span<const double>(x_), b);
    const MatrixView G = layout.block(out, b);
    for (Index c = 0; c < U.cols; ++c)
      for (Index i = 0; i < U.rows; ++i) G(i, c) = penalty_factor(b, i) * U(i, c);
  }
  const auto add = [&](const ObservedRows& o, const Vector& r, ConstMatrixView other, const SharedMatrix& features, std::size_t block) {
    Matrix S(problem_.rank(), o.rows);
    multiply_observed(o, r, other, S);
    scale(-1.0, S.flat());
    add_pulled_back(S, features, layout.block(out, block));
  };
  add(model_.observed.by_rows, residual(), factors_.right(), model_.row_features, 0);
  add(model_.observed.by_cols, residual_by_columns(), factors_.Ut, model_.column_features, model_.is_psd ? 0 : 1);
  if (model_.row_norm_penalty > 0.0) add_row_norm_gradient(layout.block(out, 0));
}

// 4 Q e^3 / |u| u, e = (|u| - c)_+
void CompletionExpansion::add_row_norm_gradient(MatrixView block) const {
  for (Index i = 0; i < block.rows; ++i) {
    const double length = norm({factors_.Ut.col(i), at(block.cols)}), e = length - model_.row_norm_limit;
    if (!(e > 0.0)) continue;
    const double factor = 4.0 * model_.row_norm_penalty * (e * e * e) / length;
    for (Index c = 0; c < block.cols; ++c) block(i, c) += factor * factors_.Ut(c, i);
  }
}

// Q ( 4 e^3/|u| du + (12 e^2/|u|^2 - 4 e^3/|u|^3) <u, du> u )
void CompletionExpansion::add_row_norm_hessian(ConstMatrixView dU, MatrixView block) const {
  for (Index i = 0; i < block.rows; ++i) {
    const double length = norm({factors_.Ut.col(i), at(block.cols)}), e = length - model_.row_norm_limit;
    if (!(e > 0.0)) continue;
    double along = 0.0;
    for (Index c = 0; c < block.cols; ++c) along += factors_.Ut(c, i) * dU(i, c);
    const double first = 4.0 * (e * e * e) / length, ratio = e / length;
    const double second = (12.0 * (ratio * ratio) - 4.0 * (ratio * ratio) * ratio) * along;
    for (Index c = 0; c < block.cols; ++c) block(i, c) += model_.row_norm_penalty * (first * dU(i, c) + second * factors_.Ut(c, i));
  }
}

void CompletionExpansion::apply_hessian(ConstMatrixView V, MatrixView out) const {
  for (Index j = 0; j < V.cols; ++j) hessian_column({V.col(j), at(V.rows)}, {out.col(j), at(V.rows)});
}

void CompletionExpansion::hessian_column(std::span<const double> v, std::span<double> out) const {
  const Layout& layout = problem_.layout();
  const EntryFactors d = problem_.entry_factors(v);
  for (std::size_t b = 0; b < layout.num_blocks(); ++b) {
    const ConstMatrixView dU = layout.block(v, b);
    const MatrixView H = layout.block(out, b);
    for (Index c = 0; c < dU.cols; ++c)
      for (Index i = 0; i < dU.rows; ++i) H(i, c) = penalty_factor(b, i) * dU(i, c);
  }
  Matrix S(problem_.rank(), model_.observed.by_rows.rows), T(problem_.rank(), model_.observed.by_cols.rows);
  hessian_rows(model_.observed.by_rows, residual(), factors_.Ut, d.Ut, factors_.right(), d.right(), S);
  hessian_rows(model_.observed.by_cols, residual_by_columns(), factors_.right(), d.right(), factors_.Ut, d.Ut, T);
  add_pulled_back(S, model_.row_features, layout.block(out, 0));
  add_pulled_back(T, model_.column_features, layout.block(out, model_.is_psd ? 0 : 1));
  if (model_.row_norm_penalty > 0.0) add_row_norm_hessian(layout.block(v, 0), layout.block(out, 0));
}

CompletionExpansion::BlockPreconditioner CompletionExpansion::make_preconditioner(std::size_t block) const {
  const bool is_left = block == 0;
  const ObservedRows &here = is_left ? model_.observed.by_rows : model_.observed.by_cols,
                     &there = is_left ? model_.observed.by_cols : model_.observed.by_rows;
  Vector counts = row_weights(here);
  Vector other = row_weights(there);
  if (model_.is_psd)
    for (std::size_t i = 0; i < counts.size(); ++i) other[i] = counts[i] = counts[i] + other[i];
  const double total = std::fmax(sum(other), std::numeric_limits<double>::min());
  Matrix C = weighted_gram(is_left ? factors_.right() : factors_.Ut.view(), other);
  scale(1.0 / total, C.flat());
  SymmetricEigen gram = symmetric_eigen(C);

  BlockPreconditioner m{std::move(gram.vectors), {}, {}};
  const SharedMatrix& features = is_left ? model_.row_features : model_.column_features;
  if (features.size() > 0) {
    Matrix G = weighted_gram(transpose(features), counts);
    if (G.rows() <= max_feature_basis) {
      SymmetricEigen e = symmetric_eigen(G);
      counts = std::move(e.values);
      m.row_basis = std::move(e.vectors);
    } else {
      counts.resize(at(G.rows()));
      for (Index i = 0; i < G.rows(); ++i) counts[at(i)] = G(i, i);
    }
  }
  m.inverse = Matrix(static_cast<Index>(counts.size()), problem_.rank());
  double largest = 0.0;
  for (Index k = 0; k < m.inverse.cols(); ++k)
    for (Index i = 0; i < m.inverse.rows(); ++i) {
      m.inverse(i, k) = std::fmax(0.0, counts[at(i)]) * std::fmax(0.0, gram.values[at(k)]) + penalty_factor(block, i);
      largest = std::fmax(largest, m.inverse(i, k));
    }
  const double least = largest > 0.0 && std::isfinite(largest) ? 1e-6 * largest : 1.0;
  for (double& x : m.inverse.flat()) x = 1.0 / (std::isfinite(x) ? std::fmax(x, least) : 1.0);
  return m;
}

void CompletionExpansion::apply_preconditioner(ConstMatrixView V, MatrixView out) const {
  const Layout& layout = problem_.layout();
  if (preconditioners_.empty())
    for (std::size_t b = 0; b < layout.num_blocks(); ++b) preconditioners_.push_back(make_preconditioner(b));
  for (Index j = 0; j < V.cols; ++j)
    for (std::size_t b = 0; b < layout.num_blocks(); ++b) {
      const BlockPreconditioner& m = preconditioners_[b];
      const ConstMatrixView dU = layout.block(std::span<const double>(V.col(j), at(V.rows)), b);
      const MatrixView target = layout.block(std::span<double>(out.col(j), at(V.rows)), b);
      Matrix inside = product(dU, m.basis);
      if (m.row_basis.size() > 0) inside = product(m.row_basis, Op::transpose, inside, Op::none);
      for (Index k = 0; k < inside.size(); ++k) inside.data()[k] *= m.inverse.data()[k];
      if (m.row_basis.size() > 0) inside = product(m.row_basis, inside);
      multiply(1.0, inside, Op::none, m.basis, Op::transpose, 0.0, target);
    }
}

// The norm that the gradient would have without cancellation, as README.md states it.
double CompletionExpansion::gradient_scale() const {
  const Vector left = row_norms(factors_.Ut), right = model_.is_psd ? left : row_norms(factors_.Vt);
  const bool has_row_weights = !model_.is_psd && !model_.has_features();
  const double lambda = model_.has_features() ? 0.0 : model_.lambda;
  const Vector ones(std::max(left.size(), right.size()), 1.0);
  const double rows = squared_side_scale(model_.observed.by_rows, left, right, has_row_weights ? model_.data.row_penalties : ones, lambda);
  const double cols = squared_side_scale(model_.observed.by_cols, right, left, has_row_weights ? model_.data.col_penalties : ones, lambda);
  if (model_.is_psd) {
    double excess = 0.0;
    for (const double length : left) excess += std::pow(std::fmax(0.0, length - model_.row_norm_limit), 6.0);
    return std::sqrt(rows) + std::sqrt(cols) + 4.0 * model_.row_norm_penalty * std::sqrt(excess);
  }
  const double a = largest_row_norm(model_.row_features), b = largest_row_norm(model_.column_features);
  const double features_part = model_.has_features() ? model_.lambda * norm(x_) : 0.0;
  return std::sqrt(a * a * rows + b * b * cols) + features_part;
}

}  // namespace nadir
