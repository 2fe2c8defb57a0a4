// Problems with known answers for the tests of solvers, and a decorator that counts what they ask.
#pragma once

#include <cmath>
#include <functional>
#include <limits>
#include <memory>
#include <string>
#include <vector>

#include "nadir/core/problem.hpp"
#include "nadir/core/result.hpp"
#include "nadir/linalg/dense.hpp"

namespace nadir::analytic {

// A problem from three functions. `hessian` is dense: small dimensions only. As a mean over samples it is
// f_i(x) = f(x) + noise (i - (samples - 1)/2) sum_k x_k.
struct AnalyticProblem {
  std::string name;
  Layout shape;
  std::function<double(std::span<const double>)> f = {};
  std::function<void(std::span<const double>, std::span<double>)> grad = {};
  std::function<Matrix(std::span<const double>)> hessian = {};
  std::function<Matrix(std::span<const double>)> inverse_preconditioner = {};  // empty: the identity
  Counts* counts = nullptr;  // where evaluations are counted
  Index samples = 5;
  double noise = 0.05;
  std::vector<std::vector<Index>>* batches = nullptr;  // where the batches that were asked for are kept

  class Picture final : public Expansion {
   public:
    Picture(const AnalyticProblem& problem, std::span<const double> x) : problem_(problem), x_(x.begin(), x.end()), value_(problem.f(x)) {}
    double value() const override { return value_; }
    void gradient(std::span<double> out) const override {
      if (problem_.counts) ++problem_.counts->gradients;
      problem_.grad(x_, out);
    }
    void apply_hessian(ConstMatrixView V, MatrixView out) const override {
      if (problem_.counts) problem_.counts->hessian_products += V.cols;
      multiply(1.0, problem_.hessian(x_), Op::none, V, Op::none, 0.0, out);
    }
    void apply_preconditioner(ConstMatrixView V, MatrixView out) const override {
      if (!problem_.inverse_preconditioner) return Expansion::apply_preconditioner(V, out);
      multiply(1.0, problem_.inverse_preconditioner(x_), Op::none, V, Op::none, 0.0, out);
    }

   private:
    const AnalyticProblem& problem_;
    Vector x_;
    double value_;
  };

