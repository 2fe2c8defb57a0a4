// The renderers behind figure.hpp. cairo_renderer.cpp is compiled where cairo and Pango are found, no_renderer.cpp.in
// otherwise.
#pragma once

#include <string>
#include <string_view>

#include "nadir/figure/drawing.hpp"

namespace nadir::figures::internal {

std::string_view reason_without_figures();  // empty: there are

std::string svg_bytes(const Drawing& drawing);
std::string pdf_bytes(const Drawing& drawing);
std::string png_bytes(const Drawing& drawing);
// A PNG file of the pixels.
std::string raster_png(const Raster& raster);

inline constexpr double png_pixels_per_inch = 600.0;
inline constexpr double raised_size = 0.7, raised_by = 0.38;  // of exponents, in sizes of the text
inline constexpr const char* font_family = "Liberation Sans";

}  // namespace nadir::figures::internal
