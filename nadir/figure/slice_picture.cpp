#include "nadir/figure/slice_picture.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "nadir/base/error.hpp"
#include "nadir/figure/internal/layer_scale.hpp"
#include "nadir/figure/palette.hpp"

namespace nadir::figures {

namespace internal {
namespace {

constexpr std::array<Marker, 6> mark_markers{Marker::circle, Marker::diamond, Marker::square, Marker::triangle, Marker::star, Marker::down};
constexpr std::size_t most_characters = 36;  // of a label that a number follows, so that the number is seen
constexpr double bar_gap = 2.0, label_gap = 3.0, cap = 0.72;

RichText cut(const std::string& label) {
  const std::string plain = plain_text(label), shown = shortened(plain, most_characters);
  return shown == plain ? RichText::isolated(plain) : RichText::isolated(shown).shortened_from(plain);
}

const SliceLayer& find_layer(const SliceData& data, const std::string& name) {
  std::string names;
  for (const SliceLayer& layer : data.layers) {
    if (layer.name == name) return layer;
    names += (names.empty() ? "" : ", ") + layer.name;
  }
  throw InputError("--figure-layer", "a layer of the slice (" + (names.empty() ? "it has none" : names) + ")", "'" + name + "'");
}

}  // namespace

Colour LayerScale::colour(double value) const {
  const double t = axis.place(value);
  return is_signed ? signed_colour(2.0 * t - 1.0) : map_colour(t);
}

LayerScale layer_scale(const SliceData& data, const PictureOptions& options) {
  LayerScale scale;
  scale.layer = &find_layer(data, options.layer);
  const std::vector<double>& values = scale.layer->values;
  const bool is_log = options.scale == PictureScale::logarithmic || (options.scale == PictureScale::automatic && spans_decades(values));
  if (is_log) require_positive(values, "layer " + scale.layer->name);
  scale.axis = is_log ? log_axis(values) : linear_axis(values);
  scale.is_signed = scale.layer->name == "curvature_ratio" && !is_log;
  if (scale.is_signed) {
    const double most = std::max(std::fabs(scale.axis.low), std::fabs(scale.axis.high));
    scale.axis = {-most, most, false};
  }
  return scale;
}

RichText axis_label(const SliceAxis& axis) {
  RichText text = cut(axis.label.empty() ? "coordinate" : axis.label);
  if (std::isfinite(axis.length) && std::fabs(axis.length - 1.0) > 1e-6) text.add(" (unit ").add(number_text(axis.length, 3)).add(")");
  return text;
}

// Distances below it are rounding: of numbers as large as the picture.
double least_distance(const SliceData& data) {
  double extent = 0.0;
  for (const SliceAxis& axis : data.axes)
    if (!axis.coordinates.empty()) extent = std::max(extent, axis.length * (axis.coordinates.back() - axis.coordinates.front()));
  return std::isfinite(extent) ? 1e-9 * extent : 0.0;
}

RichText mark_label(const SliceMark& mark, const SliceData& data) {
  RichText text = cut(mark.label.empty() ? "point" : mark.label);
  if (mark.distance > least_distance(data)) text.add(" (").add(number_text(mark.distance, 2)).add(data.axes.size() == 1 ? " off the line)" : " off the plane)");
  return text;
}

double greatest_distance(const std::vector<SliceMark>& trajectory) {
  double most = 0.0;
  for (const SliceMark& at : trajectory)
    if (std::isfinite(at.distance)) most = std::max(most, at.distance);
  return most;
}

Marker mark_marker(std::size_t index) { return mark_markers[index % mark_markers.size()]; }

std::vector<LegendEntry> mark_entries(const SliceData& data) {
  std::vector<LegendEntry> entries;
  for (std::size_t k = 0; k < data.marks.size(); ++k)
    entries.push_back({.label = mark_label(data.marks[k], data), .marker = mark_marker(k), .marker_fill = white, .marker_pen = {black, 0.7}, .marker_size = 4.2});
  if (!data.trajectory.empty()) {
    const double most = greatest_distance(data.trajectory);
    RichText label("trajectory");
    if (most > least_distance(data)) label.add(data.axes.size() == 1 ? ", fainter off the line (at most " : ", fainter off the plane (at most ").add(number_text(most, 2)).add(")");
    entries.push_back({.label = label, .line = Pen{black, line_width}});
  }
  return entries;
}

double colour_bar_margin(const LayerScale& scale, double height) {
  double widest = 0.0;
  for (const Tick& tick : make_ticks(scale.axis, height, Direction::across, tick_size).major) widest = std::max(widest, text_width(tick.label, tick_size));
  return tick_length + bar_gap + widest + label_gap + label_size + page_margin;
}

void draw_colour_bar(Drawing& drawing, const LayerScale& scale, const Box& bar, std::span<const double> levels) {
  constexpr int steps = 256;
  Raster raster{.box = bar, .columns = 1, .rows = steps, .rgb = {}};
  for (int row = 0; row < steps; ++row) {
    const double t = 1.0 - (row + 0.5) / steps;
    const Colour c = scale.is_signed ? signed_colour(2.0 * t - 1.0) : map_colour(t);
    for (const double part : {c.red, c.green, c.blue}) raster.rgb.push_back(static_cast<std::uint8_t>(std::lround(255.0 * part)));
  }
  drawing.add(std::move(raster));
  const Pen pen{black, axis_width};
  const auto y_at = [&](double value) { return bar.bottom() - scale.axis.place(value) * bar.height; };
  for (const double level : levels) drawing.add_line({bar.left, y_at(level)}, {bar.right(), y_at(level)}, {black.with_alpha(0.55), thin_width});
  drawing.add_box(bar, {}, pen);
  const TickSet ticks = make_ticks(scale.axis, bar.height, Direction::across, tick_size);
  double widest = 0.0;
  for (const Tick& tick : ticks.major) {
    widest = std::max(widest, text_width(tick.label, tick_size));
    drawing.add_line({bar.right(), y_at(tick.value)}, {bar.right() + tick_length, y_at(tick.value)}, pen);
    drawing.add(Words{.text = tick.label, .at = {bar.right() + tick_length + bar_gap, y_at(tick.value) + cap * tick_size / 2}, .size = tick_size});
  }
  for (const double value : ticks.minor) drawing.add_line({bar.right(), y_at(value)}, {bar.right() + minor_tick_length, y_at(value)}, pen);
  const std::string& name = scale.layer->label.empty() ? scale.layer->name : scale.layer->label;
  RichText label = RichText::isolated(name);
  if (!ticks.note.is_empty()) label.add("   ").add(ticks.note);
  const RichText shown = fitted(label, label_size, bar.height);
  drawing.add(Words{.text = shown,
                    .at = {bar.right() + tick_length + bar_gap + widest + label_gap + cap * label_size, bar.top + bar.height / 2},
                    .size = label_size,
                    .anchor = Anchor::middle,
                    .turn = 90.0});
}

Drawing draw_line_slice(const SliceData& data, const PictureOptions& options) {
  const LayerScale scale = layer_scale(data, options);
  const bool shows_marks = scale.layer->name == "value";  // the value is what is known of a mark
  std::vector<double> numbers = scale.layer->values;
  if (shows_marks)
    for (const std::vector<SliceMark>* list : {&data.marks, &data.trajectory})
      for (const SliceMark& mark : *list) numbers.push_back(mark.value);
  if (scale.axis.is_log) require_positive(numbers, "values of the slice");
  const Axis value_axis = scale.axis.is_log ? log_axis(numbers, 0.05) : linear_axis(numbers, 0.05);
  Drawing drawing = page_of(options, "Slice of the objective, " + data.family);
  const std::string& label = scale.layer->label.empty() ? scale.layer->name : scale.layer->label;
  const std::vector<Panel> panels = draw_stack(
      drawing, shows_marks ? mark_entries(data) : std::vector<LegendEntry>{},
      {{{linear_axis(data.axes[0].coordinates, 0.01), axis_label(data.axes[0])}, {value_axis, label}, panel_height(drawing, 0.56)}});
  begin_clip(drawing, panels[0], 3.0);
  draw_line(drawing, panels[0], data.axes[0].coordinates, scale.layer->values, {line_colour(0), line_width});
  if (shows_marks) {
    const double most = greatest_distance(data.trajectory);
    for (const SliceMark& at : data.trajectory) {
      const double fade = most > 0 ? 1.0 - 0.8 * at.distance / most : 1.0;
      draw_marker(drawing, Marker::circle, panels[0].at(at.coordinates[0], at.value), 1.6, black.with_alpha(fade), {black.with_alpha(fade), 0.2});
    }
    for (std::size_t k = 0; k < data.marks.size(); ++k)
      draw_marker(drawing, mark_marker(k), panels[0].at(data.marks[k].coordinates[0], data.marks[k].value), 4.2, white, {black, 0.7});
  }
  end_clip(drawing);
  return drawing;
}

}  // namespace internal

Drawing draw_slice(const SliceData& data, const PictureOptions& options) {
  if (data.axes.empty() || data.axes.size() > 2) throw InputError("slice", "one axis or two", std::to_string(data.axes.size()));
  if (data.axes.size() == 1 && options.is_surface) throw InputError("--surface", "a slice of a plane", "one of a line");
  if (data.axes.size() == 1) return internal::draw_line_slice(data, options);
  return options.is_surface ? internal::draw_surface(data, options) : internal::draw_map(data, options);
}

}  // namespace nadir::figures
