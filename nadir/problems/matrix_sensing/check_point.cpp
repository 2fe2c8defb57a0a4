#include "nadir/problems/matrix_sensing/check_point.hpp"

#include <algorithm>
#include <cmath>

#include "nadir/base/error.hpp"
#include "nadir/linalg/dense.hpp"

namespace nadir::matrix_sensing_check {
namespace {

std::string shape(Index rows, Index cols) { return std::to_string(rows) + " x " + std::to_string(cols); }

Matrix block(const std::map<std::string, Matrix>& arrays, const std::string& name, Index rows) {
  const auto it = arrays.find(name);
  if (it == arrays.end()) throw InputError("point.npz", "the block " + name, "none");
  const Matrix& found = it->second;
  if (found.rows() != rows || found.cols() < 1) throw InputError("block " + name, std::to_string(rows) + " rows", shape(found.rows(), found.cols()));
  return found;
}

balls::Matrix beside(const balls::Matrix& A, const balls::Matrix& B) {
  balls::Matrix result(A.precision(), A.rows(), A.cols() + B.cols());
  for (Index i = 0; i < A.rows(); ++i) {
    for (Index j = 0; j < A.cols(); ++j) arb_set(result.at(i, j), A.at(i, j));
    for (Index j = 0; j < B.cols(); ++j) arb_set(result.at(i, A.cols() + j), B.at(i, j));
  }
  return result;
}

balls::Matrix as_column(slong precision, std::span<const double> y) {
  return {precision, ConstMatrixView(y.data(), static_cast<Index>(y.size()), 1)};
}

double row_norm(const Matrix& A, Index k) {
  double norm = 0.0;
  for (Index c = 0; c < A.cols(); ++c) norm = std::hypot(norm, A(k, c));
  return norm;
}

// |J_U|_F and A(X) in floating point; `factor` is V, `other` U.
double dense_jacobian_norm(const SensingData& d, const Matrix& V, const Matrix& U, Vector* image) {
  double norm = 0.0;
  for (Index i = 0; i < d.rows; ++i) {
    const Matrix part = product(d.dense.columns(i * d.cols, d.cols), V);
    norm = std::hypot(norm, frobenius_norm(part));
    for (Index c = 0; c < V.cols() && image; ++c) axpy(U(i, c), {part.col(c), image->size()}, *image);
  }
  return norm;
}

double right_dense_jacobian_norm(const SensingData& d, const Matrix& U) {
  double norm = 0.0;
  for (Index j = 0; j < d.cols; ++j)
    norm = std::hypot(norm, frobenius_norm(product({d.dense.col(j), d.num_measurements, d.rows, d.cols * d.num_measurements}, U)));
  return norm;
}

double rank_one_jacobian_norm(ConstMatrixView a, const Matrix& Q) {
  double norm = 0.0;
  for (Index k = 0; k < a.cols; ++k) norm = std::hypot(norm, frobenius_norm(a.columns(k, 1)) * row_norm(Q, k));
  return norm;
}

}  // namespace

Pair blocks(const SensingData& d, const std::map<std::string, Matrix>& arrays, const std::string& prefix) {
  Pair result{block(arrays, prefix + "U", d.rows), {}};
  result.V = d.is_psd ? result.U : block(arrays, prefix + "V", d.cols);
  if (result.U.cols() != result.V.cols())
    throw InputError("block " + prefix + "V", std::to_string(result.U.cols()) + " columns, as U", std::to_string(result.V.cols()));
  return result;
}

Pair blocks(const SensingData& d, Index rank, const Matrix& flat, const std::string& place) {
  const Index left = d.rows * rank, length = left + (d.is_psd ? 0 : d.cols * rank);
  if (flat.size() != length) throw InputError(place, std::to_string(length) + " numbers", std::to_string(flat.size()));
  Pair result{Matrix(ConstMatrixView(flat.data(), d.rows, rank)), {}};
  result.V = d.is_psd ? result.U : Matrix(ConstMatrixView(flat.data() + left, d.cols, rank));
  return result;
}

Evaluation::Evaluation(const SensingData& data, const Measurements& map, slong precision, const Pair& point, const Pair* displacement)
    : data_(data), map_(map), precision_(precision), x_(lifted(point)), residual_(precision, 0, 0) {
  if (displacement) {
    const Factors shift = lifted(*displacement);
    x_ = {x_.U + shift.U, x_.V + shift.V};
  }
  residual_ = map.measure(x_.U, x_.V) - as_column(precision, data.y);
}

Evaluation::Factors Evaluation::lifted(const Pair& p) const { return {balls::Matrix(precision_, p.U), balls::Matrix(precision_, p.V)}; }

balls::Real Evaluation::slope_factor() const { return balls::Real(precision_, data_.is_psd ? 2.0 : 1.0) * balls::Real(precision_, data_.lambda); }

balls::Real Evaluation::penalty_product(const Factors& a, const Factors& b) const {
  const balls::Real left = inner_product(a.U, b.U);
  return 0.5 * (slope_factor() * (data_.is_psd ? left : left + inner_product(a.V, b.V)));
}

balls::Matrix Evaluation::derivative(const Factors& at, const Factors& d) const { return map_.measure(beside(at.U, d.U), beside(d.V, at.V)); }

balls::Real Evaluation::value() const { return 0.5 * squared_norm(residual_) + penalty_product(x_, x_); }

const balls::Matrix& Evaluation::slope() {
  if (!slope_) slope_ = map_.adjoint(residual_);
  return *slope_;
}

balls::Matrix Evaluation::gradient_block(bool is_left) {
  const balls::Real twist(precision_, data_.is_psd ? 2.0 : 1.0);
  if (is_left) return twist * (slope() * x_.V) + slope_factor() * x_.U;
  return transpose(slope()) * x_.U + slope_factor() * x_.V;
}

balls::Real Evaluation::gradient_norm_squared() {
  const balls::Real left = squared_norm(gradient_block(true));
  return data_.is_psd ? left : left + squared_norm(gradient_block(false));
}

bool Evaluation::is_exactly_critical() {
  return balls::is_exactly_zero(gradient_block(true)) && (data_.is_psd || balls::is_exactly_zero(gradient_block(false)));
}

balls::Real Evaluation::squared_length(const Pair& d) const {
  const balls::Real left = squared_norm(balls::Matrix(precision_, d.U));
  return data_.is_psd ? left : left + squared_norm(balls::Matrix(precision_, d.V));
}

balls::Real Evaluation::second_derivative(const Pair& direction) {
  const Factors d = lifted(direction);
  return squared_norm(derivative(x_, d)) + 2.0 * inner_product(slope() * d.V, d.U) + slope_factor() * squared_length(direction);
}

balls::Matrix Evaluation::hessian() {
  const Index r = x_.U.cols(), nu = data_.rows * r;
  balls::Matrix J = map_.left_jacobian(x_.V);
  if (data_.is_psd) J = balls::Real(precision_, 2.0) * J;
  else J = beside(J, map_.right_jacobian(x_.U));
  balls::Matrix H = transpose(J) * J;
  const balls::Real twist(precision_, data_.is_psd ? 2.0 : 1.0), l = slope_factor();
  for (Index c = 0; c < r; ++c)
    for (Index i = 0; i < data_.rows; ++i)
      for (Index j = 0; j < data_.cols; ++j) {
        const Index row = i + c * data_.rows, col = data_.is_psd ? j + c * data_.rows : nu + j + c * data_.cols;
        H.set(row, col, H(row, col) + twist * slope()(i, j));
        if (!data_.is_psd) H.set(col, row, H(col, row) + slope()(i, j));
      }
  for (Index i = 0; i < H.rows(); ++i) H.set(i, i, H(i, i) + l);
  return H;
}

std::optional<balls::Real> Evaluation::hessian_lipschitz(const balls::Real& radius) const {
  balls::Real norm(precision_);
  if (!map_.squared_operator_norm(norm)) return std::nullopt;
  const balls::Real left = squared_norm(x_.U), size = square_root(data_.is_psd ? left : left + squared_norm(x_.V));
  return (data_.is_psd ? 6.0 : 1.5) * (norm * (2.0 * size + radius));
}

std::array<balls::Real, 4> Evaluation::along_path(const Pair& k, const Pair& c) const {
  const Factors K = lifted(k), C = lifted(c);
  const balls::Matrix q1 = derivative(x_, K), q2 = derivative(x_, C) + map_.measure(K.U, K.V);
  const balls::Matrix q3 = derivative(K, C), q4 = map_.measure(C.U, C.V);
  return {inner_product(residual_, q1) + 2.0 * penalty_product(x_, K),
          inner_product(residual_, q2) + 0.5 * squared_norm(q1) + penalty_product(K, K) + 2.0 * penalty_product(x_, C),
          inner_product(residual_, q3) + inner_product(q1, q2) + 2.0 * penalty_product(K, C),
          inner_product(residual_, q4) + inner_product(q1, q3) + 0.5 * squared_norm(q2) + penalty_product(C, C)};
}

double gradient_scale(const SensingData& d, const Pair& x) {
  Vector image(static_cast<std::size_t>(d.num_measurements), 0.0);
  double jacobian = 0.0;
  if (d.is_dense()) {
    jacobian = dense_jacobian_norm(d, x.V, x.U, &image);
    if (!d.is_psd) jacobian = std::hypot(jacobian, right_dense_jacobian_norm(d, x.U));
  } else {
    const Matrix P = product(d.left, Op::transpose, x.U, Op::none), Q = product(d.right, Op::transpose, x.V, Op::none);
    jacobian = rank_one_jacobian_norm(d.left, Q);
    if (!d.is_psd) jacobian = std::hypot(jacobian, rank_one_jacobian_norm(d.right, P));
    for (Index k = 0; k < d.num_measurements; ++k)
      for (Index c = 0; c < P.cols(); ++c) image[static_cast<std::size_t>(k)] += P(k, c) * Q(k, c);
  }
  if (d.is_psd) jacobian *= 2.0;
  const double image_norm = norm(image);
  axpy(-1.0, d.y, image);
  const double terms = d.operator_norm * frobenius_norm(x.U) * frobenius_norm(x.V);
  const double rho = std::max({norm(image), 1e-6 * (image_norm + d.y_norm), 1e-9 * terms});
  const double size = d.is_psd ? frobenius_norm(x.U) : std::hypot(frobenius_norm(x.U), frobenius_norm(x.V));
  return jacobian * rho + (d.is_psd ? 2.0 : 1.0) * d.lambda * (size + std::sqrt(d.y_norm / d.operator_norm));
}

}  // namespace nadir::matrix_sensing_check
