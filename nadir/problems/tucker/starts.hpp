// Where searches begin.
//
//   sthosvd  the first: the sequentially truncated higher-order SVD; of the tensor with its mean in the place of missing entries;
//            further ones, and those of sparse tensors beyond 2^24 entries, are as `random`
//   random   random orthonormal factors and the best core for them
//   normal   independent normals, scaled so that |X| = |T|
//   zero     S = 0, A = 0: a critical point whose derivatives vanish up to order d
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "nadir/core/point.hpp"
#include "nadir/problems/tucker/tucker.hpp"

namespace nadir {

std::vector<std::string> tucker_starts();
// Throws InputError for another name.
Point tucker_start(const Tucker& problem, const std::string& name, std::uint64_t seed, std::uint64_t index);

// The least ranks, of the file's modes, with which sequential truncation meets the relative error.
std::vector<Index> ranks_for_error(const TuckerData& data, double error);

}  // namespace nadir
