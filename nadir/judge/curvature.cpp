#include "nadir/judge/curvature.hpp"

#include <algorithm>
#include <cmath>

#include "nadir/linalg/dense.hpp"

namespace nadir {
namespace {

CurvatureReport dense_curvature(const Expansion& at, Index dimension, double zero_tol) {
  Matrix H(dimension, dimension);
  at.apply_hessian(Matrix::identity(dimension), H);
  symmetrise(H);
  CurvatureReport report;
  if (!all_finite(H)) return report;
  const SymmetricEigen e = symmetric_eigen(H);
  report.largest_magnitude = std::max(std::fabs(e.values.front()), std::fabs(e.values.back()));
  const double zero = zero_tol * report.largest_magnitude;
  Curvature& c = report.curvature;
  c.min_eigenvalue = e.values.front();
  c.negative = std::count_if(e.values.begin(), e.values.end(), [&](double v) { return v < -zero; });
  c.positive = std::count_if(e.values.begin(), e.values.end(), [&](double v) { return v > zero; });
  c.zero = dimension - c.negative - c.positive;
  report.direction.assign(e.vectors.col(0), e.vectors.col(0) + dimension);
  report.error_bound = 1e-15 * static_cast<double>(dimension) * report.largest_magnitude;
  return report;
}

}  // namespace

CurvatureReport examine_curvature(ProblemRef problem, std::span<const double> x, const CurvatureOptions& options) {
  const auto at = problem.expand(x);
  if (problem.dimension() <= options.dense_limit) return dense_curvature(*at, problem.dimension(), options.zero_tol);
  return {};
}

}  // namespace nadir
