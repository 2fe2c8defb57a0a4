// A network's problem in the terms of the theorems that stand beside this file: kinks.hpp, locally_linear.hpp and
// interpolation.hpp. Each function says nothing (nullopt) where its theorem does not apply to the problem.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "nadir/problems/network/interpolation.hpp"
#include "nadir/problems/network/kinks.hpp"
#include "nadir/problems/network/locally_linear.hpp"
#include "nadir/problems/network/network.hpp"

namespace nadir {

// Two layers, a hidden activation with two slopes, no weight decay, squared loss or cross-entropy. Loss gradients are
// those of n f and hold their rounding errors.
std::optional<KinkCase> kink_case(const Network& problem, std::span<const double> x);
// The direction as a displacement of the point.
Vector as_displacement(const Network& problem, const KinkDirection& direction);

// Any number of layers, hidden activations of at most two slopes, squared loss without weight decay. S = n f.
std::optional<std::vector<PiecewiseLinearLayer>> piecewise_linear_layers(const Network& problem, std::span<const double> x);

// At least two layers, squared loss without weight decay, relu, leaky-relu, identity, tanh, sigmoid or softplus in
// the last hidden one. `work` limits (n d_out)^2 times the number of parameters of the last two layers.
struct ExactFitCase {
  LastTwoLayers layers;
  BallMatrix residual;
};
std::optional<ExactFitCase> exact_fit_case(const Network& problem, std::span<const double> x, double work = 3e7);

}  // namespace nadir
