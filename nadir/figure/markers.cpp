// draw_marker of panel.hpp: the seven shapes, told apart without colour.
#include <cmath>

#include "nadir/figure/panel.hpp"

namespace nadir::figures {
namespace {

// Corners on a circle, the first at that angle, every second one at a share of the radius.
std::vector<Spot> ring(Spot at, double radius, int corners, double first_angle, double inner = 1.0) {
  std::vector<Spot> spots;
  const double pi = std::acos(-1.0);
  for (int k = 0; k < corners; ++k) {
    const double angle = first_angle + 2 * pi * k / corners, r = k % 2 == 1 ? inner * radius : radius;
    spots.push_back({at.x + r * std::cos(angle), at.y - r * std::sin(angle)});
  }
  return spots;
}

}  // namespace

void draw_marker(Drawing& drawing, Marker marker, Spot at, double size, std::optional<Colour> fill, const Pen& pen) {
  const double pi = std::acos(-1.0), r = size / 2;
  if (!std::isfinite(at.x + at.y)) return;
  if (marker == Marker::cross) {
    drawing.add(Shape{.outlines = {{{at.x - r, at.y - r}, {at.x + r, at.y + r}}, {{at.x - r, at.y + r}, {at.x + r, at.y - r}}}, .pen = pen});
    return;
  }
  std::vector<Spot> outline;
  switch (marker) {
    case Marker::square: outline = ring(at, 1.25 * r, 4, pi / 4); break;
    case Marker::triangle: outline = ring(at, 1.3 * r, 3, pi / 2); break;
    case Marker::down: outline = ring(at, 1.3 * r, 3, -pi / 2); break;
    case Marker::diamond: outline = ring(at, 1.3 * r, 4, pi / 2); break;
    case Marker::star: outline = ring(at, 1.6 * r, 10, pi / 2, 0.42); break;
    default: outline = ring(at, r, 32, 0.0);
  }
  drawing.add(Shape{.outlines = {std::move(outline)}, .is_closed = true, .fill = fill, .pen = pen});
}

}  // namespace nadir::figures
