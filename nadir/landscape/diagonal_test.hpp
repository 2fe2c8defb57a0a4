// Operators and expansions whose spectrum is known because they are diagonal; for tests.
#pragma once

#include <cmath>
#include <memory>

#include "nadir/core/problem.hpp"
#include "nadir/landscape/symmetric_operator.hpp"

namespace nadir::diagonal {

inline void apply(const Vector& d, ConstMatrixView V, MatrixView out) {
  for (Index j = 0; j < V.cols; ++j)
    for (Index i = 0; i < V.rows; ++i) out(i, j) = d[static_cast<std::size_t>(i)] * V(i, j);
}

inline SymmetricOperator operator_of(const Vector& d) {
  return {std::ssize(d), [d](ConstMatrixView V, MatrixView out) { apply(d, V, out); }, {}};
}

// f(x) = 1/2 sum d_i x_i^2 at 0.
class Expanded final : public Expansion {
 public:
  explicit Expanded(Vector d) : d_(std::move(d)) {}
  double value() const override { return 0.0; }
  void gradient(std::span<double> out) const override { std::fill(out.begin(), out.end(), 0.0); }
  void apply_hessian(ConstMatrixView V, MatrixView out) const override { apply(d_, V, out); }

 private:
  Vector d_;
};

inline Layout one_block(Index n) {
  Layout layout;
  layout.add("x", n, 1);
  return layout;
}

// Quantiles of Wigner's semicircle of that radius: where its distribution function is (i + 1/2) / n.
inline Vector semicircle(Index n, double radius) {
  Vector d;
  for (Index i = 0; i < n; ++i) {
    const double wanted = (static_cast<double>(i) + 0.5) / static_cast<double>(n);
    double low = -1.0, high = 1.0;
    for (int k = 0; k < 60; ++k) {
      const double t = 0.5 * (low + high);
      (0.5 + (t * std::sqrt(1.0 - t * t) + std::asin(t)) / std::acos(-1.0) < wanted ? low : high) = t;
    }
    d.push_back(radius * high);
  }
  return d;
}

}  // namespace nadir::diagonal
