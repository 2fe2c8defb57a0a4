#include "nadir/rigor/definiteness.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include "nadir/base/stop.hpp"
#include "nadir/linalg/dense.hpp"
#include "nadir/rigor/eigenvalues.hpp"
#include "nadir/rigor/fp_environment.hpp"
#include "nadir/rigor/internal/guarded_gemm.hpp"
#include "nadir/rigor/internal/rounding.hpp"
#include "nadir/rigor/internal/spectral_scale.hpp"
#include "nadir/rigor/norms.hpp"

namespace nadir {
namespace {

using internal::eta;
using internal::gamma_upper;
using internal::guarded;
using internal::infinity;
using internal::nonnegative_upper;

// An upper bound of | |L| |L|^T |_2 for lower triangular L: the lesser of its infinity norm, through
// |L| (|L|^T e), and its trace.
double gram_magnitude_upper(const Matrix& L) {
  const Index n = L.rows();
  Vector row(static_cast<std::size_t>(n));
  double trace = 0.0;
  for (Index k = 0; k < n; ++k) {
    double column = 0.0, squares = 0.0;
    for (Index i = k; i < n; ++i) {
      column += std::fabs(L(i, k));
      squares += L(i, k) * L(i, k);
    }
    trace += squares;
    for (Index i = k; i < n; ++i) row[static_cast<std::size_t>(i)] += std::fabs(L(i, k)) * column;
  }
  const double greatest = *std::max_element(row.begin(), row.end());
  return nonnegative_upper(std::min(greatest, trace), 2 * n + 2, 2 * n * n);
}

// An upper bound of |L L^T - T|_2, T symmetric and given by its lower triangle.
double residual_norm_upper(const Matrix& L, const Matrix& T) {
  const Index n = L.rows();
  const Matrix G = internal::gemm_lower_times_transpose(L);
  Vector row(static_cast<std::size_t>(n));
  double squares = 0.0;
  for (Index j = 0; j < n; ++j)
    for (Index i = j; i < n; ++i) {
      const double e = std::fabs(G(i, j) - T(i, j));
      row[static_cast<std::size_t>(i)] += e;
      if (i != j) row[static_cast<std::size_t>(j)] += e;
      squares += i == j ? e * e : 2.0 * e * e;
    }
  const double greatest = nonnegative_upper(*std::max_element(row.begin(), row.end()), n + 2, 0);
  const double frobenius = sqrt_up(nonnegative_upper(squares, n * n + 4, n * n));
  const double rounding = mul_up(gamma_upper(internal::product_depth(n)), gram_magnitude_upper(L));
  const double underflow = 2.0 * static_cast<double>(n) * static_cast<double>(n) * eta;
  return add_up(std::min(greatest, frobenius), add_up(rounding, underflow));
}

// A symmetric matrix given by its entries, and a bound on the spectral norm of what may have to be added.
struct Perturbed {
  Matrix mid;
  double spread;
};

// The theorem of the header for one shift: a proved lower bound of lambda_min, or -infinity if the
// factorisation fails. Leaves the factor of mid - shift I in L.
double bound_by_cholesky(const Perturbed& A, double shift, Matrix& L) {
  stop_point();
  Matrix T = A.mid;
  double diagonal_error = 0.0;
  for (Index i = 0; i < T.rows(); ++i) {
    T(i, i) = A.mid(i, i) - shift;
    const Interval exact = Interval::point(A.mid(i, i)) - Interval::point(shift);
    diagonal_error = std::max(diagonal_error, (exact - Interval::point(T(i, i))).magnitude());
  }
  if (!cholesky(T, L)) return -infinity;
  const double residual = add_up(residual_norm_upper(L, T), diagonal_error);
  return sub_down(sub_down(shift, residual), A.spread);
}

// An approximation, usually from above, of the least eigenvalue of L L^T by inverse iteration.
double approximate_least_eigenvalue(const Matrix& L) {
  const Index n = L.rows();
  Matrix x(n, 1);
  // Irrational multiples: no structured eigenvector is orthogonal to all of this.
  for (Index i = 0; i < n; ++i) x(i, 0) = 1.0 + std::fmod(0.6180339887498949 * static_cast<double>(i + 1), 1.0);
  double least = infinity;
  for (int step = 0; step < 12; ++step) {
    scale(1.0 / norm(x.flat()), x.flat());
    solve_lower(L, Op::none, x);  // Rayleigh quotient of the inverse: |L^-1 x|^2
    const double inverse = dot(x.flat(), x.flat());
    solve_lower(L, Op::transpose, x);
    least = std::min(least, 1.0 / inverse);
  }
  return least;
}

// The best lower bound from shifts a little below the least eigenvalue of a matrix that Cholesky accepts;
// -infinity if it does not.
double bound_of_definite(const Perturbed& A) {
  Matrix L;
  double best = bound_by_cholesky(A, 0.0, L);
  if (best == -infinity) return best;
  const double least = approximate_least_eigenvalue(L);
  for (const double fraction : {1.0 - 0x1p-12, 0.97, 0.75, 0.25}) {
    const double bound = bound_by_cholesky(A, fraction * least, L);
    best = std::max(best, bound);
    if (bound > -infinity) break;
  }
  return best;
}

// Gershgorin: needs nothing, promises little.
double bound_by_rows(const Perturbed& A) {
  double least = infinity;
  for (Index i = 0; i < A.mid.rows(); ++i) {
    double others = 0.0;
    for (Index j = 0; j < A.mid.cols(); ++j)
      if (j != i) others += std::fabs(A.mid(j, i));
    others = nonnegative_upper(others, A.mid.rows(), 0);
    least = std::min(least, sub_down(A.mid(i, i), others));
  }
  return sub_down(least, A.spread);
}

double bound_of_indefinite(const Perturbed& A) {
  const SymmetricEigen eigen = symmetric_eigen(A.mid);
  const double size = std::max(std::fabs(eigen.values.front()), std::fabs(eigen.values.back()));
  double best = bound_by_rows(A);
  Matrix L;
  for (double slack = 4.0 * static_cast<double>(A.mid.rows()) * internal::unit_roundoff; slack < 1e-3; slack *= 16.0) {
    const double bound = bound_by_cholesky(A, eigen.values.front() - slack * size, L);
    best = std::max(best, bound);
    if (bound > -infinity) break;
  }
  return best;
}

Perturbed perturbed(const BallMatrix& A) {
  const double spread = spectral_norm_quick_upper(A.rad);
  return {A.mid, spread};
}

// lambda_min(A) >= lambda_min(D A D) min(1 / D(i,i)^2) for lambda_min(D A D) >= 0.
double margin_with_unit_diagonal(const BallMatrix& S) {
  BallMatrix scaled;
  std::vector<int> exponents;
  if (!internal::scale_to_unit_diagonal(S, scaled, exponents) || !is_finite(scaled)) return 0.0;
  const double bound = bound_of_definite(perturbed(scaled));
  if (!(bound > 0.0)) return 0.0;
  const int greatest = *std::max_element(exponents.begin(), exponents.end());
  return scale_by_power_of_two(Interval::point(bound), -2 * greatest).lower;
}

double lower_end_scaled(double x, int exponent) {
  return x == -infinity ? x : scale_by_power_of_two(Interval::point(x), exponent).lower;
}

DefinitenessProof prove(const BallMatrix& A) {
  if (A.rows() == 0) return {true, infinity};
  if (!is_finite(A)) return {};
  const BallMatrix S = symmetric_part(A);
  const auto [unit, exponent] = internal::scaled_to_unit(S);
  double margin = lower_end_scaled(bound_of_definite(perturbed(unit)), exponent);
  if (!(margin > 0.0)) margin = margin_with_unit_diagonal(S);
  return margin > 0.0 ? DefinitenessProof{true, margin} : DefinitenessProof{};
}

double lower_bound(const BallMatrix& A) {
  if (A.rows() == 0) return infinity;
  if (!is_finite(A)) return -infinity;
  const auto [S, exponent] = internal::scaled_to_unit(symmetric_part(A));
  const Perturbed P = perturbed(S);
  double bound = bound_of_definite(P);
  if (bound == -infinity) bound = bound_of_indefinite(P);
  return lower_end_scaled(bound, exponent);
}

Inertia count_signs(const BallMatrix& A) {
  Inertia count;
  for (const Interval& value : enclose_symmetric_eigenvalues(A)) {
    if (value.upper < 0.0) ++count.negative;
    else if (value.lower > 0.0) ++count.positive;
    else ++count.undecided;
  }
  return count;
}

}  // namespace

DefinitenessProof proves_positive_definite(const BallMatrix& A) {
  internal::require_square("proves_positive_definite", A.mid);
  return guarded([&] { return prove(A); });
}

DefinitenessProof proves_positive_definite(ConstMatrixView A) { return proves_positive_definite(exact(A)); }

double least_eigenvalue_lower_bound(const BallMatrix& A) {
  internal::require_square("least_eigenvalue_lower_bound", A.mid);
  return guarded([&] { return lower_bound(A); });
}

double least_eigenvalue_lower_bound(ConstMatrixView A) { return least_eigenvalue_lower_bound(exact(A)); }

double greatest_eigenvalue_upper_bound(const BallMatrix& A) {
  return -least_eigenvalue_lower_bound(scale(-1.0, A));
}

Inertia inertia(const BallMatrix& A) {
  internal::require_square("inertia", A.mid);
  return guarded([&] {
    const Inertia plain = count_signs(A);
    if (plain.undecided == 0 || !is_finite(A)) return plain;
    const BallMatrix S = symmetric_part(A);
    std::vector<int> exponents;
    for (Index i = 0; i < S.rows(); ++i) {
      double size = 0.0;
      for (Index j = 0; j < S.cols(); ++j) size = std::max(size, std::fabs(S.mid(i, j)));
      const double diagonal = std::fabs(S.mid(i, i));
      exponents.push_back(size == 0.0 ? 0 : -(std::ilogb(diagonal > 0.0 ? diagonal : size) >> 1));
    }
    const Inertia balanced = count_signs(scale_by_powers_of_two(S, exponents, exponents));
    return balanced.undecided < plain.undecided ? balanced : plain;
  });
}

Inertia inertia(ConstMatrixView A) { return inertia(exact(A)); }

}  // namespace nadir
