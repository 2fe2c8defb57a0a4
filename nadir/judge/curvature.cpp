#include "nadir/judge/curvature.hpp"

#include <algorithm>
#include <cmath>

#include "nadir/base/stop.hpp"
#include "nadir/linalg/dense.hpp"
#include "nadir/linalg/lanczos.hpp"

namespace nadir {
namespace {

constexpr Index block_width = 64;                   // identity columns a product
constexpr Index max_basis_entries = Index{1} << 27;  // of Lanczos: one gigabyte

Matrix assemble_hessian(const Expansion& expansion, Index n) {
  Matrix H(n, n);
  for (Index first = 0; first < n; first += block_width) {
    stop_point();
    const Index width = std::min(block_width, n - first);
    Matrix E(n, width);
    for (Index j = 0; j < width; ++j) E(first + j, j) = 1.0;
    expansion.apply_hessian(E, H.view().columns(first, width));
  }
  return H;
}

void set_extremes(CurvatureReport& report, double least, double greatest, double zero_tol) {
  report.curvature.min_eigenvalue = least;
  report.largest_magnitude = std::fmax(std::fabs(least), std::fabs(greatest));
  report.zero_threshold = zero_tol * report.largest_magnitude;
}

void count_signs(CurvatureReport& report, const Vector& eigenvalues) {
  Curvature& c = report.curvature;
  c.negative = c.zero = c.positive = 0;
  for (const double value : eigenvalues)
    ++(value < -report.zero_threshold ? c.negative : value > report.zero_threshold ? c.positive : c.zero);
}

double residual_norm(const Matrix& H, const Vector& v, double lambda) {
  Vector r(v);
  multiply_vector(1.0, H, Op::none, v.data(), -lambda, r.data());
  return norm(r);
}

CurvatureReport examine_dense(const Expansion& expansion, Index n, const CurvatureOptions& options) {
  CurvatureReport report;
  Matrix H = assemble_hessian(expansion, n);
  report.is_finite = all_finite(H);
  if (!report.is_finite) return report;
  symmetrise(H);
  stop_point();
  const SymmetricEigen eigen = symmetric_eigen(H);
  set_extremes(report, eigen.values.front(), eigen.values.back(), options.zero_tol);
  count_signs(report, eigen.values);
  report.direction.assign(eigen.vectors.col(0), eigen.vectors.col(0) + n);
  report.residual = residual_norm(H, report.direction, eigen.values.front());
  report.is_whole = report.is_converged = true;
  return report;
}

CurvatureReport examine_large(const Expansion& expansion, Index n, const CurvatureOptions& options) {
  CurvatureReport report;
  const LanczosOptions lanczos{.block_size = options.block_size,
                               .max_basis = std::clamp(max_basis_entries / n, Index{20}, options.max_basis),
                               .tol = options.lanczos_tol,
                               .greatest_tol = 1e-2,  // only its size matters
                               .seed = options.seed};
  const BlockOperator hessian = [&](ConstMatrixView V, MatrixView out) { expansion.apply_hessian(V, out); };
  LanczosResult result = block_lanczos(hessian, n, lanczos);
  report.is_finite = result.is_finite;
  if (!report.is_finite) return report;
  set_extremes(report, result.least.value, result.greatest.value, options.zero_tol);
  report.direction = std::move(result.least.vector);
  report.residual = result.least.residual;
  report.is_converged = result.is_converged;
  report.is_whole = result.is_whole;
  if (report.is_whole) count_signs(report, result.values);
  return report;
}

Evidence evidence_for(const CurvatureReport& report, Index n, const CurvatureOptions& options) {
  Evidence evidence{.claim = "no eigenvalue of the Hessian is negative beyond the threshold",
                    .theorem = "Rayleigh-Ritz; Parlett 1998, theorem 4.5.1",
                    .standing = Standing::undecided,
                    .rigor = Rigor::numerical,
                    .numbers = {{"dimension", static_cast<double>(n)},
                                {"min_eigenvalue", report.curvature.min_eigenvalue},
                                {"residual", report.residual},
                                {"largest_magnitude", report.largest_magnitude},
                                {"zero_tolerance", options.zero_tol}}};
  if (!report.is_finite) return evidence;
  const bool is_negative = report.curvature.min_eigenvalue < -report.zero_threshold;
  if (is_negative) evidence.standing = Standing::refuted;
  else if (report.is_whole) evidence.standing = Standing::holds;
  if (!report.is_whole) evidence.claim += " (both ends of the spectrum by Lanczos, the rest was not looked at)";
  return evidence;
}

}  // namespace

CurvatureReport examine_curvature(const Expansion& expansion, Index dimension, const CurvatureOptions& options) {
  CurvatureReport report;
  if (dimension > 0)
    report = dimension <= options.dense_limit ? examine_dense(expansion, dimension, options)
                                              : examine_large(expansion, dimension, options);
  report.evidence = evidence_for(report, dimension, options);
  return report;
}

CurvatureReport examine_curvature(ProblemRef problem, std::span<const double> x, const CurvatureOptions& options) {
  return examine_curvature(*problem.expand(x), problem.dimension(), options);
}

double telling_curvature(double gradient_norm, const CurvatureReport& report, std::span<const double> x) {
  const double size = max_abs(ConstMatrixView(x.data(), static_cast<Index>(x.size()), 1));
  return 10.0 * std::sqrt(gradient_norm * (report.largest_magnitude / std::fmax(1.0, size)));
}

}  // namespace nadir
