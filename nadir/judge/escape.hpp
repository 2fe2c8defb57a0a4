// Ways downhill, found by looking at values: what an escape gains is computed, never assumed.
//
// Lengths are tried over many decades and both signs; the best decrease counts only where it is larger than
// the rounding of the values. Nothing found means no escape; it does not mean that there is none.
#pragma once

#include <optional>
#include <span>

#include "nadir/core/problem.hpp"
#include "nadir/core/verdict.hpp"

namespace nadir {

// Along +-direction, a direction of negative curvature. Kind: negative_curvature.
std::optional<Escape> escape_along(ProblemRef problem, std::span<const double> x, std::span<const double> direction);

// Along the preconditioned negative gradient. Kind: first_order.
std::optional<Escape> descend_along_gradient(ProblemRef problem, std::span<const double> x);

}  // namespace nadir
