#include "nadir/verify/registry.hpp"

#include "nadir/problems/double_well/check.hpp"
#include "nadir/problems/linear_network/check.hpp"
#include "nadir/problems/matrix_sensing/check.hpp"
#include "nadir/problems/matrix_completion/check.hpp"
#include "nadir/problems/network/check.hpp"
#include "nadir/problems/tucker/check.hpp"

namespace nadir {
namespace {

struct Row {
  std::string_view family;
  std::unique_ptr<FamilyCheck> (*make)();
};

constexpr Row checks[] = {
    {"double-well", make_double_well_check},
    {"linear-network", make_linear_network_check},
    {"matrix-sensing", make_matrix_sensing_check},
    {"matrix-completion", make_matrix_completion_check},
    {"network", make_network_check},
    {"tucker", make_tucker_check},
};

}  // namespace

std::unique_ptr<FamilyCheck> make_check(std::string_view family) {
  for (const Row& row : checks)
    if (row.family == family) return row.make();
  return nullptr;
}

}  // namespace nadir
