#include "nadir/judge/criticality.hpp"

#include <cmath>

#include "nadir/linalg/dense.hpp"

namespace nadir {

Criticality examine_criticality(const Expansion& expansion, Index dimension, double tol) {
  Criticality result;
  result.gradient.resize(static_cast<std::size_t>(dimension));
  expansion.gradient(result.gradient);
  result.gradient_scale = expansion.gradient_scale();
  result.is_finite = all_finite(ConstMatrixView(result.gradient.data(), dimension, 1)) && std::isfinite(result.gradient_scale);
  if (result.is_finite) result.gradient_norm = norm(result.gradient);
  result.is_critical = result.is_finite && result.gradient_norm <= tol * result.gradient_scale;
  result.evidence = {.claim = "the gradient vanishes up to the tolerance",
                     .theorem = "",
                     .standing = !result.is_finite     ? Standing::undecided
                                 : result.is_critical ? Standing::holds
                                                      : Standing::refuted,
                     .rigor = Rigor::numerical,
                     .numbers = {{"gradient_norm", result.gradient_norm},
                                 {"gradient_scale", result.gradient_scale},
                                 {"tolerance", tol}}};
  return result;
}

}  // namespace nadir
