// A point that the user gives for a family's problem.
#pragma once

#include <string>

#include "nadir/core/family.hpp"

namespace nadir {

// Reads the .npz file. A family that can grow takes the sizes of the file's blocks (Family::reshape); of every other
// the file must have exactly the layout. Throws InputError naming the file and the block.
Point read_point_of(Family& family, const std::string& path);

// The same for a point in hand, whose layout may have its blocks in another order, and a column where the family has a
// row. `place` stands for the file in messages.
Point point_of(Family& family, const Point& found, const std::string& place);

}  // namespace nadir
