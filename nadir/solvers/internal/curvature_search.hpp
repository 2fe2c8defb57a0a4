// A search for a direction of negative curvature at a point where the gradient says nothing.
//
// Lanczos for the pencil (H, M) with full reorthogonalisation, started from a random vector
// [ConnGouldToint2000, sec. 5.2]. Every Ritz vector is an honest direction: its curvature is its
// Rayleigh quotient. Finding none does not mean that there is none: few steps resolve only the
// ends of the spectrum, and those only with high probability.
#pragma once

#include <functional>
#include <optional>

#include "nadir/base/random.hpp"
#include "nadir/linalg/matrix.hpp"

namespace nadir::internal {

struct CurvatureDirection {
  Vector direction;        // M-norm 1
  double curvature = 0.0;  // d'Hd for that d, negative
};

struct CurvatureSearch {
  std::function<void(const Vector& v, Vector& out)> apply_hessian;
  std::function<void(const Vector& v, Vector& out)> apply_preconditioner;  // M^{-1} v
  Index num_steps = 60;
  // Below -tol times the largest Ritz value in modulus a curvature counts as negative. The eigenvalues
  // that are zero at the critical point are off by about the square root of the gradient's tolerance there.
  double tol = 1e-7;
};

std::optional<CurvatureDirection> find_negative_curvature(const CurvatureSearch& search, Index dimension, Random random);

}  // namespace nadir::internal
