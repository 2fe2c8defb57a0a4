// The families that this build knows, one row each.
#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "nadir/core/family.hpp"

namespace nadir {

struct FamilyRow {
  std::string_view name;
  std::unique_ptr<Family> (*make)();
};

const std::vector<FamilyRow>& families();

// A family with its default options. Throws InputError naming the nearest family when there is none of that
// name.
std::unique_ptr<Family> make_family(std::string_view name);

}  // namespace nadir
