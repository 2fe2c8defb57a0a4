// Slices of an objective: a line, the map of a plane with contours, or the surface above it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "nadir/figure/contour.hpp"
#include "nadir/figure/picture_options.hpp"

namespace nadir::figures {

struct SliceAxis {
  std::string label;
  double length = 1.0;  // of a step of one coordinate, Euclidean
  std::vector<double> coordinates;  // ascending
};

struct SliceLayer {
  std::string name, label;
  std::vector<double> values;  // as in GridValues; on a line one a coordinate
};

// A point of interest, or an iterate of the run.
struct SliceMark {
  std::string label;
  std::vector<double> coordinates;  // one an axis
  double value = 0.0;               // exact, at the point itself
  double distance = 0.0;            // off the line or plane
};

// The numbers of docs/formats/slice.md that are drawn.
struct SliceData {
  std::string family;
  std::vector<SliceAxis> axes;  // one or two
  std::vector<SliceLayer> layers;
  std::vector<SliceMark> marks;
  std::vector<SliceMark> trajectory;
};

// One axis gives a line, two a map or a surface. The scale of the layer is linear, or logarithmic where its values are above
// 0 and span more than three decades. The ratio of curvatures has signed colours.
// Throws InputError for a layer that is not there, for the surface of a line, and for a logarithmic scale of values not above 0.
Drawing draw_slice(const SliceData& data, const PictureOptions& options);

}  // namespace nadir::figures
