#include "nadir/judge/escape.hpp"

#include <cmath>

#include "nadir/linalg/dense.hpp"

namespace nadir {
namespace {

// Decreases below this multiple of |value| are rounding.
constexpr double value_noise = 1e-13;

std::optional<Escape> best_along(ProblemRef problem, std::span<const double> x, std::span<const double> direction, bool is_two_sided) {
  const double value = problem.value(x), length = norm(direction), size = norm(x);
  if (!(length > 0.0) || !std::isfinite(value)) return std::nullopt;
  Escape best;
  double best_t = 0.0;
  Vector moved(x.size());
  const double longest = 4.0 * (1.0 + size) / length;
  for (int k = 0; k < 80; ++k)
    for (const double sign : {1.0, -1.0}) {
      if (sign < 0.0 && !is_two_sided) continue;
      const double t = sign * longest * std::pow(2.0, -0.5 * k);
      std::copy(x.begin(), x.end(), moved.begin());
      axpy(t, direction, moved);
      const double decrease = value - problem.value(moved);
      if (decrease > best.decrease) best.decrease = decrease, best_t = t;
    }
  if (!(best.decrease > value_noise * std::fabs(value))) return std::nullopt;
  best.displacement.assign(direction.begin(), direction.end());
  scale(best_t, best.displacement);
  return best;
}

}  // namespace

std::optional<Escape> escape_along(ProblemRef problem, std::span<const double> x, std::span<const double> direction) {
  std::optional<Escape> escape = best_along(problem, x, direction, true);
  if (escape) escape->kind = Escape::Kind::negative_curvature;
  return escape;
}

std::optional<Escape> descend_along_gradient(ProblemRef problem, std::span<const double> x) {
  const auto at = problem.expand(x);
  Matrix gradient(static_cast<Index>(x.size()), 1), direction(static_cast<Index>(x.size()), 1);
  at->gradient(gradient.flat());
  at->apply_preconditioner(gradient, direction);
  scale(-1.0, direction.flat());
  std::optional<Escape> escape = best_along(problem, x, direction.flat(), false);
  if (escape) escape->kind = Escape::Kind::first_order;
  return escape;
}

}  // namespace nadir
