// Slices: the objective on a line or a plane through a point.
//
// On a grid, values are computed at every node, through Restriction, which shares work between points of one plane
// (core/problem.hpp). The point itself is always a node, in the middle of the even parts on either side, and its value is
// the problem's own at the point. Adaptively (adaptive.hpp), fewer points are evaluated and the layers are interpolated
// between them, to a tolerance relative to the spread of what is seen.
//
// Gradients' norms and ratios of curvature need an expansion at every node, and cost accordingly.
//
// What is not known and what is no number are NaN; infinite values stay infinite. Nothing here is a claim about the point.
#pragma once

#include <optional>
#include <utility>

#include "nadir/landscape/directions.hpp"

namespace nadir {

struct Axis {
  AxisKind kind = AxisKind::random;
  std::string label;
  std::optional<Normalisation> normalisation;
  double length = 0.0;  // Euclidean, of a step of 1
  std::optional<double> eigenvalue, explained;
  Vector coordinates;  // ascending; one of them is 0
};

struct Layer {
  std::string name, label;  // "value", "gradient_norm", "curvature_ratio"
  Matrix values;            // one row a coordinate of the first axis, one column a coordinate of the second; one column on a line
};

// A point of interest. `value` is computed at the point itself, `distance` is how far it lies off the line or plane.
struct Mark {
  std::string label;
  Vector coordinates;
  double value = 0.0, distance = 0.0;
};

struct PlacedIterate {
  std::int64_t iteration = 0;
  Vector coordinates;
  double value = 0.0, distance = 0.0;
};

struct Adaptive {
  double tolerance = 0.0, error = 0.0;  // relative to the spread of values; the error is an estimate
  Matrix points;                        // a column each: the coordinates, then the value
};

struct Slice {
  std::vector<Axis> axes;     // one or two
  std::vector<Layer> layers;  // the value first
  std::vector<Mark> marks;    // the point itself first
  std::optional<std::vector<PlacedIterate>> trajectory;
  std::optional<Adaptive> adaptive;
  Index evaluations = 0;     // of the objective
  bool is_complete = false;  // false: should_stop said so, and what is missing is NaN
};

struct SliceOptions {
  std::vector<Index> counts;                      // of grid points along each axis; empty: 101 on a line, 51 x 51
  std::vector<std::pair<double, double>> ranges;  // of coordinates, each with 0 inside or at an end; empty: -1 to 1
  bool with_gradient = false, with_curvature = false;
  std::vector<Vector> through;  // coordinates of other points, an axis each or empty: grid lines nearby are moved there
  double adaptive_tol = 0.0;  // 0: every grid point
  std::uint64_t seed = 0;     // of Lanczos
  std::function<bool()> should_stop;  // asked between points; may be empty
};

// The point's neighbourhood in one or two directions. The problem and the point are not changed, and memory does not grow
// with the number of points but for what is returned. Throws InputError for options out of range and for directions of
// other length.
Slice examine_slice(const ProblemRef& problem, std::span<const double> point, const std::vector<Direction>& directions, const SliceOptions& options = {});

// Marks and iterates in a slice's coordinates, with their own values.
Mark place_mark(const ProblemRef& problem, std::span<const double> point, const std::vector<Direction>& directions, std::string label, std::span<const double> x);

// count coordinates from low to high with 0 among them: even on either side of 0, and at both ends exact. Throws InputError
// unless low <= 0 <= high, low < high and count leaves room for the ends and 0. For each of `through` between the ends the
// nearest coordinate is moved there, so that it is exact, unless that is 0, an end, or one moved before.
Vector grid_coordinates(double low, double high, Index count, std::span<const double> through = {});

}  // namespace nadir
