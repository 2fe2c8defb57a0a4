// The numbers of ONNX tensors, from every place where they may lie, and those that must not be believed.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <limits>

#include "nadir/base/error.hpp"
#include "nadir/io/onnx.hpp"
#include "nadir/io/onnx_models_test.hpp"

namespace nadir {
namespace {

using namespace onnx_models;
using testing::ElementsAre;
using testing::HasSubstr;

// y = x W with W = (1, 2): each test says where the two numbers lie.
struct Weights {
  Model model{{-1, 2}};
  onnx::TensorProto& W = *model.graph().add_initializer();

  Weights() {
    W.set_name("W");
    W.add_dims(2);
    W.add_dims(1);
    W.set_data_type(onnx::TensorProto::FLOAT);
    model.node("MatMul", {"x", "W"}, "y");
  }
};

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

template <class T>
std::string raw(const std::vector<T>& values) {
  return {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T)};
}

const Matrix expected = Matrix::from_rows({{1, 2}});

TEST(OnnxTensor, holds_its_numbers_as_bytes_or_in_the_field_of_its_type) {
  Weights floats, doubles, raw_floats, raw_doubles;
  for (const float x : {1.0F, 2.0F}) floats.W.add_float_data(x);
  for (const double x : {1.0, 2.0}) doubles.W.add_double_data(x);
  doubles.W.set_data_type(onnx::TensorProto::DOUBLE);
  raw_floats.W.set_raw_data(raw<float>({1, 2}));
  raw_doubles.W.set_raw_data(raw<double>({1, 2}));
  raw_doubles.W.set_data_type(onnx::TensorProto::DOUBLE);

  for (const Weights* weights : {&floats, &doubles, &raw_floats, &raw_doubles})
    EXPECT_EQ(parse(weights->model).layers[0].W, expected);
}

TEST(OnnxTensor, keeps_doubles_and_floats_exactly) {
  Weights doubles, floats;
  doubles.W.set_data_type(onnx::TensorProto::DOUBLE);
  doubles.W.set_raw_data(raw<double>({0.1, 5e-324}));
  floats.W.set_raw_data(raw<float>({0.1F, 1e-45F}));

  EXPECT_THAT(parse(doubles.model).layers[0].W.flat(), ElementsAre(0.1, 5e-324));
  EXPECT_THAT(parse(floats.model).layers[0].W.flat(),
              ElementsAre(static_cast<double>(0.1F), static_cast<double>(1e-45F)));
}

TEST(OnnxTensor, is_refused_where_its_size_is_not_what_its_dimensions_say) {
  Weights short_bytes, long_bytes, few, many, none;
  short_bytes.W.set_raw_data(raw<float>({1}));
  long_bytes.W.set_raw_data(raw<float>({1, 2, 3}));
  few.W.add_float_data(1);
  for (const float x : {1.0F, 2.0F, 3.0F}) many.W.add_float_data(x);

  EXPECT_THAT(reason(short_bytes.model), HasSubstr("net.onnx, initializer \"W\": expected 8 bytes"));
  EXPECT_THAT(reason(long_bytes.model), HasSubstr("expected 8 bytes"));
  EXPECT_THAT(reason(few.model), HasSubstr("expected 2 numbers, as its dimensions say, found 1"));
  EXPECT_THAT(reason(many.model), HasSubstr("found 3"));
  EXPECT_THAT(reason(none.model), HasSubstr("found 0"));
}

TEST(OnnxTensor, claims_of_any_size_cost_nothing) {
  constexpr std::int64_t huge = std::numeric_limits<std::int64_t>::max();
  const std::vector<Dims> claims = {{huge, 1}, {huge, huge}, {1LL << 40, 1}, {1LL << 30, 1LL << 31}, {-1, 2}, {-2, -1}};
  for (const Dims& dims : claims) {
    Weights weights;
    weights.W.clear_dims();
    for (const std::int64_t dim : dims) weights.W.add_dims(dim);
    weights.W.set_raw_data(raw<float>({1, 2}));

    EXPECT_THAT(reason(weights.model), HasSubstr("net.onnx, initializer \"W\": expected"));
  }
  Weights empty;  // no number at all, and a layer of any width
  empty.W.set_dims(0, 0);
  empty.W.set_dims(1, 1LL << 40);
  EXPECT_THAT(reason(empty.model), HasSubstr("expected a matrix of weights"));

  Model wide({-1, 1LL << 50});  // a shift that would have to be as wide as the input
  wide.tensor("c", {1}, {1});
  wide.tensor("W", {2, 1}, {1, 2});
  wide.node("Sub", {"x", "c"}, "u");
  wide.node("MatMul", {"u", "W"}, "y");
  EXPECT_THAT(reason(wide), HasSubstr("expected weights for 1125899906842624 numbers, found shape (2, 1)"));

  Model channels({-1, 2, 1LL << 50});
  channels.tensor("c", {2, 1}, {1, 2});
  channels.node("Sub", {"x", "c"}, "y");
  EXPECT_THAT(reason(channels), HasSubstr("(Sub): expected a constant for each number"));
}

TEST(OnnxTensor, is_refused_with_types_that_are_not_read) {
  const struct {
    onnx::TensorProto::DataType type;
    const char* name;
  } cases[] = {{onnx::TensorProto::FLOAT16, "FLOAT16"}, {onnx::TensorProto::BFLOAT16, "BFLOAT16"},
               {onnx::TensorProto::STRING, "STRING"},   {onnx::TensorProto::COMPLEX64, "COMPLEX64"},
               {onnx::TensorProto::UNDEFINED, "UNDEFINED"}};
  for (const auto& c : cases) {
    Weights weights;
    weights.W.set_data_type(c.type);
    weights.W.set_raw_data(std::string(4, '\0'));

    EXPECT_THAT(reason(weights.model), HasSubstr(std::string("(convert the model to FLOAT), found ") + c.name));
  }
  Weights unknown;
  unknown.W.set_data_type(99);
  EXPECT_THAT(reason(unknown.model), HasSubstr("found type 99"));
}

TEST(OnnxTensor, is_refused_with_nan_or_infinity) {
  for (const float bad : {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()}) {
    Weights bytes, field;
    bytes.W.set_raw_data(raw<float>({1, bad}));
    field.W.add_float_data(bad);
    field.W.add_float_data(1);

    EXPECT_THAT(reason(bytes.model), HasSubstr("initializer \"W\""));
    EXPECT_THAT(reason(field.model), HasSubstr("initializer \"W\""));
  }
}

TEST(OnnxTensor, of_integers_is_exact_or_refused) {
  for (const std::int64_t bad : {std::int64_t{1} << 53, std::numeric_limits<std::int64_t>::min()}) {
    Model field({-1, 2}), bytes({-1, 2});
    field.integers("c", {bad});
    auto& tensor = *bytes.graph().add_initializer();
    tensor.set_name("c");
    tensor.set_data_type(onnx::TensorProto::INT64);
    tensor.add_dims(1);
    tensor.set_raw_data(raw<std::int64_t>({bad}));
    for (Model* model : {&field, &bytes}) model->node("Relu", {"x"}, "y");

    EXPECT_THAT(reason(field), HasSubstr("2^53"));
    EXPECT_THAT(reason(bytes), HasSubstr("2^53"));
  }
}

TEST(OnnxConstant, may_be_a_node_and_pass_through_others_before_it_is_used) {
  Model model({-1, 2});
  auto& constant = model.node("Constant", {}, "c");  // (2, 1) of doubles as (1, 1, 2, 1) of floats
  auto& value = *constant.add_attribute();
  value.set_name("value");
  value.set_type(onnx::AttributeProto::TENSOR);
  fill(*value.mutable_t(), {1, 1, 2, 1}, {1, 2});
  model.integers("axes", {0, 1});
  model.integers("dims", {-1, 2});
  set_integer(model.node("Cast", {"c"}, "double"), "to", onnx::TensorProto::DOUBLE);
  model.node("Squeeze", {"double", "axes"}, "column");
  set_integers(model.node("Transpose", {"column"}, "row"), "perm", {1, 0});
  model.node("Identity", {"row"}, "same");
  model.node("Reshape", {"same", "dims"}, "again");
  set_integer(model.node("Flatten", {"again"}, "flat"), "axis", 0);
  set_integer(model.node("Gemm", {"x", "flat"}, "y"), "transB", 1);

  EXPECT_EQ(parse(model).layers[0].W, expected);
}

TEST(OnnxConstant, is_transposed_in_any_number_of_dimensions) {
  Model model({-1, 3});  // (3, 1, 2), from (2, 3, 1) by perm (1, 2, 0): rows (1, 4), (2, 5), (3, 6)
  model.tensor("W", {2, 3, 1}, {1, 2, 3, 4, 5, 6});
  set_integers(model.node("Transpose", {"W"}, "T"), "perm", {1, 2, 0});
  model.integers("axes", {1});
  model.node("Squeeze", {"T", "axes"}, "M");
  model.node("MatMul", {"x", "M"}, "y");

  EXPECT_EQ(parse(model).layers[0].W, Matrix::from_rows({{1, 2, 3}, {4, 5, 6}}));
}

TEST(OnnxConstant, is_not_copied_without_end) {
  Model model({-1, 2});
  model.tensor("W0", {1000, 100}, std::vector<float>(100000, 1.0F));
  for (int k = 0; k < 20; ++k)
    set_integers(model.node("Transpose", {"W" + std::to_string(k)}, "W" + std::to_string(k + 1)), "perm", {1, 0});

  EXPECT_THAT(reason(model), HasSubstr("(Transpose): expected constants that are used as they are, found too many"));
}

// Files in a folder of their own.
class OnnxExternalData : public testing::Test {
 protected:
  OnnxExternalData() {
    std::filesystem::create_directories(folder_ + "/sub");
    write("sub/weights.bin", "12345678" + raw<float>({1, 2}) + "tail");
    write("exact.bin", raw<float>({1, 2}));
  }
  ~OnnxExternalData() override { std::filesystem::remove_all(folder_); }

