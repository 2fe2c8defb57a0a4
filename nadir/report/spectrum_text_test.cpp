// The table of a spectrum says what the numbers say, also where there is nothing to draw.
#include "nadir/report/spectrum_text.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "nadir/landscape/diagonal_test.hpp"

namespace nadir {
namespace {

using testing::HasSubstr;
using testing::Not;

std::string text_of(const Vector& d, const SpectrumOptions& options = {}) {
  return spectrum_text(examine_spectrum(diagonal::Expanded(d), diagonal::one_block(std::ssize(d)), options));
}

TEST(SpectrumText, shares_a_whole_spectrum_among_its_bins) {
  const std::string text = text_of({-1.0, 0.5, 0.5, 3.0});

  EXPECT_THAT(text, HasSubstr("every eigenvalue was computed"));
  EXPECT_THAT(text, HasSubstr("trace 3\n"));
  EXPECT_THAT(text, HasSubstr("         2.75 ..            3   25.000%  ####################\n"));
  EXPECT_THAT(text, HasSubstr("  + 1e-1 .. 1e0          50.000%  ########################################\n"));
  EXPECT_THAT(text, HasSubstr("  - 1e0 .. 1e1           25.000%  ####################\n"));
  EXPECT_THAT(text, Not(HasSubstr("not established")));
}

TEST(SpectrumText, says_what_was_only_estimated) {
  const std::string text = text_of(diagonal::semicircle(1500, 1.0), {.probes = 3, .steps = 10});

  EXPECT_THAT(text, HasSubstr("none above "));
  EXPECT_THAT(text, HasSubstr("except with probability 0.01"));
  EXPECT_THAT(text, HasSubstr("with confidence 0.99"));
  EXPECT_THAT(text, HasSubstr("not established: eigenvalues between the ends; shares are estimates of 3 probes"));
}

TEST(SpectrumText, draws_nothing_where_there_is_one_value) {
  EXPECT_THAT(text_of(Vector(4, 2.0)), HasSubstr("every eigenvalue found is 2\n"));
  EXPECT_THAT(text_of(Vector(4, 0.0)), HasSubstr("every eigenvalue found is 0\n"));
}

}  // namespace
}  // namespace nadir
