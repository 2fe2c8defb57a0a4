// Timestamps against `date -u -d @SECONDS +%FT%TZ`; the stopwatch against its own laws, never a wall clock.
#include "nadir/base/clock.hpp"

#include <gtest/gtest.h>

namespace nadir {
namespace {

TEST(UtcTimestamp, is_iso_8601_in_universal_time) {
  using std::chrono::system_clock;

  EXPECT_EQ(utc_timestamp(system_clock::from_time_t(0)), "1970-01-01T00:00:00Z");
  EXPECT_EQ(utc_timestamp(system_clock::from_time_t(951868799)), "2000-02-29T23:59:59Z");
  EXPECT_EQ(utc_timestamp(system_clock::from_time_t(4102444800)), "2100-01-01T00:00:00Z");
}

TEST(Stopwatch, never_goes_back) {
  Stopwatch watch;

  const double first = watch.seconds(), second = watch.seconds();

  EXPECT_GE(first, 0.0);
  EXPECT_GE(second, first);
}

}  // namespace
}  // namespace nadir
