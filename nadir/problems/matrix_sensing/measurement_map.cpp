#include "nadir/problems/matrix_sensing/measurement_map.hpp"

#include <cmath>

#include "nadir/linalg/dense.hpp"

namespace nadir {
namespace {

// Operators below this many entries are passed over by one thread.
constexpr Index parallel_entries = 1 << 18;

// A product with one column is bound by memory, which gemv uses better.
void multiply_columns(ConstMatrixView A, Op op, ConstMatrixView B, MatrixView C) {
  if (B.cols == 1) multiply_vector(1.0, A, op, B.data, 0.0, C.data);
  else multiply(1.0, A, op, B, Op::none, 0.0, C);
}

// (A_k V)(i, c) at column i + c rows: one thin product per row index i.
Matrix row_jacobian(const SensingData& d, ConstMatrixView V) {
  const Index k = d.num_measurements;
  Matrix J(k, d.rows * V.cols);
#pragma omp parallel for schedule(static) num_threads(num_threads()) if (d.dense.size() >= parallel_entries)
  for (Index i = 0; i < d.rows; ++i)
    multiply(1.0, d.dense.columns(i * d.cols, d.cols), Op::none, V, Op::none, 0.0, {J.data() + i * k, k, V.cols, d.rows * k});
  return J;
}

// (A_k^T U)(j, c) at column j + c cols.
Matrix col_jacobian(const SensingData& d, ConstMatrixView U) {
  const Index k = d.num_measurements;
  Matrix J(k, d.cols * U.cols);
#pragma omp parallel for schedule(static) num_threads(num_threads()) if (d.dense.size() >= parallel_entries)
  for (Index j = 0; j < d.cols; ++j)
    multiply(1.0, {d.dense.col(j), k, d.rows, d.cols * k}, Op::none, U, Op::none, 0.0, {J.data() + j * k, k, U.cols, d.cols * k});
  return J;
}

Matrix dense_adjoint(const SensingData& d, std::span<const double> w) {
  Matrix transposed(d.cols, d.rows);
#pragma omp parallel for schedule(static) num_threads(num_threads()) if (d.dense.size() >= parallel_entries)
  for (Index i = 0; i < d.rows; ++i)
    multiply_vector(1.0, d.dense.columns(i * d.cols, d.cols), Op::transpose, w.data(), 0.0, transposed.col(i));
  Matrix G = transpose(transposed);
  if (d.is_psd) symmetrise(G);
  return G;
}

// Row k times w_k.
Matrix weighted_rows(std::span<const double> w, ConstMatrixView A) {
  Matrix result(A);
  for (Index j = 0; j < A.cols; ++j)
    for (Index k = 0; k < A.rows; ++k) result(k, j) *= w[static_cast<std::size_t>(k)];
  return result;
}

// out_k <- factor sum_c A(k, c) B(k, c)
void row_products(double factor, ConstMatrixView A, ConstMatrixView B, double* out, bool accumulate) {
  for (Index k = 0; k < A.rows; ++k) {
    double sum = 0.0;
    for (Index c = 0; c < A.cols; ++c) sum += A(k, c) * B(k, c);
    out[k] = accumulate ? out[k] + factor * sum : factor * sum;
  }
}

class FactoredPoint : public SensingLinearisation {
 protected:
  FactoredPoint(const SensingData& data, const Layout& layout, std::span<const double> x)
      : data_(data), layout_(layout), x_(x.begin(), x.end()) {}

  ConstMatrixView U() const { return layout_.block(std::span<const double>(x_), 0); }
  ConstMatrixView V() const { return layout_.block(std::span<const double>(x_), data_.is_psd ? 0 : 1); }
  // Both factors move at once where they are one.
  double twist() const { return data_.is_psd ? 2.0 : 1.0; }
  // Block b of column c.
  ConstMatrixView part(ConstMatrixView D, Index c, std::size_t b) const {
    return layout_.block(std::span<const double>(D.col(c), static_cast<std::size_t>(D.rows)), b);
  }
  MatrixView part(MatrixView D, Index c, std::size_t b) const {
    return layout_.block(std::span<double>(D.col(c), static_cast<std::size_t>(D.rows)), b);
  }

