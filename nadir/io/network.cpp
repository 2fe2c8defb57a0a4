#include "nadir/io/network.hpp"

#include <set>

#include "nadir/base/error.hpp"
#include "nadir/io/internal/quote.hpp"
#include "nadir/io/npz.hpp"
#include "nadir/io/onnx.hpp"

namespace nadir {
namespace {

Matrix weights(const NpzFile& file, const std::string& name, const std::string& place, Index width) {
  const Array array = file.read(name);
  require_finite(array, place);
  if (array.shape.size() != 2 || array.values.empty())
    throw InputError(place, "a matrix", "shape " + shape_text(array.shape));
  Matrix W = to_matrix(array, place);
  if (width > 0 && W.cols() != width)
    throw InputError(place, std::to_string(width) + " columns, the rows of the layer before",
                     "shape " + shape_text(array.shape));
  return W;
}

Vector bias(const NpzFile& file, const std::string& name, const std::string& place, Index width) {
  Array array = file.read(name);
  require_finite(array, place);
  const Matrix as_matrix = to_matrix(array, place);
  if (as_matrix.size() != width || (as_matrix.rows() != 1 && as_matrix.cols() != 1))
    throw InputError(place, "shape (" + std::to_string(width) + ",)", "shape " + shape_text(array.shape));
  return std::move(array.values);
}

}  // namespace

DataNetwork read_npz_network(const std::string& path) {
  const NpzFile file(path);
  DataNetwork network;
  network.path = path;
  std::set<std::string> known;
  for (std::size_t k = 1; file.contains("W" + std::to_string(k)); ++k) {
    const std::string W = "W" + std::to_string(k), b = "b" + std::to_string(k);
    known.insert({W, b});
    DenseLayer layer;
    layer.W = weights(file, W, path + ":" + W, k == 1 ? 0 : network.layers.back().W.rows());
    if (file.contains(b)) layer.b = bias(file, b, path + ":" + b, layer.W.rows());
    network.layers.push_back(std::move(layer));
  }
  for (const std::string& name : file.names())
    if (!known.contains(name) && !name.starts_with("escape/"))
      throw InputError(path, "arrays W1, b1, W2, b2, ... without a gap", internal::quoted(name));
  if (network.layers.empty()) throw InputError(path, "arrays W1, b1, W2, b2, ...", "none");
  return network;
}

DataNetwork read_network(const std::string& path) {
  if (path.ends_with(".onnx")) return read_onnx(path);
  if (path.ends_with(".npz")) return read_npz_network(path);
  throw InputError(path, "a network in a file ending in .onnx or .npz", "another ending");
}

}  // namespace nadir
