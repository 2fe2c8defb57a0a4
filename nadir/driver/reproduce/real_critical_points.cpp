#include "nadir/driver/reproduce/real_critical_points.hpp"

#include <algorithm>
#include <cmath>
#include <optional>

#include "nadir/linalg/dense.hpp"
#include "nadir/problems/linear_network/enclosure.hpp"
#include "nadir/problems/linear_network/weight_decay.hpp"
#include "nadir/rigor/newton_kantorovich.hpp"

namespace nadir {
namespace {

constexpr int max_newton_steps = 80;
constexpr double longest_step = 1.0;
constexpr double same_point = 1e-5;  // Newton's ends agree to rounding; the instances' points lie farther apart

double distance(const Vector& a, const Vector& b) {
  double squares = 0.0;
  for (std::size_t i = 0; i < a.size(); ++i) squares += (a[i] - b[i]) * (a[i] - b[i]);
  return std::sqrt(squares);
}

// Newton's method for gradient = 0, steps cut to `longest_step`. It seeks any critical point, not a low value.
std::optional<Vector> newton(const LinearNetwork& problem, Vector x) {
  const Index n = problem.layout().dimension();
  Matrix gradient(n, 1), hessian(n, n);
  const Matrix identity = Matrix::identity(n);
  for (int i = 0; i < max_newton_steps; ++i) {
    const auto here = problem.expand(x);
    here->gradient(gradient.flat());
    here->apply_hessian(identity, hessian);
    if (!all_finite(gradient) || !solve_general(hessian, gradient)) return std::nullopt;
    const double length = norm(gradient.flat());
    axpy(-std::min(1.0, longest_step / length), gradient.flat(), x);
    if (length > 1e-14 * (1.0 + norm(x))) continue;
    // What is left of a coordinate that vanishes: next to it the judge would rightly call the gradient large.
    for (double& v : x)
      if (std::fabs(v) <= 1e-13) v = 0.0;
    return x;
  }
  return std::nullopt;
}

// The signs of hidden units: flipping those in `mask` changes no value. Units are counted through all hidden layers.
Vector flipped(const LinearNetwork& problem, Vector x, unsigned mask) {
  const Layout& layout = problem.layout();
  unsigned unit = 0;
  for (std::size_t l = 0; l + 1 < layout.num_blocks(); ++l) {
    const MatrixView below = layout.block(std::span<double>(x), l), above = layout.block(std::span<double>(x), l + 1);
    for (Index h = 0; h < below.rows; ++h, ++unit) {
      if (!(mask >> unit & 1U)) continue;
      for (Index j = 0; j < below.cols; ++j) below(h, j) = -below(h, j);
      for (Index i = 0; i < above.rows; ++i) above(i, h) = -above(i, h);
    }
  }
  return x;
}

unsigned num_hidden_units(const LinearNetwork& problem) {
  Index units = 0;
  for (std::size_t l = 1; l < problem.architecture().num_layers(); ++l) units += problem.architecture().widths[l];
  return static_cast<unsigned>(units);
}

BallMatrix stacked(const LinearNetwork& problem, const std::vector<BallMatrix>& blocks) {
  BallMatrix g(problem.layout().dimension(), 1);
  for (std::size_t l = 0; l < blocks.size(); ++l) {
    std::copy_n(blocks[l].mid.data(), blocks[l].mid.size(), g.mid.data() + problem.layout()[l].offset);
    std::copy_n(blocks[l].rad.data(), blocks[l].rad.size(), g.rad.data() + problem.layout()[l].offset);
  }
  return g;
}

void prove(const NetworkInstance& net, RealCriticalPoint& c) {
  const PointEnclosure here(net.problem, net.X, net.Y, c.point.values);
  const BallMatrix hessian = here.whole_hessian_times_n(), gradient = stacked(net.problem, here.gradient_times_n());
  for (const double radius : {1e-2, 1e-4, 1e-6}) {
    const auto proof = prove_critical_point(hessian, gradient, hessian_lipschitz_times_n(net.problem, here, radius), radius);
    if (!proof || proof->radii.existence > same_point / 4.0) continue;
    c.index = proof->num_negative;
    c.radius = proof->radii.existence;
    return;
  }
}

}  // namespace

std::vector<RealCriticalPoint> find_real_critical_points(const NetworkInstance& net, std::uint64_t seed, int num_starts) {
  std::vector<RealCriticalPoint> found;
  const auto is_known = [&](const Vector& x) {
    return std::any_of(found.begin(), found.end(), [&](const RealCriticalPoint& c) { return distance(c.point.values, x) <= same_point + c.radius; });
  };
  for (int i = 0; i < num_starts; ++i) {
    Random random(seed, static_cast<std::uint64_t>(i));
    Point start(net.problem.layout());
    random.fill_normal(start.values);
    scale(0.2 + 1.8 * random.uniform(), start.values);
    const std::optional<Vector> end = newton(net.problem, start.values);
    if (!end || is_known(*end)) continue;
    for (unsigned mask = 0; mask < 1U << num_hidden_units(net.problem); ++mask) {
      RealCriticalPoint c{.point = start};
      c.point.values = flipped(net.problem, *end, mask);
      if (is_known(c.point.values)) continue;
      c.value = net.problem.value(c.point.values);
      prove(net, c);
      found.push_back(std::move(c));
    }
  }
  std::sort(found.begin(), found.end(), [](const auto& a, const auto& b) { return a.value < b.value; });
  return found;
}

}  // namespace nadir
