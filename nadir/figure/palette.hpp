// Colours that keep their meaning for colour-blind readers and in grey print.
#pragma once

#include <cstddef>
#include <vector>

#include "nadir/figure/drawing.hpp"

namespace nadir::figures {

// Lines: the palette of [OkabeIto2008] without its yellow, which is too light on white, in an order whose neighbours
// differ most; it begins anew after the last. Lines are told apart by their dashes as well (`line_dashes`).
Colour line_colour(std::size_t index);
// Solid for the first ones; every later round of the palette, and every second line, has dashes of its own.
std::vector<double> line_dashes(std::size_t index);

// Layers: viridis [VanDerWaltSmith2015], whose lightness grows with t in [0, 1] and which is uniform to the eye. t beyond
// is taken to the next end, NaN is `no_value`.
Colour map_colour(double t);
// Signed layers: blue for t = -1, white at 0, red-orange for t = 1; of two opposite values neither is darker.
Colour signed_colour(double t);
inline constexpr Colour no_value{0.82, 0.82, 0.82, 1.0};

inline constexpr Colour black{0.0, 0.0, 0.0, 1.0}, white{1.0, 1.0, 1.0, 1.0};
inline constexpr Colour dark_grey{0.25, 0.25, 0.25, 1.0}, grey{0.55, 0.55, 0.55, 1.0}, light_grey{0.88, 0.88, 0.88, 1.0};

// CIE 1976 L*, from 0 (black) to 100 (white).
double lightness(const Colour& colour);

}  // namespace nadir::figures
