// Rows agree exactly within their rule, and a claim with one row that is off does not agree.
#include "nadir/driver/reproduce/row.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace nadir {
namespace {

TEST(Reproduction, nothing_measured_reproduces_nothing) { EXPECT_FALSE(Reproduction{}.agrees()); }

TEST(Reproduction, one_row_that_is_off_fails_the_claim) {
  Reproduction result{{equal_row("a", 9, 9), close_row("b", 2.0, 2.0, 0.0)}};
  ASSERT_TRUE(result.agrees());

  result.rows.push_back(equal_row("c", 9, 8));

  EXPECT_FALSE(result.agrees());
}

TEST(PublishedRows, disagree_just_beyond_their_tolerance) {
  EXPECT_TRUE(close_row("", 2.0, 2.0 + 1.9e-6, 1e-6).agrees);
  EXPECT_FALSE(close_row("", 2.0, 2.0 + 2.1e-6, 1e-6).agrees);
  EXPECT_TRUE(at_most_row("", 1e-10, 1e-10).agrees);
  EXPECT_FALSE(at_most_row("", 1e-10, std::nextafter(1e-10, 1)).agrees);
  EXPECT_TRUE(at_least_row("", 1e-3, 1e-3).agrees);
  EXPECT_FALSE(at_least_row("", 1e-3, std::nextafter(1e-3, 0)).agrees);
  EXPECT_TRUE(always_row("", "", 5, 5).agrees);
  EXPECT_FALSE(always_row("", "", 4, 5).agrees);
  EXPECT_FALSE(always_row("", "", 0, 0).agrees) << "a statement that was never tried";
}

TEST(PublishedRows, nan_agrees_with_nothing) {
  const double nan = std::nan("");
  EXPECT_FALSE(close_row("", 2.0, nan, 1e-6).agrees);
  EXPECT_FALSE(at_most_row("", 1.0, nan).agrees);
  EXPECT_FALSE(at_least_row("", 1.0, nan).agrees);
}

TEST(PublishedRows, print_where_an_expectation_comes_from) {
  EXPECT_EQ(equal_row("", 9, 8, "exact count").published, "9 (exact count)");
  EXPECT_EQ(equal_row("", 9, 8).published, "9");
  EXPECT_EQ(equal_row("", 9, 8).measured, "8");
}

}  // namespace
}  // namespace nadir
