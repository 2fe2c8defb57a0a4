// The options of the family double-well, declared once.
#pragma once

#include <cstdint>

#include "nadir/core/options.hpp"

namespace nadir {

struct DoubleWellOptions {
  double a = 1.0;              // distance of the wells from the origin
  std::int64_t dimension = 2;  // of x; all coordinates but the first are quadratic
};

OptionList rows(DoubleWellOptions& options);

}  // namespace nadir
