#include "nadir/problems/network/midpoint_minimum.hpp"

#include <cmath>

#include "nadir/problems/network/enclosed_function.hpp"
#include "nadir/rigor/fp_environment.hpp"

namespace nadir {
namespace {

Interval thin(double x) { return Interval::point(x); }

// x_a + x_b = 2 x_m and y_a = y_b, without rounding.
bool is_midpoint(const NetworkData& data, Index a, Index b, Index m) {
  if (data.y(0, a) != data.y(0, b)) return false;
  for (Index j = 0; j < data.x.rows; ++j) {
    const Interval rest = thin(data.x(j, a)) + thin(data.x(j, b)) - thin(2.0) * thin(data.x(j, m));
    if (!(rest == thin(0.0))) return false;
  }
  return true;
}

bool is_linear_near(const Activation& s, const Interval& z) {
  if (s.kind == ActivationKind::identity || (s.is_homogeneous() && z.upper < 0.0)) return true;
  return (s.is_homogeneous() || s.kind == ActivationKind::elu) && z.lower > 0.0;
}

// w.x + bias
Interval affine(ConstMatrixView W, Index k, ConstMatrixView X, Index i, double bias) {
  Interval sum = thin(bias);
  for (Index j = 0; j < W.cols; ++j) sum = sum + thin(W(k, j)) * thin(X(j, i));
  return sum;
}

bool has_equal_inputs(ConstMatrixView W, Index k, ConstMatrixView X, Index a, Index b) {
  Interval sum = thin(0.0);
  for (Index j = 0; j < W.cols; ++j) sum = sum + thin(W(k, j)) * (thin(X(j, a)) - thin(X(j, b)));
  return sum == thin(0.0);
}

std::optional<MidpointMinimum> of_midpoint(const Network& problem, std::span<const double> x, Index a, Index b, Index m) {
  const NetworkData& data = problem.data();
  const auto block = [&](std::size_t i) { return problem.layout().block(x, i); };
  const ConstMatrixView W = block(0), bias = block(1), u = block(2), outer_bias = block(3);
  const Activation& s = data.activations.front();
  const Interval c = (thin(data.y(0, m)) - thin(data.y(0, a))) / thin(3.0);
  Interval output = thin(outer_bias(0, 0));
  for (Index k = 0; k < W.rows; ++k) {
    if (!has_equal_inputs(W, k, data.x, a, b)) return std::nullopt;
    const Interval z = affine(W, k, data.x, m, bias(k, 0));
    const ActivationEnclosure e = enclose_activation(s, z);
    output = output + thin(u(0, k)) * e.value;
    const bool is_convex = e.is_twice_differentiable && (c * thin(u(0, k)) * e.second).lower > 0.0;
    if (u(0, k) == 0.0 || !(is_convex || is_linear_near(s, z))) return std::nullopt;
  }
  const MidpointMinimum result{(output - thin(data.y(0, a)) - c).magnitude(), sqr(c).lower};
  if (!std::isfinite(result.radius) || !(result.value > 0.0)) return std::nullopt;
  return result;
}

}  // namespace

std::optional<MidpointMinimum> find_midpoint_minimum(const Network& problem, std::span<const double> x) {
  const NetworkData& data = problem.data();
  if (data.num_layers() != 2 || data.num_samples() != 3 || data.widths.back() != 1 || !data.has_bias) return std::nullopt;
  if (data.is_cross_entropy || data.weight_decay != 0.0) return std::nullopt;
  const FloatingPointGuard guard;
  for (Index m = 0; m < 3; ++m)
    if (is_midpoint(data, (m + 1) % 3, (m + 2) % 3, m)) return of_midpoint(problem, x, (m + 1) % 3, (m + 2) % 3, m);
  return std::nullopt;
}

}  // namespace nadir
