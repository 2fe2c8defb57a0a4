// From the options of `landscape slice` to directions, ranges and marks.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "nadir/core/trajectory.hpp"
#include "nadir/driver/landscape/slice.hpp"
#include "nadir/driver/stored_problem.hpp"

namespace nadir {

struct NamedPoint {
  std::string label;
  Vector values;
};

struct SlicePlane {
  std::vector<Direction> directions;
  std::vector<std::pair<double, double>> ranges;  // one an axis
  std::vector<NamedPoint> others;                 // what `to` names
  std::optional<Trajectory> trajectory;           // on the plane of a trajectory
};

// Throws InputError as examine_run_slice does.
SlicePlane plane_of(const SliceRequest& request, StoredProblem& stored, const std::function<bool()>& should_stop);

// "101" -> {101}, "51x31" -> {51, 31}. Throws InputError naming the option.
std::vector<Index> grid_counts(const std::string& text);

}  // namespace nadir
