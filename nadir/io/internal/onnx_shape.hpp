// Shapes of tensors on the way from the input to the output of a network, and the operators that change nothing
// but the shape.
//
// A family judges x -> f(x) for one sample, so that every step must act on each sample by itself. A shape says
// which of its axes counts samples: the first, or none (the whole tensor is one sample).
#pragma once

#include <cstdint>
#include <vector>

#include "nadir/io/array.hpp"
#include "nadir/io/internal/onnx_node.hpp"

namespace nadir::internal {

struct SampleShape {
  static constexpr std::int64_t unknown = -1;

  std::vector<std::int64_t> dims;  // of the tensor
  bool has_samples_axis = false;   // axis 0

  std::size_t first() const { return has_samples_axis ? 1 : 0; }  // axis of a sample
  // Numbers in a sample; unknown if a dimension is.
  std::int64_t num_features() const;
  // Whether all axes of a sample but `axis` are known to have one entry.
  bool is_vector_along(std::size_t axis) const;

  friend bool operator==(const SampleShape&, const SampleShape&) = default;
};

// "(n, 28, 28)", with n samples and ? for what is not known.
std::string shape_text(const SampleShape& shape);

// An axis that may count from the end, as one from 0. InputError when there is no such axis.
std::size_t axis_of(std::int64_t axis, std::size_t num_axes, const OnnxNode& node);

// What an operator makes of a shape while the numbers of every sample keep their order; InputError otherwise.
SampleShape flattened(const SampleShape& shape, std::int64_t axis, const OnnxNode& node);
// `target` as in Reshape: 0 keeps a dimension (unless the attribute allowzero is set), one -1 stands for what is
// left; NaN stands for the number of samples.
SampleShape reshaped(const SampleShape& shape, const Array& target, const OnnxNode& node);
SampleShape squeezed(const SampleShape& shape, const std::vector<std::int64_t>& axes, const OnnxNode& node);
SampleShape unsqueezed(const SampleShape& shape, const std::vector<std::int64_t>& axes, const OnnxNode& node);
SampleShape transposed(const SampleShape& shape, const std::vector<std::int64_t>& perm, const OnnxNode& node);

// The entry of `constant` for every number of a sample when it is combined with a tensor of this shape, by ONNX's
// (NumPy's) rules. InputError when the two do not match, the constant depends on the sample, or the result would be
// larger than the tensor or than `most` numbers.
Vector broadcast(const Array& constant, const SampleShape& shape, std::int64_t most, const OnnxNode& node);

}  // namespace nadir::internal
