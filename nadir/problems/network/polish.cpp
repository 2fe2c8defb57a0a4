#include "nadir/problems/network/polish.hpp"

#include <cmath>

#include "nadir/linalg/dense.hpp"

namespace nadir {
namespace {

constexpr Index most_parameters = 300;
constexpr double most_work = 1e9;
constexpr int most_steps = 6;
constexpr double start_tol = 1e-5, goal_tol = 1e-16;  // of the gradient, relative to its scale
constexpr double zero_tol = 1e-10;                    // of eigenvalues, relative to the largest
constexpr double value_tol = 1e-14;                   // of what a step may raise the value by

struct Local {
  double value = 0.0, gradient_norm = 0.0, scale = 0.0;
  Vector gradient;
};

Local at(const Expansion& e, std::size_t n) {
  Local here{e.value(), 0.0, e.gradient_scale(), Vector(n)};
  e.gradient(here.gradient);
  here.gradient_norm = norm(here.gradient);
  return here;
}

// -H^+ g; empty at a saddle.
Vector newton_step(const Expansion& e, const Vector& g) {
  const auto n = static_cast<Index>(g.size());
  Matrix H(n, n);
  e.apply_hessian(Matrix::identity(n), H);
  symmetrise(H);
  if (!all_finite(H)) return {};
  const SymmetricEigen eigen = symmetric_eigen(H);
  const double threshold = zero_tol * eigen.values.back();
  if (!(eigen.values.front() >= -threshold) || !(threshold > 0.0)) return {};
  Vector step(g.size(), 0.0);
  for (Index k = 0; k < n; ++k) {
    const double lambda = eigen.values[static_cast<std::size_t>(k)];
    const std::span<const double> v(eigen.vectors.col(k), g.size());
    if (lambda > threshold) axpy(-dot(v, g) / lambda, v, step);
  }
  return step;
}

}  // namespace

Vector polished(const Network& problem, Vector x) {
  const double n = static_cast<double>(x.size()), work = static_cast<double>(problem.data().num_samples()) * n * n;
  if (n > static_cast<double>(most_parameters) || work > most_work) return x;
  auto expansion = problem.expand(x);
  Local here = at(*expansion, x.size());
  for (int k = 0; k < most_steps; ++k) {
    if (!(here.gradient_norm <= start_tol * here.scale) || here.gradient_norm <= goal_tol * here.scale) break;
    const Vector step = newton_step(*expansion, here.gradient);
    if (step.empty()) break;
    Vector y = x;
    axpy(1.0, step, y);
    auto there_expansion = problem.expand(y);
    Local there = at(*there_expansion, x.size());
    const bool is_better = there.gradient_norm < 0.7 * here.gradient_norm && there.value <= here.value + value_tol * std::fabs(here.value);
    if (!is_better) break;
    x = std::move(y);
    expansion = std::move(there_expansion);
    here = std::move(there);
  }
  return x;
}

}  // namespace nadir
