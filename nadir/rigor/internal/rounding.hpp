// A-priori bounds on what rounding to nearest does, as plain expressions to be used inside a guard.
//
// Notation: u = 2^-53, eta = 2^-1074 the least positive double, gamma_k = k u / (1 - k u) [Higham2002, 3.1].
// Each function presumes the environment of FloatingPointGuard and is correct for subnormal arguments.
#pragma once

#include <limits>

#include "nadir/linalg/matrix.hpp"

namespace nadir::internal {

inline constexpr double unit_roundoff = 0x1p-53;
inline constexpr double eta = 0x1p-1074;
inline constexpr double infinity = std::numeric_limits<double>::infinity();

// At least x (1 + 6u) for x >= 0 that is not subnormal, at least x always: pays for up to five roundings of
// a positive expression. Sums of subnormals are exact, so only products below 2^-1022 need an extra eta.
constexpr double inflate(double x) { return x * (1.0 + 0x1p-50); }

// At least gamma_k; k >= 2^49 gives infinity.
constexpr double gamma_upper(Index k) {
  if (k >= (Index{1} << 49)) return infinity;
  const double ku = static_cast<double>(k) * unit_roundoff;
  return inflate(ku / (1.0 - ku));
}

// At least the exact value of a sum of non-negative terms whose computed value is `computed`, where every
// term went through at most `depth` roundings and `num_products` of them are products that may underflow.
constexpr double nonnegative_upper(double computed, Index depth, Index num_products) {
  return inflate(computed * (1.0 + gamma_upper(depth))) + 2.0 * static_cast<double>(num_products) * eta;
}

}  // namespace nadir::internal
