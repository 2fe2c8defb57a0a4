#include "nadir/problems/double_well/double_well.hpp"

#include <algorithm>
#include <cmath>

#include "nadir/linalg/dense.hpp"

namespace nadir {
namespace {

// x_1^2 - a^2, factored: near a well nothing cancels but the well itself.
double height(double x1, double a) { return (x1 - a) * (x1 + a); }

double value_at(std::span<const double> x, double a) {
  const double h = height(x[0], a);
  double sum = 0.0;
  for (std::size_t i = 1; i < x.size(); ++i) sum += x[i] * x[i];
  return 0.25 * h * h + 0.5 * sum;
}

class DoubleWellExpansion final : public Expansion {
 public:
  DoubleWellExpansion(std::span<const double> x, double a) : x_(x.begin(), x.end()), a_(a), value_(value_at(x, a)) {}

  double value() const override { return value_; }

  void gradient(std::span<double> out) const override {
    std::copy(x_.begin(), x_.end(), out.begin());
    out[0] = x_[0] * height(x_[0], a_);
  }

  void apply_hessian(ConstMatrixView V, MatrixView out) const override {
    const double first = 3.0 * x_[0] * x_[0] - a_ * a_;
    for (Index j = 0; j < V.cols; ++j) {
      std::copy_n(V.col(j), V.rows, out.col(j));
      out(0, j) *= first;
    }
  }

  // The norm without cancellation, and never below the slope of a barrier a^4/4 high and a wide.
  double gradient_scale() const override {
    Vector terms(x_);
    terms[0] = std::fabs(x_[0]) * (x_[0] * x_[0] + a_ * a_) + a_ * a_ * a_;
    return norm(terms);
  }

 private:
  Vector x_;
  double a_, value_;
};

}  // namespace

DoubleWell::DoubleWell(const DoubleWellOptions& options) : a_(options.a) {
  DoubleWellOptions checked = options;
  for (const OptionRow& row : rows(checked)) require_in_range(row);
  layout_.add("x", options.dimension, 1);
}

double DoubleWell::value(std::span<const double> x) const { return value_at(x, a_); }

std::unique_ptr<Expansion> DoubleWell::expand(std::span<const double> x) const {
  return std::make_unique<DoubleWellExpansion>(x, a_);
}

}  // namespace nadir
