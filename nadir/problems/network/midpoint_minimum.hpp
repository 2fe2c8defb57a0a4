// Flat local minima of networks with any activation on three samples, one of them the midpoint of the others:
// [YunSraJadbabaie2019b, Thm 2], for a given point.
//
// Theorem. Two layers, biases, one output, squared loss, no weight decay; samples a, b, m with x_a + x_b = 2 x_m, y_a = y_b,
// c = (y_m - y_a)/3. Let every unit k have an outer weight u_k != 0, w_k.(x_a - x_b) = 0 (so that it has one pre-activation
// z_k on all samples), and c u_k s convex near z_k: c u_k s''(z_k) > 0, or s linear near z_k. Then the point with the outer
// bias changed so that the output is y_a + c is a local minimum, with f = c^2, and it lies within |P - y_a - c| of this one.
// Proof. The residuals there are r = (c, c, -2c), n f = |r|^2/2 = 3 c^2. At other weights near by, with outputs P',
// n f' = |P' - y|^2/2 >= |r|^2/2 + r.(P' - P), r.P = 0 as all outputs are equal, and r.P' = sum_k c u'_k (s(z'_ka) + s(z'_kb)
// - 2 s(z'_km)), the outer bias cancelling. As z'_km is the midpoint of z'_ka and z'_kb, all three near z_k, each term is
// not negative. QED. The paper's hypothesis is weaker where u_k s is concave; that case is not here.
#pragma once

#include <optional>
#include <span>

#include "nadir/problems/network/network.hpp"

namespace nadir {

struct MidpointMinimum {
  double radius = 0.0;  // upper bound of the distance
  double value = 0.0;   // lower bound of c^2
};

// Nullopt where a hypothesis is not shown.
std::optional<MidpointMinimum> find_midpoint_minimum(const Network& problem, std::span<const double> x);

}  // namespace nadir
