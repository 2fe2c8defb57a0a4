#include "nadir/io/npy.hpp"

#include <algorithm>
#include <array>

#include "nadir/base/atomic_file.hpp"
#include "nadir/base/error.hpp"
#include "nadir/io/internal/npy_header.hpp"
#include "nadir/io/internal/npy_reader.hpp"
#include "nadir/io/internal/quote.hpp"

namespace nadir {
namespace {

using internal::ByteSource;

constexpr std::string_view magic = "\x93NUMPY";

std::string read_text(ByteSource& source, std::size_t size, const std::string& place) {
  constexpr std::size_t most = std::size_t{1} << 20;  // 32 dimensions take less than 1000 bytes
  if (size > most) throw InputError(place, "a header of at most 2^20 bytes", std::to_string(size) + " bytes");
  if (source.max_bytes_left() < size)
    throw InputError(place, "a header of " + std::to_string(size) + " bytes", "the end of the file");
  std::string text(size, '\0');
  if (source.read(std::as_writable_bytes(std::span(text))) < size)
    throw InputError(place, "a header of " + std::to_string(size) + " bytes", "the end of the file");
  return text;
}

std::size_t little_endian(std::string_view bytes) {
  std::size_t value = 0;
  for (std::size_t i = bytes.size(); i-- > 0;) value = value << 8 | static_cast<unsigned char>(bytes[i]);
  return value;
}

// The dictionary in front of the elements.
std::string read_header(ByteSource& source, const std::string& place) {
  std::array<char, 8> start;
  const std::size_t got = source.read(std::as_writable_bytes(std::span(start)));
  const std::string_view found(start.data(), got);
  if (!found.starts_with(magic))
    throw InputError(place, "the first bytes of a .npy file",
                     got == 0 ? "an empty file" : internal::quoted(found));
  if (got < start.size()) throw InputError(place, "a version", "the end of the file");
  const int version = start[6];
  if (version < 1 || version > 3)
    throw InputError(place, "format version 1, 2 or 3", std::to_string(version));
  const std::size_t length = little_endian(read_text(source, version == 1 ? 2 : 4, place));
  return read_text(source, length, place);
}

// Fortran order to C order, in place of the caller's values. The first index runs fastest in `values`.
Vector reordered(const Vector& values, const std::vector<std::int64_t>& shape) {
  if (shape.size() == 2) {
    const ConstMatrixView matrix(values.data(), shape[0], shape[1]);
    return to_array(matrix).values;
  }
  Vector result(values.size());
  std::vector<std::int64_t> strides(shape.size()), index(shape.size(), 0);
  std::int64_t stride = 1;
  for (std::size_t axis = 0; axis < shape.size(); ++axis) {
    strides[axis] = stride;
    stride *= shape[axis];
  }
  std::int64_t offset = 0;  // of the current C-order element in Fortran order
  for (double& target : result) {
    target = values[static_cast<std::size_t>(offset)];
    for (std::size_t axis = shape.size(); axis-- > 0;) {
      offset += strides[axis];
      if (++index[axis] < shape[axis]) break;
      offset -= strides[axis] * shape[axis];
      index[axis] = 0;
    }
  }
  return result;
}

}  // namespace

namespace internal {

NpyHeader read_npy_header(ByteSource& source, const std::string& place) {
  const std::string header_place = place + ": header";
  return parse_npy_header(read_header(source, header_place), header_place);
}

Array read_npy(ByteSource& source, const std::string& place) {
  const std::string header_place = place + ": header";
  const NpyHeader header = read_npy_header(source, place);
  Array array;
  const std::size_t count = num_elements(header.shape, header_place);
  array.values = read_elements(source, header.type, count, place);
  array.shape = header.shape;
  if (header.is_fortran_order && array.shape.size() > 1) array.values = reordered(array.values, array.shape);
  return array;
}

std::string read_npy_text(ByteSource& source, const std::string& place) {
  const std::string header_place = place + ": header";
  const NpyTextHeader header = parse_npy_text_header(read_header(source, header_place), header_place);
  constexpr std::size_t most = 1000;
  if (header.num_characters > most)
    throw InputError(place, "at most 1000 characters", std::to_string(header.num_characters));
  const std::size_t width = header.is_unicode ? 4 : 1, size = header.num_characters * width;
  std::string bytes(size + 1, '\0');  // one more, so that the end is met
  const std::size_t got = source.read(std::as_writable_bytes(std::span(bytes)));
  if (got != size)
    throw InputError(place, std::to_string(size) + " bytes of text, as its header says",
                     got < size ? std::to_string(got) + " bytes" : "more bytes after them");
  std::string text;
  for (std::size_t at = 0; at < size; at += width) {
    const std::string_view character(bytes.data() + at, width);
    const char ascii = character[header.is_big_endian ? width - 1 : 0];
    const auto zeros = static_cast<std::size_t>(std::count(character.begin(), character.end(), '\0'));
    if (static_cast<unsigned char>(ascii) > 127 || zeros < width - 1 || (ascii == '\0' && zeros < width))
      throw InputError(place, "ASCII text", internal::quoted({bytes.data(), size}));
    text += ascii;
  }
  text.resize(text.find_last_not_of('\0') + 1);
  return text;
}

}  // namespace internal

Array read_npy(const std::string& path) {
  return internal::read_npy(*internal::source_of(internal::open_file(path)), path);
}

Array parse_npy(std::span<const std::byte> bytes, const std::string& place) {
  return internal::read_npy(*internal::source_of(internal::view_memory(bytes)), place);
}

std::string npy_header(const Array& array) {
  // As numpy.save pads: room for the first dimension to grow in place, then up to the next multiple of 64,
  // a whole 64 where nothing is missing.
  constexpr std::size_t alignment = 64, before_text = 10, max_digits = 21;
  std::string text = "{'descr': '<f8', 'fortran_order': False, 'shape': " + shape_text(array.shape) + ", }";
  if (!array.shape.empty()) text.append(max_digits - std::to_string(array.shape[0]).size(), ' ');
  text.append(alignment - (before_text + text.size() + 1) % alignment, ' ');
  text += '\n';
  std::string header(magic);
  header += {'\x01', '\x00', static_cast<char>(text.size() & 255), static_cast<char>(text.size() >> 8)};
  return header + text;
}

void write_npy(const std::string& path, const Array& array) {
  AtomicFile file(path);
  file.write(npy_header(array));
  file.write(std::as_bytes(std::span(array.values)));
  file.commit();
}

}  // namespace nadir
