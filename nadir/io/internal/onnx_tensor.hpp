// One tensor of an ONNX file: its numbers, wherever they lie.
#pragma once

#include <optional>
#include <string>

#include "nadir/io/array.hpp"
#include "nadir/io/internal/onnx_schema.hpp"

namespace nadir::internal {

// The numbers of a tensor of type float, double, int32, int64 or bool, from raw_data, from the field of its type, or
// from a file in `folder` (none: such tensors are refused). Exact, and finite.
//
// Throws InputError naming `place` for other types (float16 among them), for data that do not match the dimensions
// (before memory is taken), for NaN and infinity, and for a data file that is missing, too short, or outside `folder`.
Array onnx_tensor(const onnx::TensorProto& tensor, const std::optional<std::string>& folder,
                  const std::string& place);

}  // namespace nadir::internal
