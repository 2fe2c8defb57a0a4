// A picture from few of its points: a grid is refined where what is drawn on it bends, and interpolated elsewhere.
//
// Cells are boxes of grid lines, at first the parts on either side of the line (or lines) through the centre. A cell's nodes
// are five grid lines a dimension, at its ends, its middle and the middles of the halves (all lines where it has no more);
// between them stands the tensor product of Lagrange polynomials of degree 4. Every other point of the cell whose values
// are known is held out, and tells what the interpolation is off by: first the four (in one dimension two) points in the
// outer quarters' middles, near the corners, that would be nodes of its quarters; two points by chance, against patterns; then
// whatever neighbours evaluated on common sides. A cell where that exceeds the tolerance is cut in the middle; its nodes and
// what was held out near the corners are nodes of its parts.
// So only nodes of the grid are ever evaluated, each once, and never more of them than there are; a kink or a wall is
// drawn by evaluating every point beside it, and a quartic is drawn exactly.
//
// The estimate is twice the largest held-out error of the cells that were interpolated, relative to the spread of the
// finite values: an estimate, not a bound. A feature between all points that were looked at stays unseen. The tests count on
// many surfaces how far it may be trusted: the true error exceeds twice the estimate in fewer than one picture of twenty,
// those with small kinks, and four times the estimate in none.
// Where the interpolation of the first layer is lower than every value of it that is known, it is looked at, up to 16 times,
// and then drawn no lower than what was computed: the lowest place of a picture is real.
// Cells with values that are not finite beside finite ones are refined to the grid; where no value is finite, none is shown.
#pragma once

#include <functional>
#include <span>
#include <vector>

#include "nadir/linalg/matrix.hpp"

namespace nadir {

struct GridNode {
  Index row = 0, column = 0;
};

// Several layers on one grid; which nodes are known is kept apart from what their values are.
struct SampledGrid {
  Vector row_coordinates, column_coordinates;  // ascending; one column coordinate on a line
  std::vector<Matrix> layers;
  std::vector<char> is_known;  // column by column
  bool knows(Index row, Index column) const { return is_known[static_cast<std::size_t>(row + column * std::ssize(row_coordinates))] != 0; }
};
SampledGrid empty_grid(Vector row_coordinates, Vector column_coordinates, Index num_layers);  // every value NaN

struct Refinement {
  double error = 0.0;        // estimated, relative to the spread, the largest over the layers; infinity where nothing is known
  bool is_complete = false;  // false: `evaluate` stopped; cells without all their nodes are NaN
};

// `evaluate` fills in the nodes it is given, all layers, and is_known; it returns false where it stopped before the last.
// On return is_known tells what was evaluated, and the other nodes are interpolated.
Refinement refine(SampledGrid& grid, GridNode centre, double tol, const std::function<bool(std::span<const GridNode>)>& evaluate);

}  // namespace nadir
