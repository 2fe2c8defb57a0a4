#include "nadir/rigor/eigenvalues.hpp"

#include <algorithm>
#include <cmath>
#include <string>

#include "nadir/base/error.hpp"
#include "nadir/linalg/dense.hpp"
#include "nadir/rigor/fp_environment.hpp"
#include "nadir/rigor/internal/rounding.hpp"
#include "nadir/rigor/internal/spectral_scale.hpp"
#include "nadir/rigor/norms.hpp"
#include "nadir/rigor/product.hpp"

namespace nadir {
namespace {

using internal::eta;
using internal::guarded;
using internal::inflate;
using internal::infinity;
using internal::unit_roundoff;

std::size_t at(Index i) { return static_cast<std::size_t>(i); }

// What the theorems of the header need, for 2^-exponent A. Notation as there.
struct Congruence {
  Index n = 0;
  BallMatrix W;
  Vector row_sums;   // r, rounded up
  Vector d;          // approximate eigenvalues, ascending
  double f = 0.0;
  double residual = 0.0;  // >= |A V - V D|_2
  double rad_spectral = 0.0, rad_frobenius = 0.0;
  int exponent = 0;
};

// |A V - V D|_2 from above.
double residual_upper(const BallMatrix& AV, const Matrix& V, const Vector& d) {
  BallMatrix R = AV;
  for (Index j = 0; j < V.cols(); ++j)
    for (Index i = 0; i < V.rows(); ++i) {
      const double p = V(i, j) * d[at(j)], r = AV.mid(i, j) - p;
      R.mid(i, j) = r;
      R.rad(i, j) = inflate(AV.rad(i, j) + unit_roundoff * (std::fabs(p) + std::fabs(r)) + 2.0 * eta);
    }
  return spectral_norm_quick_upper(R);
}

Congruence diagonalise(const BallMatrix& A) {
  const auto [S, exponent] = internal::scaled_to_unit(symmetric_part(A));
  Congruence c;
  c.n = A.rows();
  c.exponent = exponent;
  c.rad_spectral = spectral_norm_quick_upper(S.rad);
  c.rad_frobenius = frobenius_norm_upper(S.rad);
  const SymmetricEigen eigen = symmetric_eigen(S.mid);
  const Matrix& V = eigen.vectors;
  c.d = eigen.values;
  c.f = spectral_norm_quick_upper(add_identity(enclose_product(V, Op::transpose, V, Op::none), -1.0));
  const BallMatrix AV = enclose_product(S.mid, V);
  c.residual = residual_upper(AV, V, c.d);
  c.W = enclose_product(V, Op::transpose, AV, Op::none);
  BallMatrix off_diagonal = c.W;
  for (Index i = 0; i < c.n; ++i) off_diagonal.mid(i, i) = off_diagonal.rad(i, i) = 0.0;
  const Matrix size = magnitude_upper(off_diagonal);
  c.row_sums.assign(at(c.n), 0.0);
  for (Index j = 0; j < c.n; ++j)
    for (Index i = 0; i < c.n; ++i) c.row_sums[at(i)] += size(i, j);
  for (double& sum : c.row_sums) sum = internal::nonnegative_upper(sum, c.n, 0);
  return c;
}

Interval plus_minus(const Interval& a, double radius) { return a + Interval{-radius, radius}; }

// The bound 1 <= theta <= ... of Ostrowski's theorem; contains 0, so that a quotient by it is the whole
// line, where V is not proved invertible.
Interval theta(const Congruence& c) { return plus_minus(Interval::point(1.0), c.f); }

// lambda_i(W), ascending.
std::vector<Interval> congruent_eigenvalues(const Congruence& c) {
  Vector lower(at(c.n)), upper(at(c.n));
  for (Index i = 0; i < c.n; ++i) {
    const Interval disc = plus_minus(c.W.entry(i, i), c.row_sums[at(i)]);
    lower[at(i)] = disc.lower;
    upper[at(i)] = disc.upper;
  }
  std::sort(lower.begin(), lower.end());
  std::sort(upper.begin(), upper.end());
  const double size = std::max(std::fabs(c.d.front()), std::fabs(c.d.back()));
  const double distance =
      add_up(mul_up(c.f, size), mul_up(sqrt_up(add_up(1.0, c.f)), c.residual));
  std::vector<Interval> values;
  for (Index i = 0; i < c.n; ++i)
    values.push_back(intersection({lower[at(i)], upper[at(i)]}, Interval::ball(c.d[at(i)], distance)));
  return values;
}

std::vector<Interval> eigenvalues(const Congruence& c) {
  std::vector<Interval> values = congruent_eigenvalues(c);
  for (Interval& value : values) value = plus_minus(value / theta(c), c.rad_spectral);
  return values;
}

// The sum of the k greatest eigenvalues by Schur-Horn and Ky Fan.
Interval coupled_sum(const Congruence& c, Index k) {
  const Index rest = c.n - k;
  const double swaps = static_cast<double>(std::min(k, rest));
  Interval trace;
  double least_above = infinity, greatest_below = -infinity;
  for (Index i = 0; i < c.n; ++i) {
    const Interval disc = plus_minus(c.W.entry(i, i), c.row_sums[at(i)]);
    if (i < rest) {
      greatest_below = std::max(greatest_below, disc.upper);
    } else {
      least_above = std::min(least_above, disc.lower);
      trace = trace + c.W.entry(i, i);
    }
  }
  // An eigenvalue of the block below may exceed one of the block above, by `overlap` at most.
  const double overlap = std::max(0.0, sub_up(greatest_below, least_above));
  const double coupling = frobenius_norm_upper(block(c.W, rest, 0, k, rest));
  const double excess = add_up(mul_up(swaps, overlap), mul_up(sqrt_up(swaps), coupling));
  Interval sum{trace.lower, add_up(trace.upper, excess)};
  // lambda_i(A) - lambda_i(W) is at most |lambda_i(W)| f / (1 - f).
  const std::vector<Interval> values = congruent_eigenvalues(c);
  Interval size;
  for (Index i = rest; i < c.n; ++i) size = size + Interval::point(values[at(i)].magnitude());
  sum = plus_minus(sum, (size * (Interval::point(c.f) / theta(c))).upper);
  const double spread = std::min(mul_up(static_cast<double>(k), c.rad_spectral),
                                 mul_up(sqrt_up(static_cast<double>(k)), c.rad_frobenius));
  return plus_minus(sum, spread);
}

Interval top_sum(const BallMatrix& A, Index k) {
  if (k == 0) return Interval::point(0.0);
  if (!is_finite(A)) return Interval::whole();
  const Congruence c = diagonalise(A);
  const std::vector<Interval> values = eigenvalues(c);
  Interval sum;
  for (Index i = c.n - k; i < c.n; ++i) sum = sum + values[at(i)];
  return scale_by_power_of_two(intersection(sum, coupled_sum(c, k)), c.exponent);
}

void require_count(const BallMatrix& A, Index k) {
  if (k < 0 || k > A.rows())
    throw InputError("k eigenvalues", "0 <= k <= " + std::to_string(A.rows()), std::to_string(k));
}

}  // namespace

std::vector<Interval> enclose_symmetric_eigenvalues(const BallMatrix& A) {
  internal::require_square("enclose_symmetric_eigenvalues", A.mid);
  return guarded([&] {
    if (A.rows() == 0 || !is_finite(A)) return std::vector<Interval>(at(A.rows()), Interval::whole());
    const Congruence c = diagonalise(A);
    std::vector<Interval> values = eigenvalues(c);
    for (Interval& value : values) value = scale_by_power_of_two(value, c.exponent);
    return values;
  });
}

std::vector<Interval> enclose_symmetric_eigenvalues(ConstMatrixView A) {
  return enclose_symmetric_eigenvalues(exact(A));
}

Interval enclose_top_eigenvalue_sum(const BallMatrix& A, Index k) {
  internal::require_square("enclose_top_eigenvalue_sum", A.mid);
  require_count(A, k);
  return guarded([&] { return top_sum(A, k); });
}

Interval enclose_tail_eigenvalue_sum(const BallMatrix& A, Index k) {
  internal::require_square("enclose_tail_eigenvalue_sum", A.mid);
  require_count(A, k);
  return guarded([&] { return -top_sum(scale(-1.0, A), k); });
}

}  // namespace nadir
