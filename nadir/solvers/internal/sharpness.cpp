#include "nadir/solvers/internal/sharpness.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include "nadir/linalg/dense.hpp"

namespace nadir::internal {
namespace {

constexpr Index max_steps = 60;
constexpr double residual_tol = 1e-4, random_share = 0.1;

Vector first_direction(Index dimension, const Vector& start, Random random) {
  Vector v(static_cast<std::size_t>(dimension));
  random.fill_normal(v);
  scale((start.empty() ? 1.0 : random_share) / norm(v), v);
  if (!start.empty()) axpy(1.0, start, v);
  return v;
}

SymmetricEigen ritz(const Vector& diagonal, const Vector& off_diagonal) {
  const auto k = static_cast<Index>(diagonal.size());
  Matrix T(k, k);
  for (Index i = 0; i < k; ++i) {
    T(i, i) = diagonal[static_cast<std::size_t>(i)];
    if (i + 1 < k) T(i + 1, i) = T(i, i + 1) = off_diagonal[static_cast<std::size_t>(i)];
  }
  return symmetric_eigen(T);
}

}  // namespace

// Per step k: 1 Hessian product, 4 k vector passes.
Sharpness find_sharpness(const std::function<void(const Vector& v, Vector& out)>& apply_hessian, Index dimension,
                         const Vector& start, Random random) {
  std::vector<Vector> basis;
  Vector diagonal, off_diagonal, next = first_direction(dimension, start, random);
  double length = norm(next);
  for (Index k = 1; k <= std::min(max_steps, dimension); ++k) {
    scale(1.0 / length, next);
    basis.push_back(next);
    apply_hessian(basis.back(), next);
    diagonal.push_back(dot(basis.back(), next));
    for (int pass = 0; pass < 2; ++pass)  // twice is enough [Parlett1998, sec. 6.9]
      for (const Vector& v : basis) axpy(-dot(v, next), v, next);
    length = norm(next);
    if (!std::isfinite(diagonal.back()) || !std::isfinite(length)) return {};
    const SymmetricEigen eigen = ritz(diagonal, off_diagonal);
    const double size = std::fmax(std::fabs(eigen.values.front()), std::fabs(eigen.values.back()));
    const double residual = length * std::fabs(eigen.vectors(k - 1, k - 1));
    const bool is_closed = length <= 1e-14 * size * static_cast<double>(k);
    if (residual > residual_tol * std::fabs(eigen.values.back()) && !is_closed && k < std::min(max_steps, dimension)) {
      off_diagonal.push_back(length);
      continue;
    }
    Sharpness result{eigen.values.back(), Vector(static_cast<std::size_t>(dimension), 0.0)};
    for (std::size_t i = 0; i < basis.size(); ++i) axpy(eigen.vectors(static_cast<Index>(i), k - 1), basis[i], result.vector);
    scale(1.0 / norm(result.vector), result.vector);
    return result;
  }
  return {};
}

}  // namespace nadir::internal