  const SensingData& data_;
  const Layout layout_;
  const Vector x_;
};

class DenseLinearisation final : public FactoredPoint {
 public:
  DenseLinearisation(const SensingData& data, const Layout& layout, std::span<const double> x)
      : FactoredPoint(data, layout, x), J_U_(row_jacobian(data, V())) {
    measurements_.resize(static_cast<std::size_t>(data.num_measurements));
    multiply_vector(1.0, J_U_, Op::none, U().data, 0.0, measurements_.data());
  }

  void apply(ConstMatrixView D, MatrixView out) const override {
    multiply_columns(J_U_, Op::none, D.block(0, 0, J_U_.cols(), D.cols), out);
    if (data_.is_psd) {
      for (Index c = 0; c < out.cols; ++c) scale(2.0, {out.col(c), static_cast<std::size_t>(out.rows)});
      return;
    }
    Matrix other(out.rows, out.cols);
    multiply_columns(J_V(), Op::none, D.block(J_U_.cols(), 0, J_V().cols(), D.cols), other);
    for (Index c = 0; c < out.cols; ++c) axpy(1.0, {other.col(c), static_cast<std::size_t>(out.rows)}, {out.col(c), static_cast<std::size_t>(out.rows)});
  }

  void apply_transpose(ConstMatrixView W, MatrixView out) const override {
    multiply_columns(J_U_, Op::transpose, W, out.block(0, 0, J_U_.cols(), out.cols));
    if (!data_.is_psd) multiply_columns(J_V(), Op::transpose, W, out.block(J_U_.cols(), 0, J_V().cols(), out.cols));
    for (Index c = 0; c < out.cols && data_.is_psd; ++c) scale(2.0, {out.col(c), static_cast<std::size_t>(out.rows)});
  }

  void add_residual_term(ConstMatrixView D, MatrixView out) const override {
    if (G_.size() == 0) G_ = dense_adjoint(data_, residual_);
    for (Index c = 0; c < D.cols; ++c) {
      multiply(twist(), G_, Op::none, part(D, c, data_.is_psd ? 0 : 1), Op::none, 1.0, part(out, c, 0));
      if (!data_.is_psd) multiply(1.0, G_, Op::transpose, part(D, c, 0), Op::none, 1.0, part(out, c, 1));
    }
  }

  double jacobian_norm() const override {
    return data_.is_psd ? 2.0 * frobenius_norm(J_U_) : std::hypot(frobenius_norm(J_U_), frobenius_norm(J_V()));
  }

 private:
  const Matrix& J_V() const {
    if (J_V_.size() == 0) J_V_ = col_jacobian(data_, U());
    return J_V_;
  }

  Matrix J_U_;
  mutable Matrix J_V_, G_;
};

class RankOneLinearisation final : public FactoredPoint {
 public:
  RankOneLinearisation(const SensingData& data, const Layout& layout, std::span<const double> x)
      : FactoredPoint(data, layout, x), P_(product(data.left, Op::transpose, U(), Op::none)),
        Q_(data.is_psd ? P_ : product(data.right, Op::transpose, V(), Op::none)) {
    measurements_.resize(static_cast<std::size_t>(data.num_measurements));
    row_products(1.0, P_, Q_, measurements_.data(), false);
  }

  void apply(ConstMatrixView D, MatrixView out) const override {
    for (Index c = 0; c < D.cols; ++c) {
      row_products(twist(), product(data_.left, Op::transpose, part(D, c, 0), Op::none), Q_, out.col(c), false);
      if (!data_.is_psd) row_products(1.0, P_, product(data_.right, Op::transpose, part(D, c, 1), Op::none), out.col(c), true);
    }
  }

