// The sweeps of higher-order orthogonal iteration, whatever the tensor is made of.
#pragma once

#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "nadir/base/error.hpp"
#include "nadir/linalg/internal/leading_subspace.hpp"

namespace nadir::internal {

// Throws InputError unless there is a factor for each mode, with as many rows as its extent and no more columns.
inline void require_factors(const std::vector<Index>& extents, const std::vector<Matrix>& factors) {
  if (factors.size() != extents.size())
    throw InputError("start", std::to_string(extents.size()) + " factors", std::to_string(factors.size()));
  for (std::size_t k = 0; k < extents.size(); ++k) {
    const Matrix& U = factors[k];
    if (U.rows() != extents[k] || U.cols() < 1 || U.cols() > U.rows())
      throw InputError("start, mode " + std::to_string(k), "a factor with " + std::to_string(extents[k]) + " rows and at most as many columns",
                       std::to_string(U.rows()) + " x " + std::to_string(U.cols()));
  }
}

// The core, from T contracted with all factors but that of `mode`.
template <class Scalar>
void note_core(TensorView<Scalar> projected, int mode, TuckerDecomposition& d) {
  const Tensor<Scalar> core = mode_product(projected, mode, d.factors[static_cast<std::size_t>(mode)], Op::transpose);
  d.core = Tensor<double>(core.shape(), Vector(core.flat().begin(), core.flat().end()));
  const double length = norm(d.core.view());
  d.core_norm_squared = length * length;
}

// Sweeps U_k <- leading left singular vectors of (T x_{j != k} U_j^T)_(k), k = 0, 1, ..., where
// projections.without(k, factors) is the tensor in brackets. The start has |T|^2; error_squared is |T|^2 - |G|^2.
template <class Projections>
HooiResult sweep(Projections& projections, TuckerDecomposition&& start, const HooiOptions& options) {
  HooiResult result;
  result.decomposition = std::move(start);
  TuckerDecomposition& d = result.decomposition;
  const int modes = static_cast<int>(d.factors.size());
  note_core(projections.without(0, d.factors), 0, d);
  result.core_norms.push_back(std::sqrt(d.core_norm_squared));
  while (result.sweeps < options.max_sweeps && !result.has_settled) {
    for (int mode = 0; mode < modes; ++mode) {
      const auto projected = projections.without(mode, d.factors);
      Matrix& U = d.factors[static_cast<std::size_t>(mode)];
      U = subspace_of_unfolding(projected, mode, U).U;
      if (mode + 1 == modes) note_core(projected, mode, d);
    }
    ++result.sweeps;
    const double length = std::sqrt(d.core_norm_squared);
    result.has_settled = options.tol > 0.0 && length - result.core_norms.back() <= options.tol * std::sqrt(d.norm_squared);
    result.core_norms.push_back(length);
  }
  d.error_squared = d.norm_squared - d.core_norm_squared;
  return result;
}

}  // namespace nadir::internal
