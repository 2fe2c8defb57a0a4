// ONNX models for tests, built with the schema's own classes, and networks evaluated the plain way.
#pragma once

#include <cmath>
#include <cstring>
#include <initializer_list>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

#include "nadir/core/data_file.hpp"
#include "nadir/io/internal/onnx_schema.hpp"

namespace nadir::onnx_models {

using Dims = std::vector<std::int64_t>;
using Names = std::vector<std::string>;

inline void set_number(onnx::NodeProto& node, const std::string& name, float value) {
  auto& attribute = *node.add_attribute();
  attribute.set_name(name);
  attribute.set_type(onnx::AttributeProto::FLOAT);
  attribute.set_f(value);
}

inline void set_integer(onnx::NodeProto& node, const std::string& name, std::int64_t value) {
  auto& attribute = *node.add_attribute();
  attribute.set_name(name);
  attribute.set_type(onnx::AttributeProto::INT);
  attribute.set_i(value);
}

inline void set_integers(onnx::NodeProto& node, const std::string& name, const Dims& values) {
  auto& attribute = *node.add_attribute();
  attribute.set_name(name);
  attribute.set_type(onnx::AttributeProto::INTS);
  for (const std::int64_t value : values) attribute.add_ints(value);
}

inline void set_text(onnx::NodeProto& node, const std::string& name, const std::string& value) {
  auto& attribute = *node.add_attribute();
  attribute.set_name(name);
  attribute.set_type(onnx::AttributeProto::STRING);
  attribute.set_s(value);
}

inline void fill(onnx::TensorProto& tensor, const Dims& dims, const std::vector<float>& values) {
  tensor.set_data_type(onnx::TensorProto::FLOAT);
  for (const std::int64_t dim : dims) tensor.add_dims(dim);
  tensor.set_raw_data(values.data(), values.size() * sizeof(float));
}

// Input "x", output "y"; a negative dimension is a name instead of a number.
class Model {
 public:
  explicit Model(const Dims& input, std::int64_t opset = 14) {
    proto.set_ir_version(7);
    proto.add_opset_import()->set_version(opset);
    add_input("x", input);
    graph().add_output()->set_name("y");
  }

  onnx::GraphProto& graph() { return *proto.mutable_graph(); }

  void add_input(const std::string& name, const Dims& dims) {
    auto& value = *graph().add_input();
    value.set_name(name);
    auto& type = *value.mutable_type()->mutable_tensor_type();
    type.set_elem_type(onnx::TensorProto::FLOAT);
    for (const std::int64_t dim : dims) {
      auto& entry = *type.mutable_shape()->add_dim();
      if (dim < 0) entry.set_dim_param("n");
      else entry.set_dim_value(dim);
    }
  }

  onnx::TensorProto& tensor(const std::string& name, const Dims& dims, const std::vector<float>& values) {
    auto& result = *graph().add_initializer();
    result.set_name(name);
    fill(result, dims, values);
    return result;
  }

  void integers(const std::string& name, const Dims& values) {
    auto& result = *graph().add_initializer();
    result.set_name(name);
    result.set_data_type(onnx::TensorProto::INT64);
    result.add_dims(static_cast<std::int64_t>(values.size()));
    for (const std::int64_t value : values) result.add_int64_data(value);
  }

  onnx::NodeProto& node(const std::string& op, const Names& inputs, const std::string& output) {
    auto& result = *graph().add_node();
    result.set_op_type(op);
    result.set_name("the " + op);
    for (const std::string& input : inputs) result.add_input(input);
    result.add_output(output);
    return result;
  }

  std::string bytes() const { return proto.SerializeAsString(); }

  onnx::ModelProto proto;
};

inline double apply(const DenseLayer& layer, double z) {
  const std::string& name = layer.activation;
  if (name == "identity") return z;
  if (name == "relu") return std::fmax(z, 0.0);
  if (name == "leaky-relu") return z > 0 ? z : layer.parameter * z;
  if (name == "elu") return z > 0 ? z : layer.parameter * std::expm1(z);
  if (name == "gelu") return 0.5 * z * std::erfc(-z * std::sqrt(0.5));
  if (name == "silu") return z / (1 + std::exp(-z));
  if (name == "tanh") return std::tanh(z);
  if (name == "sigmoid") return 1 / (1 + std::exp(-z));
  if (name == "softplus") return std::log1p(std::exp(z));
  throw std::logic_error("no activation " + name);
}

// The output for one sample, before any softmax.
inline Vector output(const DataNetwork& network, Vector x) {
  for (std::size_t i = 0; i < network.input_shift.size(); ++i) x[i] -= network.input_shift[i];
  for (std::size_t i = 0; i < network.input_scale.size(); ++i) x[i] *= network.input_scale[i];
  for (const DenseLayer& layer : network.layers) {
    Vector z = layer.b.empty() ? Vector(static_cast<std::size_t>(layer.W.rows()), 0.0) : layer.b;
    for (Index j = 0; j < layer.W.cols(); ++j)
      for (Index i = 0; i < layer.W.rows(); ++i)
        z[static_cast<std::size_t>(i)] += layer.W(i, j) * x[static_cast<std::size_t>(j)];
    for (double& value : z) value = apply(layer, value);
    x = std::move(z);
  }
  return x;
}

}  // namespace nadir::onnx_models
