// Sparse tensors as text: what FROSTT's files hold, and every way to spoil one.
#include "nadir/io/tns.hpp"

#include <gtest/gtest.h>

#include "nadir/base/error.hpp"

namespace nadir {
namespace {

std::string reason(std::string_view text) {
  try {
    parse_tns(text, "x.tns");
  } catch (const InputError& error) {
    return error.what();
  }
  return "no error";
}

TEST(Tns, reads_indices_from_one_values_and_comments) {
  const DataTensor t = parse_tns("# made by hand\n2 1 3 -1e3\n\n 1\t1 1 0.5 # first\r\n1 2 3 4", "x.tns");

  EXPECT_EQ(t.shape, (std::vector<std::int64_t>{2, 2, 3}));
  EXPECT_EQ(t.values, (Vector{0.5, 4.0, -1e3}));  // in C order
  EXPECT_EQ(t.coordinates, (std::vector<SharedVector<std::int32_t>>{{0, 0, 1}, {0, 1, 0}, {0, 2, 2}}));
  EXPECT_TRUE(t.is_sparse());
}

TEST(Tns, takes_one_to_eight_modes_and_stored_zeros) {
  EXPECT_EQ(parse_tns("5 0\n", "x.tns").shape, (std::vector<std::int64_t>{5}));
  EXPECT_EQ(parse_tns("1 2 3 4 5 6 7 8 1.5", "x.tns").num_modes(), 8);
  EXPECT_EQ(parse_tns("2147483647 1 1", "x.tns").shape[0], 2147483647);
}

TEST(Tns, names_the_line_of_what_is_wrong) {
  EXPECT_EQ(reason("1 1 1\n1 2 1 1\n"), "x.tns, line 2: expected 2 indices and a value, found 4 words");
  EXPECT_EQ(reason("1 1 1\n\n# c\n0 2 1\n"), "x.tns, line 4: expected an index from 1 to 2147483647, found \"0\"");
  EXPECT_EQ(reason("1.5 1 1"), "x.tns, line 1: expected an index from 1 to 2147483647, found \"1.5\"");
  EXPECT_EQ(reason("2147483648 1 1"), "x.tns, line 1: expected an index from 1 to 2147483647, found \"2147483648\"");
  EXPECT_EQ(reason("1 1 nan"), "x.tns, line 1: expected a finite number, found \"nan\"");
  EXPECT_EQ(reason("1 1 1e999"), "x.tns, line 1: expected a number in the range of double, found \"1e999\"");
  EXPECT_EQ(reason("1 1 one"), "x.tns, line 1: expected a finite number, found \"one\"");
  EXPECT_EQ(reason("7"), "x.tns, line 1: expected 1 to 8 indices and a value, found 1 words");
  EXPECT_EQ(reason("1 2 3 4 5 6 7 8 9 1"), "x.tns, line 1: expected 1 to 8 indices and a value, found 10 words");
  EXPECT_EQ(reason("2 1 5\n1 1 3\n2 1 4\n"), "x.tns, line 3: expected each place once, found (1, 0) again, after x.tns, line 1");
}

TEST(Tns, refuses_a_file_without_entries) {
  const std::string expected = "x.tns: expected at least one entry: its indices and a value, found none";

  EXPECT_EQ(reason(""), expected);
  EXPECT_EQ(reason("# nothing\n\n"), expected);
}

}  // namespace
}  // namespace nadir
