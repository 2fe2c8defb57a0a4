// Colours: that lightness tells values apart, for every eye and in grey print.
#include "nadir/figure/palette.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace nadir::figures {
namespace {

TEST(MapColour, grows_lighter_with_the_value_and_evenly_so) {
  double last = lightness(map_colour(0.0)), least = 100.0, most = 0.0;
  for (int k = 1; k <= 200; ++k) {
    const double next = lightness(map_colour(k / 200.0));
    least = std::min(least, next - last);
    most = std::max(most, next - last);
    last = next;
  }

  EXPECT_GT(least, 0.0);
  EXPECT_LT(most, 3 * least);
  EXPECT_GT(lightness(map_colour(1.0)) - lightness(map_colour(0.0)), 70.0);
}

TEST(MapColour, takes_what_lies_beyond_to_the_ends_and_undefined_to_grey) {
  EXPECT_EQ(map_colour(-3.0), map_colour(0.0));
  EXPECT_EQ(map_colour(7.0), map_colour(1.0));
  EXPECT_EQ(map_colour(std::nan("")), no_value);
}

TEST(SignedColour, grows_darker_away_from_zero_and_equally_on_both_sides) {
  for (int k = 1; k <= 50; ++k) {
    const double t = k / 50.0, before = (k - 1) / 50.0;
    EXPECT_LT(lightness(signed_colour(t)), lightness(signed_colour(before)));
    EXPECT_LT(lightness(signed_colour(-t)), lightness(signed_colour(-before)));
    EXPECT_NEAR(lightness(signed_colour(t)), lightness(signed_colour(-t)), 1.5);
  }
  EXPECT_GT(lightness(signed_colour(0.0)), 95.0);
  EXPECT_GT(signed_colour(-1.0).blue, signed_colour(-1.0).red + 0.3);
  EXPECT_GT(signed_colour(1.0).red, signed_colour(1.0).blue + 0.2);
}

TEST(LineColour, is_never_repeated_with_the_same_dashes_among_many_lines) {
  for (std::size_t a = 0; a < 28; ++a)
    for (std::size_t b = 0; b < a; ++b) EXPECT_FALSE(line_colour(a) == line_colour(b) && line_dashes(a) == line_dashes(b)) << a << " " << b;
}

// Black, white and the middle grey of CIE 1976, whose L* is 53.585 (sRGB 128).
TEST(Lightness, is_that_of_cie_1976) {
  EXPECT_NEAR(lightness(black), 0.0, 1e-9);
  EXPECT_NEAR(lightness(white), 100.0, 1e-3);
  EXPECT_NEAR(lightness({128 / 255.0, 128 / 255.0, 128 / 255.0, 1.0}), 53.585, 1e-3);
}

}  // namespace
}  // namespace nadir::figures
