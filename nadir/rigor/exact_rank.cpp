#include "nadir/rigor/exact_rank.hpp"

#include <flint/nmod_mat.h>
#include <flint/ulong_extras.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <memory>

#include "nadir/base/error.hpp"
#include "nadir/base/stop.hpp"
#include "nadir/linalg/dense.hpp"
#include "nadir/rigor/fp_environment.hpp"
#include "nadir/rigor/internal/integer_matrix.hpp"

namespace nadir {
namespace {

using internal::guarded;
using internal::Integer;
using internal::IntegerMatrix;

std::size_t at(Index i) { return static_cast<std::size_t>(i); }

// A divided by powers of two row by row, then column by column: an integer matrix of the same rank.
void set_integer_multiple(ConstMatrixView A, IntegerMatrix& N) {
  std::vector<int> row_exponents, col_exponents(at(A.cols), 0);
  for (Index i = 0; i < A.rows; ++i) row_exponents.push_back(internal::common_exponent(A.block(i, 0, 1, A.cols)));
  for (Index j = 0; j < A.cols; ++j) {
    bool any = false;
    for (Index i = 0; i < A.rows; ++i) {
      if (A(i, j) == 0.0) continue;
      const int e = internal::common_exponent(A.block(i, j, 1, 1)) - row_exponents[at(i)];
      col_exponents[at(j)] = any ? std::min(col_exponents[at(j)], e) : e;
      any = true;
    }
    for (Index i = 0; i < A.rows; ++i)
      internal::set_scaled(N.at(i, j), A(i, j), row_exponents[at(i)] + col_exponents[at(j)]);
  }
}

// log2 of Hadamard's bound on minors of order `order`, from above (half a bit a row is added for rounding).
double minor_bits(IntegerMatrix& N, Index rows, Index cols, Index order) {
  Vector bits;
  for (Index i = 0; i < rows; ++i) {
    double greatest = 0.0;
    for (Index j = 0; j < cols; ++j) greatest = std::max(greatest, static_cast<double>(fmpz_bits(N.at(i, j))));
    bits.push_back(greatest + 0.5 * std::log2(static_cast<double>(std::min(cols, order))) + 0.5);
  }
  std::ranges::sort(bits, std::greater<>());
  double sum = 0.0;
  for (Index i = 0; i < order; ++i) sum += bits[at(i)];
  return sum;
}

Index rank_modulo(IntegerMatrix& N, ulong prime) {
  nmod_mat_t residue;
  nmod_mat_init(residue, N.get()->r, N.get()->c, prime);
  fmpz_mat_get_nmod_mat(residue, N.get());
  const Index rank = nmod_mat_rank(residue);
  nmod_mat_clear(residue);
  return rank;
}

// Every prime used is above 2^61.
constexpr double bits_a_prime = 61.0;

std::optional<Index> rank_of_integers(IntegerMatrix& N, double max_work) {
  const Index rows = N.get()->r, cols = N.get()->c, least = std::min(rows, cols);
  const double work = static_cast<double>(rows) * static_cast<double>(cols) * static_cast<double>(least);
  if (work > max_work) return std::nullopt;
  ulong prime = n_nextprime(ulong{1} << 61, 1);
  Index rank = rank_modulo(N, prime);
  double bits_seen = bits_a_prime;
  // A later prime may find a greater rank; the bound is then one of larger minors.
  while (rank < least) {
    const double missing = minor_bits(N, rows, cols, rank + 1) - bits_seen;
    if (missing < 0.0) break;
    if (missing / bits_a_prime * work > max_work) return std::nullopt;
    prime = n_nextprime(prime, 1);
    rank = std::max(rank, rank_modulo(N, prime));
    bits_seen += bits_a_prime;
  }
  return rank;
}

void require_rows(ConstMatrixView X, const std::vector<Index>& rows) {
  for (const Index i : rows)
    if (i < 0 || i >= X.rows)
      throw InputError("row index", "one of " + std::to_string(X.rows) + " rows", std::to_string(i));
}

// The named rows of X as columns of a new matrix (columns of X x number of rows).
Matrix gathered(ConstMatrixView X, const std::vector<Index>& rows) {
  Matrix G(X.cols, std::ssize(rows));
  for (Index j = 0; j < G.cols(); ++j)
    for (Index t = 0; t < X.cols; ++t) G(t, j) = X(rows[at(j)], t);
  return G;
}

// Least-squares coefficients of b in the columns of A from the normal equations, once refined; false if
// these are numerically singular.
bool least_squares(const Matrix& A, const Matrix& b, Matrix& coefficients) {
  Matrix L;
  if (!cholesky(product(A, Op::transpose, A, Op::none), L)) return false;
  coefficients = Matrix(A.cols(), 1);
  for (int step = 0; step < 3; ++step) {
    Matrix residual = b;
    multiply(-1.0, A, Op::none, coefficients, Op::none, 1.0, residual);
    Matrix correction = product(A, Op::transpose, residual, Op::none);
    solve_lower(L, Op::none, correction);
    solve_lower(L, Op::transpose, correction);
    axpy(1.0, correction.flat(), coefficients.flat());
  }
  return true;
}

// As many rows of A as it has columns, on which it is well conditioned: greedily the row of the greatest
// norm, then what is left orthogonal to it.
std::vector<Index> independent_rows(Matrix A) {
  std::vector<Index> chosen;
  for (Index step = 0; step < A.cols(); ++step) {
    Index best = 0;
    double best_square = -1.0;
    for (Index t = 0; t < A.rows(); ++t) {
      double square = 0.0;
      for (Index j = 0; j < A.cols(); ++j) square += A(t, j) * A(t, j);
      if (square > best_square) { best = t; best_square = square; }
    }
    chosen.push_back(best);
    Vector pivot(at(A.cols()));
    for (Index j = 0; j < A.cols(); ++j) pivot[at(j)] = A(best, j);
    for (Index t = 0; t < A.rows(); ++t) {
      double along = 0.0;
      for (Index j = 0; j < A.cols(); ++j) along += A(t, j) * pivot[at(j)];
      for (Index j = 0; j < A.cols(); ++j) A(t, j) -= along / best_square * pivot[at(j)];
    }
  }
  return chosen;
}

// Solves for the rational coefficients on `samples` columns of X; false if these are exactly singular.
bool solve_exactly(ConstMatrixView X, Index target, const std::vector<Index>& samples, ExactDependency& result) {
  const Index k = std::ssize(result.rows);
  std::vector<Index> all = result.rows;
  all.push_back(target);
  const int exponent = internal::common_exponent(gathered(X, all));
  IntegerMatrix A(k, k), b(k, 1), x(k, 1);
  Integer denominator;
  for (Index t = 0; t < k; ++t) {
    for (Index j = 0; j < k; ++j) internal::set_scaled(A.at(t, j), X(result.rows[at(j)], samples[at(t)]), exponent);
    internal::set_scaled(b.at(t, 0), X(target, samples[at(t)]), exponent);
  }
  if (fmpz_mat_solve(x.get(), denominator.get(), A.get(), b.get()) == 0) return false;
  const bool negative = fmpz_sgn(denominator.get()) < 0;
  Integer divisor;
  fmpz_mat_content(divisor.get(), x.get());
  fmpz_gcd(divisor.get(), divisor.get(), denominator.get());
  if (negative) fmpz_neg(divisor.get(), divisor.get());
  fmpz_divexact(denominator.get(), denominator.get(), divisor.get());
  result.denominator = internal::to_decimal(denominator.get());
  for (Index j = 0; j < k; ++j) {
    fmpz_divexact(x.at(j, 0), x.at(j, 0), divisor.get());
    result.numerators.push_back(internal::to_decimal(x.at(j, 0)));
  }
  return true;
}

bool holds(ConstMatrixView X, Index target, const ExactDependency& d) {
  const Index k = std::ssize(d.rows);
  IntegerMatrix numerators(1, k);
  Integer denominator, entry, sum;
  if (!internal::set_decimal(denominator.get(), d.denominator) || fmpz_sgn(denominator.get()) <= 0) return false;
  for (Index j = 0; j < k; ++j)
    if (!internal::set_decimal(numerators.at(0, j), d.numerators[at(j)])) return false;
  for (Index t = 0; t < X.cols; ++t) {
    // One exponent a column: the equation is homogeneous in the entries of a column.
    stop_point();
    int exponent = internal::common_exponent(X.block(target, t, 1, 1));
    for (const Index i : d.rows) exponent = std::min(exponent, internal::common_exponent(X.block(i, t, 1, 1)));
    internal::set_scaled(entry.get(), X(target, t), exponent);
    fmpz_mul(sum.get(), entry.get(), denominator.get());
    for (Index j = 0; j < k; ++j) {
      internal::set_scaled(entry.get(), X(d.rows[at(j)], t), exponent);
      fmpz_submul(sum.get(), entry.get(), numerators.at(0, j));
    }
    if (!fmpz_is_zero(sum.get())) return false;
  }
  return true;
}

std::optional<ExactDependency> find(ConstMatrixView X, const std::vector<Index>& kept, Index target, Index max_support) {
  ExactDependency result;
  const Matrix b = gathered(X, {target});
  if (max_abs(b) > 0.0) {
    Matrix coefficients;
    if (!least_squares(gathered(X, kept), b, coefficients)) return std::nullopt;
    for (Index j = 0; j < std::ssize(kept); ++j)
      if (std::fabs(coefficients(j, 0)) > 1e-9) result.rows.push_back(kept[at(j)]);
  }
  const Index support = std::ssize(result.rows);
  if (support > max_support || support > X.cols) return std::nullopt;
  if (!solve_exactly(X, target, independent_rows(gathered(X, result.rows)), result)) return std::nullopt;
  if (!dependency_holds(X, target, result)) return std::nullopt;
  return result;
}

}  // namespace

std::optional<Index> exact_rank(ConstMatrixView A, double max_work) {
  return guarded([&]() -> std::optional<Index> {
    if (!all_finite(A)) return std::nullopt;
    IntegerMatrix N(A.rows, A.cols);
    set_integer_multiple(A, N);
    return rank_of_integers(N, max_work);
  });
}

std::optional<ExactDependency> exact_dependency(ConstMatrixView X, const std::vector<Index>& kept, Index target,
                                                Index max_support) {
  require_rows(X, kept);
  require_rows(X, {target});
  if (std::ranges::find(kept, target) != kept.end())
    throw InputError("row index", "kept rows other than the target", std::to_string(target));
  return guarded([&]() -> std::optional<ExactDependency> {
    if (!all_finite(X)) return std::nullopt;
    return find(X, kept, target, max_support);
  });
}

bool dependency_holds(ConstMatrixView X, Index target, const ExactDependency& dependency) {
  if (dependency.rows.size() != dependency.numerators.size()) return false;
  if (std::ranges::find(dependency.rows, target) != dependency.rows.end()) return false;  // trivially true
  std::vector<Index> all = dependency.rows;
  all.push_back(target);
  for (const Index i : all)
    if (i < 0 || i >= X.rows) return false;
  return guarded([&] { return all_finite(X) && holds(X, target, dependency); });
}

}  // namespace nadir
