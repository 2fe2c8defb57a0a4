#include "nadir/landscape/internal/gauss.hpp"

#include <cmath>
#include <numbers>

namespace nadir::internal {
namespace {

constexpr int newton_steps = 10;  // quadratic from a start that is right to 1 / m^2

struct Legendre {
  double value, slope;
};

Legendre legendre(Index degree, double x) {
  double before = 1.0, p = x;
  for (Index k = 2; k <= degree; ++k) {
    const double n = static_cast<double>(k), next = ((2.0 * n - 1.0) * x * p - (n - 1.0) * before) / n;
    before = p;
    p = next;
  }
  return {p, static_cast<double>(degree) * (x * p - before) / (x * x - 1.0)};
}

}  // namespace

GaussRule gauss_rule(Index num_nodes) {
  if (num_nodes == 1) return {{0.5}, {1.0}};
  const double m = static_cast<double>(num_nodes);
  GaussRule rule;
  for (Index k = num_nodes; k-- > 0;) {
    double x = std::cos(std::numbers::pi * (static_cast<double>(k) + 0.75) / (m + 0.5));
    Legendre p = legendre(num_nodes, x);
    for (int step = 0; step < newton_steps; ++step) {
      x -= p.value / p.slope;
      p = legendre(num_nodes, x);
    }
    rule.nodes.push_back(0.5 * (1.0 + x));
    rule.weights.push_back(1.0 / ((1.0 - x * x) * p.slope * p.slope));
  }
  return rule;
}

}  // namespace nadir::internal
