#include "nadir/figure/path_picture.hpp"

#include <cmath>

#include "nadir/figure/palette.hpp"

namespace nadir::figures {
namespace {

constexpr double marker_size = 4.4;

std::string curve_words(const PathCurve& curve) {
  const std::string name = curve.kind == "straight" ? "straight line" : curve.kind == "bezier" ? "B\u00e9zier curve" : curve.kind == "polygon" ? "polygon" : curve.kind == "elastic-band" ? "elastic band" : curve.name;
  const bool says_alignment = curve.is_aligned && curve.kind == "straight";
  return name + (says_alignment ? ", aligned" : "") + (curve.is_converged ? "" : " (not converged)");
}

Pen pen_of(std::size_t curve) { return {line_colour(curve), line_width, line_dashes(curve)}; }

std::vector<double> all_values(const PathData& data) {
  std::vector<double> numbers;
  for (const PathCurve& curve : data.curves) {
    numbers.insert(numbers.end(), curve.values.begin(), curve.values.end());
    numbers.insert(numbers.end(), {curve.barrier_value, curve.barrier_value + curve.uncertainty});
  }
  if (data.saddle) numbers.push_back(data.saddle->value);
  return numbers;
}

// The greatest value at an end is no barrier.
bool has_barrier(const PathCurve& curve) { return std::isfinite(curve.barrier_value) && curve.barrier_t > 0 && curve.barrier_t < 1; }

std::string saddle_words(const PathSaddle& saddle) {
  std::string text = saddle.verdict.empty() ? "saddle" : saddle.verdict;
  if (saddle.negative >= 0) text += ", index " + std::to_string(saddle.negative);
  return saddle.rigor.empty() ? text : text + " (" + saddle.rigor + ")";
}

std::vector<LegendEntry> legend(const PathData& data) {
  std::vector<LegendEntry> entries;
  bool has_barriers = false;
  for (std::size_t k = 0; k < data.curves.size(); ++k) {
    entries.push_back({.label = curve_words(data.curves[k]), .line = pen_of(k)});
    has_barriers = has_barriers || has_barrier(data.curves[k]);
  }
  if (has_barriers) entries.push_back({.label = "barrier, with its uncertainty", .marker = Marker::circle, .marker_fill = white, .marker_size = marker_size});
  if (data.saddle) entries.push_back({.label = saddle_words(*data.saddle), .marker = Marker::star, .marker_fill = line_colour(6), .marker_size = 5.0});
  return entries;
}

// The true maximum lies between the value found and that much above it.
void draw_barrier(Drawing& drawing, const Panel& panel, const PathCurve& curve, const Colour& colour) {
  if (!has_barrier(curve)) return;
  const Spot at = panel.at(curve.barrier_t, curve.barrier_value);
  const double top = panel.y_at(curve.barrier_value + curve.uncertainty);
  const Pen pen{colour, 0.7};
  if (std::isfinite(top) && at.y - top > 0.3) {
    drawing.add_line(at, {at.x, top}, pen);
    drawing.add_line({at.x - 2, top}, {at.x + 2, top}, pen);
  }
  draw_marker(drawing, Marker::circle, at, marker_size, white, {colour, 0.8});
}

}  // namespace

Drawing draw_path(const PathData& data, const PictureOptions& options) {
  const std::vector<double> numbers = all_values(data);
  const bool is_log = options.scale == PictureScale::logarithmic || (options.scale == PictureScale::automatic && spans_decades(numbers));
  if (is_log) require_positive(numbers, "values along the path");
  Drawing drawing = page_of(options, "Value along paths, " + data.family);
  const Axis value_axis = is_log ? log_axis(numbers, 0.06) : linear_axis(numbers, 0.06);
  const std::vector<Panel> panels =
      draw_stack(drawing, legend(data), {{{{-0.02, 1.02, false}, "position t along the path"}, {value_axis, "value"}, panel_height(drawing, 0.56)}});
  begin_clip(drawing, panels[0], 3.0);
  for (std::size_t k = 0; k < data.curves.size(); ++k) draw_line(drawing, panels[0], data.curves[k].t, data.curves[k].values, pen_of(k));
  for (std::size_t k = 0; k < data.curves.size(); ++k) draw_barrier(drawing, panels[0], data.curves[k], line_colour(k));
  if (data.saddle) draw_marker(drawing, Marker::star, panels[0].at(data.saddle->t, data.saddle->value), 5.0, line_colour(6), {black, 0.5});
  end_clip(drawing);
  return drawing;
}

}  // namespace nadir::figures
