// landscape path: low ways from the point of a run to another point of the same problem.
#pragma once

#include <atomic>
#include <string>
#include <vector>

#include "nadir/core/family.hpp"
#include "nadir/core/options.hpp"
#include "nadir/driver/run_options.hpp"
#include "nadir/judge/curvature.hpp"
#include "nadir/landscape/find_path.hpp"

namespace nadir {

struct PathRequest {
  std::string folder;  // of the run
  std::string other;   // the folder of a run of the same problem, or an .npz of its blocks
  std::vector<std::string> kinds;  // each a kind of curve or several with commas; empty: those of PathOptions
  std::int64_t bends = 0, points = 61, iterations = 500;
  bool align = true;   // move the other point by the problem's symmetries first
  RunOptions run;      // seed and time limit
};
// The rows of everything but `folder`, `other`, `run`, and `kinds`, which is repeatable and left to the caller.
OptionList rows(PathRequest& request);

struct PathRun {
  Path path;
  std::string family;
  std::string json;  // path.json as it was written
};

// Rebuilds the problem from the folder's certificate and its data, looks for ways, has the family's judge say what the
// saddle is, and writes path.json and path.npz into the folder, each whole (docs/formats/path.md). A time limit or an
// interrupt is an outcome (Path::is_complete).
//
// Throws InputError for a folder that holds no finished run, data that are gone or changed, an other run of another family,
// other data or other options, a point of other sizes, an unknown kind of curve; NumericalBreakdown where the value of an
// end is not finite.
PathRun find_run_path(const PathRequest& request, const std::atomic<bool>* interrupt = nullptr);

// The same for a family and points in hand, of one layout that is the family's now; nothing is written.
Path find_family_path(const Family& family, const Point& point, const Point& other, bool align, const PathOptions& options = {});

// The same for a problem that belongs to no family, evaluated at one point at a time: no alignment, and the judge of unknown functions (judge/judge.hpp) says
// what the saddle is.
Path find_function_path(ProblemRef problem, std::span<const double> a, std::span<const double> b, const PathOptions& options = {},
                        const CurvatureOptions& curvature = {});

}  // namespace nadir
