// What is known of the ways between two points: the numbers and words of path.json (docs/formats/path.md).
//
// The objective along a curve p(t), t in [0, 1], from p(0) = a to p(1) = b:
//   straight      (1 - t) a + t b
//   bezier        sum_j C(K+1, j) t^j (1 - t)^(K+1-j) p_j, with K bends p_1, ..., p_K          [Garipov2018, (4)]
//   polygon       through K bends, each piece in the same time                                 [Garipov2018, (3)]
//   elastic band  through its pivots at constant speed                                         [Draxler2018]
// Plain data; curve.hpp makes curves, find_path.hpp looks for low ones. Everything is `numerical`.
#pragma once

#include <array>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "nadir/core/verdict.hpp"
#include "nadir/linalg/matrix.hpp"

namespace nadir {

enum class CurveKind { straight, bezier, polygon, elastic_band };
std::string_view name(CurveKind kind);                // "straight", "bezier", "polygon", "elastic-band"
CurveKind curve_kind_from_name(std::string_view name);  // throws InputError

// The highest place of a curve. Both heights are at least 0, and infinite where the objective is infinite or undefined
// somewhere on the way: such a place counts as infinitely high.
struct PathBarrier {
  double value = 0.0;              // the greatest value found
  double t = 0.0;                  // where
  double height = 0.0;             // above the higher of the two ends
  double height_over_line = 0.0;   // the greatest excess over (1 - t) f(a) + t f(b)
  // The true maximum of either exceeds what was found by about as much at most: an estimate from the slopes and bends that
  // the values show. Infinite where too few values are known. What happens between two values without a trace in either
  // it cannot know.
  double uncertainty = std::numeric_limits<double>::infinity();
};

struct PathCurve {
  std::string name;  // "straight", "straight, aligned", "bezier", "polygon", "elastic band"
  CurveKind kind = CurveKind::straight;
  bool is_aligned = false;    // it ends at the aligned second point
  bool is_converged = true;   // of what was trained: a tolerance was met, not a limit
  double length = 0.0;        // Euclidean
  Matrix bends;               // dimension x K; the points between the ends
  Vector t, values;           // ascending, 0 and 1 included unless it was stopped; the objective there
  PathBarrier barrier;
};

// Where the highest point of an elastic band was led to, and what a judge says of it: Headline::strict_saddle with
// negative == 1 is the mountain pass that was looked for, anything else is not.
struct PathSaddle {
  Vector point;
  double value = 0.0, gradient_norm = 0.0;
  double t = 0.0;    // where on the band the way to it began
  std::string name;  // of that curve
  Headline headline = Headline::undecided;
  Rigor rigor = Rigor::numerical;
  std::int64_t negative = -1;  // eigenvalues of the Hessian; -1: not counted
  double min_eigenvalue = std::numeric_limits<double>::quiet_NaN();
};

struct PathAlignment {
  double distance = 0.0;  // between the first end and the second one after it was moved
  std::string label;      // what was done, in words
  Vector point;           // the second end, moved
};

struct Path {
  std::array<double, 2> values{};  // of the two ends
  double distance = 0.0;
  std::optional<PathAlignment> alignment;
  std::vector<PathCurve> curves;   // the straight line first
  std::optional<PathSaddle> saddle;
  bool is_complete = true;         // false: a limit or an interrupt came before everything was done
};

}  // namespace nadir
