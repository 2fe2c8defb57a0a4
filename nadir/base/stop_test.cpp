// Scopes and the points that ask them.
#include "nadir/base/stop.hpp"

#include <gtest/gtest.h>

#include <thread>

namespace nadir {
namespace {

bool stops_here() {
  try {
    stop_point();
    return false;
  } catch (const Stopped&) {
    return true;
  }
}

TEST(Stop, outside_of_every_scope_nothing_is_stopped) { EXPECT_FALSE(stops_here()); }

TEST(Stop, asks_at_every_point_until_the_answer_is_yes) {
  int asked = 0;
  const StopScope scope([&] { return ++asked > 2; });

  EXPECT_FALSE(stops_here());
  EXPECT_FALSE(stops_here());
  EXPECT_TRUE(stops_here());
  EXPECT_EQ(asked, 3);
}

TEST(Stop, a_scope_ends_with_its_block_also_by_an_exception) {
  try {
    const StopScope scope([] { return true; });
    stop_point();
    FAIL();
  } catch (const Stopped&) {
  }

  EXPECT_FALSE(stops_here());
}

TEST(Stop, the_innermost_question_counts_and_an_empty_one_leaves_the_outer_in_force) {
  const StopScope outer([] { return true; });
  {
    const StopScope inner([] { return false; });
    EXPECT_FALSE(stops_here());
  }
  {
    const StopScope empty(nullptr);
    EXPECT_TRUE(stops_here());
  }
  EXPECT_TRUE(stops_here());
}

TEST(Stop, other_threads_are_not_stopped) {
  const StopScope scope([] { return true; });
  bool stopped_there = true;

  std::thread([&] { stopped_there = stops_here(); }).join();

  EXPECT_FALSE(stopped_there);
}

}  // namespace
}  // namespace nadir
