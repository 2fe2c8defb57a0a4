#include "nadir/problems/matrix_completion/check_model.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "nadir/base/error.hpp"
#include "nadir/linalg/dense.hpp"

namespace nadir::matrix_completion_check {
namespace {

constexpr Index lines_at_once = 32;  // summed by one thread; fixed, so that sums do not depend on threads

std::size_t at(Index i) { return static_cast<std::size_t>(i); }

Lines make_lines(const std::vector<Index>& along, const std::vector<Index>& across, const CompletionData& data, Index num_lines) {
  const std::size_t count = along.size();
  Lines lines;
  lines.starts.assign(at(num_lines) + 1, 0);
  for (const Index i : along) ++lines.starts[at(i) + 1];
  for (std::size_t i = 0; i < at(num_lines); ++i) lines.starts[i + 1] += lines.starts[i];
  std::vector<std::size_t> next(lines.starts.begin(), lines.starts.end() - 1);
  lines.across.resize(count);
  lines.values.resize(count);
  lines.weights.assign(count, 1.0);
  lines.place.resize(count);
  for (std::size_t k = 0; k < count; ++k) {
    const std::size_t p = next[at(along[k])]++;
    lines.across[p] = across[k];
    lines.values[p] = data.observed.values[k];
    if (!data.weights.empty()) lines.weights[p] = data.weights[k];
    lines.place[p] = k;
  }
  return lines;
}

template <class T>
bool is_number(const std::string& text, T& value) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size();
}

double parse_lambda(const std::string& text) {
  double value = 0.0;
  if (!is_number(text, value) || !(value >= 0.0) || !std::isfinite(value)) throw InputError("lambda", "a number of at least 0", "'" + text + "'");
  return value;
}

// 0 for auto, which leaves the rank to the point.
Index parse_rank(const std::string& text) {
  Index value = 0;
  if (text == "auto") return 0;
  if (!is_number(text, value) || value < 1) throw InputError("rank", "a number from 1, or auto", "'" + text + "'");
  return value;
}

std::string shape_words(Index rows, Index cols) { return std::to_string(rows) + " x " + std::to_string(cols); }

// The block `name`, with one column at least and as many as `rank` where that is not 0.
Matrix block(const std::map<std::string, Matrix>& arrays, const std::string& name, Index rows, Index rank) {
  const auto found = arrays.find(name);
  if (found == arrays.end()) throw InputError("point", "the block " + name, "none");
  const Matrix& M = found->second;
  if (M.rows() != rows || M.cols() < 1 || (rank != 0 && M.cols() != rank))
    throw InputError(name, "shape " + (rank == 0 ? std::to_string(rows) + " x r" : shape_words(rows, rank)), shape_words(M.rows(), M.cols()));
  return M;
}

// The sum of body(i, p, sum) over all entries, line by line.
template <class Body>
balls::Real sum_over_entries(const Lines& lines, slong precision, Body body) {
  const Index num_chunks = (lines.num_lines() + lines_at_once - 1) / lines_at_once;
  std::vector<balls::Real> sums(at(num_chunks), balls::Real(precision));
#pragma omp parallel for schedule(dynamic) num_threads(num_threads())
  for (Index chunk = 0; chunk < num_chunks; ++chunk)
    for (Index i = chunk * lines_at_once; i < std::min(lines.num_lines(), (chunk + 1) * lines_at_once); ++i)
      for (std::size_t p = lines.starts[at(i)]; p < lines.starts[at(i) + 1]; ++p) body(i, p, sums[at(chunk)]);
  balls::Real total(precision);
  for (const balls::Real& sum : sums) total = total + sum;
  return total;
}

balls::Matrix moved(slong precision, const Matrix& A, const Matrix* displacement) {
  balls::Matrix result(precision, A);
  return displacement ? result + balls::Matrix(precision, *displacement) : result;
}

balls::Matrix times_features(slong precision, const SharedMatrix& features, const balls::Matrix& U) {
  return features.size() == 0 ? U : balls::Matrix(precision, features) * U;
}

// G -> A^T G + lambda a o U
balls::Matrix with_penalty(const Model& model, const SharedMatrix& features, const balls::Matrix& G, const Vector& penalties, const balls::Matrix& U) {
  const slong precision = G.precision();
  balls::Matrix result = features.size() == 0 ? G : transpose(balls::Matrix(precision, features)) * G;
  const balls::Real lambda(precision, model.lambda);
  for (Index i = 0; i < result.rows(); ++i) {
    const balls::Real factor = penalties[at(i)] * lambda;
    for (Index c = 0; c < result.cols(); ++c) arb_addmul(result.at(i, c), factor.get(), U.at(i, c), precision);
  }
  return result;
}

// sum_i a_i |u_i|^2
balls::Real weighted_square(const balls::Matrix& U, const Vector& penalties) {
  balls::Real sum(U.precision());
  for (Index i = 0; i < U.rows(); ++i) {
    balls::Real row(U.precision());
    arb_dot(row.get(), nullptr, 0, U.at(i, 0), 1, U.at(i, 0), 1, U.cols(), U.precision());
    sum = sum + penalties[at(i)] * row;
  }
  return sum;
}

}  // namespace

