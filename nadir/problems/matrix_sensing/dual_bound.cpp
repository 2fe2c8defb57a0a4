#include "nadir/problems/matrix_sensing/dual_bound.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "nadir/linalg/dense.hpp"
#include "nadir/problems/matrix_sensing/enclosed_map.hpp"
#include "nadir/problems/matrix_sensing/injectivity.hpp"
#include "nadir/problems/matrix_sensing/trace_multiplier.hpp"
#include "nadir/rigor/definiteness.hpp"
#include "nadir/rigor/norms.hpp"

namespace nadir {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
// Of operators up to this many entries the size of optimal matrices is bounded whatever it might gain.
constexpr Index small_operator = 1 << 20;

// s -> b(s) = s g - s^2 h/2 - max(0, s sigma - L) B, the bound for z = -s rho in floating point: concave.
struct Line {
  double g, h, sigma, L, B;

  double bound(double s) const {
    const double excess = std::max(0.0, s * sigma - L);
    return s * g - 0.5 * s * s * h - (excess > 0.0 ? excess * B : 0.0);
  }
  // The best s >= 0: a maximum on one of the two sides of s sigma = L, or between them.
  double best() const {
    const double corner = sigma > 0.0 ? L / sigma : infinity;
    const double feasible = std::clamp(g / h, 0.0, corner);
    const double beyond = std::isfinite(B) && std::isfinite(corner) ? std::max(corner, (g - sigma * B) / h) : feasible;
    return bound(beyond) > bound(feasible) ? beyond : feasible;
  }
};

double greatest_excess_value(const SensingData& d, const Matrix& G) {
  if (!all_finite(G)) return infinity;
  return d.is_psd ? -symmetric_eigen(G).values.front() : svd(G).values.front();  // of A^*(-rho) = -G
}

double excess_upper(const SensingData& d, const BallMatrix& adjoint_of_z) {
  if (d.is_psd) return std::max(0.0, -least_eigenvalue_lower_bound(add_identity(scale(-1.0, adjoint_of_z), d.lambda)));
  return std::max(0.0, sub_up(spectral_norm_upper(adjoint_of_z), d.lambda));
}

// |y| + sqrt(2 F): at least |A(X)| for every X that is no worse than the point.
double image_bound(const SensingData& d, double value) { return add_up(sqrt(enclose_dot(d.y, d.y)).upper, sqrt_up(mul_up(2.0, value))); }

constexpr double room = 1.0 + 1e-6;

// What the data alone say of the size of optimal matrices, and how.
void bound_size_without_penalty(const SensingData& d, double value, SensingBound& result) {
  const double image = image_bound(d, value), gain = least_gain_lower(d);
  // With room for a checker whose bounds differ by roundings.
  if (gain > 0.0) result.size_bound = mul_up(room, mul_up(sqrt_up(static_cast<double>(std::min(d.rows, d.cols))), div_up(image, gain)));
  if (gain > 0.0 || !d.is_psd) return;
  result.trace_multiplier = find_trace_multiplier(d, 40);
  if (result.trace_multiplier.empty()) return;
  const double w_norm = sqrt(enclose_dot(result.trace_multiplier, result.trace_multiplier)).upper;
  result.size_bound = mul_up(room, mul_up(w_norm, image));
}

// The bound of the theorem for a z of doubles, from below.
double proved_bound(const SensingData& d, const Vector& z, double excess, double size) {
  const Interval linear = enclose_dot(z, d.y), square = enclose_dot(z, z);
  const double free = sub_down(linear.lower, mul_up(0.5, square.upper));
  return excess > 0.0 ? sub_down(free, mul_up(excess, size)) : free;
}

}  // namespace

SensingBound sensing_bound(const MatrixSensing& problem, const SensingEnclosure& here, double value) {
  const SensingData& d = problem.data();
  SensingBound none{.size_bound = d.lambda > 0.0 ? mul_up(room, div_up(value, d.lambda)) : infinity};
  const Vector rho(here.residual().mid.flat().begin(), here.residual().mid.flat().end());
  const double sigma = greatest_excess_value(d, here.slope().mid);
  if (!std::isfinite(sigma)) return none;
  // Slacks below this are rounding: whichever sign they have, a bound of the size may be wanted.
  const double slack_scale = d.operator_norm * norm(rho);
  const bool is_near_feasible = sigma <= 1e-6 * slack_scale + 1e-3 * max_abs(here.slope().mid);
  if (d.lambda == 0.0 && sigma > -1e-9 * slack_scale && (is_near_feasible || d.num_entries() <= small_operator)) bound_size_without_penalty(d, value, none);
  const Line line{-dot(rho, d.y), dot(rho, rho), sigma, d.lambda, none.size_bound};
  const double s = line.best();
  if (!(s > 0.0 && std::isfinite(s))) return none;

  SensingBound result = none;
  result.z = rho;
  scale(-s, result.z);
  result.excess = excess_upper(d, enclose_adjoint(d, exact({result.z.data(), d.num_measurements, 1})));
  // Room for a checker who sums in another order.
  result.excess += std::min(result.excess, 1e-12 * s * static_cast<double>(d.rows + d.cols) * max_abs(here.slope().mid));
  result.bound = std::min(value, proved_bound(d, result.z, result.excess, result.size_bound));
  return result.bound > 0.0 ? result : none;
}

}  // namespace nadir
