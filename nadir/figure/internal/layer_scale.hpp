// What the three pictures of a slice share: the layer asked for, its scale, its colours.
#pragma once

#include <string>
#include <vector>

#include "nadir/figure/slice_picture.hpp"

namespace nadir::figures::internal {

struct LayerScale {
  const SliceLayer* layer = nullptr;
  Axis axis;               // of the values
  bool is_signed = false;  // symmetric around 0
  Colour colour(double value) const;
};

LayerScale layer_scale(const SliceData& data, const PictureOptions& options);
RichText axis_label(const SliceAxis& axis);
double greatest_distance(const std::vector<SliceMark>& trajectory);

Drawing draw_line_slice(const SliceData& data, const PictureOptions& options);
Drawing draw_map(const SliceData& data, const PictureOptions& options);
Drawing draw_surface(const SliceData& data, const PictureOptions& options);

// A bar of the scale's colours with its ticks and label on the right. What it takes of the page beside the bar itself:
double colour_bar_margin(const LayerScale& scale, double height);
void draw_colour_bar(Drawing& drawing, const LayerScale& scale, const Box& bar, std::span<const double> levels);

// Marks for the legend, in the order of the markers.
std::vector<LegendEntry> mark_entries(const SliceData& data);
Marker mark_marker(std::size_t index);

}  // namespace nadir::figures::internal
