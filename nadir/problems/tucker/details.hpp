// What a verdict adds under `details`: the decomposition in the words of its users.
#pragma once

#include <span>
#include <vector>

#include "nadir/core/verdict.hpp"
#include "nadir/problems/tucker/tail_bound.hpp"
#include "nadir/problems/tucker/tucker.hpp"

namespace nadir {

// squared_error    |T - X|^2 over the observed entries, without the 1/2 and without the regulariser
// relative_error   its root over |T|; 0 where T vanishes
// ranks, compression_ratio (entries of T over parameters), tails (of the unfoldings, where computed), relative_error_bound
// (no X of these ranks has a smaller one; from the proved lower bound of the value)
std::vector<Detail> tucker_details(const Tucker& problem, std::span<const double> x, double squared_error, double lower_bound, const TailBound& bound);

}  // namespace nadir
