#include "nadir/problems/network/descent_at_kinks.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include "nadir/base/random.hpp"
#include "nadir/base/stop.hpp"
#include "nadir/linalg/dense.hpp"
#include "nadir/problems/network/enclosed_function.hpp"
#include "nadir/problems/network/enclosed_passes.hpp"
#include "nadir/rigor/fp_environment.hpp"
#include "nadir/rigor/norms.hpp"
#include "nadir/rigor/product.hpp"

namespace nadir {
namespace {

using namespace enclosed;

constexpr Index chunk_size = 512;
constexpr double most_work = 2e6;
constexpr Index most_rays = 32;       // units at kinks whose own directions are tried
constexpr int num_samples_of_gradients = 12, num_rounds = 6;
constexpr double sampling_radius = 1e-7;  // relative to the point; derivatives there are those of the pieces around it

double left_slope(const Activation& s) { return s.kind == ActivationKind::relu ? 0.0 : s.parameter; }

// s'(z; t)
Interval one_sided(const Activation& s, const Interval& z, const Interval& t) {
  if (s.has_kink() && z == Interval::point(0.0)) {
    const Interval left = Interval::point(left_slope(s)) * t;
    if (t.lower >= 0.0) return t;
    return t.upper <= 0.0 ? left : hull(left, t);
  }
  return enclose_activation(s, z).first * t;  // holds the slopes of both pieces where z may be 0
}

// Sum over a chunk of <df/dP, dP>, times n.
Interval derivative_of_chunk(const NetworkData& data, const Parameters& p, const Parameters& u, Index first, Index count) {
  BallMatrix A = exact(data.x.columns(first, count)), dA(A.rows(), A.cols());
  for (std::size_t l = 0; l < data.num_layers(); ++l) {
    const BallMatrix Z = pre_activation(data, p, l, A);
    BallMatrix dZ = pre_activation(data, u, l, A);
    if (l > 0) dZ = add(dZ, enclose_product(p.W[l], dA));
    if (l + 1 == data.num_layers()) return inner_product(enclose_loss(data, Z, first).delta, dZ);
    const Activation& s = data.activations[l];
    dA = BallMatrix(Z.rows(), Z.cols());
    for (Index j = 0; j < Z.cols(); ++j)
      for (Index i = 0; i < Z.rows(); ++i) set(dA, i, j, one_sided(s, Z.entry(i, j), dZ.entry(i, j)));
    A = activate(s, Z, nullptr);
  }
  return Interval::whole();
}

// Directions that move one pre-activation on a kink up: the unit's bias, or its weights along the input.
std::vector<Vector> rays(const Network& problem, std::span<const double> x) {
  const NetworkData& data = problem.data();
  const Parameters p = parameters(problem, x);
  std::vector<Vector> result;
  BallMatrix A = exact(data.x);
  for (std::size_t l = 0; l + 1 < data.num_layers(); ++l) {
    const BallMatrix Z = pre_activation(data, p, l, A);
    const BlockShape& W = problem.layout()[data.weight_block(l)];
    for (Index i = 0; i < Z.rows() && data.activations[l].has_kink(); ++i)
      for (Index j = 0; j < Z.cols() && static_cast<Index>(result.size()) < most_rays; ++j) {
        if (!Z.entry(i, j).contains(0.0)) continue;
        Vector ray(x.size(), 0.0);
        for (Index k = 0; k < W.cols; ++k) ray[static_cast<std::size_t>(W.offset + i + W.rows * k)] = A.mid(k, j);
        if (data.has_bias) ray[static_cast<std::size_t>(W.offset + i + W.rows * W.cols)] = 1.0;
        if (norm(ray) > 0.0) result.push_back(std::move(ray));
      }
    A = activate(data.activations[l], Z, nullptr);
  }
  return result;
}

// The shortest convex combination of the columns, by Frank and Wolfe's steps.
Vector shortest_combination(const std::vector<Vector>& columns) {
  Vector v = columns.front();
  for (int step = 0; step < 200; ++step) {
    const Vector* best = &columns.front();
    for (const Vector& g : columns)
      if (dot(g, v) < dot(*best, v)) best = &g;
    Vector towards = *best;
    axpy(-1.0, v, towards);
    const double length = dot(towards, towards);
    if (!(length > 0.0) || !(dot(towards, v) < 0.0)) break;
    axpy(std::fmin(1.0, -dot(towards, v) / length), towards, v);
  }
  return v;
}

class Search {
 public:
  Search(const Network& problem, std::span<const double> x) : problem_(problem), x_(x), reach_(sampling_radius * std::fmax(norm(x), 1e-3)) {}

  std::optional<FallingDirection> run() {
    for (Vector& ray : rays(problem_, x_)) {
      stop_point();
      try_direction(ray);
      scale(-1.0, ray);
      try_direction(ray);
    }
    std::vector<Vector> gradients;
    for (int k = 0; k < num_samples_of_gradients; ++k) {
      Vector direction(x_.size());
      Random(0, static_cast<std::uint64_t>(k)).fill_normal(direction);
      add_gradient(direction, gradients);
    }
    for (int round = 0; round < num_rounds && !gradients.empty(); ++round) {
      stop_point();
      Vector down = shortest_combination(gradients);
      scale(-1.0, down);
      try_direction(down);
      add_gradient(down, gradients);
    }
    return best_;
  }

 private:
  // The gradient a short way along the direction.
  void add_gradient(std::span<const double> direction, std::vector<Vector>& gradients) const {
    const double length = norm(direction);
    if (!(length > 0.0)) return;
    Vector y(x_.begin(), x_.end()), g(x_.size());
    axpy(reach_ / length, direction, y);
    problem_.expand(y)->gradient(g);
    if (all_finite(ConstMatrixView(g.data(), static_cast<Index>(g.size()), 1))) gradients.push_back(std::move(g));
  }

  void try_direction(const Vector& u) {
    const Interval length = sqrt(enclose_dot(u, u));
    if (!(length.lower > 0.0) || !length.is_finite()) return;
    const double slope = (enclose_directional_derivative(problem_, x_, u) / length).upper;
    if (slope < 0.0 && (!best_ || slope < best_->slope)) best_ = FallingDirection{u, slope};
  }

  const Network& problem_;
  std::span<const double> x_;
  double reach_;
  std::optional<FallingDirection> best_;
};

}  // namespace

Interval enclose_directional_derivative(const Network& problem, std::span<const double> x, std::span<const double> u) {
  const FloatingPointGuard guard;
  const NetworkData& data = problem.data();
  const Parameters p = parameters(problem, x), direction = parameters(problem, u);
  Interval sum = Interval::point(0.0);
  for_chunks(data, chunk_size, [&](Index first, Index count) { sum = sum + derivative_of_chunk(data, p, direction, first, count); });
  sum = sum / samples(data);
  for (std::size_t l = 0; l < data.num_layers() && data.weight_decay != 0.0; ++l)
    sum = sum + Interval::point(data.weight_decay) * inner_product(p.W[l], direction.W[l]);
  return sum;
}

std::optional<FallingDirection> find_falling_direction(const Network& problem, std::span<const double> x) {
  if (static_cast<double>(problem.data().num_samples()) * static_cast<double>(problem.layout().dimension()) > most_work) return std::nullopt;
  return Search(problem, x).run();
}

}  // namespace nadir
