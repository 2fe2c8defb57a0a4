#include "nadir/problems/matrix_completion/residual_operator.hpp"

#include <algorithm>
#include <cmath>

#include "nadir/base/random.hpp"
#include "nadir/base/stop.hpp"
#include "nadir/linalg/dense.hpp"

namespace nadir {
namespace {

std::size_t at(Index i) { return static_cast<std::size_t>(i); }

void scale_rows(MatrixView P, const Vector& by, double power) {
  for (Index i = 0; i < P.rows; ++i) {
    if (by[at(i)] == 1.0) continue;
    const double factor = std::pow(by[at(i)], power);
    for (Index k = 0; k < P.cols; ++k) P(i, k) *= factor;
  }
}

// P <- (I - Q Q^T) P
void project_out(ConstMatrixView Q, MatrixView P) {
  if (Q.empty()) return;
  const Matrix inside = product(Q, Op::transpose, P, Op::none);
  multiply(-1.0, Q, Op::none, inside, Op::none, 1.0, P);
}

// An orthonormal basis of the columns; columns that vanish next to the largest are left out.
Matrix basis_of(ConstMatrixView A) {
  if (A.empty()) return Matrix(A.rows, 0);
  const Svd s = svd(A);
  Index rank = 0;
  while (rank < static_cast<Index>(s.values.size()) && s.values[at(rank)] > 1e-10 * s.values[0]) ++rank;
  return Matrix(s.U.view().columns(0, rank));
}

}  // namespace

ResidualOperator::ResidualOperator(const MatrixCompletion& problem, const CompletionExpansion& expansion)
    : model_(problem.model()), expansion_(expansion), residual_by_columns_(expansion.residual().size()) {
  for (std::size_t q = 0; q < residual_by_columns_.size(); ++q)
    residual_by_columns_[q] = expansion.residual()[at(model_.observed.order[q])];
  if (model_.row_norm_penalty == 0.0) return;
  const Matrix& Ut = expansion.factors().Ut;
  slope_.resize(at(Ut.cols()));
  for (Index i = 0; i < Ut.cols(); ++i) {
    const double length = norm({Ut.col(i), at(Ut.rows())}), e = std::fmax(0.0, length - model_.row_norm_limit);
    slope_[at(i)] = e > 0.0 ? 2.0 * model_.row_norm_penalty * (e * e * e) / length : 0.0;
  }
}

Matrix ResidualOperator::residual_times(ConstMatrixView Q, bool is_transposed) const {
  const ObservedRows& o = is_transposed ? model_.observed.by_cols : model_.observed.by_rows;
  Matrix result(Q.cols, o.rows);
  multiply_observed(o, is_transposed ? residual_by_columns_ : expansion_.residual(), transpose(Q), result);
  return transpose(result);
}

Matrix ResidualOperator::times(ConstMatrixView Q) const {
  if (model_.is_psd) {
    Matrix both = residual_times(Q, false);
    axpy(1.0, residual_times(Q, true).flat(), both.flat());
    scale(0.5, both.flat());
    if (!slope_.empty())
      for (Index k = 0; k < Q.cols; ++k)
        for (Index i = 0; i < Q.rows; ++i) both(i, k) -= slope_[at(i)] * Q(i, k);
    return both;
  }
  const Matrix inside = model_.column_features.size() > 0 ? product(model_.column_features, Q) : as_right_columns(Matrix(Q));
  Matrix outside = residual_times(inside, false);
  if (model_.row_features.size() > 0) return product(model_.row_features, Op::transpose, outside, Op::none);
  return as_left_columns(std::move(outside));
}

Matrix ResidualOperator::transpose_times(ConstMatrixView P) const {
  if (model_.is_psd) return times(P);
  const Matrix inside = model_.row_features.size() > 0 ? product(model_.row_features, P) : as_left_columns(Matrix(P));
  Matrix outside = residual_times(inside, true);
  if (model_.column_features.size() > 0) return product(model_.column_features, Op::transpose, outside, Op::none);
  return as_right_columns(std::move(outside));
}

Matrix ResidualOperator::as_left_columns(Matrix P) const {
  if (!model_.has_features() && !model_.is_psd) scale_rows(P, model_.data.row_penalties, -0.5);
  return P;
}

Matrix ResidualOperator::as_right_columns(Matrix Q) const {
  if (!model_.has_features() && !model_.is_psd) scale_rows(Q, model_.data.col_penalties, -0.5);
  return Q;
}

Matrix ResidualOperator::balanced_left(ConstMatrixView U) const {
  Matrix result(U);
  if (!model_.has_features() && !model_.is_psd) scale_rows(result, model_.data.row_penalties, 0.5);
  return result;
}

Matrix ResidualOperator::balanced_right(ConstMatrixView V) const {
  Matrix result(V);
  if (!model_.has_features() && !model_.is_psd) scale_rows(result, model_.data.col_penalties, 0.5);
  return result;
}

namespace {

// Up to this side a symmetric operator is made dense.
constexpr Index max_dense_side = 1500;

// Greatest eigenpairs of P^T S P, `count` of them, as vectors P w.
SingularTriplets rayleigh_ritz(const ResidualOperator& S, const Matrix& P, Index count) {
  Matrix small = product(P, Op::transpose, S.times(P), Op::none);
  symmetrise(small);
  const SymmetricEigen e = symmetric_eigen(small);
  SingularTriplets result;
  Matrix top(P.cols(), count);
  for (Index k = 0; k < count; ++k) {
    std::copy_n(e.vectors.col(P.cols() - 1 - k), P.cols(), top.col(k));
    result.values.push_back(e.values[at(P.cols() - 1 - k)]);
  }
  result.left = result.right = product(P, top);
  return result;
}

// Subspace iteration finds eigenvalues of large modulus; a shift by more than the least one puts the greatest first.
SingularTriplets leading_eigenpairs(const ResidualOperator& S, const Matrix& known, Matrix Q, Index count, int num_iterations) {
  if (S.rows() <= max_dense_side) {
    Matrix all = Matrix::identity(S.rows());
    project_out(known, all);
    return rayleigh_ritz(S, basis_of(all), count);
  }
  double shift = 0.0;
  for (int k = 0; k < 10; ++k) {
    stop_point();
    Matrix image = S.times(Q);
    shift = 1.1 * std::sqrt(max_abs(product(image, Op::transpose, image, Op::none)));
    Q = qr(image).Q;
  }
  for (int k = 0; k < num_iterations; ++k) {
    Matrix image = S.times(Q);
    stop_point();
    axpy(shift, Q.flat(), image.flat());
    project_out(known, image);
    Q = qr(image).Q;
  }
  return rayleigh_ritz(S, Q, count);
}

}  // namespace

SingularTriplets leading_triplets(const ResidualOperator& S, ConstMatrixView known_left, ConstMatrixView known_right, bool is_symmetric,
                                  Index count, int num_iterations) {
  const Matrix left_basis = basis_of(known_left), right_basis = is_symmetric ? left_basis : basis_of(known_right);
  count = std::min({count, S.rows() - left_basis.cols(), S.cols() - right_basis.cols()});
  if (count <= 0) return {Matrix(S.rows(), 0), Matrix(S.cols(), 0), {}};
  // A few more than wanted make the wanted ones converge.
  const Index width = std::min({count + 4, S.rows() - left_basis.cols(), S.cols() - right_basis.cols()});
  Matrix Q(S.cols(), width);
  Random(0x747269706c657473, static_cast<std::uint64_t>(S.cols())).fill_normal(Q.flat());
  project_out(right_basis, Q);
  Q = qr(Q).Q;
  if (is_symmetric) return leading_eigenpairs(S, left_basis, std::move(Q), count, num_iterations);
  Matrix P;
  for (int k = 0; k < num_iterations; ++k) {
    P = S.times(Q);
    stop_point();
    project_out(left_basis, P);
    P = qr(P).Q;
    Q = S.transpose_times(P);
    project_out(right_basis, Q);
    if (k + 1 < num_iterations) Q = qr(Q).Q;
  }
  // Q = S^T P = Z diag(values) W^T: the left vectors are P W.
  const Svd s = svd(Q);
  return {product(P, Op::none, s.Vt.view().block(0, 0, count, width), Op::transpose), Matrix(s.U.view().columns(0, count)),
          Vector(s.values.begin(), s.values.begin() + count)};
}

}  // namespace nadir
