#include "nadir/landscape/adaptive.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

#include "nadir/base/random.hpp"

namespace nadir {
namespace {

constexpr double safety = 2.0;          // estimate over held-out error
constexpr double rounding = 1e-13;      // of the largest value: errors below are none
constexpr Index fewest_to_leave = 5;    // lines apart; with fewer every line is a node
constexpr int most_looks = 16;          // at places where the interpolation is lower than every value that is known
constexpr std::uint64_t spot_checks = 2;  // points held out by chance, a cell
constexpr std::uint64_t spot_stream = 0x73706f7400000000;
constexpr double nan = std::numeric_limits<double>::quiet_NaN();
constexpr double infinity = std::numeric_limits<double>::infinity();

// Grid lines first, ..., last of one dimension of a cell.
struct Side {
  Index first = 0, last = 0;

  Index middle() const { return (first + last) / 2; }
  bool is_whole() const { return last - first < fewest_to_leave; }  // every line is a node

  std::vector<Index> nodes() const {
    std::vector<Index> lines;
    if (is_whole())
      for (Index i = first; i <= last; ++i) lines.push_back(i);
    else
      lines = {first, (first + middle()) / 2, middle(), (middle() + last) / 2, last};
    return lines;
  }
  // Lines of the first points to hold out.
  std::vector<Index> outer_middles() const {
    if (first == last) return {first};
    if (is_whole()) return {first, last};
    return {(first + (first + middle()) / 2) / 2, ((middle() + last) / 2 + last) / 2};
  }
  std::vector<Side> halves() const {
    if (is_whole()) return {*this};
    return {{first, middle()}, {middle(), last}};
  }
};

struct Cell {
  Side rows, columns;
  double error = infinity;  // held out, relative to the spread; infinity before it is known
  bool is_void = false;     // no known value is finite

  bool may_be_cut() const { return !rows.is_whole() || !columns.is_whole(); }
};

// Row i: the weights of the nodes' values in the interpolant at line side.first + i.
Matrix lagrange_weights(const Vector& coordinates, const Side& side) {
  const std::vector<Index> nodes = side.nodes();
  const auto at = [&](Index line) { return coordinates[static_cast<std::size_t>(line)]; };
  Matrix weights(side.last - side.first + 1, std::ssize(nodes));
  for (Index i = 0; i < weights.rows(); ++i)
    for (std::size_t j = 0; j < nodes.size(); ++j) {
      double w = 1.0;
      for (std::size_t m = 0; m < nodes.size(); ++m)
        if (m != j) w *= (at(side.first + i) - at(nodes[m])) / (at(nodes[j]) - at(nodes[m]));
      weights(i, static_cast<Index>(j)) = w;
    }
  return weights;
}

// The tensor product on one cell.
class Interpolant {
 public:
  Interpolant(const SampledGrid& grid, const Cell& cell)
      : cell_(cell),
        row_nodes_(cell.rows.nodes()),
        column_nodes_(cell.columns.nodes()),
        row_weights_(lagrange_weights(grid.row_coordinates, cell.rows)),
        column_weights_(lagrange_weights(grid.column_coordinates, cell.columns)) {}

  double at(const Matrix& values, Index row, Index column) const {
    double sum = 0.0;
    for (std::size_t j = 0; j < column_nodes_.size(); ++j) {
      double inner = 0.0;
      for (std::size_t i = 0; i < row_nodes_.size(); ++i)
        inner += row_weights_(row - cell_.rows.first, static_cast<Index>(i)) * values(row_nodes_[i], column_nodes_[j]);
      sum += column_weights_(column - cell_.columns.first, static_cast<Index>(j)) * inner;
    }
    return sum;
  }
  bool is_node(Index row, Index column) const { return contains(row_nodes_, row) && contains(column_nodes_, column); }

 private:
  static bool contains(const std::vector<Index>& nodes, Index line) { return std::find(nodes.begin(), nodes.end(), line) != nodes.end(); }

