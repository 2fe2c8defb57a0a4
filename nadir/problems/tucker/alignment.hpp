// A Tucker decomposition in other bases, towards another one.
#pragma once

#include "nadir/core/family.hpp"
#include "nadir/problems/tucker/data.hpp"

namespace nadir {

// A_k -> A_k Q_k, S -> S x_k Q_k^T with orthogonal Q_k leave X and the regulariser alone. Mode after mode, while the distance
// to `reference` falls, Q_k is the best with the others as they are (Procrustes): coordinate ascent, a local optimum. It is tried from
// the point and from where the factors alone rotate it to, which finds copies again. Bases
// that are not rotations of one another (A_k G, S x_k G^{-1}) are not looked for. Nothing for ranks that differ or
// entries that are not finite.
std::optional<AlignedPoint> aligned_tucker(const TuckerData& data, const Point& point, const Point& reference);

}  // namespace nadir
