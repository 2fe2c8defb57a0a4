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
constexpr Index residual_entries = Index{1} << 22;  // held at once
constexpr Index samples_at_once = 8192;  // of a QR, whose factors take several times the memory of what they are of

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

// Of R = Y - P X, which is never held whole.
struct ResidualSums {
  Matrix times_inputs;  // R X^T
  double squares = 0.0;
};

ResidualSums residual_sums(ConstMatrixView P, ConstMatrixView X, ConstMatrixView Y) {
  ResidualSums sums{Matrix(Y.rows, X.rows)};
  const Index step = std::max<Index>(1024, residual_entries / std::max<Index>(1, Y.rows));
  for (Index first = 0; first < X.cols; first += step) {
    const Index count = std::min(step, X.cols - first);
    Matrix R(Y.columns(first, count));
    multiply(-1.0, P, Op::none, X.columns(first, count), Op::none, 1.0, R);
    axpy(1.0, sample_product(R, X.columns(first, count)).flat(), sums.times_inputs.flat());
    sums.squares += dot(R.flat(), R.flat());
  }
  return sums;
}

// X = X' Q and |P X - Y|^2 = |P X' - Y'|^2 + rest, with Q of orthonormal rows: at most d_in samples instead of n.
struct Condensed {
  Matrix X, Y;
  double rest = 0.0;
};

Matrix side_by_side(const Matrix& left, ConstMatrixView right) {
  Matrix both(right.rows, left.cols() + right.cols);
  std::copy_n(left.data(), left.size(), both.data());
  for (Index j = 0; j < right.cols; ++j) std::copy_n(right.col(j), right.rows, both.col(left.cols() + j));
  return both;
}

// QR of what is left of the samples before, beside the next ones [DemmelGrigoriHoemmenLangou2012, sequential TSQR].
Condensed condense(ConstMatrixView X, ConstMatrixView Y) {
  Condensed c{Matrix(X.rows, 0), Matrix(Y.rows, 0)};
  for (Index first = 0; first < X.cols; first += samples_at_once) {
    const Index count = std::min(samples_at_once, X.cols - first);
    const PivotedQr f = pivoted_qr(transpose(side_by_side(c.X, X.columns(first, count))), 0.0);
    Matrix targets = side_by_side(c.Y, Y.columns(first, count));
    c.X = transpose(f.R);
    c.Y = product(targets, f.Q);
    multiply(-1.0, c.Y, Op::none, f.Q, Op::transpose, 1.0, targets);
    c.rest += dot(targets.flat(), targets.flat());
  }
  return c;
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

// Many samples are condensed first.
void reduce_in_blocks(ConstMatrixView X, ConstMatrixView Y, const Vector& norms, ReducedData& d) {
  if (X.cols <= 2 * samples_at_once) return reduce_by_qr(X, Y, norms, d);
  const Condensed c = condense(X, Y);
  reduce_by_qr(c.X, c.Y, norms, d);
  d.residual += c.rest;
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
  const ResidualSums rest = residual_sums(d.least_squares, X, Y);
  const Matrix correction = project(rest.times_inputs);
  axpy(1.0, correction.flat(), d.target.flat());
  d.residual = std::fmax(0.0, rest.squares - dot(correction.flat(), correction.flat()));
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
  if (work <= qr_limit) reduce_in_blocks(X, Y, norms, d);
  else reduce_by_gram(X, Y, norms, d);
  return d;
}

}  // namespace nadir
