#include "nadir/driver/reproduce.hpp"

#include "nadir/base/error.hpp"
#include "nadir/driver/nearest_name.hpp"
#include "nadir/driver/reproduce/claims.hpp"

namespace nadir {

const std::vector<PublishedClaim>& published_claims() {
  static const std::vector<PublishedClaim> claims{kawaguchi_2016(), hu_2020(),   nguegnang_2024(), mehta_2022(),
                                                  achour_2024(),    wang_2021(), trager_2020(),
                                                  ge_lee_ma_2016(), frandsen_ge_2020(), bhojanapalli_2016(), yun_2019(),
                                                  garipov_2018(),   ainsworth_2023(), li_2018()};
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
