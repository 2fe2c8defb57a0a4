#include "nadir/driver/point_of_family.hpp"

#include <algorithm>
#include <cmath>

#include "nadir/base/error.hpp"
#include "nadir/io/point_file.hpp"

namespace nadir {
namespace {

// The family's blocks in its order with the sizes that they have in the file.
Layout layout_in_file(const Layout& layout, const Point& found, const std::string& path) {
  Layout result;
  for (const BlockShape& block : layout.blocks()) {
    const BlockShape* shape = found.layout.find(block.name);
    if (!shape) throw InputError(path, "the block " + block.name, "none");
    result.add(block.name, shape->rows, shape->cols);
  }
  return result;
}

std::string shape_of(const BlockShape& block) { return std::to_string(block.rows) + " x " + std::to_string(block.cols); }

void reshape_to(Family& family, const Point& found, const std::string& place) {
  const Layout layout = layout_in_file(family.problem().layout(), found, place);
  try {
    family.reshape(layout);
  } catch (const InputError& error) {
    throw InputError(place, error.expected(), error.found());
  }
}

// A vector may stand as a row or as a column.
bool fits(const BlockShape& found, const BlockShape& block) {
  const bool is_vector = (found.rows == 1 || found.cols == 1) && (block.rows == 1 || block.cols == 1);
  return (found.rows == block.rows && found.cols == block.cols) || (is_vector && found.size() == block.size());
}

}  // namespace

Point read_point_of(Family& family, const std::string& path) {
  if (family.can_grow()) reshape_to(family, read_point(path), path);
  return read_point(path, family.problem().layout());
}

Point point_of(Family& family, const Point& found, const std::string& place) {
  if (family.can_grow()) reshape_to(family, found, place);
  const Layout layout = family.problem().layout();
  for (const BlockShape& block : found.layout.blocks())
    if (!layout.find(block.name)) throw InputError(place, "only the blocks of the family", "another block " + block.name);
  Point point(layout);
  for (std::size_t i = 0; i < layout.num_blocks(); ++i) {
    const BlockShape& block = layout[i];
    const BlockShape* given = found.layout.find(block.name);
    if (!given) throw InputError(place, "the block " + block.name, "none");
    if (!fits(*given, block)) throw InputError(place + " " + block.name, "shape " + shape_of(block), shape_of(*given));
    const double* from = found.values.data() + given->offset;
    if (!std::all_of(from, from + given->size(), [](double x) { return std::isfinite(x); }))
      throw InputError(place + " " + block.name, "finite numbers", "nan or infinity");
    std::copy_n(from, block.size(), point.block(i).data);
  }
  return point;
}

}  // namespace nadir
