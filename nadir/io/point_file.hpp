// Points as .npz files: one C-order (rows, cols) array for each block, under the block's name.
//
// Points come from anywhere (numpy.savez of a PyTorch model), so that a block with one column or one row may
// also be a one-dimensional array, as biases are there. Arrays whose name starts with "escape/" belong to
// the verdict and not to the point; they are passed over.
#pragma once

#include <string>

#include "nadir/core/point.hpp"
#include "nadir/io/array.hpp"

namespace nadir {

inline constexpr const char* escape_prefix = "escape/";

// The blocks in the layout's order, each name behind `prefix`; for write_npz().
NamedArrays point_arrays(const Point& point, const std::string& prefix = "");

// A point with exactly this layout, whatever the order in the file. Throws InputError naming the file and
// the block when one is missing, of another shape or not finite, or when there is an array of another name.
Point read_point(const std::string& path, const Layout& layout);

// A point with the file's own blocks, in its order; (n,) becomes n x 1 and a single number 1 x 1. Throws
// InputError when a block is empty, not finite or of more than two dimensions, or when there is none.
Point read_point(const std::string& path);

}  // namespace nadir
