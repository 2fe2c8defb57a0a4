#include "nadir/io/idx.hpp"

#include <array>

#include "nadir/base/error.hpp"
#include "nadir/io/internal/byte_source.hpp"
#include "nadir/io/internal/element_type.hpp"
#include "nadir/io/internal/quote.hpp"

namespace nadir {
namespace {

using internal::ElementKind;
using internal::ElementType;

ElementType element_type(unsigned code, const std::string& place) {
  switch (code) {
    case 0x08:
      return {ElementKind::unsigned_integer, 1, true};
    case 0x09:
      return {ElementKind::signed_integer, 1, true};
    case 0x0b:
      return {ElementKind::signed_integer, 2, true};
    case 0x0c:
      return {ElementKind::signed_integer, 4, true};
    case 0x0d:
      return {ElementKind::floating, 4, true};
    case 0x0e:
      return {ElementKind::floating, 8, true};
    default:
      throw InputError(place, "element type 8, 9, 11, 12, 13 or 14", std::to_string(code));
  }
}

Array read_idx(internal::ByteSource& source, const std::string& file) {
  const std::string place = file + ": header";
  std::array<unsigned char, 4> start{};
  const std::size_t got = source.read(std::as_writable_bytes(std::span(start)));
  if (got < start.size() || start[0] != 0 || start[1] != 0)
    throw InputError(
        place, "the first bytes of an IDX file",
        got == 0 ? "an empty file" : internal::quoted({reinterpret_cast<const char*>(start.data()), got}));
  const ElementType type = element_type(start[2], place);
  if (start[3] == 0) throw InputError(place, "at least one dimension", "none");
  Array array;
  for (unsigned axis = 0; axis < start[3]; ++axis) {
    std::array<unsigned char, 4> extent{};
    if (source.read(std::as_writable_bytes(std::span(extent))) < extent.size())
      throw InputError(place, std::to_string(start[3]) + " dimensions", "the end of the file");
    array.shape.push_back(std::int64_t{extent[0]} << 24 | extent[1] << 16 | extent[2] << 8 | extent[3]);
  }
  const std::size_t count = internal::num_elements(array.shape, place);
  array.values = internal::read_elements(source, type, count, file);
  return array;
}

}  // namespace

Array read_idx(const std::string& path) {
  auto source = internal::source_of(internal::open_file(path));
  if (path.ends_with(".gz"))
    source = internal::inflating(std::move(source), internal::Compression::gzip, path);
  return read_idx(*source, path);
}

Array parse_idx(std::span<const std::byte> bytes, const std::string& place) {
  return read_idx(*internal::source_of(internal::view_memory(bytes)), place);
}

}  // namespace nadir
