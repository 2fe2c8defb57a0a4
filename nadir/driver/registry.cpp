#include "nadir/driver/registry.hpp"

#include <string>

#include "nadir/base/error.hpp"
#include "nadir/driver/nearest_name.hpp"
#include "nadir/problems/double_well/family.hpp"
#include "nadir/problems/linear_network/family.hpp"
#include "nadir/problems/matrix_completion/family.hpp"
#include "nadir/problems/matrix_sensing/family.hpp"
#include "nadir/problems/network/family.hpp"
#include "nadir/problems/tucker/family.hpp"

namespace nadir {
namespace {

template <class F>
std::unique_ptr<Family> make() {
  return std::make_unique<F>();
}

}  // namespace

const std::vector<FamilyRow>& families() {
  static const std::vector<FamilyRow> rows{
      {"double-well", make<DoubleWellFamily>},
      {"linear-network", make<LinearNetworkFamily>},
      {"matrix-completion", make<MatrixCompletionFamily>},
      {"matrix-sensing", make<MatrixSensingFamily>},
      {"network", make<NetworkFamily>},
      {"tucker", make<TuckerFamily>},
  };
  return rows;
}

std::unique_ptr<Family> make_family(std::string_view name) {
  std::vector<std::string> names;
  for (const FamilyRow& row : families()) {
    if (row.name == name) return row.make();
    names.emplace_back(row.name);
  }
  std::string list;
  for (const std::string& known : names) list += (list.empty() ? "" : ", ") + known;
  throw InputError("FAMILY", "one of " + list, "'" + std::string(name) + "'" + nearest_hint(name, names));
}

}  // namespace nadir