  void apply_transpose(ConstMatrixView W, MatrixView out) const override {
    for (Index c = 0; c < W.cols; ++c) {
      const std::span<const double> w(W.col(c), static_cast<std::size_t>(W.rows));
      multiply(twist(), data_.left, Op::none, weighted_rows(w, Q_), Op::none, 0.0, part(out, c, 0));
      if (!data_.is_psd) multiply(1.0, data_.right, Op::none, weighted_rows(w, P_), Op::none, 0.0, part(out, c, 1));
    }
  }

  void add_residual_term(ConstMatrixView D, MatrixView out) const override {
    for (Index c = 0; c < D.cols; ++c) {
      const Matrix right = product(data_.right, Op::transpose, part(D, c, data_.is_psd ? 0 : 1), Op::none);
      multiply(twist(), data_.left, Op::none, weighted_rows(residual_, right), Op::none, 1.0, part(out, c, 0));
      if (data_.is_psd) continue;
      const Matrix left = product(data_.left, Op::transpose, part(D, c, 0), Op::none);
      multiply(1.0, data_.right, Op::none, weighted_rows(residual_, left), Op::none, 1.0, part(out, c, 1));
    }
  }

  // |J|_F^2 = sum_k |a_k|^2 |Q_k|^2 + |b_k|^2 |P_k|^2
  double jacobian_norm() const override {
    Vector norms(static_cast<std::size_t>(2 * data_.num_measurements), 0.0);
    for (Index k = 0; k < data_.num_measurements; ++k) {
      norms[static_cast<std::size_t>(2 * k)] = twist() * norm({data_.left.col(k), static_cast<std::size_t>(data_.rows)}) * row_norm(Q_, k);
      if (data_.is_psd) continue;
      norms[static_cast<std::size_t>(2 * k + 1)] = norm({data_.right.col(k), static_cast<std::size_t>(data_.cols)}) * row_norm(P_, k);
    }
    return norm(norms);
  }

 private:
  static double row_norm(const Matrix& A, Index k) {
    double norm = 0.0;
    for (Index c = 0; c < A.cols(); ++c) norm = std::hypot(norm, A(k, c));
    return norm;
  }

  Matrix P_, Q_;
};

}  // namespace

Vector measure(const SensingData& d, ConstMatrixView L, ConstMatrixView R) {
  Vector result(static_cast<std::size_t>(d.num_measurements), 0.0);
  if (!d.is_dense()) {
    row_products(1.0, product(d.left, Op::transpose, L, Op::none), product(d.right, Op::transpose, R, Op::none), result.data(), false);
    return result;
  }
  const Matrix by_rows = product(R, Op::none, L, Op::transpose);  // column i is row i of L R^T
  Matrix parts(d.num_measurements, d.rows);
#pragma omp parallel for schedule(static) num_threads(num_threads()) if (d.dense.size() >= parallel_entries)
  for (Index i = 0; i < d.rows; ++i)
    multiply_vector(1.0, d.dense.columns(i * d.cols, d.cols), Op::none, by_rows.col(i), 0.0, parts.col(i));
  for (Index i = 0; i < d.rows; ++i) axpy(1.0, {parts.col(i), result.size()}, result);
  return result;
}

Matrix adjoint(const SensingData& d, std::span<const double> w) {
  if (d.is_dense()) return dense_adjoint(d, w);
  Matrix weighted(d.left);
  for (Index k = 0; k < d.num_measurements; ++k) scale(w[static_cast<std::size_t>(k)], {weighted.col(k), static_cast<std::size_t>(d.rows)});
  Matrix G = product(weighted, Op::none, d.right, Op::transpose);
  if (d.is_psd) symmetrise(G);
  return G;
}

std::unique_ptr<SensingLinearisation> linearise(const SensingData& data, const Layout& layout, std::span<const double> x) {
  if (data.is_dense()) return std::make_unique<DenseLinearisation>(data, layout, x);
  return std::make_unique<RankOneLinearisation>(data, layout, x);
}

}  // namespace nadir
