// Elementary functions of whole arrays, in place, on the widest vectors of the machine.
//
// Within 4 units in the last place of the true value (Highway's bounds, measured again by the tests); an entry's
// result depends neither on its position nor on its neighbours, but on the machine's instruction set. NaN stays NaN.
// None of this is an error bound: proofs use functions of intervals.
#pragma once

#include "nadir/linalg/matrix.hpp"

namespace nadir {

void tanh_in_place(Index count, double* x);
// e^x and e^x - 1 for x <= 0; larger entries count as 0. Below -708, where e^x loses digits, e^x may be 0.
void exp_of_nonpositive_in_place(Index count, double* x);
void expm1_of_nonpositive_in_place(Index count, double* x);
// log(1 + x) for 0 <= x <= 1; entries outside are taken to the nearer end.
void log1p_of_unit_interval_in_place(Index count, double* x);

}  // namespace nadir
