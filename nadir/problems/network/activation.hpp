// Activations and their derivatives on arrays.
//
// Where s' jumps (relu, leaky-relu, elu with parameter != 1, at 0) the derivative is that of the left piece:
// relu'(0) = 0, the convention of automatic differentiation. It is a convention and says nothing of criticality
// there; the judge makes no claims about gradients at kinks.
#pragma once

#include "nadir/problems/network/data.hpp"

namespace nadir {

// z <- s(z); first <- s'(z), second <- s''(z), each where its pointer is not null; second needs first. NaN stays NaN.
void apply_activation(const Activation& activation, Index count, double* z, double* first, double* second);

}  // namespace nadir
