// Thinned trajectories of runs of every length, against the definition: every s-th point and the last one.
#include "nadir/driver/thinned_trajectory.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>

#include "nadir/base/error.hpp"

namespace nadir {
namespace {

constexpr std::int64_t first_iteration = 40;

// Point i of the run is (i, -i), its value 1/(i + 1).
void add(ThinnedTrajectory& trajectory, std::int64_t i) {
  const auto x = static_cast<double>(i);
  trajectory.add(first_iteration + i, 1.0 / (x + 1.0), Vector{x, -x});
}

ThinnedTrajectory of_run(std::int64_t capacity, std::int64_t length) {
  ThinnedTrajectory trajectory;
  trajectory.begin(capacity);
  for (std::int64_t i = 0; i < length; ++i) add(trajectory, i);
  return trajectory;
}

bool are_equal(const Trajectory& a, const Trajectory& b) {
  return a.iterations == b.iterations && a.values == b.values && a.points == b.points;
}

// The least s = 2^k with at most `capacity` among the multiples of s below `length` and length - 1.
std::vector<std::int64_t> wanted(std::int64_t capacity, std::int64_t length) {
  for (std::int64_t s = 1;; s *= 2) {
    std::vector<std::int64_t> kept;
    for (std::int64_t i = 0; i < length; i += s) kept.push_back(i);
    if (kept.back() != length - 1) kept.push_back(length - 1);
    if (static_cast<std::int64_t>(kept.size()) <= capacity) return kept;
  }
}

TEST(ThinnedTrajectory, keeps_the_points_of_the_least_stride_that_fits_and_the_last_one) {
  for (const std::int64_t capacity : {2, 3, 4, 5, 8, 17})
    for (std::int64_t length = 1; length <= 140; ++length) {
      const Trajectory kept = of_run(capacity, length).trajectory();

      const std::vector<std::int64_t> expected = wanted(capacity, length);
      ASSERT_EQ(kept.iterations.size(), expected.size()) << capacity << " of " << length;
      for (std::size_t i = 0; i < expected.size(); ++i) {
        const auto x = static_cast<double>(expected[i]);
        EXPECT_EQ(kept.iterations[i], first_iteration + expected[i]);
        EXPECT_EQ(kept.values[i], 1.0 / (x + 1.0));
        EXPECT_EQ(kept.points(0, static_cast<Index>(i)), x);
        EXPECT_EQ(kept.points(1, static_cast<Index>(i)), -x);
      }
    }
}

TEST(ThinnedTrajectory, saved_at_any_moment_goes_on_with_the_same_points) {
  constexpr std::int64_t length = 50;
  for (const std::int64_t capacity : {2, 3, 6}) {
    const Trajectory whole = of_run(capacity, length).trajectory();
    for (std::int64_t moment = 0; moment <= length; ++moment) {
      State state;
      of_run(capacity, moment).save(state, "t/");

      ThinnedTrajectory resumed = ThinnedTrajectory::load(state, "t/");
      for (std::int64_t i = moment; i < length; ++i) add(resumed, i);

      EXPECT_TRUE(are_equal(resumed.trajectory(), whole)) << capacity << " saved after " << moment;
    }
  }
}

TEST(ThinnedTrajectory, without_capacity_keeps_and_saves_nothing) {
  State state;
  for (const std::int64_t capacity : {-1, 0, 1}) {
    const ThinnedTrajectory none = of_run(capacity, 10);
    none.save(state, "t/");
    EXPECT_TRUE(none.empty());
    EXPECT_TRUE(none.trajectory().iterations.empty());
  }

  EXPECT_TRUE(state.arrays().empty());
  EXPECT_TRUE(ThinnedTrajectory::load(state, "t/").empty());
}

TEST(ThinnedTrajectory, passes_over_points_without_a_finite_value) {
  ThinnedTrajectory trajectory = of_run(4, 3);
  trajectory.add(99, std::numeric_limits<double>::quiet_NaN(), Vector{0.0, 0.0});
  trajectory.add(100, std::numeric_limits<double>::infinity(), Vector{0.0, 0.0});

  EXPECT_TRUE(are_equal(trajectory.trajectory(), of_run(4, 3).trajectory()));
}

TEST(ThinnedTrajectory, refuses_a_state_that_contradicts_itself) {
  const auto refuses = [](auto damage) {
    State state;
    of_run(4, 6).save(state, "t/");
    damage(state);
    EXPECT_THROW(ThinnedTrajectory::load(state, "t/"), InputError);
  };
  refuses([](State& state) { state.set("t/values", {1.0}); });
  refuses([](State& state) { state.set("t/points", Vector(7, 1.0)); });
  refuses([](State& state) { state.set_integer("t/stride", 0); });
  refuses([](State& state) { state.set_integer("t/stride", 5); });
  refuses([](State& state) { state.set_integer("t/capacity", 2); });
  refuses([](State& state) { state.set_integer("t/count", 60); });
}

TEST(ThinnedTrajectory, counts_the_memory_of_as_many_copies_as_there_are) {
  EXPECT_GT(most_points_kept(1000, false), 2);
  EXPECT_NEAR(static_cast<double>(most_points_kept(1000, false)), 2.0 * static_cast<double>(most_points_kept(1000, true)), 2.0);
  EXPECT_LT(most_points_kept(Index{1} << 50, false), 2);
}

}  // namespace
}  // namespace nadir
