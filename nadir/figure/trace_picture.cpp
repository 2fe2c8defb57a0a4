#include "nadir/figure/trace_picture.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "nadir/figure/palette.hpp"

namespace nadir::figures {
namespace {

constexpr std::array<Marker, 6> event_markers{Marker::down, Marker::diamond, Marker::star, Marker::square, Marker::triangle, Marker::circle};
constexpr double routine_size = 2.2;  // of events that are part of the method and happen often
constexpr double event_size = 4.0, closest_events = 3.0;  // points; events of a kind nearer than that are one mark

struct Columns {
  std::vector<double> iteration, value, gap, gradient;
  bool has_bound = false, has_value = false, has_gap = false, is_log = true;
};

Columns columns_of(const TraceData& data, bool is_log) {
  Columns c;
  c.is_log = is_log;
  c.has_bound = std::isfinite(data.lower_bound);
  double lowest = std::numeric_limits<double>::infinity();
  for (const TraceRow& row : data.trace)
    if (std::isfinite(row.value)) lowest = std::min(lowest, row.value);
  const double base = c.has_bound ? data.lower_bound : lowest;
  c.has_value = !is_log || lowest > 0;
  c.has_gap = is_log && !(c.has_value && base == 0);  // the same line twice
  for (const TraceRow& row : data.trace) {
    const double gap = row.value - base;
    c.iteration.push_back(static_cast<double>(row.iteration));
    c.value.push_back(row.value);
    c.gap.push_back(is_log && !(gap > 0) ? std::nan("") : gap);
    c.gradient.push_back(is_log && !(row.gradient_norm > 0) ? std::nan("") : row.gradient_norm);
  }
  return c;
}

std::string gap_words(const Columns& c) { return c.has_bound ? "gap to the lower bound" : "value above the least seen"; }

Axis axis_of(const Columns& c, std::vector<double> numbers) { return c.is_log ? log_axis(numbers, 0.04) : linear_axis(numbers, 0.04); }

std::vector<std::string> kinds_of(const Trace& trace) {
  std::vector<std::string> kinds;
  for (const TraceRow& row : trace)
    if (!row.event.empty() && std::find(kinds.begin(), kinds.end(), row.event) == kinds.end()) kinds.push_back(row.event);
  return kinds;
}

bool is_routine(const std::string& kind) { return kind == "rejected"; }

// Of that kind of event, all of them.
struct EventStyle {
  Marker marker;
  double size;
  Pen pen;
};

EventStyle style_of(const std::vector<std::string>& kinds, std::size_t kind) {
  if (is_routine(kinds[kind])) return {Marker::cross, routine_size, {black, 0.4}};
  return {event_markers[std::min(kind, event_markers.size() - 1)], event_size, {black, 0.5}};
}

std::vector<LegendEntry> legend(const Columns& c, const std::vector<std::string>& kinds) {
  std::vector<LegendEntry> entries;
  if (c.has_value) entries.push_back({.label = "value", .line = Pen{line_colour(0), line_width}});
  if (c.has_gap) entries.push_back({.label = gap_words(c), .line = Pen{line_colour(1), line_width, line_dashes(1)}});
  entries.push_back({.label = "gradient norm", .line = Pen{line_colour(2), line_width}});
  for (std::size_t k = 0; k < std::min(kinds.size(), event_markers.size()); ++k) {
    const bool holds_the_rest = k + 1 == event_markers.size() && kinds.size() > event_markers.size();
    const EventStyle style = style_of(kinds, k);
    entries.push_back({.label = holds_the_rest ? "other events" : kinds[k], .marker = style.marker, .marker_fill = white, .marker_pen = style.pen, .marker_size = style.size});
  }
  return entries;
}

// On the upper curve; on the upper rim where that has no place.
void draw_events(Drawing& drawing, const Panel& panel, const Trace& trace, const std::vector<double>& curve, const std::vector<std::string>& kinds) {
  std::vector<double> last(kinds.size(), -1e9);
  for (std::size_t row = 0; row < trace.size(); ++row) {
    if (trace[row].event.empty()) continue;
    const std::size_t kind = static_cast<std::size_t>(std::find(kinds.begin(), kinds.end(), trace[row].event) - kinds.begin());
    const double x = panel.x_at(static_cast<double>(trace[row].iteration)), y = panel.y_at(curve[row]);
    if (x - last[kind] < closest_events) continue;
    last[kind] = x;
    const EventStyle style = style_of(kinds, kind);
    draw_marker(drawing, style.marker, {x, std::isfinite(y) ? y : panel.box.top + event_size}, style.size, white, style.pen);
  }
}

}  // namespace

Drawing draw_trace(const TraceData& data, const PictureOptions& options) {
  const Columns c = columns_of(data, options.scale != PictureScale::linear);
  const std::vector<std::string> kinds = kinds_of(data.trace);
  std::vector<double> above;
  if (c.has_value) above = c.value;
  if (c.has_gap) above.insert(above.end(), c.gap.begin(), c.gap.end());
  Drawing drawing = page_of(options, "History of a run, " + data.family);
  AxisSpec below{linear_axis(c.iteration, 0.01), "iteration"};
  below.axis.is_whole = true;
  const AxisSpec none{below.axis, "", false};
  const std::string label = !c.has_gap ? "value" : c.has_value ? "value, gap" : c.has_bound ? "gap" : "value above the least";
  const double height = panel_height(drawing, 0.34);
  const std::vector<Panel> panels = draw_stack(drawing, legend(c, kinds),
                                               {{none, {axis_of(c, above), label}, height}, {below, {axis_of(c, c.gradient), "gradient norm"}, height}});
  begin_clip(drawing, panels[0], 3.0);
  if (c.has_value) draw_line(drawing, panels[0], c.iteration, c.value, {line_colour(0), line_width});
  if (c.has_gap) draw_line(drawing, panels[0], c.iteration, c.gap, {line_colour(1), line_width, line_dashes(1)});
  draw_events(drawing, panels[0], data.trace, c.has_value ? c.value : c.gap, kinds);
  end_clip(drawing);
  begin_clip(drawing, panels[1], 1.0);
  draw_line(drawing, panels[1], c.iteration, c.gradient, {line_colour(2), line_width});
  end_clip(drawing);
  return drawing;
}

}  // namespace nadir::figures
