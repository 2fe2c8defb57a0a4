#include "python/bindings/data.hpp"

#include <pybind11/stl.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <type_traits>

#include "nadir/base/error.hpp"
#include "nadir/io/array.hpp"
#include "nadir/linalg/slab_source.hpp"

namespace nadir::python {
namespace {

std::string element_text(const DataTensor& data, const TensorShape& shape, Index place) {
  std::vector<std::int64_t> index(static_cast<std::size_t>(shape.num_modes()));
  for (int mode = shape.num_modes(); mode-- > 0; place /= shape[mode]) index[static_cast<std::size_t>(mode)] = place % shape[mode];
  if (data.is_reversed) std::reverse(index.begin(), index.end());
  return shape_text(index);
}

DoubleArray two_dimensional(const py::handle& values, const std::string& place) {
  DoubleArray array = values.cast<DoubleArray>();
  if (array.ndim() != 2) throw InputError(place, "two dimensions", std::to_string(array.ndim()));
  return array;
}

// Rows are rows: C order to column-major.
Matrix as_written(const DoubleArray& array) {
  const Index rows = array.shape(0), cols = array.shape(1);
  Matrix m(rows, cols);
  const double* source = array.data();
  for (Index i = 0; i < rows; ++i)
    for (Index j = 0; j < cols; ++j) m(i, j) = source[i * cols + j];
  return m;
}

void fill_values(DataMatrix& data, const OptionRow& row, const py::dict& given) {
  const DoubleArray array = two_dimensional(given["values"], data.path);
  // A row a sample in C order is, byte for byte, a column a sample here.
  data.values = row.is_as_written ? SharedMatrix(as_written(array)) : SharedMatrix(array.shape(1), array.shape(0), shared(array));
}

void fill_values(DataBlocks& data, const OptionRow&, const py::dict& given) {
  for (const auto& [name, values] : given["values"].cast<py::dict>()) {
    const auto block = name.cast<std::string>();
    data.values[block] = as_written(two_dimensional(values, data.path + ":" + block));
  }
}

void fill_values(DataArray& data, const OptionRow&, const py::dict& given) {
  const auto array = given["values"].cast<DoubleArray>();
  data.shape.assign(array.shape(), array.shape() + array.ndim());
  data.values = shared(array);
}

void fill_values(DataEntries& data, const OptionRow&, const py::dict& given) {
  std::tie(data.rows, data.cols) = given["shape"].cast<std::pair<Index, Index>>();
  data.row_index = shared(given["row"].cast<ArrayOf<Index>>());
  data.col_index = shared(given["column"].cast<ArrayOf<Index>>());
  data.values = shared(given["values"].cast<DoubleArray>());
  data.row_ids = given["row_ids"].cast<std::vector<std::string>>();
  data.col_ids = given["column_ids"].cast<std::vector<std::string>>();
  if (data.row_index.size() != data.values.size() || data.col_index.size() != data.values.size())
    throw InputError(data.path, "as many rows and columns as values", "others");
  for (std::size_t k = 0; k < data.values.size(); ++k)
    if (data.row_index[k] < 0 || data.row_index[k] >= data.rows || data.col_index[k] < 0 || data.col_index[k] >= data.cols)
      throw InputError(data.path, "indices inside the matrix", "entry " + std::to_string(k) + " outside it");
}

// Layers in order until a number is missing; more names are refused.
void fill_values(DataNetwork& data, const OptionRow&, const py::dict& given) {
  const auto values = given["values"].cast<py::dict>();
  std::size_t used = 0;
  for (int k = 1; values.contains("W" + std::to_string(k)); ++k) {
    DenseLayer layer;
    const std::string number = std::to_string(k), bias = "b" + number, place = data.path + ":W" + number;
    layer.W = as_written(two_dimensional(values[py::str("W" + number)], place));
    if (k > 1 && layer.W.cols() != data.layers.back().W.rows())
      throw InputError(place, std::to_string(data.layers.back().W.rows()) + " columns", std::to_string(layer.W.cols()));
    ++used;
    if (values.contains(bias)) {
      layer.b = vector_of(values[py::str(bias)].cast<DoubleArray>());
      if (static_cast<Index>(layer.b.size()) != layer.W.rows())
        throw InputError(data.path + ":" + bias, std::to_string(layer.W.rows()) + " numbers", std::to_string(layer.b.size()));
      ++used;
    }
    data.layers.push_back(std::move(layer));
  }
  if (data.layers.empty() || used != py::len(values))
    throw InputError(data.path, "the blocks W1, b1, W2, b2, ...", "other names");
}

// NaN stands for what is missing: the family says whether it wants that. `first_missing` is told in the array's modes.
template <class Scalar>
std::shared_ptr<const SlabSource<Scalar>> view_of(const py::array& array, DataTensor& data) {
  const std::vector<Index> extents(data.shape.begin(), data.shape.end());
  const TensorShape shape(extents);
  const TensorView<Scalar> view{static_cast<const Scalar*>(array.data()), data.is_reversed ? shape.reversed() : shape};
  for (Index k = 0; k < view.size(); ++k) {
    if (!std::isnan(view[k])) continue;
    if (data.num_missing++ == 0) data.first_missing = "element " + element_text(data, view.shape, k);
  }
  return std::make_shared<MemorySlabs<Scalar>>(view, keeper_of(array));
}

void fill_values(DataTensor& data, const OptionRow&, const py::dict& given) {
  const auto array = given["values"].cast<py::array>();
  const bool is_in_c_order = (array.flags() & py::array::c_style) != 0;
  const bool is_contiguous = is_in_c_order || (array.flags() & py::array::f_style) != 0;
  data.is_reversed = !is_in_c_order;
  data.shape.assign(array.shape(), array.shape() + array.ndim());
  if (is_contiguous && py::isinstance<py::array_t<float>>(array)) data.floats = view_of<float>(array, data);
  else if (is_contiguous && py::isinstance<py::array_t<double>>(array)) data.doubles = view_of<double>(array, data);
  else throw InputError(data.path, "doubles or 32-bit floats in C or Fortran order", "another array");
}

// Tells arrays apart: every word in its place, mixed into one of four lanes. Not for adversaries.
class Fingerprint {
 public:
  template <class T>
  void add(std::span<const T> values) {
    const auto* bytes = reinterpret_cast<const unsigned char*>(values.data());
    const std::size_t size = values.size_bytes();
    std::size_t at = 0;
    for (; at + 32 <= size; at += 32)
      for (std::size_t lane = 0; lane < 4; ++lane) mix(lane, bytes + at + 8 * lane, 8);
    for (; at < size; at += 8) mix(0, bytes + at, std::min<std::size_t>(8, size - at));
  }
  std::uint64_t value() const {
    std::uint64_t result = 0;
    for (const std::uint64_t lane : lanes_) result = (result ^ lane ^ (lane >> 29)) * odd;
    return result;
  }

