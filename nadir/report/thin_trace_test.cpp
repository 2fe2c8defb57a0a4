// Thinned traces: nothing that a picture would show is lost. The oracle is the whole trace.
#include "nadir/report/thin_trace.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

namespace nadir {
namespace {

// Noise with spikes at rows that no regular sample meets.
Trace long_trace(std::size_t size) {
  Trace trace(size);
  for (std::size_t i = 0; i < size; ++i) {
    trace[i].iteration = static_cast<std::int64_t>(i);
    trace[i].value = std::exp(-1e-4 * static_cast<double>(i)) + 1e-3 * std::sin(static_cast<double>(i * i));
    trace[i].gradient_norm = std::fabs(std::cos(static_cast<double>(i)));
    trace[i].step = 1.0;
  }
  trace[size / 3].value = 50.0;
  trace[size / 7].gradient_norm = 1e-12;
  trace[size / 2].curvature = -3.0;
  return trace;
}

bool contains(const ThinTrace& thin, std::size_t row) { return std::binary_search(thin.rows.begin(), thin.rows.end(), row); }

TEST(ThinTrace, of_a_short_trace_keeps_every_row) {
  const ThinTrace thin = thinned(long_trace(2000));

  ASSERT_EQ(thin.rows.size(), 2000u);
  for (std::size_t i = 0; i < 2000; ++i) EXPECT_EQ(thin.rows[i], i);
}

TEST(ThinTrace, of_an_empty_trace_is_empty) {
  const ThinTrace thin = thinned({});

  EXPECT_TRUE(thin.rows.empty());
  EXPECT_TRUE(thin.events.empty());
}

TEST(ThinTrace, keeps_first_last_and_single_spikes_of_every_column) {
  const std::size_t size = 300001;

  const ThinTrace thin = thinned(long_trace(size));

  EXPECT_TRUE(contains(thin, 0));
  EXPECT_TRUE(contains(thin, size - 1));
  EXPECT_TRUE(contains(thin, size / 3));
  EXPECT_TRUE(contains(thin, size / 7));
  EXPECT_TRUE(contains(thin, size / 2));
  EXPECT_LE(thin.rows.size(), 400u * 14u);
}

TEST(ThinTrace, keeps_the_least_and_the_greatest_value_of_each_bucket) {
  const std::size_t size = 100000, num_buckets = 400;
  const Trace trace = long_trace(size);

  const ThinTrace thin = thinned(trace, num_buckets);

  for (std::size_t k = 0; k < num_buckets; ++k) {
    const auto begin = trace.begin() + static_cast<std::ptrdiff_t>(k * size / num_buckets);
    const auto end = trace.begin() + static_cast<std::ptrdiff_t>((k + 1) * size / num_buckets);
    const auto [least, greatest] =
        std::minmax_element(begin, end, [](const TraceRow& a, const TraceRow& b) { return a.value < b.value; });
    EXPECT_TRUE(contains(thin, static_cast<std::size_t>(least - trace.begin())));
    EXPECT_TRUE(contains(thin, static_cast<std::size_t>(greatest - trace.begin())) || greatest->value == least->value);
  }
}

TEST(ThinTrace, counts_every_event_and_keeps_rare_ones_where_they_are) {
  const std::size_t size = 100000;
  Trace trace = long_trace(size);
  for (std::size_t i = 0; i < size; i += 3) trace[i].event = "rejected";
  trace[54321].event = "escape";

  const ThinTrace thin = thinned(trace);

  std::map<std::string, std::size_t> counted;
  for (const EventMark& mark : thin.events) counted[mark.kind] += mark.count;
  EXPECT_EQ(counted["escape"], 1u);
  EXPECT_EQ(counted["rejected"], 33333u);  // one of 33334 multiples of 3 below 100000, 54321, is the escape
  const auto escape = std::find_if(thin.events.begin(), thin.events.end(), [](const auto& e) { return e.kind == "escape"; });
  ASSERT_NE(escape, thin.events.end());
  EXPECT_EQ(thin.rows[escape->row], 54321u);
  EXPECT_TRUE(contains(thin, 54320)) << "the row before an event shows the jump";
}

TEST(ThinTrace, passes_over_what_is_not_finite) {
  Trace trace = long_trace(10000);
  for (std::size_t i = 0; i < trace.size(); i += 2) trace[i].value = std::numeric_limits<double>::quiet_NaN();
  trace[4001].value = std::numeric_limits<double>::infinity();
  trace[5001].value = 60.0;

  const ThinTrace thin = thinned(trace);

  EXPECT_TRUE(contains(thin, 5001));
}

}  // namespace
}  // namespace nadir
