// Point files against matrices written down by hand.
#include "nadir/io/point_file.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <limits>

#include "nadir/base/error.hpp"
#include "nadir/io/npz.hpp"

namespace nadir {
namespace {

class PointFile : public testing::Test {
 protected:
  void SetUp() override {
    path_ = testing::TempDir() + "nadir_point_file_test_" + std::to_string(getpid()) + ".npz";
    layout_.add("W1", 2, 3);
    layout_.add("b1", 2, 1);
  }
  void TearDown() override { std::filesystem::remove(path_); }

  std::string reason(const NamedArrays& arrays) {
    write_npz(path_, arrays);
    try {
      read_point(path_, layout_);
    } catch (const InputError& error) {
      return error.what();
    }
    return "no error";
  }

  std::string path_;
  Layout layout_;
  const Array w1_{{2, 3}, {1, 2, 3, 4, 5, 6}};
  const Array b1_{{2, 1}, {7, 8}};
};

TEST_F(PointFile, blocks_are_c_order_in_the_file_and_column_major_in_the_point) {
  write_npz(path_, NamedArrays{{"b1", b1_}, {"W1", w1_}, {"escape/W1", w1_}});

  const Point point = read_point(path_, layout_);

  EXPECT_EQ(point.layout, layout_);
  EXPECT_EQ(point.values, (Vector{1, 4, 2, 5, 3, 6, 7, 8}));
  EXPECT_EQ(point_arrays(point), (NamedArrays{{"W1", w1_}, {"b1", b1_}}));
  EXPECT_EQ(point_arrays(point, escape_prefix)[1].first, "escape/b1");
}

TEST_F(PointFile, without_a_layout_takes_that_of_the_file) {
  write_npz(path_, NamedArrays{{"b1", {{2}, {7, 8}}}, {"escape/b1", b1_}, {"W1", w1_}, {"s", {{}, {9}}}});

  const Point point = read_point(path_);

  EXPECT_EQ(point.layout.num_blocks(), 3u);
  EXPECT_EQ(point.layout[0], (BlockShape{"b1", 2, 1, 0}));
  EXPECT_EQ(point.layout[1], (BlockShape{"W1", 2, 3, 2}));
  EXPECT_EQ(point.values, (Vector{7, 8, 1, 4, 2, 5, 3, 6, 9}));
}

TEST_F(PointFile, a_bias_may_be_one_dimensional_and_a_matrix_may_not) {
  EXPECT_EQ(reason({{"W1", w1_}, {"b1", {{2}, {7, 8}}}}), "no error");
  EXPECT_EQ(reason({{"W1", {{6}, w1_.values}}, {"b1", b1_}}),
            path_ + ":W1: expected shape (2, 3), found (6,)");
}

TEST_F(PointFile, names_the_block_that_does_not_fit) {
  const double nan = std::numeric_limits<double>::quiet_NaN();

  EXPECT_EQ(reason({{"W1", w1_}}), path_ + ": expected an array \"b1\", found \"W1\"");
  EXPECT_EQ(reason({{"W1", {{3, 2}, w1_.values}}, {"b1", b1_}}),
            path_ + ":W1: expected shape (2, 3), found (3, 2), which is the transpose");
  EXPECT_EQ(reason({{"W1", w1_}, {"b1", b1_}, {"W2", w1_}}),
            path_ + ": expected only the blocks W1, b1, found another array \"W2\"");
  EXPECT_EQ(reason({{"W1", w1_}, {"b1", {{2, 1}, {7, nan}}}}),
            path_ + ":b1, row 1, column 0: expected a finite number, found NaN");
}

TEST_F(PointFile, a_file_without_blocks_or_with_empty_ones_is_no_point) {
  write_npz(path_, NamedArrays{{"escape/W1", w1_}});
  EXPECT_THROW(read_point(path_), InputError);

  write_npz(path_, NamedArrays{{"W1", {{0, 3}, {}}}});
  EXPECT_THROW(read_point(path_), InputError);
}

}  // namespace
}  // namespace nadir
