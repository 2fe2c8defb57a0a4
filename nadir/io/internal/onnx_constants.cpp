#include "nadir/io/internal/onnx_constants.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "nadir/base/error.hpp"
#include "nadir/io/internal/element_type.hpp"
#include "nadir/io/internal/onnx_tensor.hpp"
#include "nadir/io/internal/quote.hpp"

namespace nadir::internal {
namespace {

bool is_external(const onnx::TensorProto& tensor) {
  return tensor.data_location() == onnx::TensorProto::EXTERNAL;
}

std::shared_ptr<const Array> shared(Array array) { return std::make_shared<const Array>(std::move(array)); }

Array scalar(double value) { return {{}, {value}}; }

Array list(Vector values) { return {{static_cast<std::int64_t>(values.size())}, std::move(values)}; }

bool is_integer(double x) { return x == std::floor(x) && std::fabs(x) < 0x1p53; }

// Numbers in the order of the transposed array.
Array transposed_array(const Array& array, const std::vector<std::int64_t>& perm) {
  std::vector<std::int64_t> strides(perm.size()), shape, steps, index(perm.size(), 0);
  std::int64_t stride = 1;
  for (std::size_t k = perm.size(); k > 0; --k) {
    strides[k - 1] = stride;
    stride *= std::max<std::int64_t>(array.shape[k - 1], 1);
  }
  for (const std::int64_t axis : perm) {
    shape.push_back(array.shape[static_cast<std::size_t>(axis)]);
    steps.push_back(strides[static_cast<std::size_t>(axis)]);
  }
  Vector values;
  values.reserve(array.values.size());
  std::int64_t at = 0;
  while (values.size() < array.values.size()) {
    values.push_back(array.values[static_cast<std::size_t>(at)]);
    for (std::size_t k = perm.size(); k > 0; --k) {  // the next index: the last runs fastest
      at += steps[k - 1];
      if (++index[k - 1] < shape[k - 1]) break;
      at -= steps[k - 1] * shape[k - 1];
      index[k - 1] = 0;
    }
  }
  return {std::move(shape), std::move(values)};
}

}  // namespace

std::optional<std::vector<std::int64_t>> squeeze_axes(const OnnxNode& node, const OnnxConstants& constants) {
  node.require_attributes({"axes"});
  if (!node.input(1).empty()) return constants.integers(node, 1);
  return node.integers("axes");
}

std::vector<std::int64_t> transpose_perm(const OnnxNode& node, std::size_t num_axes) {
  node.require_attributes({"perm"});
  std::vector<std::int64_t> reversed(num_axes);
  std::iota(reversed.rbegin(), reversed.rend(), 0);
  return node.integers("perm").value_or(reversed);
}

void OnnxConstants::add(const std::string& name, OnnxConstant constant, const std::string& place) {
  if (name.empty() || !constants_.emplace(name, std::move(constant)).second)
    throw InputError(place, "a name of its own for every tensor", quoted(name));
}

void OnnxConstants::add_initializer(const onnx::TensorProto& tensor) {
  const std::string place = file_ + ", initializer " + quoted(tensor.name());
  Array array = onnx_tensor(tensor, folder_, place);
  num_numbers_ += static_cast<std::int64_t>(array.values.size());
  add(tensor.name(), {shared(std::move(array)), tensor.name(), is_external(tensor)}, place);
}

void OnnxConstants::add_constant_node(const OnnxNode& node) {
  node.require_inputs(0, 0);
  node.require_attributes({"value", "value_float", "value_int", "value_floats", "value_ints"});
  if (node.proto().attribute_size() != 1 || node.proto().output_size() != 1)
    node.fail("one value and one output",
              std::to_string(node.proto().attribute_size()) + " and " + std::to_string(node.proto().output_size()));
  const onnx::AttributeProto& value = node.proto().attribute(0);
  Array array;
  if (value.name() == "value") array = onnx_tensor(value.t(), folder_, node.place());
  if (value.name() == "value_float") array = scalar(node.number("value_float", 0.0));
  if (value.name() == "value_int") array = scalar(static_cast<double>(node.integer("value_int", 0)));
  if (value.name() == "value_floats") array = list(Vector(value.floats().begin(), value.floats().end()));
  if (value.name() == "value_ints") array = list(Vector(value.ints().begin(), value.ints().end()));
  require_finite(array, node.place());
  num_numbers_ += static_cast<std::int64_t>(array.values.size());
  const std::string& name = node.proto().output(0);
  add(name, {shared(std::move(array)), name, is_external(value.t())}, node.place());
}

const OnnxConstant* OnnxConstants::find(std::string_view name) const {
  const auto found = constants_.find(std::string(name));
  return found == constants_.end() ? nullptr : &found->second;
}

const OnnxConstant& OnnxConstants::any(const OnnxNode& node, int k) const {
  const OnnxConstant* constant = find(node.input(k));
  if (constant == nullptr)
    node.fail("a constant as input " + std::to_string(k), quoted(node.input(k)) + ", which depends on the input");
  return *constant;
}

const OnnxConstant& OnnxConstants::numbers(const OnnxNode& node, int k) const {
  const OnnxConstant& constant = any(node, k);
  for (const double x : constant.array->values)
    if (!std::isfinite(x)) node.fail("numbers that the file gives", "the number of samples");
  return constant;
}

std::vector<std::int64_t> OnnxConstants::integers(const OnnxNode& node, int k) const {
  const Array& array = *any(node, k).array;
  if (array.shape.size() > 1) node.fail("a list of integers", "shape " + nadir::shape_text(array.shape));
  std::vector<std::int64_t> values;
  for (const double x : array.values) {
    if (!is_integer(x)) node.fail("integers as input " + std::to_string(k), std::to_string(x));
    values.push_back(static_cast<std::int64_t>(x));
  }
  return values;
}

const Array& OnnxConstants::dims(const OnnxNode& node, int k) const { return *any(node, k).array; }

// Nodes are short, and each could make a copy of a large tensor: no real file needs more than a few.
void OnnxConstants::charge(std::size_t count, const OnnxNode& node) {
  constexpr std::int64_t some = std::int64_t{1} << 16, copies = 8;
  num_derived_ += static_cast<std::int64_t>(count);
  if (num_derived_ > some + copies * num_numbers_) node.fail("constants that are used as they are", "too many copies");
}

Array OnnxConstants::cast(const OnnxNode& node) const {
  node.require_attributes({"to", "saturate"});
  Array array = *any(node, 0).array;
  const std::int64_t to = node.integer("to", 0);
  for (double& x : array.values) {
    if (to == onnx::TensorProto::FLOAT) x = static_cast<double>(static_cast<float>(x));
    if ((to == onnx::TensorProto::INT32 || to == onnx::TensorProto::INT64) && !std::isnan(x)) x = std::trunc(x);
    const double most = to == onnx::TensorProto::INT32 ? 0x1p31 - 1 : std::numeric_limits<double>::max();
    if (std::fabs(x) > most) node.fail("numbers in the range of the type", "a larger one");
  }
  if (to != onnx::TensorProto::FLOAT && to != onnx::TensorProto::DOUBLE && to != onnx::TensorProto::INT32 &&
      to != onnx::TensorProto::INT64)
    node.fail("a cast to FLOAT, DOUBLE, INT32 or INT64", "type " + std::to_string(to));
  return array;
}

Array OnnxConstants::gathered(const OnnxNode& node) const {
  node.require_attributes({"axis"});
  node.require_inputs(2, 2);
  const Array& data = *any(node, 0).array;
  if (data.shape.size() != 1 || axis_of(node.integer("axis", 0), 1, node) != 0)
    node.fail("a list to gather from", "shape " + nadir::shape_text(data.shape));
  Array result{any(node, 1).array->shape, {}};
  const std::int64_t count = data.shape[0];
  for (const std::int64_t index : integers(node, 1)) {
    if (index < -count || index >= count)
      node.fail("an index into " + std::to_string(count) + " numbers", std::to_string(index));
    result.values.push_back(data.values[static_cast<std::size_t>(index < 0 ? index + count : index)]);
  }
  return result;
}

Array OnnxConstants::joined(const OnnxNode& node) const {
  node.require_attributes({"axis"});
  Vector values;
  for (int k = 0; k < node.proto().input_size(); ++k) {
    const Array& part = *any(node, k).array;
    if (part.shape.size() != 1 || axis_of(node.integer("axis", 0), 1, node) != 0)
      node.fail("lists to join", "shape " + nadir::shape_text(part.shape));
    values.insert(values.end(), part.values.begin(), part.values.end());
  }
  return list(std::move(values));
}

// Operators that leave the numbers as they are.
Array OnnxConstants::moved(const OnnxNode& node) const {
  const Array& array = *any(node, 0).array;
  const SampleShape shape{array.shape, false};
  const std::string& op = node.op();
  if (op == "Transpose") {
    const auto perm = transpose_perm(node, array.shape.size());
    std::vector<std::int64_t> sorted = perm;
    std::sort(sorted.begin(), sorted.end());
    for (std::size_t k = 0; k < sorted.size() || k < array.shape.size(); ++k)
      if (sorted.size() != array.shape.size() || sorted[k] != static_cast<std::int64_t>(k))
        node.fail("a permutation of " + std::to_string(array.shape.size()) + " axes", "something else");
    return transposed_array(array, perm);
  }
  if (op == "Flatten") {
    node.require_attributes({"axis"});
    return {flattened(shape, node.integer("axis", 1), node).dims, array.values};
  }
  if (op == "Reshape") {
    node.require_attributes({"allowzero"});
    return {reshaped(shape, dims(node, 1), node).dims, array.values};
  }
  const auto axes = squeeze_axes(node, *this);
  if (op == "Unsqueeze") {
    if (!axes) node.fail("the axes to insert", "none");
    return {unsqueezed(shape, *axes, node).dims, array.values};
  }
  std::vector<std::int64_t> ones;
  for (std::size_t k = 0; k < array.shape.size(); ++k)
    if (array.shape[k] == 1) ones.push_back(static_cast<std::int64_t>(k));
  return {squeezed(shape, axes.value_or(ones), node).dims, array.values};
}

void OnnxConstants::fold(const OnnxNode& node) {
  const std::string& op = node.op();
  if (node.proto().input_size() == 0 || node.proto().output_size() != 1)
    node.fail("inputs and one output", std::to_string(node.proto().output_size()) + " outputs");
  const OnnxConstant& first = any(node, 0);
  const std::string& output = node.proto().output(0);
  if (op == "Identity") return add(output, first, node.place());
  bool has_external = false;
  for (int k = 0; k < node.proto().input_size(); ++k) {
    charge(any(node, k).array->values.size(), node);
    has_external = has_external || any(node, k).is_external;
  }
  const auto put = [&](Array array) {
    add(output, {shared(std::move(array)), std::string(first.origin), has_external}, node.place());
  };
  if (op == "Cast") return put(cast(node));
  if (op == "Gather") return put(gathered(node));
  if (op == "Concat") return put(joined(node));
  if (op == "Transpose" || op == "Reshape" || op == "Flatten" || op == "Squeeze" || op == "Unsqueeze")
    return put(moved(node));
  node.fail("Cast, Transpose, Reshape, Flatten, Squeeze, Unsqueeze, Gather or Concat where all inputs are constants",
            quoted(op));
}

void OnnxConstants::add_shape(const OnnxNode& node, const SampleShape& shape) {
  node.require_attributes({});
  Vector dims;
  for (std::size_t k = 0; k < shape.dims.size(); ++k) {
    if (k < shape.first()) {
      dims.push_back(std::numeric_limits<double>::quiet_NaN());
      continue;
    }
    if (shape.dims[k] == SampleShape::unknown)
      node.fail("an input whose dimensions are declared", "shape " + shape_text(shape));
    dims.push_back(static_cast<double>(shape.dims[k]));
  }
  if (node.proto().output_size() != 1) node.fail("one output", std::to_string(node.proto().output_size()));
  add(node.proto().output(0), {shared(list(std::move(dims))), node.proto().output(0), false}, node.place());
}

}  // namespace nadir::internal
