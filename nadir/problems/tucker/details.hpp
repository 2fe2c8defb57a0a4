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
// (proved: no X of these ranks has a smaller one)
std::vector<Detail> tucker_details(const Tucker& problem, std::span<const double> x, double squared_error, const TailBound& bound);

}  // namespace nadir
