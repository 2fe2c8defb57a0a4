#include "nadir/figure/panel.hpp"

#include <algorithm>
#include <cmath>

#include "nadir/figure/palette.hpp"

namespace nadir::figures {
namespace {

const Pen frame_pen{black, axis_width};
constexpr double label_gap = 2.0;       // between ticks and their labels
constexpr double axis_label_gap = 3.0;  // between tick labels and the label of the axis
constexpr double cap = 0.72;            // height of a capital in sizes of the text

double widest_label(const TickSet& ticks) {
  double widest = 0.0;
  for (const Tick& tick : ticks.major) widest = std::max(widest, text_width(tick.label, tick_size));
  return widest;
}

void add_words(Drawing& drawing, const RichText& text, double room, Words words) {
  words.text = fitted(text, words.size, room);
  drawing.add(std::move(words));
}

void draw_x_axis(Drawing& drawing, const Panel& panel, const AxisSpec& spec) {
  const Box& box = panel.box;
  const TickSet ticks = make_ticks(spec.axis, box.width, Direction::along, tick_size);
  for (const double value : ticks.minor)
    drawing.add_line({panel.x_at(value), box.bottom()}, {panel.x_at(value), box.bottom() + minor_tick_length}, frame_pen);
  for (const Tick& tick : ticks.major) {
    const double x = panel.x_at(tick.value);
    drawing.add_line({x, box.bottom()}, {x, box.bottom() + tick_length}, frame_pen);
    drawing.add(Words{.text = tick.label, .at = {x, box.bottom() + tick_length + label_gap + cap * tick_size}, .size = tick_size, .anchor = Anchor::middle});
  }
  const double baseline = box.bottom() + bottom_margin(spec) - 0.22 * label_size;
  const double note = ticks.note.is_empty() ? 0.0 : text_width(ticks.note, tick_size) + 4.0;
  if (note > 0) drawing.add(Words{.text = ticks.note, .at = {box.right(), baseline}, .size = tick_size, .anchor = Anchor::end});
  add_words(drawing, spec.label, box.width - 2 * note,
            {.at = {box.left + box.width / 2, baseline}, .size = label_size, .anchor = Anchor::middle});
}

void draw_y_axis(Drawing& drawing, const Panel& panel, const AxisSpec& spec) {
  const Box& box = panel.box;
  const TickSet ticks = make_ticks(spec.axis, box.height, Direction::across, tick_size);
  for (const double value : ticks.minor)
    drawing.add_line({box.left, panel.y_at(value)}, {box.left - minor_tick_length, panel.y_at(value)}, frame_pen);
  for (const Tick& tick : ticks.major) {
    const double y = panel.y_at(tick.value);
    drawing.add_line({box.left, y}, {box.left - tick_length, y}, frame_pen);
    drawing.add(Words{.text = tick.label, .at = {box.left - tick_length - label_gap, y + cap * tick_size / 2}, .size = tick_size, .anchor = Anchor::end});
  }
  if (!ticks.note.is_empty())
    drawing.add(Words{.text = ticks.note, .at = {box.left - tick_length, box.top - 3.5}, .size = tick_size});
  // Labels of panels one above the other stand in one column, however wide their numbers are.
  add_words(drawing, spec.label, box.height,
            {.at = {page_margin + cap * label_size, box.top + box.height / 2}, .size = label_size, .anchor = Anchor::middle, .turn = 90.0});
}

// The part of a segment within [low, high] in both coordinates [LiangBarsky1984]; false where there is none.
bool clip_segment(Spot& a, Spot& b, double low, double high) {
  double enter = 0.0, leave = 1.0;
  const Spot d{b.x - a.x, b.y - a.y};
  const auto cut = [&](double p, double q) {  // p t <= q
    if (p == 0.0) return q >= 0.0;
    if (p < 0.0) enter = std::max(enter, q / p);
    else leave = std::min(leave, q / p);
    return enter <= leave;
  };
  if (!std::isfinite(d.x) || !std::isfinite(d.y)) return false;
  if (!cut(-d.x, a.x - low) || !cut(d.x, high - a.x) || !cut(-d.y, a.y - low) || !cut(d.y, high - a.y)) return false;
  const Spot start = a;
  a = {start.x + enter * d.x, start.y + enter * d.y};
  b = {start.x + leave * d.x, start.y + leave * d.y};
  return true;
}

struct LegendPlace {
  RichText label;
  double x = 0.0;
  int row = 0;
};

constexpr double handle_width = 13.0, handle_gap = 3.5, entry_gap = 10.0, row_height = legend_size * 1.5;

std::vector<LegendPlace> legend_places(const std::vector<LegendEntry>& entries, double width) {
  std::vector<LegendPlace> places;
  double x = 0.0;
  int row = 0;
  for (const LegendEntry& entry : entries) {
    const RichText label = fitted(entry.label, legend_size, width - handle_width - handle_gap);
    const double needs = handle_width + handle_gap + text_width(label, legend_size);
    if (x > 0 && x + needs > width) x = 0.0, ++row;
    places.push_back({label, x, row});
    x += needs + entry_gap;
  }
  return places;
}

}  // namespace

double left_margin(const AxisSpec& y, double height) {
  const double labels = y.has_ticks ? widest_label(make_ticks(y.axis, height, Direction::across, tick_size)) : 0.0;
  const double label = y.label.is_empty() ? 0.0 : label_size + axis_label_gap;
  return page_margin + label + (y.has_ticks ? labels + label_gap + tick_length : 0.0);
}

double bottom_margin(const AxisSpec& x) {
  if (!x.has_ticks) return 0.0;
  const double numbers = tick_length + label_gap + cap * tick_size;
  return x.label.is_empty() ? numbers : numbers + axis_label_gap + label_size;
}

double note_height(const AxisSpec& y, double height) {
  return y.has_ticks && !make_ticks(y.axis, height, Direction::across, tick_size).note.is_empty() ? 1.6 * tick_size : 0.0;
}

Panel draw_frame(Drawing& drawing, const Box& box, const AxisSpec& x, const AxisSpec& y, Frame frame) {
  const Panel panel{box, x.axis, y.axis};
  if (frame == Frame::closed) drawing.add_box(box, {}, frame_pen);
  else if (frame == Frame::bottom) drawing.add_line({box.left, box.bottom()}, {box.right(), box.bottom()}, frame_pen);
  else drawing.add(Shape{.outlines = {{{box.left, box.top}, {box.left, box.bottom()}, {box.right(), box.bottom()}}}, .pen = frame_pen});
  if (x.has_ticks) draw_x_axis(drawing, panel, x);
  if (y.has_ticks) draw_y_axis(drawing, panel, y);
  return panel;
}

void draw_line(Drawing& drawing, const Panel& panel, std::span<const double> x, std::span<const double> y, const Pen& pen) {
  Shape shape{.outlines = {}, .pen = pen};
  const auto spot = [&](Spot place) { return Spot{panel.box.left + place.x * panel.box.width, panel.box.bottom() - place.y * panel.box.height}; };
  Spot last_end{};
  for (std::size_t k = 0; k + 1 < std::min(x.size(), y.size()); ++k) {
    Spot a{panel.x.place(x[k]), panel.y.place(y[k])}, b{panel.x.place(x[k + 1]), panel.y.place(y[k + 1])};
    if (std::isnan(a.x + a.y) || std::isnan(b.x + b.y) || !clip_segment(a, b, -0.2, 1.2)) continue;
    const Spot from = spot(a), to = spot(b);
    if (shape.outlines.empty() || !(from == last_end)) shape.outlines.push_back({from});
    shape.outlines.back().push_back(to);
    last_end = to;
  }
  if (!shape.outlines.empty()) drawing.add(std::move(shape));
}

void draw_band(Drawing& drawing, const Panel& panel, std::span<const double> x, std::span<const double> low, std::span<const double> high, const Colour& fill) {
  Shape shape{.outlines = {}, .is_closed = true, .fill = fill};
  const auto bounded = [&](double xs, double ys) {
    return Spot{panel.box.left + panel.x.place(xs) * panel.box.width, panel.box.bottom() - std::clamp(panel.y.place(ys), -0.2, 1.2) * panel.box.height};
  };
  std::vector<Spot> forth, back;
  const auto finish = [&] {
    if (forth.size() > 1) {
      forth.insert(forth.end(), back.rbegin(), back.rend());
      shape.outlines.push_back(forth);
    }
    forth.clear();
    back.clear();
  };
  for (std::size_t k = 0; k < x.size(); ++k) {
    const Spot below = bounded(x[k], low[k]), above = bounded(x[k], high[k]);
    if (std::isfinite(below.x + below.y) && std::isfinite(above.y)) {
      forth.push_back(below);
      back.push_back(above);
    } else {
      finish();
    }
  }
  finish();
  if (!shape.outlines.empty()) drawing.add(std::move(shape));
}

void begin_clip(Drawing& drawing, const Panel& panel, double room) {
  const Box& b = panel.box;
  drawing.add(ClipBegin{{b.left - room, b.top - room, b.width + 2 * room, b.height + 2 * room}});
}

void end_clip(Drawing& drawing) { drawing.add(ClipEnd{}); }

double legend_height(const std::vector<LegendEntry>& entries, double width) {
  return entries.empty() ? 0.0 : (legend_places(entries, width).back().row + 1) * row_height + 2.0;
}

void draw_legend(Drawing& drawing, const std::vector<LegendEntry>& entries, Spot top_left, double width) {
  const std::vector<LegendPlace> places = legend_places(entries, width);
  for (std::size_t k = 0; k < entries.size(); ++k) {
    const LegendEntry& entry = entries[k];
    const double x = top_left.x + places[k].x, y = top_left.y + (places[k].row + 0.5) * row_height;
    if (entry.band) drawing.add_box({x, y - 2.2, handle_width, 4.4}, entry.band, {});
    if (entry.line) drawing.add_line({x, y}, {x + handle_width, y}, *entry.line);
    if (entry.marker) draw_marker(drawing, *entry.marker, {x + handle_width / 2, y}, entry.marker_size, entry.marker_fill, entry.marker_pen);
    drawing.add(Words{.text = places[k].label,
                      .at = {x + handle_width + handle_gap, y + cap * legend_size / 2},
                      .size = legend_size});
  }
}

std::vector<Panel> draw_stack(Drawing& drawing, const std::vector<LegendEntry>& legend, const std::vector<PanelSpec>& panels, double right) {
  constexpr double gap = 5.0;
  double left = 0.0;
  for (const PanelSpec& spec : panels) left = std::max(left, left_margin(spec.y, spec.height));
  const double width = std::max(drawing.width - left - right, 20.0), legend_width = drawing.width - 2 * page_margin - 4.0;
  const double legend_left = legend.size() > 1 && legend_height(legend, width) > legend_height(legend, legend_width) ? page_margin + 4.0 : left;
  const double room = legend_left == left ? width : legend_width;
  draw_legend(drawing, legend, {legend_left, page_margin}, room);
  double top = page_margin + legend_height(legend, room) + gap;
  std::vector<Panel> drawn;
  for (const PanelSpec& spec : panels) {
    top += note_height(spec.y, spec.height);
    drawn.push_back(draw_frame(drawing, {left, top, width, spec.height}, spec.x, spec.y, spec.frame));
    top += spec.height + bottom_margin(spec.x) + gap;
  }
  drawing.height = top - gap + page_margin;
  return drawn;
}

}  // namespace nadir::figures
