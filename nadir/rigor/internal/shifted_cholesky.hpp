// The one dense step of the proofs about large symmetric matrices: a Cholesky factor and its residual in one array.
#pragma once

#include "nadir/linalg/matrix.hpp"

namespace nadir::internal {

// A number b with lambda_max(G) <= b, about s; infinity if the factorisation of s I - G fails, which proves
// nothing. [definiteness.hpp, theorem]: b = s + |U^T U - (s I - G)|_2, the norm bounded by row sums.
//
// W has n + 1 rows and n columns; G is symmetric, n x n, and its entry (i, j), i >= j, stands at W(i + 1, j). The
// factor goes to the upper triangle of W; G stays. Entries should be far from overflow and underflow (the answer is
// infinity or blunt otherwise, never wrong). Cost: n^3 / 3 operations for the factor, n^3 / 3 for the residual, no
// memory to speak of. The bits do not depend on the number of threads. To be called under a guard.
double greatest_eigenvalue_by_cholesky(MatrixView W, double s);

}  // namespace nadir::internal
