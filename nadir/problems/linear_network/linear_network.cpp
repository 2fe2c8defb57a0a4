#include "nadir/problems/linear_network/linear_network.hpp"

#include <algorithm>
#include <cmath>
#include <string>

#include "nadir/base/error.hpp"
#include "nadir/linalg/dense.hpp"

namespace nadir {
namespace {

// Directions whose Hessian products are computed together: enough for the rate of large products; more would
// only take memory.
constexpr Index most_stacked = 16;

double sum_of_squares(std::span<const double> v) { return dot(v, v); }

// 1/2 sum B o W o W
double penalty_value(const LinearNetwork& problem, std::span<const double> x) {
  double sum = 0.0;
  const double* w = x.data();
  for (const Matrix& B : problem.penalty())
    for (const double b : B.flat()) sum += b * *w * *w, ++w;
  return 0.5 * sum;
}

// The state of a point: left products, the map P, the residual D. Enough for value; the rest on demand.
class LinearNetworkExpansion final : public Expansion {
 public:
  LinearNetworkExpansion(const LinearNetwork& problem, std::span<const double> x)
      : problem_(problem), x_(x.begin(), x.end()), V_(problem.architecture().effective_weights(x)) {
    const std::size_t H = V_.size();
    left_.resize(H + 1);
    left_[H] = Matrix::identity(problem.architecture().widths[H]);
    left_[H - 1] = V_[H - 1];
    for (std::size_t l = H - 1; l > 0; --l) left_[l - 1] = product(left_[l], V_[l - 1]);
    const double scale = 1.0 / static_cast<double>(problem.data().num_samples);
    residual_ = problem.data().target;
    multiply(1.0, left_[0], Op::none, problem.data().factor, Op::none, -1.0, residual_);
    value_ = 0.5 * scale * (sum_of_squares(residual_.flat()) + problem.data().residual) + penalty_value(problem, x);
    nadir::scale(scale, residual_.flat());
  }

  double value() const override { return value_; }

  void gradient(std::span<double> out) const override {
    const auto& G = back();
    for (std::size_t l = 0; l < V_.size(); ++l)
      multiply(1.0, left_[l + 1], Op::transpose, G[l], Op::none, 0.0, problem_.layout().block(out, l));
    add_penalty(x_, out);
  }

  void apply_hessian(ConstMatrixView U, MatrixView out) const override {
    for (Index j = 0; j < U.cols; j += most_stacked) {
      const Index count = std::min(most_stacked, U.cols - j);
      apply_hessian_stacked(U.columns(j, count), out.columns(j, count));
    }
  }

  // Inverse of (X X^T/n, floored) on the first block, identity on the others: it removes the conditioning
  // of the inputs, which is what makes raw data slow.
  void apply_preconditioner(ConstMatrixView U, MatrixView out) const override {
    Expansion::apply_preconditioner(U, out);
    const BlockShape& first = problem_.layout()[0];
    const double strength = input_weight();
    for (Index j = 0; j < U.cols; ++j) {
      Matrix block = transpose(ConstMatrixView(U.col(j), first.rows, first.cols));
      solve_lower(problem_.input_factor(), Op::none, block);
      solve_lower(problem_.input_factor(), Op::transpose, block);
      const Matrix result = transpose(block);
      for (Index i = 0; i < result.size(); ++i) out(i, j) = result.data()[i] / strength;
    }
  }

