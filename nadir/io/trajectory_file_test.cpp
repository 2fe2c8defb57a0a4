// trajectory.npz, written and read: the arrays against a layout written out by hand.
#include "nadir/io/trajectory_file.hpp"

#include <gtest/gtest.h>

#include <limits>

#include "nadir/base/error.hpp"
#include "nadir/io/npz.hpp"

namespace nadir {
namespace {

// Blocks A (2 x 2) and b (1 x 1).
Layout small_layout() {
  Layout layout;
  layout.add("A", 2, 2);
  layout.add("b", 1, 1);
  return layout;
}

// Column-major inside a point: A = [1 3; 2 4], b = 5; then A = [6 8; 7 9], b = 10.
Trajectory two_points() {
  return {{0, 7}, {1.5, 0.5}, Matrix(5, 2, {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})};
}

std::string path_of(const std::string& name) { return ::testing::TempDir() + "/" + name; }

TEST(TrajectoryFile, holds_each_block_with_a_row_a_point_in_c_order) {
  const NamedArrays arrays = trajectory_arrays(two_points(), small_layout());

  const NamedArrays expected{{"iterations", {{2}, {0, 7}}},
                             {"values", {{2}, {1.5, 0.5}}},
                             {"A", {{2, 2, 2}, {1, 3, 2, 4, 6, 8, 7, 9}}},
                             {"b", {{2, 1, 1}, {5, 10}}}};
  EXPECT_EQ(arrays, expected);
}

TEST(TrajectoryFile, reads_back_what_was_written) {
  const std::string path = path_of("trajectory.npz");
  write_npz(path, trajectory_arrays(two_points(), small_layout()));

  const Trajectory read = read_trajectory(path, small_layout());

  EXPECT_EQ(read.iterations, two_points().iterations);
  EXPECT_EQ(read.values, two_points().values);
  EXPECT_EQ(read.points, two_points().points);
}

TEST(TrajectoryFile, refuses_points_of_another_length) {
  Layout other;
  other.add("A", 2, 2);
  EXPECT_THROW(trajectory_arrays(two_points(), other), InputError);
}

TEST(TrajectoryFile, refuses_what_is_missing_misshapen_or_not_finite) {
  const auto refuses = [](const std::string& name, const Array& replacement) {
    NamedArrays arrays = trajectory_arrays(two_points(), small_layout());
    bool is_there = false;
    for (auto& [array_name, array] : arrays)
      if (array_name == name) array = replacement, is_there = true;
    if (!is_there) arrays.emplace_back(name, replacement);
    const std::string path = path_of("damaged.npz");
    write_npz(path, arrays);
    EXPECT_THROW(read_trajectory(path, small_layout()), InputError) << name;
  };
  refuses("iterations", {{2}, {7, 0}});
  refuses("iterations", {{2}, {0, 0.5}});
  refuses("iterations", {{2}, {-1, 0}});
  refuses("iterations", {{0}, {}});
  refuses("iterations", {{1, 2}, {0, 7}});
  refuses("values", {{1}, {1.5}});
  refuses("values", {{2}, {1.5, std::numeric_limits<double>::quiet_NaN()}});
  refuses("A", {{2, 4}, Vector(8, 1.0)});
  refuses("b", {{2, 1, 1}, {5, std::numeric_limits<double>::infinity()}});
  refuses("c", {{2, 1, 1}, {5, 10}});

  NamedArrays without_b = trajectory_arrays(two_points(), small_layout());
  without_b.pop_back();
  write_npz(path_of("damaged.npz"), without_b);
  EXPECT_THROW(read_trajectory(path_of("damaged.npz"), small_layout()), InputError);
}

}  // namespace
}  // namespace nadir
