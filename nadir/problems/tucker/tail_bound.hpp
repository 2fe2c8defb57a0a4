// The lower bound that singular values give, proved.
//
// Theorem. Let I be a set of modes, J the others, T_(I) the unfolding with the modes of I as rows. An X of multilinear
// rank at most (r_1, ..., r_d) has rank X_(I) <= R = min(prod_{I} r_k, prod_{J} r_k), so that
//   |T - X|^2 >= sum_{i > R} sigma_i(T_(I))^2                                       (Eckart, Young).
// For I = {k} this is the classical tail of mode k, and best^2 <= |T - X_HOSVD|^2 <= sum_k tail_k <= d best^2.
//
// The tail is the sum of the least eigenvalues of T_(I) T_(I)^T, enclosed from an error-bounded product and the
// theorems of rigor/eigenvalues.hpp: bounds of the leading eigenvalues from above, as they must be. Squaring costs
// half the digits: tails below about 1e-11 |T|^2 are lost in the bounds of rounding errors, and the bound is then 0.
#pragma once

#include <vector>

#include "nadir/problems/tucker/data.hpp"

namespace nadir {

struct TailBound {
  std::vector<int> modes;    // I, of the file, ascending, at most half of them; empty: no bound above 0
  double energy = 0.0;       // proved: |T - X|^2 >= energy
  std::vector<double> tails;  // of each single mode, of the file, in floating point; NaN where not computed
};

// The best over single modes and, for d >= 4, over all I whose Gram matrices together cost at most 2e10 operations: the
// unfolding that promises most in floating point is taken. Nothing for masked tensors (the theorem needs every
// entry) and sparse ones beyond 2^24 entries.
TailBound tail_bound(const TuckerData& data, const std::vector<Index>& ranks);

}  // namespace nadir
