// Coordinates of a sparse tensor in the order that DataTensor asks for.
#pragma once

#include <functional>
#include <string>

#include "nadir/core/data_file.hpp"

namespace nadir::internal {

// Sorts entries into C order. `place_of(e)` names entry e as it came, for an InputError where two entries share a
// place; shape must hold every coordinate.
void sort_coordinates(DataTensor& tensor, const std::function<std::string(std::size_t)>& place_of);

// "(0, 2, 1)"
std::string coordinates_text(const DataTensor& tensor, std::size_t entry);

}  // namespace nadir::internal
