// The measurement map in balls.
#include "nadir/problems/matrix_sensing/check_measurements.hpp"

#include <algorithm>

#include "nadir/rigor/norms.hpp"

namespace nadir::matrix_sensing_check {
namespace {

// Sides of matrices that balls decide upon without being asked to.
constexpr Index affordable_gram = 150, affordable_side = 400, affordable_exact_side = 100;
// The operator's norm is bounded sharply up to this many measurements or entries of X.
constexpr Index sharp_norm_side = 600;

Index dense_column(const SensingData& d, Index i, Index j) { return i * d.cols + j; }

// result(k) <- result(k) + a x(k), for doubles x.
void add_multiple(balls::Matrix& result, Index column, arb_srcptr a, const double* x, Index count) {
  if (arb_is_zero(a)) return;
  balls::Real entry(result.precision());
  for (Index k = 0; k < count; ++k) {
    if (x[k] == 0.0) continue;
    arb_set_d(entry.get(), x[k]);
    arb_addmul(result.at(k, column), a, entry.get(), result.precision());
  }
}

balls::Matrix row_products(const balls::Matrix& P, const balls::Matrix& Q) {
  balls::Matrix result(P.precision(), P.rows(), 1);
  for (Index k = 0; k < P.rows(); ++k)
    for (Index c = 0; c < P.cols(); ++c) arb_addmul(result.at(k, 0), P.at(k, c), Q.at(k, c), P.precision());
  return result;
}

// Column i + c rows: a_k(i) Q(k, c).
balls::Matrix rank_one_jacobian(ConstMatrixView a, const balls::Matrix& Q) {
  balls::Matrix J(Q.precision(), Q.rows(), a.rows * Q.cols());
  for (Index c = 0; c < Q.cols(); ++c)
    for (Index i = 0; i < a.rows; ++i)
      for (Index k = 0; k < Q.rows(); ++k) J.set(k, i + c * a.rows, a(i, k) * Q(k, c));
  return J;
}

}  // namespace

balls::Matrix BallMeasurements::measure(const balls::Matrix& L, const balls::Matrix& R) const {
  if (!data_.is_dense()) return row_products(transpose(columns(data_.left)) * L, transpose(columns(data_.right)) * R);
  const balls::Matrix X = L * transpose(R);
  balls::Matrix result(precision_, data_.num_measurements, 1);
  for (Index i = 0; i < data_.rows; ++i)
    for (Index j = 0; j < data_.cols; ++j) add_multiple(result, 0, X.at(i, j), data_.dense.col(dense_column(data_, i, j)), data_.num_measurements);
  return result;
}

balls::Matrix BallMeasurements::adjoint(const balls::Matrix& w) const {
  if (!data_.is_dense()) {
    balls::Matrix weighted = columns(data_.left);
    for (Index k = 0; k < data_.num_measurements; ++k)
      for (Index i = 0; i < data_.rows; ++i) weighted.set(i, k, weighted(i, k) * w(k, 0));
    return product_with_transpose(weighted, columns(data_.right));
  }
  balls::Matrix result(precision_, data_.rows, data_.cols);
  balls::Real entry(precision_);
  for (Index i = 0; i < data_.rows; ++i)
    for (Index j = 0; j < data_.cols; ++j) {
      const double* column = data_.dense.col(dense_column(data_, i, j));
      for (Index k = 0; k < data_.num_measurements; ++k) {
        if (column[k] == 0.0) continue;
        arb_set_d(entry.get(), column[k]);
        arb_addmul(result.at(i, j), w.at(k, 0), entry.get(), precision_);
      }
    }
  return result;
}

balls::Matrix BallMeasurements::left_jacobian(const balls::Matrix& R) const {
  if (!data_.is_dense()) return rank_one_jacobian(data_.left, transpose(columns(data_.right)) * R);
  balls::Matrix J(precision_, data_.num_measurements, data_.rows * R.cols());
  for (Index c = 0; c < R.cols(); ++c)
    for (Index i = 0; i < data_.rows; ++i)
      for (Index j = 0; j < data_.cols; ++j)
        add_multiple(J, i + c * data_.rows, R.at(j, c), data_.dense.col(dense_column(data_, i, j)), data_.num_measurements);
  return J;
}

balls::Matrix BallMeasurements::right_jacobian(const balls::Matrix& L) const {
  if (!data_.is_dense()) return rank_one_jacobian(data_.right, transpose(columns(data_.left)) * L);
  balls::Matrix J(precision_, data_.num_measurements, data_.cols * L.cols());
  for (Index c = 0; c < L.cols(); ++c)
    for (Index j = 0; j < data_.cols; ++j)
      for (Index i = 0; i < data_.rows; ++i)
        add_multiple(J, j + c * data_.cols, L.at(i, c), data_.dense.col(dense_column(data_, i, j)), data_.num_measurements);
  return J;
}

// Definite in balls or, for the ties that exact points have, in integers.
bool BallMeasurements::is_semidefinite(const balls::Matrix& S) const {
  if (S.rows() > affordable_side && !insists_) return false;
  if (proves_positive_definite(S)) return true;
  return S.rows() <= affordable_exact_side && is_positive_semidefinite_exactly(S) == balls::Answer::yes;
}

balls::Real BallMeasurements::squared_frobenius_norm() const {
  if (data_.is_dense()) return squared_norm(columns(data_.dense));
  balls::Real sum(precision_);
  for (Index k = 0; k < data_.num_measurements; ++k)
    sum = sum + squared_norm(columns(data_.left.columns(k, 1))) * squared_norm(columns(data_.right.columns(k, 1)));
  return sum;
}

// A A^*, or A^* A where that is smaller.
balls::Matrix BallMeasurements::gram() const {
  if (!data_.is_dense()) {
    const balls::Matrix a = transpose(columns(data_.left)), b = transpose(columns(data_.right));
    return entrywise_product(product_with_transpose(a, a), product_with_transpose(b, b));
  }
  const balls::Matrix A = columns(data_.dense);
  return data_.dense.rows <= data_.dense.cols ? product_with_transpose(A, A) : transpose(A) * A;
}

// A guess from rigor/, proved: t I - A A^* is positive definite.
bool BallMeasurements::squared_operator_norm(balls::Real& bound) const {
  const Index side = data_.is_dense() ? std::min(data_.num_measurements, data_.rows * data_.cols) : data_.num_measurements;
  if (side > sharp_norm_side) {
    bound = squared_frobenius_norm();
    return true;
  }
  if (side > affordable_gram && !insists_) return false;
  const balls::Matrix G = gram();
  nadir::Matrix nearest(side, side);
  for (Index j = 0; j < side; ++j)
    for (Index i = 0; i < side; ++i) nearest(i, j) = arf_get_d(arb_midref(G.at(i, j)), ARF_RND_NEAR);
  const balls::Real t(precision_, spectral_norm_upper(nearest) * (1.0 + 1e-9));
  if (!proves_positive_definite(t * balls::Matrix::identity(precision_, side) - G)) return false;
  bound = t;
  return true;
}

}  // namespace nadir::matrix_sensing_check
