// w with A^*(w) >= I: what bounds the trace of psd solutions where no penalty does.
#pragma once

#include "nadir/problems/matrix_sensing/data.hpp"

namespace nadir {

// Conjugate gradients on |A^*(w) - I|^2 from 0, until A^*(w) is definite; w is then scaled so that A^*(w) >= I is
// proved. Empty where that does not succeed in `max_steps`, each a pass over the operator forth and back; that does not
// show that there is none.
Vector find_trace_multiplier(const SensingData& data, int max_steps);

}  // namespace nadir