  void write(const std::string& name, const std::string& bytes) const {
    std::ofstream(folder_ + "/" + name, std::ios::binary) << bytes;
  }

  // A model whose weights lie in a file.
  static Weights stored(const std::string& location, const std::string& offset = "", const std::string& length = "") {
    Weights weights;
    weights.W.set_data_location(onnx::TensorProto::EXTERNAL);
    const auto add = [&weights](const std::string& key, const std::string& value) {
      auto& entry = *weights.W.add_external_data();
      entry.set_key(key);
      entry.set_value(value);
    };
    add("location", location);
    if (!offset.empty()) add("offset", offset);
    if (!length.empty()) add("length", length);
    return weights;
  }

  DataNetwork read(const Weights& weights) const {
    write("net.onnx", weights.model.bytes());
    return read_onnx(folder_ + "/net.onnx");
  }

  std::string reason_of(const Weights& weights) const {
    try {
      read(weights);
    } catch (const InputError& error) {
      return error.what();
    }
    return "no error";
  }

  std::string folder_ = testing::TempDir() + "nadir_onnx_test_" + std::to_string(getpid());
};

TEST_F(OnnxExternalData, lies_beside_the_model_at_its_offset) {
  EXPECT_EQ(read(stored("sub/weights.bin", "8", "8")).layers[0].W, expected);
  EXPECT_EQ(read(stored("exact.bin")).layers[0].W, expected);
}

TEST_F(OnnxExternalData, is_named_when_it_is_missing_or_of_another_size) {
  EXPECT_THAT(reason_of(stored("missing.bin")), testing::AllOf(HasSubstr("initializer \"W\", external data "),
                                                               HasSubstr("/missing.bin: expected a file that can be read")));
  EXPECT_THAT(reason_of(stored("sub")), HasSubstr("expected a regular file"));
  EXPECT_THAT(reason_of(stored("exact.bin", "4")), HasSubstr("expected 8 bytes"));
  EXPECT_THAT(reason_of(stored("sub/weights.bin", "8")), HasSubstr("expected 8 bytes"));
  EXPECT_THAT(reason_of(stored("exact.bin", "0", "9")), HasSubstr("9 bytes from byte 0 on, found a file of 8 bytes"));
  EXPECT_THAT(reason_of(stored("exact.bin", "9")), HasSubstr("found a file of 8 bytes"));
  EXPECT_THAT(reason_of(stored("exact.bin", "18446744073709551615", "8")), HasSubstr("found a file of 8 bytes"));
  for (const char* bad : {"-8", "8 ", "x", "18446744073709551616"})
    EXPECT_THAT(reason_of(stored("exact.bin", bad)), HasSubstr("as the offset of its external data"));
}

// Its fingerprint is that of the model's file alone: the weights are kept with a run as its point, a scaling is not.
TEST_F(OnnxExternalData, holds_weights_but_no_scaling_of_the_input) {
  Weights shifted = stored("exact.bin");
  shifted.W.set_name("mean");
  shifted.W.set_dims(0, 1);
  shifted.W.set_dims(1, 2);
  auto& sub = *shifted.model.graph().mutable_node(0);
  sub.set_op_type("Sub");
  sub.set_input(1, "same");
  sub.set_output(0, "u");
  shifted.model.node("Identity", {"mean"}, "same");
  shifted.model.graph().mutable_node()->SwapElements(0, 1);
  shifted.model.tensor("V", {2, 1}, {1, 2});
  shifted.model.node("MatMul", {"u", "V"}, "y");
  Weights biased = stored("exact.bin");
  biased.W.set_dims(0, 1);
  biased.W.set_dims(1, 2);
  biased.model.graph().mutable_node(0)->set_output(0, "z");
  biased.model.graph().mutable_node(0)->set_input(1, "V");
  biased.model.tensor("V", {2, 2}, {1, 2, 3, 4});
  biased.model.node("Add", {"z", "W"}, "y");

  EXPECT_THAT(reason_of(shifted), HasSubstr("(Sub): expected the scaling of the input in the model itself"));
  EXPECT_THAT(read(biased).layers[0].b, ElementsAre(1, 2));
}

TEST_F(OnnxExternalData, is_never_read_from_outside_the_model_s_folder) {
  for (const std::string& bad : {std::string(), std::string("../x"), std::string("sub/../../x"), folder_ + "/exact.bin",
                                 std::string("exact.bin\0x", 11)})
    EXPECT_THAT(reason_of(stored(bad)), HasSubstr("expected external data in a file beside the model"));
  EXPECT_THAT(reason(stored("exact.bin").model), HasSubstr("found external data"));  // from memory
}

}  // namespace
}  // namespace nadir