 private:
  static constexpr std::uint64_t odd = 0x9e3779b97f4a7c15;  // 2^64 over the golden ratio: multiplying by it is a bijection

  void mix(std::size_t lane, const unsigned char* bytes, std::size_t count) {
    std::uint64_t word = 0;
    std::memcpy(&word, bytes, count);
    lanes_[lane] = std::rotl((lanes_[lane] ^ word) * odd, 31);
  }
  std::array<std::uint64_t, 4> lanes_{1, 2, 3, 4};
};

void add(Fingerprint& sum, const DataMatrix& data) { sum.add(data.values.flat()); }
void add(Fingerprint& sum, const DataBlocks& data) {
  for (const auto& [name, values] : data.values) sum.add(values.flat());
}
void add(Fingerprint& sum, const DataArray& data) { sum.add(std::span<const double>(data.values)); }
void add(Fingerprint& sum, const DataEntries& data) {
  sum.add(std::span<const double>(data.values));
  sum.add(std::span<const Index>(data.row_index));
  sum.add(std::span<const Index>(data.col_index));
}
void add(Fingerprint& sum, const DataTensor& data) {
  if (data.doubles) sum.add(data.doubles->whole().flat());
  if (data.floats) sum.add(data.floats->whole().flat());
}
void add(Fingerprint&, const DataNetwork&) {}  // a copy

template <class T>
constexpr const char* kind_of() {
  if constexpr (std::is_same_v<T, bool>) return "bool";
  else if constexpr (std::is_same_v<T, std::int64_t>) return "int";
  else if constexpr (std::is_same_v<T, double>) return "float";
  else if constexpr (std::is_same_v<T, std::string>) return "str";
  else if constexpr (std::is_same_v<T, std::vector<std::int64_t>>) return "ints";
  else if constexpr (std::is_same_v<T, std::vector<double>>) return "floats";
  else if constexpr (std::is_same_v<T, DataMatrix>) return "matrix";
  else if constexpr (std::is_same_v<T, DataBlocks>) return "blocks";
  else if constexpr (std::is_same_v<T, DataArray>) return "array";
  else if constexpr (std::is_same_v<T, DataEntries>) return "entries";
  else if constexpr (std::is_same_v<T, DataNetwork>) return "network";
  else if constexpr (std::is_same_v<T, DataTensor>) return "tensor";
  else return "other";
}

}  // namespace

std::string option_kind(const OptionRow& row) {
  return std::visit([](auto* field) { return std::string(kind_of<std::remove_cvref_t<decltype(*field)>>()); }, row.target);
}

void fill(const OptionRow& row, const py::dict& given) {
  std::visit(
      [&](auto* field) {
        using T = std::remove_cvref_t<decltype(*field)>;
        if constexpr (std::is_base_of_v<DataFile, T>) {
          T data;
          data.path = given["path"].cast<std::string>();
          data.sha256 = given["sha256"].cast<std::string>();
          fill_values(data, row, given);
          *field = std::move(data);
        } else {
          throw InputError(row.name, "an option that takes data", "one that does not");
        }
      },
      row.target);
}

std::uint64_t fingerprint(const OptionRow& row) {
  Fingerprint sum;
  std::visit(
      [&](auto* field) {
        if constexpr (std::is_base_of_v<DataFile, std::remove_cvref_t<decltype(*field)>>) add(sum, *field);
      },
      row.target);
  return sum.value();
}

}  // namespace nadir::python
