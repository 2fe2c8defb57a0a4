// The tensors of an ONNX graph that do not depend on its input, and the operators on them that are read: those that
// move numbers about, as exporters put them between a weight and its use or around a shape.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "nadir/io/internal/onnx_node.hpp"
#include "nadir/io/internal/onnx_shape.hpp"

namespace nadir::internal {

struct OnnxConstant {
  std::shared_ptr<const Array> array;
  std::string origin;  // the initializer or node that its numbers come from
  bool is_external = false;  // they lie in another file than the model
};

class OnnxConstants {
 public:
  // Where data outside the file lie; none: they are refused.
  OnnxConstants(std::string file, std::optional<std::string> folder)
      : file_(std::move(file)), folder_(std::move(folder)) {}

  void add_initializer(const onnx::TensorProto& tensor);
  void add_constant_node(const OnnxNode& node);
  // Numbers in all of these; nothing derived counts.
  std::int64_t num_numbers() const { return num_numbers_; }

  bool contains(std::string_view name) const { return find(name) != nullptr; }
  const OnnxConstant* find(std::string_view name) const;

  // Input k of a node as numbers, all finite. InputError if it is not a constant.
  const OnnxConstant& numbers(const OnnxNode& node, int k) const;
  // Input k as a list of integers.
  std::vector<std::int64_t> integers(const OnnxNode& node, int k) const;
  // The target of a Reshape: may hold the number of samples, as NaN.
  const Array& dims(const OnnxNode& node, int k) const;

  // The node's result where all its inputs are constants. InputError for operators that are not read on constants.
  void fold(const OnnxNode& node);
  // The result of Shape: the number of samples is NaN.
  void add_shape(const OnnxNode& node, const SampleShape& shape);

 private:
  void add(const std::string& name, OnnxConstant constant, const std::string& place);
  void charge(std::size_t count, const OnnxNode& node);
  const OnnxConstant& any(const OnnxNode& node, int k) const;
  Array cast(const OnnxNode& node) const;
  Array gathered(const OnnxNode& node) const;
  Array joined(const OnnxNode& node) const;
  Array moved(const OnnxNode& node) const;

  std::string file_;
  std::optional<std::string> folder_;
  std::unordered_map<std::string, OnnxConstant> constants_;
  std::int64_t num_numbers_ = 0, num_derived_ = 0;
};

// The axes of Squeeze and Unsqueeze: an attribute before opset 13, an input since; none when not given.
std::optional<std::vector<std::int64_t>> squeeze_axes(const OnnxNode& node, const OnnxConstants& constants);
// The attribute perm of Transpose, or the reversed order.
std::vector<std::int64_t> transpose_perm(const OnnxNode& node, std::size_t num_axes);

}  // namespace nadir::internal
