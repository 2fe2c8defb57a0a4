// Entry by entry over whole arrays, on the widest vectors of the machine: elementary functions, products, sums of rows.
//
// Functions are within 4 units in the last place of the true value (Highway's bounds, measured again by the tests); an entry's
// result depends neither on its position nor on its neighbours, but on the machine's instruction set. NaN stays NaN.
// None of this is an error bound: proofs use functions of intervals.
#pragma once

#include "nadir/linalg/matrix.hpp"

namespace nadir {

void tanh_in_place(Index count, double* x);
// The same with its derivatives (1 - t)(1 + t) and -2 t (1 - t)(1 + t), t = tanh(x), where these are not null.
void tanh_with_derivatives(Index count, double* x, double* first, double* second);
// e^x and e^x - 1 for x <= 0; larger entries count as 0. Below -708, where e^x loses digits, e^x may be 0.
void exp_of_nonpositive_in_place(Index count, double* x);
void expm1_of_nonpositive_in_place(Index count, double* x);
// log(1 + x) for 0 <= x <= 1; entries outside are taken to the nearer end.
void log1p_of_unit_interval_in_place(Index count, double* x);

// z -> z where z > 0, slope z elsewhere (0 even of minus infinity for slope 0); first, if not null, gets 1 or slope.
void two_slopes_in_place(Index count, double slope, double* z, double* first);

// out = a o b; out may be a or b.
void multiply_entries(Index count, const double* a, const double* b, double* out);
// d = s o d + b o z
void combine_entries(Index count, const double* s, const double* b, const double* z, double* d);

// out = base + sum_k factors[k] parts.col(k), the first `count` entries of each, added in that order; every operation is
// rounded by itself.
void add_multiples(Index count, const double* base, ConstMatrixView parts, const double* factors, double* out);

// Running means m of g and v of g^2, and a step along their quotient; every operation is rounded by itself.
//   m <- keep_first m + (1 - keep_first) g,  v <- keep_second v + (1 - keep_second) (g g)
//   x <- x - (step m) / (sqrt(v) root_scale + shift)
struct MomentStep {
  double keep_first, keep_second, step, root_scale, shift;
};
void step_along_moments(const MomentStep& c, Index count, const double* g, double* m, double* v, double* x);

// out(i) += sum of row i of A
void add_row_sums(ConstMatrixView A, double* out);

}  // namespace nadir
