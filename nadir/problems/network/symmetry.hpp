// Directions in which a network's weights move without changing its outputs.
#pragma once

#include <span>

#include "nadir/problems/network/network.hpp"

namespace nadir {

// An orthonormal basis, to floating point, of the span of the rescalings at x: for every hidden unit with
// s(c z) = c s(z), the tangent (incoming weights and bias, minus outgoing weights). Empty where weights are penalised.
// Identity layers have more symmetries than these. dimension() x count.
Matrix rescaling_directions(const Network& problem, std::span<const double> x);

}  // namespace nadir
