#include "nadir/problems/double_well/options.hpp"

namespace nadir {

OptionList rows(DoubleWellOptions& o) {
  return {option("a", o.a, "distance of the wells from the origin").at_least(1e-50).at_most(1e50),
          option("dimension", o.dimension, "number of coordinates; all but the first are quadratic").at_least(1).at_most(1e7)};
}

}  // namespace nadir
