// SVG written by hand and not by cairo, which turns text into outlines: here it stays text, to be searched, edited and
// read aloud.
#include <charconv>
#include <cmath>
#include <string>

#include "nadir/figure/internal/renderer.hpp"

namespace nadir::figures::internal {
namespace {

constexpr int decimals = 3;  // of a point: below what any printer shows

std::string number(double x) {
  char buffer[400];
  std::string text(buffer, std::to_chars(buffer, buffer + sizeof buffer, x, std::chars_format::fixed, decimals).ptr);
  text.erase(text.find_last_not_of('0') + 1);
  if (text.back() == '.') text.pop_back();
  return text == "-0" ? "0" : text;
}

std::string escaped(std::string_view text) {
  std::string result;
  for (const char c : text) {
    switch (c) {
      case '&': result += "&amp;"; break;
      case '<': result += "&lt;"; break;
      case '>': result += "&gt;"; break;
      case '"': result += "&quot;"; break;
      default: result += c;
    }
  }
  return result;
}

std::string hex(const Colour& colour) {
  constexpr const char* digits = "0123456789abcdef";
  std::string text = "#";
  for (const double c : {colour.red, colour.green, colour.blue}) {
    const int byte = static_cast<int>(std::lround(c * 255.0));
    text += digits[byte >> 4 & 15];
    text += digits[byte & 15];
  }
  return text;
}

std::string paint(const char* what, const Colour& colour) {
  std::string text = std::string(" ") + what + "=\"" + hex(colour) + "\"";
  if (colour.alpha < 1) text += std::string(" ") + what + "-opacity=\"" + number(colour.alpha) + "\"";
  return text;
}

std::string svg(const Shape& shape) {
  std::string text = "<path d=\"";
  for (const std::vector<Spot>& outline : shape.outlines) {
    for (std::size_t k = 0; k < outline.size(); ++k) {
      if (!std::isfinite(outline[k].x) || !std::isfinite(outline[k].y)) continue;
      text += (k == 0 ? "M" : k == 1 ? "L" : " ") + number(outline[k].x) + " " + number(outline[k].y);
    }
    if (shape.is_closed) text += "Z";
  }
  text += "\"" + (shape.fill ? paint("fill", *shape.fill) + " fill-rule=\"evenodd\"" : " fill=\"none\"");
  if (shape.pen) {
    text += paint("stroke", shape.pen->colour) + " stroke-width=\"" + number(shape.pen->width) + "\"";
    std::string dashes;
    for (const double length : shape.pen->dashes) dashes += (dashes.empty() ? "" : " ") + number(length);
    if (!dashes.empty()) text += " stroke-dasharray=\"" + dashes + "\" stroke-linecap=\"butt\"";
  }
  return text + "/>\n";
}

std::string svg(const Words& words) {
  if (words.text.is_empty()) return "";
  std::string text = "<text";
  if (words.turn != 0) text += " transform=\"translate(" + number(words.at.x) + " " + number(words.at.y) + ") rotate(" + number(-words.turn) + ")\"";
  else text += " x=\"" + number(words.at.x) + "\" y=\"" + number(words.at.y) + "\"";
  text += " font-size=\"" + number(words.size) + "\"";
  if (words.anchor != Anchor::start) text += words.anchor == Anchor::middle ? " text-anchor=\"middle\"" : " text-anchor=\"end\"";
  if (!(words.colour == Colour{})) text += paint("fill", words.colour);
  text += ">";
  if (!words.text.whole().empty()) text += "<title>" + escaped(words.text.whole()) + "</title>";
  bool was_raised = false;
  for (const TextRun& run : words.text.runs()) {
    const double shift = (was_raised ? raised_by : 0.0) - (run.is_raised ? raised_by : 0.0);
    const std::string attributes = (shift != 0 ? " dy=\"" + number(shift * words.size) + "\"" : "") +
                                   (run.is_raised ? " font-size=\"" + number(raised_size * words.size) + "\"" : "");
    text += attributes.empty() ? escaped(run.text) : "<tspan" + attributes + ">" + escaped(run.text) + "</tspan>";
    was_raised = run.is_raised;
  }
  return text + "</text>\n";
}

std::string base64(std::string_view bytes) {
  constexpr std::string_view letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  const auto byte = [&](std::size_t i) { return i < bytes.size() ? static_cast<unsigned char>(bytes[i]) : 0u; };
  std::string text;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const unsigned group = byte(i) << 16 | byte(i + 1) << 8 | byte(i + 2);
    for (int k = 0; k < 4; ++k) text += i + static_cast<std::size_t>(k) > bytes.size() ? '=' : letters[group >> (18 - 6 * k) & 63];
  }
  return text;
}

std::string box_attributes(const Box& box) {
  return " x=\"" + number(box.left) + "\" y=\"" + number(box.top) + "\" width=\"" + number(box.width) + "\" height=\"" + number(box.height) + "\"";
}

std::string svg(const Raster& raster) {
  return "<image" + box_attributes(raster.box) + " preserveAspectRatio=\"none\" xlink:href=\"data:image/png;base64," + base64(raster_png(raster)) + "\"/>\n";
}

}  // namespace

std::string svg_bytes(const Drawing& drawing) {
  const std::string width = number(drawing.width), height = number(drawing.height);
  std::string text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<svg xmlns=\"http://www.w3.org/2000/svg\" xmlns:xlink=\"http://www.w3.org/1999/xlink\" width=\"" +
                     number(drawing.width / points_per_mm) + "mm\" height=\"" + number(drawing.height / points_per_mm) + "mm\" viewBox=\"0 0 " + width + " " +
                     height + "\" role=\"img\">\n";
  if (!drawing.title.empty()) text += "<title>" + escaped(plain_text(drawing.title)) + "</title>\n";
  text += std::string("<g font-family=\"'") + font_family +
          "', Arial, Helvetica, 'DejaVu Sans', sans-serif\" stroke-linejoin=\"round\" stroke-linecap=\"round\" xml:space=\"preserve\">\n";
  text += "<rect" + box_attributes({0, 0, drawing.width, drawing.height}) + " fill=\"#ffffff\"/>\n";
  int num_clips = 0;
  for (const Element& element : drawing.elements) {
    if (const auto* clip = std::get_if<ClipBegin>(&element)) {
      const std::string id = "clip" + std::to_string(++num_clips);
      text += "<clipPath id=\"" + id + "\"><rect" + box_attributes(clip->box) + "/></clipPath>\n<g clip-path=\"url(#" + id + ")\">\n";
    } else if (std::holds_alternative<ClipEnd>(element)) {
      text += "</g>\n";
    } else if (const auto* shape = std::get_if<Shape>(&element)) {
      text += svg(*shape);
    } else if (const auto* words = std::get_if<Words>(&element)) {
      text += svg(*words);
    } else {
      text += svg(std::get<Raster>(element));
    }
  }
  return text + "</g>\n</svg>\n";
}

}  // namespace nadir::figures::internal
