// Labels as they come in, and numbers as they are printed; the oracle is the text a person would write.
#include "nadir/figure/rich_text.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace nadir::figures {
namespace {

TEST(PlainText, keeps_every_script_and_replaces_what_xml_forbids) {
  EXPECT_EQ(plain_text("a<b & c > \"d\""), "a<b & c > \"d\"");
  EXPECT_EQ(plain_text("\u05d0\u05d1\u05d2 \u0645\u0631\u062d \u6f22 \U0001f600"), "\u05d0\u05d1\u05d2 \u0645\u0631\u062d \u6f22 \U0001f600");
  EXPECT_EQ(plain_text(std::string("a\0b\x1b[31m", 7)), "a\ufffdb\ufffd[31");
  EXPECT_EQ(plain_text("one\ntwo\tthree"), "one two three");
  EXPECT_EQ(plain_text("\ufffe"), "\ufffd");
}

TEST(PlainText, makes_bytes_that_are_no_utf8_visible_and_loses_nothing_behind_them) {
  EXPECT_EQ(plain_text("\xff" "a"), "\ufffda");
  EXPECT_EQ(plain_text("\xc3"), "\ufffd");                          // cut off
  EXPECT_EQ(plain_text("\xc0\xaf"), "\ufffd\ufffd");                // overlong
  EXPECT_EQ(plain_text("\xed\xa0\x80"), "\ufffd\ufffd\ufffd");      // a surrogate
  EXPECT_EQ(plain_text("\xf4\x90\x80\x80z"), "\ufffd\ufffd\ufffd\ufffdz");  // beyond the last code point
}

TEST(PlainText, has_no_marks_that_turn_the_direction_round) {
  EXPECT_EQ(plain_text("a\u202eb\u2066c\u2069"), "abc");
}

TEST(RichText, keeps_what_follows_a_label_from_being_turned_round_and_leaves_others_alone) {
  EXPECT_EQ(RichText::isolated("\u05d0\u05d1").add(" (1)").plain(), "\u2068\u05d0\u05d1\u2069 (1)");
  EXPECT_EQ(RichText::isolated("point").add(" (1)").plain(), "point (1)");
}

TEST(Shortened, counts_characters_not_bytes_and_ends_in_an_ellipsis) {
  EXPECT_EQ(shortened("\u00e4\u00f6\u00fc", 3), "\u00e4\u00f6\u00fc");
  EXPECT_EQ(shortened("\u00e4\u00f6\u00fc\u00df", 3), "\u00e4\u00f6\u2026");
  EXPECT_EQ(shortened("abc", 1), "\u2026");
}

TEST(NumberText, writes_numbers_as_papers_do) {
  EXPECT_EQ(number_text(0.0).plain(), "0");
  EXPECT_EQ(number_text(0.25).plain(), "0.25");
  EXPECT_EQ(number_text(-3.0).plain(), "\u22123");
  EXPECT_EQ(number_text(12345.6).plain(), "12346");
  EXPECT_EQ(number_text(0.99996, 4).plain(), "1");
  EXPECT_EQ(number_text(1.5e-7), RichText("1.5\u2009\u00d7\u200910").add_raised("\u22127"));
  EXPECT_EQ(number_text(1e300), RichText("10").add_raised("300"));
  EXPECT_EQ(number_text(-1e-300), RichText("\u22121\u2009\u00d7\u200910").add_raised("\u2212300"));
  EXPECT_EQ(number_text(std::numeric_limits<double>::infinity()).plain(), "\u221e");
  EXPECT_EQ(number_text(std::nan("")).plain(), "undefined");
}

TEST(DecimalText, holds_every_digit_of_whole_units) {
  EXPECT_EQ(decimal_text(-25, 1), "\u22122.5");
  EXPECT_EQ(decimal_text(7, 3), "0.007");
  EXPECT_EQ(decimal_text(0, 2), "0.00");
  EXPECT_EQ(decimal_text(1200, 0), "1200");
}

}  // namespace
}  // namespace nadir::figures
