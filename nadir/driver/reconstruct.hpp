// reconstruct: the tensor, or a part of it, that the core and the factors of a run describe.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "nadir/core/options.hpp"

namespace nadir {

struct ReconstructRequest {
  std::string folder;  // of a run; its point.npz has the blocks core and A1, A2, ...
  std::string output;  // the .npy file to write
  std::string slab;    // "2:10..20": of mode 2 the entries 10 to 19; "1:0..5,3:7..8" for several; empty: everything
};
OptionList rows(ReconstructRequest& request);

struct Reconstruction {
  std::vector<std::int64_t> shape;  // of what was written
};

// Writes core x_1 A1 x_2 A2 ... in C order as 64-bit floats, some 16 MiB at a time: the tensor may be larger than the
// memory. The file appears whole or not at all. No check against the data: what the point says, not how well it fits.
//
// Throws InputError for a point of other blocks, for slabs out of range, and without an output; FileError where the
// system refuses.
Reconstruction reconstruct(const ReconstructRequest& request);

}  // namespace nadir
