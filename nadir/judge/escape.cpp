#include "nadir/judge/escape.hpp"

#include <cmath>
#include <limits>

#include "nadir/base/stop.hpp"
#include "nadir/linalg/dense.hpp"

namespace nadir {
namespace {

constexpr double noise_units = 1000.0 * std::numeric_limits<double>::epsilon();
constexpr int max_halvings = 60, max_doublings = 30;

// The values of a problem along a line through x.
class Line {
 public:
  Line(ProblemRef problem, std::span<const double> x, std::span<const double> direction)
      : problem_(problem), x_(x), direction_(direction), start_(problem.value(x)), trial_(x.size()) {}

  // How much lower the value is at x + t d; 0 where it is not lower beyond noise or not finite.
  double decrease(double t) {
    stop_point();
    for (std::size_t i = 0; i < x_.size(); ++i) trial_[i] = x_[i] + t * direction_[i];
    if (!all_finite(ConstMatrixView(trial_.data(), static_cast<Index>(trial_.size()), 1))) return 0.0;
    const double value = problem_.value(trial_), difference = start_ - value;
    const bool is_real = std::isfinite(value) && difference > noise_units * (std::fabs(start_) + std::fabs(value));
    return is_real ? difference : 0.0;
  }

 private:
  ProblemRef problem_;
  std::span<const double> x_, direction_;
  double start_;
  Vector trial_;
};

struct Step {
  double t = 0.0, decrease = 0.0;
};

Step better_sign(Line& line, double t, bool both_signs) {
  const Step forward{t, line.decrease(t)}, backward{-t, both_signs ? line.decrease(-t) : 0.0};
  return backward.decrease > forward.decrease ? backward : forward;
}

Step search(Line& line, double first, bool both_signs) {
  Step step = better_sign(line, first, both_signs);
  double t = first;
  for (int i = 0; i < max_halvings && step.decrease == 0.0; ++i) step = better_sign(line, t *= 0.5, both_signs);
  for (int i = 0; i < max_doublings && step.decrease > 0.0; ++i) {
    const Step longer{2.0 * step.t, line.decrease(2.0 * step.t)};
    if (!(longer.decrease > step.decrease)) break;
    step = longer;
  }
  return step;
}

std::optional<Escape> escape(ProblemRef problem, std::span<const double> x, std::span<const double> direction,
                             Escape::Kind kind) {
  const double length = norm(direction);
  if (!std::isfinite(length) || !(length > 0.0) || !all_finite(ConstMatrixView(x.data(), static_cast<Index>(x.size()), 1)))
    return std::nullopt;
  Line line(problem, x, direction);
  const Step step = search(line, 0.1 * std::fmax(1.0, norm(x)) / length, kind == Escape::Kind::negative_curvature);
  if (!(step.decrease > 0.0)) return std::nullopt;
  Escape result{.kind = kind, .decrease = step.decrease, .displacement = Vector(direction.begin(), direction.end())};
  scale(step.t, result.displacement);
  return result;
}

}  // namespace

std::optional<Escape> escape_along(ProblemRef problem, std::span<const double> x, std::span<const double> direction) {
  return escape(problem, x, direction, Escape::Kind::negative_curvature);
}

std::optional<Escape> descend_along_gradient(ProblemRef problem, std::span<const double> x) {
  Vector direction(x.size());
  problem.expand(x)->gradient(direction);
  scale(-1.0, direction);
  return escape(problem, x, direction, Escape::Kind::first_order);
}

}  // namespace nadir
