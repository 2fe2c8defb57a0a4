// Which problems the bound over a sphere is for, and the points that belong to its directions.
#pragma once

#include <span>

#include "nadir/problems/tucker/sphere_bound.hpp"
#include "nadir/problems/tucker/tucker.hpp"

namespace nadir {

// The source mode of rank one with the fewest entries, at most 6, of a dense tensor of three modes and at most 1e5 entries,
// where the regulariser is off and nothing is missing; -1 where there is none.
int sphere_mode(const Tucker& problem);
// The lesser rank of the other modes.
Index sphere_rank(const Tucker& problem, int mode);
// T in one piece.
Tensor<double> whole_tensor(const TuckerData& data);
// A_mode = x / |x|, the others from the singular value decomposition of T(x), S the best core.
Vector point_along(const Tucker& problem, int mode, std::span<const double> x);

}  // namespace nadir
