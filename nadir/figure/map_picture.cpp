// The map of a plane: colours as one image, contours as lines above it, the bar of colours beside it.
#include <algorithm>
#include <cmath>

#include "nadir/figure/internal/layer_scale.hpp"
#include "nadir/figure/palette.hpp"

namespace nadir::figures::internal {
namespace {

constexpr double pixels_per_point = 300.0 / 72.0;
constexpr double bar_width = 6.0, bar_distance = 5.0;
constexpr double faintest = 0.18;  // of the trajectory, where it is farthest off the plane

// A logarithmic scale is drawn in decades: between grid points the logarithm is interpolated.
std::vector<double> drawn_values(const LayerScale& scale) {
  std::vector<double> values = scale.layer->values;
  if (scale.axis.is_log)
    for (double& v : values) v = std::log10(v);
  return values;
}

double undrawn(const LayerScale& scale, double v) { return scale.axis.is_log ? std::pow(10.0, v) : v; }

// Wide or high as the plane is, in Euclidean lengths, unless that would be a strip.
double aspect(const SliceData& data) {
  const auto extent = [](const SliceAxis& axis) { return axis.coordinates.size() < 2 ? 0.0 : (axis.coordinates.back() - axis.coordinates.front()) * axis.length; };
  const double ratio = extent(data.axes[1]) / extent(data.axes[0]);
  return ratio > 0.5 && ratio < 2.0 ? ratio : 1.0;
}

struct MapSize {
  double height = 0.0, right = 0.0;  // of the box, and what stands beside it
};

// Ticks depend on the height, the room for their labels on the ticks, and the height on that room: the largest room met.
MapSize map_size(const LayerScale& scale, const AxisSpec& beside, double page_width, double ratio) {
  MapSize size{0.6 * page_width, 0.0};
  double left = 0.0;
  for (int round = 0; round < 4; ++round) {
    left = std::max(left, left_margin(beside, size.height));
    size.right = std::max(size.right, bar_distance + bar_width + colour_bar_margin(scale, size.height));
    size.height = ratio * std::max(page_width - left - size.right, 20.0);
  }
  return size;
}

Raster colours(const LayerScale& scale, const GridValues& grid, const Panel& panel) {
  Raster raster{.box = panel.box, .columns = 0, .rows = 0, .rgb = {}};
  raster.columns = std::max(2, static_cast<int>(panel.box.width * pixels_per_point));
  raster.rows = std::max(2, static_cast<int>(panel.box.height * pixels_per_point));
  const auto share = [](int k, int n) { return (k + 0.5) / n; };
  for (int row = 0; row < raster.rows; ++row)
    for (int column = 0; column < raster.columns; ++column) {
      const double x = panel.x.low + share(column, raster.columns) * (panel.x.high - panel.x.low);
      const double y = panel.y.high - share(row, raster.rows) * (panel.y.high - panel.y.low);
      const double value = interpolated(grid, x, y);
      const Colour c = scale.colour(std::isnan(value) ? value : undrawn(scale, value));
      for (const double part : {c.red, c.green, c.blue}) raster.rgb.push_back(static_cast<std::uint8_t>(std::lround(255.0 * part)));
    }
  return raster;
}

void draw_contours(Drawing& drawing, const Panel& panel, const LayerScale& scale, const GridValues& grid, std::span<const double> levels) {
  for (const double level : levels) {
    Shape shape{.outlines = {}, .pen = Pen{black.with_alpha(0.55), thin_width}};
    for (const std::vector<Spot>& line : contour_lines(grid, scale.axis.is_log ? std::log10(level) : level)) {
      std::vector<Spot> outline;
      for (const Spot& spot : line) outline.push_back(panel.at(spot.x, spot.y));
      shape.outlines.push_back(std::move(outline));
    }
    if (!shape.outlines.empty()) drawing.add(std::move(shape));
  }
}

// Black on a white rim, so that it is seen on every colour.
void draw_trajectory(Drawing& drawing, const Panel& panel, const std::vector<SliceMark>& trajectory) {
  const double most = greatest_distance(trajectory);
  const auto spot = [&](const SliceMark& at) { return panel.at(at.coordinates[0], at.coordinates[1]); };
  for (const bool is_rim : {true, false})
    for (std::size_t k = 0; k + 1 < trajectory.size(); ++k) {
      const Spot from = spot(trajectory[k]), to = spot(trajectory[k + 1]);
      const double off = most > 0 ? std::min(trajectory[k].distance, trajectory[k + 1].distance) / most : 0.0;
      const double shown = 1.0 - (1.0 - faintest) * (std::isfinite(off) ? off : 1.0);
      if (std::isfinite(from.x + from.y + to.x + to.y)) drawing.add_line(from, to, is_rim ? Pen{white.with_alpha(0.8 * shown), 1.9} : Pen{black.with_alpha(shown), 0.9});
    }
}

}  // namespace

Drawing draw_map(const SliceData& data, const PictureOptions& options) {
  const LayerScale scale = layer_scale(data, options);
  const std::vector<double> values = drawn_values(scale);
  const GridValues grid{data.axes[0].coordinates, data.axes[1].coordinates, values};
  Drawing drawing = page_of(options, "Slice of the objective, " + data.family);
  const AxisSpec below{linear_axis(data.axes[0].coordinates), axis_label(data.axes[0])}, beside{linear_axis(data.axes[1].coordinates), axis_label(data.axes[1])};
  const auto [height, right] = map_size(scale, beside, drawing.width, aspect(data));
  // Colours and contours first: the frame stands above them.
  Drawing frame = drawing;
  const std::vector<Panel> panels = draw_stack(frame, mark_entries(data), {{below, beside, height, Frame::closed}}, right);
  const Panel& panel = panels[0];
  drawing.height = frame.height;
  const std::vector<double> levels = contour_levels(scale.axis.low, scale.axis.high, scale.axis.is_log);
  drawing.add(colours(scale, grid, panel));
  begin_clip(drawing, panel);
  draw_contours(drawing, panel, scale, grid, levels);
  draw_trajectory(drawing, panel, data.trajectory);
  end_clip(drawing);
  drawing.add_all(frame);
  begin_clip(drawing, panel, 3.0);
  for (std::size_t k = 0; k < data.marks.size(); ++k)
    draw_marker(drawing, mark_marker(k), panel.at(data.marks[k].coordinates[0], data.marks[k].coordinates[1]), 4.2, white, {black, 0.7});
  end_clip(drawing);
  draw_colour_bar(drawing, scale, {panel.box.right() + bar_distance, panel.box.top, bar_width, panel.box.height}, levels);
  return drawing;
}

}  // namespace nadir::figures::internal
