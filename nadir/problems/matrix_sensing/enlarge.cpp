#include "nadir/problems/matrix_sensing/enlarge.hpp"

#include <algorithm>
#include <cmath>

#include "nadir/linalg/dense.hpp"
#include "nadir/problems/matrix_sensing/judge.hpp"
#include "nadir/problems/matrix_sensing/measurement_map.hpp"

namespace nadir {
namespace {

// The unit vectors p, q (equal for psd) along which X should grow, and the slope g there.
struct Growth {
  Matrix p, q;
  double slope = 0.0;
};

double squared_norm(ConstMatrixView A) { return frobenius_norm(A) * frobenius_norm(A); }

Growth steepest_growth(const SensingData& d, const Matrix& G) {
  Growth result{Matrix(d.rows, 1), Matrix(d.cols, 1), 0.0};
  if (d.is_psd) {
    const SymmetricEigen eigen = symmetric_eigen(G);
    std::copy_n(eigen.vectors.col(0), d.rows, result.p.data());
    result.q = result.p;
    result.slope = -eigen.values.front() - d.lambda;
    return result;
  }
  const Svd s = svd(G);
  for (Index i = 0; i < d.rows; ++i) result.p(i, 0) = -s.U(i, 0);
  for (Index j = 0; j < d.cols; ++j) result.q(j, 0) = s.Vt(0, j);
  result.slope = s.values.front() - d.lambda;
  return result;
}

}  // namespace

std::optional<Point> enlarged_factors(const MatrixSensing& problem, std::span<const double> x, double tol) {
  const SensingData& d = problem.data();
  if (problem.rank() >= std::max(d.rows, d.cols)) return std::nullopt;
  Vector residual = measure(d, problem.left(x), problem.right(x));
  axpy(-1.0, d.y, residual);
  const Matrix G = adjoint(d, residual);
  if (!all_finite(G)) return std::nullopt;
  const Growth growth = steepest_growth(d, G);
  const double image = norm(measure(d, growth.p, growth.q)), tau = growth.slope / image / image;
  if (!(growth.slope > 0.0 && std::isfinite(tau) && tau > 0.0)) return std::nullopt;
  const double size = 0.5 * (squared_norm(problem.left(x)) + squared_norm(problem.right(x))) + d.y_norm / d.operator_norm;
  const double value = problem.value(x);
  if (!(std::min(growth.slope * size, value) > tol * gap_scale(d, value))) return std::nullopt;

  const MatrixSensing larger(d, problem.rank() + 1);
  Point point(larger.layout());
  for (std::size_t b = 0; b < problem.layout().num_blocks(); ++b) {
    const ConstMatrixView old = problem.layout().block(x, b);
    const Matrix& added = b == 0 ? growth.p : growth.q;
    const MatrixView block = point.block(b);
    for (Index c = 0; c < old.cols; ++c) std::copy_n(old.col(c), old.rows, block.col(c));
    for (Index i = 0; i < old.rows; ++i) block(i, old.cols) = std::sqrt(tau) * added(i, 0);
  }
  if (!(larger.value(point.values) < value)) return std::nullopt;
  return point;
}

}  // namespace nadir
