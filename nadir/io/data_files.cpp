#include "nadir/io/data_files.hpp"

#include <variant>

#include "nadir/base/error.hpp"
#include "nadir/base/hash.hpp"
#include "nadir/io/entries.hpp"
#include "nadir/io/load_array.hpp"
#include "nadir/io/network.hpp"
#include "nadir/io/npz.hpp"
#include "nadir/io/tensor_file.hpp"

namespace nadir {
namespace {

using Shape = std::vector<Index>;

Array finite_array(const std::string& path) {
  Array array = load_array(path);
  require_finite(array, path);
  if (array.values.empty()) throw InputError(path, "at least one entry", "shape " + shape_text(array.shape));
  return array;
}

void load(DataMatrix& data, const OptionRow& row, const std::string& path) {
  data.values = row.is_as_written ? to_matrix(finite_array(path), path) : load_samples(path).samples;
}

void load(DataBlocks& data, const OptionRow&, const std::string& path) {
  data.values.clear();
  for (const auto& [name, array] : read_npz_in_order(path)) {
    const std::string place = path + ":" + name;
    require_finite(array, place);
    data.values[name] = to_matrix(array, place);
  }
  if (data.values.empty()) throw InputError(path, "an archive with at least one array", "none");
}

void load(DataArray& data, const OptionRow&, const std::string& path) {
  Array array = finite_array(path);
  data.shape = std::move(array.shape);
  data.values = std::move(array.values);
}

void load(DataEntries& data, const OptionRow&, const std::string& path) {
  const DataFile file = data;
  data = read_entries(path);
  static_cast<DataFile&>(data) = file;
}

void load(DataNetwork& data, const OptionRow&, const std::string& path) {
  const DataFile file = data;
  data = read_network(path);
  static_cast<DataFile&>(data) = file;
}

void load(DataTensor& data, const OptionRow&, const std::string& path) {
  const DataFile file = data;
  const std::int64_t max_bytes = data.max_bytes_in_memory;
  data = read_tensor(path, max_bytes);
  data.max_bytes_in_memory = max_bytes;
  static_cast<DataFile&>(data) = file;
}

bool is_loaded(const DataMatrix& data) { return data.values.size() > 0; }
bool is_loaded(const DataBlocks& data) { return !data.values.empty(); }
bool is_loaded(const DataArray& data) { return !data.values.empty(); }
bool is_loaded(const DataEntries& data) { return !data.values.empty(); }
bool is_loaded(const DataNetwork& data) { return !data.layers.empty(); }
bool is_loaded(const DataTensor& data) { return !data.shape.empty(); }

std::map<std::string, Shape> shapes(const DataMatrix& data, const OptionRow& row) {
  const SharedMatrix& m = data.values;
  return {{"", row.is_as_written ? Shape{m.rows(), m.cols()} : Shape{m.cols(), m.rows()}}};
}

std::map<std::string, Shape> shapes(const DataBlocks& data, const OptionRow&) {
  std::map<std::string, Shape> result;
  for (const auto& [name, m] : data.values) result[name] = {m.rows(), m.cols()};
  return result;
}

std::map<std::string, Shape> shapes(const DataArray& data, const OptionRow&) {
  return {{"", Shape(data.shape.begin(), data.shape.end())}};
}

std::map<std::string, Shape> shapes(const DataEntries& data, const OptionRow&) {
  return {{"", {data.rows, data.cols, data.num_entries()}}};
}

std::map<std::string, Shape> shapes(const DataNetwork& data, const OptionRow&) {
  std::map<std::string, Shape> result;
  for (std::size_t k = 0; k < data.layers.size(); ++k) {
    const DenseLayer& layer = data.layers[k];
    const std::string number = std::to_string(k + 1);
    result["W" + number] = {layer.W.rows(), layer.W.cols()};
    if (!layer.b.empty()) result["b" + number] = {static_cast<Index>(layer.b.size())};
  }
  return result;
}

std::map<std::string, Shape> shapes(const DataTensor& data, const OptionRow&) {
  return {{"", Shape(data.shape.begin(), data.shape.end())}};
}

// f(field) for a row that is data; nothing for others.
template <class F>
void visit_data(const OptionRow& row, F&& f) {
  std::visit(
      [&f](auto* field) {
        if constexpr (std::is_base_of_v<DataFile, std::remove_cvref_t<decltype(*field)>>) f(*field);
      },
      row.target);
}

}  // namespace

void load_data(const OptionList& rows) {
  for (const OptionRow& row : rows)
    visit_data(row, [&row](auto& data) {
      if (data.path.empty() || is_loaded(data)) return;
      load(data, row, data.path);
      data.sha256 = sha256_of_file(file_of(data.path));
    });
}

void load_values(const OptionRow& row, const std::string& path) {
  visit_data(row, [&](auto& data) { load(data, row, path); });
}

std::map<std::string, std::vector<Index>> data_shapes(const OptionRow& row) {
  std::map<std::string, Shape> result;
  visit_data(row, [&](const auto& data) { result = shapes(data, row); });
  return result;
}

}  // namespace nadir
