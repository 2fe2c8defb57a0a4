// The surface above a plane, by orthographic projection. Cells are painted from the far side to the near one, which is
// exact for surfaces above a grid that is seen from above.
#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "nadir/figure/internal/layer_scale.hpp"
#include "nadir/figure/palette.hpp"

namespace nadir::figures::internal {
namespace {

constexpr double degrees = 3.14159265358979323846 / 180.0;
constexpr double azimuth = -122.0 * degrees, elevation = 34.0 * degrees;
constexpr double relief = 0.62;             // height of the box, its sides being 1
constexpr std::size_t most_cells = 160;     // an axis; larger grids are thinned, which no page could show
constexpr std::size_t most_wires = 40;      // an axis
constexpr double label_away = 19.0;         // of a label from its edge
constexpr double bar_width = 6.0, bar_distance = 8.0, bar_share = 0.62;
constexpr Spot light{-0.35, -0.55};         // slopes towards it are lighter

struct Solid {
  double x = 0.0, y = 0.0, z = 0.0;  // in the box: -1/2 to 1/2, z from 0 to `relief`
};

class View {
 public:
  explicit View(const Box& box) : box_(box) {
    // The corners of the box, projected, fill the page's box.
    for (const double x : {-0.5, 0.5})
      for (const double y : {-0.5, 0.5})
        for (const double z : {0.0, relief}) {
          const Spot s = flat({x, y, z});
          low_ = {std::min(low_.x, s.x), std::min(low_.y, s.y)};
          high_ = {std::max(high_.x, s.x), std::max(high_.y, s.y)};
        }
    scale_ = std::min(box.width / (high_.x - low_.x), box.height / (high_.y - low_.y));
  }
  Spot at(const Solid& p) const {
    const Spot s = flat(p);
    return {box_.left + box_.width / 2 + scale_ * (s.x - (low_.x + high_.x) / 2), box_.top + box_.height / 2 - scale_ * (s.y - (low_.y + high_.y) / 2)};
  }
  // Larger is nearer to the eye.
  static double nearness(double x, double y) { return x * std::cos(azimuth) + y * std::sin(azimuth); }

 private:
  static Spot flat(const Solid& p) {
    return {-p.x * std::sin(azimuth) + p.y * std::cos(azimuth), p.z * std::cos(elevation) - nearness(p.x, p.y) * std::sin(elevation)};
  }

  Box box_;
  Spot low_{1e9, 1e9}, high_{-1e9, -1e9};
  double scale_ = 1.0;
};

// Every so many-th coordinate, and the last.
std::vector<std::size_t> thinned(std::size_t count, std::size_t most) {
  std::vector<std::size_t> kept;
  const std::size_t stride = std::max<std::size_t>(1, (count + most - 2) / most);
  for (std::size_t i = 0; i < count; i += stride) kept.push_back(i);
  if (count > 0 && kept.back() + 1 != count) kept.push_back(count - 1);
  return kept;
}

struct Relief {
  const SliceData& data;
  const LayerScale& scale;
  Axis x, y;
  View view;