  const Layout& layout() const { return shape; }
  double value(std::span<const double> x) const {
    if (counts) ++counts->values;
    return f(x);
  }
  std::unique_ptr<Expansion> expand(std::span<const double> x) const {
    if (counts) ++counts->values;
    return std::make_unique<Picture>(*this, x);
  }
  Index num_samples() const { return samples; }
  double sample_gradient(std::span<const double> x, std::span<const Index> rows, std::span<double> out) const {
    if (batches) batches->emplace_back(rows.begin(), rows.end());
    double tilt = 0.0, sum = 0.0;
    for (const Index i : rows) tilt += noise * (static_cast<double>(i) - 0.5 * static_cast<double>(samples - 1)) / static_cast<double>(rows.size());
    for (const double entry : x) sum += entry;
    grad(x, out);
    for (double& entry : out) entry += tilt;
    return f(x) + tilt * sum;
  }
};

inline Layout vector_layout(Index n) {
  Layout layout;
  layout.add("x", n, 1);
  return layout;
}

// sum d_i (x_i - 1)^2 / 2 + offset: least value `offset` at (1, ..., 1).
inline AnalyticProblem quadratic(Vector d, double offset = 0.0) {
  AnalyticProblem p{.name = "quadratic", .shape = vector_layout(static_cast<Index>(d.size()))};
  p.f = [d, offset](std::span<const double> x) {
    double sum = offset;
    for (std::size_t i = 0; i < d.size(); ++i) sum += 0.5 * d[i] * (x[i] - 1.0) * (x[i] - 1.0);
    return sum;
  };
  p.grad = [d](std::span<const double> x, std::span<double> out) {
    for (std::size_t i = 0; i < d.size(); ++i) out[i] = d[i] * (x[i] - 1.0);
  };
  p.hessian = [d](std::span<const double>) {
    Matrix H(static_cast<Index>(d.size()), static_cast<Index>(d.size()));
    for (Index i = 0; i < H.rows(); ++i) H(i, i) = d[static_cast<std::size_t>(i)];
    return H;
  };
  return p;
}

// 100 (y - x^2)^2 + (1 - x)^2: least value 0 at (1, 1).
inline AnalyticProblem rosenbrock() {
  AnalyticProblem p{.name = "rosenbrock", .shape = vector_layout(2)};
  p.f = [](std::span<const double> x) {
    const double u = x[1] - x[0] * x[0], v = 1.0 - x[0];
    return 100.0 * u * u + v * v;
  };
  p.grad = [](std::span<const double> x, std::span<double> out) {
    const double u = x[1] - x[0] * x[0];
    out[0] = -400.0 * x[0] * u - 2.0 * (1.0 - x[0]);
    out[1] = 200.0 * u;
  };
  p.hessian = [](std::span<const double> x) {
    return Matrix::from_rows({{1200.0 * x[0] * x[0] - 400.0 * x[1] + 2.0, -400.0 * x[0]}, {-400.0 * x[0], 200.0}});
  };
  return p;
}

// scale ((x^2 - 1)^2 / 4 + y^2 / 2): least value 0 at (+-1, 0), an exact strict saddle at the origin.
inline AnalyticProblem wells(double scale = 1.0) {
  AnalyticProblem p{.name = "wells", .shape = vector_layout(2)};
  p.f = [scale](std::span<const double> x) {
    const double u = x[0] * x[0] - 1.0;
    return scale * (0.25 * u * u + 0.5 * x[1] * x[1]);
  };
  p.grad = [scale](std::span<const double> x, std::span<double> out) {
    out[0] = scale * x[0] * (x[0] * x[0] - 1.0);
    out[1] = scale * x[1];
  };
  p.hessian = [scale](std::span<const double> x) {
    return Matrix::from_rows({{scale * (3.0 * x[0] * x[0] - 1.0), 0.0}, {0.0, scale}});
  };
  return p;
}

// x - log(x): NaN for x < 0, infinite at 0, least value 1 at 1.
inline AnalyticProblem logarithm() {
  AnalyticProblem p{.name = "logarithm", .shape = vector_layout(1)};
  p.f = [](std::span<const double> x) { return x[0] - std::log(x[0]); };
  p.grad = [](std::span<const double> x, std::span<double> out) { out[0] = 1.0 - 1.0 / x[0]; };
  p.hessian = [](std::span<const double> x) { return Matrix::from_rows({{1.0 / (x[0] * x[0])}}); };
  return p;
}

// The constant 3: every point is critical and flat.
inline AnalyticProblem constant() {
  AnalyticProblem p{.name = "constant", .shape = vector_layout(2)};
  p.f = [](std::span<const double>) { return 3.0; };
  p.grad = [](std::span<const double>, std::span<double> out) { out[0] = out[1] = 0.0; };
  p.hessian = [](std::span<const double>) { return Matrix(2, 2); };
  return p;
}

// NaN everywhere but at the origin, where the gradient points somewhere.
inline AnalyticProblem island() {
  AnalyticProblem p{.name = "island", .shape = vector_layout(1)};
  p.f = [](std::span<const double> x) { return x[0] == 0.0 ? 1.0 : std::numeric_limits<double>::quiet_NaN(); };
  p.grad = [](std::span<const double>, std::span<double> out) { out[0] = 1.0; };
  p.hessian = [](std::span<const double>) { return Matrix::from_rows({{1.0}}); };
  return p;
}

// x, unbounded below.
inline AnalyticProblem slope() {
  AnalyticProblem p{.name = "slope", .shape = vector_layout(1)};
  p.f = [](std::span<const double> x) { return x[0]; };
  p.grad = [](std::span<const double>, std::span<double> out) { out[0] = 1.0; };
  p.hessian = [](std::span<const double>) { return Matrix(1, 1); };
  return p;
}

// x^4: a minimum at 0 where the Hessian vanishes too.
inline AnalyticProblem quartic() {
  AnalyticProblem p{.name = "quartic", .shape = vector_layout(1)};
  p.f = [](std::span<const double> x) { return x[0] * x[0] * x[0] * x[0]; };
  p.grad = [](std::span<const double> x, std::span<double> out) { out[0] = 4.0 * x[0] * x[0] * x[0]; };
  p.hessian = [](std::span<const double> x) { return Matrix::from_rows({{12.0 * x[0] * x[0]}}); };
  return p;
}

}  // namespace nadir::analytic
