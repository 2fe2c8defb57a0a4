// The header of a .npy file: a Python dictionary literal, which is parsed and never evaluated.
#pragma once

#include <cstddef>
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

// The header of an array of text, of which we read single ones: the number of characters of each element.
struct NpyTextHeader {
  std::size_t num_characters = 0;
  bool is_unicode = false;  // four bytes a character, else one
  bool is_big_endian = false;
};

// Throws InputError naming `place` unless the header is that of a single text, without dimensions.
NpyTextHeader parse_npy_text_header(std::string_view text, const std::string& place);

}  // namespace nadir::internal