  Solid solid(double a, double b, double value) const { return {x.place(a) - 0.5, y.place(b) - 0.5, relief * std::clamp(scale.axis.place(value), 0.0, 1.0)}; }
  double value(std::size_t i, std::size_t j) const { return scale.layer->values[i * data.axes[1].coordinates.size() + j]; }
  Solid node(std::size_t i, std::size_t j) const { return solid(data.axes[0].coordinates[i], data.axes[1].coordinates[j], value(i, j)); }
};

Colour shaded(const Colour& c, const std::array<Solid, 4>& p) {
  const double dx = ((p[1].z - p[0].z) + (p[2].z - p[3].z)) / std::max(1e-12, 2 * (p[1].x - p[0].x)), dy = ((p[3].z - p[0].z) + (p[2].z - p[1].z)) / std::max(1e-12, 2 * (p[3].y - p[0].y));
  const double towards = (light.x * -dx + light.y * -dy + 0.76) / std::sqrt(1 + dx * dx + dy * dy);
  const double f = 0.84 + 0.22 * std::clamp(towards, 0.0, 1.0);
  return {std::min(1.0, c.red * f), std::min(1.0, c.green * f), std::min(1.0, c.blue * f), 1.0};
}

void draw_cell(Drawing& drawing, const Relief& r, std::array<std::size_t, 4> ij, bool has_x_wire, bool has_y_wire) {
  const auto [i, i2, j, j2] = ij;
  const std::array<Solid, 4> p{r.node(i, j), r.node(i2, j), r.node(i2, j2), r.node(i, j2)};
  const double mean = r.scale.axis.is_log ? std::pow(10.0, (std::log10(r.value(i, j)) + std::log10(r.value(i2, j)) + std::log10(r.value(i2, j2)) + std::log10(r.value(i, j2))) / 4)
                                          : r.value(i, j) / 4 + r.value(i2, j) / 4 + r.value(i2, j2) / 4 + r.value(i, j2) / 4;
  if (!std::isfinite(mean) || std::isnan(p[0].z + p[1].z + p[2].z + p[3].z)) return;
  const Colour colour = shaded(r.scale.colour(mean), p);
  std::vector<Spot> outline;
  for (const Solid& corner : p) outline.push_back(r.view.at(corner));
  drawing.add(Shape{.outlines = {outline}, .is_closed = true, .fill = colour, .pen = Pen{colour, 0.25}});  // the pen closes seams
  const Pen wire{black.with_alpha(0.45), 0.2};
  if (has_x_wire) drawing.add_line(outline[0], outline[3], wire);
  if (has_y_wire) drawing.add_line(outline[0], outline[1], wire);
}

void draw_cells(Drawing& drawing, const Relief& r) {
  std::vector<std::size_t> is = thinned(r.data.axes[0].coordinates.size(), most_cells), js = thinned(r.data.axes[1].coordinates.size(), most_cells);
  const std::size_t x_wires = std::max<std::size_t>(1, is.size() / most_wires), y_wires = std::max<std::size_t>(1, js.size() / most_wires);
  if (is.size() < 2 || js.size() < 2) return;
  for (std::size_t a = 0; a + 1 < is.size(); ++a)
    for (std::size_t b = 0; b + 1 < js.size(); ++b) {
      const std::size_t i = View::nearness(1, 0) > 0 ? a : is.size() - 2 - a, j = View::nearness(0, 1) > 0 ? b : js.size() - 2 - b;
      draw_cell(drawing, r, {is[i], is[i + 1], js[j], js[j + 1]}, i % x_wires == 0, j % y_wires == 0);
    }
}

// The floor and the two walls behind.
void draw_box(Drawing& drawing, const Relief& r) {
  const Pen pen{grey, 0.35};
  const double far_x = View::nearness(1, 0) > 0 ? -0.5 : 0.5, far_y = View::nearness(0, 1) > 0 ? -0.5 : 0.5;
  const auto closed = [&](std::vector<Solid> corners) {
    std::vector<Spot> outline;
    for (const Solid& c : corners) outline.push_back(r.view.at(c));
    drawing.add(Shape{.outlines = {outline}, .is_closed = true, .pen = pen});
  };
  closed({{-0.5, -0.5, 0}, {0.5, -0.5, 0}, {0.5, 0.5, 0}, {-0.5, 0.5, 0}});
  closed({{far_x, -0.5, 0}, {far_x, 0.5, 0}, {far_x, 0.5, relief}, {far_x, -0.5, relief}});
  closed({{-0.5, far_y, 0}, {0.5, far_y, 0}, {0.5, far_y, relief}, {-0.5, far_y, relief}});
}

// Both labels in one size, smaller where one is longer than its edge.
double edge_label_size(const RichText& x, const RichText& y, double length) {
  constexpr double least_size = 5.5;
  const double wide = std::max(text_width(x, label_size), text_width(y, label_size));
  return wide > length ? std::max(least_size, label_size * length / wide) : label_size;
}

// The label of an edge, along it, shortened where it is longer.
void draw_edge_label(Drawing& drawing, const RichText& label, double size, Spot middle, Spot along, double length) {
  double turn = -std::atan2(along.y, along.x) / degrees;
  if (turn > 90) turn -= 180;
  if (turn < -90) turn += 180;
  const RichText shown = fitted(label, size, length);
  drawing.add(Words{.text = shown, .at = {middle.x, middle.y + 0.3 * size}, .size = size, .anchor = Anchor::middle, .turn = turn});
}

// An edge of the floor with its axis. Two edges share the near corner; one of them leaves the label of a tick there out.
struct Edge {
  Axis axis;
  RichText label;
  Spot from, to;
  double label_size = 0.0;
  double free_end = 0.0;  // no labels of ticks within this of `corner`
  Spot corner;
};

void draw_edge(Drawing& drawing, const Edge& edge, Spot centre) {
  const auto [a, b] = std::pair(edge.from, edge.to);
  const double length = std::hypot(b.x - a.x, b.y - a.y);
  if (!(length > 0)) return;
  Spot out{-(b.y - a.y) / length, (b.x - a.x) / length};
  if (out.x * ((a.x + b.x) / 2 - centre.x) + out.y * ((a.y + b.y) / 2 - centre.y) < 0) out = {-out.x, -out.y};
  const Pen pen{black, axis_width};
  drawing.add_line(a, b, pen);
  const TickSet ticks = make_ticks(edge.axis, std::fabs(b.x - a.x), Direction::along, tick_size);
  for (const Tick& tick : ticks.major) {
    const double t = edge.axis.place(tick.value), away = 5.2 + 0.3 * std::fabs(out.x) * text_width(tick.label, tick_size);
    const Spot on{a.x + t * (b.x - a.x), a.y + t * (b.y - a.y)}, end{on.x + tick_length * out.x, on.y + tick_length * out.y};
    drawing.add_line(on, end, pen);
    if (std::hypot(on.x - edge.corner.x, on.y - edge.corner.y) < edge.free_end) continue;
    drawing.add(Words{.text = tick.label, .at = {end.x + away * out.x, end.y + away * out.y + 0.36 * tick_size}, .size = tick_size, .anchor = Anchor::middle});
  }
  RichText whole = edge.label;
  if (!ticks.note.is_empty()) whole.add("   ").add(ticks.note);
  draw_edge_label(drawing, whole, edge.label_size, {(a.x + b.x) / 2 + label_away * out.x, (a.y + b.y) / 2 + label_away * out.y}, {b.x - a.x, b.y - a.y}, 0.94 * length);
}

// The two near edges of the floor.
void draw_edges(Drawing& drawing, const Relief& r) {
  const double near_x = View::nearness(1, 0) > 0 ? 0.5 : -0.5, near_y = View::nearness(0, 1) > 0 ? 0.5 : -0.5;
  const Spot corner = r.view.at({near_x, near_y, 0}), x_end = r.view.at({-near_x, near_y, 0}), y_end = r.view.at({near_x, -near_y, 0});
  const RichText x_label = axis_label(r.data.axes[0]), y_label = axis_label(r.data.axes[1]);
  const double shorter = std::min(std::hypot(x_end.x - corner.x, x_end.y - corner.y), std::hypot(y_end.x - corner.x, y_end.y - corner.y));
  const double size = edge_label_size(x_label, y_label, 0.94 * shorter);
  draw_edge(drawing, {r.x, x_label, r.view.at({-0.5, near_y, 0}), r.view.at({0.5, near_y, 0}), size, 0.0, corner}, r.view.at({0, 0, 0}));
  draw_edge(drawing, {r.y, y_label, r.view.at({near_x, -0.5, 0}), r.view.at({near_x, 0.5, 0}), size, 12.0, corner}, r.view.at({0, 0, 0}));
}

// Whether the surface stands between the eye and that place.
bool is_hidden(const Relief& r, const GridValues& grid, Solid p) {
  constexpr double step = 0.004, skin = 0.008;
  for (double way = 2 * step; way < 2.0; way += step) {
    const double x = p.x + way * std::cos(azimuth), y = p.y + way * std::sin(azimuth), z = p.z + way * std::tan(elevation);
    if (std::fabs(x) > 0.5 || std::fabs(y) > 0.5 || z > relief) return false;
    const double value = interpolated(grid, r.x.low + (x + 0.5) * (r.x.high - r.x.low), r.y.low + (y + 0.5) * (r.y.high - r.y.low));
    if (relief * r.scale.axis.place(value) > z + skin) return true;
  }
  return false;
}

// A mark that the surface hides stands on a pin, high enough to be seen.
void draw_marks(Drawing& drawing, const Relief& r) {
  const GridValues grid{r.data.axes[0].coordinates, r.data.axes[1].coordinates, r.scale.layer->values};
  for (std::size_t k = 0; k < r.data.marks.size(); ++k) {
    const SliceMark& mark = r.data.marks[k];
    const double value = r.scale.layer->name == "value" ? mark.value : interpolated(grid, mark.coordinates[0], mark.coordinates[1]);
    Solid at = r.solid(mark.coordinates[0], mark.coordinates[1], value);
    if (std::isnan(at.x + at.y + at.z) || std::fabs(at.x) > 0.5 || std::fabs(at.y) > 0.5) continue;
    const Solid foot = at;
    while (at.z < relief && is_hidden(r, grid, at)) at.z += 0.01;
    if (at.z > foot.z) {
      at.z += 0.05;
      drawing.add_line(r.view.at(foot), r.view.at(at), {black, 0.5, {1.2, 1.2}});
    }
    draw_marker(drawing, mark_marker(k), r.view.at(at), 4.2, white, {black, 0.7});
  }
}

}  // namespace

Drawing draw_surface(const SliceData& data, const PictureOptions& options) {
  const LayerScale scale = layer_scale(data, options);
  Drawing drawing = page_of(options, "Slice of the objective, " + data.family);
  SliceData without_trajectory = data;
  without_trajectory.trajectory.clear();  // it would hang beside the surface, whose values it has not
  const std::vector<LegendEntry> legend = mark_entries(without_trajectory);
  const double height = 0.62 * drawing.width, bar_height = bar_share * height;
  const double right = bar_distance + bar_width + colour_bar_margin(scale, bar_height), room = drawing.width - 2 * page_margin - 4.0;
  const double top = page_margin + legend_height(legend, room);
  draw_legend(drawing, legend, {page_margin + 4.0, page_margin}, room);
  const double left = page_margin + 17.0;
  const Box box{left, top + 4.0, drawing.width - left - right, height};
  const Relief relief_of{data, scale, linear_axis(data.axes[0].coordinates), linear_axis(data.axes[1].coordinates), View(box)};
  draw_box(drawing, relief_of);
  draw_cells(drawing, relief_of);
  draw_edges(drawing, relief_of);
  draw_marks(drawing, relief_of);
  draw_colour_bar(drawing, scale, {drawing.width - right + bar_distance, box.top + (height - bar_height) / 2, bar_width, bar_height}, {});
  drawing.height = box.bottom() + label_away + 5.0;
  return drawing;
}

}  // namespace nadir::figures::internal
