// Small functions with derivatives in closed form, as problems: what paths are tested on.
#pragma once

#include <algorithm>
#include <cmath>
#include <functional>
#include <memory>
#include <span>

#include "nadir/core/problem.hpp"
#include "nadir/linalg/dense.hpp"

namespace nadir {

// value(x, gradient, Hessian); gradient and Hessian come in as zeros.
using AnalyticFunction = std::function<double(std::span<const double> x, std::span<double> gradient, Matrix& hessian)>;

class AnalyticProblem {
 public:
  AnalyticProblem(Index dimension, AnalyticFunction f) : f_(std::move(f)) { layout_.add("x", dimension, 1); }

  const Layout& layout() const { return layout_; }
  double value(std::span<const double> x) const { return expand(x)->value(); }
  std::unique_ptr<Expansion> expand(std::span<const double> x) const {
    auto expansion = std::make_unique<At>();
    expansion->g.assign(x.size(), 0.0);
    expansion->H = Matrix(std::ssize(x), std::ssize(x));
    expansion->v = f_(x, expansion->g, expansion->H);
    return expansion;
  }

 private:
  struct At : Expansion {
    double v = 0.0;
    Vector g;
    Matrix H;
    double value() const override { return v; }
    void gradient(std::span<double> out) const override { std::copy(g.begin(), g.end(), out.begin()); }
    void apply_hessian(ConstMatrixView V, MatrixView out) const override { multiply(1.0, H, Op::none, V, Op::none, 0.0, out); }
  };

  AnalyticFunction f_;
  Layout layout_;
};

// (ab - 1)^2 / 2: a valley of minima ab = 1.
inline AnalyticProblem product_valley() {
  return {2, [](std::span<const double> x, std::span<double> g, Matrix& H) {
            const double a = x[0], b = x[1], r = a * b - 1.0;
            g[0] = r * b, g[1] = r * a;
            H(0, 0) = b * b, H(1, 1) = a * a, H(0, 1) = H(1, 0) = a * b + r;
            return 0.5 * r * r;
          }};
}

// (x_1^2 - 1)^2 / 4 + |(x_2, ...)|^2 / 2: minima +-1 on the axis, saddle 0 of value 1/4 and curvature -1.
inline AnalyticProblem two_wells(Index dimension) {
  return {dimension, [](std::span<const double> x, std::span<double> g, Matrix& H) {
            const double q = x[0] * x[0] - 1.0;
            double value = 0.25 * q * q;
            g[0] = x[0] * q, H(0, 0) = 3.0 * x[0] * x[0] - 1.0;
            for (std::size_t i = 1; i < x.size(); ++i) {
              value += 0.5 * x[i] * x[i];
              g[i] = x[i], H(static_cast<Index>(i), static_cast<Index>(i)) = 1.0;
            }
            return value;
          }};
}

// (|x|^2 - 1)^2 in the plane: a ridge in the middle, a circle of minima around it.
inline AnalyticProblem round_hill() {
  return {2, [](std::span<const double> x, std::span<double> g, Matrix& H) {
            const double r = x[0] * x[0] + x[1] * x[1] - 1.0;
            g[0] = 4.0 * r * x[0], g[1] = 4.0 * r * x[1];
            H(0, 0) = 4.0 * r + 8.0 * x[0] * x[0], H(1, 1) = 4.0 * r + 8.0 * x[1] * x[1], H(0, 1) = H(1, 0) = 8.0 * x[0] * x[1];
            return r * r;
          }};
}

// The potential of [MuellerBrown1979, eq. (10)]: three minima in a row, two saddles between them.
inline AnalyticProblem mueller_brown() {
  return {2, [](std::span<const double> x, std::span<double> g, Matrix& H) {
            const double A[] = {-200, -100, -170, 15}, a[] = {-1, -1, -6.5, 0.7}, b[] = {0, 0, 11, 0.6}, c[] = {-10, -10, -6.5, 0.7}, X[] = {1, 0, -0.5, -1},
                         Y[] = {0, 0.5, 1.5, 1};
            double value = 0.0;
            for (int k = 0; k < 4; ++k) {
              const double u = x[0] - X[k], v = x[1] - Y[k], e = A[k] * std::exp(a[k] * u * u + b[k] * u * v + c[k] * v * v);
              const double by_u = 2.0 * a[k] * u + b[k] * v, by_v = b[k] * u + 2.0 * c[k] * v;
              value += e;
              g[0] += e * by_u, g[1] += e * by_v;
              H(0, 0) += e * (by_u * by_u + 2.0 * a[k]), H(1, 1) += e * (by_v * by_v + 2.0 * c[k]), H(0, 1) += e * (by_u * by_v + b[k]);
            }
            H(1, 0) = H(0, 1);
            return value;
          }};
}

}  // namespace nadir
