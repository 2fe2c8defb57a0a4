// trajectory.npz: points along a run, each block with all its values one after another.
//
// Arrays: `iterations` (k), `values` (k), and under each block's name one of shape (k, rows, cols) in C order.
#pragma once

#include <string>

#include "nadir/core/point.hpp"
#include "nadir/core/trajectory.hpp"
#include "nadir/io/array.hpp"

namespace nadir {

// For write_npz(). Throws InputError when the points have another length than the layout.
NamedArrays trajectory_arrays(const Trajectory& trajectory, const Layout& layout);

// Throws InputError naming the file and the array when one is missing, of another shape or not finite, when there is
// one of another name, or when the iterations are not ascending whole numbers.
Trajectory read_trajectory(const std::string& path, const Layout& layout);

}  // namespace nadir
