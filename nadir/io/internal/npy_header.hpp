// The header of a .npy file: a Python dictionary literal, which is parsed and never evaluated.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "nadir/io/internal/element_type.hpp"

namespace nadir::internal {

struct NpyHeader {
  ElementType type;
  bool is_fortran_order = false;
  std::vector<std::int64_t> shape;
};

// Throws InputError naming `place` when a key is missing, repeated or unknown, or a value is not one we read.
NpyHeader parse_npy_header(std::string_view text, const std::string& place);

}  // namespace nadir::internal
