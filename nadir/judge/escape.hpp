// A way downhill from a point, tried out: the decrease is the difference of two computed values.
//
// The search backtracks from a step of a tenth of the point's size until the value falls, then lengthens
// the step while it falls further. A decrease within 1000 units in the last place of the values is noise
// and not an escape. That none is found does not mean that there is none.
#pragma once

#include <optional>
#include <span>

#include "nadir/core/problem.hpp"
#include "nadir/core/verdict.hpp"

namespace nadir {

// Along `direction` or against it, whichever lowers the value more: for a direction of negative curvature,
// where the gradient does not say which sign is right. The direction need not be normalised.
std::optional<Escape> escape_along(ProblemRef problem, std::span<const double> x, std::span<const double> direction);

// Along the negative gradient.
std::optional<Escape> descend_along_gradient(ProblemRef problem, std::span<const double> x);

}  // namespace nadir
