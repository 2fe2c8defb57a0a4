// Networks that others trained and exported. The files are not part of the project: skipped where ../shared/data is
// absent. Expected outputs come from NumPy: each graph evaluated node by node in float64, with Python's onnx for
// the weights.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <ostream>

#include "nadir/base/error.hpp"
#include "nadir/io/load_array.hpp"
#include "nadir/io/onnx.hpp"
#include "nadir/io/onnx_models_test.hpp"

namespace nadir {
namespace {

using onnx_models::output;
using testing::HasSubstr;

const std::string folder = NADIR_SHARED_DATA;

bool is_missing(const std::string& name) { return !std::filesystem::exists(folder + "/" + name); }

#define NADIR_NEED(name) \
  if (is_missing(name)) GTEST_SKIP() << "../shared/data/" << name << " is not here"

struct Expected {
  std::string file;
  Vector output;
};

void PrintTo(const Expected& e, std::ostream* out) { *out << e.file; }

const std::vector<Expected> expected = {
    {"onnx-acasxu/ACASXU_run2a_1_1_batch_2000.onnx", {0.1141106451, 0.1120171775, 0.1127639036, 0.08993387518,
     0.09637883506}},
    {"onnx-acasxu/ACASXU_run2a_1_2_batch_2000.onnx", {0.07540363319, 0.07074966044, 0.1227785552, 0.01431494936,
     0.1215228068}},
    {"onnx-acasxu/ACASXU_run2a_1_3_batch_2000.onnx", {0.04540630726, 0.05939269366, 0.0603517159,
     0.009614049261, 0.03055830847}},
    {"onnx-acasxu/ACASXU_run2a_1_4_batch_2000.onnx", {0.007654681103, 0.01462189101, 0.006804074826,
     -0.006376791556, -0.007939592424}},
    {"onnx-acasxu/ACASXU_run2a_1_5_batch_2000.onnx", {0.003107412788, 0.004206174354, -0.001522893144,
     -0.004515748764, -0.0123619281}},
    {"onnx-acasxu/ACASXU_run2a_1_6_batch_2000.onnx", {-0.01136682126, -0.01840282095, -0.01694256669,
     -0.0160340245, -0.01599011319}},
    {"onnx-acasxu/ACASXU_run2a_1_7_batch_2000.onnx", {-0.01786773032, -0.01697456461, -0.01776245833,
     -0.01562782849, -0.01608177727}},
    {"onnx-acasxu/ACASXU_run2a_1_8_batch_2000.onnx", {-0.01973995551, -0.01759245053, -0.01822906822,
     -0.01714542554, -0.01756654947}},
    {"onnx-acasxu/ACASXU_run2a_1_9_batch_2000.onnx", {-0.0196553716, -0.01857379904, -0.01864361918,
     -0.01825016718, -0.01834450898}},
    {"onnx-marabou/fc1.onnx", {0.887697104, 0.3255650183}},
    {"onnx-marabou/mnist2x10.onnx", {-8.040000459, 1.453275732, 12.42524883, 6.243642244, -7.06219578,
     -9.493547938, 1.306927279, 2.737798708, 1.826504715, -14.56336956}},
    {"onnx-marabou/mnist5x20_leaky_relu.onnx", {-5.393466173, -2.39488797, -1.919923486, 13.87189836,
     -4.255257321, 2.697347747, -5.975014243, 0.182634442, 0.3365465606, 0.1514370124}},
    {"onnx-vnncomp/mnist-net_256x2.onnx", {-0.02075744024, -0.01396687482, 0.02533838241, -0.01291304004,
     -0.006130543003, -0.002230052133, 0.003266053799, -0.006450671613, 0.9946978988, -0.005335510865}},
};

// ACAS Xu: (-0.3035, -0.0095, 0, 0.5, 0.5), in the region that its second property is about. Others: x_i = (7 i mod
// 11) / 10 for i = 0, 1, ...
Vector input_for(const Expected& network, std::size_t width) {
  if (network.file.starts_with("onnx-acasxu")) return {-0.3035, -0.0095, 0, 0.5, 0.5};
  Vector x(width);
  for (std::size_t i = 0; i < width; ++i) x[i] = static_cast<double>(7 * i % 11) / 10;
  return x;
}

class TrainedNetwork : public testing::TestWithParam<Expected> {};

TEST_P(TrainedNetwork, computes_what_its_file_says) {
  NADIR_NEED(GetParam().file);
  const DataNetwork network = read_onnx(folder + "/" + GetParam().file);

  const Vector y = output(network, input_for(GetParam(), static_cast<std::size_t>(network.layers[0].W.cols())));

  ASSERT_EQ(y.size(), GetParam().output.size());
  for (std::size_t i = 0; i < y.size(); ++i)
    EXPECT_NEAR(y[i], GetParam().output[i], 1e-9 * (1 + std::fabs(GetParam().output[i])));
}

std::string name_of(const testing::TestParamInfo<Expected>& info) {
  std::string name = std::filesystem::path(info.param.file).stem().string();
  std::replace_if(name.begin(), name.end(), [](char c) { return std::isalnum(static_cast<unsigned char>(c)) == 0; }, '_');
  return name;
}

INSTANTIATE_TEST_SUITE_P(Onnx, TrainedNetwork, testing::ValuesIn(expected), name_of);

TEST(TrainedNetworks, with_convolutions_are_refused_by_name) {
  for (const std::string name : {"onnx-marabou/cnn_max_mninst2.onnx", "onnx-marabou/KJ_TinyTaxiNet.onnx"}) {
    NADIR_NEED(name);
    try {
      read_onnx(folder + "/" + name);
      ADD_FAILURE() << name;
    } catch (const InputError& error) {
      EXPECT_THAT(error.what(), HasSubstr("(Conv): expected an operator of a dense network"));
    }
  }
}

// 0.9808 is what its authors say (mnistfc-readme.md): 9808 of 10000.
TEST(TrainedNetworks, read_handwritten_digits_as_their_authors_say) {
  NADIR_NEED("onnx-vnncomp/mnist-net_256x2.onnx");
  NADIR_NEED("mnist/t10k-images-idx3-ubyte.gz");
  const DataNetwork network = read_onnx(folder + "/onnx-vnncomp/mnist-net_256x2.onnx");
  const Array images = load_array(folder + "/mnist/t10k-images-idx3-ubyte.gz");
  const Array labels = load_array(folder + "/mnist/t10k-labels-idx1-ubyte.gz");
  constexpr std::size_t pixels = 784;

  int num_right = 0;
  for (std::size_t k = 0; k < labels.values.size(); ++k) {
    const auto first = images.values.begin() + static_cast<std::ptrdiff_t>(k * pixels);
    Vector x(first, first + static_cast<std::ptrdiff_t>(pixels));
    for (double& value : x) value /= 255;
    const Vector y = output(network, std::move(x));
    num_right += std::max_element(y.begin(), y.end()) - y.begin() == static_cast<std::ptrdiff_t>(labels.values[k]);
  }

  EXPECT_EQ(num_right, 9808);
}

}  // namespace
}  // namespace nadir