Model make_model(const MatrixCompletionOptions& options) {
  const CompletionData data = prepare_data(options);
  Model model;
  model.by_rows = make_lines(data.observed.row_index, data.observed.col_index, data, data.rows);
  model.by_cols = make_lines(data.observed.col_index, data.observed.row_index, data, data.cols);
  model.row_penalties = data.row_penalties;
  model.col_penalties = data.col_penalties;
  model.lambda = parse_lambda(options.lambda);
  model.rank = parse_rank(options.rank);
  model.is_psd = options.psd;
  model.row_norm_penalty = options.row_norm_penalty;
  model.row_norm_limit = options.row_norm_limit;
  model.row_features = options.row_features.values;
  model.column_features = options.column_features.values;
  if (model.row_features.size() > 0) model.row_penalties.assign(at(model.row_features.cols()), 1.0);
  if (model.column_features.size() > 0) model.col_penalties.assign(at(model.column_features.cols()), 1.0);
  return model;
}

Factors factors(const Model& model, const std::map<std::string, Matrix>& arrays, const std::string& prefix) {
  Factors result;
  result.U = block(arrays, prefix + "U", model.factor_rows(), model.rank);
  if (!model.is_psd) result.V = block(arrays, prefix + "V", model.factor_cols(), result.U.cols());
  return result;
}

Factors factors(const Model&, const Factors& like, const Matrix& flat, const std::string& place) {
  const Index expected = like.U.size() + like.V.size();
  if (flat.size() != expected) throw InputError(place, std::to_string(expected) + " numbers", std::to_string(flat.size()));
  return {Matrix(ConstMatrixView(flat.data(), like.U.rows(), like.U.cols())),
          Matrix(ConstMatrixView(flat.data() + like.U.size(), like.V.rows(), like.V.cols()))};
}

Evaluation::Evaluation(const Model& model, slong precision, const Factors& point, const Factors* displacement)
    : model_(model),
      precision_(precision),
      U_(moved(precision, point.U, displacement ? &displacement->U : nullptr)),
      V_(moved(precision, point.V, displacement ? &displacement->V : nullptr)),
      left_(times_features(precision, model.row_features, U_)),
      right_(times_features(precision, model.column_features, V_)),
      misfits_(model.by_rows.num_entries()) {
  compute_misfits();
}

void Evaluation::compute_misfits() {
  const Lines& lines = model_.by_rows;
#pragma omp parallel for schedule(dynamic, lines_at_once) num_threads(num_threads())
  for (Index i = 0; i < lines.num_lines(); ++i)
    for (std::size_t p = lines.starts[at(i)]; p < lines.starts[at(i) + 1]; ++p) {
      const balls::Real m(precision_, lines.values[p]);
      arb_dot(misfits_[lines.place[p]], m.get(), 1, left_.at(i, 0), 1, right().at(lines.across[p], 0), 1, left_.cols(), precision_);
    }
}

