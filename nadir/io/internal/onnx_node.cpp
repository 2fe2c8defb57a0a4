#include "nadir/io/internal/onnx_node.hpp"

#include <algorithm>
#include <cmath>

#include "nadir/base/error.hpp"
#include "nadir/io/internal/quote.hpp"

namespace nadir::internal {

using onnx::AttributeProto;

OnnxNode::OnnxNode(const onnx::NodeProto& proto, int index, std::int64_t opset, const std::string& file)
    : proto_(proto), opset_(opset), place_(file + ", node " + std::to_string(index)) {
  if (!proto.name().empty()) place_ += " " + quoted(proto.name());
  const std::string shown = quoted(proto.op_type());
  place_ += " (" + shown.substr(1, shown.size() - 2) + ")";
  if (!proto.domain().empty() && proto.domain() != "ai.onnx")
    fail("an operator of ONNX's own domain", "one of the domain " + quoted(proto.domain()));
}

std::string_view OnnxNode::input(int k) const {
  return k < proto_.input_size() ? std::string_view(proto_.input(k)) : std::string_view();
}

void OnnxNode::require_inputs(int least, int most) const {
  const int count = proto_.input_size();
  bool are_given = count >= least && count <= most;
  for (int k = 0; k < std::min(least, count); ++k) are_given = are_given && !proto_.input(k).empty();
  if (!are_given)
    fail(std::to_string(least) + (least == most ? "" : " to " + std::to_string(most)) + " inputs",
         std::to_string(count) + (count >= least && count <= most ? " with an empty name among them" : ""));
}

void OnnxNode::require_attributes(std::initializer_list<std::string_view> allowed) const {
  for (const AttributeProto& attribute : proto_.attribute())
    if (std::find(allowed.begin(), allowed.end(), attribute.name()) == allowed.end())
      fail("no attribute that is not read", quoted(attribute.name()));
}

const AttributeProto* OnnxNode::find(std::string_view name) const {
  for (const AttributeProto& attribute : proto_.attribute())
    if (attribute.name() == name) return &attribute;
  return nullptr;
}

const AttributeProto* OnnxNode::find(std::string_view name, AttributeProto::AttributeType type) const {
  const AttributeProto* attribute = find(name);
  if (attribute == nullptr) return nullptr;
  // Files of the first version of the format do not say the type.
  if (attribute->type() != type && attribute->type() != AttributeProto::UNDEFINED)
    fail("the attribute " + quoted(name) + " of type " + AttributeProto::AttributeType_Name(type),
         "type " + AttributeProto::AttributeType_Name(attribute->type()));
  if (!attribute->ref_attr_name().empty()) fail("a value of the attribute " + quoted(name), "a reference");
  return attribute;
}

std::int64_t OnnxNode::integer(std::string_view name, std::int64_t otherwise) const {
  const AttributeProto* attribute = find(name, AttributeProto::INT);
  return attribute == nullptr ? otherwise : attribute->i();
}

double OnnxNode::number(std::string_view name, double otherwise) const {
  const AttributeProto* attribute = find(name, AttributeProto::FLOAT);
  const double value = attribute == nullptr ? otherwise : static_cast<double>(attribute->f());
  if (!std::isfinite(value)) fail("a finite number as the attribute " + quoted(name), std::to_string(value));
  return value;
}

std::string OnnxNode::text(std::string_view name, const std::string& otherwise) const {
  const AttributeProto* attribute = find(name, AttributeProto::STRING);
  return attribute == nullptr ? otherwise : attribute->s();
}

std::optional<std::vector<std::int64_t>> OnnxNode::integers(std::string_view name) const {
  const AttributeProto* attribute = find(name, AttributeProto::INTS);
  if (attribute == nullptr) return std::nullopt;
  return std::vector<std::int64_t>(attribute->ints().begin(), attribute->ints().end());
}

void OnnxNode::fail(const std::string& expected, const std::string& found) const {
  throw InputError(place_, expected, found);
}

}  // namespace nadir::internal
