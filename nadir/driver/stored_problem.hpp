// The problem that a finished run was about, and its point, for whatever looks at the run afterwards.
#pragma once

#include <memory>
#include <string>

#include "nadir/core/family.hpp"

namespace nadir {

// Rebuilds the family with its data from the folder's certificate; the data must be as they were. Prepared, and ready
// for read_point_of. Throws InputError for a folder without a certificate, and for data that are gone or changed.
std::unique_ptr<Family> load_family(const std::string& folder);

struct StoredProblem {
  std::unique_ptr<Family> family;  // its problem has the layout of the point
  Point point;
};
// The same with the run's point. Throws InputError for a run that has none.
StoredProblem load_stored_problem(const std::string& folder);

}  // namespace nadir
