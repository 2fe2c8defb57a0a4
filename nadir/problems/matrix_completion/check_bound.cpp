#include "nadir/problems/matrix_completion/check_bound.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "nadir/linalg/dense.hpp"
#include "nadir/rigor/definiteness.hpp"
#include "nadir/rigor/fp_environment.hpp"
#include "nadir/rigor/norms.hpp"

namespace nadir::matrix_completion_check {
namespace {

std::size_t at(Index i) { return static_cast<std::size_t>(i); }

double nearest(const balls::Real& x) { return arf_get_d(arb_midref(x.get()), ARF_RND_NEAR); }

// The largest double below the ball.
double double_below(const balls::Real& x) { return arf_get_d(arb_midref(lower_end(x).get()), ARF_RND_FLOOR); }

// Midpoint and radius in doubles that contain the ball.
void round_to(const balls::Real& x, double& mid, double& rad) {
  mid = nearest(x);
  arf_t bound;
  arf_init(bound);
  arb_get_abs_ubound_arf(bound, (x - balls::Real(x.precision(), mid)).get(), 64);
  rad = arf_get_d(bound, ARF_RND_CEIL);
  arf_clear(bound);
}

BallMatrix rounded(const balls::Matrix& A) {
  Matrix mid(A.rows(), A.cols()), rad(A.rows(), A.cols());
  for (Index j = 0; j < A.cols(); ++j)
    for (Index i = 0; i < A.rows(); ++i) round_to(A(i, j), mid(i, j), rad(i, j));
  return {std::move(mid), std::move(rad)};
}

// Up to this many rows more bits make a proof sharper; beyond, the guess below is one of doubles.
constexpr Index max_sharp_dimension = 120;
constexpr Index max_exact_dimension = 60;

// A = L L^T + sigma I + E is definite if |E|_F < sigma. L is a factor in doubles, trusted in nothing; the sum is one of
// balls. (A factorisation of balls would widen them from row to row.)
bool is_definite_by_residual(const balls::Matrix& A) {
  Matrix middle(A.rows(), A.cols()), L;
  double size = 0.0;
  for (Index j = 0; j < A.cols(); ++j)
    for (Index i = 0; i < A.rows(); ++i) middle(i, j) = nearest(A(i, j));
  for (Index i = 0; i < A.rows(); ++i) size = std::fmax(size, std::fabs(middle(i, i)));
  int attempts = 2;
  for (double relative = 1e-6; relative > 1e-15 && attempts > 0; relative *= 0.1) {
    const double sigma = relative * size;
    Matrix lowered = middle;
    for (Index i = 0; i < A.rows(); ++i) lowered(i, i) -= sigma;
    if (!cholesky(lowered, L)) continue;
    --attempts;
    const balls::Matrix factor(A.precision(), L);
    balls::Matrix E = A - product_with_transpose(factor, factor);
    const balls::Real shift(A.precision(), sigma);
    for (Index i = 0; i < A.rows(); ++i) E.set(i, i, E(i, i) - shift);
    if (is_below(squared_norm(E), squared(shift)) == balls::Answer::yes) return true;
  }
  return false;
}

// Definite or, for the ties that exact points have, semidefinite in integers.
bool is_semidefinite(const balls::Matrix& A) {
  if (A.rows() > max_sharp_dimension) return is_definite_by_residual(A);
  if (proves_positive_definite(A)) return true;
  return A.rows() <= max_exact_dimension && is_positive_semidefinite_exactly(A) == balls::Answer::yes;
}

// t I - s A
balls::Matrix shifted(const balls::Real& t, const balls::Real& s, const balls::Matrix& A) {
  balls::Matrix result = (-1.0 * s) * A;
  for (Index i = 0; i < A.rows(); ++i) result.set(i, i, result(i, i) + t);
  return result;
}

}  // namespace

DualCertificate::DualCertificate(const Model& model, slong precision, const Evaluation& here)
    : model_(model),
      precision_(precision),
      scaled_(here.residuals()),
      dense_(precision, 0, 0),
      linear_(precision),
      quadratic_(precision),
      offset_(precision) {
  const Lines& lines = model.by_rows;
  const bool is_scaled = !model.is_psd && !model.has_features();
  balls::Real squares(precision);
  for (Index i = 0; i < lines.num_lines(); ++i)
    for (std::size_t p = lines.starts[at(i)]; p < lines.starts[at(i) + 1]; ++p) {
      balls::Real y(precision, scaled_[p]);
      const double a = is_scaled ? model.row_penalties[at(i)] : 1.0, b = is_scaled ? model.col_penalties[at(lines.across[p])] : 1.0;
      if (a != 1.0 || b != 1.0) {
        const balls::Real root = square_root(a * balls::Real(precision, b));
        scaled_[p] = nearest(y / root);
        y = scaled_[p] * root;
      }
      arb_addmul(linear_.get(), y.get(), balls::Real(precision, lines.values[p]).get(), precision);
      if (lines.weights[p] == 1.0) arb_addmul(quadratic_.get(), y.get(), y.get(), precision);
      else quadratic_ = quadratic_ + squared(y) / balls::Real(precision, lines.weights[p]);
    }
  if (model.has_features()) form_features_matrix(scaled_);
  if (!model.is_psd || model.row_norm_penalty == 0.0) return;
  for (Index i = 0; i < lines.num_lines(); ++i) {
    const balls::Real s = here.squared_row_norm(i), slope = 2.0 * (model.row_norm_penalty * excess_cubed_over_norm(model, s));
    const balls::Real value = model.row_norm_penalty * squared(squared(row_norm_excess(model, s)));
    slopes_.push_back(slope);
    offset_ = offset_ + value - slope * s;
  }
  if (std::all_of(slopes_.begin(), slopes_.end(), [](const balls::Real& d) { return is_exactly_zero(d); })) slopes_.clear();
}

// A^T Y1 B
void DualCertificate::form_features_matrix(const Vector& Y1) {
  const Lines& lines = model_.by_rows;
  const SharedMatrix &A = model_.row_features, &B = model_.column_features;
  const Index num_cols = model_.factor_cols();
  balls::Matrix YB(precision_, lines.num_lines(), num_cols);
  for (Index i = 0; i < lines.num_lines(); ++i)
    for (std::size_t p = lines.starts[at(i)]; p < lines.starts[at(i) + 1]; ++p) {
      const Index j = lines.across[p];
      const balls::Real y(precision_, Y1[p]);
      if (B.size() == 0) arb_add(YB.at(i, j), YB.at(i, j), y.get(), precision_);
      else
        for (Index c = 0; c < num_cols; ++c) arb_addmul(YB.at(i, c), y.get(), balls::Real(precision_, B(j, c)).get(), precision_);
    }
  dense_ = A.size() == 0 ? std::move(YB) : transpose(balls::Matrix(precision_, A)) * YB;
}

balls::Real DualCertificate::bound(double s) const {
  return s * linear_ - 0.5 * (squared(balls::Real(precision_, s)) * quadratic_) + offset_;
}

double DualCertificate::least_multiplier(double wanted) const {
  // The lesser root of quadratic s^2/2 - linear s + (wanted - offset) = 0, in the form that does not cancel.
  const double b = nearest(linear_), q = nearest(quadratic_), target = 2.0 * (wanted - nearest(offset_));
  const double root = std::sqrt(b * b - q * target), s = target / (b + root);
  return s * (1.0 + 1e-13);
}

Index DualCertificate::side() const { return model_.is_psd ? model_.factor_rows() : std::min(model_.factor_rows(), model_.factor_cols()); }

bool DualCertificate::gains_from_more_bits() const { return side() <= max_sharp_dimension; }

double DualCertificate::num_products() const {
  const auto cubed = [](Index n) { return std::pow(static_cast<double>(n), 3.0); };
  if (model_.is_psd) return cubed(side());
  if (model_.has_features()) return cubed(side()) + static_cast<double>(side()) * static_cast<double>(dense_.rows() * dense_.cols());
  const bool is_wide = model_.factor_rows() <= model_.factor_cols();
  const Lines& longer = is_wide ? model_.by_cols : model_.by_rows;
  double gram = 0.0;  // ten times as dear: one by one
  for (Index i = 0; i < longer.num_lines(); ++i) gram += 5.0 * std::pow(static_cast<double>(longer.starts[at(i) + 1] - longer.starts[at(i)]), 2.0);
  return cubed(side()) + gram;
}

double DualCertificate::rounding() const {
  double largest = 0.0, squares = 0.0;
  const Lines& lines = model_.by_rows;
  for (std::size_t p = 0; p < lines.num_entries(); ++p) squares += std::pow(lines.weights[p] * lines.values[p], 2.0);
  for (const SharedMatrix* features : {&model_.row_features, &model_.column_features})
    for (const double x : features->flat()) largest = std::fmax(largest, std::fabs(x) * std::sqrt(static_cast<double>(features->size())));
  return 1e-13 * std::sqrt(squares) * std::fmax(1.0, largest * largest);
}

// S1 S1^T or S1^T S1, whichever is smaller.
balls::Matrix DualCertificate::smaller_gram() const {
  const bool is_wide = model_.factor_rows() <= model_.factor_cols();
  if (model_.has_features()) return is_wide ? product_with_transpose(dense_, dense_) : transpose(dense_) * dense_;
  const Lines& longer = is_wide ? model_.by_cols : model_.by_rows;
  Vector values(scaled_.size());  // in the order of `longer`
  Vector by_place(scaled_.size());
  for (std::size_t p = 0; p < scaled_.size(); ++p) by_place[model_.by_rows.place[p]] = scaled_[p];
  for (std::size_t p = 0; p < scaled_.size(); ++p) values[p] = by_place[longer.place[p]];
  balls::Matrix G(precision_, side(), side());
  for (Index l = 0; l < longer.num_lines(); ++l)
    for (std::size_t p = longer.starts[at(l)]; p < longer.starts[at(l) + 1]; ++p) {
      const balls::Real x(precision_, values[p]);
      for (std::size_t q = longer.starts[at(l)]; q <= p; ++q) {
        const auto [low, high] = std::minmax(longer.across[p], longer.across[q]);
        arb_addmul(G.at(high, low), x.get(), balls::Real(precision_, values[q]).get(), precision_);
      }
    }
  for (Index j = 0; j < side(); ++j)
    for (Index i = 0; i < j; ++i) G.set(i, j, G(j, i));
  return G;
}

bool DualCertificate::proves_at_most(double s, const balls::Real& t, bool in_balls) const {
  const FloatingPointGuard guard;
  if (model_.is_psd) return proves_psd(s, t, in_balls);
  if (is_at_most(balls::Real(precision_), t) != balls::Answer::yes) return false;  // no norm is negative
  if (in_balls) return is_semidefinite(shifted(squared(t), squared(balls::Real(precision_, s)), smaller_gram()));
  if (model_.has_features()) return is_at_most(s * balls::Real(precision_, spectral_norm_upper(rounded(dense_))), t) == balls::Answer::yes;
  return proves_sparse(s, t);
}

bool DualCertificate::proves_sparse(double s, const balls::Real& t) const {
  if (s == 0.0) return true;
  const double limit = double_below(t / balls::Real(precision_, s));
  std::vector<Index> starts(model_.by_rows.starts.begin(), model_.by_rows.starts.end());
  // Rows are handed over as columns: the transpose has the same norm.
  const SparseMatrixView S1{model_.factor_cols(), model_.factor_rows(), starts, model_.by_rows.across, scaled_};
  if (std::min(S1.rows, S1.cols) > default_dense_side) return spectral_norm_upper(S1) <= limit;
  return proves_spectral_norm_at_most(S1, limit);
}

// t I + D - s sym(Y1) >= 0
bool DualCertificate::proves_psd(double s, const balls::Real& t, bool in_balls) const {
  const Lines& lines = model_.by_rows;
  const Index n = lines.num_lines();
  if (in_balls) {
    balls::Matrix M(precision_, n, n);
    for (Index i = 0; i < n; ++i)
      for (std::size_t p = lines.starts[at(i)]; p < lines.starts[at(i) + 1]; ++p) {
        const balls::Real half = 0.5 * (s * balls::Real(precision_, scaled_[p]));
        M.set(i, lines.across[p], M(i, lines.across[p]) - half);
        M.set(lines.across[p], i, M(lines.across[p], i) - half);
      }
    for (Index i = 0; i < n; ++i) M.set(i, i, M(i, i) + (slopes_.empty() ? t : t + slopes_[at(i)]));
    return is_semidefinite(M);
  }
  // Entry by entry from intervals: at most two terms and a diagonal add up.
  BallMatrix M(n, n);
  const auto add = [&M](Index i, Index j, const Interval& x) {
    const Interval sum = M.entry(i, j) + x;
    M.mid(i, j) = sum.mid();
    M.rad(i, j) = std::fmax(sub_up(sum.upper, M.mid(i, j)), sub_up(M.mid(i, j), sum.lower));
  };
  for (Index i = 0; i < n; ++i)
    for (std::size_t p = lines.starts[at(i)]; p < lines.starts[at(i) + 1]; ++p) {
      const Interval half = Interval::point(-0.5) * Interval::point(s) * Interval::point(scaled_[p]);
      add(i, lines.across[p], half);
      add(lines.across[p], i, half);
    }
  for (Index i = 0; i < n; ++i) {
    double mid, rad;
    round_to(slopes_.empty() ? t : t + slopes_[at(i)], mid, rad);
    add(i, i, Interval::ball(mid, rad));
  }
  return nadir::proves_positive_definite(M).proved;
}

}  // namespace nadir::matrix_completion_check
