// Another point of a run's problem, named on the command line: by the folder of a run, or by an .npz of its blocks.
#pragma once

#include <string>

#include "nadir/core/family.hpp"

namespace nadir {

struct OtherPoint {
  std::string file;  // where it was read
  Point point;
};

// `point` is that of the run in `folder`, `other` a folder or a file. Throws InputError for a run of another family, on
// other data or with other options, and for blocks of other sizes than `point` has.
OtherPoint read_other_point(Family& family, const std::string& folder, const Point& point, const std::string& other);

}  // namespace nadir
