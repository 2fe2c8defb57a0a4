// The limits of this process, set and asked for.
#include "nadir/base/memory.hpp"

#include <gtest/gtest.h>
#include <sys/resource.h>

namespace nadir {
namespace {

TEST(Memory, is_at_least_what_this_test_uses_and_at_most_the_address_limit) {
  EXPECT_GT(usable_memory_bytes(), 1e6);
  rlimit before{};
  ASSERT_EQ(getrlimit(RLIMIT_AS, &before), 0);
  rlimit small = before;
  small.rlim_cur = static_cast<rlim_t>(1) << 46;  // no less, so that nothing fails meanwhile
  if (before.rlim_cur != RLIM_INFINITY && before.rlim_cur < small.rlim_cur) GTEST_SKIP() << "limited already";
  ASSERT_EQ(setrlimit(RLIMIT_AS, &small), 0);

  EXPECT_LE(usable_memory_bytes(), 0x1p46);

  EXPECT_EQ(setrlimit(RLIMIT_AS, &before), 0);
}

}  // namespace
}  // namespace nadir
