#include "nadir/io/array.hpp"

#include <algorithm>
#include <cmath>

#include "nadir/base/error.hpp"

namespace nadir {
namespace {

// The index of the value at `offset` in C order, as Python would write it.
std::string index_text(const std::vector<std::int64_t>& shape, std::size_t offset) {
  std::vector<std::int64_t> index(shape.size());
  auto rest = static_cast<std::int64_t>(offset);
  for (std::size_t axis = shape.size(); axis-- > 0;) {
    index[axis] = rest % shape[axis];
    rest /= shape[axis];
  }
  if (index.size() == 2) return "row " + std::to_string(index[0]) + ", column " + std::to_string(index[1]);
  if (index.size() == 1) return "element " + std::to_string(index[0]);
  return "element " + shape_text(index);
}

// target(i, j) = source[i * cols + j] and back, in tiles that fit the cache both ways.
template <class Move>
void for_each_in_tiles(Index rows, Index cols, Move move) {
  constexpr Index tile = 32;
  for (Index i0 = 0; i0 < rows; i0 += tile)
    for (Index j0 = 0; j0 < cols; j0 += tile)
      for (Index j = j0; j < std::min(j0 + tile, cols); ++j)
        for (Index i = i0; i < std::min(i0 + tile, rows); ++i) move(i, j);
}

}  // namespace

std::string shape_text(const std::vector<std::int64_t>& shape) {
  std::string text = "(";
  for (std::size_t axis = 0; axis < shape.size(); ++axis) {
    if (axis > 0) text += ", ";
    text += std::to_string(shape[axis]);
  }
  return text + (shape.size() == 1 ? ",)" : ")");
}

Matrix to_samples(Array&& array, const std::string& place) {
  if (array.shape.empty()) throw InputError(place, "an array with samples as rows", "a single number");
  Index features = 1;
  for (std::size_t axis = 1; axis < array.shape.size(); ++axis) features *= array.shape[axis];
  return Matrix(features, array.shape[0], std::move(array.values));
}

Matrix to_matrix(const Array& array, const std::string& place) {
  if (array.shape.size() > 2)
    throw InputError(place, "an array with at most 2 dimensions", "shape " + shape_text(array.shape));
  const Index rows = array.shape.empty() ? 1 : array.shape[0];
  const Index cols = array.shape.size() < 2 ? 1 : array.shape[1];
  Matrix matrix(rows, cols);
  const double* source = array.values.data();
  for_each_in_tiles(rows, cols, [&](Index i, Index j) { matrix(i, j) = source[i * cols + j]; });
  return matrix;
}

Array to_array(ConstMatrixView matrix) {
  Array array{{matrix.rows, matrix.cols}, Vector(static_cast<std::size_t>(matrix.size()))};
  double* target = array.values.data();
  for_each_in_tiles(matrix.rows, matrix.cols,
                    [&](Index i, Index j) { target[i * matrix.cols + j] = matrix(i, j); });
  return array;
}

Array samples_to_array(ConstMatrixView samples) {
  Array array{{samples.cols, samples.rows}, {}};
  array.values.reserve(static_cast<std::size_t>(samples.size()));
  for (Index j = 0; j < samples.cols; ++j)
    array.values.insert(array.values.end(), samples.col(j), samples.col(j) + samples.rows);
  return array;
}

void require_finite(const Array& array, const std::string& place) {
  const auto bad =
      std::find_if_not(array.values.begin(), array.values.end(), [](double v) { return std::isfinite(v); });
  if (bad == array.values.end()) return;
  const std::string value = std::isnan(*bad) ? "NaN" : *bad > 0 ? "infinity" : "-infinity";
  const auto offset = static_cast<std::size_t>(bad - array.values.begin());
  throw InputError(place + ", " + index_text(array.shape, offset), "a finite number", value);
}

}  // namespace nadir
