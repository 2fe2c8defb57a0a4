#include "nadir/problems/matrix_completion/enclosure.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "nadir/linalg/dense.hpp"
#include "nadir/rigor/fp_environment.hpp"
#include "nadir/rigor/norms.hpp"

namespace nadir {
namespace {

constexpr double unit = 0x1p-52;
constexpr double tiny = std::numeric_limits<double>::min();

std::size_t at(Index i) { return static_cast<std::size_t>(i); }

// An upper bound of the exact value of a sum of products of nonnegative numbers that took part in so many roundings.
double raised(double x, Index roundings) {
  return add_up(mul_up(x, add_up(1.0, completion_gamma(roundings))), mul_up(static_cast<double>(roundings), tiny));
}

double raised_sum(const Vector& x, Index roundings) {
  double sum = 0.0;
  for (const double v : x) sum += v;
  return raised(sum, static_cast<Index>(x.size()) + roundings);
}

double root_of_squares(const Vector& x) {
  double sum = 0.0;
  for (const double v : x) sum += v * v;
  return sqrt_up(raised(sum, static_cast<Index>(x.size()) + 1));
}

Interval widened(const Interval& x, double by) { return x + Interval{-by, by}; }

// x (1 + d), |d| <= error, for a sum of nonnegative terms each known to that.
Interval relatively_widened(const Interval& x, double error) { return widened(x, mul_up(x.magnitude(), error)); }

double weight(const ObservedRows& o, std::size_t p) { return o.weights.empty() ? 1.0 : o.weights[p]; }

template <class F>
void for_each_entry(const ObservedRows& o, F&& f) {
  for (Index i = 0; i < o.rows; ++i)
    for (Index p = o.row_starts[at(i)]; p < o.row_starts[at(i + 1)]; ++p) f(i, Index{o.col_index[at(p)]}, at(p));
}

}  // namespace

double completion_gamma(Index k) {
  const double ku = mul_up(static_cast<double>(k), unit);
  return ku < 0.5 ? div_up(ku, sub_down(1.0, ku)) : std::numeric_limits<double>::infinity();
}

CompletionEnclosure::CompletionEnclosure(const MatrixCompletion& problem, std::span<const double> x, bool is_rounded)
    : problem_(problem), model_(problem.model()), x_(x.begin(), x.end()), entry_error_(is_rounded ? 2.0 * unit : 0.0), expansion_(problem, x) {
  const FloatingPointGuard guard;
  left_ = bounds_of(expansion_.factors().Ut, 0, x_);
  right_ = model_.is_psd ? left_ : bounds_of(expansion_.factors().Vt, 1, x_);
  residual_error_ = residual_errors();
  value_ = enclose_squares() + enclose_penalty(x_);
  if (model_.row_norm_penalty > 0.0) value_ = value_ + enclose_row_norms();
}

// Side information: row i of A U is off by gamma_p |a_i| |U|_F.
CompletionEnclosure::RowBounds CompletionEnclosure::bounds_of(const Matrix& Ut, std::size_t block, std::span<const double> x) const {
  const SharedMatrix& features = block == 0 ? model_.row_features : model_.column_features;
  RowBounds b{Vector(at(Ut.cols())), Vector(at(Ut.cols()))};
  const double factor_norm = features.size() > 0 ? frobenius_norm_upper(problem_.layout().block(x, block)) : 0.0;
  const double rounding = add_up(completion_gamma(features.cols() + 2), entry_error_);
  for (Index i = 0; i < Ut.cols(); ++i) {
    double squares = 0.0, feature_squares = 0.0;
    for (Index c = 0; c < Ut.rows(); ++c) squares += Ut(c, i) * Ut(c, i);
    b.norm[at(i)] = sqrt_up(raised(squares, Ut.rows() + 1));
    b.error[at(i)] = mul_up(entry_error_, b.norm[at(i)]);
    if (features.size() == 0) continue;
    for (Index f = 0; f < features.cols(); ++f) feature_squares += features(i, f) * features(i, f);
    const double row_norm = sqrt_up(raised(feature_squares, features.cols() + 1));
    b.error[at(i)] = add_up(mul_up(rounding, mul_up(row_norm, factor_norm)), mul_up(static_cast<double>(features.cols() * Ut.rows()), tiny));
  }
  return b;
}

Vector CompletionEnclosure::residual_errors() const {
  const ObservedRows& o = model_.observed.by_rows;
  const double gamma = completion_gamma(problem_.rank() + 8);
  const double underflow = static_cast<double>(2 * problem_.rank() + 16) * tiny;
  Vector error(o.values.size());
  for_each_entry(o, [&](Index i, Index j, std::size_t p) {
    const double l = left_.norm[at(i)], dl = left_.error[at(i)], r = right_.norm[at(j)], dr = right_.error[at(j)];
    const double w = weight(o, p);
    error[p] = (1.0 + 32.0 * unit) * (w * (gamma * (std::fabs(o.values[p]) + l * r) + (dl * r + l * dr + dl * dr))) + (1.0 + w) * underflow;
  });
  return error;
}

// 1/2 sum r^2 / w
Interval CompletionEnclosure::enclose_squares() const {
  const ObservedRows& o = model_.observed.by_rows;
  const Vector& r = expansion_.residual();
  Vector quotient(r), spread(r.size());
  for (std::size_t p = 0; p < r.size(); ++p) {
    quotient[p] = r[p] / weight(o, p);
    spread[p] = residual_error_[p] * (2.0 * std::fabs(r[p]) + residual_error_[p]) / weight(o, p);
  }
  const double error = add_up(raised_sum(spread, 8), static_cast<double>(r.size()) * tiny);
  const Interval sum = widened(relatively_widened(enclose_dot(r, quotient), 4.0 * unit), error);
  return Interval::point(0.5) * max(sum, Interval::point(0.0));
}

Interval CompletionEnclosure::enclose_penalty(std::span<const double> x) const {
  const Layout& layout = problem_.layout();
  const bool has_row_weights = !model_.is_psd && !model_.has_features();
  Interval squares = Interval::point(0.0);
  for (std::size_t b = 0; b < layout.num_blocks(); ++b) {
    const ConstMatrixView U = layout.block(x, b);
    const Vector& penalties = b == 0 ? model_.data.row_penalties : model_.data.col_penalties;
    Matrix scaled(U);
    if (has_row_weights)
      for (Index c = 0; c < U.cols; ++c)
        for (Index i = 0; i < U.rows; ++i) scaled(i, c) *= penalties[at(i)];
    const Interval sum = inner_product(U, scaled);
    const bool is_exact = !has_row_weights || std::all_of(penalties.begin(), penalties.end(), [](double a) { return a == 1.0; });
    squares = squares + relatively_widened(sum, add_up(is_exact ? 0.0 : 4.0 * unit, mul_up(3.0, entry_error_)));
    if (!is_exact) squares = widened(squares, static_cast<double>(U.size()) * tiny);
  }
  return Interval::point(model_.lambda) * Interval::point(model_.is_psd ? 1.0 : 0.5) * squares;
}

// Q sum (|u_i| - c)_+^4
Interval CompletionEnclosure::enclose_row_norms() const {
  const Matrix& Ut = expansion_.factors().Ut;
  Interval sum = Interval::point(0.0);
  for (Index i = 0; i < Ut.cols(); ++i) {
    const Interval squares = enclose_dot({Ut.col(i), at(Ut.rows())}, {Ut.col(i), at(Ut.rows())});
    const Interval length = widened(sqrt(squares), left_.error[at(i)]);
    sum = sum + sqr(sqr(max(length - Interval::point(model_.row_norm_limit), Interval::point(0.0))));
  }
  return Interval::point(model_.row_norm_penalty) * sum;
}

void CompletionEnclosure::side_errors(const ObservedRows& o, bool is_left, Vector& error, Vector& size) const {
  const Vector& r = expansion_.residual();
  const RowBounds& other = is_left ? right_ : left_;
  error.assign(at(o.rows), 0.0);
  size.assign(at(o.rows), 0.0);
  for (Index i = 0; i < o.rows; ++i) {
    const Index first = o.row_starts[at(i)], last = o.row_starts[at(i + 1)];
    const double gamma = completion_gamma(last - first + 16);
    double sum = 0.0, terms = 0.0;
    for (Index q = first; q < last; ++q) {
      const std::size_t p = is_left ? at(q) : at(model_.observed.order[at(q)]), j = static_cast<std::size_t>(o.col_index[at(q)]);
      const double v = other.norm[j], dv = other.error[j], size_of_r = std::fabs(r[p]);
      sum += residual_error_[p] * (v + dv) + size_of_r * (gamma * v + dv);
      terms += size_of_r * v;
    }
    const Index roundings = last - first + 8;
    error[at(i)] = add_up(raised(sum, roundings), static_cast<double>((last - first + 1) * 2 * problem_.rank()) * tiny);
    size[at(i)] = raised(terms, roundings);
  }
}

double CompletionEnclosure::gradient_error() const {
  Vector left, right, left_size, right_size;
  side_errors(model_.observed.by_rows, true, left, left_size);
  side_errors(model_.observed.by_cols, false, right, right_size);
  const double gamma = completion_gamma(16);
  const double penalty = mul_up(gamma, mul_up(2.0 * model_.lambda, frobenius_norm_upper({x_.data(), static_cast<Index>(x_.size()), 1})));
  if (model_.has_features()) {
    const auto pulled = [gamma](const SharedMatrix& A, const Vector& error, const Vector& size) {
      const double e = root_of_squares(error), s = root_of_squares(size);
      if (A.size() == 0) return add_up(e, mul_up(gamma, s));
      return mul_up(frobenius_norm_upper(A), add_up(e, mul_up(completion_gamma(A.rows() + 16), s)));
    };
    const double both = add_up(pulled(model_.row_features, left, left_size), pulled(model_.column_features, right, right_size));
    return add_up(both, penalty);
  }
  double weighted = 0.0;  // of the weighted penalties and of the sums they are added to
  const auto add = [&](const Vector& size, const Vector& norm, const Vector& penalties) {
    for (std::size_t i = 0; i < size.size(); ++i) {
      const double a = gamma * (size[i] + 2.0 * model_.lambda * penalties[i] * norm[i]);
      weighted += a * a;
    }
  };
  add(left_size, left_.norm, model_.data.row_penalties);
  add(right_size, right_.norm, model_.data.col_penalties);
  double total = add_up(root_of_squares(left), root_of_squares(right));
  total = add_up(total, sqrt_up(raised(weighted, static_cast<Index>(left.size() + right.size()) + 16)));
  if (model_.row_norm_penalty > 0.0) {
    Vector rows(left_.norm.size());
    for (std::size_t i = 0; i < rows.size(); ++i) {
      const double length = left_.norm[i], slack = mul_up(completion_gamma(problem_.rank() + 16), length);
      const double e = std::fmax(0.0, add_up(sub_up(length, model_.row_norm_limit), slack));
      rows[i] = 4.0 * model_.row_norm_penalty * (3.0 * e * e * slack + gamma * e * e * e);
    }
    total = add_up(total, mul_up(1.0 + 64.0 * unit, root_of_squares(rows)));
  }
  return total;
}

Interval CompletionEnclosure::gradient_norm() const {
  const FloatingPointGuard guard;
  Vector g(x_.size());
  expansion_.gradient(g);
  const Interval norm = sqrt(enclose_dot(g, g));
  return max(widened(norm, gradient_error()), Interval::point(0.0));
}

// v'Hv = sum w dx^2 - 2 sum r (du . dv) + twice the penalty of v (+ row norms)
Interval CompletionEnclosure::curvature(std::span<const double> v) const {
  const FloatingPointGuard guard;
  const ObservedRows& o = model_.observed.by_rows;
  const EntryFactors d = problem_.entry_factors(v);
  const RowBounds du = bounds_of(d.Ut, 0, v), dv = model_.is_psd ? du : bounds_of(d.Vt, 1, v);
  const ConstMatrixView U = expansion_.factors().Ut, V = expansion_.factors().right(), dU = d.Ut, dV = d.right();
  const double gamma = completion_gamma(2 * problem_.rank() + 8), underflow = static_cast<double>(4 * problem_.rank() + 8) * tiny;
  const Vector& r = expansion_.residual();
  Vector dx(r.size()), weighted_dx(r.size()), z(r.size()), spread(r.size());
  for_each_entry(o, [&](Index i, Index j, std::size_t p) {
    double sum = 0.0, product = 0.0;
    for (Index c = 0; c < U.rows; ++c) {
      sum += dU(c, i) * V(c, j) + U(c, i) * dV(c, j);
      product += dU(c, i) * dV(c, j);
    }
    dx[p] = sum;
    weighted_dx[p] = weight(o, p) * sum;
    z[p] = product;
    const double a = du.norm[at(i)], da = du.error[at(i)], b = dv.norm[at(j)], db = dv.error[at(j)];
    const double l = left_.norm[at(i)], dl = left_.error[at(i)], s = right_.norm[at(j)], ds = right_.error[at(j)];
    const double dx_error = gamma * (a * s + l * b) + (da * (s + ds) + a * ds + dl * (b + db) + l * db) + underflow;
    const double z_error = gamma * (a * b) + (da * (b + db) + a * db) + underflow;
    const double e = residual_error_[p];
    spread[p] = weight(o, p) * (dx_error * (2.0 * std::fabs(sum) + dx_error)) + 2.0 * (e * (std::fabs(product) + z_error) + std::fabs(r[p]) * z_error);
  });
  const Interval squares = relatively_widened(enclose_dot(dx, weighted_dx), 4.0 * unit);
  const double error = add_up(raised_sum(spread, 32), static_cast<double>(r.size()) * tiny);
  Interval form = widened(squares - Interval::point(2.0) * enclose_dot(r, z), error) + Interval::point(2.0) * enclose_penalty(v);
  if (model_.row_norm_penalty > 0.0) form = form + enclose_row_norm_curvature(v);
  return form / enclose_dot(v, v);
}

// Q sum 4 e^3/n |du|^2 + (12 e^2/n^2 - 4 e^3/n^3) <u, du>^2
Interval CompletionEnclosure::enclose_row_norm_curvature(std::span<const double> v) const {
  const Matrix& Ut = expansion_.factors().Ut;
  const Matrix dUt = transpose(problem_.layout().block(v, 0));
  Interval sum = Interval::point(0.0);
  for (Index i = 0; i < Ut.cols(); ++i) {
    const std::span<const double> u(Ut.col(i), at(Ut.rows())), du(dUt.col(i), at(Ut.rows()));
    const Interval n = sqrt(enclose_dot(u, u));
    const Interval e = max(n - Interval::point(model_.row_norm_limit), Interval::point(0.0));
    if (e.upper == 0.0) continue;
    const Interval ratio = e / n, along = enclose_dot(u, du);
    const Interval second = Interval::point(12.0) * sqr(ratio) - Interval::point(4.0) * sqr(ratio) * ratio;
    sum = sum + Interval::point(4.0) * sqr(e) * ratio * enclose_dot(du, du) + second * sqr(along);
  }
  return Interval::point(model_.row_norm_penalty) * sum;
}

}  // namespace nadir
