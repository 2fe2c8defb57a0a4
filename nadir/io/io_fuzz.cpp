// Fuzz target for every array format: whatever the bytes, a parser returns an array whose values match its
// shape, entries that lie in their matrix or tensor, or a network whose layers fit together, or throws InputError. The first
// byte picks the format.
#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <functional>

#include "nadir/base/error.hpp"
#include "nadir/io/entries.hpp"
#include "nadir/io/load_array.hpp"
#include "nadir/io/matrix_market.hpp"
#include "nadir/io/npz.hpp"
#include "nadir/io/onnx.hpp"
#include "nadir/io/tns.hpp"

namespace {

constexpr const char* names[] = {"a.npy", "a.npz", "a.csv", "a.tsv", "a.idx", "a.npy.gz", "a.mtx", "a.onnx", "a.tns"};
// Formats of entries; the bytes 128 and more pick from these.
constexpr const char* entry_names[] = {"a.csv", "a.tsv", "a.txt", "a.mtx", "a.npz", "a.npy", "a.csv.gz"};

void require(bool law) {
  if (!law) std::abort();
}

bool all_finite(std::span<const double> values) {
  return std::all_of(values.begin(), values.end(), [](double v) { return std::isfinite(v); });
}

void parse_network(std::span<const std::byte> bytes, const std::string& name) {
  const nadir::DataNetwork network = nadir::parse_onnx(bytes, name);
  require(!network.layers.empty());
  nadir::Index width = network.layers[0].W.cols();
  for (const nadir::Vector* values : {&network.input_shift, &network.input_scale})
    require((values->empty() || static_cast<nadir::Index>(values->size()) == width) && all_finite(*values));
  for (const nadir::DenseLayer& layer : network.layers) {
    require(layer.W.cols() == width && width > 0 && !layer.activation.empty() && std::isfinite(layer.parameter));
    width = layer.W.rows();
    require(layer.b.empty() || static_cast<nadir::Index>(layer.b.size()) == width);
    require(all_finite(layer.W.flat()) && all_finite(layer.b));
  }
}

void parse_coordinates(std::string_view text, const std::string& name) {
  const nadir::DataTensor tensor = nadir::parse_tns(text, name);
  require(tensor.is_sparse() && tensor.shape.size() == tensor.coordinates.size() && !tensor.values.empty() && all_finite(tensor.values));
  for (std::size_t m = 0; m < tensor.shape.size(); ++m) {
    require(tensor.coordinates[m].size() == tensor.values.size());
    for (const std::int32_t i : tensor.coordinates[m]) require(i >= 0 && i < tensor.shape[m]);
  }
}

void parse_one(std::span<const std::byte> bytes, const std::string& name) {
  if (name == "a.mtx") {  // sparse: a few bytes may promise a dense matrix of any size
    const auto matrix =
        nadir::parse_matrix_market({reinterpret_cast<const char*>(bytes.data()), bytes.size()}, name);
    for (std::size_t k = 0; k < matrix.values.size(); ++k)
      require(matrix.row_index[k] >= 0 && matrix.row_index[k] < matrix.rows && matrix.col_index[k] >= 0 &&
              matrix.col_index[k] < matrix.cols);
    return;
  }
  if (name == "a.onnx") return parse_network(bytes, name);
  if (name == "a.tns") return parse_coordinates({reinterpret_cast<const char*>(bytes.data()), bytes.size()}, name);
  if (name == "a.npz") {
    const nadir::NpzFile file(bytes, name);
    for (const std::string& member : file.names()) file.read(member);
    return;
  }
  const nadir::Array array = nadir::parse_array(bytes, name);
  std::size_t count = 1;
  for (const std::int64_t extent : array.shape) count *= static_cast<std::size_t>(extent);
  require(count == array.values.size());
}

bool are_distinct(std::span<const std::string> ids) {
  return std::adjacent_find(ids.begin(), ids.end(), std::equal_to<>()) == ids.end();
}

void parse_entries_one(std::span<const std::byte> bytes, const std::string& name) {
  const nadir::DataEntries entries = nadir::parse_entries(bytes, name);
  const std::size_t count = entries.values.size();
  require(count > 0 && entries.row_index.size() == count && entries.col_index.size() == count);
  require(entries.lines.empty() || entries.lines.size() == count);
  const auto is_inside = [](nadir::Index i, nadir::Index size) { return i >= 0 && i < size; };
  for (std::size_t k = 0; k < count; ++k)
    require(is_inside(entries.row_index[k], entries.rows) && is_inside(entries.col_index[k], entries.cols) &&
            std::isfinite(entries.values[k]));
  require(entries.row_ids.empty() || static_cast<nadir::Index>(entries.row_ids.size()) == entries.rows);
  require(entries.col_ids.empty() || static_cast<nadir::Index>(entries.col_ids.size()) == entries.cols);
  require(are_distinct(entries.row_ids) && are_distinct(entries.col_ids));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  if (size == 0) return 0;
  const std::span<const std::byte> bytes(reinterpret_cast<const std::byte*>(data) + 1, size - 1);
  try {
    if (data[0] < 128)
      parse_one(bytes, names[data[0] % std::size(names)]);
    else
      parse_entries_one(bytes, entry_names[data[0] % std::size(entry_names)]);
  } catch (const nadir::InputError&) {
  }
  return 0;
}
