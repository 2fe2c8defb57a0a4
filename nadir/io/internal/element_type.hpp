// Numbers as files store them, turned into doubles.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "nadir/io/internal/byte_source.hpp"
#include "nadir/linalg/matrix.hpp"

namespace nadir::internal {

enum class ElementKind { boolean, signed_integer, unsigned_integer, floating };

// Every combination with 1, 2, 4 or 8 bytes but floating with 1; booleans have 1.
struct ElementType {
  ElementKind kind = ElementKind::floating;
  int num_bytes = 8;
  bool is_big_endian = false;
};

// The number of elements of an array. Throws InputError when a dimension is negative, there are more than
// 32 of them, or the array could not be addressed.
std::size_t num_elements(std::span<const std::int64_t> shape, const std::string& place);

// The elements of `raw` as doubles at the end of `values`; those whose bytes stand for no exact double are InputErrors
// that name the element, of which the first here is number `first`.
void append_elements(std::span<const std::byte> raw, const ElementType& type, std::size_t first, Vector& values,
                     const std::string& place);

// The next `count` elements, after which the source must end. Exact: integers beyond 2^53 are InputErrors
// that name the element. Memory is taken only for what the source can deliver.
Vector read_elements(ByteSource& source, const ElementType& type, std::size_t count,
                     const std::string& place);

}  // namespace nadir::internal
