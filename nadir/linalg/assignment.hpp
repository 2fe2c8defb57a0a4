// The linear assignment problem: rows to columns, each once, at least cost.
#pragma once

#include <vector>

#include "nadir/linalg/matrix.hpp"

namespace nadir {

// column[i] minimises sum_i cost(i, column[i]) over all permutations. Exact up to the rounding of sums, by shortest
// augmenting paths with potentials, O(n^3) [Kuhn1955; JonkerVolgenant1987]. Of several best ones the same every time. Throws
// InputError for a matrix that is not square, or an entry that is not finite.
std::vector<Index> least_assignment(ConstMatrixView cost);

}  // namespace nadir
