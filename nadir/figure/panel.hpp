// A panel: a box with an axis below and one beside it, what is drawn into it, and the legend above it.
//
// Legends stand outside of the box, so they never cover data.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "nadir/figure/axis.hpp"
#include "nadir/figure/drawing.hpp"
#include "nadir/figure/palette.hpp"

namespace nadir::figures {

inline constexpr double tick_size = 6.5, label_size = 7.5, legend_size = 6.5;  // of text
inline constexpr double tick_length = 2.6, minor_tick_length = 1.5;
inline constexpr double axis_width = 0.5, line_width = 1.0, thin_width = 0.35;  // of pens
inline constexpr double page_margin = 3.0;

struct AxisSpec {
  Axis axis;
  RichText label;
  bool has_ticks = true;   // false: neither ticks nor label; for panels that share the axis of another
};

struct Panel {
  Box box;
  Axis x, y;

  double x_at(double value) const { return box.left + x.place(value) * box.width; }
  double y_at(double value) const { return box.bottom() - y.place(value) * box.height; }
  Spot at(double x_value, double y_value) const { return {x_at(x_value), y_at(y_value)}; }
};

enum class Frame { left_and_bottom, bottom, closed };

// What stands beside and below the box: tick labels, ticks and axis labels.
double left_margin(const AxisSpec& y, double height);
double bottom_margin(const AxisSpec& x);
// What stands above it for the factor or offset of the axis beside it; 0 where there is none.
double note_height(const AxisSpec& y, double height);

// Draws lines, ticks and labels of both axes around the box.
Panel draw_frame(Drawing& drawing, const Box& box, const AxisSpec& x, const AxisSpec& y, Frame frame = Frame::left_and_bottom);

// A polyline through the numbers, broken where one is not finite or has no place, cut at a little beyond the box. Call between begin_clip
// and end_clip.
void draw_line(Drawing& drawing, const Panel& panel, std::span<const double> x, std::span<const double> y, const Pen& pen);
// The area between two curves over the same x.
void draw_band(Drawing& drawing, const Panel& panel, std::span<const double> x, std::span<const double> low, std::span<const double> high, const Colour& fill);
void begin_clip(Drawing& drawing, const Panel& panel, double room = 0.0);
void end_clip(Drawing& drawing);

struct PanelSpec {
  AxisSpec x, y;
  double height = 100.0;  // of the box
  Frame frame = Frame::left_and_bottom;
};

enum class Marker { circle, square, triangle, diamond, cross, star, down };
void draw_marker(Drawing& drawing, Marker marker, Spot at, double size, std::optional<Colour> fill, const Pen& pen);

struct LegendEntry {
  RichText label;
  std::optional<Pen> line = {};
  std::optional<Colour> band = {};
  std::optional<Marker> marker = {};
  std::optional<Colour> marker_fill = {};
  Pen marker_pen = {black, 0.5};
  double marker_size = 4.0;
};

// Entries in rows of that width; labels that do not fit are shortened. Returns the height of all rows.
double legend_height(const std::vector<LegendEntry>& entries, double width);
void draw_legend(Drawing& drawing, const std::vector<LegendEntry>& entries, Spot top_left, double width);

// A page with the legend on top and the panels below one another, their boxes in one column; leaves `right` free beside
// them and sets the height of the page.
std::vector<Panel> draw_stack(Drawing& drawing, const std::vector<LegendEntry>& legend, const std::vector<PanelSpec>& panels, double right = 9.0);

}  // namespace nadir::figures
