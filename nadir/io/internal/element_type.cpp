#include "nadir/io/internal/element_type.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>

#include "nadir/base/error.hpp"

namespace nadir::internal {
namespace {

static_assert(std::endian::native == std::endian::little);

std::uint8_t reversed(std::uint8_t word) { return word; }
std::uint16_t reversed(std::uint16_t word) { return __builtin_bswap16(word); }
std::uint32_t reversed(std::uint32_t word) { return __builtin_bswap32(word); }
std::uint64_t reversed(std::uint64_t word) { return __builtin_bswap64(word); }

// IEEE binary16: 1 sign, 5 exponent, 10 fraction bits. Exact in double.
double from_half(std::uint16_t bits) {
  const int exponent = (bits >> 10) & 31, fraction = bits & 1023;
  double magnitude;
  if (exponent == 31)
    magnitude =
        fraction == 0 ? std::numeric_limits<double>::infinity() : std::numeric_limits<double>::quiet_NaN();
  else if (exponent == 0)
    magnitude = std::ldexp(fraction, -24);
  else
    magnitude = std::ldexp(1024 + fraction, exponent - 25);
  return (bits & 0x8000) != 0 ? -magnitude : magnitude;
}

// Turns raw elements into doubles at the end of `values`, one word at a time through `decode`.
template <class Word, class Decode>
void append(std::span<const std::byte> raw, bool is_big_endian, Vector& values, Decode decode) {
  const std::size_t count = raw.size() / sizeof(Word), before = values.size();
  values.resize(before + count);
  double* out = values.data() + before;
  for (std::size_t i = 0; i < count; ++i) {
    Word word;
    std::memcpy(&word, raw.data() + i * sizeof(Word), sizeof(Word));
    out[i] = decode(is_big_endian ? reversed(word) : word);
  }
}

template <class Word>
void append_integers(std::span<const std::byte> raw, const ElementType& type, Vector& values) {
  using Signed = std::make_signed_t<Word>;
  if (type.kind == ElementKind::signed_integer)
    append<Word>(raw, type.is_big_endian, values,
                 [](Word word) { return static_cast<double>(static_cast<Signed>(word)); });
  else
    append<Word>(raw, type.is_big_endian, values, [](Word word) { return static_cast<double>(word); });
}

void append_floats(std::span<const std::byte> raw, const ElementType& type, Vector& values) {
  if (type.num_bytes == 2)
    append<std::uint16_t>(raw, type.is_big_endian, values, from_half);
  else if (type.num_bytes == 4)
    append<std::uint32_t>(raw, type.is_big_endian, values,
                          [](std::uint32_t word) { return static_cast<double>(std::bit_cast<float>(word)); });
  else
    append<std::uint64_t>(raw, type.is_big_endian, values,
                          [](std::uint64_t word) { return std::bit_cast<double>(word); });
}

void append_numbers(std::span<const std::byte> raw, const ElementType& type, Vector& values) {
  if (type.kind == ElementKind::boolean)
    append<std::uint8_t>(raw, false, values, [](std::uint8_t word) { return word != 0 ? 1.0 : 0.0; });
  else if (type.kind == ElementKind::floating)
    append_floats(raw, type, values);
  else if (type.num_bytes == 1)
    append_integers<std::uint8_t>(raw, type, values);
  else if (type.num_bytes == 2)
    append_integers<std::uint16_t>(raw, type, values);
  else if (type.num_bytes == 4)
    append_integers<std::uint32_t>(raw, type, values);
  else
    append_integers<std::uint64_t>(raw, type, values);
}

// 2^53 itself is refused as well: 2^53 + 1 rounds to it.
void require_exact_integers(std::span<const double> values, std::size_t first, const std::string& place) {
  const auto beyond =
      std::find_if(values.begin(), values.end(), [](double v) { return std::fabs(v) >= 0x1p53; });
  if (beyond == values.end()) return;
  const std::size_t index = first + static_cast<std::size_t>(beyond - values.begin());
  throw InputError(place + ", element " + std::to_string(index),
                   "an integer below 2^53 in magnitude, which a double holds exactly", "a larger one");
}

std::string bytes_text(std::uint64_t count) {
  return std::to_string(count) + (count == 1 ? " byte" : " bytes");
}

}  // namespace

std::size_t num_elements(std::span<const std::int64_t> shape, const std::string& place) {
  constexpr std::size_t max_dimensions = 32;  // as in NumPy 1
  if (shape.size() > max_dimensions)
    throw InputError(place, "at most 32 dimensions", std::to_string(shape.size()) + " of them");
  std::int64_t product = 1;  // of the dimensions that are not zero: views and strides use those too
  bool is_empty = false;
  for (const std::int64_t extent : shape) {
    if (extent < 0) throw InputError(place, "dimensions that are not negative", std::to_string(extent));
    if (extent == 0)
      is_empty = true;
    else if (__builtin_mul_overflow(product, extent, &product) ||
             product > std::numeric_limits<std::int64_t>::max() / 8)
      throw InputError(place, "an array that fits into memory", "a shape with too many elements");
  }
  return is_empty ? 0 : static_cast<std::size_t>(product);
}

void append_elements(std::span<const std::byte> raw, const ElementType& type, std::size_t first, Vector& values,
                     const std::string& place) {
  const std::size_t before = values.size();
  append_numbers(raw, type, values);
  if (type.num_bytes == 8 && type.kind != ElementKind::floating)
    require_exact_integers(std::span(values).subspan(before), first, place);
}

Vector read_elements(ByteSource& source, const ElementType& type, std::size_t count,
                     const std::string& place) {
  const auto size = static_cast<std::size_t>(type.num_bytes);
  const std::string expected = bytes_text(count * size) + " of data, as its header says";
  const std::uint64_t possible = source.max_bytes_left();
  if (possible < count * size) throw InputError(place, expected, "at most " + bytes_text(possible));

  // Chunks that stay in the cache: each page of the result is touched once, already converted.
  constexpr std::size_t chunk_elements = std::size_t{1} << 15;
  const bool is_native = size == 8 && type.kind == ElementKind::floating && !type.is_big_endian;
  std::vector<std::byte> chunk(is_native ? 0 : std::min(count, chunk_elements) * size);
  Vector values;
  values.reserve(count);
  while (values.size() < count) {
    const std::size_t first = values.size(), wanted = std::min(count - first, chunk_elements) * size;
    // Doubles as we hold them go straight to their place.
    if (is_native) values.resize(first + wanted / size);
    const auto target =
        is_native ? std::as_writable_bytes(std::span(values).subspan(first)) : std::span(chunk).first(wanted);
    const std::size_t got = source.read(target);
    if (got < wanted) throw InputError(place, expected, bytes_text(first * size + got));
    if (!is_native) append_elements(target, type, first, values, place);
  }
  std::byte extra{};
  if (source.read({&extra, 1}) != 0) throw InputError(place, expected, "more bytes after them");
  return values;
}

}  // namespace nadir::internal
