// The check of double-well's certificates, in exact arithmetic on the definition
//
//   f(x) = (x_1^2 - a^2)^2 / 4 + (x_2^2 + ... + x_d^2) / 2
//
// Sums and products of doubles suffice, so that balls of enough bits have radius zero. The least value is 0.
// Kinds of claim: value, lower-bound, gap, gradient-norm, critical, negative-curvature, no-negative-curvature,
// descent, better-point (core/certificate.hpp); witnesses `direction`, `escape`, `better` are flat vectors.
#pragma once

#include <memory>

#include "nadir/verify/check.hpp"

namespace nadir {

std::unique_ptr<FamilyCheck> make_double_well_check();

}  // namespace nadir