// w (m - x)
balls::Real Evaluation::residual(const Lines& lines, std::size_t p) const {
  balls::Real R(precision_, misfits_[lines.place[p]]);
  return lines.weights[p] == 1.0 ? R : lines.weights[p] * R;
}

balls::Real Evaluation::value() const {
  const Lines& lines = model_.by_rows;
  const balls::Real squares = sum_over_entries(lines, precision_, [&](Index, std::size_t p, balls::Real& sum) {
    const arb_srcptr misfit = misfits_[lines.place[p]];
    if (lines.weights[p] == 1.0) arb_addmul(sum.get(), misfit, misfit, precision_);
    else sum = sum + lines.weights[p] * squared(balls::Real(precision_, misfit));
  });
  if (model_.is_psd) return 0.5 * squares + psd_penalty();
  const balls::Real penalty = weighted_square(U_, model_.row_penalties) + weighted_square(V_, model_.col_penalties);
  return 0.5 * (squares + model_.lambda * penalty);
}

balls::Real Evaluation::squared_row_norm(Index i) const {
  balls::Real sum(precision_);
  arb_dot(sum.get(), nullptr, 0, U_.at(i, 0), 1, U_.at(i, 0), 1, U_.cols(), precision_);
  return sum;
}

balls::Real Evaluation::psd_penalty() const {
  balls::Real total = model_.lambda * squared_norm(U_);
  if (model_.row_norm_penalty == 0.0) return total;
  for (Index i = 0; i < U_.rows(); ++i)
    total = total + model_.row_norm_penalty * squared(squared(row_norm_excess(model_, squared_row_norm(i))));
  return total;
}

// Row i: - sum_k R_k far_j over the entries of line i.
balls::Matrix Evaluation::residual_products(const Lines& lines, const balls::Matrix& far) const {
  const Index rank = far.cols();
  balls::Matrix result(precision_, lines.num_lines(), rank);
#pragma omp parallel for schedule(dynamic, lines_at_once) num_threads(num_threads())
  for (Index i = 0; i < lines.num_lines(); ++i) {
    const std::size_t first = lines.starts[at(i)], count = lines.starts[at(i) + 1] - first;
    Balls R(count);
    // Shallow copies of the rows of `far`, which nobody changes or frees: so that a column of them is strided.
    std::vector<arb_struct> gathered(count * at(rank));
    for (std::size_t q = 0; q < count; ++q) {
      arb_set(R[q], residual(lines, first + q).get());
      std::copy_n(far.at(lines.across[first + q], 0), rank, gathered.begin() + static_cast<std::ptrdiff_t>(q * at(rank)));
    }
    for (Index c = 0; c < rank && count > 0; ++c)
      arb_dot(result.at(i, c), nullptr, 1, R[0], 1, gathered.data() + c, rank, static_cast<slong>(count), precision_);
  }
  return result;
}

void Evaluation::add_psd_penalty(balls::Matrix& gradient) const {
  for (Index i = 0; i < U_.rows(); ++i) {
    balls::Real factor(precision_, 2.0 * model_.lambda);
    if (model_.row_norm_penalty > 0.0)
      factor = factor + 4.0 * (model_.row_norm_penalty * excess_cubed_over_norm(model_, squared_row_norm(i)));
    for (Index c = 0; c < U_.cols(); ++c) arb_addmul(gradient.at(i, c), factor.get(), U_.at(i, c), precision_);
  }
}

