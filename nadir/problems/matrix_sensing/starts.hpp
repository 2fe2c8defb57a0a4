// Where searches begin.
//
//   random    independent normals, scaled so that |A(X)| = |y|
//   spectral  the greatest eigenpairs (psd) or singular pairs of A^*(y), scaled so that A(X) is as near y as it gets
//   zeros     U = 0, V = 0: a critical point
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "nadir/core/point.hpp"
#include "nadir/problems/matrix_sensing/matrix_sensing.hpp"

namespace nadir {

std::vector<std::string> sensing_starts();
// Throws InputError for another name.
Point sensing_start(const MatrixSensing& problem, const std::string& name, std::uint64_t seed, std::uint64_t index);

}  // namespace nadir
