#include "nadir/io/internal/onnx_shape.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <span>

#include "nadir/io/internal/element_type.hpp"

namespace nadir::internal {
namespace {

constexpr std::int64_t unknown = SampleShape::unknown;

std::int64_t product(std::span<const std::int64_t> dims, const std::string& place) {
  if (std::find(dims.begin(), dims.end(), unknown) != dims.end()) return unknown;
  return static_cast<std::int64_t>(num_elements(dims, place));
}

std::span<const std::int64_t> sample_dims(const SampleShape& shape) {
  return std::span(shape.dims).subspan(shape.first());
}

[[noreturn]] void refuse_mixing(const SampleShape& shape, const OnnxNode& node) {
  node.fail("a change of shape that keeps each sample by itself and its numbers in order", "one of " + shape_text(shape));
}

// Dimension k of Reshape's result, unless it is what is left over.
std::int64_t target_dim(const SampleShape& shape, const Array& target, std::size_t k, const OnnxNode& node) {
  const double wanted = target.values[k];
  if (!(wanted >= -1 && wanted < 0x1p53) || wanted != std::floor(wanted))
    node.fail("dimensions of at least -1", std::to_string(wanted));
  if (wanted != 0 || node.integer("allowzero", 0) != 0) return static_cast<std::int64_t>(wanted);
  if (k >= shape.dims.size()) node.fail("a dimension to copy for every 0", "one more 0 than dimensions");
  if (shape.has_samples_axis && k == 0) refuse_mixing(shape, node);
  return shape.dims[k];
}

// The first dimension of Reshape's result stands for the samples: told so, copied, left over or given by number.
bool keeps_samples(const SampleShape& shape, double wanted, const OnnxNode& node) {
  if (std::isnan(wanted) || wanted == -1) return true;
  if (wanted == 0) return node.integer("allowzero", 0) == 0;
  return wanted == static_cast<double>(shape.dims[0]) || (shape.dims[0] == unknown && wanted == 1);
}

}  // namespace

std::int64_t SampleShape::num_features() const { return product(sample_dims(*this), "a shape"); }

bool SampleShape::is_vector_along(std::size_t axis) const {
  for (std::size_t k = first(); k < dims.size(); ++k)
    if (k != axis && dims[k] != 1) return false;
  return axis >= first() && axis < dims.size();
}

std::string shape_text(const SampleShape& shape) {
  std::string text = "(";
  for (std::size_t k = 0; k < shape.dims.size(); ++k) {
    const bool counts_samples = k == 0 && shape.has_samples_axis;
    text += k > 0 ? ", " : "";
    text += counts_samples ? "n" : shape.dims[k] == unknown ? "?" : std::to_string(shape.dims[k]);
  }
  return text + (shape.dims.size() == 1 ? ",)" : ")");
}

std::size_t axis_of(std::int64_t axis, std::size_t num_axes, const OnnxNode& node) {
  const auto count = static_cast<std::int64_t>(num_axes);
  if (axis < -count || axis >= count)
    node.fail("an axis of " + std::to_string(count), "axis " + std::to_string(axis));
  return static_cast<std::size_t>(axis < 0 ? axis + count : axis);
}

SampleShape flattened(const SampleShape& shape, std::int64_t axis, const OnnxNode& node) {
  const std::size_t num_axes = shape.dims.size();
  const std::size_t cut = axis == static_cast<std::int64_t>(num_axes) ? num_axes : axis_of(axis, num_axes, node);
  const std::span dims(shape.dims);
  if (!shape.has_samples_axis)
    return {{product(dims.first(cut), node.place()), product(dims.subspan(cut), node.place())}, false};
  const bool is_clean =
      cut >= 1 && std::all_of(dims.begin() + 1, dims.begin() + static_cast<std::ptrdiff_t>(cut),
                              [](std::int64_t d) { return d == 1; });
  if (!is_clean) refuse_mixing(shape, node);
  return {{dims[0], product(dims.subspan(cut), node.place())}, true};
}

SampleShape reshaped(const SampleShape& shape, const Array& target, const OnnxNode& node) {
  if (target.shape.size() != 1) node.fail("a list of dimensions", "shape " + nadir::shape_text(target.shape));
  const std::size_t first = shape.first();
  SampleShape result{{}, shape.has_samples_axis};
  if (shape.has_samples_axis) {
    if (target.values.empty() || !keeps_samples(shape, target.values[0], node)) refuse_mixing(shape, node);
    result.dims.push_back(shape.dims[0]);
  }
  std::size_t open = target.values.size();  // the dimension that is what is left
  for (std::size_t k = first; k < target.values.size(); ++k) {
    const std::int64_t dim = target_dim(shape, target, k, node);
    if (target.values[k] == -1) {
      if (open < target.values.size() || (first == 1 && target.values[0] == -1))
        node.fail("one -1 among the dimensions", "two");
      open = k;
    }
    result.dims.push_back(dim);
  }
  const std::int64_t size = shape.num_features();
  if (size == unknown) node.fail("an input whose dimensions are declared", "shape " + shape_text(shape));
  if (open < target.values.size()) {
    result.dims[open] = 1;
    const std::int64_t others = product(sample_dims(result), node.place());
    if (others > 0 && size % others == 0) result.dims[open] = size / others;
  }
  if (product(sample_dims(result), node.place()) != size) refuse_mixing(shape, node);
  return result;
}

SampleShape squeezed(const SampleShape& shape, const std::vector<std::int64_t>& axes, const OnnxNode& node) {
  std::vector<bool> is_dropped(shape.dims.size(), false);
  for (const std::int64_t axis : axes) is_dropped[axis_of(axis, shape.dims.size(), node)] = true;
  SampleShape result{{}, shape.has_samples_axis};
  for (std::size_t k = 0; k < shape.dims.size(); ++k) {
    if (!is_dropped[k]) result.dims.push_back(shape.dims[k]);
    else if (k < shape.first() || shape.dims[k] != 1) refuse_mixing(shape, node);
  }
  return result;
}

SampleShape unsqueezed(const SampleShape& shape, const std::vector<std::int64_t>& axes, const OnnxNode& node) {
  const std::size_t num_axes = shape.dims.size() + axes.size();
  std::vector<bool> is_new(num_axes, false);
  for (const std::int64_t axis : axes) is_new[axis_of(axis, num_axes, node)] = true;
  if (static_cast<std::size_t>(std::count(is_new.begin(), is_new.end(), true)) != axes.size())
    node.fail("distinct axes", "an axis given twice");
  if (shape.has_samples_axis && is_new[0]) refuse_mixing(shape, node);
  SampleShape result{{}, shape.has_samples_axis};
  auto old = shape.dims.begin();
  for (std::size_t k = 0; k < num_axes; ++k) result.dims.push_back(is_new[k] ? 1 : *old++);
  return result;
}

SampleShape transposed(const SampleShape& shape, const std::vector<std::int64_t>& perm, const OnnxNode& node) {
  std::vector<std::int64_t> sorted = perm, all(shape.dims.size());
  std::sort(sorted.begin(), sorted.end());
  std::iota(all.begin(), all.end(), 0);
  if (sorted != all) node.fail("a permutation of " + std::to_string(all.size()) + " axes", "something else");
  if (shape.has_samples_axis && perm[0] != 0) refuse_mixing(shape, node);
  SampleShape result{{}, shape.has_samples_axis};
  std::int64_t last = -1;  // axis with more than one entry: these must keep their order
  for (const std::int64_t axis : perm) {
    const std::int64_t dim = shape.dims[static_cast<std::size_t>(axis)];
    result.dims.push_back(dim);
    if (dim == 1) continue;
    if (axis < last) refuse_mixing(shape, node);
    last = axis;
  }
  return result;
}

Vector broadcast(const Array& constant, const SampleShape& shape, std::int64_t most, const OnnxNode& node) {
  const std::int64_t size = shape.num_features();
  const std::size_t num_axes = shape.dims.size(), own = constant.shape.size();
  bool fits = own <= num_axes && size > 0 && size <= most;
  std::vector<std::size_t> strides(num_axes, 0);  // of the constant along the axes of the tensor
  std::size_t stride = 1;
  for (std::size_t k = num_axes; fits && k-- > num_axes - own;) {
    const std::int64_t dim = constant.shape[k - (num_axes - own)];
    if (dim == 1) continue;
    fits = dim == shape.dims[k] && k >= shape.first();
    strides[k] = stride;
    stride *= static_cast<std::size_t>(dim);
  }
  if (!fits)
    node.fail("a constant for each number of a sample of shape " + shape_text(shape),
              "one of shape " + nadir::shape_text(constant.shape));
  Vector values(static_cast<std::size_t>(size));
  for (std::size_t i = 0; i < values.size(); ++i) {
    std::size_t rest = i, at = 0;
    for (std::size_t k = num_axes; k-- > shape.first();) {
      const auto dim = static_cast<std::size_t>(shape.dims[k]);
      at += rest % dim * strides[k];
      rest /= dim;
    }
    values[i] = constant.values[at];
  }
  return values;
}

}  // namespace nadir::internal
