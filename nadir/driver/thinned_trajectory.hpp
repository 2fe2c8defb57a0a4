// The points of a run while it lasts, never more than so many, evenly spread however long it becomes.
//
// Kept are every s-th point and the last one. Where that would be one too many, every second is dropped and s doubles.
// So what is kept depends on the sequence of points alone, and not on when the run ends or was interrupted.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "nadir/core/state.hpp"
#include "nadir/core/trajectory.hpp"

namespace nadir {

class ThinnedTrajectory {
 public:
  // Forgets everything; keeps at most `capacity` points from now on. One below 2 keeps none.
  void begin(std::int64_t capacity);
  // Passes over a point whose value is not finite: no picture can show it.
  void add(std::int64_t iteration, double value, std::span<const double> point);

  bool empty() const { return kept_.empty(); }
  // The points in order, the first and the last among them. All have the same length.
  Trajectory trajectory() const;

  // As entries of the state whose names begin with `prefix`; those of an empty trajectory without capacity are none.
  void save(State& state, const std::string& prefix) const;
  // Throws InputError for entries that contradict one another.
  static ThinnedTrajectory load(const State& state, const std::string& prefix);

 private:
  struct Kept {
    std::int64_t position = 0, iteration = 0;
    double value = 0.0;
    Vector point;
  };
  void halve();

  std::int64_t capacity_ = 0, stride_ = 1, count_ = 0;
  std::vector<Kept> kept_;
};

// How many points of that dimension half of the memory holds while a run keeps them, with a second trajectory beside it
// where there are several starts, and writes them.
std::int64_t most_points_kept(Index dimension, bool has_several_starts);

}  // namespace nadir
