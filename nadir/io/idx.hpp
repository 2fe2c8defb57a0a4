// IDX, the format of MNIST [LeCun1998]: two zero bytes, the element type, the number of dimensions, each
// dimension as 4 bytes, then the values; everything big-endian.
#pragma once

#include <cstddef>
#include <span>
#include <string>

#include "nadir/io/array.hpp"

namespace nadir {

// Raw, or compressed when the name ends in ".gz". Throws InputError when the file is missing, of another
// kind, or shorter or longer than it says.
Array read_idx(const std::string& path);

// From memory, raw; `place` stands for the file in messages.
Array parse_idx(std::span<const std::byte> bytes, const std::string& place);

}  // namespace nadir
