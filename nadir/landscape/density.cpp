#include "nadir/landscape/density.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "nadir/landscape/internal/student.hpp"
#include "nadir/linalg/dense.hpp"

namespace nadir {
namespace {

double gaussian(double t, double sigma) {
  const double z = t / sigma;
  return std::exp(-0.5 * z * z) / (sigma * std::sqrt(2.0 * std::numbers::pi));
}

// Interpolation at N Chebyshev points: its coefficients are those of the series but for aliases of degree >= N, which are
// far below rounding for the N chosen.
double tail_for_centre(double centre, double s, Index degree) {
  const Index N = std::max(4 * degree, static_cast<Index>(std::ceil(20.0 / s))) + 16;
  const auto n = static_cast<double>(N);
  Vector f(static_cast<std::size_t>(N));
  for (Index i = 0; i < N; ++i) {
    const double z = (std::cos(std::numbers::pi * (static_cast<double>(i) + 0.5) / n) - centre) / s;
    f[static_cast<std::size_t>(i)] = std::exp(-0.5 * z * z);
  }
  double tail = 0.0;
  for (Index k = degree + 1; k < N; ++k) {
    // cos(k phi_i) by the recurrence over i, phi_i = pi (i + 1/2) / N
    const double step = std::numbers::pi * static_cast<double>(k) / n, twice = 2.0 * std::cos(step);
    double now = std::cos(0.5 * step), before = now, c = 0.0;  // cos(-step / 2) = cos(step / 2)
    for (Index i = 0; i < N; ++i) {
      c += f[static_cast<std::size_t>(i)] * now;
      const double next = twice * now - before;
      before = now;
      now = next;
    }
    tail += std::fabs(2.0 * c / n);
    if (std::fabs(2.0 * c / n) < 1e-13 && k > degree + 8 && tail < 1e-10) break;
  }
  return tail;
}

// Entry (i, k): the Gaussian around node k at point i.
Matrix kernel_matrix(const Vector& points, const Vector& nodes, double sigma) {
  Matrix K(std::ssize(points), std::ssize(nodes));
  for (Index k = 0; k < K.cols(); ++k)
    for (Index i = 0; i < K.rows(); ++i) K(i, k) = gaussian(points[static_cast<std::size_t>(i)] - nodes[static_cast<std::size_t>(k)], sigma);
  return K;
}

}  // namespace

double gaussian_quadrature_error(double sigma, double length, Index degree) {
  if (!(length > 0.0)) return 0.0;
  if (degree < 1) return 2.0;
  double worst = 0.0;
  for (const double centre : {0.0, 0.3, 0.6, 0.9, 1.0}) worst = std::fmax(worst, tail_for_centre(centre, 2.0 * sigma / length, degree));
  return std::fmin(2.0, 2.0 * worst);
}

SmoothedDensity smooth(const SpectralMeasure& m, double sigma, Index steps, double quantile, Index num_points) {
  SmoothedDensity d{.sigma = sigma};
  double low = m.nodes.empty() ? m.peaks.front() : m.nodes.front(), high = m.nodes.empty() ? low : m.nodes.back();
  for (const double peak : m.peaks) low = std::fmin(low, peak), high = std::fmax(high, peak);
  low -= 4.0 * sigma;
  high += 4.0 * sigma;
  for (Index i = 0; i < num_points; ++i) d.points.push_back(low + (high - low) * static_cast<double>(i) / static_cast<double>(num_points - 1));
  const Matrix of_peaks = kernel_matrix(d.points, m.peaks, sigma);
  const Matrix of_probes = product(kernel_matrix(d.points, m.nodes, sigma), m.weights);
  for (Index i = 0; i < num_points; ++i) {
    Vector estimates;
    for (Index p = 0; p < of_probes.cols(); ++p) estimates.push_back(m.rest() * of_probes(i, p));
    const internal::Estimate rest = estimates.empty() ? internal::Estimate{} : internal::mean_with_interval(estimates, quantile);
    double value = rest.value;
    for (Index k = 0; k < of_peaks.cols(); ++k) value += of_peaks(i, k) / static_cast<double>(m.dimension);
    d.values.push_back(value);
    d.half_widths.push_back(steps == 0 ? 0.0 : rest.half_width);
  }
  if (steps > 0 && !m.nodes.empty())
    d.quadrature_error = m.rest() * gaussian(0.0, sigma) * gaussian_quadrature_error(sigma, m.nodes.back() - m.nodes.front(), 2 * steps - 1);
  return d;
}

}  // namespace nadir
