// path.json and path.npz: ways between two points. Schema nadir.path/1 (docs/formats/path.md).
#pragma once

#include <cstdint>
#include <string>

#include "nadir/core/point.hpp"
#include "nadir/io/array.hpp"
#include "nadir/landscape/path.hpp"

namespace nadir {

struct PathFacts {
  std::string family;
  std::string point_sha256, other_sha256;  // of the .npz files of the two ends
  std::int64_t seed = 0;
  double seconds = 0.0;
};

std::string path_to_json(const Path& path, const PathFacts& facts);

// The bends of every curve, the saddle and the aligned end as blocks of the layout.
NamedArrays path_arrays(const Path& path, const Layout& layout);

}  // namespace nadir
