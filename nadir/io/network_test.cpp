// Networks by name in .npz files, and networks as the value of an option.
#include "nadir/io/network.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <limits>

#include "nadir/base/error.hpp"
#include "nadir/base/hash.hpp"
#include "nadir/io/data_files.hpp"
#include "nadir/io/npz.hpp"
#include "nadir/io/onnx_models_test.hpp"

namespace nadir {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Pair;

class NetworkFile : public testing::Test {
 protected:
  NetworkFile() { std::filesystem::create_directories(folder_); }
  ~NetworkFile() override { std::filesystem::remove_all(folder_); }
  std::string path(const std::string& name) const { return folder_ + "/" + name; }

  std::string reason(const NamedArrays& arrays) const {
    write_npz(path("net.npz"), arrays);
    try {
      read_network(path("net.npz"));
    } catch (const InputError& error) {
      return error.what();
    }
    return "no error";
  }

 private:
  std::string folder_ = testing::TempDir() + "nadir_network_test_" + std::to_string(getpid());
};

const Array W1{{2, 3}, {1, 2, 3, 4, 5, 6}}, b1{{2}, {7, 8}}, W2{{1, 2}, {9, 10}};

TEST_F(NetworkFile, in_npz_has_its_layers_by_number_whatever_the_order) {
  write_npz(path("net.npz"), NamedArrays{{"W2", W2}, {"escape/W1", W1}, {"b1", Array{{2, 1}, {7, 8}}}, {"W1", W1}});

  const DataNetwork network = read_network(path("net.npz"));

  ASSERT_EQ(network.layers.size(), 2U);
  EXPECT_EQ(network.layers[0].W, Matrix::from_rows({{1, 2, 3}, {4, 5, 6}}));
  EXPECT_THAT(network.layers[0].b, ElementsAre(7, 8));
  EXPECT_EQ(network.layers[1].W, Matrix::from_rows({{9, 10}}));
  EXPECT_THAT(network.layers[1].b, IsEmpty());
  for (const DenseLayer& layer : network.layers) EXPECT_EQ(layer.activation, "");
  EXPECT_EQ(network.path, path("net.npz"));
}

TEST_F(NetworkFile, in_npz_may_have_more_than_nine_layers) {
  NamedArrays arrays;
  for (int k = 1; k <= 12; ++k) arrays.emplace_back("W" + std::to_string(k), Array{{1, 1}, {1.0 * k}});
  write_npz(path("net.npz"), arrays);

  const DataNetwork network = read_npz_network(path("net.npz"));

  ASSERT_EQ(network.layers.size(), 12U);
  EXPECT_EQ(network.layers[11].W(0, 0), 12);
}

TEST_F(NetworkFile, in_npz_is_refused_where_blocks_are_missing_or_do_not_fit) {
  const double nan = std::numeric_limits<double>::quiet_NaN();

  EXPECT_THAT(reason({{"b1", b1}}), HasSubstr("net.npz: expected arrays W1, b1, W2, b2, ... without a gap, found \"b1\""));
  EXPECT_THAT(reason({{"W1", W1}, {"W3", W2}}), HasSubstr("without a gap, found \"W3\""));
  EXPECT_THAT(reason({{"W1", W1}, {"b2", b1}}), HasSubstr("without a gap, found \"b2\""));
  EXPECT_THAT(reason({{"W1", W1}, {"W01", W1}}), HasSubstr("without a gap, found \"W01\""));
  EXPECT_THAT(reason({{"W1", W1}, {"scale", b1}}), HasSubstr("without a gap, found \"scale\""));
  EXPECT_THAT(reason({{"escape/W1", W1}}), HasSubstr("found none"));
  EXPECT_THAT(reason({{"W1", W1}, {"W2", W1}}), HasSubstr("net.npz:W2: expected 2 columns"));
  EXPECT_THAT(reason({{"W1", W1}, {"b1", W2}, {"W2", W2}}), HasSubstr("no error"));  // (1, 2) is a row of two
  EXPECT_THAT(reason({{"W1", W1}, {"b1", Array{{3}, {1, 2, 3}}}}), HasSubstr("net.npz:b1: expected shape (2,)"));
  EXPECT_THAT(reason({{"W1", W1}, {"b1", Array{{2, 0}, {}}}}), HasSubstr("net.npz:b1: expected shape (2,)"));
  EXPECT_THAT(reason({{"W1", Array{{3}, {1, 2, 3}}}}), HasSubstr("net.npz:W1: expected a matrix"));
  EXPECT_THAT(reason({{"W1", Array{{0, 3}, {}}}}), HasSubstr("net.npz:W1: expected a matrix"));
  EXPECT_THAT(reason({{"W1", Array{{1, 2}, {1, nan}}}}), HasSubstr("net.npz:W1"));
  EXPECT_THAT(reason({{"W1", W1}, {"b1", Array{{2}, {1, nan}}}}), HasSubstr("net.npz:b1"));
}

TEST_F(NetworkFile, is_known_by_its_ending) {
  EXPECT_THROW(read_network(path("net.pt")), InputError);
  EXPECT_THROW(read_network(path("missing.onnx")), InputError);
  EXPECT_THROW(read_network(path("missing.npz")), InputError);
}

TEST_F(NetworkFile, is_loaded_as_the_value_of_an_option) {
  onnx_models::Model model({-1, 3});
  model.tensor("W", {3, 2}, {1, 4, 2, 5, 3, 6});
  model.tensor("b", {2}, {7, 8});
  model.node("Gemm", {"x", "W", "b"}, "z");
  model.node("Tanh", {"z"}, "y");
  const std::string bytes = model.bytes();
  std::ofstream(path("net.onnx"), std::ios::binary) << bytes;
  DataNetwork network;
  network.path = path("net.onnx");
  const OptionList rows = {option("model", network, "the trained network")};

  load_data(rows);

  EXPECT_EQ(network.path, path("net.onnx"));
  EXPECT_EQ(network.sha256, sha256_hex(bytes));
  ASSERT_EQ(network.layers.size(), 1U);
  EXPECT_EQ(network.layers[0].activation, "tanh");
  EXPECT_THAT(data_shapes(rows[0]), ElementsAre(Pair("W1", ElementsAre(2, 3)), Pair("b1", ElementsAre(2))));
}

}  // namespace
}  // namespace nadir
