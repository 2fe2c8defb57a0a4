// Coordinates of a sparse tensor in the order that DataTensor asks for.
#pragma once

#include <functional>
#include <string>

#include "nadir/core/data_file.hpp"

namespace nadir::internal {

// As they come. coordinates[k][e] < shape[k].
struct CoordinateList {
  std::vector<std::int64_t> shape;
  std::vector<std::vector<std::int32_t>> coordinates;
  Vector values;
};

// The tensor, its entries in C order. `place_of(e)` names entry e as it came, for an InputError where two entries share
// a place.
DataTensor sparse_tensor(CoordinateList&& list, const std::function<std::string(std::size_t)>& place_of);

}  // namespace nadir::internal
