// A figure as data: shapes, words and rasters on a page, in the order they are painted.
//
// Lengths are points (1/72 inch), the origin is the top left corner, y points downwards. Nothing here knows a file
// format; figure.hpp turns a Drawing into SVG, PDF or PNG, on white paper. Colours are sRGB, from 0 to 1.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "nadir/figure/rich_text.hpp"

namespace nadir::figures {

struct Colour {
  double red = 0.0, green = 0.0, blue = 0.0, alpha = 1.0;
  Colour with_alpha(double a) const { return {red, green, blue, a}; }
  friend bool operator==(const Colour&, const Colour&) = default;
};

struct Spot {
  double x = 0.0, y = 0.0;
  friend bool operator==(const Spot&, const Spot&) = default;
};

struct Box {
  double left = 0.0, top = 0.0, width = 0.0, height = 0.0;
  double right() const { return left + width; }
  double bottom() const { return top + height; }
};

struct Pen {
  Colour colour;
  double width = 0.5;
  std::vector<double> dashes = {};  // lengths on and off; empty: solid
};

// Outlines filled together by the even-odd rule, then drawn with the pen. Joins and ends are round.
struct Shape {
  std::vector<std::vector<Spot>> outlines;
  bool is_closed = false;
  std::optional<Colour> fill = {};
  std::optional<Pen> pen = {};
};

enum class Anchor { start, middle, end };

struct Words {
  RichText text;
  Spot at;  // on the baseline
  double size = 7.0;
  Anchor anchor = Anchor::start;
  double turn = 0.0;  // in degrees, anticlockwise, around `at`; 90 is read from below upwards
  Colour colour = {};
};

// Pixels, left to right and from the top row down, three bytes each.
struct Raster {
  Box box;
  int columns = 0, rows = 0;
  std::vector<std::uint8_t> rgb;
};

// What follows is cut at the box, until ClipEnd. Clips are not nested.
struct ClipBegin {
  Box box;
};
struct ClipEnd {};

using Element = std::variant<Shape, Words, Raster, ClipBegin, ClipEnd>;

struct Drawing {
  double width = 0.0, height = 0.0;
  std::string title;  // of the document, not on the page
  std::vector<Element> elements;

  void add(Shape shape);
  void add(Words words);
  void add(Raster raster);
  void add(ClipBegin clip);
  void add(ClipEnd clip);
  void add_all(const Drawing& other);
  void add_line(Spot from, Spot to, const Pen& pen);
  void add_box(const Box& box, std::optional<Colour> fill, std::optional<Pen> pen);
};

inline constexpr double points_per_mm = 72.0 / 25.4;

// How wide the text is when it is set. Exact in builds with cairo and Pango, else an estimate for drawings that nobody
// will see.
double text_width(const RichText& text, double size);
// The text as it is, or shortened so that it fits; at least an ellipsis stays.
RichText fitted(const RichText& text, double size, double width);

}  // namespace nadir::figures
