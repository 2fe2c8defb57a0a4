// Proof that a strict local minimum lies near a point, alone in a ball.
//
// Theorem. Let Lop >= |A(X)| / |X|_F for all X. The Hessian H of a sensing problem satisfies, in the spectral norm,
//   |H(x + e) - H(x)| <= s (2 Lop^2 |x| |e| + Lop^2 |e|^2),   s = 6 for psd, 3/2 otherwise.
// Proof for psd, d a unit vector of factors D, e of factors E, |.| Frobenius norms:
//   d' H(U) d = |A(U D^T + D U^T)|^2 + 2 <A(U U^T) - y, A(D D^T)> + penalty, and from U to U + E
//   the first term changes by 2 <a, b> + |b|^2, |a| <= 2 Lop |U|, |b| <= 2 Lop |E|: at most Lop^2 (8 |U| |E| + 4 |E|^2);
//   the second by 2 <A(U E^T + E U^T + E E^T), A(D D^T)>: at most Lop^2 (4 |U| |E| + 2 |E|^2).
// For pairs: |D_U V^T + U D_V^T| <= |x| |d| and |D_U D_V^T| <= |d|^2/2, so the first term changes by at most
// Lop^2 (2 |x| |e| + |e|^2), the second by at most Lop^2 (|x| |e| + |e|^2/2).
// The theorem of Newton-Kantorovich (rigor/newton_kantorovich.hpp) then applies wherever the Hessian is proved
// positive definite: never for factors that rotations or scalings move, which leave the value alone.
#pragma once

#include <optional>

#include "nadir/problems/matrix_sensing/enclosure.hpp"

namespace nadir {

struct SensingMinimum {
  double radius = 0.0;            // the minimum lies within it, the only critical point there
  double least_eigenvalue = 0.0;  // the Hessian is at least this on the ball
};

// Up to 300 parameters. Nothing where the hypotheses could not be shown.
std::optional<SensingMinimum> prove_isolated_minimum(const MatrixSensing& problem, const SensingEnclosure& here,
                                                      std::span<const double> x);

}  // namespace nadir
