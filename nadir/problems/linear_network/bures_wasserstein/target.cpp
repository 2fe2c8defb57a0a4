#include "nadir/problems/linear_network/bures_wasserstein/target.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <limits>
#include <utility>

#include "nadir/base/error.hpp"
#include "nadir/linalg/dense.hpp"
#include "nadir/rigor/definiteness.hpp"
#include "nadir/rigor/eigenvalues.hpp"
#include "nadir/rigor/exact_inertia.hpp"
#include "nadir/rigor/fp_environment.hpp"
#include "nadir/rigor/norms.hpp"
#include "nadir/rigor/product.hpp"
#include "nadir/rigor/singular_values.hpp"

namespace nadir {
namespace {

constexpr double epsilon = std::numeric_limits<double>::epsilon();
constexpr double infinity = std::numeric_limits<double>::infinity();
// A given matrix with an eigenvalue below this, relative to the greatest, is no covariance and no rounding of one.
constexpr double indefinite_tol = 1e-10;
constexpr Index exact_inertia_limit = 96;
// The shift of the Loewner factors grows by 2 at most this often, from the unit roundoff on.
constexpr int max_shift_doublings = 40;

constexpr Interval non_negative{0.0, infinity};

std::string number_text(double x) {
  char buffer[32];
  std::snprintf(buffer, sizeof buffer, "%.3g", x);
  return buffer;
}

void require_finite(ConstMatrixView A, const std::string& place) {
  if (A.rows == 0 || A.cols == 0) throw InputError(place, "at least one row and one column", "an empty array");
  if (!all_finite(A)) throw InputError(place, "finite numbers", "NaN or infinity");
}

void require_symmetric(ConstMatrixView S, const std::string& place) {
  if (S.rows != S.cols)
    throw InputError(place, "a square matrix", std::to_string(S.rows) + " x " + std::to_string(S.cols));
  for (Index j = 0; j < S.cols; ++j)
    for (Index i = 0; i < j; ++i)
      if (S(i, j) != S(j, i))
        throw InputError(place + ", row " + std::to_string(i + 1) + ", column " + std::to_string(j + 1),
                         "a symmetric matrix; (S + S^T)/2 is one", "an entry that differs from its mirror image by " +
                             number_text(std::fabs(S(i, j) - S(j, i))));
}

// F with F F^T >= S (sign +1) or F F^T <= S (sign -1), or no columns. With |F F^T - (S + sign s I)| <= s the
// difference S - F F^T lies between 0 and 2 s, or between -2 s and 0.
BallMatrix loewner_factor(const BallMatrix& S, double sign) {
  const Index n = S.rows();
  double shift = epsilon * spectral_norm_quick_upper(S);
  for (int i = 0; i < max_shift_doublings && shift > 0.0 && std::isfinite(shift); ++i, shift *= 2.0) {
    const BallMatrix shifted = add_identity(S, sign * shift);
    Matrix F;
    if (!cholesky(shifted.mid, F) || !all_finite(F)) continue;
    const double residual = spectral_norm_quick_upper(subtract(enclose_product(F, Op::none, F, Op::transpose), shifted));
    if (residual <= shift) return exact(F);
  }
  return BallMatrix(n, 0);
}

Interval sum(const std::vector<Interval>& terms) {
  Interval total;
  for (const Interval& term : terms) total = total + term;
  return total;
}

// |F^T P|_* for a factor with columns.
Interval nuclear_norm(const BallMatrix& F, const BallMatrix& P) {
  return sum(enclose_singular_values(enclose_product(F, Op::transpose, P, Op::none)));
}

}  // namespace

TargetCovariance TargetCovariance::given(ConstMatrixView S, const std::string& place) {
  require_finite(S, place);
  require_symmetric(S, place);
  TargetCovariance target;
  target.covariance_ = exact(S);
  target.decompose(place);
  Index num_zeros = 0;
  if (!proves_positive_definite(S).proved) {
    const auto inertia = S.rows <= exact_inertia_limit ? exact_inertia(S) : std::nullopt;
    if (inertia && inertia->negative == 0) num_zeros = inertia->zero;
    else
      target.obstacle_ = inertia ? "the covariance has a negative eigenvalue, small as it may be"
                                 : "the covariance could not be proved positive semidefinite: it is singular up to rounding";
  }
  target.enclose(num_zeros);
  return target;
}

TargetCovariance TargetCovariance::of_samples(ConstMatrixView Y, const std::string& place) {
  require_finite(Y, place);
  TargetCovariance target;
  const Interval one_over_n = Interval::point(1.0) / Interval::point(static_cast<double>(Y.cols));
  target.covariance_ = scale(one_over_n, enclose_sample_product(Y, Y));
  if (!is_finite(target.covariance_)) throw InputError(place, "samples whose squares do not overflow", "an infinite sum of squares");
  target.decompose(place);
  target.enclose(std::max<Index>(0, Y.rows - Y.cols));
  return target;
}

void TargetCovariance::decompose(const std::string& place) {
  const Index n = dimension();
  const SymmetricEigen eigen = symmetric_eigen(covariance_.mid);
  if (!all_finite(eigen.vectors) || !std::isfinite(eigen.values.back()) || !std::isfinite(eigen.values.front()))
    throw InputError(place, "a covariance with finite eigenvalues", "one that overflows double precision");
  const double greatest = std::fmax(std::fabs(eigen.values.front()), std::fabs(eigen.values.back()));
  if (eigen.values.front() < -indefinite_tol * greatest)
    throw InputError(place, "a positive semidefinite matrix", "the eigenvalue " + number_text(eigen.values.front()));
  const double threshold = static_cast<double>(n) * epsilon * greatest;
  const auto rank = static_cast<Index>(std::count_if(eigen.values.begin(), eigen.values.end(), [=](double x) { return x > threshold; }));
  eigenvectors_ = Matrix(n, n);
  factor_ = Matrix(n, rank);
  for (Index i = 0; i < n; ++i) {
    const double value = std::fmax(0.0, eigen.values[static_cast<std::size_t>(n - 1 - i)]);
    const double* vector = eigen.vectors.col(n - 1 - i);
    eigenvalues_.push_back(i < rank ? value : 0.0);
    std::copy_n(vector, n, eigenvectors_.col(i));
    if (i >= rank) continue;
    for (Index row = 0; row < n; ++row) factor_(row, i) = std::sqrt(value) * vector[row];
  }
  for (Index i = 0; i < n; ++i) trace_ += covariance_.mid(i, i);
}

void TargetCovariance::enclose(Index num_zero_eigenvalues) {
  enclosures_ = enclose_symmetric_eigenvalues(covariance_);
  std::reverse(enclosures_.begin(), enclosures_.end());
  for (Interval& value : enclosures_) value = {std::fmax(value.lower, 0.0), std::fmax(value.upper, 0.0)};
  std::fill(enclosures_.end() - num_zero_eigenvalues, enclosures_.end(), Interval::point(0.0));
  below_ = loewner_factor(covariance_, -1.0);
  above_ = loewner_factor(covariance_, 1.0);
}

Interval TargetCovariance::trace_enclosure() const {
  Interval trace;
  for (Index i = 0; i < dimension(); ++i) trace = trace + covariance_.entry(i, i);
  return {std::fmax(trace.lower, 0.0), trace.upper};
}

Interval TargetCovariance::tail_eigenvalue_sum(Index count) const {
  Interval by_terms;
  for (Index i = dimension() - count; i < dimension(); ++i) by_terms = by_terms + enclosures_[static_cast<std::size_t>(i)];
  return intersection(by_terms, enclose_tail_eigenvalue_sum(covariance_, count));
}

Interval TargetCovariance::nuclear_norm_of_root_times(const BallMatrix& P) const {
  return internal::guarded([&] {
    Interval result = non_negative;
    if (below_.cols() > 0) result.lower = std::fmax(0.0, nuclear_norm(below_, P).lower);
    if (above_.cols() > 0) result.upper = nuclear_norm(above_, P).upper;
    const BallMatrix gram = enclose_product(enclose_product(P, Op::transpose, covariance_, Op::none), Op::none, P, Op::none);
    Interval by_eigenvalues;
    for (const Interval& square : enclose_symmetric_eigenvalues(gram))
      by_eigenvalues = by_eigenvalues + Interval{sqrt_down(std::fmax(square.lower, 0.0)), sqrt_up(std::fmax(square.upper, 0.0))};
    return intersection(result, by_eigenvalues);
  });
}

}  // namespace nadir
