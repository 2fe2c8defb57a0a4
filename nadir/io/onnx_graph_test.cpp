// Graphs as exporters write them, and graphs that are not a chain of dense layers: each refused at its node.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "nadir/base/error.hpp"
#include "nadir/io/onnx.hpp"
#include "nadir/io/onnx_models_test.hpp"

namespace nadir {
namespace {

using namespace onnx_models;
using testing::HasSubstr;
using testing::StartsWith;

constexpr std::int64_t any = -1;

DataNetwork parse_bytes(const std::string& bytes) { return parse_onnx(std::as_bytes(std::span(bytes)), "net.onnx"); }

DataNetwork parse(const Model& model) { return parse_bytes(model.bytes()); }

std::string reason(const Model& model) {
  try {
    parse(model);
  } catch (const InputError& error) {
    return error.what();
  }
  return "no error";
}

const Matrix W = Matrix::from_rows({{1, 2, 3, 4, 5, 6}});

// For samples of six numbers; each test brings them into a row "flat".
Model six(const Dims& input, std::int64_t opset = 14) {
  Model model(input, opset);
  model.tensor("W", {1, 6}, {1, 2, 3, 4, 5, 6});
  return model;
}

Model& finish(Model& model) {
  set_integer(model.node("Gemm", {"flat", "W"}, "y"), "transB", 1);
  return model;
}

TEST(OnnxShape, may_change_where_samples_and_their_order_stay) {
  for (const Dims& input : {Dims{any, 2, 3}, Dims{5, 2, 3}, Dims{1, 2, 3}, Dims{any, 3, 1, 2}}) {
    Model by_flatten = six(input);
    by_flatten.node("Flatten", {"x"}, "flat");
    EXPECT_EQ(parse(finish(by_flatten)).layers[0].W, W);

    for (const Dims& target : {Dims{-1, 6}, Dims{0, -1}, Dims{0, 6}}) {
      Model by_reshape = six(input);
      by_reshape.integers("dims", target);
      by_reshape.node("Reshape", {"x", "dims"}, "flat");
      EXPECT_EQ(parse(finish(by_reshape)).layers[0].W, W);
    }
  }
  Model whole = six({2, 3});  // no axis of samples: all six numbers are one
  whole.integers("dims", {1, 6});
  whole.node("Reshape", {"x", "dims"}, "flat");
  EXPECT_EQ(parse(finish(whole)).layers[0].W, W);
}

TEST(OnnxShape, may_be_computed_from_the_input_s_as_pytorch_does) {
  Model model = six({any, 2, 3});  // x.view(x.size(0), -1)
  model.tensor("unused", {1}, {0});
  model.integers("zero", {0});
  model.integers("rest", {-1});
  auto& scalar = *model.graph().add_initializer();
  scalar.set_name("first");
  scalar.set_data_type(onnx::TensorProto::INT64);
  scalar.add_int64_data(0);
  model.node("Shape", {"x"}, "shape");
  model.node("Gather", {"shape", "first"}, "n");
  model.node("Unsqueeze", {"n", "zero"}, "list");
  set_integer(model.node("Concat", {"list", "rest"}, "dims"), "axis", 0);
  model.node("Reshape", {"x", "dims"}, "flat");

  EXPECT_EQ(parse(finish(model)).layers[0].W, W);

  Model swapped = six({any, 6});  // the number of samples in the wrong place
  swapped.integers("rest", {-1});
  swapped.integers("zero", {0});
  swapped.node("Shape", {"x"}, "shape");
  swapped.node("Gather", {"shape", "zero"}, "n");
  set_integer(swapped.node("Concat", {"rest", "n"}, "dims"), "axis", 0);
  swapped.node("Reshape", {"x", "dims"}, "flat");
  EXPECT_THAT(reason(finish(swapped)), HasSubstr("(Reshape): expected"));

  Model as_bias = six({any, 6});  // the number of samples is no number of the network
  as_bias.node("Shape", {"x"}, "shape");
  as_bias.node("Identity", {"x"}, "flat");
  set_integer(as_bias.node("Gemm", {"flat", "W", "shape"}, "y"), "transB", 1);
  EXPECT_THAT(reason(as_bias), HasSubstr("(Gemm): expected numbers that the file gives, found the number of samples"));
}

TEST(OnnxShape, may_gain_and_lose_axes_of_one_entry) {
  for (const std::int64_t opset : {11, 13}) {
    Model model = six({any, 6}, opset);
    model.integers("axes", {1, -1});
    auto& unsqueeze = model.node("Unsqueeze", {"x"}, "u");
    auto& transpose = model.node("Transpose", {"u"}, "t");
    auto& squeeze = model.node("Squeeze", {"t"}, "flat");
    set_integers(transpose, "perm", {0, 3, 1, 2});
    if (opset < 13) {
      set_integers(unsqueeze, "axes", {1, -1});
      set_integers(squeeze, "axes", {1, 2});
    } else {
      unsqueeze.add_input("axes");
      model.integers("ones", {1, 2});
      squeeze.add_input("ones");
    }
    EXPECT_EQ(parse(finish(model)).layers[0].W, W);
  }
}

TEST(OnnxShape, must_not_mix_samples_nor_reorder_their_numbers) {
  const auto with = [](const std::string& op, const Dims& values) {
    Model model = six({any, 2, 3});
    if (op == "Reshape") {
      model.integers("dims", values);
      model.node("Reshape", {"x", "dims"}, "flat");
    } else if (op == "Flatten") {
      set_integer(model.node("Flatten", {"x"}, "flat"), "axis", values[0]);
    } else {
      set_integers(model.node(op, {"x"}, "flat"), op == "Transpose" ? "perm" : "axes", values);
    }
    return finish(model);
  };
  EXPECT_THAT(reason(with("Transpose", {0, 2, 1})), HasSubstr("(Transpose): expected a change of shape that keeps"));
  EXPECT_THAT(reason(with("Transpose", {1, 0, 2})), HasSubstr("(Transpose): expected a change of shape that keeps"));
  EXPECT_THAT(reason(with("Transpose", {0, 0, 1})), HasSubstr("(Transpose): expected a permutation"));
  EXPECT_THAT(reason(with("Flatten", {0})), HasSubstr("(Flatten): expected a change of shape that keeps"));
  EXPECT_THAT(reason(with("Flatten", {2})), HasSubstr("(Flatten): expected a change of shape that keeps"));
  EXPECT_THAT(reason(with("Flatten", {7})), HasSubstr("(Flatten): expected an axis of 3, found axis 7"));
  EXPECT_THAT(reason(with("Squeeze", {1})), HasSubstr("(Squeeze): expected a change of shape that keeps"));
  EXPECT_THAT(reason(with("Unsqueeze", {0})), HasSubstr("(Unsqueeze): expected a change of shape that keeps"));
  for (const Dims& dims : {Dims{-1, 3}, Dims{2, -1}, Dims{-1}, Dims{0, 5}, Dims{0, -1, 4}, Dims{-1, 12}, Dims{}})
    EXPECT_THAT(reason(with("Reshape", dims)), HasSubstr("(Reshape): expected a change of shape that keeps"));
  EXPECT_THAT(reason(with("Reshape", {0, -1, -1})), HasSubstr("(Reshape): expected one -1"));
  EXPECT_THAT(reason(with("Reshape", {0, -2})), HasSubstr("(Reshape): expected dimensions of at least -1"));
}

// y = relu(x W + b) + ..., up to "a" for two inputs and two outputs.
Model relu_layer() {
  Model model({any, 2});
  model.tensor("W", {2, 2}, {1, 2, 3, 4});
  model.tensor("V", {2, 2}, {5, 6, 7, 8});
  model.tensor("b", {2}, {1, 2});
  model.node("Gemm", {"x", "W", "b"}, "z");
  model.node("Relu", {"z"}, "a");
  return model;
}

TEST(OnnxGraph, is_refused_at_the_node_that_it_cannot_have) {
  Model convolution = relu_layer();
  convolution.node("Conv", {"a", "V"}, "y");
  Model foreign = relu_layer();
  foreign.node("Relu", {"a"}, "y").set_domain("com.example");
  Model unnamed = relu_layer();
  unnamed.node("MaxPool", {"a"}, "y").clear_name();
  Model attribute = relu_layer();
  set_integer(attribute.node("MatMul", {"a", "V"}, "y"), "surprise", 1);
  Model folded = relu_layer();
  folded.node("Add", {"W", "V"}, "S");
  folded.node("MatMul", {"a", "S"}, "y");

  EXPECT_THAT(reason(convolution),
              StartsWith("net.onnx, node 2 \"the Conv\" (Conv): expected an operator of a dense network"));
  EXPECT_THAT(reason(foreign), HasSubstr("found one of the domain \"com.example\""));
  EXPECT_THAT(reason(unnamed), StartsWith("net.onnx, node 2 (MaxPool): expected an operator"));
  EXPECT_THAT(reason(attribute), HasSubstr("(MatMul): expected no attribute that is not read, found \"surprise\""));
  EXPECT_THAT(reason(folded), HasSubstr("where all inputs are constants, found \"Add\""));
}

TEST(OnnxGraph, must_be_a_chain) {
  Model residual = relu_layer();
  residual.node("Add", {"a", "z"}, "y");
  Model skips = relu_layer();
  skips.node("MatMul", {"z", "V"}, "y");
  Model early_output = relu_layer();
  early_output.node("MatMul", {"a", "V"}, "w");
  early_output.graph().mutable_output(0)->set_name("a");
  Model gate = relu_layer();  // a * Sigmoid(z)
  gate.node("Sigmoid", {"z"}, "s");
  gate.node("Mul", {"a", "s"}, "y");

  EXPECT_THAT(reason(residual), HasSubstr("(Add): expected"));
  EXPECT_THAT(reason(skips), HasSubstr("(MatMul): expected a chain, in which every result is used once, found a branch"));
  EXPECT_THAT(reason(early_output), HasSubstr("expected a chain that ends in the graph's output"));
  EXPECT_THAT(reason(gate), HasSubstr("(Sigmoid): expected a chain"));
}

TEST(OnnxGraph, must_not_go_in_circles_nor_name_a_tensor_twice) {
  Model cycle = relu_layer();
  cycle.node("Relu", {"y"}, "u");
  cycle.node("MatMul", {"u", "V"}, "y");
  Model own = relu_layer();
  own.node("Relu", {"y"}, "y");
  Model unknown = relu_layer();
  unknown.node("Relu", {"nothing"}, "y");
  Model twice = relu_layer();
  twice.node("MatMul", {"a", "V"}, "z");
  Model shadows = relu_layer();
  shadows.node("MatMul", {"a", "V"}, "b");
  Model same = relu_layer();
  same.tensor("b", {2}, {1, 2});

  EXPECT_THAT(reason(cycle), HasSubstr("node 2 \"the Relu\" (Relu): expected inputs that the file holds or an earlier "
                                       "node makes (no cycle), found \"y\""));
  EXPECT_THAT(reason(own), HasSubstr("(no cycle), found \"y\""));
  EXPECT_THAT(reason(unknown), HasSubstr("(no cycle), found \"nothing\""));
  for (const Model* model : {&twice, &shadows, &same})
    EXPECT_THAT(reason(*model), HasSubstr("expected a name of its own for every tensor"));
}

TEST(OnnxGraph, has_layers_of_weights_of_their_own_with_one_bias_and_one_activation) {
  Model tied = relu_layer();
  tied.node("MatMul", {"a", "W"}, "y");
  Model twice = relu_layer();
  twice.node("Tanh", {"a"}, "y");
  Model late_bias = relu_layer();
  late_bias.node("Add", {"a", "b"}, "y");
  Model no_layer({any, 2});
  no_layer.node("Relu", {"x"}, "y");
  Model nothing({any, 2});
  nothing.node("Identity", {"x"}, "y");
  Model widths = relu_layer();
  widths.tensor("U", {3, 1}, {1, 2, 3});
  widths.node("MatMul", {"a", "U"}, "y");
  Model list({2, 1});  // Gemm multiplies matrices only
  list.tensor("w", {2}, {1, 2});
  set_integer(list.node("Gemm", {"x", "w"}, "y"), "transA", 1);
  Model per_row({any, 5, 2});  // the same layer for each of five rows
  per_row.tensor("W", {2, 2}, {1, 2, 3, 4});
  per_row.node("MatMul", {"x", "W"}, "y");

  EXPECT_THAT(reason(tied), HasSubstr("(MatMul): expected weights of its own for every layer"));
  EXPECT_THAT(reason(twice), HasSubstr("(Tanh): expected one activation behind a layer, found tanh behind relu"));
  EXPECT_THAT(reason(late_bias), HasSubstr("(Add): expected a bias before the activation"));
  EXPECT_THAT(reason(no_layer), HasSubstr("(Relu): expected a dense layer before the first activation"));
  EXPECT_THAT(reason(nothing), HasSubstr("expected at least one dense layer"));
  EXPECT_THAT(reason(widths), HasSubstr("(MatMul): expected weights for 2 numbers, found shape (3, 1)"));
  EXPECT_THAT(reason(list), HasSubstr("(Gemm): expected a matrix of weights, found shape (2,)"));
  EXPECT_THAT(reason(per_row), HasSubstr("(MatMul): expected a dense layer over all numbers of a sample"));
}

TEST(OnnxGraph, has_one_input_and_one_output) {
  Model two_inputs = relu_layer();
  two_inputs.add_input("x2", {any, 2});
  two_inputs.node("MatMul", {"a", "V"}, "y");
  Model two_outputs = relu_layer();
  two_outputs.node("MatMul", {"a", "V"}, "y");
  two_outputs.graph().add_output()->set_name("a");
  Model no_input = relu_layer();
  no_input.graph().clear_input();
  Model constant_output = relu_layer();
  constant_output.graph().mutable_output(0)->set_name("W");
  Model integers = relu_layer();
  integers.graph().mutable_input(0)->mutable_type()->mutable_tensor_type()->set_elem_type(onnx::TensorProto::INT64);
  Model listed = relu_layer();  // the first versions of the format list weights among the inputs
  listed.add_input("W", {2, 2});
  listed.add_input("b", {2});
  listed.node("MatMul", {"a", "V"}, "y");

  EXPECT_THAT(reason(two_inputs), HasSubstr("expected one input, found more: \"x\" and \"x2\""));
  EXPECT_THAT(reason(two_outputs), HasSubstr("expected one output, found 2 outputs"));
  EXPECT_THAT(reason(no_input), HasSubstr("expected an input"));
  EXPECT_THAT(reason(constant_output), HasSubstr("expected an output that depends on the input, found \"W\""));
  EXPECT_THAT(reason(integers), HasSubstr("input \"x\": expected a tensor of type FLOAT or DOUBLE"));
  EXPECT_EQ(reason(listed), "no error");
}

TEST(OnnxGraph, may_leave_its_input_without_a_shape) {
  Model model = relu_layer();
  model.graph().mutable_input(0)->mutable_type()->mutable_tensor_type()->clear_shape();
  model.node("MatMul", {"a", "V"}, "y");

  EXPECT_EQ(parse(model).layers.size(), 2U);
}

TEST(OnnxFile, cut_anywhere_is_refused) {
  Model model = relu_layer();
  model.node("MatMul", {"a", "V"}, "y");
  const std::string bytes = model.bytes();
  parse_bytes(bytes);

  for (std::size_t length = 0; length < bytes.size(); ++length)
    EXPECT_THROW(parse_bytes(bytes.substr(0, length)), InputError) << length;
}

TEST(OnnxFile, with_any_byte_changed_is_refused_or_another_network) {
  Model model = relu_layer();
  model.node("MatMul", {"a", "V"}, "y");
  const std::string bytes = model.bytes();

  for (std::size_t at = 0; at < bytes.size(); ++at)
    for (const int change : {1, 2, 4, 8, 16, 32, 64, 128, 255}) {
      std::string changed = bytes;
      changed[at] = static_cast<char>(changed[at] ^ change);
      try {
        const DataNetwork network = parse_bytes(changed);
        ASSERT_FALSE(network.layers.empty());
        for (std::size_t k = 1; k < network.layers.size(); ++k)
          EXPECT_EQ(network.layers[k].W.cols(), network.layers[k - 1].W.rows());
      } catch (const InputError&) {
      }
    }
}

}  // namespace
}  // namespace nadir
