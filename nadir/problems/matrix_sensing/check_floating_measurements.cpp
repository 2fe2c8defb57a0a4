// The measurement map through rigor/, for operators that balls would take minutes for.
#include <algorithm>
#include <vector>

#include "nadir/base/stop.hpp"
#include "nadir/linalg/dense.hpp"
#include "nadir/problems/matrix_sensing/check_measurements.hpp"
#include "nadir/rigor/definiteness.hpp"
#include "nadir/rigor/norms.hpp"
#include "nadir/rigor/product.hpp"

namespace nadir::matrix_sensing_check {
namespace {

constexpr Index sharp_norm_side = 600, parts_at_once = 8;

// Midpoint and radius in doubles that contain the balls.
BallMatrix rounded(const balls::Matrix& A) {
  Matrix mid(A.rows(), A.cols()), rad(A.rows(), A.cols());
  arf_t bound;
  arf_init(bound);
  for (Index j = 0; j < A.cols(); ++j)
    for (Index i = 0; i < A.rows(); ++i) {
      mid(i, j) = arf_get_d(arb_midref(A.at(i, j)), ARF_RND_NEAR);
      const balls::Real distance = A(i, j) - balls::Real(A.precision(), mid(i, j));
      arb_get_abs_ubound_arf(bound, distance.get(), 64);
      rad(i, j) = arf_get_d(bound, ARF_RND_UP);
    }
  arf_clear(bound);
  return {std::move(mid), std::move(rad)};
}

balls::Matrix widened(slong precision, const BallMatrix& A) {
  balls::Matrix result(precision, A.mid);
  arf_t radius;
  arf_init(radius);
  for (Index i = 0; i < A.rows(); ++i)
    for (Index j = 0; j < A.cols(); ++j) {
      arf_set_d(radius, A.rad(i, j));
      arb_add_error_arf(result.at(i, j), radius);
    }
  arf_clear(radius);
  return result;
}

// make(i) for i = 0, ..., count - 1 in parallel, use(i, .) in order and by one thread.
template <class Make, class Use>
void in_order(Index count, const Make& make, const Use& use) {
  std::vector<BallMatrix> parts(static_cast<std::size_t>(parts_at_once));
  for (Index first = 0; first < count; first += parts_at_once) {
    const Index width = std::min(parts_at_once, count - first);
    stop_point();
#pragma omp parallel for schedule(dynamic) num_threads(num_threads())
    for (Index c = 0; c < width; ++c) parts[static_cast<std::size_t>(c)] = make(first + c);
    for (Index c = 0; c < width; ++c) use(first + c, parts[static_cast<std::size_t>(c)]);
  }
}

ConstMatrixView row_of(const SensingData& d, Index i) { return d.dense.columns(i * d.cols, d.cols); }
ConstMatrixView col_of(const SensingData& d, Index j) { return {d.dense.col(j), d.num_measurements, d.rows, d.cols * d.num_measurements}; }

balls::Matrix rank_one_products(ConstMatrixView a, ConstMatrixView b, const balls::Matrix& L, const balls::Matrix& R) {
  const balls::Matrix P = widened(L.precision(), enclose_product(a, Op::transpose, rounded(L), Op::none));
  const balls::Matrix Q = widened(L.precision(), enclose_product(b, Op::transpose, rounded(R), Op::none));
  const balls::Matrix terms = entrywise_product(P, Q);
  balls::Matrix ones(L.precision(), terms.cols(), 1);
  for (Index c = 0; c < terms.cols(); ++c) arb_one(ones.at(c, 0));
  return terms * ones;
}

// Column i + c rows: a_k(i) (b_k . R_c).
balls::Matrix rank_one_jacobian(ConstMatrixView a, ConstMatrixView b, const balls::Matrix& R) {
  const balls::Matrix Q = widened(R.precision(), enclose_product(b, Op::transpose, rounded(R), Op::none));
  balls::Matrix J(R.precision(), Q.rows(), a.rows * Q.cols());
  for (Index c = 0; c < Q.cols(); ++c)
    for (Index i = 0; i < a.rows; ++i)
      for (Index k = 0; k < Q.rows(); ++k) J.set(k, i + c * a.rows, a(i, k) * Q(k, c));
  return J;
}

// Columns first, first + step, ... of `to`.
void copy_columns(const balls::Matrix& from, balls::Matrix& to, Index first, Index step) {
  for (Index c = 0; c < from.cols(); ++c)
    for (Index k = 0; k < from.rows(); ++k) arb_set(to.at(k, first + c * step), from.at(k, c));
}

}  // namespace

balls::Matrix FloatingMeasurements::measure(const balls::Matrix& L, const balls::Matrix& R) const {
  if (!data_.is_dense()) return rank_one_products(data_.left, data_.right, L, R);
  const BallMatrix by_rows = rounded(R * transpose(L));
  balls::Matrix sum(precision_, data_.num_measurements, 1);
  in_order(
      data_.rows, [&](Index i) { return enclose_product(row_of(data_, i), Op::none, block(by_rows, 0, i, data_.cols, 1), Op::none); },
      [&](Index, const BallMatrix& part) { sum = sum + widened(precision_, part); });
  return sum;
}

balls::Matrix FloatingMeasurements::adjoint(const balls::Matrix& w) const {
  const BallMatrix weights = rounded(w);
  balls::Matrix result(precision_, data_.cols, data_.rows);
  if (!data_.is_dense()) {
    balls::Matrix weighted(precision_, data_.left);
    for (Index k = 0; k < data_.num_measurements; ++k)
      for (Index i = 0; i < data_.rows; ++i) weighted.set(i, k, weighted(i, k) * w(k, 0));
    return widened(precision_, enclose_product(rounded(weighted), Op::none, data_.right, Op::transpose));
  }
  in_order(
      data_.rows, [&](Index i) { return enclose_product(row_of(data_, i), Op::transpose, weights, Op::none); },
      [&](Index i, const BallMatrix& part) { copy_columns(widened(precision_, part), result, i, 1); });
  return transpose(result);
}

balls::Matrix FloatingMeasurements::left_jacobian(const balls::Matrix& R) const {
  if (!data_.is_dense()) return rank_one_jacobian(data_.left, data_.right, R);
  const BallMatrix factor = rounded(R);
  balls::Matrix J(precision_, data_.num_measurements, data_.rows * R.cols());
  in_order(
      data_.rows, [&](Index i) { return enclose_product(row_of(data_, i), Op::none, factor, Op::none); },
      [&](Index i, const BallMatrix& part) { copy_columns(widened(precision_, part), J, i, data_.rows); });
  return J;
}

balls::Matrix FloatingMeasurements::right_jacobian(const balls::Matrix& L) const {
  if (!data_.is_dense()) return rank_one_jacobian(data_.right, data_.left, L);
  const BallMatrix factor = rounded(L);
  balls::Matrix J(precision_, data_.num_measurements, data_.cols * L.cols());
  in_order(
      data_.cols, [&](Index j) { return enclose_product(col_of(data_, j), Op::none, factor, Op::none); },
      [&](Index j, const BallMatrix& part) { copy_columns(widened(precision_, part), J, j, data_.cols); });
  return J;
}

bool FloatingMeasurements::is_semidefinite(const balls::Matrix& S) const { return least_eigenvalue_lower_bound(rounded(S)) >= 0.0; }

bool FloatingMeasurements::squared_operator_norm(balls::Real& bound) const {
  const Index side = data_.is_dense() ? std::min(data_.num_measurements, data_.rows * data_.cols) : data_.num_measurements;
  double squared = 0.0;
  if (side > sharp_norm_side) return BallMeasurements(data_, precision_, false).squared_operator_norm(bound);
  if (data_.is_dense()) {
    const double norm = spectral_norm_upper(data_.dense);
    squared = mul_up(norm, norm);
  } else {
    const BallMatrix a = enclose_product(data_.left, Op::transpose, data_.left, Op::none);
    const BallMatrix b = enclose_product(data_.right, Op::transpose, data_.right, Op::none);
    squared = spectral_norm_upper(rounded(entrywise_product(widened(precision_, a), widened(precision_, b))));
  }
  bound = balls::Real(precision_, squared);
  return true;
}

}  // namespace nadir::matrix_sensing_check
