// What a user chooses about a picture.
#pragma once

#include <algorithm>
#include <string>

#include "nadir/figure/panel.hpp"

namespace nadir::figures {

enum class PictureScale { automatic, linear, logarithmic };

struct PictureOptions {
  double width_mm = 85.0;  // a column of most journals; 170 or 180 is a whole page
  PictureScale scale = PictureScale::automatic;
  bool is_surface = false;      // of a plane: the surface above it, instead of the map
  std::string layer = "value";  // of a slice
};

// The height of a panel of lines: a share of the page's width, but of no more than 115 mm, so that wide figures are not as high.
inline double panel_height(const Drawing& page, double share) { return share * std::min(page.width, 115.0 * points_per_mm); }

inline Drawing page_of(const PictureOptions& options, std::string title) {
  return {.width = options.width_mm * points_per_mm, .height = 0.0, .title = std::move(title), .elements = {}};
}

}  // namespace nadir::figures
