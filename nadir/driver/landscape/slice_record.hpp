// slice.json: the objective on a line or a plane. Schema nadir.slice/1 (docs/formats/slice.md).
#pragma once

#include <cstdint>
#include <string>

#include "nadir/landscape/slice.hpp"

namespace nadir {

struct SliceFacts {
  std::string family;
  std::string point_sha256;  // of point.npz
  std::int64_t seed = 0;
  double seconds = 0.0;
};

std::string slice_to_json(const Slice& slice, const SliceFacts& facts);

}  // namespace nadir
