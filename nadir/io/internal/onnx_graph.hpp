// The graph of an ONNX model, read as a chain of dense layers.
#pragma once

#include <optional>
#include <string>

#include "nadir/core/data_file.hpp"
#include "nadir/io/internal/onnx_schema.hpp"

namespace nadir::internal {

// Throws InputError, with `file`, the node and its operator, for anything that nadir/io/onnx.hpp does not list.
// `folder`: where the model's data files lie; none: they are refused.
DataNetwork read_onnx_graph(const onnx::ModelProto& model, const std::string& file,
                            const std::optional<std::string>& folder);

}  // namespace nadir::internal
