#include "nadir/problems/matrix_sensing/isolation.hpp"

#include <algorithm>

#include "nadir/problems/matrix_sensing/enclosed_map.hpp"
#include "nadir/rigor/newton_kantorovich.hpp"
#include "nadir/rigor/norms.hpp"

namespace nadir {
namespace {

constexpr Index most_parameters = 300;

BallMatrix stacked(const std::vector<BallMatrix>& blocks, Index n) {
  BallMatrix result(n, 1);
  Index offset = 0;
  for (const BallMatrix& b : blocks) {
    std::copy_n(b.mid.data(), b.mid.size(), result.mid.data() + offset);
    std::copy_n(b.rad.data(), b.rad.size(), result.rad.data() + offset);
    offset += b.mid.size();
  }
  return result;
}

// s (2 Lop^2 |x| + Lop^2 radius)
double hessian_lipschitz(const SensingData& d, double operator_norm, double x_norm, double radius) {
  const double s = d.is_psd ? 6.0 : 1.5, square = mul_up(operator_norm, operator_norm);
  return mul_up(mul_up(s, square), add_up(mul_up(2.0, x_norm), radius));
}

}  // namespace

std::optional<SensingMinimum> prove_isolated_minimum(const MatrixSensing& problem, const SensingEnclosure& here, std::span<const double> x) {
  const Index n = problem.layout().dimension();
  if (n > most_parameters) return std::nullopt;
  const BallMatrix H = here.hessian(), g = stacked(here.gradient(), n);
  const double operator_norm = operator_norm_upper(problem.data()), x_norm = frobenius_norm_upper(ConstMatrixView(x.data(), n, 1));
  const double size = std::max(x_norm, problem.data().y_norm / problem.data().operator_norm);
  for (const double share : {1e-1, 1e-3, 1e-5, 1e-7, 1e-9}) {
    const double radius = share * size;
    const auto proof = prove_critical_point(H, g, hessian_lipschitz(problem.data(), operator_norm, x_norm, radius), radius);
    if (!proof || proof->num_negative != 0) continue;
    // Stated with a factor of two of room, for whoever checks it with other constants; the ball must stay well inside
    // that of uniqueness.
    const double roomy = 2.0 * proof->radii.existence;
    if (!(roomy < 0.5 * proof->radii.uniqueness)) continue;
    return SensingMinimum{roomy, 0.5 * proof->least_curvature};
  }
  return std::nullopt;
}

}  // namespace nadir
