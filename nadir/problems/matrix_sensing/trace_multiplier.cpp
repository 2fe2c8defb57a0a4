#include "nadir/problems/matrix_sensing/trace_multiplier.hpp"

#include <cmath>

#include "nadir/linalg/dense.hpp"
#include "nadir/problems/matrix_sensing/enclosed_map.hpp"
#include "nadir/problems/matrix_sensing/measurement_map.hpp"
#include "nadir/rigor/definiteness.hpp"

namespace nadir {
namespace {

// Times w, so that A^*(w) >= I is proved; empty where it is not.
Vector proved_multiplier(const SensingData& d, Vector w, double least_eigenvalue) {
  scale((1.0 + 1e-9) / least_eigenvalue, w);
  const BallMatrix S = enclose_adjoint(d, exact({w.data(), d.num_measurements, 1}));
  const double least = least_eigenvalue_lower_bound(S);
  if (!(least > 0.5) || !std::isfinite(least)) return {};
  if (least >= 1.0) return w;
  scale(1.0 / least * (1.0 + 1e-6), w);
  return least_eigenvalue_lower_bound(enclose_adjoint(d, exact({w.data(), d.num_measurements, 1}))) >= 1.0 ? w : Vector();
}

}  // namespace

Vector find_trace_multiplier(const SensingData& d, int max_steps) {
  const Matrix identity = Matrix::identity(d.rows);
  Matrix residual = identity;  // I - A^*(w)
  Vector w(static_cast<std::size_t>(d.num_measurements), 0.0), s = measure(d, residual, identity), p = s;
  double ss = dot(s, s);
  for (int step = 0; step < max_steps && ss > 0.0 && std::isfinite(ss); ++step) {
    const Matrix image = adjoint(d, p);
    const double alpha = ss / dot(image.flat(), image.flat());
    if (!std::isfinite(alpha)) return {};
    axpy(alpha, p, w);
    axpy(-alpha, image.flat(), residual.flat());
    const double least = 1.0 - symmetric_eigen(residual).values.back();
    if (least > 0.1 || (least > 1e-6 && step + 1 == max_steps)) return proved_multiplier(d, w, least);
    s = measure(d, residual, identity);
    const double next = dot(s, s), beta = next / ss;
    for (std::size_t k = 0; k < p.size(); ++k) p[k] = s[k] + beta * p[k];
    ss = next;
  }
  return {};
}

}  // namespace nadir
