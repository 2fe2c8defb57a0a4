// Low ways between two points of any problem: the straight line, curves trained to be low, and a band over the pass.
//
// In turn: the straight line; the same to the second end as a symmetry of the problem moved it, where the caller knows one;
// then each kind that was asked for, to the moved end where there is one, so that no curve has to undo a symmetry. The
// highest point of an elastic band is brought to a saddle. What that saddle is, the caller has a judge say.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "nadir/core/problem.hpp"
#include "nadir/landscape/path.hpp"

namespace nadir {

struct PathOptions {
  std::vector<CurveKind> kinds = {CurveKind::bezier, CurveKind::elastic_band};  // beside the straight line
  Index bends = 0;              // between the ends; 0: 1, and for an elastic band 7 at first
  Index points = 61;            // even ones at which a curve is evaluated, at least 3; near maxima more
  Index max_iterations = 500;   // of training a curve, of relaxing a band
  std::uint64_t seed = 0;
  bool is_concurrent = true;    // gradients at several points at once; false for functions that are not made for that
  std::function<bool()> should_stop;  // asked between evaluations; may be empty
};

// Between equal ends there is the straight line alone. Stopped, Path::is_complete is false: the curve in the making is
// evaluated as it is and kept, later ones are missing.
//
// Throws InputError for ends of another length than the problem and for options out of range, NumericalBreakdown where the
// value of an end is not finite. Whatever a user's function throws passes through.
Path find_path(ProblemRef problem, std::span<const double> a, std::span<const double> b,
               const std::optional<PathAlignment>& alignment = std::nullopt, const PathOptions& options = {});

}  // namespace nadir
