// One-sided derivatives of a network's loss, and directions in which it falls at a point where pre-activations are 0: any
// depth, activation and loss, with weight decay or without.
//
// Activations with kinks are Lipschitz and have one-sided derivatives, so their compositions have, too, and these obey the
// chain rule [Shapiro1990]: f'(x; u) is found by one pass forward, with the slope s+ or s- of a unit at its kink chosen
// by the sign of its own derivative. f'(x; u) < 0 proves that x is no local minimum.
//
// Where to look: along the negative of the shortest vector among convex combinations of gradients taken close to x
// [BurkeLewisOverton2005], which leads down wherever f'(x; .) is convex, and along the bias or weights of each unit at a
// kink, either way, for kinks that are concave. Finding nothing says nothing.
#pragma once

#include <optional>
#include <span>

#include "nadir/problems/network/network.hpp"
#include "nadir/rigor/interval.hpp"

namespace nadir {

// f'(x; u), the limit of (f(x + t u) - f(x)) / t for t -> 0, t > 0.
Interval enclose_directional_derivative(const Network& problem, std::span<const double> x, std::span<const double> u);

struct FallingDirection {
  Vector direction;
  double slope = 0.0;  // f'(x; u) / |u| is at most this, < 0
};
// The steepest of the directions that were tried; nullopt where none is proved to fall, or n p exceeds 2e6.
std::optional<FallingDirection> find_falling_direction(const Network& problem, std::span<const double> x);

}  // namespace nadir
