#include "nadir/driver/curvature_scaling.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "nadir/linalg/dense.hpp"

namespace nadir {
namespace {

constexpr double floor_share = 1e-10;

class ScaledAt final : public Expansion {
 public:
  ScaledAt(std::unique_ptr<Expansion> inner, Index dimension) : inner_(std::move(inner)), n_(dimension) {}

  double value() const override { return inner_->value(); }
  void gradient(std::span<double> out) const override { inner_->gradient(out); }
  void apply_hessian(ConstMatrixView V, MatrixView out) const override { inner_->apply_hessian(V, out); }
  double gradient_scale() const override { return inner_->gradient_scale(); }

  void apply_preconditioner(ConstMatrixView V, MatrixView out) const override {
    if (!is_measured_) measure();
    if (!is_usable_) return inner_->apply_preconditioner(V, out);
    Matrix scaled(V), turned(n_, V.cols);
    for (Index j = 0; j < V.cols; ++j)
      for (Index i = 0; i < n_; ++i) scaled(i, j) /= scales_[static_cast<std::size_t>(i)];
    multiply(1.0, vectors_, Op::transpose, scaled, Op::none, 0.0, turned);
    for (Index j = 0; j < V.cols; ++j)
      for (Index i = 0; i < n_; ++i) turned(i, j) /= moduli_[static_cast<std::size_t>(i)];
    multiply(1.0, vectors_, Op::none, turned, Op::none, 0.0, out);
    for (Index j = 0; j < V.cols; ++j)
      for (Index i = 0; i < n_; ++i) out(i, j) /= scales_[static_cast<std::size_t>(i)];
  }

 private:
  void measure() const {
    is_measured_ = true;
    Matrix H(n_, n_);
    inner_->apply_hessian(Matrix::identity(n_), H);
    if (!all_finite(H)) return;
    scales_.resize(static_cast<std::size_t>(n_));
    for (Index i = 0; i < n_; ++i) {
      double square = std::fabs(H(i, i));
      for (Index j = 0; j < n_ && square == 0.0; ++j) square = std::fabs(H(i, j));
      scales_[static_cast<std::size_t>(i)] = square > 0.0 ? std::sqrt(square) : 1.0;
    }
    Matrix S(n_, n_);
    for (Index j = 0; j < n_; ++j)
      for (Index i = 0; i < n_; ++i)
        S(i, j) = 0.5 * (H(i, j) + H(j, i)) / scales_[static_cast<std::size_t>(i)] / scales_[static_cast<std::size_t>(j)];
    if (!all_finite(S)) return;
    SymmetricEigen eigen = symmetric_eigen(S);
    moduli_ = std::move(eigen.values);
    for (double& l : moduli_) l = std::fabs(l);
    const double largest = *std::max_element(moduli_.begin(), moduli_.end());
    if (!(largest > 0.0) || !std::isfinite(largest)) return;
    for (double& l : moduli_) l = std::fmax(l, floor_share * largest);
    vectors_ = std::move(eigen.vectors);
    is_usable_ = true;
  }

  std::unique_ptr<Expansion> inner_;
  Index n_;
  mutable bool is_measured_ = false, is_usable_ = false;
  mutable Vector scales_, moduli_;
  mutable Matrix vectors_;
};

}  // namespace

std::unique_ptr<Expansion> CurvatureScaled::expand(std::span<const double> x) const {
  return std::make_unique<ScaledAt>(problem_.expand(x), problem_.dimension());
}

}  // namespace nadir
