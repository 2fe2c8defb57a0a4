// landscape slice: the objective on a line or a plane through the point of a run.
#pragma once

#include <atomic>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "nadir/core/options.hpp"
#include "nadir/core/trajectory.hpp"
#include "nadir/driver/run_options.hpp"
#include "nadir/landscape/slice.hpp"

namespace nadir {

struct SliceRequest {
  std::string folder;                  // of a run
  std::string directions = "random";   // or eigenvectors, trajectory, to
  std::string to;                      // another point, or two with a comma: a run's folder or an .npz each
  std::int64_t dimensions = 0;         // 0: as many as `grid` or `to` say, else 2
  std::string grid;                    // "101", "51x51"; empty: the defaults of SliceOptions
  std::vector<double> range;           // two numbers for every axis, or two for all; empty: chosen by kind
  std::string normalise = "filter";
  bool biases = false;
  std::string layers = "value";        // and gradient, curvature, with commas
  double adaptive = 0.0;               // 0: every point of the grid
  RunOptions run;                      // seed and time limit
};
OptionList rows(SliceRequest& request);

struct SliceRun {
  Slice slice;
  std::string family;
  std::string json;  // slice.json as it was written
};

// Rebuilds the problem from the folder's certificate and its data, and writes slice.json into the folder, whole
// (docs/formats/slice.md). A time limit or an interrupt is an outcome (Slice::is_complete).
//
// Ranges that nobody gave: -1 to 1; -0.5 to 1.5 towards another point, and further where the second one lies beyond; on the
// plane of a trajectory what holds it, with a margin. The plane of one other point is spanned by a random direction, too,
// orthogonal to the way there and as long.
//
// Throws InputError for a folder that holds no finished run, for data that are gone or changed, for options that contradict
// one another and for a trajectory that was not kept; NumericalBreakdown where eigenvectors are asked for and products
// with the Hessian leave the range of double.
SliceRun examine_run_slice(const SliceRequest& request, const std::atomic<bool>* interrupt = nullptr);

struct NamedPoint {
  std::string label;
  Vector values;
};

// What a slice is through, in hand.
struct SliceSubject {
  ProblemRef problem;
  Point point;                           // in the problem's layout
  std::vector<NamedPoint> others = {};   // one or two that the slice leads to: what `to` names
  std::optional<Trajectory> trajectory = {};  // of iterates, where `directions` speaks of one
};

// The same for any problem and points in hand: `folder` and `to` of the request play no part, and nothing is written.
Slice examine_subject_slice(const SliceRequest& request, const SliceSubject& subject, const std::function<bool()>& should_stop = {});

}  // namespace nadir
