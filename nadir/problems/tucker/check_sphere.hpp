// The bound over the sphere of a mode of rank one, walked through again for the checker.
//
// T has three modes, `mode` has rank 1; r is the lesser of the other ranks, g(x)^2 the sum of the r greatest eigenvalues of
// T(x) T(x)^T, T(x) = sum_k x_k T_k. Claim: g^2 <= greatest on the unit sphere, so that no X of these ranks has a squared
// error below |T|^2 - greatest. The witness "cells" is a forest: the orthants with a positive first coordinate, the last
// first (in orthant s the coordinate k + 1 is negative where bit k of s is set); a row (i, j, a) of it splits a cone at
// v_i 2^a + v_j, first in the place of v_i, then of v_j; (-1, 0, 0) says that in this cone a vector c has <c, v_i> >= g(v_i)
// and |c|^2 <= greatest. g is convex and homogeneous, so that there g(x) <= <c, x> <= |c| for unit vectors x.
#pragma once

#include "nadir/problems/tucker/check_evaluation.hpp"
#include "nadir/verify/internal/standard_check.hpp"

namespace nadir::tucker_check {

// `is_in_balls`: g is bounded in balls, by rigor/ otherwise. All else is in balls.
Finding bound_over_sphere_holds(const Subject& subject, std::size_t mode, double greatest, const Matrix& cells, slong precision, bool is_in_balls);

}  // namespace nadir::tucker_check
