// The families whose certificates this build can check, one row each in registry.cpp.
#pragma once

#include <memory>
#include <string_view>

#include "nadir/verify/check.hpp"

namespace nadir {

// Null when there is no check for that family.
std::unique_ptr<FamilyCheck> make_check(std::string_view family);

}  // namespace nadir
