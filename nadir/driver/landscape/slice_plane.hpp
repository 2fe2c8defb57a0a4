// From the options of `landscape slice` to directions, ranges and marks.
#pragma once

#include <functional>
#include <span>
#include <utility>
#include <vector>

#include "nadir/driver/landscape/slice.hpp"
#include "nadir/driver/stored_problem.hpp"

namespace nadir {

struct SlicePlane {
  std::vector<Direction> directions;
  std::vector<std::pair<double, double>> ranges;  // one an axis
  std::vector<Vector> through;                    // empty, or for each axis coordinates that belong on the grid
};

// Throws InputError as examine_run_slice does.
SlicePlane plane_of(const SliceRequest& request, const SliceSubject& subject, const std::function<bool()>& should_stop);

// Throws InputError where `to` and `directions` contradict one another.
void require_one_meaning(const SliceRequest& request, bool leads_somewhere);

// The problem, the point, and what the request names beside them. The family stays with `stored`, which outlives it.
SliceSubject subject_of(const SliceRequest& request, StoredProblem& stored);

// "101" -> {101}, "51x31" -> {51, 31}. Throws InputError naming the option.
std::vector<Index> grid_counts(const std::string& text);

}  // namespace nadir
