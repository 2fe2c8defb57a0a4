// The products with the samples, in balls and through rigor/.
#include <algorithm>
#include <cmath>

#include "nadir/base/stop.hpp"
#include "nadir/linalg/dense.hpp"
#include "nadir/problems/linear_network/check_model.hpp"
#include "nadir/rigor/definiteness.hpp"
#include "nadir/rigor/eigenvalues.hpp"
#include "nadir/rigor/norms.hpp"
#include "nadir/rigor/product.hpp"

namespace nadir::linear_network_check {
namespace {

constexpr Index chunk = 4096;  // samples at a time: bounds the memory for balls
constexpr Index cache_chunk = 512, parts_at_once = 8;  // of doubles: what fits a cache, and how many in parallel

// Calls body(first, count) for all samples in chunks.
template <class Body>
void for_chunks(Index num_samples, Body body) {
  for (Index first = 0; first < num_samples; first += chunk) {
    stop_point();
    body(first, std::min(chunk, num_samples - first));
  }
}

Matrix selected_rows(ConstMatrixView X, const std::vector<Index>& rows) {
  Matrix result(static_cast<Index>(rows.size()), X.cols);
  for (Index j = 0; j < X.cols; ++j)
    for (std::size_t i = 0; i < rows.size(); ++i) result(static_cast<Index>(i), j) = X(rows[i], j);
  return result;
}

// Midpoint and radius in doubles that contain the balls.
BallMatrix rounded(const balls::Matrix& A) {
  Matrix mid(A.rows(), A.cols()), rad(A.rows(), A.cols());
  arf_t bound;
  arf_init(bound);
  for (Index j = 0; j < A.cols(); ++j) {
    for (Index i = 0; i < A.rows(); ++i) {
      mid(i, j) = arf_get_d(arb_midref(A.at(i, j)), ARF_RND_NEAR);
      const balls::Real distance = A(i, j) - balls::Real(A.precision(), mid(i, j));
      arb_get_abs_ubound_arf(bound, distance.get(), 64);
      rad(i, j) = arf_get_d(bound, ARF_RND_UP);
    }
  }
  arf_clear(bound);
  return {std::move(mid), std::move(rad)};
}

balls::Matrix widened(slong precision, const BallMatrix& A) {
  balls::Matrix result(precision, A.mid);
  arf_t radius;
  arf_init(radius);
  for (Index i = 0; i < A.rows(); ++i) {
    for (Index j = 0; j < A.cols(); ++j) {
      arf_set_d(radius, A.rad(i, j));
      arb_add_error_arf(result.at(i, j), radius);
    }
  }
  arf_clear(radius);
  return result;
}

balls::Real widened(slong precision, const Interval& x) { return balls::Real::between(precision, x.lower, x.upper); }

// An approximate inverse of the Cholesky factor of S, scaled to unit diagonal first; false if there is none.
bool approximate_inverse_factor(const Matrix& S, Matrix& T) {
  const Index n = S.rows();
  Matrix scaled = S, L;
  Vector scaling(static_cast<std::size_t>(n));
  for (Index i = 0; i < n; ++i) {
    if (!(S(i, i) > 0.0)) return false;
    scaling[static_cast<std::size_t>(i)] = 1.0 / std::sqrt(S(i, i));
  }
  const auto entry = [&scaling](Index i) { return scaling[static_cast<std::size_t>(i)]; };
  for (Index j = 0; j < n; ++j)
    for (Index i = 0; i < n; ++i) scaled(i, j) *= entry(i) * entry(j);
  if (!cholesky(scaled, L)) return false;
  T = Matrix::identity(n);
  solve_lower(L, Op::none, T);
  for (Index j = 0; j < n; ++j)
    for (Index i = 0; i < n; ++i) T(i, j) *= entry(j);
  return true;
}

}  // namespace

SampleProducts::Residual BallProducts::residual(const balls::Matrix& P) const {
  Residual result{balls::Real(precision_), balls::Matrix(precision_, P.rows(), P.cols())};
  for_chunks(model_.num_samples(), [&](Index first, Index count) {
    const balls::Matrix x(precision_, model_.X.columns(first, count)), y(precision_, model_.Y.columns(first, count));
    const balls::Matrix R = P * x - y;
    result.squared_norm = result.squared_norm + squared_norm(R);
    result.times_inputs = result.times_inputs + product_with_transpose(R, x);
  });
  return result;
}

balls::Real BallProducts::squared_image_norm(const balls::Matrix& Q) const {
  balls::Real sum(precision_);
  for_chunks(model_.num_samples(), [&](Index first, Index count) {
    sum = sum + squared_norm(Q * balls::Matrix(precision_, model_.X.columns(first, count)));
  });
  return sum;
}

balls::Matrix BallProducts::gram(const std::vector<Index>& kept) const {
  const auto rho = static_cast<Index>(kept.size());
  balls::Matrix sum(precision_, rho, rho);
  for_chunks(model_.num_samples(), [&](Index first, Index count) {
    const balls::Matrix x(precision_, selected_rows(model_.X.columns(first, count), kept));
    sum = sum + product_with_transpose(x, x);
  });
  return sum;
}

bool BallProducts::weigh(const Weighing& w, balls::Real& eps_squared, balls::Real& tail) const {
  const balls::Matrix S = gram(w.kept);
  balls::Matrix T(precision_, 0, 0);
  if (!inverse_cholesky_factor(S, T)) return false;
  eps_squared = squared_norm(w.E * transpose(T));
  if (w.tail_count > 0) tail = least_eigenvalue_sum_lower(w.P0 * S * transpose(w.P0), w.tail_count);
  return true;
}

balls::Real BallProducts::least_gram_eigenvalue(const std::vector<Index>& kept) const { return least_eigenvalue_sum_lower(gram(kept), 1); }

Matrix BallProducts::approximate_gram() const { return sample_product(model_.X, model_.X); }

SampleProducts::Residual FloatingProducts::residual(const balls::Matrix& P) const {
  struct Part {
    Interval squared_norm;
    BallMatrix times_inputs;
  };
  const BallMatrix p = rounded(P);
  Residual result{balls::Real(precision_), balls::Matrix(precision_, P.rows(), P.cols())};
  std::vector<Part> parts(static_cast<std::size_t>(parts_at_once));
  for (Index first = 0; first < model_.num_samples(); first += parts_at_once * cache_chunk) {
    const Index left = model_.num_samples() - first, count = std::min(parts_at_once, (left + cache_chunk - 1) / cache_chunk);
    stop_point();
#pragma omp parallel for schedule(dynamic) num_threads(num_threads())
    for (Index c = 0; c < count; ++c) {
      const Index start = first + c * cache_chunk, samples = std::min(cache_chunk, model_.num_samples() - start);
      const ConstMatrixView x = model_.X.columns(start, samples);
      const BallMatrix R = subtract(enclose_product(p, Op::none, x, Op::none), exact(model_.Y.columns(start, samples)));
      parts[static_cast<std::size_t>(c)] = {enclose_frobenius_norm_squared(R), enclose_product(R, Op::none, x, Op::transpose)};
    }
    for (Index c = 0; c < count; ++c) {  // in order, and by one thread: Arb's sums
      result.squared_norm = result.squared_norm + widened(precision_, parts[static_cast<std::size_t>(c)].squared_norm);
      result.times_inputs = result.times_inputs + widened(precision_, parts[static_cast<std::size_t>(c)].times_inputs);
    }
  }
  return result;
}

balls::Real FloatingProducts::squared_image_norm(const balls::Matrix& Q) const {
  const BallMatrix q = rounded(Q);
  balls::Real sum(precision_);
  for_chunks(model_.num_samples(), [&](Index first, Index count) {
    const BallMatrix image = enclose_product(q, Op::none, model_.X.columns(first, count), Op::none);
    sum = sum + widened(precision_, enclose_frobenius_norm_squared(image));
  });
  return sum;
}

BallMatrix FloatingProducts::enclosed_gram(const std::vector<Index>& kept) const {
  if (!gram_) gram_ = enclose_sample_product(model_.X, model_.X);
  const auto rho = static_cast<Index>(kept.size());
  BallMatrix result(rho, rho);
  for (Index j = 0; j < rho; ++j) {
    for (Index i = 0; i < rho; ++i) {
      const Index row = kept[static_cast<std::size_t>(i)], col = kept[static_cast<std::size_t>(j)];
      result.mid(i, j) = gram_->mid(row, col);
      result.rad(i, j) = gram_->rad(row, col);
    }
  }
  return result;
}

Matrix FloatingProducts::approximate_gram() const {
  static_cast<void>(enclosed_gram({}));
  return gram_->mid;
}

balls::Matrix FloatingProducts::gram(const std::vector<Index>& kept) const { return widened(precision_, enclosed_gram(kept)); }

// |T S T^T - I|_inf <= delta < 1 for any T makes S positive definite and S^-1 <= T^T T / (1 - delta).
bool FloatingProducts::weigh(const Weighing& w, balls::Real& eps_squared, balls::Real& tail) const {
  const BallMatrix S = enclosed_gram(w.kept);
  Matrix T;
  if (!is_finite(S) || !approximate_inverse_factor(S.mid, T)) return false;
  const BallMatrix near_identity = enclose_product(enclose_product(T, Op::none, S, Op::none), Op::none, T, Op::transpose);
  const double delta = norm_inf_upper(add_identity(symmetric_part(near_identity), -1.0));
  if (!(delta < 1.0)) return false;
  const Interval weighted = enclose_frobenius_norm_squared(enclose_product(rounded(w.E), Op::none, T, Op::transpose));
  eps_squared = widened(precision_, weighted) / (balls::Real(precision_, 1.0) - balls::Real(precision_, delta));
  if (w.tail_count == 0) return true;
  const BallMatrix P0 = rounded(w.P0);
  const BallMatrix energy = enclose_product(enclose_product(P0, Op::none, S, Op::none), Op::none, P0, Op::transpose);
  tail = balls::Real(precision_, std::max(enclose_tail_eigenvalue_sum(energy, w.tail_count).lower, 0.0));
  return true;
}

balls::Real FloatingProducts::least_gram_eigenvalue(const std::vector<Index>& kept) const {
  return balls::Real(precision_, std::max(least_eigenvalue_lower_bound(enclosed_gram(kept)), 0.0));
}

}  // namespace nadir::linear_network_check
