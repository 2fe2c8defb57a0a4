#include "nadir/solvers/internal/curvature_search.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "nadir/linalg/dense.hpp"

namespace nadir::internal {
namespace {

// The basis V with V'MV = I, its image W = MV, and the projection T = V'HV, tridiagonal.
struct Basis {
  std::vector<Vector> V, W;
  Vector diagonal, off_diagonal;
};

// Appends the M-normalised direction of w, which is M times it. False when nothing new is left of it.
bool extend(Basis& basis, Vector w, double scale, const CurvatureSearch& search) {
  for (int pass = 0; pass < 2; ++pass)  // twice is enough [Parlett1998, sec. 6.9]
    for (std::size_t i = 0; i < basis.V.size(); ++i) axpy(-dot(basis.V[i], w), basis.W[i], w);
  Vector v(w.size());
  search.apply_preconditioner(w, v);
  const double beta = std::sqrt(dot(v, w));
  if (!basis.V.empty()) basis.off_diagonal.push_back(beta);
  if (!std::isfinite(beta) || !(beta > 100.0 * std::numeric_limits<double>::epsilon() * scale)) return false;
  nadir::scale(1.0 / beta, v);
  nadir::scale(1.0 / beta, w);
  basis.V.push_back(std::move(v));
  basis.W.push_back(std::move(w));
  return true;
}

SymmetricEigen ritz(const Basis& basis) {
  const auto k = static_cast<Index>(basis.diagonal.size());
  Matrix T(k, k);
  for (Index i = 0; i < k; ++i) {
    T(i, i) = basis.diagonal[static_cast<std::size_t>(i)];
    if (i + 1 < k) T(i + 1, i) = T(i, i + 1) = basis.off_diagonal[static_cast<std::size_t>(i)];
  }
  return symmetric_eigen(T);
}

CurvatureDirection least_direction(const Basis& basis, const SymmetricEigen& eigen) {
  CurvatureDirection result{Vector(basis.V[0].size(), 0.0), eigen.values[0]};
  for (std::size_t i = 0; i < basis.diagonal.size(); ++i)
    axpy(eigen.vectors(static_cast<Index>(i), 0), basis.V[i], result.direction);
  return result;
}

}  // namespace

// Per step: 1 Hessian product, 1 preconditioning, 4 k vector passes at step k.
std::optional<CurvatureDirection> find_negative_curvature(const CurvatureSearch& search, Index dimension,
                                                          Random random) {
  const Index num_steps = std::min(search.num_steps, dimension);
  Basis basis;
  Vector w(static_cast<std::size_t>(dimension));
  random.fill_normal(w);
  if (num_steps == 0 || !extend(basis, std::move(w), 0.0, search)) return std::nullopt;
  double scale = 0.0;  // of T: the largest entry so far
  for (Index k = 1; k <= num_steps; ++k) {
    Vector image(static_cast<std::size_t>(dimension));
    search.apply_hessian(basis.V.back(), image);
    basis.diagonal.push_back(dot(basis.V.back(), image));
    scale = std::fmax(scale, std::fabs(basis.diagonal.back()));
    if (!std::isfinite(basis.diagonal.back())) return std::nullopt;
    const bool can_go_on = extend(basis, std::move(image), scale, search);
    if (basis.off_diagonal.back() > scale) scale = basis.off_diagonal.back();
    if (can_go_on && k % 10 != 0 && k < num_steps) continue;
    const SymmetricEigen eigen = ritz(basis);
    const double largest = std::fmax(std::fabs(eigen.values.front()), std::fabs(eigen.values.back()));
    const bool is_negative = eigen.values.front() < -search.tol * largest;
    const double residual = std::fabs(basis.off_diagonal.back() * eigen.vectors(k - 1, 0));
    const bool is_accurate = residual <= 0.1 * std::fabs(eigen.values.front());
    const bool is_last = !can_go_on || k == num_steps;
    if (is_negative && (is_accurate || is_last)) return least_direction(basis, eigen);
    if (is_last) break;
  }
  return std::nullopt;
}

}  // namespace nadir::internal
