// The gradient at a point, enclosed as tightly as double precision allows: where isolated minima are proved, the radius is
// the length of this enclosure over the least eigenvalue.
//
// Products are compensated [OgitaRumpOishi2005, Dot2]: with every product split by a fused multiply-add and every sum by
// TwoSum, |computed - x'y| <= u |x'y| + gamma_k^2 |x|'|y| for k terms, so that the rounding of a sum over samples that
// cancel is that of its result. What is left are the few units in the last place of each activation.
#pragma once

#include <span>

#include "nadir/problems/network/network.hpp"
#include "nadir/rigor/ball_matrix.hpp"

namespace nadir {

// p x 1; radii are infinite where a derivative is not shown to exist. About 20 times the cost of a plain gradient.
BallMatrix enclose_gradient_accurately(const Network& problem, std::span<const double> x);

}  // namespace nadir
