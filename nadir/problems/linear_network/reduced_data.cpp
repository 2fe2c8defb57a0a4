#include "nadir/problems/linear_network/reduced_data.hpp"

#include <algorithm>
#include <cmath>

#include "nadir/base/error.hpp"
#include "nadir/linalg/dense.hpp"
#include "nadir/linalg/pivoted.hpp"
#include "nadir/rigor/product.hpp"

namespace nadir {
namespace {

// Below this many multiplications the data are factored by QR, which sees a rank down to 1e-13; above, by
// Cholesky of the Gram matrix (half the work, at the speed of a product), which sees it down to 1e-7.
constexpr double qr_limit = 3.0e8;
constexpr double qr_rank_tol = 1e-12;
constexpr double gram_rank_tol = 1e-13;  // of a squared quantity

Vector row_norms(ConstMatrixView X) {
  Vector squares(static_cast<std::size_t>(X.rows), 0.0);
  for (Index j = 0; j < X.cols; ++j)
    for (Index i = 0; i < X.rows; ++i) squares[static_cast<std::size_t>(i)] += X(i, j) * X(i, j);
  for (double& s : squares) s = std::sqrt(s);
  return squares;
}

// The rows of F that are kept form a square, invertible matrix; solve Z F_kept = B from the right.
Matrix solve_kept(const ReducedData& d, Matrix B) {
  const Index rho = d.factor.cols();
  Matrix kept(rho, rho);
  for (Index i = 0; i < rho; ++i)
    for (Index j = 0; j < rho; ++j) kept(j, i) = d.factor(d.kept[static_cast<std::size_t>(i)], j);
  Matrix Bt = transpose(B);
  solve_general(kept, Bt);  // F_kept^T Z^T = B^T
  return transpose(Bt);
}

void set_least_squares(ReducedData& d) {
  d.least_squares = Matrix(d.target.rows(), d.factor.rows());
  if (d.kept.empty()) return;
  const Matrix coefficients = solve_kept(d, d.target);
  for (std::size_t j = 0; j < d.kept.size(); ++j)
    std::copy_n(coefficients.col(static_cast<Index>(j)), coefficients.rows(), d.least_squares.col(d.kept[j]));
}

// Y - P X
Matrix residual_of(ConstMatrixView P, ConstMatrixView X, ConstMatrixView Y) {
  Matrix R(Y);
  multiply(-1.0, P, Op::none, X, Op::none, 1.0, R);
  return R;
}

void reduce_by_qr(ConstMatrixView X, ConstMatrixView Y, const Vector& norms, ReducedData& d) {
  Matrix scaled = transpose(X);  // n x d_in, columns of equal norm
  for (Index j = 0; j < scaled.cols(); ++j) {
    const double s = norms[static_cast<std::size_t>(j)];
    if (s > 0.0)
      for (Index i = 0; i < scaled.rows(); ++i) scaled(i, j) /= s;
  }
  const PivotedQr f = pivoted_qr(scaled, qr_rank_tol);
  d.kept = f.pivots;
  d.factor = transpose(f.R);
  for (Index j = 0; j < d.factor.cols(); ++j)
    for (Index i = 0; i < d.factor.rows(); ++i) d.factor(i, j) *= norms[static_cast<std::size_t>(i)];
  d.target = product(Y, f.Q);
  Matrix rest(Y);
  multiply(-1.0, d.target, Op::none, f.Q, Op::transpose, 1.0, rest);
  d.residual = dot(rest.flat(), rest.flat());
  set_least_squares(d);
}

void reduce_by_gram(ConstMatrixView X, ConstMatrixView Y, const Vector& norms, ReducedData& d) {
  Matrix scaled = d.gram.mid;
  const auto inverse = [&](Index i) { return norms[static_cast<std::size_t>(i)] > 0.0 ? 1.0 / norms[static_cast<std::size_t>(i)] : 0.0; };
  for (Index j = 0; j < scaled.cols(); ++j)
    for (Index i = 0; i < scaled.rows(); ++i) scaled(i, j) *= inverse(i) * inverse(j);
  PivotedCholesky f = pivoted_cholesky(scaled, gram_rank_tol);
  d.kept = f.pivots;
  d.factor = std::move(f.F);
  for (Index j = 0; j < d.factor.cols(); ++j)
    for (Index i = 0; i < d.factor.rows(); ++i) d.factor(i, j) *= norms[static_cast<std::size_t>(i)];
  // A = (Y X^T)_kept F_kept^{-T}, then one step of refinement from the true residual, which makes the
  // target as accurate as a QR factorisation would.
  const auto project = [&](const Matrix& YXt) {
    Matrix kept_columns(YXt.rows(), static_cast<Index>(d.kept.size()));
    for (std::size_t j = 0; j < d.kept.size(); ++j)
      std::copy_n(YXt.col(d.kept[j]), YXt.rows(), kept_columns.col(static_cast<Index>(j)));
    Matrix triangle(static_cast<Index>(d.kept.size()), static_cast<Index>(d.kept.size()));
    for (Index i = 0; i < triangle.rows(); ++i)
      for (Index j = 0; j <= i; ++j) triangle(i, j) = d.factor(d.kept[static_cast<std::size_t>(i)], j);
    Matrix columns = transpose(kept_columns);
    solve_lower(triangle, Op::none, columns);
    return transpose(columns);
  };
  d.target = project(sample_product(Y, X));
  set_least_squares(d);
  Matrix rest = residual_of(d.least_squares, X, Y);
  const Matrix correction = project(sample_product(rest, X));
  axpy(1.0, correction.flat(), d.target.flat());
  d.residual = std::fmax(0.0, dot(rest.flat(), rest.flat()) - dot(correction.flat(), correction.flat()));
  set_least_squares(d);
}

}  // namespace

ReducedData reduce(ConstMatrixView X, ConstMatrixView Y) {
  ReducedData d;
  d.num_samples = X.cols;
  d.gram = enclose_sample_product(X, X);
  d.target_norm_squared = dot({Y.data, static_cast<std::size_t>(Y.size())}, {Y.data, static_cast<std::size_t>(Y.size())});
  if (!is_finite(d.gram) || !std::isfinite(d.target_norm_squared))
    throw NumericalBreakdown("the products of the data overflow double precision; divide inputs and targets by their largest entry");
  const Vector norms = row_norms(X);
  const double work = static_cast<double>(X.cols) * static_cast<double>(X.rows) * static_cast<double>(X.rows);
  if (work <= qr_limit) reduce_by_qr(X, Y, norms, d);
  else reduce_by_gram(X, Y, norms, d);
  return d;
}

}  // namespace nadir
