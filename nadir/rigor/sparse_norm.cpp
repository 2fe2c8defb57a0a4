#include "nadir/rigor/sparse_norm.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>

#include "nadir/linalg/dense.hpp"
#include "nadir/linalg/lanczos.hpp"
#include "nadir/rigor/fp_environment.hpp"
#include "nadir/rigor/internal/rounding.hpp"
#include "nadir/rigor/internal/shifted_cholesky.hpp"
#include "nadir/rigor/internal/sparse_columns.hpp"
#include "nadir/rigor/interval.hpp"

namespace nadir {
namespace {

using internal::guarded;
using internal::infinity;
using internal::UnitSparse;

// The first iterate gives the size of the rounding errors, a few more a bound that is often good enough.
constexpr int quick_steps = 4, thorough_steps = 60;

// The Gram matrix G of a sparse matrix with bounds on its greatest eigenvalue; `error` is e of the header.
class GramProof {
 public:
  GramProof(const UnitSparse& A, double collatz)
      : n_(A.wide.rows),
        storage_(std::make_unique_for_overwrite<double[]>(static_cast<std::size_t>((n_ + 1) * n_))),
        W_(storage_.get(), n_ + 1, n_) {
    internal::sparse_gram(A, W_);
    const Index depth = internal::longest_column(A.tall);
    const double underflow = 2.0 * static_cast<double>(n_) * static_cast<double>(depth) * internal::eta;
    error = add_up(mul_up(internal::gamma_upper(depth), collatz), underflow);
  }

  double error = infinity;

  double greatest_diagonal() const {
    double greatest = 0.0;
    for (Index i = 0; i < n_; ++i) greatest = std::max(greatest, W_(i + 1, i));
    return greatest;
  }
  // A proved bound of |A|_2^2, a little above s; infinity if s is too small.
  double bound(double s) { return add_up(internal::greatest_eigenvalue_by_cholesky(W_, s), error); }
  // About the rounding errors of factor and residual, relative to s.
  double resolution() const { return 64.0 * static_cast<double>(n_) * internal::unit_roundoff; }

 private:
  Index n_;
  std::unique_ptr<double[]> storage_;
  MatrixView W_;
};

// lambda_max(wide wide^T) from below, and about how much is missing, relative to it; nothing is proved.
struct Estimate {
  double value, error;
};

Estimate estimate(const UnitSparse& A) {
  const BlockOperator gram = [&](ConstMatrixView V, MatrixView out) {
    const Matrix images = internal::transpose_times(A.tall, internal::transpose_times(A.wide, transpose(V)));
    for (Index i = 0; i < out.rows; ++i)
      for (Index j = 0; j < out.cols; ++j) out(i, j) = images(j, i);
  };
  const LanczosOptions options{
      .block_size = 2, .max_basis = 400, .tol = std::numeric_limits<double>::max(), .greatest_tol = 1e-6};
  const LanczosResult result = block_lanczos(gram, A.wide.rows, options);
  const double value = result.values.back();
  // The error is the square of the residual over the gap, which is not known; where Lanczos converges slowly it is
  // small. Twice the power 3/2 was enough for random matrices, stopped anywhere.
  return {value, 2.0 * std::pow(result.greatest.residual / value, 1.5)};
}

double squared_norm(const UnitSparse& A, double collatz, double slack) {
  GramProof gram(A, collatz);
  const Estimate greatest = estimate(A);
  const double least = std::max(greatest.value, gram.greatest_diagonal());
  for (slack = std::max({slack, greatest.error, gram.resolution()}); slack < 1.0; slack *= 100.0) {
    const double bound = gram.bound(least * (1.0 + slack) + gram.error);
    if (bound < infinity) return std::min(bound, collatz);
  }
  return collatz;
}

double norm_upper(const UnitSparse& A, Index dense_side, double slack) {
  if (!A.is_finite) return infinity;
  if (A.is_zero) return 0.0;
  const bool is_dense = A.wide.rows <= dense_side;
  const double collatz = internal::collatz_bound(A, is_dense ? quick_steps : thorough_steps);
  const double root = sqrt_up(is_dense ? squared_norm(A, collatz, slack) : collatz);
  return scale_by_power_of_two(Interval::point(add_up(root, A.lost)), A.exponent).upper;
}

// Is the square of the norm at most t?
bool proves_square(const UnitSparse& A, double t, Index dense_side) {
  const bool is_dense = A.wide.rows <= dense_side;
  const double collatz = internal::collatz_bound(A, is_dense ? quick_steps : thorough_steps);
  if (collatz <= t) return true;
  if (!is_dense) return false;
  GramProof gram(A, collatz);
  if (gram.greatest_diagonal() > t) return false;  // spares the factorisation
  return gram.bound(t - gram.error - gram.resolution() * t) <= t;
}

bool proves_norm(const UnitSparse& A, double tau, Index dense_side) {
  if (!A.is_finite) return false;
  if (A.is_zero) return tau >= 0.0;
  if (tau == infinity) return true;
  const double unit = sub_down(scale_by_power_of_two(Interval::point(tau), -A.exponent).lower, A.lost);
  return unit > 0.0 && proves_square(A, mul_down(unit, unit), dense_side);
}

}  // namespace

double spectral_norm_upper(const SparseMatrixView& A, Index dense_side, double slack) {
  return guarded([&] { return norm_upper(internal::unit_sparse(A), dense_side, slack); });
}

bool proves_spectral_norm_at_most(const SparseMatrixView& A, double tau, Index dense_side) {
  return guarded([&] { return proves_norm(internal::unit_sparse(A), tau, dense_side); });
}

}  // namespace nadir
