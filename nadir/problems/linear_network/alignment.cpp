#include "nadir/problems/linear_network/alignment.hpp"

#include <algorithm>
#include <utility>

#include "nadir/linalg/dense.hpp"
#include "nadir/linalg/orthogonal_factor.hpp"

namespace nadir {
namespace {

constexpr int max_sweeps = 200;
constexpr double least_gain = 1e-14;  // of a sweep, relative to the squared lengths

bool is_finite(const Point& p) { return all_finite(ConstMatrixView(p.values.data(), std::ssize(p.values), 1)); }

bool is_uniform(const Matrix& B) {
  return std::all_of(B.flat().begin(), B.flat().end(), [&](double b) { return b == B(0, 0); });
}

// Whether the units between layer l and the next may be rotated.
bool may_turn(const LinearArchitecture& architecture, const std::vector<Matrix>& penalty, std::size_t l) {
  if (penalty.empty()) return true;
  return is_uniform(penalty[l]) && is_uniform(penalty[l + 1]) && !architecture.has_skip(l) && !architecture.has_skip(l + 1);
}

double squared_distance(const std::vector<Matrix>& V, const std::vector<Matrix>& W) {
  double sum = 0.0;
  for (std::size_t l = 0; l < V.size(); ++l) {
    Matrix difference = V[l];
    axpy(-1.0, W[l].flat(), difference.flat());
    sum += dot(difference.flat(), difference.flat());
  }
  return sum;
}

enum class Side { both, incoming, outgoing };

void turn(std::vector<Matrix>& V, const std::vector<Matrix>& towards, std::size_t l, Side side) {
  Matrix M(V[l].rows(), V[l].rows());
  if (side != Side::outgoing) multiply(1.0, towards[l], Op::none, V[l], Op::transpose, 1.0, M);
  if (side != Side::incoming) multiply(1.0, towards[l + 1], Op::transpose, V[l + 1], Op::none, 1.0, M);
  const Matrix G = orthogonal_factor(M);
  V[l] = product(G, V[l]);
  V[l + 1] = product(V[l + 1], Op::none, G, Op::transpose);
}

// Coordinate ascent from V; returns the squared distance that is left.
double climb(std::vector<Matrix>& V, const std::vector<Matrix>& towards, const std::vector<std::size_t>& layers, double enough) {
  double least = squared_distance(V, towards);
  for (int sweep = 0; sweep < max_sweeps; ++sweep) {
    std::vector<Matrix> next = V;
    for (const std::size_t l : layers) turn(next, towards, l, Side::both);
    const double distance = squared_distance(next, towards), gain = least - distance;
    if (!(gain > 0.0)) break;
    V = std::move(next);
    least = distance;
    if (!(gain > enough)) break;
  }
  return least;
}

Point point_of(const LinearArchitecture& architecture, const std::vector<Matrix>& V, const Layout& layout) {
  Point point(layout);
  for (std::size_t l = 0; l < V.size(); ++l) {
    const MatrixView W = point.block(l);
    for (Index j = 0; j < W.cols; ++j)
      for (Index i = 0; i < W.rows; ++i) W(i, j) = V[l](i, j) - (architecture.has_skip(l) && i == j ? 1.0 : 0.0);
  }
  return point;
}

}  // namespace

std::optional<AlignedPoint> aligned_linear_network(const LinearArchitecture& architecture, const std::vector<Matrix>& penalty, const Point& point,
                                                   const Point& reference) {
  std::vector<std::size_t> layers;
  for (std::size_t l = 0; l + 1 < architecture.num_layers(); ++l)
    if (may_turn(architecture, penalty, l)) layers.push_back(l);
  if (layers.empty() || !is_finite(point) || !is_finite(reference)) return std::nullopt;
  const std::vector<Matrix> to = architecture.effective_weights(reference.values), from = architecture.effective_weights(point.values);
  std::vector<Matrix> best = from;
  const double first = squared_distance(from, to), scale = dot(point.values, point.values) + dot(reference.values, reference.values);
  double least = first;
  for (const Side start : {Side::both, Side::incoming, Side::outgoing}) {
    std::vector<Matrix> V = from;
    if (start == Side::incoming) std::for_each(layers.begin(), layers.end(), [&](std::size_t l) { turn(V, to, l, start); });
    if (start == Side::outgoing) std::for_each(layers.rbegin(), layers.rend(), [&](std::size_t l) { turn(V, to, l, start); });
    const double distance = climb(V, to, layers, least_gain * scale);
    if (distance < least) best = std::move(V), least = distance;
  }
  if (!(least < first)) return AlignedPoint{point, "hidden layers rotated"};
  return AlignedPoint{point_of(architecture, best, point.layout), "hidden layers rotated"};
}

}  // namespace nadir
