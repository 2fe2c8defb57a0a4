// The way down from a critical point whose Hessian does not show one.
//
// Along x + t k + t^2 c with H k = 0 at a critical point, the coefficients of t and t^2 vanish and that of t^3 is
// a_3 = D^3 f[k, k, k] / 6, whatever c is. Where a_3 != 0, k or -k leads down. Where it vanishes, the coefficient
//   a_4 = D^4 f[k, k, k, k] / 24 + D^3 f[k, k, c] / 2 + D^2 f[c, c] / 2
// is least for H c = -D^3 f[k, k, .] / 2; where that is negative, the point is no local minimum, although second
// derivatives see nothing. At delta = 1/2 the counterexample to exact recovery from a restricted isometry is such a
// point [ZhangSojoudiLavaei2019]; its descent of fourth order is ours.
// f is of fourth degree, so that D^3 f[k, k, .] = (H(x + k) k - H(x - k) k) / 2 exactly.
#pragma once

#include <optional>
#include <span>

#include "nadir/linalg/dense.hpp"
#include "nadir/problems/matrix_sensing/matrix_sensing.hpp"

namespace nadir {

// All eigenvalues and eigenvectors of the Hessian, in floating point: for up to some 1000 parameters.
SymmetricEigen hessian_spectrum(const MatrixSensing& problem, std::span<const double> x);

struct DescendingPath {
  Vector k, c;          // few bits each, so that what is made of them may be exact
  int order = 4;        // of the first coefficient that does not vanish
  Vector displacement;  // t k + t^2 c with the greatest decrease found
  double decrease = 0.0;     // in floating point; 0: none beyond rounding
};

// Looks along the eigenvectors of hessian_spectrum() with eigenvalues up to `zero_threshold` in modulus, without those
// along which rotations of the factors move the point. A failed search proves nothing.
std::optional<DescendingPath> find_descending_path(const MatrixSensing& problem, std::span<const double> x, const SymmetricEigen& spectrum,
                                                   double zero_threshold);

// Directions that leave X and the penalty alone, as columns, orthonormal: U S (and V S), S skew, for psd and where
// lambda > 0; otherwise U B and -V B^T for any B.
Matrix symmetry_directions(const MatrixSensing& problem, std::span<const double> x);

}  // namespace nadir
