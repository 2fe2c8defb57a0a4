// What each operator contributes to a network. Models are built with the schema's own classes; expectations are
// worked out by hand from ONNX's definition of the operators.
#include "nadir/io/onnx.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "nadir/base/error.hpp"
#include "nadir/io/onnx_models_test.hpp"

namespace nadir {
namespace {

using namespace onnx_models;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

constexpr std::int64_t any = -1;

DataNetwork parse(const Model& model) {
  const std::string bytes = model.bytes();
  return parse_onnx(std::as_bytes(std::span(bytes)), "net.onnx");
}

std::string reason(const Model& model) {
  try {
    parse(model);
  } catch (const InputError& error) {
    return error.what();
  }
  return "no error";
}

// W = (1 2 3; 4 5 6), b = (7, 8), written in every way in which operators allow it.
const Matrix W = Matrix::from_rows({{1, 2, 3}, {4, 5, 6}});

Model with_weights(const Dims& input, bool is_out_by_in, const Dims& bias, std::int64_t opset = 14) {
  Model model(input, opset);
  if (is_out_by_in) model.tensor("W", {2, 3}, {1, 2, 3, 4, 5, 6});
  else model.tensor("W", {3, 2}, {1, 4, 2, 5, 3, 6});
  model.tensor("b", bias, {7, 8});
  return model;
}

// x W + b as "z", for n samples of 3 numbers.
Model one_layer(std::int64_t opset = 14) {
  Model model = with_weights({any, 3}, false, {2}, opset);
  model.node("Gemm", {"x", "W", "b"}, "z");
  return model;
}

void expect_the_layer(const DataNetwork& network) {
  ASSERT_EQ(network.layers.size(), 1U);
  EXPECT_EQ(network.layers[0].W, W);
  EXPECT_THAT(network.layers[0].b, ElementsAre(7, 8));
  EXPECT_EQ(network.layers[0].activation, "identity");
  EXPECT_THAT(network.input_shift, IsEmpty());
  EXPECT_THAT(network.input_scale, IsEmpty());
  EXPECT_FALSE(network.ends_in_softmax);
}

TEST(ReadOnnxLayer, is_the_same_however_gemm_writes_it) {
  for (const bool flips_weights : {false, true}) {
    Model rows = with_weights({any, 3}, flips_weights, {2});
    auto& gemm = rows.node("Gemm", {"x", "W", "b"}, "y");
    if (flips_weights) set_integer(gemm, "transB", 1);
    expect_the_layer(parse(rows));

    Model column = with_weights({3, 1}, !flips_weights, {2, 1});
    auto& from_left = column.node("Gemm", {"W", "x", "b"}, "y");
    if (flips_weights) set_integer(from_left, "transA", 1);
    expect_the_layer(parse(column));

    Model turned = with_weights({3, 1}, flips_weights, {1, 2});
    auto& from_right = turned.node("Gemm", {"x", "W", "b"}, "y");
    set_integer(from_right, "transA", 1);
    if (flips_weights) set_integer(from_right, "transB", 1);
    expect_the_layer(parse(turned));

    Model both = with_weights({1, 3}, !flips_weights, {2, 1});
    auto& turned_from_left = both.node("Gemm", {"W", "x", "b"}, "y");
    set_integer(turned_from_left, "transB", 1);
    if (flips_weights) set_integer(turned_from_left, "transA", 1);
    expect_the_layer(parse(both));
  }
}

TEST(ReadOnnxLayer, is_the_same_however_matmul_and_add_write_it) {
  for (const Dims& input : {Dims{any, 3}, Dims{4, 3}, Dims{1, 3}, Dims{3}, Dims{any, 1, 3}, Dims{1, 1, 1, 3}}) {
    Model model = with_weights(input, false, {2});
    model.node("MatMul", {"x", "W"}, "z");
    model.node("Add", {"b", "z"}, "y");
    expect_the_layer(parse(model));
  }
  for (const Dims& input : {Dims{3, 1}, Dims{any, 3, 1}, Dims{1, 3, 1}}) {
    Model model = with_weights(input, true, {2, 1});
    model.node("MatMul", {"W", "x"}, "z");
    model.node("Add", {"z", "b"}, "y");
    expect_the_layer(parse(model));
  }
  Model vector = with_weights({3}, true, {2});  // as the ACAS Xu networks are written
  vector.node("MatMul", {"W", "x"}, "z");
  vector.node("Add", {"z", "b"}, "y");
  expect_the_layer(parse(vector));
}

TEST(ReadOnnxLayer, takes_the_factors_of_gemm_into_its_parameters) {
  Model model = with_weights({any, 3}, false, {1, 2});
  auto& gemm = model.node("Gemm", {"x", "W", "b"}, "y");
  set_number(gemm, "alpha", 0.5F);
  set_number(gemm, "beta", -2.0F);

  const DataNetwork network = parse(model);

  EXPECT_EQ(network.layers[0].W, Matrix::from_rows({{0.5, 1, 1.5}, {2, 2.5, 3}}));
  EXPECT_THAT(network.layers[0].b, ElementsAre(-14, -16));
}

TEST(ReadOnnxLayer, has_no_bias_where_none_is_written_and_the_sum_of_those_that_are) {
  Model none = with_weights({any, 3}, false, {2});
  none.node("Gemm", {"x", "W"}, "y");
  Model several = one_layer();
  several.tensor("c", {}, {0.5});
  several.node("Sub", {"z", "c"}, "u");
  several.node("Add", {"u", "b"}, "y");

  EXPECT_THAT(parse(none).layers[0].b, IsEmpty());
  EXPECT_THAT(parse(several).layers[0].b, ElementsAre(13.5, 15.5));
}

TEST(ReadOnnxLayer, may_be_a_list_of_weights_for_one_output) {
  Model model({any, 2});
  model.tensor("W", {2}, {3, 4});
  model.node("MatMul", {"x", "W"}, "y");

  EXPECT_EQ(parse(model).layers[0].W, Matrix::from_rows({{3, 4}}));
}

TEST(ReadOnnxActivation, keeps_its_name_and_parameter) {
  const struct {
    const char *op, *name;
    double parameter;
  } cases[] = {{"Relu", "relu", 0},   {"LeakyRelu", "leaky-relu", static_cast<double>(0.01F)},
               {"Elu", "elu", 1},     {"Tanh", "tanh", 0},
               {"Sigmoid", "sigmoid", 0}, {"Softplus", "softplus", 0},
               {"Gelu", "gelu", 0},   {"Identity", "identity", 0}};
  for (const auto& c : cases) {
    Model model = one_layer(20);
    model.node(c.op, {"z"}, "y");

    const DataNetwork network = parse(model);

    EXPECT_EQ(network.layers[0].activation, c.name);
    EXPECT_EQ(network.layers[0].parameter, c.parameter) << c.op;
  }
  for (const char* op : {"LeakyRelu", "Elu"}) {
    Model model = one_layer();
    set_number(model.node(op, {"z"}, "y"), "alpha", 0.25F);
    EXPECT_EQ(parse(model).layers[0].parameter, 0.25) << op;
  }
}

TEST(ReadOnnxActivation, silu_is_x_times_its_sigmoid) {
  for (const Names& factors : {Names{"z", "s"}, Names{"s", "z"}}) {
    Model model = one_layer();
    model.node("Sigmoid", {"z"}, "s");
    model.node("Mul", factors, "y");

    EXPECT_EQ(parse(model).layers[0].activation, "silu");
  }
}

// Constants of gelu as exporters write them.
Model with_gelu_constants() {
  Model model = one_layer();
  model.tensor("root", {}, {1.41421354F});
  model.tensor("inverse", {1}, {0.707106769F});
  model.tensor("one", {}, {1});
  model.tensor("half", {}, {0.5});
  model.tensor("two", {}, {2});
  return model;
}

TEST(ReadOnnxActivation, gelu_is_known_in_its_usual_writings) {
  Model pytorch = with_gelu_constants();
  pytorch.node("Div", {"z", "root"}, "d");
  pytorch.node("Erf", {"d"}, "e");
  pytorch.node("Add", {"e", "one"}, "f");
  pytorch.node("Mul", {"z", "f"}, "g");
  pytorch.node("Mul", {"g", "half"}, "y");
  Model halved = with_gelu_constants();
  halved.node("Mul", {"z", "inverse"}, "d");
  halved.node("Erf", {"d"}, "e");
  halved.node("Add", {"one", "e"}, "f");
  halved.node("Mul", {"half", "z"}, "h");
  halved.node("Mul", {"h", "f"}, "y");
  Model probability = with_gelu_constants();
  probability.node("Div", {"z", "root"}, "d");
  probability.node("Erf", {"d"}, "e");
  probability.node("Add", {"e", "one"}, "f");
  probability.node("Div", {"f", "two"}, "p");
  probability.node("Mul", {"p", "z"}, "y");

  for (const Model* model : {&pytorch, &halved, &probability})
    EXPECT_EQ(parse(*model).layers[0].activation, "gelu");
}

TEST(ReadOnnxActivation, nothing_but_the_exact_gelu_passes_for_gelu) {
  Model tanh_attribute = one_layer(20);
  set_text(tanh_attribute.node("Gelu", {"z"}, "y"), "approximate", "tanh");
  EXPECT_THAT(reason(tanh_attribute), HasSubstr("approximation \"tanh\""));

  Model tanh_by_hand = one_layer();  // starts with z * z
  tanh_by_hand.node("Mul", {"z", "z"}, "y");
  EXPECT_THAT(reason(tanh_by_hand), HasSubstr("tanh approximation of gelu"));

  Model erf_alone = one_layer();
  erf_alone.node("Erf", {"z"}, "y");
  EXPECT_THAT(reason(erf_alone), HasSubstr("(Erf): expected the exact gelu"));

  for (const char* skipped : {"d", "f", "g", "y"}) {  // every step but one
    Model model = with_gelu_constants();
    const auto input = [&](const std::string& name, const std::string& before) {
      return skipped == name ? before : name;
    };
    if (skipped != std::string("d")) model.node("Mul", {"z", "inverse"}, "d");
    model.node("Erf", {input("d", "z")}, "e");
    if (skipped != std::string("f")) model.node("Add", {"e", "one"}, "f");
    if (skipped != std::string("g")) model.node("Mul", {"z", input("f", "e")}, "g");
    if (skipped != std::string("y")) model.node("Mul", {input("g", input("f", "e")), "half"}, "y");
    else model.node("Identity", {"g"}, "y");
    EXPECT_THAT(reason(model), StartsWith("net.onnx, node ")) << skipped;
  }
  for (const float root : {1.4142F, 1.41422F, 1.0F}) {
    Model model = with_gelu_constants();
    model.tensor("other", {}, {root});
    model.node("Div", {"z", "other"}, "d");
    model.node("Erf", {"d"}, "y");
    EXPECT_THAT(reason(model), HasSubstr("another use of Erf"));
  }
}

TEST(ReadOnnxInput, is_shifted_and_scaled_before_the_first_layer_only) {
  Model model({any, 3});
  model.tensor("mean", {3}, {1, 2, 3});
  model.tensor("deviation", {1, 3}, {2, 4, 8});
  model.tensor("W", {3, 2}, {1, 4, 2, 5, 3, 6});
  model.node("Sub", {"x", "mean"}, "u");
  model.node("Div", {"u", "deviation"}, "v");
  model.node("Gemm", {"v", "W"}, "y");

  const DataNetwork network = parse(model);

  EXPECT_THAT(network.input_shift, ElementsAre(1, 2, 3));
  EXPECT_THAT(network.input_scale, ElementsAre(0.5, 0.25, 0.125));
  EXPECT_EQ(network.layers[0].W, W);

  Model late = one_layer();
  late.tensor("c", {}, {2});
  late.node("Mul", {"z", "c"}, "y");
  EXPECT_THAT(reason(late), HasSubstr("(Mul): expected a network that is scaled before its first layer only"));
}

TEST(ReadOnnxInput, takes_one_number_or_one_for_each_channel) {
  Model scalar({any, 3});  // ((1 - x) * 4 - 2) / 0.5 = (x - 0.5) * -8
  scalar.tensor("one", {}, {1});
  scalar.tensor("four", {1}, {4});
  scalar.tensor("two", {1, 1}, {2});
  scalar.tensor("half", {}, {0.5});
  scalar.tensor("W", {3, 2}, {1, 4, 2, 5, 3, 6});
  scalar.node("Sub", {"one", "x"}, "t");
  scalar.node("Mul", {"four", "t"}, "u");
  scalar.node("Sub", {"u", "two"}, "v");
  scalar.node("Div", {"v", "half"}, "w");
  scalar.node("MatMul", {"w", "W"}, "y");
  Model channels({any, 2, 1, 2});  // two channels of 1 x 2 pixels
  channels.tensor("mean", {2, 1, 1}, {1, 2});
  channels.tensor("W", {4, 1}, {1, 2, 3, 4});
  channels.node("Sub", {"x", "mean"}, "u");
  channels.node("Flatten", {"u"}, "v");
  channels.node("Gemm", {"v", "W"}, "y");

  const DataNetwork from_scalars = parse(scalar), from_channels = parse(channels);

  EXPECT_THAT(from_scalars.input_shift, ElementsAre(0.5, 0.5, 0.5));
  EXPECT_THAT(from_scalars.input_scale, ElementsAre(-8, -8, -8));
  EXPECT_THAT(from_channels.input_shift, ElementsAre(1, 1, 2, 2));
  EXPECT_THAT(from_channels.input_scale, IsEmpty());
}

TEST(ReadOnnxInput, is_not_divided_by_zero_nor_shifted_by_what_depends_on_the_sample) {
  Model zero({any, 3});
  zero.tensor("c", {3}, {1, 0, 1});
  zero.node("Div", {"x", "c"}, "y");
  Model scalar_zero({any, 3});
  scalar_zero.tensor("c", {}, {0});
  scalar_zero.node("Mul", {"x", "c"}, "y");
  Model by_sample({4, 3});
  by_sample.tensor("c", {4, 1}, {1, 2, 3, 4});
  by_sample.node("Sub", {"x", "c"}, "y");
  Model grows({any, 1});
  grows.tensor("c", {3}, {1, 2, 3});
  grows.node("Sub", {"x", "c"}, "y");

  EXPECT_THAT(reason(zero), HasSubstr("(Div): expected finite factors other than 0"));
  EXPECT_THAT(reason(scalar_zero), HasSubstr("(Mul): expected a finite factor other than 0"));
  EXPECT_THAT(reason(by_sample), HasSubstr("found one of shape (4, 1)"));
  EXPECT_THAT(reason(grows), HasSubstr("sample of shape (n, 1), found one of shape (3,)"));
}

TEST(ReadOnnxSoftmax, is_recorded_where_it_takes_all_outputs_of_a_sample) {
  for (const char* op : {"Softmax", "LogSoftmax"})
    for (const std::int64_t opset : {11, 13}) {
      Model by_default = one_layer(opset);
      by_default.node(op, {"z"}, "y");
      Model by_axis = one_layer(opset);
      set_integer(by_axis.node(op, {"z"}, "s"), "axis", 1);
      by_axis.node("Identity", {"s"}, "y");

      EXPECT_TRUE(parse(by_default).ends_in_softmax);
      EXPECT_TRUE(parse(by_axis).ends_in_softmax);
    }
  Model over_samples = one_layer();
  set_integer(over_samples.node("Softmax", {"z"}, "y"), "axis", 0);
  Model twice = one_layer();
  twice.node("Softmax", {"z"}, "s");
  twice.node("Softmax", {"s"}, "y");
  Model inside = one_layer();
  inside.node("Softmax", {"z"}, "s");
  inside.node("Relu", {"s"}, "y");

  EXPECT_THAT(reason(over_samples), HasSubstr("(Softmax): expected softmax over all numbers of a sample"));
  EXPECT_THAT(reason(twice), HasSubstr("(Softmax): expected the output behind softmax"));
  EXPECT_THAT(reason(inside), HasSubstr("(Relu): expected the output behind softmax"));
}

TEST(ReadOnnxDropout, is_nothing_in_inference_and_refused_in_training) {
  Model quiet = one_layer();
  quiet.node("Dropout", {"z"}, "y").add_output("mask");
  Model training = one_layer();
  training.integers("on", {1});
  training.node("Dropout", {"z", "", "on"}, "y");
  Model early = one_layer(6);
  early.node("Dropout", {"z"}, "y");
  Model early_test = one_layer(6);
  set_integer(early_test.node("Dropout", {"z"}, "y"), "is_test", 1);

  expect_the_layer(parse(quiet));
  expect_the_layer(parse(early_test));
  EXPECT_THAT(reason(training), HasSubstr("(Dropout): expected dropout as in inference"));
  EXPECT_THAT(reason(early), HasSubstr("(Dropout): expected dropout as in inference"));
}

TEST(ReadOnnx, chains_layers_and_evaluates_as_by_hand) {
  Model model({any, 2});
  model.tensor("W1", {2, 2}, {1, -1, 2, 1});
  model.tensor("b1", {2}, {0, -5});
  model.tensor("W2", {1, 2}, {3, 10});
  set_integer(model.node("Gemm", {"x", "W1", "b1"}, "z1"), "transB", 1);
  model.node("Relu", {"z1"}, "a1");
  set_integer(model.node("Gemm", {"a1", "W2"}, "y"), "transB", 1);

  const DataNetwork network = parse(model);

  // (2, 1): z1 = (1, 0) and relu(0) = 0; (1, 4): z1 = (-3, 1)
  EXPECT_THAT(output(network, {2, 1}), ElementsAre(3));
  EXPECT_THAT(output(network, {1, 4}), ElementsAre(10));
  EXPECT_EQ(network.layers[1].activation, "identity");
}

}  // namespace
}  // namespace nadir
