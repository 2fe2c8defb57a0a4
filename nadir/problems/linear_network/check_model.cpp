#include "nadir/problems/linear_network/check_model.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "nadir/base/error.hpp"
#include "nadir/linalg/dense.hpp"

namespace nadir::linear_network_check {
namespace {

std::string shape_words(Index rows, Index cols) { return std::to_string(rows) + " x " + std::to_string(cols); }

void require_shape(const Matrix& A, Index rows, Index cols, const std::string& place) {
  if (A.rows() != rows || A.cols() != cols)
    throw InputError(place, "shape " + shape_words(rows, cols), shape_words(A.rows(), A.cols()));
}

std::vector<Matrix> make_penalty(const LinearNetworkOptions& o, const Model& model) {
  const std::size_t H = model.num_layers();
  if (!o.weight_decay_entries.values.empty()) {
    if (!o.weight_decay.empty()) throw InputError("weight-decay", "one of weight-decay and weight-decay-entries", "both");
    std::map<std::string, Matrix> entries;
    for (const auto& [name, B] : o.weight_decay_entries.values) entries.emplace(name, Matrix(B));
    return blocks(model, entries, "");
  }
  if (o.weight_decay.empty()) return {};
  if (o.weight_decay.size() != 1 && o.weight_decay.size() != H)
    throw InputError("weight-decay", "one value or one per layer", std::to_string(o.weight_decay.size()) + " values");
  std::vector<Matrix> penalty;
  for (std::size_t l = 0; l < H; ++l) {
    penalty.emplace_back(model.widths[l + 1], model.widths[l]);
    std::ranges::fill(penalty[l].flat(), o.weight_decay[o.weight_decay.size() == 1 ? 0 : l]);
  }
  return penalty;
}

// e_k of the entries, the elementary symmetric polynomial; 0 for k < 0.
balls::Real elementary_symmetric(const std::vector<balls::Real>& a, std::ptrdiff_t k, slong precision) {
  std::vector<balls::Real> e(a.size() + 1, balls::Real(precision));
  e[0] = balls::Real(precision, 1.0);
  for (std::size_t i = 0; i < a.size(); ++i)
    for (std::size_t j = i + 1; j > 0; --j) e[j] = e[j] + a[i] * e[j - 1];
  return k < 0 ? balls::Real(precision) : e[static_cast<std::size_t>(k)];
}

}  // namespace

Index Model::dimension() const {
  Index n = 0;
  for (std::size_t l = 0; l < num_layers(); ++l) n += widths[l] * widths[l + 1];
  return n;
}

Index Model::narrowest() const { return *std::min_element(widths.begin(), widths.end()); }

Model make_model(const LinearNetworkOptions& o, const std::map<std::string, Matrix>& point) {
  Model model;
  model.X = o.x.values;
  model.Y = o.y.values;
  if (model.X.empty() || model.Y.empty() || model.X.cols != model.Y.cols)
    throw InputError("data", "x and y with equally many samples, at least one",
                     std::to_string(model.X.cols) + " and " + std::to_string(model.Y.cols));
  model.widths.push_back(model.X.rows);
  for (const std::int64_t d : o.hidden) model.widths.push_back(static_cast<Index>(d));
  model.widths.push_back(model.Y.rows);
  model.residual = o.residual;
  static_cast<void>(blocks(model, point, ""));  // widths that a real point has are safe to allocate for
  model.penalty = make_penalty(o, model);
  for (const Matrix& B : model.penalty)
    if (!std::all_of(B.flat().begin(), B.flat().end(), [](double b) { return b >= 0.0; }))
      throw InputError("weight-decay", "penalties that are not negative", "others");
  return model;
}

std::vector<Matrix> blocks(const Model& model, const std::map<std::string, Matrix>& arrays, const std::string& prefix) {
  std::vector<Matrix> result;
  for (std::size_t l = 0; l < model.num_layers(); ++l) {
    const std::string name = prefix + "W" + std::to_string(l + 1);
    const auto block = arrays.find(name);
    if (block == arrays.end()) throw InputError("point", "the block " + name, "none");
    require_shape(block->second, model.widths[l + 1], model.widths[l], name);
    result.push_back(block->second);
  }
  return result;
}

std::vector<Matrix> blocks(const Model& model, const Matrix& flat, const std::string& place) {
  if (flat.size() != model.dimension())
    throw InputError(place, std::to_string(model.dimension()) + " numbers", std::to_string(flat.size()));
  std::vector<Matrix> result;
  const double* next = flat.data();
  for (std::size_t l = 0; l < model.num_layers(); ++l) {
    result.emplace_back(ConstMatrixView(next, model.widths[l + 1], model.widths[l]));
    next += result[l].size();
  }
  return result;
}

Evaluation::Evaluation(const Model& model, const SampleProducts& products, slong precision, const std::vector<Matrix>& blocks,
                       const std::vector<Matrix>& displacement)
    : model_(model), products_(products), precision_(precision), residual_squared_(precision), value_2n_(precision), E_(precision, 0, 0) {
  const std::size_t H = model.num_layers();
  const balls::Real n(precision, static_cast<double>(model.num_samples()));
  for (std::size_t l = 0; l < H; ++l) {
    W_.emplace_back(precision, blocks[l]);
    if (!displacement.empty()) W_[l] = W_[l] + balls::Matrix(precision, displacement[l]);
    V_.push_back(model.has_skip(l) ? W_[l] + balls::Matrix::identity(precision, W_[l].rows()) : W_[l]);
    if (!model.penalty.empty()) penalty_n_.push_back(n * balls::Matrix(precision, model.penalty[l]));
  }
  right_.push_back(balls::Matrix::identity(precision, model.widths[0]));
  for (std::size_t l = 0; l + 1 < H; ++l) right_.push_back(V_[l] * right_[l]);
  left_.assign(H, balls::Matrix::identity(precision, model.widths[H]));
  for (std::size_t l = H - 1; l > 0; --l) left_[l - 1] = left_[l] * V_[l];

  const SampleProducts::Residual residual = products.residual(V_[H - 1] * right_[H - 1]);
  residual_squared_ = value_2n_ = residual.squared_norm;
  E_ = residual.times_inputs;
  for (std::size_t l = 0; l < penalty_n_.size(); ++l) value_2n_ = value_2n_ + inner_product(entrywise_product(penalty_n_[l], W_[l]), W_[l]);
}

balls::Matrix Evaluation::gradient_n(std::size_t l) const {
  const balls::Matrix g = transpose(left_[l]) * E_ * transpose(right_[l]);
  return penalty_n_.empty() ? g : g + entrywise_product(penalty_n_[l], W_[l]);
}

balls::Real Evaluation::gradient_norm_squared_nn() const {
  balls::Real sum(precision_);
  for (std::size_t l = 0; l < V_.size(); ++l) sum = sum + squared_norm(gradient_n(l));
  return sum;
}

double Evaluation::largest_gradient_scale() const {
  const auto norm = [](const balls::Matrix& A) { return arf_get_d(arb_midref(square_root(squared_norm(A)).get()), ARF_RND_UP); };
  const double n = static_cast<double>(model_.num_samples()), x = frobenius_norm(model_.X), y = frobenius_norm(model_.Y);
  const double residual = (norm(left_[0] * V_[0]) * x + y) / n;
  double squares = 0.0, penalties = 0.0, strengths = 0.0;
  for (std::size_t l = 0; l < V_.size(); ++l) {
    squares += std::pow(norm(left_[l]) * residual * (l == 0 ? x : norm(right_[l]) * x), 2);
    if (penalty_n_.empty()) continue;
    penalties += std::pow(norm(entrywise_product(penalty_n_[l], W_[l])) / n, 2);
    strengths += std::pow(norm(penalty_n_[l]) / n, 2);
  }
  // Weights that could fit the data are of this size; at zero weights the scale is their penalty.
  const double ratio = y / x, size = ratio > 0.0 && std::isfinite(ratio) ? std::pow(ratio, 1.0 / static_cast<double>(V_.size())) : 1.0;
  constexpr double rounding = 1.0 + 1e-9;  // whoever stated the scale computed it in another order
  return rounding * (std::sqrt(squares) + std::sqrt(penalties) + size * std::sqrt(strengths));
}

bool Evaluation::is_exactly_critical() const {
  for (std::size_t l = 0; l < V_.size(); ++l)
    if (!is_exactly_zero(gradient_n(l))) return false;
  return true;
}

balls::Real Evaluation::second_derivative_n(const std::vector<Matrix>& direction) const {
  balls::Matrix Q0 = balls::Matrix::identity(precision_, model_.widths[0]);
  balls::Matrix Q1(precision_, model_.widths[0], model_.widths[0]), Q2 = Q1;
  balls::Real penalty(precision_);
  for (std::size_t l = 0; l < V_.size(); ++l) {
    const balls::Matrix U(precision_, direction[l]);
    Q2 = V_[l] * Q2 + U * Q1;
    Q1 = V_[l] * Q1 + U * Q0;
    Q0 = V_[l] * Q0;
    if (!penalty_n_.empty()) penalty = penalty + inner_product(entrywise_product(penalty_n_[l], U), U);
  }
  return products_.squared_image_norm(Q1) + 2.0 * inner_product(Q2, E_) + penalty;
}

balls::Matrix Evaluation::hessian_n() const {
  std::vector<Index> all(static_cast<std::size_t>(model_.widths[0])), offsets = {0};
  std::iota(all.begin(), all.end(), Index{0});
  for (const balls::Matrix& W : W_) offsets.push_back(offsets.back() + W.rows() * W.cols());
  const balls::Matrix S = products_.gram(all);
  balls::Matrix hessian(precision_, offsets.back(), offsets.back());
  for (std::size_t i = 0; i < V_.size(); ++i) {
    balls::Matrix between = balls::Matrix::identity(precision_, model_.widths[i]);  // V_{i-1} ... V_{j+1}
    for (std::size_t j = i + 1; j-- > 0;) {
      fill_block({i, j, offsets[i], offsets[j]}, S, between, hessian);
      if (j < i) between = between * V_[j];
    }
  }
  if (!penalty_n_.empty()) add_penalty(hessian);
  return hessian;
}

// Parameter (a, b) of layer i stands in row row_offset + a + b * d_i: blocks are column-major.
void Evaluation::fill_block(const BlockPlace& place, const balls::Matrix& S, const balls::Matrix& between, balls::Matrix& hessian) const {
  const auto [i, j, row_offset, col_offset] = place;
  const balls::Matrix outer = transpose(left_[i]) * left_[j];                    // A_i^T A_j
  const balls::Matrix inner = right_[i] * S * transpose(right_[j]);              // C_i S C_j^T
  const balls::Matrix coupling = transpose(left_[i]) * E_ * transpose(right_[j]);  // A_i^T E C_j^T
  for (Index b = 0; b < W_[i].cols(); ++b)
    for (Index a = 0; a < W_[i].rows(); ++a)
      for (Index d = 0; d < W_[j].cols(); ++d)
        for (Index c = 0; c < W_[j].rows(); ++c) {
          const Index row = row_offset + a + b * W_[i].rows(), col = col_offset + c + d * W_[j].rows();
          balls::Real entry = outer(a, c) * inner(b, d);
          if (i != j) entry = entry + between(b, c) * coupling(a, d);
          hessian.set(row, col, entry);
          hessian.set(col, row, entry);
        }
}

void Evaluation::add_penalty(balls::Matrix& hessian) const {
  Index k = 0;
  for (const balls::Matrix& B : penalty_n_)
    for (Index j = 0; j < B.cols(); ++j)
      for (Index i = 0; i < B.rows(); ++i, ++k) hessian.set(k, k, hessian(k, k) + B(i, j));
}

balls::Real Evaluation::hessian_lipschitz_n(const balls::Real& radius) const {
  const auto H = static_cast<std::ptrdiff_t>(V_.size());
  std::vector<balls::Real> a;
  for (const balls::Matrix& V : V_) a.push_back(square_root(squared_norm(V)) + radius);
  const balls::Real x = square_root(squared_norm(balls::Matrix(precision_, model_.X)));
  const balls::Real one(precision_, 1.0), three(precision_, 3.0);
  const balls::Real c1 = elementary_symmetric(a, H - 1, precision_), c2 = elementary_symmetric(a, H - 2, precision_);
  const balls::Real c3 = (balls::Real(precision_, 6.0) / (three * square_root(three))) * elementary_symmetric(a, H - 3, precision_);
  return three * c1 * c2 * x * x + (square_root(residual_squared_) + c1 * x * radius) * c3 * x;
}

}  // namespace nadir::linear_network_check
