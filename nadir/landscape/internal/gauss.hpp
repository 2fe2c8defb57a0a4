// The rule of Gauss and Legendre on [0, 1]: exact for polynomials of degree 2 m - 1.
#pragma once

#include "nadir/linalg/matrix.hpp"

namespace nadir::internal {

struct GaussRule {
  Vector nodes, weights;  // ascending; the weights sum to 1
};

// num_nodes >= 1. Newton's method on the Legendre polynomial from its asymptotic zeros; errors are a few eps.
GaussRule gauss_rule(Index num_nodes);

}  // namespace nadir::internal
