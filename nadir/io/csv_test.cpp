// Text tables against values read off by eye.
#include "nadir/io/csv.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cmath>
#include <filesystem>
#include <fstream>

#include "nadir/base/error.hpp"

namespace nadir {
namespace {

Array values(std::string_view text, char delimiter = ',') {
  return parse_csv(text, "a.csv", delimiter).values;
}

std::string reason(std::string_view text, char delimiter = ',') {
  try {
    parse_csv(text, "data.csv", delimiter);
  } catch (const InputError& error) {
    return error.what();
  }
  return "no error";
}

const Array two_by_three{{2, 3}, {1, 2.5, -3, 4e2, 0.5, 6}};

TEST(ParseCsv, reads_rows_whatever_ends_their_lines) {
  for (const char* text : {"1,2.5,-3\n4e2,.5,6\n", "1,2.5,-3\r\n4e2,.5,6\r\n", "1,2.5,-3\n4e2,.5,6",
                           "1,2.5,-3\r\n4e2,.5,6\r", "1,2.5,-3\n4e2,.5,6\n\n\r\n\n",
                           "\xef\xbb\xbf"
                           "1,2.5,-3\n4e2,.5,6",
                           " 1 ,  2.5, -3 \n+4E+2,.5,6.", "\"1\",\"2.5\" ,-3\r\n\"4e2\",.5,\"6\"\r\n"})
    EXPECT_EQ(values(text), two_by_three) << text;
}

TEST(ParseCsv, reads_tabs) {
  EXPECT_EQ(values("1\t2.5\t-3\n4e2\t.5\t6\n", '\t'), two_by_three);
  EXPECT_EQ(parse_csv("a,b\tc\n1\t2", "a.tsv", '\t').header, (std::vector<std::string>{"a,b", "c"}));
}

TEST(ParseCsv, takes_a_first_row_without_numbers_for_a_header) {
  const Table table = parse_csv("x,\"y, \"\"quoted\"\"\nand broken\", z \n1,2.5,-3\n4e2,.5,6\n", "a.csv");

  EXPECT_EQ(table.header, (std::vector<std::string>{"x", "y, \"quoted\"\nand broken", "z"}));
  EXPECT_EQ(table.values, two_by_three);
  EXPECT_TRUE(parse_csv("1,2", "a.csv").header.empty());
}

TEST(ParseCsv, a_single_column_and_a_single_number_are_tables) {
  EXPECT_EQ(values("1\n2\n3\n"), (Array{{3, 1}, {1, 2, 3}}));
  EXPECT_EQ(values("7"), (Array{{1, 1}, {7}}));
}

// The shortest decimal of each is Python's repr().
TEST(ParseCsv, rounds_to_the_nearest_double) {
  EXPECT_EQ(values("0.1,5e-324,1.7976931348623157e308,2.2250738585072011e-308").values,
            (Vector{0x1.999999999999ap-4, 0x1p-1074, 0x1.fffffffffffffp1023, 0x0.fffffffffffffp-1022}));
  EXPECT_TRUE(std::signbit(values("-0").values[0]));
}

TEST(ParseCsv, lets_nan_and_infinity_pass_for_the_check_that_all_formats_share) {
  const Array array = values("1,nan\nInf,-INFINITY\n");

  EXPECT_TRUE(std::isnan(array.values[1]));
  EXPECT_TRUE(std::isinf(array.values[2]) && std::isinf(array.values[3]));
  EXPECT_THROW(require_finite(array, "a.csv"), InputError);
}

TEST(ParseCsv, names_line_and_column_of_a_field_that_is_not_a_number) {
  EXPECT_EQ(reason("a,b,c\n1,2,3\n\"4\",5,6\n1,2,3\n1,2,3\n1,2,3\n1,2,abc\n"),
            "data.csv, line 7, column 3: expected a number, found \"abc\"");
  EXPECT_EQ(reason("\"x\ny\"\n1\nz\n"), "data.csv, line 4, column 1: expected a number, found \"z\"");
  EXPECT_EQ(reason("1,2\n3,\n"), "data.csv, line 2, column 2: expected a number, found an empty field");
  EXPECT_EQ(reason("1,2\n3,1e999\n"),
            "data.csv, line 2, column 2: expected a number in the range of double, found \"1e999\"");
  for (const char* bad : {"0x10", "1 2", "1;2", "1e", "--1", "+-1", "++1", "+", "1.2.3", "1,2\x01"})
    EXPECT_NE(reason(std::string("1\n") + bad), "no error") << bad;
}

TEST(ParseCsv, refuses_a_first_row_with_some_numbers) {
  EXPECT_EQ(reason("1,abc,3\n4,5,6\n"),
            "data.csv, line 1, column 2: expected a number, or a header without numbers, found \"abc\"");
  EXPECT_EQ(
      reason(",0,1\n0,5,6\n"),
      "data.csv, line 1, column 1: expected a number, or a header without numbers, found an empty field");
}

TEST(ParseCsv, refuses_ragged_rows_and_blank_lines_between_rows) {
  EXPECT_EQ(reason("1,2\n3\n"), "data.csv, line 2: expected 2 fields, found 1 field");
  EXPECT_EQ(reason("1,2\n3,4,5\n"), "data.csv, line 2: expected 2 fields, found 3 fields");
  EXPECT_EQ(reason("a\n1,2\n"), "data.csv, line 2: expected 1 field, found 2 fields");
  EXPECT_EQ(reason("1,2\n\n3,4\n"), "data.csv, line 2: expected 2 fields, found a blank line");
  EXPECT_EQ(reason("\n1\n"), "data.csv, line 1: expected a header or a row of numbers, found a blank line");
  EXPECT_EQ(reason("1\n\r\n3\n"), "data.csv, line 2: expected 1 field, found a blank line");
}

TEST(ParseCsv, refuses_a_file_without_numbers) {
  EXPECT_EQ(reason(""), "data.csv: expected at least one row of numbers, found an empty file");
  EXPECT_EQ(reason("\n\r\n"), "data.csv: expected at least one row of numbers, found an empty file");
  EXPECT_EQ(reason("a,b\n"), "data.csv: expected at least one row of numbers, found a header alone");
}

TEST(ParseCsv, refuses_broken_quotes) {
  EXPECT_EQ(reason("1,\"2\n3"),
            "data.csv, line 1, column 2: expected a closing quote, found the end of the file");
  EXPECT_EQ(reason("\"1\"2,3"),
            "data.csv, line 1, column 1: expected the end of the field after its quotes, found \"2\"");
}

TEST(ReadCsv, reads_a_file_and_names_a_missing_one) {
  const std::string path = testing::TempDir() + "nadir_csv_test_" + std::to_string(getpid()) + ".csv";
  std::ofstream(path) << "1,2.5,-3\n4e2,.5,6\n";

  EXPECT_EQ(read_csv(path).values, two_by_three);

  std::filesystem::remove(path);
  EXPECT_THROW(read_csv(path), InputError);
}

}  // namespace
}  // namespace nadir
