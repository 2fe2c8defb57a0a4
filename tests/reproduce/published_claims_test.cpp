// Every claim that `nadir reproduce` lists comes out as published. The expectations and their origins stand in the
// claims themselves.
#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "nadir/driver/reproduce.hpp"

namespace nadir {
namespace {

class PublishedClaims : public testing::TestWithParam<std::string> {};

TEST_P(PublishedClaims, come_out_as_published) {
  const Reproduction result = published_claim(GetParam()).run(0);

  for (const PublishedRow& row : result.rows) EXPECT_TRUE(row.agrees) << row.what << ": published " << row.published << ", measured " << row.measured;
  EXPECT_TRUE(result.agrees());
}

std::vector<std::string> claim_names() {
  std::vector<std::string> names;
  for (const PublishedClaim& claim : published_claims()) names.emplace_back(claim.name);
  return names;
}

INSTANTIATE_TEST_SUITE_P(All, PublishedClaims, testing::ValuesIn(claim_names()), [](const auto& claim) {
  std::string name = claim.param;
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
});

TEST(PublishedClaimList, names_are_unique_and_sources_are_given) {
  std::set<std::string_view> names;

  for (const PublishedClaim& claim : published_claims()) {
    EXPECT_TRUE(names.insert(claim.name).second) << claim.name;
    EXPECT_FALSE(claim.source.empty() || claim.compares.empty()) << claim.name;
  }
}

}  // namespace
}  // namespace nadir
