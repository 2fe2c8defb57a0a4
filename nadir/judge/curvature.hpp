// The spectrum of the Hessian at a point, numerically: least eigenvalue, its direction, and the inertia.
//
// Up to `dense_limit` parameters the whole Hessian is formed and all eigenvalues counted. Beyond that only
// the ends of the spectrum are found, and the counts stay unknown (-1).
#pragma once

#include <span>

#include "nadir/core/problem.hpp"
#include "nadir/core/verdict.hpp"

namespace nadir {

struct CurvatureOptions {
  Index dense_limit = 600;
  // Eigenvalues below this times the largest magnitude count as zero.
  double zero_tol = 1e-9;
};

struct CurvatureReport {
  Curvature curvature;
  Vector direction;                // unit eigenvector of the least eigenvalue
  double largest_magnitude = 0.0;  // of all eigenvalues
  double error_bound = 0.0;        // |least eigenvalue - min_eigenvalue| up to rounding
};

CurvatureReport examine_curvature(ProblemRef problem, std::span<const double> x, const CurvatureOptions& options = {});

}  // namespace nadir
