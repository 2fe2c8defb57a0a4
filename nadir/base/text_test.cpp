// Text that programs read back, by hand.
#include "nadir/base/text.hpp"

#include <gtest/gtest.h>

namespace nadir {
namespace {

TEST(ShortestText, reads_back_as_the_same_double) {
  for (const double x : {0.1, 1.0 / 3.0, -2.5e-308, 1e300}) EXPECT_EQ(std::stod(shortest_text(x)), x);
  EXPECT_EQ(shortest_text(0.1), "0.1");
}

TEST(CsvField, is_quoted_exactly_where_a_reader_would_cut_trim_or_lose_it) {
  EXPECT_EQ(csv_field("Alien 3"), "Alien 3");
  EXPECT_EQ(csv_field("Good, Bad"), "\"Good, Bad\"");
  EXPECT_EQ(csv_field("6\" tall"), "\"6\"\" tall\"");
  EXPECT_EQ(csv_field(" a"), "\" a\"");
  EXPECT_EQ(csv_field(""), "\"\"");
}

}  // namespace
}  // namespace nadir
