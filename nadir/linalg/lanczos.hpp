// Both ends of the spectrum of a symmetric operator that is known only by its products with blocks.
//
// Block Lanczos (krylov.hpp) from random vectors with full reorthogonalisation and Rayleigh-Ritz [GolubVanLoan2013,
// sec. 10.3.6; Parlett1998, ch. 13]: every eigenvalue appears as often as it is found, never as a ghost
// copy. A Krylov space that closes early is extended by new random vectors, so that an operator of small
// dimension is always resolved whole.
//
// What the answer means, for Ritz value theta with unit vector y and residual r = |A y - theta y|:
//   some eigenvalue lies in [theta - r, theta + r]                                    [Parlett1998, Thm 4.5.1]
//   the least eigenvalue is <= the least theta, the greatest >= the greatest          (Rayleigh-Ritz)
// up to rounding. That nothing lies below theta - r is likely, never shown, unless `is_whole`.
//
// Memory: 8 n max_basis bytes. Products: at most max_basis + 2.
#pragma once

#include <cstdint>
#include <functional>

#include "nadir/linalg/matrix.hpp"

namespace nadir {

// out <- A V, column by column; A is symmetric.
using BlockOperator = std::function<void(ConstMatrixView V, MatrixView out)>;

struct LanczosOptions {
  Index block_size = 8;     // columns a product; eigenvalues of that multiplicity are found at once
  Index max_basis = 300;    // columns of the basis
  // Residual of the least pair, relative to the largest Ritz value in modulus. 0: all of max_basis is used.
  double tol = 1e-9;
  double greatest_tol = 1e-9;  // of the greatest pair; larger where only its size is wanted
  std::uint64_t seed = 0;   // of the random vectors
};

struct RitzPair {
  double value = 0.0;
  double residual = 0.0;  // computed from one more product, not from the recurrence
  Vector vector;          // norm 1
};

struct LanczosResult {
  RitzPair least, greatest;
  Vector values;             // all Ritz values, ascending
  Index num_products = 0;    // vectors that the operator was applied to
  bool is_converged = false; // both residuals are within their tolerances
  bool is_whole = false;     // the basis spans the whole space: `values` is the spectrum
  bool is_finite = true;     // false: the operator gave NaN or infinity, and nothing else here is meant
};

// Throws InputError when dimension or an option is < 1.
LanczosResult block_lanczos(const BlockOperator& apply, Index dimension, const LanczosOptions& options = {});

}  // namespace nadir
