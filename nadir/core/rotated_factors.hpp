// Points that are factors of a matrix, U V^T, up to the rotations that leave it alone.
#pragma once

#include <optional>

#include "nadir/core/point.hpp"

namespace nadir {

// The point with every block times one orthogonal Q, the one that brings it nearest to `reference`: Procrustes
// (linalg/orthogonal_factor.hpp). U Q (V Q)^T = U V^T, and the norms of the blocks stay. All blocks have the same number of
// columns; both points have one layout. Nothing where the two differ in that, or where entries are not finite.
std::optional<Point> rotated_factors(const Point& point, const Point& reference);

}  // namespace nadir
