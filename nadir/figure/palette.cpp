#include "nadir/figure/palette.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>

namespace nadir::figures {
namespace {

constexpr Colour from_hex(std::uint32_t hex) {
  return {static_cast<double>(hex >> 16 & 0xff) / 255.0, static_cast<double>(hex >> 8 & 0xff) / 255.0, static_cast<double>(hex & 0xff) / 255.0, 1.0};
}

// Blue, vermillion, bluish green, black, reddish purple, sky blue, orange.
constexpr std::array<std::uint32_t, 7> okabe_ito{0x0072b2, 0xd55e00, 0x009e73, 0x000000, 0xcc79a7, 0x56b4e9, 0xe69f00};

// Every sixteenth colour of viridis (public domain); between them sRGB is interpolated.
constexpr std::array<std::uint32_t, 17> viridis{0x440154, 0x48186a, 0x472d7b, 0x424086, 0x3b528b, 0x33638d, 0x2c728e, 0x26828e, 0x21918c,
                                                0x1fa088, 0x28ae80, 0x3fbc73, 0x5ec962, 0x84d44b, 0xaddc30, 0xd8e219, 0xfde725};

Colour mixed(const Colour& a, const Colour& b, double t) {
  return {a.red + t * (b.red - a.red), a.green + t * (b.green - a.green), a.blue + t * (b.blue - a.blue), 1.0};
}

double linear(double c) { return c <= 0.04045 ? c / 12.92 : std::pow((c + 0.055) / 1.055, 2.4); }
double companded(double c) { return c <= 0.0031308 ? 12.92 * c : 1.055 * std::pow(c, 1.0 / 2.4) - 0.055; }

// CIELAB under D65 to sRGB; what no screen shows is taken to the next colour that one does.
Colour from_lab(double l, double a, double b) {
  const double fy = (l + 16.0) / 116.0;
  const auto inverse = [](double f) { return f > 6.0 / 29.0 ? f * f * f : (f - 4.0 / 29.0) * 108.0 / 841.0; };
  const double x = 0.95047 * inverse(fy + a / 500.0), y = inverse(fy), z = 1.08883 * inverse(fy - b / 200.0);
  const auto shown = [](double c) { return std::clamp(companded(std::max(c, 0.0)), 0.0, 1.0); };
  return {shown(3.2404542 * x - 1.5371385 * y - 0.4985314 * z), shown(-0.9692660 * x + 1.8760108 * y + 0.0415560 * z),
          shown(0.0556434 * x - 0.2040259 * y + 1.0572252 * z), 1.0};
}

}  // namespace

Colour line_colour(std::size_t index) { return from_hex(okabe_ito[index % okabe_ito.size()]); }

std::vector<double> line_dashes(std::size_t index) {
  static const std::array<std::vector<double>, 4> patterns{{{}, {4.0, 1.6}, {4.0, 1.4, 1.0, 1.4}, {1.2, 1.4}}};
  return patterns[index % patterns.size()];
}

Colour map_colour(double t) {
  if (std::isnan(t)) return no_value;
  const double at = std::clamp(t, 0.0, 1.0) * static_cast<double>(viridis.size() - 1);
  const std::size_t k = std::min(static_cast<std::size_t>(at), viridis.size() - 2);
  return mixed(from_hex(viridis[k]), from_hex(viridis[k + 1]), at - static_cast<double>(k));
}

Colour signed_colour(double t) {
  if (std::isnan(t)) return no_value;
  const double size = std::min(std::fabs(t), 1.0), chroma = 38.0 * std::pow(size, 0.85);
  const double hue = (t < 0 ? 262.0 : 48.0) * std::acos(-1.0) / 180.0;
  return from_lab(98.0 - 50.0 * size, chroma * std::cos(hue), chroma * std::sin(hue));
}

double lightness(const Colour& c) {
  const double y = 0.2126729 * linear(c.red) + 0.7151522 * linear(c.green) + 0.0721750 * linear(c.blue);
  return y > 216.0 / 24389.0 ? 116.0 * std::cbrt(y) - 16.0 : y * 24389.0 / 27.0;
}

}  // namespace nadir::figures
