#include "nadir/driver/reproduce.hpp"

#include <algorithm>

#include "nadir/base/error.hpp"
#include "nadir/driver/nearest_name.hpp"

namespace nadir {

bool Reproduction::agrees() const {
  return !rows.empty() && std::all_of(rows.begin(), rows.end(), [](const PublishedRow& row) { return row.agrees; });
}

const std::vector<PublishedClaim>& published_claims() {
  static const std::vector<PublishedClaim> claims;
  return claims;
}

const PublishedClaim& published_claim(std::string_view name) {
  std::vector<std::string> names;
  for (const PublishedClaim& claim : published_claims()) {
    if (claim.name == name) return claim;
    names.emplace_back(claim.name);
  }
  throw InputError("claim", "one that `nadir reproduce` lists",
                   "'" + std::string(name) + "'" + nearest_hint(name, names));
}

}  // namespace nadir