std::vector<balls::Matrix> Evaluation::gradient() const {
  const balls::Matrix by_rows = residual_products(model_.by_rows, right()), by_cols = residual_products(model_.by_cols, left_);
  if (model_.is_psd) {
    balls::Matrix G = by_rows + by_cols;
    add_psd_penalty(G);
    return {std::move(G)};
  }
  return {with_penalty(model_, model_.row_features, by_rows, model_.row_penalties, U_),
          with_penalty(model_, model_.column_features, by_cols, model_.col_penalties, V_)};
}

balls::Real Evaluation::second_derivative(const Factors& direction) const {
  const balls::Matrix dU(precision_, direction.U), dV(precision_, direction.V);
  const balls::Matrix d_left = times_features(precision_, model_.row_features, dU);
  const balls::Matrix d_right = model_.is_psd ? d_left : times_features(precision_, model_.column_features, dV);
  const Lines& lines = model_.by_rows;
  const Index rank = left_.cols();
  const balls::Real sum = sum_over_entries(lines, precision_, [&](Index i, std::size_t p, balls::Real& total) {
    const Index j = lines.across[p];
    balls::Real z(precision_), bend(precision_);
    arb_dot(z.get(), nullptr, 0, d_left.at(i, 0), 1, right().at(j, 0), 1, rank, precision_);
    arb_dot(z.get(), z.get(), 0, left_.at(i, 0), 1, d_right.at(j, 0), 1, rank, precision_);
    arb_dot(bend.get(), nullptr, 0, d_left.at(i, 0), 1, d_right.at(j, 0), 1, rank, precision_);
    total = total + lines.weights[p] * squared(z) - 2.0 * (residual(lines, p) * bend);
  });
  if (model_.is_psd) return sum + psd_curvature(dU);
  return sum + model_.lambda * (weighted_square(dU, model_.row_penalties) + weighted_square(dV, model_.col_penalties));
}

balls::Real Evaluation::psd_curvature(const balls::Matrix& dU) const {
  balls::Real total = 2.0 * (model_.lambda * balls::squared_norm(dU));
  if (model_.row_norm_penalty == 0.0) return total;
  for (Index i = 0; i < U_.rows(); ++i) {
    const balls::Real s = squared_row_norm(i), e = row_norm_excess(model_, s);
    if (is_exactly_zero(e)) continue;
    balls::Real along(precision_), length(precision_);  // u . du and |du|^2
    arb_dot(along.get(), nullptr, 0, U_.at(i, 0), 1, dU.at(i, 0), 1, U_.cols(), precision_);
    arb_dot(length.get(), nullptr, 0, dU.at(i, 0), 1, dU.at(i, 0), 1, U_.cols(), precision_);
    // With c = 0 this is |u|^4, which is smooth at 0: 8 (u . du)^2 + 4 |u|^2 |du|^2.
    const bool is_quartic = model_.row_norm_limit == 0.0;
    const balls::Real bend = is_quartic ? 8.0 * squared(along) + 4.0 * (s * length)
                                        : 12.0 * (squared(e) * (squared(along) / s)) + 4.0 * (excess_cubed_over_norm(model_, s) * (length - squared(along) / s));
    total = total + model_.row_norm_penalty * bend;
  }
  return total;
}

Vector Evaluation::residuals() const {
  const Lines& lines = model_.by_rows;
  Vector result(lines.num_entries());
  for (std::size_t p = 0; p < lines.num_entries(); ++p) result[p] = arf_get_d(arb_midref(residual(lines, p).get()), ARF_RND_NEAR);
  return result;
}

balls::Real squared_norm(slong precision, const Factors& direction) {
  return balls::squared_norm(balls::Matrix(precision, direction.U)) + balls::squared_norm(balls::Matrix(precision, direction.V));
}

balls::Real row_norm_excess(const Model& model, const balls::Real& squared_norm) {
  const balls::Real limit(squared_norm.precision(), model.row_norm_limit);
  if (is_at_most(squared_norm, squared(limit)) == balls::Answer::yes) return balls::Real(squared_norm.precision());
  balls::Real excess = square_root(squared_norm) - limit;
  arb_nonnegative_part(excess.get(), excess.get());
  return excess;
}

