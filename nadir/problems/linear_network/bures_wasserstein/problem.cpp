#include "nadir/problems/linear_network/bures_wasserstein/problem.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

#include "nadir/base/error.hpp"
#include "nadir/linalg/dense.hpp"

namespace nadir {
namespace {

constexpr double rank_tol = 1e-12;  // of singular values of F^T P~, relative to |F| |P~|

double sum_of_squares(ConstMatrixView A) {
  double sum = 0.0;
  for (Index j = 0; j < A.cols; ++j)
    for (Index i = 0; i < A.rows; ++i) sum += A(i, j) * A(i, j);
  return sum;
}

// [P, sqrt(tau) I], or P without smoothing.
Matrix smoothed(const Matrix& P, double tau) {
  if (tau == 0.0) return P;
  Matrix result(P.rows(), P.cols() + P.rows());
  std::copy_n(P.data(), P.size(), result.data());
  for (Index i = 0; i < P.rows(); ++i) result(i, P.cols() + i) = std::sqrt(tau);
  return result;
}

// Row j of M times factor(j).
template <class Factor>
void scale_rows(Matrix& M, Factor factor) {
  for (Index j = 0; j < M.cols(); ++j)
    for (Index i = 0; i < M.rows(); ++i) M(i, j) *= factor(i);
}
template <class Factor>
void scale_columns(Matrix& M, Factor factor) {
  for (Index j = 0; j < M.cols(); ++j) scale(factor(j), {M.col(j), static_cast<std::size_t>(M.rows())});
}

// The loss as a function of P alone: value, gradient G and second derivative.
class FunctionSpace {
 public:
  FunctionSpace(const BuresWassersteinNetwork& problem, const Matrix& P) : F_(problem.target().factor()) {
    const Matrix P_smoothed = smoothed(P, problem.smoothing());
    const Index greatest = problem.greatest_rank();
    gradient_ = P;
    Svd f;
    const Matrix X = product(F_, Op::transpose, P_smoothed, Op::none);
    if (!X.view().empty() && all_finite(X)) f = svd(X);
    else f = {Matrix(X.rows(), 0), {}, Matrix(0, X.cols())};
    set_value(P_smoothed, f, all_finite(X));
    const double threshold = rank_tol * frobenius_norm(F_) * frobenius_norm(P_smoothed);
    const auto rank = static_cast<Index>(std::count_if(f.values.begin(), f.values.end(), [=](double s) { return s > threshold; }));
    is_smooth_ = all_finite(X) && rank >= greatest;
    const Index q = std::min(rank, greatest);
    U_ = Matrix(f.U.view().columns(0, q));
    Vt_ = Matrix(f.Vt.view().block(0, 0, q, P.cols()));
    singular_values_.assign(f.values.begin(), f.values.begin() + q);
    multiply(-2.0, product(F_, U_), Op::none, Vt_, Op::none, 2.0, gradient_);
  }

  double value() const { return value_; }
  bool is_smooth() const { return is_smooth_; }
  const Matrix& gradient() const { return gradient_; }
  // |P| + |F|: the size of both terms of the gradient, which cancel.
  double uncancelled_gradient() const { return uncancelled_; }

  // D^2L dP = 2 (dP - F dQ)
  Matrix apply_second_derivative(const Matrix& dP) const {
    const auto& s = singular_values_;
    const auto inverse = [&](Index i) { return 1.0 / s[static_cast<std::size_t>(i)]; };
    const Matrix Z = product(F_, Op::transpose, dP, Op::none), ZV = product(Z, Op::none, Vt_, Op::transpose);
    const Matrix UtZ = product(U_, Op::transpose, Z, Op::none), core = product(U_, Op::transpose, ZV, Op::none);
    Matrix K(core.rows(), core.cols());
    for (Index j = 0; j < K.cols(); ++j)
      for (Index i = 0; i < K.rows(); ++i)
        K(i, j) = (core(i, j) - core(j, i)) / (s[static_cast<std::size_t>(i)] + s[static_cast<std::size_t>(j)]);
    Matrix left = ZV;  // (I - U U^T) Z V D^{-1} + U K
    multiply(-1.0, U_, Op::none, core, Op::none, 1.0, left);
    scale_columns(left, inverse);
    multiply(1.0, U_, Op::none, K, Op::none, 1.0, left);
    Matrix right = UtZ;  // D^{-1} U^T Z (I - V V^T)
    multiply(-1.0, core, Op::none, Vt_, Op::none, 1.0, right);
    scale_rows(right, inverse);
    Matrix dQ = product(left, Vt_);
    multiply(1.0, U_, Op::none, right, Op::none, 1.0, dQ);
    Matrix result = dP;
    multiply(-2.0, F_, Op::none, dQ, Op::none, 2.0, result);
    return result;
  }

 private:
  void set_value(const Matrix& P, const Svd& f, bool is_finite) {
    uncancelled_ = frobenius_norm(P) + frobenius_norm(F_);
    Matrix misfit = P, unmatched = F_;
    const Matrix FU = product(F_, f.U);
    multiply(-1.0, FU, Op::none, f.Vt, Op::none, 1.0, misfit);
    multiply(-1.0, FU, Op::none, f.U, Op::transpose, 1.0, unmatched);
    // |F|^2 - |F U|^2 is zero where U is square; its rounding is not.
    value_ = sum_of_squares(misfit) + (f.U.cols() < F_.cols() ? sum_of_squares(unmatched) : 0.0);
    if (!is_finite) value_ = std::numeric_limits<double>::quiet_NaN();
  }

