// The signs of the Hessian's eigenvalues at a point, in floating point.
//
// Up to `dense_limit` parameters the Hessian is assembled from its products with the identity and LAPACK
// gives its spectrum; beyond that, block Lanczos gives both ends of it (linalg/lanczos.hpp). An eigenvalue
// counts as zero when its modulus is at most zero_tol times the largest modulus: the only scale there is.
//
// What the numbers mean: the least eigenvalue of the Hessian is at most `curvature.min_eigenvalue` (up to
// rounding), and some eigenvalue lies within `residual` of it. Where `is_whole` is false, that no eigenvalue
// lies lower is likely, not shown, and nothing is counted (-1). All of it is `numerical`.
#pragma once

#include <cstdint>
#include <limits>
#include <span>

#include "nadir/core/problem.hpp"
#include "nadir/core/verdict.hpp"

namespace nadir {

struct CurvatureOptions {
  Index dense_limit = 1000;  // parameters; above, Lanczos
  double zero_tol = 1e-8;    // relative to the largest eigenvalue in modulus
  Index max_basis = 300;     // of Lanczos; less where the basis would need more than a gigabyte
  Index block_size = 4;      // of Lanczos: eigenvalues of that multiplicity are found at once
  double lanczos_tol = 1e-7;  // residual that counts as converged, relative to the largest modulus
  std::uint64_t seed = 0;
};

struct CurvatureReport {
  Curvature curvature;
  Vector direction;                // unit eigenvector of the least eigenvalue; empty if nothing is known
  double largest_magnitude = 0.0;  // of the eigenvalues found
  double zero_threshold = 0.0;     // zero_tol * largest_magnitude
  double residual = std::numeric_limits<double>::quiet_NaN();  // |H v - lambda v| for the direction
  bool is_whole = false;           // the whole spectrum is known
  bool is_converged = false;       // the residuals are within the tolerance
  bool is_finite = false;          // false: a product with the Hessian gave NaN or infinity
  Evidence evidence;               // the claim "no eigenvalue is negative beyond the threshold"
};

CurvatureReport examine_curvature(const Expansion& expansion, Index dimension, const CurvatureOptions& options = {});
CurvatureReport examine_curvature(ProblemRef problem, std::span<const double> x, const CurvatureOptions& options = {});

// Curvature that tells of the critical point itself and not of the way to it. At distance d from a
// degenerate critical point the gradient is O(d^2) and eigenvalues are off by O(d); so an eigenvalue speaks
// only where its modulus exceeds 10 sqrt(|gradient| * third derivative). The third derivative is estimated
// by largest_magnitude / max(1, max |x_i|).
double telling_curvature(double gradient_norm, const CurvatureReport& report, std::span<const double> x);

}  // namespace nadir
