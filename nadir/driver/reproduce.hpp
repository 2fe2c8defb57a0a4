// Published claims that nadir reruns: each a function from nothing to a table of published and measured values.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace nadir {

// One number or fact of the publication beside ours.
struct PublishedRow {
  std::string what;       // "global minima among 100 starts"
  std::string published;  // as printed there, with its unit: "100 of 100"
  std::string measured;
  bool agrees = false;    // by the rule that the claim's `compares` states
};

struct Reproduction {
  std::vector<PublishedRow> rows;
  // Every row, and there is at least one.
  bool agrees() const {
    for (const PublishedRow& row : rows)
      if (!row.agrees) return false;
    return !rows.empty();
  }
};

struct PublishedClaim {
  std::string_view name;      // "kawaguchi-2016-saddles": the word on the command line
  std::string_view source;    // authors, year, theorem, figure or table
  std::string_view compares;  // one line: what is rerun, what is compared, and within what tolerance
  Reproduction (*run)(std::uint64_t seed);
};

const std::vector<PublishedClaim>& published_claims();
// Throws InputError naming the nearest claim when there is none of that name.
const PublishedClaim& published_claim(std::string_view name);

}  // namespace nadir
