// Where solvers begin: factors by name.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "nadir/problems/matrix_completion/matrix_completion.hpp"

namespace nadir {

// The default first.
//   random    normal entries of such a size that U V^T has about the mean square of the data
//   spectral  the leading singular pairs of the observed entries, zeros elsewhere, as the penalty shrinks them
//   zeros     the point 0, a saddle where anything can be gained
std::vector<std::string> completion_starts();

// Throws InputError for an unknown name.
Point completion_start(const MatrixCompletion& problem, const std::string& name, std::uint64_t seed, std::uint64_t index);

}  // namespace nadir
