#include "nadir/problems/matrix_sensing/matrix_sensing.hpp"

#include <algorithm>
#include <cmath>

#include "nadir/linalg/dense.hpp"
#include "nadir/problems/matrix_sensing/measurement_map.hpp"

namespace nadir {
namespace {

class SensingExpansion final : public Expansion {
 public:
  SensingExpansion(const MatrixSensing& problem, std::span<const double> x)
      : problem_(problem), x_(x.begin(), x.end()), map_(linearise(problem.data(), problem.layout(), x)) {
    residual_ = map_->measurements();
    axpy(-1.0, problem.data().y, residual_);
    value_ = 0.5 * dot(residual_, residual_) + 0.5 * problem.penalty_slope() * dot(x_, x_);
    map_->set_residual(residual_);
  }

  double value() const override { return value_; }

  void gradient(std::span<double> out) const override {
    map_->apply_transpose({residual_.data(), static_cast<Index>(residual_.size()), 1}, {out.data(), static_cast<Index>(out.size()), 1});
    axpy(problem_.penalty_slope(), x_, out);
  }

  void apply_hessian(ConstMatrixView D, MatrixView out) const override {
    Matrix image(problem_.data().num_measurements, D.cols);
    map_->apply(D, image);
    map_->apply_transpose(image, out);
    map_->add_residual_term(D, out);
    for (Index c = 0; c < D.cols; ++c)
      axpy(problem_.penalty_slope(), {D.col(c), static_cast<std::size_t>(D.rows)}, {out.col(c), static_cast<std::size_t>(D.rows)});
  }

  void apply_preconditioner(ConstMatrixView D, MatrixView out) const override {
    if (factors_.empty()) make_factors();
    Expansion::apply_preconditioner(D, out);
    for (Index c = 0; c < D.cols; ++c)
      for (std::size_t b = 0; b < factors_.size(); ++b) {
        const MatrixView block = problem_.layout().block(std::span<double>(out.col(c), static_cast<std::size_t>(out.rows)), b);
        Matrix rows = transpose(block);
        solve_lower(factors_[b], Op::none, rows);
        solve_lower(factors_[b], Op::transpose, rows);
        for (Index j = 0; j < block.cols; ++j)
          for (Index i = 0; i < block.rows; ++i) block(i, j) = rows(j, i);
      }
  }

  // |J|_F |rho|, and the penalty's slope, which counts for a factor of the size that could fit y at least: at a
  // minimum at zero, gradient and factors vanish together. Residuals below 1e-6 of what they are the difference of
  // make a global minimum and no scale: it stays above the rounding errors of J^T rho, and of A(X), where that is a
  // small sum of large terms.
  double gradient_scale() const override {
    const SensingData& d = problem_.data();
    const double size = std::sqrt(d.y_norm / d.operator_norm);
    const double terms = d.operator_norm * frobenius_norm(problem_.left(x_)) * frobenius_norm(problem_.right(x_));
    const double rho = std::max({norm(residual_), 1e-6 * (norm(map_->measurements()) + d.y_norm), 1e-9 * terms});
    return map_->jacobian_norm() * rho + problem_.penalty_slope() * (norm(x_) + size);
  }

 private:
  // Cholesky factors of c W^T W + s I, by block; of I where these are not finite.
  void make_factors() const {
    const SensingData& d = problem_.data();
    const double mean_square = d.operator_norm * d.operator_norm / static_cast<double>(d.rows * d.cols);
    const double floor = problem_.penalty_slope() + 0.1 * std::sqrt(mean_square) * norm(residual_);
    for (std::size_t b = 0; b < problem_.layout().num_blocks(); ++b) {
      const ConstMatrixView other = b == 0 ? problem_.right(x_) : problem_.left(x_);
      Matrix S = product(other, Op::transpose, other, Op::none), L;
      double trace = 0.0;
      for (Index i = 0; i < S.rows(); ++i) trace += S(i, i);
      const double factor = d.is_psd ? 2.0 * mean_square : mean_square;
      for (double& s : S.flat()) s *= factor;
      for (Index i = 0; i < S.rows(); ++i) S(i, i) += floor + 1e-8 * factor * trace + 1e-300;
      factors_.push_back(all_finite(S) && cholesky(S, L) ? L : Matrix::identity(S.rows()));
    }
  }

  const MatrixSensing& problem_;
  Vector x_;
  std::unique_ptr<SensingLinearisation> map_;
  Vector residual_;
  double value_ = 0.0;
  mutable std::vector<Matrix> factors_;
};

}  // namespace

double MatrixSensing::value(std::span<const double> x) const { return SensingExpansion(*this, x).value(); }

std::unique_ptr<Expansion> MatrixSensing::expand(std::span<const double> x) const {
  return std::make_unique<SensingExpansion>(*this, x);
}

}  // namespace nadir
