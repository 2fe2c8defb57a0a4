// What moves a point without raising its value: sweeps, and the form in which ends are kept.
#pragma once

#include <span>

#include "nadir/problems/tucker/tucker.hpp"

namespace nadir {

// The norm of the gradient by A_1 (source mode 0): what a sweep meets first.
double first_block_gradient(const Tucker& problem, const TuckerFactors& x);

// One sweep of higher-order orthogonal iteration from the subspaces of the factors, none of which is zero. For problems
// that have sweeps.
void sweep_once(const Tucker& problem, const TuckerFactors& x, std::span<double> out);

// The point with orthonormal factors and, where every entry is observed, the best core for them; rotated so that the
// slices of the core are orthogonal, in order of size, as in the higher-order SVD [DeLathauwerDeMoorVandewalle2000b].
// The same X or a better one. Points with a factor of deficient rank and problems with a regulariser, which has a
// balance of its own, stay as they are.
Vector in_normal_form(const Tucker& problem, Vector x);

// The flat point of these parts.
Vector flat_point(const TuckerData& data, const Layout& layout, const Tensor<double>& core, const std::vector<Matrix>& A);

}  // namespace nadir
