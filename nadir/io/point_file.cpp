#include "nadir/io/point_file.hpp"

#include <algorithm>

#include "nadir/base/error.hpp"
#include "nadir/io/internal/quote.hpp"
#include "nadir/io/npz.hpp"

namespace nadir {
namespace {

bool belongs_to_point(const std::string& name) { return !name.starts_with(escape_prefix); }

std::string dimensions(Index rows, Index cols) { return shape_text({rows, cols}); }

// As a column or a row, whichever the block is.
bool has_shape(const Array& array, const BlockShape& block) {
  if (array.shape.size() == 2) return array.shape[0] == block.rows && array.shape[1] == block.cols;
  if (array.shape.size() == 1) return (block.rows == 1 || block.cols == 1) && array.shape[0] == block.size();
  return array.shape.empty() && block.size() == 1;
}

// A weight saved d_in x d_out instead of d_out x d_in is the usual slip.
std::string shape_found(const Array& array, const BlockShape& block) {
  const bool is_transposed = array.shape == std::vector<std::int64_t>{block.cols, block.rows};
  return shape_text(array.shape) + (is_transposed ? ", which is the transpose" : "");
}

std::string names_of(const Layout& layout) {
  std::string text;
  for (const BlockShape& block : layout.blocks()) text += (text.empty() ? "" : ", ") + block.name;
  return text;
}

// C order to the column-major block.
void copy_into(MatrixView block, const Array& array) {
  const double* source = array.values.data();
  for (Index j = 0; j < block.cols; ++j)
    for (Index i = 0; i < block.rows; ++i) block(i, j) = source[i * block.cols + j];
}

}  // namespace

NamedArrays point_arrays(const Point& point, const std::string& prefix) {
  NamedArrays arrays;
  for (std::size_t i = 0; i < point.layout.num_blocks(); ++i)
    arrays.emplace_back(prefix + point.layout[i].name, to_array(point.block(i)));
  return arrays;
}

Point read_point(const std::string& path, const Layout& layout) {
  const NpzFile file(path);
  for (const std::string& name : file.names())
    if (belongs_to_point(name) && layout.find(name) == nullptr)
      throw InputError(path, "only the blocks " + names_of(layout),
                       "another array " + internal::quoted(name));
  Point point(layout);
  for (std::size_t i = 0; i < layout.num_blocks(); ++i) {
    const BlockShape& block = layout[i];
    const std::string place = path + ":" + block.name;
    const Array array = file.read(block.name);
    if (!has_shape(array, block))
      throw InputError(place, "shape " + dimensions(block.rows, block.cols), shape_found(array, block));
    require_finite(array, place);
    copy_into(point.block(i), array);
  }
  return point;
}

Point read_point(const std::string& path) {
  const NpzFile file(path);
  Layout layout;
  std::vector<Matrix> blocks;
  for (const std::string& name : file.names()) {
    if (!belongs_to_point(name)) continue;
    const std::string place = path + ":" + name;
    const Array array = file.read(name);
    require_finite(array, place);
    Matrix block = to_matrix(array, place);
    if (block.view().empty())
      throw InputError(place, "a block with entries", "shape " + shape_text(array.shape));
    layout.add(name, block.rows(), block.cols());
    blocks.push_back(std::move(block));
  }
  if (blocks.empty()) throw InputError(path, "the blocks of a point", "none");
  Point point(std::move(layout));
  for (std::size_t i = 0; i < blocks.size(); ++i)
    std::copy(blocks[i].flat().begin(), blocks[i].flat().end(), point.block(i).data);
  return point;
}

}  // namespace nadir
