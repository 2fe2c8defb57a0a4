#include "nadir/driver/point_of_family.hpp"

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

}  // namespace

Point read_point_of(Family& family, const std::string& path) {
  if (family.can_grow()) {
    const Layout layout = layout_in_file(family.problem().layout(), read_point(path), path);
    try {
      family.reshape(layout);
    } catch (const InputError& error) {
      throw InputError(path, error.expected(), error.found());
    }
  }
  return read_point(path, family.problem().layout());
}

}  // namespace nadir
