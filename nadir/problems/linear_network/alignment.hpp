// A deep linear network in other bases of its hidden layers, towards another one.
#pragma once

#include <vector>

#include "nadir/core/family.hpp"
#include "nadir/problems/linear_network/architecture.hpp"

namespace nadir {

// V_l -> G V_l, V_{l+1} -> V_{l+1} G^T with an orthogonal G leaves P alone, and the penalty where it is uniform on both
// layers and neither has a skip. Layer after layer, while the distance to `reference` falls, G is the best with the
// others as they are (Procrustes): coordinate ascent, a local optimum. Of three starts the best: as it is, turned by incoming
// weights alone from the first layer on, which finds copies again whose layers do not widen, and by outgoing ones from
// the last. Without a penalty any invertible G would do;
// those that are not orthogonal are not looked for. penalty: empty, or a matrix a layer. Nothing where no hidden layer may
// turn, or entries are not finite.
std::optional<AlignedPoint> aligned_linear_network(const LinearArchitecture& architecture, const std::vector<Matrix>& penalty, const Point& point,
                                                   const Point& reference);

}  // namespace nadir
