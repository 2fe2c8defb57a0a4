// An array as files hold it, and the two ways in which it becomes a matrix.
//
// Files follow Python's convention: rows are samples, C order. A sample array (n, d) is, byte for byte, the
// d x n matrix of the papers with samples as columns, so that to_samples() moves no number. A weight array
// (d_out, d_in) is the matrix with the same rows and columns: to_matrix() transposes the storage.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "nadir/linalg/matrix.hpp"

namespace nadir {

// Values in C order: the last index runs fastest. No dimensions: a single number.
struct Array {
  std::vector<std::int64_t> shape;
  Vector values;

  friend bool operator==(const Array&, const Array&) = default;
};

// Arrays with their names, in the order of the file.
using NamedArrays = std::vector<std::pair<std::string, Array>>;

// "(3, 4)", "(3,)", "()": as Python prints it.
std::string shape_text(const std::vector<std::int64_t>& shape);

// (n, d) -> d x n; (n,) -> 1 x n; (n, a, b, ...) -> (a b ...) x n. Takes the values over, without a copy.
// Throws InputError naming `place` for a single number.
Matrix to_samples(Array&& array, const std::string& place);

// (r, c) -> r x c; (r,) -> r x 1; () -> 1 x 1. Throws InputError naming `place` for more dimensions.
Matrix to_matrix(const Array& array, const std::string& place);

// r x c -> (r, c), the inverse of to_matrix().
Array to_array(ConstMatrixView matrix);

// d x n -> (n, d), the inverse of to_samples() for two dimensions.
Array samples_to_array(ConstMatrixView samples);

// Throws InputError when a value is NaN or infinite; names the first one's index, counted from 0 as in
// Python, and the value.
void require_finite(const Array& array, const std::string& place);

}  // namespace nadir