  const Matrix& F_;
  double value_ = 0.0, uncancelled_ = 0.0;
  bool is_smooth_ = false;
  Matrix U_, Vt_;  // Vt_ cut to the columns of P
  Vector singular_values_;
  Matrix gradient_;
};

class BuresWassersteinExpansion final : public Expansion {
 public:
  BuresWassersteinExpansion(const BuresWassersteinNetwork& problem, std::span<const double> x)
      : problem_(problem), V_(problem.architecture().effective_weights(x)), left_(left_products(V_)), function_(problem, left_[0]) {}

  double value() const override { return function_.value(); }
  bool is_smooth() const { return function_.is_smooth(); }

  void gradient(std::span<double> out) const override {
    const auto& G = back();
    for (std::size_t l = 0; l < V_.size(); ++l)
      multiply(1.0, left_[l + 1], Op::transpose, G[l], Op::none, 0.0, problem_.layout().block(out, l));
  }

  void apply_hessian(ConstMatrixView U, MatrixView out) const override {
    for (Index j = 0; j < U.cols; ++j)
      apply_hessian_once({U.col(j), static_cast<std::size_t>(U.rows)}, {out.col(j), static_cast<std::size_t>(out.rows)});
  }

  // The norm of the blocks' gradients if nothing cancelled: |A_l| 2 (|P| + |F|) |V_1' ... V_{l-1}'|.
  double gradient_scale() const override {
    double squares = 0.0;
    Matrix right = Matrix::identity(V_[0].cols());
    for (std::size_t l = 0; l < V_.size(); ++l) {
      const double block = frobenius_norm(left_[l + 1]) * 2.0 * function_.uncancelled_gradient() * frobenius_norm(right);
      squares += block * block;
      if (l + 1 < V_.size()) right = product(V_[l], right);
    }
    return std::sqrt(squares);
  }

 private:
  static std::vector<Matrix> left_products(const std::vector<Matrix>& V) {
    const std::size_t H = V.size();
    std::vector<Matrix> left(H + 1);
    left[H] = Matrix::identity(V[H - 1].rows());
    left[H - 1] = V[H - 1];
    for (std::size_t l = H - 1; l > 0; --l) left[l - 1] = product(left[l], V[l - 1]);
    return left;
  }

  // G_0 = dL/dP, G_l = G_{l-1} V_l^T
  const std::vector<Matrix>& back() const {
    if (!back_.empty()) return back_;
    back_.push_back(function_.gradient());
    for (std::size_t l = 0; l + 1 < V_.size(); ++l) back_.push_back(product(back_[l], Op::none, V_[l], Op::transpose));
    return back_;
  }

  // As in linear_network.cpp, with J_0 = D^2L dP.
  void apply_hessian_once(std::span<const double> u, std::span<double> out) const {
    const std::size_t H = V_.size();
    const auto& G = back();
    const Layout& layout = problem_.layout();
    std::vector<Matrix> d_left(H + 1);  // dA_l; dA_H = 0 is left empty
    for (std::size_t l = H; l > 0; --l) {
      d_left[l - 1] = product(left_[l], layout.block(u, l - 1));
      if (l < H) multiply(1.0, d_left[l], Op::none, V_[l - 1], Op::none, 1.0, d_left[l - 1]);
    }
    Matrix J = function_.apply_second_derivative(d_left[0]);
    for (std::size_t l = 0; l < H; ++l) {
      const MatrixView block = layout.block(out, l);
      multiply(1.0, left_[l + 1], Op::transpose, J, Op::none, 0.0, block);
      if (l + 1 == H) break;
      multiply(1.0, d_left[l + 1], Op::transpose, G[l], Op::none, 1.0, block);
      J = product(J, Op::none, V_[l], Op::transpose);
      multiply(1.0, G[l], Op::none, layout.block(u, l), Op::transpose, 1.0, J);
    }
  }

  const BuresWassersteinNetwork& problem_;
  std::vector<Matrix> V_;
  std::vector<Matrix> left_;  // A_0 = P, A_1, ..., A_H = I
  FunctionSpace function_;
  mutable std::vector<Matrix> back_;
};

}  // namespace

BuresWassersteinNetwork::BuresWassersteinNetwork(LinearArchitecture architecture, TargetCovariance target, double smoothing)
    : architecture_(std::move(architecture)), target_(std::move(target)), smoothing_(smoothing), layout_(architecture_.layout()) {
  if (architecture_.widths.back() != target_.dimension())
    throw InputError("linear-network widths", "as many outputs as the covariance has rows, " + std::to_string(target_.dimension()),
                     std::to_string(architecture_.widths.back()));
  if (!(smoothing_ >= 0.0) || !std::isfinite(smoothing_))
    throw InputError("--smoothing", "a finite number of at least 0", std::to_string(smoothing_));
}

double BuresWassersteinNetwork::value(std::span<const double> x) const { return BuresWassersteinExpansion(*this, x).value(); }

std::unique_ptr<Expansion> BuresWassersteinNetwork::expand(std::span<const double> x) const {
  return std::make_unique<BuresWassersteinExpansion>(*this, x);
}

bool BuresWassersteinNetwork::is_smooth(std::span<const double> x) const { return BuresWassersteinExpansion(*this, x).is_smooth(); }

Index BuresWassersteinNetwork::greatest_rank() const {
  const Index r = target_.factor().cols();
  return smoothing_ > 0.0 ? r : std::min(r, architecture_.narrowest());
}

}  // namespace nadir