  // The norm of the blocks' gradients if nothing cancelled: |A_l| (|P F| + |A|)/n |F V_1'...V_{l-1}'|.
  double gradient_scale() const override {
    const double n = static_cast<double>(problem_.data().num_samples);
    const double uncancelled = (frobenius_norm(product(left_[0], problem_.data().factor)) + frobenius_norm(problem_.data().target)) / n;
    double squares = 0.0;
    Matrix right = problem_.data().factor;
    for (std::size_t l = 0; l < V_.size(); ++l) {
      const double block = frobenius_norm(left_[l + 1]) * uncancelled * frobenius_norm(right);
      squares += block * block;
      if (l + 1 < V_.size()) right = product(V_[l], right);
    }
    if (!problem_.is_penalised()) return std::sqrt(squares);
    // A minimum at zero weights has neither gradient nor weights: the penalty of weights that could fit the
    // data, of size (|Y|/|X|)^{1/H}, is the scale there.
    Vector decay(x_.size(), 0.0);
    add_penalty(x_, decay);
    double penalties = 0.0;
    for (const Matrix& B : problem_.penalty()) penalties += sum_of_squares(B.flat());
    const double ratio = std::sqrt(problem_.data().target_norm_squared) / frobenius_norm(problem_.data().factor);
    const double size = ratio > 0.0 && std::isfinite(ratio) ? std::pow(ratio, 1.0 / static_cast<double>(V_.size())) : 1.0;
    return std::sqrt(squares) + norm(decay) + size * std::sqrt(penalties);
  }

 private:
  // G_0 = D F^T, G_l = G_{l-1} V_l^T
  const std::vector<Matrix>& back() const {
    if (!back_.empty()) return back_;
    back_.push_back(product(residual_, Op::none, problem_.data().factor, Op::transpose));
    for (std::size_t l = 0; l + 1 < V_.size(); ++l) back_.push_back(product(back_[l], Op::none, V_[l], Op::transpose));
    return back_;
  }

  void add_penalty(std::span<const double> direction, std::span<double> out) const {
    std::size_t i = 0;
    for (const Matrix& B : problem_.penalty())
      for (const double b : B.flat()) out[i] += b * direction[i], ++i;
  }

  // The recursions for all columns of U at once: direction k has the rows k d_out, ..., (k+1) d_out - 1 of dA_l and
  // J_l, so that products with the network's own matrices are one large product instead of U.cols thin ones.
  void apply_hessian_stacked(ConstMatrixView U, MatrixView out) const {
    const std::size_t H = V_.size();
    const auto& G = back();
    const Index rows = left_[0].rows(), count = U.cols;
    const auto part = [&](Matrix& stack, Index k) { return stack.view().block(k * rows, 0, rows, stack.cols()); };
    std::vector<Matrix> d_left(H + 1);  // dA_l; dA_H = 0 is left empty
    for (std::size_t l = H; l > 0; --l) {
      d_left[l - 1] = l < H ? product(d_left[l], V_[l - 1]) : Matrix(rows * count, V_[l - 1].cols());
      for (Index k = 0; k < count; ++k) multiply(1.0, left_[l], Op::none, block_of(U, k, l - 1), Op::none, 1.0, part(d_left[l - 1], k));
    }
    Matrix J = product(d_left[0], problem_.scaled_gram());
    for (std::size_t l = 0; l < H; ++l) {
      for (Index k = 0; k < count; ++k) {
        const MatrixView block = block_of(out, k, l);
        multiply(1.0, left_[l + 1], Op::transpose, part(J, k), Op::none, 0.0, block);
        if (l + 1 < H) multiply(1.0, part(d_left[l + 1], k), Op::transpose, G[l], Op::none, 1.0, block);
      }
      if (l + 1 == H) break;
      J = product(J, Op::none, V_[l], Op::transpose);
      for (Index k = 0; k < count; ++k) multiply(1.0, G[l], Op::none, block_of(U, k, l), Op::transpose, 1.0, part(J, k));
    }
    for (Index k = 0; k < count; ++k) add_penalty(column(U, k), column(out, k));
  }

  static std::span<const double> column(ConstMatrixView U, Index k) { return {U.col(k), static_cast<std::size_t>(U.rows)}; }
  static std::span<double> column(MatrixView U, Index k) { return {U.col(k), static_cast<std::size_t>(U.rows)}; }
  // The entries of layer l, counted from 0, in column k.
  ConstMatrixView block_of(ConstMatrixView U, Index k, std::size_t l) const { return problem_.layout().block(column(U, k), l); }
  MatrixView block_of(MatrixView U, Index k, std::size_t l) const { return problem_.layout().block(column(U, k), l); }

