#include "nadir/rigor/newton_kantorovich.hpp"

#include <algorithm>
#include <limits>
#include <string>

#include "nadir/base/error.hpp"
#include "nadir/rigor/eigenvalues.hpp"
#include "nadir/rigor/fp_environment.hpp"
#include "nadir/rigor/internal/spectral_scale.hpp"
#include "nadir/rigor/norms.hpp"

namespace nadir {
namespace {

using internal::guarded;

std::optional<KantorovichRadii> radii(const KantorovichBounds& b) {
  const bool sane = b.defect >= 0.0 && b.inverse_defect >= 0.0 && b.lipschitz >= 0.0 && b.max_radius >= 0.0;
  if (!sane) return std::nullopt;
  const Interval eta = Interval::point(b.defect), K = Interval::point(b.lipschitz);
  const Interval slope = Interval::point(1.0) - Interval::point(b.inverse_defect);
  const Interval discriminant = sqr(slope) - Interval::point(2.0) * K * eta;
  if (!(slope.lower > 0.0 && discriminant.lower > 0.0)) return std::nullopt;
  const Interval denominator = slope + sqrt(discriminant);
  const double existence = (Interval::point(2.0) * eta / denominator).upper;
  double uniqueness = b.max_radius;
  if (b.lipschitz > 0.0) uniqueness = std::min(uniqueness, (denominator / K).lower);
  if (!(existence <= b.max_radius && existence < uniqueness)) return std::nullopt;
  return KantorovichRadii{existence, uniqueness};
}

std::optional<CriticalPointProof> prove(const BallMatrix& hessian, const BallMatrix& gradient, double lipschitz,
                                        double max_radius) {
  CriticalPointProof proof;
  double sigma = std::numeric_limits<double>::infinity();
  for (const Interval& value : enclose_symmetric_eigenvalues(hessian)) {
    sigma = std::min(sigma, value.mignitude());
    if (value.upper < 0.0) ++proof.num_negative;
  }
  if (!(sigma > 0.0)) return std::nullopt;
  const auto found = radii({.defect = div_up(frobenius_norm_upper(gradient), sigma),
                            .inverse_defect = 0.0,
                            .lipschitz = div_up(lipschitz, sigma),
                            .max_radius = max_radius});
  if (!found) return std::nullopt;
  proof.radii = *found;
  // Positive: K r- = 1 - sqrt(1 - 2 K eta) in H5, and the root is far above the rounding errors.
  proof.least_curvature = sub_down(sigma, mul_up(lipschitz, found->existence));
  return proof;
}

}  // namespace

std::optional<KantorovichRadii> newton_kantorovich(const KantorovichBounds& bounds) {
  return guarded([&] { return radii(bounds); });
}

std::optional<CriticalPointProof> prove_critical_point(const BallMatrix& hessian, const BallMatrix& gradient,
                                                       double hessian_lipschitz, double max_radius) {
  internal::require_square("prove_critical_point", hessian.mid);
  if (gradient.rows() != hessian.rows() || gradient.cols() != 1)
    throw InputError("prove_critical_point", "a gradient of shape " + std::to_string(hessian.rows()) + "x1",
                     std::to_string(gradient.rows()) + "x" + std::to_string(gradient.cols()));
  return guarded([&] { return prove(hessian, gradient, hessian_lipschitz, max_radius); });
}

}  // namespace nadir
