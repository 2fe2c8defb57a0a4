#include "nadir/io/trajectory_file.hpp"

#include <cmath>

#include "nadir/base/error.hpp"
#include "nadir/io/internal/quote.hpp"
#include "nadir/io/npz.hpp"

namespace nadir {
namespace {

constexpr const char* iterations_name = "iterations";
constexpr const char* values_name = "values";

// As many whole numbers as there are, each larger than the one before.
std::vector<std::int64_t> whole_numbers(const Array& array, const std::string& place) {
  std::vector<std::int64_t> result;
  double before = -1.0;
  for (const double x : array.values) {
    if (!(x > before) || x != std::floor(x) || x > 9e15)
      throw InputError(place, "ascending whole numbers, none below 0", std::to_string(x));
    result.push_back(static_cast<std::int64_t>(x));
    before = x;
  }
  return result;
}

Array read_shaped(const NpzFile& file, const std::string& path, const std::string& name, const std::vector<std::int64_t>& shape) {
  Array array = file.read(name);
  const std::string place = path + ":" + name;
  if (array.shape != shape) throw InputError(place, "shape " + shape_text(shape), shape_text(array.shape));
  require_finite(array, place);
  return array;
}

}  // namespace

NamedArrays trajectory_arrays(const Trajectory& trajectory, const Layout& layout) {
  const Index k = trajectory.points.cols();
  if (trajectory.points.rows() != layout.dimension())
    throw InputError("trajectory", "points of " + std::to_string(layout.dimension()) + " numbers", std::to_string(trajectory.points.rows()));
  NamedArrays arrays;
  arrays.emplace_back(iterations_name, Array{{k}, Vector(trajectory.iterations.begin(), trajectory.iterations.end())});
  arrays.emplace_back(values_name, Array{{k}, trajectory.values});
  for (const BlockShape& block : layout.blocks()) {
    Array array{{k, block.rows, block.cols}, Vector(static_cast<std::size_t>(k * block.size()))};
    double* out = array.values.data();
    for (Index p = 0; p < k; ++p) {
      const ConstMatrixView values(trajectory.points.col(p) + block.offset, block.rows, block.cols);
      for (Index i = 0; i < block.rows; ++i)
        for (Index j = 0; j < block.cols; ++j) *out++ = values(i, j);
    }
    arrays.emplace_back(block.name, std::move(array));
  }
  return arrays;
}

Trajectory read_trajectory(const std::string& path, const Layout& layout) {
  const NpzFile file(path);
  for (const std::string& name : file.names())
    if (name != iterations_name && name != values_name && layout.find(name) == nullptr)
      throw InputError(path, "only iterations, values and the blocks of the problem", "another array " + internal::quoted(name));
  Trajectory result;
  const Array iterations = file.read(iterations_name);
  if (iterations.shape.size() != 1 || iterations.values.empty())
    throw InputError(path + ":" + iterations_name, "shape (k,) with at least one point", shape_text(iterations.shape));
  result.iterations = whole_numbers(iterations, path + ":" + iterations_name);
  const Index k = static_cast<Index>(result.iterations.size());
  result.values = read_shaped(file, path, values_name, {k}).values;
  result.points = Matrix(layout.dimension(), k);
  for (const BlockShape& block : layout.blocks()) {
    const Array array = read_shaped(file, path, block.name, {k, block.rows, block.cols});
    const double* source = array.values.data();
    for (Index p = 0; p < k; ++p) {
      const MatrixView values(result.points.col(p) + block.offset, block.rows, block.cols);
      for (Index i = 0; i < block.rows; ++i)
        for (Index j = 0; j < block.cols; ++j) values(i, j) = *source++;
    }
  }
  return result;
}

}  // namespace nadir