balls::Real excess_cubed_over_norm(const Model& model, const balls::Real& squared_norm) {
  if (model.row_norm_limit == 0.0) return squared_norm;
  const balls::Real e = row_norm_excess(model, squared_norm);
  return is_exactly_zero(e) ? e : e * squared(e) / square_root(squared_norm);
}

namespace {

// What a norm of n numbers may lose where their squares underflow: at most sqrt(n 2^-1074), here with room.
double lost_by_underflow(Index n) { return 1e-161 * std::sqrt(static_cast<double>(n)); }

Vector row_norms(const SharedMatrix& features, ConstMatrixView U) {
  const Matrix P = features.size() == 0 ? Matrix(U) : product(features, U);
  Vector norms(at(P.rows()), 0.0);
  for (Index c = 0; c < P.cols(); ++c)
    for (Index i = 0; i < P.rows(); ++i) norms[at(i)] = std::hypot(norms[at(i)], P(i, c));
  for (double& norm : norms) norm += norm == 0.0 ? 0.0 : lost_by_underflow(P.cols());
  return norms;
}

double largest_row_norm(const SharedMatrix& features) {
  if (features.size() == 0) return 1.0;
  const Vector norms = row_norms({}, features);
  return *std::max_element(norms.begin(), norms.end());
}

// The norm of the vector with entries sum_k w_k (|m_k| + |p_i||q_j|) |q_j| + penalty_i |p_i|.
double side_norm(const Lines& lines, const Vector& near, const Vector& far, const Vector& penalties) {
  double norm = 0.0;
  for (Index i = 0; i < lines.num_lines(); ++i) {
    double sum = penalties[at(i)] * near[at(i)];
    for (std::size_t p = lines.starts[at(i)]; p < lines.starts[at(i) + 1]; ++p) {
      const double q = far[at(lines.across[p])];
      sum += lines.weights[p] * (std::fabs(lines.values[p]) + near[at(i)] * q) * q;
    }
    norm = std::hypot(norm, sum);
  }
  return norm + (norm == 0.0 ? 0.0 : lost_by_underflow(lines.num_lines()));
}

}  // namespace

double largest_gradient_scale(const Model& model, const Factors& point) {
  constexpr double rounding = 1.0 + 1e-9;  // whoever stated the scale computed it in another order
  const Vector left = row_norms(model.row_features, point.U);
  const Vector right = model.is_psd ? left : row_norms(model.column_features, point.V);
  const bool has_features = model.has_features();
  const auto penalties = [&](const Vector& weights, std::size_t size) {
    Vector result(size, has_features ? 0.0 : model.lambda);
    for (std::size_t i = 0; i < size && !has_features; ++i) result[i] *= weights[i];
    return result;
  };
  const double rows = side_norm(model.by_rows, left, right, penalties(model.row_penalties, left.size()));
  const double cols = side_norm(model.by_cols, right, left, penalties(model.col_penalties, right.size()));
  if (model.is_psd) {
    double excess = 0.0;
    for (const double norm : left) excess += std::pow(std::fmax(0.0, norm - model.row_norm_limit), 6.0);
    return rounding * (rows + cols + 4.0 * model.row_norm_penalty * std::sqrt(excess));
  }
  const double a = largest_row_norm(model.row_features), b = largest_row_norm(model.column_features);
  const double alone = has_features ? model.lambda * std::hypot(frobenius_norm(point.U), frobenius_norm(point.V)) : 0.0;
  return rounding * (std::hypot(a * rows, b * cols) + alone);
}

double half_weighted_square(const Model& model) {
  const Lines& lines = model.by_rows;
  double sum = 0.0;
  for (std::size_t p = 0; p < lines.num_entries(); ++p) sum += lines.weights[p] * (lines.values[p] * lines.values[p]);
  return 0.5 * sum;
}

}  // namespace nadir::matrix_completion_check
