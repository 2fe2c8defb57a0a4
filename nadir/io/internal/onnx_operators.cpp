#include "nadir/io/internal/onnx_operators.hpp"

#include <map>
#include <utility>

#include "nadir/base/error.hpp"
#include "nadir/io/internal/quote.hpp"

namespace nadir::internal {
namespace {

constexpr std::int64_t unknown = SampleShape::unknown;

const OnnxTensor& live_input(const OnnxNode& node, int k, const OnnxScope& scope) {
  const OnnxTensor* tensor = scope.find_live(node.input(k));
  if (tensor == nullptr)
    node.fail("a tensor that depends on the network's input as input " + std::to_string(k), "a constant");
  return *tensor;
}

// alpha W for the d_out x d_in matrix W whose numbers stand in C order, as they are or transposed.
Matrix weights(const Vector& values, Index d_out, Index d_in, bool is_transposed, double alpha) {
  const double* number = values.data();
  Matrix W(d_out, d_in);
  if (is_transposed) {  // column after column, as in W
    for (double& entry : W.flat()) entry = alpha * *number++;
    return W;
  }
  for (Index i = 0; i < d_out; ++i)
    for (Index j = 0; j < d_in; ++j) W(i, j) = alpha * *number++;
  return W;
}

// A layer whose weights are input `k`, (d_out, d_in) or its transpose, along one axis of x.
struct DenseUse {
  int k = 1;
  std::size_t axis = 0;
  bool is_out_by_in = false;
  double alpha = 1.0;
  bool may_be_list = false;  // a list of weights is a matrix with one output, and the output's axis goes
};

OnnxTensor dense(const OnnxNode& node, const OnnxTensor& x, const DenseUse& use, OnnxScope& scope) {
  const OnnxConstant& constant = scope.constants.numbers(node, use.k);
  const Vector& values = constant.array->values;
  std::vector<std::int64_t> dims = constant.array->shape;
  const bool is_list = use.may_be_list && dims.size() == 1;
  if (is_list) dims.insert(use.is_out_by_in ? dims.begin() : dims.end(), 1);
  if (dims.size() != 2 || values.empty())
    node.fail("a matrix of weights", "shape " + nadir::shape_text(constant.array->shape));
  const std::int64_t d_out = dims[use.is_out_by_in ? 0 : 1], d_in = dims[use.is_out_by_in ? 1 : 0];
  if (!x.shape.is_vector_along(use.axis))
    node.fail("a dense layer over all numbers of a sample", "a product along one axis of shape " + shape_text(x.shape));
  const std::int64_t width = x.shape.dims[use.axis];
  if (width != unknown && width != d_in)
    node.fail("weights for " + std::to_string(width) + " numbers", "shape " + nadir::shape_text(constant.array->shape));
  // Tied weights are fewer parameters than their layers have entries: another problem than the one judged here.
  if (!scope.used_weights.insert(constant.origin).second)
    node.fail("weights of its own for every layer (exporters may merge equal ones)", quoted(constant.origin) + ", which an earlier layer has");
  SampleShape shape = x.shape;
  shape.dims[use.axis] = d_out;
  if (is_list) shape.dims.erase(shape.dims.begin() + static_cast<std::ptrdiff_t>(use.axis));
  return scope.layers.dense(x, weights(values, d_out, d_in, !use.is_out_by_in, use.alpha), std::move(shape), node);
}

OnnxTensor matmul(const OnnxNode& node, OnnxScope& scope) {
  node.require_inputs(2, 2);
  node.require_attributes({});
  const bool is_left = scope.find_live(node.input(0)) != nullptr;
  const OnnxTensor& x = live_input(node, is_left ? 0 : 1, scope);
  const std::size_t rank = x.shape.dims.size();
  if (rank == 0) node.fail("a matrix or vector to multiply", "one number");
  DenseUse use;
  use.k = is_left ? 1 : 0;
  // x W contracts the last axis of x; W x the last but one, if there are two.
  use.axis = is_left || rank == 1 ? rank - 1 : rank - 2;
  use.is_out_by_in = !is_left;
  use.may_be_list = true;
  return dense(node, x, use, scope);
}

OnnxTensor gemm(const OnnxNode& node, OnnxScope& scope) {
  node.require_inputs(2, 3);
  node.require_attributes({"alpha", "beta", "transA", "transB", "broadcast"});
  const bool is_left = scope.find_live(node.input(0)) != nullptr;
  const OnnxTensor& x = live_input(node, is_left ? 0 : 1, scope);
  if (x.shape.dims.size() != 2) node.fail("an input with two axes", "shape " + shape_text(x.shape));
  const bool flips_x = node.integer(is_left ? "transA" : "transB", 0) != 0;
  const bool flips_weights = node.integer(is_left ? "transB" : "transA", 0) != 0;
  DenseUse use;
  use.k = is_left ? 1 : 0;
  use.axis = is_left == flips_x ? 0 : 1;
  use.is_out_by_in = is_left == flips_weights;
  use.alpha = node.number("alpha", 1.0);
  OnnxTensor y = dense(node, x, use, scope);
  if (flips_x) {
    if (y.shape.has_samples_axis) node.fail("samples along the first axis", "a transposed input");
    std::swap(y.shape.dims[0], y.shape.dims[1]);
  }
  if (node.input(2).empty()) return y;
  return scope.layers.add(y, *scope.constants.numbers(node, 2).array, node.number("beta", 1.0), node);
}

// The node's two inputs where one is a constant.
struct WithConstant {
  const OnnxTensor* x = nullptr;
  const Array* constant = nullptr;
  bool x_is_first = true;
};

WithConstant with_constant(const OnnxNode& node, const OnnxScope& scope) {
  node.require_inputs(2, 2);
  node.require_attributes({"broadcast", "consumed_inputs"});
  const bool is_first = scope.find_live(node.input(0)) != nullptr;
  const OnnxTensor& x = live_input(node, is_first ? 0 : 1, scope);
  const OnnxConstant& constant = scope.constants.numbers(node, is_first ? 1 : 0);
  // Weights travel as the point of a run. What else says which function is judged must be under its fingerprint.
  if (constant.is_external && scope.layers.is_at_input())
    node.fail("the scaling of the input in the model itself, whose fingerprint covers it",
              "external data for " + quoted(constant.origin));
  return {&x, constant.array.get(), is_first};
}

OnnxTensor sum(const OnnxNode& node, OnnxScope& scope) {
  const WithConstant inputs = with_constant(node, scope);
  return scope.layers.add(*inputs.x, *inputs.constant, 1.0, node);
}

OnnxTensor difference(const OnnxNode& node, OnnxScope& scope) {
  const WithConstant inputs = with_constant(node, scope);
  if (inputs.x_is_first) return scope.layers.add(*inputs.x, *inputs.constant, -1.0, node);
  const OnnxTensor negative = scope.layers.scale(*inputs.x, Array{{}, {-1.0}}, false, node);
  return scope.layers.add(negative, *inputs.constant, 1.0, node);
}

OnnxTensor product(const OnnxNode& node, OnnxScope& scope) {
  node.require_inputs(2, 2);
  const OnnxTensor* x = scope.find_live(node.input(0));
  const OnnxTensor* y = scope.find_live(node.input(1));
  if (x != nullptr && y != nullptr) return scope.layers.multiply(*x, *y, node);
  const WithConstant inputs = with_constant(node, scope);
  return scope.layers.scale(*inputs.x, *inputs.constant, false, node);
}

OnnxTensor quotient(const OnnxNode& node, OnnxScope& scope) {
  const WithConstant inputs = with_constant(node, scope);
  if (!inputs.x_is_first) node.fail("a division by a constant", "a constant divided by a result");
  return scope.layers.scale(*inputs.x, *inputs.constant, true, node);
}

OnnxTensor identity(const OnnxNode& node, OnnxScope& scope) {
  node.require_inputs(1, 1);
  node.require_attributes({});
  return live_input(node, 0, scope);
}

OnnxTensor cast(const OnnxNode& node, OnnxScope& scope) {
  node.require_inputs(1, 1);
  node.require_attributes({"to", "saturate"});
  const std::int64_t to = node.integer("to", 0);
  if (to != onnx::TensorProto::FLOAT && to != onnx::TensorProto::DOUBLE)
    node.fail("a cast to FLOAT or DOUBLE", "type " + std::to_string(to));
  return live_input(node, 0, scope);
}

// In training it draws random numbers: opset 12 says so by an input, opsets before 7 by an attribute.
OnnxTensor dropout(const OnnxNode& node, OnnxScope& scope) {
  node.require_inputs(1, 3);
  node.require_attributes({"ratio", "seed", "is_test", "consumed_inputs"});
  bool is_training = node.opset() < 7 && node.integer("is_test", 0) == 0;
  if (!node.input(2).empty())
    for (const std::int64_t flag : scope.constants.integers(node, 2)) is_training = is_training || flag != 0;
  if (is_training) node.fail("dropout as in inference (export the model in evaluation mode)", "dropout as in training");
  return live_input(node, 0, scope);
}

SampleShape new_shape(const OnnxNode& node, const SampleShape& shape, const OnnxScope& scope) {
  const std::string& op = node.op();
  if (op == "Flatten") {
    node.require_inputs(1, 1);
    node.require_attributes({"axis"});
    return flattened(shape, node.integer("axis", 1), node);
  }
  if (op == "Transpose") {
    node.require_inputs(1, 1);
    return transposed(shape, transpose_perm(node, shape.dims.size()), node);
  }
  node.require_inputs(1, 2);
  if (op == "Reshape") {
    node.require_attributes({"allowzero", "shape", "consumed_inputs"});
    if (!node.input(1).empty()) return reshaped(shape, scope.constants.dims(node, 1), node);
    Array target;  // before opset 5: an attribute
    for (const std::int64_t dim : node.integers("shape").value_or(std::vector<std::int64_t>{}))
      target.values.push_back(static_cast<double>(dim));
    target.shape.push_back(static_cast<std::int64_t>(target.values.size()));
    return reshaped(shape, target, node);
  }
  const auto axes = squeeze_axes(node, scope.constants);
  if (!axes) node.fail("the axes of " + op, "none");
  return op == "Squeeze" ? squeezed(shape, *axes, node) : unsqueezed(shape, *axes, node);
}

OnnxTensor change_shape(const OnnxNode& node, OnnxScope& scope) {
  OnnxTensor x = live_input(node, 0, scope);
  x.shape = new_shape(node, x.shape, scope);
  return x;
}

OnnxTensor activation(const OnnxNode& node, OnnxScope& scope) {
  static const std::map<std::string, std::string> names = {
      {"Relu", "relu"}, {"LeakyRelu", "leaky-relu"}, {"Elu", "elu"}, {"Tanh", "tanh"}, {"Softplus", "softplus"}};
  node.require_inputs(1, 1);
  const OnnxTensor& x = live_input(node, 0, scope);
  const bool has_parameter = node.op() == "LeakyRelu" || node.op() == "Elu";
  if (has_parameter)
    node.require_attributes({"alpha", "consumed_inputs"});
  else
    node.require_attributes({"consumed_inputs"});
  if (node.op() == "Sigmoid") return scope.layers.sigmoid(x, node);
  // A file's parameter is a float, and so is the default of LeakyRelu.
  const double otherwise = node.op() == "LeakyRelu" ? static_cast<double>(0.01F) : 1.0;
  return scope.layers.activate(x, names.at(node.op()), has_parameter ? node.number("alpha", otherwise) : 0.0, node);
}

OnnxTensor gelu(const OnnxNode& node, OnnxScope& scope) {
  node.require_inputs(1, 1);
  node.require_attributes({"approximate"});
  const std::string kind = node.text("approximate", "none");
  if (kind != "none") node.fail("the exact gelu (approximate \"none\")", "the approximation " + quoted(kind));
  return scope.layers.activate(live_input(node, 0, scope), "gelu", 0.0, node);
}

OnnxTensor erf(const OnnxNode& node, OnnxScope& scope) {
  node.require_inputs(1, 1);
  node.require_attributes({});
  return scope.layers.erf(live_input(node, 0, scope), node);
}

// Over all numbers of a sample, or it is another function. Before opset 13 it takes all axes from `axis` on.
OnnxTensor softmax(const OnnxNode& node, OnnxScope& scope) {
  constexpr std::int64_t by_one_axis = 13;
  node.require_inputs(1, 1);
  node.require_attributes({"axis"});
  const OnnxTensor& x = live_input(node, 0, scope);
  const std::vector<std::int64_t>& dims = x.shape.dims;
  const bool is_one_axis = node.opset() >= by_one_axis;
  const std::size_t axis = axis_of(node.integer("axis", is_one_axis ? -1 : 1), dims.size(), node);
  bool takes_all = axis >= x.shape.first();
  for (std::size_t k = x.shape.first(); k < dims.size(); ++k)
    takes_all = takes_all && (dims[k] == 1 || k == axis || (k > axis && !is_one_axis));
  if (!takes_all) node.fail("softmax over all numbers of a sample", "one along axes of shape " + shape_text(x.shape));
  return scope.layers.softmax(x, node);
}

using Rule = OnnxTensor (*)(const OnnxNode&, OnnxScope&);

const std::map<std::string, Rule>& rules() {
  static const std::map<std::string, Rule> table = {
      {"Add", sum},
      {"Cast", cast},
      {"Div", quotient},
      {"Dropout", dropout},
      {"Elu", activation},
      {"Erf", erf},
      {"Flatten", change_shape},
      {"Gelu", gelu},
      {"Gemm", gemm},
      {"Identity", identity},
      {"LeakyRelu", activation},
      {"LogSoftmax", softmax},
      {"MatMul", matmul},
      {"Mul", product},
      {"Relu", activation},
      {"Reshape", change_shape},
      {"Sigmoid", activation},
      {"Softmax", softmax},
      {"Softplus", activation},
      {"Squeeze", change_shape},
      {"Sub", difference},
      {"Tanh", activation},
      {"Transpose", change_shape},
      {"Unsqueeze", change_shape},
  };
  return table;
}

}  // namespace

const OnnxTensor* OnnxScope::find_live(std::string_view name) const {
  const auto found = live.find(std::string(name));
  return found == live.end() ? nullptr : &found->second;
}

bool OnnxScope::depends_on_input(const OnnxNode& node) const {
  for (const std::string& name : node.proto().input())
    if (find_live(name) != nullptr) return true;
  return false;
}

OnnxTensor apply_onnx_operator(const OnnxNode& node, OnnxScope& scope) {
  const auto rule = rules().find(node.op());
  if (rule == rules().end())
    node.fail("an operator of a dense network (docs/formats/networks.md lists them)", quoted(node.op()));
  return rule->second(node, scope);
}

}  // namespace nadir::internal
