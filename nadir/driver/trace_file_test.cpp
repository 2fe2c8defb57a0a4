// trace.csv there and back; the oracle is bit equality.
#include "nadir/driver/trace_file.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "nadir/base/error.hpp"

namespace nadir {
namespace {

Trace example() {
  return {{.iteration = 0, .seconds = 0.1, .value = 1.0 / 3.0, .gradient_norm = 5e-324, .event = ""},
          {.iteration = 1,
           .seconds = 0.2,
           .value = -std::numeric_limits<double>::infinity(),
           .gradient_norm = std::numeric_limits<double>::quiet_NaN(),
           .curvature = -2.5,
           .step = 1.7976931348623157e308,
           .event = "escape"}};
}

TEST(TraceFile, gives_back_every_bit) {
  const Trace before = example();

  const Trace after = trace_from_csv(trace_to_csv(before), "trace.csv");

  ASSERT_EQ(after.size(), 2u);
  EXPECT_EQ(after[0].value, before[0].value);
  EXPECT_EQ(after[0].gradient_norm, 5e-324);
  EXPECT_TRUE(std::isnan(after[0].curvature));
  EXPECT_EQ(after[1].value, before[1].value);
  EXPECT_TRUE(std::isnan(after[1].gradient_norm));
  EXPECT_EQ(after[1].step, before[1].step);
  EXPECT_EQ(after[1].event, "escape");
}

TEST(TraceFile, has_columns_of_sharpness_where_a_row_has_some) {
  Trace before = example();
  EXPECT_EQ(trace_to_csv(before).find("sharpness"), std::string::npos);
  before[1].sharpness = 0.1;
  before[1].step_size = 20.0;

  const std::string text = trace_to_csv(before);
  const Trace after = trace_from_csv(text, "trace.csv");

  EXPECT_NE(text.find(",event,sharpness,step_size\n"), std::string::npos);
  ASSERT_EQ(after.size(), 2u);
  EXPECT_TRUE(std::isnan(after[0].sharpness));
  EXPECT_TRUE(std::isnan(after[0].step_size));
  EXPECT_EQ(after[1].sharpness, 0.1);
  EXPECT_EQ(after[1].step_size, 20.0);
  EXPECT_EQ(after[1].event, "escape");
  EXPECT_THROW(trace_from_csv(text + "1,2,3,4,5,6,\n", "trace.csv"), InputError);
}

TEST(TraceFile, refuses_every_proper_prefix_that_is_not_whole_lines) {
  const std::string text = trace_to_csv(example());

  for (std::size_t length = 0; length < text.size(); ++length) {
    if (length > 0 && text[length - 1] == '\n') continue;
    EXPECT_THROW(trace_from_csv(text.substr(0, length), "trace.csv"), InputError) << length;
  }
}

TEST(TraceFile, refuses_rows_with_other_columns) {
  const std::string header = trace_to_csv({});

  EXPECT_THROW(trace_from_csv(header + "1,2,3\n", "trace.csv"), InputError);
  EXPECT_THROW(trace_from_csv(header + "1,2,3,4,5,6,7,8\n", "trace.csv"), InputError);
  EXPECT_THROW(trace_from_csv(header + "x,2,3,4,5,6,\n", "trace.csv"), InputError);
  EXPECT_THROW(trace_from_csv("iteration\n", "trace.csv"), InputError);
}

}  // namespace
}  // namespace nadir