  // How strongly the rest of the network amplifies the first layer, so that its preconditioned block is
  // of the size of the others.
  double input_weight() const {
    if (input_weight_ > 0.0) return input_weight_;
    const double a = frobenius_norm(left_[1]);
    const double mean_square = a * a / static_cast<double>(std::max<Index>(1, std::min(left_[1].rows(), left_[1].cols())));
    return input_weight_ = std::clamp(mean_square, 1e-6, 1e6);
  }

  const LinearNetwork& problem_;
  Vector x_;
  std::vector<Matrix> V_;
  std::vector<Matrix> left_;  // A_0 = P, A_1, ..., A_H = I
  Matrix residual_;           // D
  double value_ = 0.0;
  mutable std::vector<Matrix> back_;
  mutable double input_weight_ = 0.0;
};

// A Cholesky factor of S = F F^T/n, with the mean eigenvalue in the directions in which the inputs do not vary:
// a small floor there would blow up the rounding errors of gradients that are zero. What floor is still needed
// grows until the factorisation succeeds.
Matrix floored_factor(const Matrix& S, const Matrix& F) {
  double trace = 0.0;
  for (Index i = 0; i < S.rows(); ++i) trace += S(i, i);
  Matrix filled = S;
  if (F.cols() < S.rows()) {
    const double mean = trace > 0.0 ? trace / static_cast<double>(F.cols()) : 1.0;
    const Matrix Q = qr(F).Q;
    multiply(-mean, Q, Op::none, Q, Op::transpose, 1.0, filled);
    for (Index i = 0; i < S.rows(); ++i) filled(i, i) += mean;
  }
  for (double floor = trace > 0.0 ? 1e-14 * trace : 0.0;; floor = 100.0 * floor + 1e-300) {
    Matrix shifted = filled, L;
    for (Index i = 0; i < S.rows(); ++i) shifted(i, i) += floor;
    if (cholesky(shifted, L)) return L;
  }
}

void require_widths(const LinearArchitecture& a, const ReducedData& d, const std::vector<Matrix>& penalty) {
  if (a.widths.front() != d.factor.rows() || a.widths.back() != d.target.rows())
    throw InputError("linear-network widths", "inputs " + std::to_string(d.factor.rows()) + " and outputs " + std::to_string(d.target.rows()),
                     std::to_string(a.widths.front()) + " and " + std::to_string(a.widths.back()));
  if (!penalty.empty() && penalty.size() != a.num_layers())
    throw InputError("weight decay", std::to_string(a.num_layers()) + " layers", std::to_string(penalty.size()));
  for (std::size_t l = 0; l < penalty.size(); ++l)
    if (penalty[l].rows() != a.widths[l + 1] || penalty[l].cols() != a.widths[l])
      throw InputError("weight decay of W" + std::to_string(l + 1), std::to_string(a.widths[l + 1]) + " x " + std::to_string(a.widths[l]),
                       std::to_string(penalty[l].rows()) + " x " + std::to_string(penalty[l].cols()));
}

}  // namespace

LinearNetwork::LinearNetwork(LinearArchitecture architecture, ReducedData data, std::vector<Matrix> penalty)
    : architecture_(std::move(architecture)), data_(std::move(data)), penalty_(std::move(penalty)), layout_(architecture_.layout()) {
  require_widths(architecture_, data_, penalty_);
  scaled_gram_ = data_.gram.mid;
  nadir::scale(1.0 / static_cast<double>(data_.num_samples), scaled_gram_.flat());
  input_factor_ = floored_factor(scaled_gram_, data_.factor);
}

double LinearNetwork::value(std::span<const double> x) const { return LinearNetworkExpansion(*this, x).value(); }

std::unique_ptr<Expansion> LinearNetwork::expand(std::span<const double> x) const {
  return std::make_unique<LinearNetworkExpansion>(*this, x);
}

}  // namespace nadir
