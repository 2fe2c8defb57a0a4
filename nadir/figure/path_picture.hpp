// Paths between two points: the value along every curve, its barrier with what it may be off by, and the saddle found.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "nadir/figure/picture_options.hpp"

namespace nadir::figures {

struct PathCurve {
  std::string name, kind;  // kind: straight, bezier, polygon, elastic-band
  bool is_aligned = false, is_converged = true;
  std::vector<double> t, values;
  double barrier_value = 0.0, barrier_t = 0.0, uncertainty = 0.0;  // not finite: none is marked
};

struct PathSaddle {
  double value = 0.0, t = 0.0;
  std::string verdict, rigor;
  std::int64_t negative = -1;  // the index; below 0: not determined
};

// The numbers of docs/formats/path.md that are drawn.
struct PathData {
  std::string family;
  std::vector<PathCurve> curves;
  std::optional<PathSaddle> saddle;
};

// Linear, or logarithmic where the values are above 0 and the largest is more than a thousand times the least. Throws
// InputError where a logarithmic scale is asked for and values are not above 0.
Drawing draw_path(const PathData& data, const PictureOptions& options);

}  // namespace nadir::figures
