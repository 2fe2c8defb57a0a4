// The checker of the family network: values, gradients and curvature along a direction in ball arithmetic.
#pragma once

#include <memory>

#include "nadir/verify/check.hpp"

namespace nadir {

std::unique_ptr<FamilyCheck> make_network_check();

}  // namespace nadir
