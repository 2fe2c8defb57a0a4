// One node of an ONNX graph: its attributes with the types that its operator declares, and its name in messages.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "nadir/io/internal/onnx_schema.hpp"

namespace nadir::internal {

class OnnxNode {
 public:
  // Throws InputError for an operator of a domain other than ONNX's own.
  OnnxNode(const onnx::NodeProto& proto, int index, std::int64_t opset, const std::string& file);

  // `net.onnx, node 3 "fc1" (Gemm)`: nodes count from 0.
  const std::string& place() const { return place_; }
  const std::string& op() const { return proto_.op_type(); }
  std::int64_t opset() const { return opset_; }
  const onnx::NodeProto& proto() const { return proto_; }

  // Input k; empty where it is left out.
  std::string_view input(int k) const;
  void require_inputs(int least, int most) const;

  // An attribute that is not named here may change what the node does: InputError.
  void require_attributes(std::initializer_list<std::string_view> allowed) const;
  bool has(std::string_view name) const { return find(name) != nullptr; }
  std::int64_t integer(std::string_view name, std::int64_t otherwise) const;
  double number(std::string_view name, double otherwise) const;  // finite
  std::string text(std::string_view name, const std::string& otherwise) const;
  std::optional<std::vector<std::int64_t>> integers(std::string_view name) const;
  const onnx::AttributeProto* find(std::string_view name) const;

  // Throws the InputError of this node.
  [[noreturn]] void fail(const std::string& expected, const std::string& found) const;

 private:
  const onnx::AttributeProto* find(std::string_view name, onnx::AttributeProto::AttributeType type) const;

  const onnx::NodeProto& proto_;
  std::int64_t opset_;
  std::string place_;
};

}  // namespace nadir::internal