  Cell cell_;
  std::vector<Index> row_nodes_, column_nodes_;
  Matrix row_weights_, column_weights_;
};

template <class F>
void for_each_point(const Cell& cell, const F& visit) {
  for (Index j = cell.columns.first; j <= cell.columns.last; ++j)
    for (Index i = cell.rows.first; i <= cell.rows.last; ++i) visit(i, j);
}

// A line of that side by chance, the same for a cell whenever it is asked.
Index spot(const Side& side, const Cell& cell, std::uint64_t number) {
  const auto place = static_cast<std::uint64_t>(cell.rows.first) << 32 | static_cast<std::uint64_t>(cell.columns.first);
  Random random(static_cast<std::uint64_t>(cell.rows.last - cell.rows.first), spot_stream ^ place);
  random.set_position(number);
  return side.first + random.index(side.last - side.first + 1);
}

std::vector<Cell> parts_of(const Side& rows, const Side& columns) {
  std::vector<Cell> cells;
  for (const Side& c : columns.halves())
    for (const Side& r : rows.halves()) cells.push_back({.rows = r, .columns = c});
  return cells;
}

std::vector<Side> around(Index centre, Index count) {
  std::vector<Side> sides;
  if (centre > 0) sides.push_back({0, centre});
  if (centre + 1 < count) sides.push_back({centre, count - 1});
  if (sides.empty()) sides.push_back({0, 0});
  return sides;
}

// Nodes, and points to hold out, that are not known yet; each once, row by row.
std::vector<GridNode> wanted_nodes(const SampledGrid& grid, const std::vector<Cell>& cells) {
  const Index rows = std::ssize(grid.row_coordinates);
  std::vector<char> is_wanted(grid.is_known.size(), 0);
  const auto want = [&](const std::vector<Index>& is, const std::vector<Index>& js) {
    for (const Index j : js)
      for (const Index i : is) is_wanted[static_cast<std::size_t>(i + j * rows)] = !grid.knows(i, j);
  };
  for (const Cell& cell : cells) {
    want(cell.rows.nodes(), cell.columns.nodes());
    want(cell.rows.outer_middles(), cell.columns.outer_middles());
    for (std::uint64_t k = 0; k < spot_checks && cell.may_be_cut(); ++k) want({spot(cell.rows, cell, 2 * k)}, {spot(cell.columns, cell, 2 * k + 1)});
  }
  std::vector<GridNode> nodes;
  for (Index i = 0; i < rows; ++i)  // points of a row in turn: restrictions share more between them
    for (Index j = 0; j < std::ssize(grid.column_coordinates); ++j)
      if (is_wanted[static_cast<std::size_t>(i + j * rows)]) nodes.push_back({i, j});
  return nodes;
}

struct Range {
  double low = infinity, high = -infinity;
  double spread() const { return std::fmin(high - low, std::numeric_limits<double>::max()); }
  double noise() const { return rounding * std::fmax(std::fabs(low), std::fabs(high)); }
};

std::vector<Range> known_ranges(const SampledGrid& grid) {
  std::vector<Range> ranges(grid.layers.size());
  for (std::size_t l = 0; l < ranges.size(); ++l)
    for (std::size_t k = 0; k < grid.is_known.size(); ++k)
      if (const double v = grid.layers[l].data()[k]; grid.is_known[k] && std::isfinite(v))
        ranges[l].low = std::fmin(ranges[l].low, v), ranges[l].high = std::fmax(ranges[l].high, v);
  return ranges;
}

void assess(const SampledGrid& grid, const std::vector<Range>& ranges, Cell& cell) {
  const Interpolant interpolant(grid, cell);
  double error = 0.0;
  bool any_is_finite = false, all_are_finite = true;
  for_each_point(cell, [&](Index i, Index j) {
    if (!grid.knows(i, j)) return;
    const bool is_held_out = !interpolant.is_node(i, j);
    for (std::size_t l = 0; l < ranges.size(); ++l) {
      const double value = grid.layers[l](i, j);
      any_is_finite = any_is_finite || std::isfinite(value);
      all_are_finite = all_are_finite && std::isfinite(value);
      if (!is_held_out || !std::isfinite(value)) continue;
      const double off = std::fabs(interpolant.at(grid.layers[l], i, j) - value);
      if (!(off <= ranges[l].noise())) error = std::fmax(error, std::isfinite(off) ? off / ranges[l].spread() : infinity);
    }
  });
  cell.is_void = !any_is_finite;
  cell.error = !cell.may_be_cut() || cell.is_void ? 0.0 : all_are_finite ? safety * error : infinity;
}

bool has_all_nodes(const SampledGrid& grid, const Cell& cell) {
  for (const Index j : cell.columns.nodes())
    for (const Index i : cell.rows.nodes())
      if (!grid.knows(i, j)) return false;
  return true;
}

// No interpolated value of the first layer is shown below `least`, the least one that was computed.
void fill(const Cell& cell, double least, SampledGrid& grid, std::vector<char>& is_filled) {
  if (cell.is_void || !std::isfinite(cell.error)) return;
  const Interpolant interpolant(grid, cell);
  for_each_point(cell, [&](Index i, Index j) {
    char& done = is_filled[static_cast<std::size_t>(i + j * std::ssize(grid.row_coordinates))];
    if (done) return;
    for (Matrix& layer : grid.layers) layer(i, j) = interpolant.at(layer, i, j);
    if (double& value = grid.layers[0](i, j); value < least) value = least;
    done = 1;
  });
}

// Where the first layer's interpolation is lowest, if that is lower than every value that is known.
std::optional<GridNode> lowest_unknown(const SampledGrid& grid, const std::vector<Cell>& cells, const Range& known) {
  std::optional<GridNode> node;
  double least = known.low - known.noise();
  for (const Cell& cell : cells) {
    if (!cell.may_be_cut() || cell.is_void || !std::isfinite(cell.error)) continue;
    const Interpolant interpolant(grid, cell);
    for_each_point(cell, [&](Index i, Index j) {
      if (grid.knows(i, j)) return;
      const double value = interpolant.at(grid.layers[0], i, j);
      if (value < least) least = value, node = GridNode{i, j};
    });
  }
  return node;
}

// The parts of the cells that are off by more than `tol`, in place of these; false where there are none.
bool cut(double tol, std::vector<Cell>& cells) {
  std::vector<Cell> next;
  bool is_cut = false;
  for (const Cell& cell : cells) {
    const bool is_good = !cell.may_be_cut() || cell.error <= tol;
    is_cut = is_cut || !is_good;
    if (is_good) next.push_back(cell);
    else
      for (const Cell& part : parts_of(cell.rows, cell.columns)) next.push_back(part);
  }
  cells = std::move(next);
  return is_cut;
}

}  // namespace

SampledGrid empty_grid(Vector row_coordinates, Vector column_coordinates, Index num_layers) {
  SampledGrid grid{std::move(row_coordinates), std::move(column_coordinates), {}, {}};
  Matrix layer(std::ssize(grid.row_coordinates), std::ssize(grid.column_coordinates));
  std::fill(layer.flat().begin(), layer.flat().end(), nan);
  grid.layers.assign(static_cast<std::size_t>(num_layers), layer);
  grid.is_known.assign(static_cast<std::size_t>(layer.size()), 0);
  return grid;
}

Refinement refine(SampledGrid& grid, GridNode centre, double tol, const std::function<bool(std::span<const GridNode>)>& evaluate) {
  std::vector<Cell> cells, before;  // `before`: the last cells whose nodes were all known
  for (const Side& c : around(centre.column, std::ssize(grid.column_coordinates)))
    for (const Side& r : around(centre.row, std::ssize(grid.row_coordinates))) cells.push_back({.rows = r, .columns = c});
  Refinement result{.error = 0.0, .is_complete = true};
  Range known;
  int looks = 0;
  for (bool is_done = false; !is_done;) {
    const std::vector<GridNode> wanted = wanted_nodes(grid, cells);
    if (!wanted.empty() && !evaluate(wanted)) {
      result.is_complete = false;
      if (!before.empty()) cells = before;
    }
    std::erase_if(cells, [&](const Cell& cell) { return !has_all_nodes(grid, cell); });
    const std::vector<Range> ranges = known_ranges(grid);
    known = ranges[0];
    for (Cell& cell : cells) assess(grid, ranges, cell);
    if (!result.is_complete) break;
    before = cells;
    if (cut(tol, cells)) continue;
    const std::optional<GridNode> low = looks++ < most_looks ? lowest_unknown(grid, cells, known) : std::nullopt;
    is_done = !low;
    if (low && !evaluate({&*low, 1})) {
      result.is_complete = false;
      is_done = true;
    }
  }
  if (cells.empty()) result.error = infinity;
  std::vector<char> is_filled = grid.is_known;
  for (const Cell& cell : cells) {
    result.error = std::fmax(result.error, cell.error);
    fill(cell, known.low, grid, is_filled);
  }
  return result;
}

}  // namespace nadir
