#include "nadir/io/tensor_file.hpp"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <limits>

#include "nadir/base/error.hpp"
#include "nadir/base/text.hpp"
#include "nadir/io/internal/byte_source.hpp"
#include "nadir/io/internal/coordinates.hpp"
#include "nadir/io/internal/npy_slabs.hpp"
#include "nadir/io/load_array.hpp"
#include "nadir/io/npz.hpp"
#include "nadir/io/tns.hpp"

namespace nadir {
namespace {

// In the file's order of modes.
std::string element_text(const DataTensor& tensor, const TensorShape& shape, Index offset) {
  std::vector<std::int64_t> index(static_cast<std::size_t>(shape.num_modes()));
  for (int mode = shape.num_modes(); mode-- > 0; offset /= shape[mode])
    index[static_cast<std::size_t>(mode)] = offset % shape[mode];
  if (tensor.is_reversed) std::reverse(index.begin(), index.end());
  return "element " + shape_text(index);
}

// Counts NaN, refuses infinities.
template <class Scalar>
void look_at_entries(DataTensor& tensor, const SlabSource<Scalar>& source, const std::string& path) {
  for_each_slab(source, [&](TensorView<Scalar> slab, Index first) {
    const Index before = first * source.shape().right(0);
    for (Index e = 0; e < slab.size(); ++e) {
      if (std::isfinite(slab[e])) continue;
      const std::string element = element_text(tensor, source.shape(), before + e);
      if (!std::isnan(slab[e]))
        throw InputError(path + ", " + element, "a finite number", slab[e] > 0 ? "infinity" : "-infinity");
      if (tensor.num_missing++ == 0) tensor.first_missing = element;
    }
  });
}

template <class Scalar>
std::shared_ptr<const SlabSource<Scalar>> load_whole(const internal::NpySlabs<Scalar>& slabs) {
  std::vector<Scalar> values;
  slabs.slab(0, slabs.shape()[0], values);
  return std::make_shared<MemorySlabs<Scalar>>(Tensor<Scalar>(slabs.shape(), std::move(values)));
}

template <class Scalar>
std::shared_ptr<const SlabSource<Scalar>> slabs_of(DataTensor& tensor, internal::NpyFile file) {
  const std::string path = file.path;
  std::shared_ptr<const SlabSource<Scalar>> source;
  if (tensor.is_on_disk) source = std::make_shared<internal::NpySlabs<Scalar>>(std::move(file));
  else source = load_whole(internal::NpySlabs<Scalar>(std::move(file)));
  look_at_entries(tensor, *source, path);
  return source;
}

DataTensor read_npy_tensor(const std::string& path, std::int64_t max_bytes) {
  internal::NpyFile file = internal::open_npy(path);
  DataTensor tensor;
  const std::vector<Index> extents = (file.is_reversed ? file.shape.reversed() : file.shape).extents();
  tensor.shape.assign(extents.begin(), extents.end());
  tensor.is_reversed = file.is_reversed;
  const std::int64_t entry_bytes = file.holds_floats() ? 4 : 8;
  tensor.is_on_disk = file.shape.size() > max_bytes / entry_bytes;
  if (file.holds_floats()) tensor.floats = slabs_of<float>(tensor, std::move(file));
  else tensor.doubles = slabs_of<double>(tensor, std::move(file));
  return tensor;
}

DataTensor from_array(Array&& array, const std::string& place) {
  if (array.shape.empty() || array.shape.size() > static_cast<std::size_t>(TensorShape::max_modes))
    throw InputError(place, "an array with 1 to 8 dimensions", "shape " + shape_text(array.shape));
  if (array.values.empty()) throw InputError(place, "at least one entry", "shape " + shape_text(array.shape));
  DataTensor tensor;
  tensor.shape = array.shape;
  const TensorShape shape(std::vector<Index>(array.shape.begin(), array.shape.end()));
  tensor.doubles = std::make_shared<MemorySlabs<double>>(Tensor<double>(shape, std::move(array.values)));
  look_at_entries(tensor, *tensor.doubles, place);
  return tensor;
}

std::int32_t whole_number(double x, std::int64_t least, std::int64_t most, const std::string& place) {
  if (!(x >= static_cast<double>(least) && x <= static_cast<double>(most) && x == std::floor(x)))
    throw InputError(place, "a whole number from " + std::to_string(least) + " to " + std::to_string(most), shortest_text(x));
  return static_cast<std::int32_t>(x);
}

constexpr std::int64_t max_extent = std::numeric_limits<std::int32_t>::max();

// Entry e's index in mode k is at(e * entry_step + k * mode_step).
struct CoordinateTable {
  std::size_t modes = 0, entry_step = 0, mode_step = 0;
};

CoordinateTable table_of(const Array& coords, std::size_t entries, bool modes_first, const std::string& place) {
  if (coords.shape.size() != 2)
    throw InputError(place, "an array with two dimensions", "shape " + shape_text(coords.shape));
  const auto rows = static_cast<std::size_t>(coords.shape[0]), cols = static_cast<std::size_t>(coords.shape[1]);
  const bool is_by_entry = rows == entries && !(modes_first && cols == entries);
  if (!is_by_entry && cols != entries)
    throw InputError(place, "one row, or one column, for each of " + std::to_string(entries) + " values",
                     "shape " + shape_text(coords.shape));
  const CoordinateTable table =
      is_by_entry ? CoordinateTable{cols, cols, 1} : CoordinateTable{rows, 1, entries};
  if (table.modes < 1 || table.modes > static_cast<std::size_t>(TensorShape::max_modes))
    throw InputError(place, "1 to 8 modes", std::to_string(table.modes));
  return table;
}

std::vector<std::int64_t> sparse_shape(const NpzFile& file, std::size_t modes, const std::string& path) {
  std::vector<std::int64_t> shape(modes, 0);
  if (!file.contains("shape")) return shape;
  const Array given = file.read("shape");
  if (given.shape.size() != 1 || given.values.size() != modes)
    throw InputError(path + ":shape", std::to_string(modes) + " extents", "shape " + shape_text(given.shape));
  for (std::size_t k = 0; k < modes; ++k) shape[k] = whole_number(given.values[k], 1, max_extent, path + ":shape");
  return shape;
}

DataTensor read_sparse(const NpzFile& file, const std::string& path) {
  const bool is_of_package = !file.contains("values");
  Array values = file.read(is_of_package ? "data" : "values");
  const Array coords = file.read("coords");
  require_finite(values, path + (is_of_package ? ":data" : ":values"));
  if (values.shape.size() != 1 || values.values.empty())
    throw InputError(path, "a list of values, at least one", "shape " + shape_text(values.shape));
  if (file.contains("fill_value") && file.read("fill_value").values != Vector{0.0})
    throw InputError(path + ":fill_value", "0", "another number");
  const std::string place = path + ":coords";
  const CoordinateTable table = table_of(coords, values.values.size(), is_of_package, place);
  internal::CoordinateList list;
  list.values = std::move(values.values);
  list.shape = sparse_shape(file, table.modes, path);
  const bool has_shape = file.contains("shape");
  list.coordinates.resize(table.modes);
  for (std::size_t k = 0; k < table.modes; ++k)
    for (std::size_t e = 0; e < list.values.size(); ++e) {
      const std::int64_t most = has_shape ? list.shape[k] - 1 : max_extent - 1;
      const double x = coords.values[e * table.entry_step + k * table.mode_step];
      const std::int32_t index = whole_number(x, 0, most, place + ", entry " + std::to_string(e));
      list.coordinates[k].push_back(index);
      list.shape[k] = std::max<std::int64_t>(list.shape[k], index + std::int64_t{1});
    }
  return internal::sparse_tensor(std::move(list), [&](std::size_t e) { return place + ", entry " + std::to_string(e); });
}

std::string text_of(const std::string& path, bool is_gzip) {
  auto source = internal::source_of(internal::open_file(path));
  if (is_gzip) source = internal::inflating(std::move(source), internal::Compression::gzip, path);
  return internal::read_all(*source);
}

// The memory of the control group that containers set, where there is one.
std::int64_t group_limit() {
  std::ifstream file("/sys/fs/cgroup/memory.max");
  std::int64_t bytes = 0;
  return file >> bytes && bytes > 0 ? bytes : std::numeric_limits<std::int64_t>::max();
}

}  // namespace

std::int64_t default_max_bytes_in_memory() {
  const auto machine = static_cast<std::int64_t>(sysconf(_SC_PHYS_PAGES)) * sysconf(_SC_PAGESIZE);
  std::int64_t bytes = std::min(machine, group_limit());
  for (const auto resource : {RLIMIT_AS, RLIMIT_DATA}) {
    rlimit limit{};
    if (getrlimit(resource, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY)
      bytes = static_cast<std::int64_t>(std::min<std::uint64_t>(limit.rlim_cur, static_cast<std::uint64_t>(bytes)));
  }
  return bytes / 2;
}

DataTensor read_tensor(const std::string& path, std::int64_t max_bytes_in_memory) {
  const std::int64_t max_bytes = max_bytes_in_memory > 0 ? max_bytes_in_memory : default_max_bytes_in_memory();
  if (path.ends_with(".npy")) return read_npy_tensor(path, max_bytes);
  if (path.ends_with(".tns") || path.ends_with(".tns.gz")) return parse_tns(text_of(path, path.ends_with(".gz")), path);
  if (path.ends_with(".npz")) {
    const NpzFile file(path);
    if (file.contains("coords")) return read_sparse(file, path);
  }
  return from_array(load_array(path), path);
}

}  // namespace nadir
