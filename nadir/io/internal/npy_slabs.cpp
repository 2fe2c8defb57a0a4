#include "nadir/io/internal/npy_slabs.hpp"

#include <bit>
#include <cstring>
#include <type_traits>

#include "nadir/base/error.hpp"
#include "nadir/io/internal/npy_reader.hpp"

namespace nadir::internal {
namespace {

static_assert(std::endian::native == std::endian::little);

std::string bytes_text(std::uint64_t count) { return std::to_string(count) + (count == 1 ? " byte" : " bytes"); }

void read_exactly(const NpyFile& file, std::uint64_t offset, std::span<std::byte> target) {
  const std::size_t got = file.bytes->read_at(offset, target);
  if (got < target.size())
    throw InputError(file.path, "the " + bytes_text(offset + target.size()) + " that were there when it was opened",
                     bytes_text(offset + got));
}

template <class Scalar>
bool is_stored_as(const ElementType& type) {
  return type.kind == ElementKind::floating && type.num_bytes == sizeof(Scalar);
}

void swap_bytes(std::span<double> values) {
  for (double& value : values) value = std::bit_cast<double>(__builtin_bswap64(std::bit_cast<std::uint64_t>(value)));
}
void swap_bytes(std::span<float> values) {
  for (float& value : values) value = std::bit_cast<float>(__builtin_bswap32(std::bit_cast<std::uint32_t>(value)));
}

// Elements of another type, in chunks that stay in the cache.
void read_converted(const NpyFile& file, std::size_t first, std::size_t count, Vector& values) {
  constexpr std::size_t chunk_elements = std::size_t{1} << 15;
  const auto size = static_cast<std::size_t>(file.type.num_bytes);
  std::vector<std::byte> chunk(std::min(count, chunk_elements) * size);
  values.clear();
  values.reserve(count);
  while (values.size() < count) {
    const std::size_t at = first + values.size(), wanted = std::min(count - values.size(), chunk_elements);
    const auto raw = std::span(chunk).first(wanted * size);
    read_exactly(file, file.offset + at * size, raw);
    append_elements(raw, file.type, at, values, file.path);
  }
}

}  // namespace

NpyFile open_npy(const std::string& path) {
  NpyFile file;
  file.path = path;
  file.bytes = open_file(path);
  const auto source = source_of(file.bytes);
  const NpyHeader header = read_npy_header(*source, path);
  const std::string header_place = path + ": header";
  const std::size_t count = num_elements(header.shape, header_place);
  const std::size_t modes = header.shape.size();
  if (modes < 1 || modes > static_cast<std::size_t>(TensorShape::max_modes))
    throw InputError(path, "an array with 1 to 8 dimensions", std::to_string(modes) + " of them");
  if (count == 0) throw InputError(path, "at least one entry", "an empty array");
  file.offset = file.bytes->size() - source->max_bytes_left();
  const std::uint64_t wanted = count * static_cast<std::uint64_t>(header.type.num_bytes), there = source->max_bytes_left();
  if (there != wanted)
    throw InputError(path, bytes_text(wanted) + " of data, as its header says", bytes_text(there));
  file.type = header.type;
  file.is_reversed = header.is_fortran_order && modes > 1;
  file.shape = TensorShape(std::vector<Index>(header.shape.begin(), header.shape.end()));
  if (file.is_reversed) file.shape = file.shape.reversed();
  return file;
}

template <class Scalar>
TensorView<Scalar> NpySlabs<Scalar>::slab(Index first, Index count, std::vector<Scalar>& buffer) const {
  const TensorShape shape = this->shape().with(0, count);
  const auto start = static_cast<std::size_t>(first * this->shape().right(0));
  const auto size = static_cast<std::size_t>(shape.size());
  if (is_stored_as<Scalar>(file_.type)) {
    buffer.resize(size);
    read_exactly(file_, file_.offset + start * sizeof(Scalar), std::as_writable_bytes(std::span(buffer)));
    if (file_.type.is_big_endian) swap_bytes(std::span(buffer));
  } else if constexpr (std::is_same_v<Scalar, double>) {
    read_converted(file_, start, size, buffer);
  } else {
    throw InputError(file_.path, "32-bit floats", "another type");
  }
  return {buffer.data(), shape};
}

template class NpySlabs<double>;
template class NpySlabs<float>;

}  // namespace nadir::internal
