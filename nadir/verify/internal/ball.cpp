#include "nadir/verify/internal/ball.hpp"

#include <cmath>
#include <vector>

#include <flint/fmpz_mat.h>

#include "nadir/base/stop.hpp"
#include "nadir/linalg/dense.hpp"

namespace nadir::balls {
namespace {

slong common_precision(const Matrix& A, const Matrix& B) { return std::max(A.precision(), B.precision()); }

// A without its radii.
Matrix midpoint(const Matrix& A) {
  Matrix result(A.precision(), A.rows(), A.cols());
  for (Index i = 0; i < A.rows(); ++i)
    for (Index j = 0; j < A.cols(); ++j) arb_get_mid_arb(result.at(i, j), A.at(i, j));
  return result;
}

Real off_diagonal_squared_norm(const Matrix& A) {
  Real sum(A.precision());
  for (Index i = 0; i < A.rows(); ++i)
    for (Index j = 0; j < A.cols(); ++j)
      if (i != j) arb_addmul(sum.get(), A.at(i, j), A.at(i, j), A.precision());
  return sum;
}

// The rotation (c, s) that annihilates the entry apq of [[app, apq], [apq, aqq]].
std::pair<Real, Real> rotation(const Real& app, const Real& aqq, const Real& apq) {
  const slong precision = app.precision();
  const Real one(precision, 1.0);
  const Real theta = (aqq - app) / (2.0 * apq);
  Real absolute(precision);
  arb_abs(absolute.get(), theta.get());
  Real t = one / (absolute + square_root(squared(theta) + one));
  if (arf_sgn(arb_midref(theta.get())) < 0) t = -1.0 * t;
  const Real c = one / square_root(squared(t) + one);
  return {c, t * c};
}

void drop_radius(Real& x) { arb_get_mid_arb(x.get(), x.get()); }

// Columns p and q of M turned by (c, s); radii are dropped, as these matrices are only guesses.
void turn_columns(Matrix& M, Index p, Index q, const Real& c, const Real& s) {
  for (Index i = 0; i < M.rows(); ++i) {
    Real x = c * M(i, p) - s * M(i, q), y = s * M(i, p) + c * M(i, q);
    drop_radius(x);
    drop_radius(y);
    M.set(i, p, x);
    M.set(i, q, y);
  }
}

nadir::Matrix nearest_doubles(const Matrix& A) {
  nadir::Matrix result(A.rows(), A.cols());
  for (Index i = 0; i < A.rows(); ++i)
    for (Index j = 0; j < A.cols(); ++j) result(i, j) = arf_get_d(arb_midref(A.at(i, j)), ARF_RND_NEAR);
  return result;
}

// Approximate eigenvectors of the symmetric A: cyclic Jacobi [GolubVanLoan2013, Alg. 8.5.3].
Matrix approximate_eigenvectors(Matrix A) {
  constexpr int max_sweeps = 40;
  constexpr Index most_rows = 64;  // beyond, rotations of balls take minutes
  const Index n = A.rows();
  if (n > most_rows) {
    const nadir::Matrix doubles = nearest_doubles(A);
    return all_finite(doubles) ? Matrix(A.precision(), symmetric_eigen(doubles).vectors) : Matrix::identity(A.precision(), n);
  }
  A = midpoint(A);
  Matrix V = Matrix::identity(A.precision(), n);
  const Real small = [&] {
    Real x = squared_norm(A);
    arb_mul_2exp_si(x.get(), x.get(), -2 * A.precision() + 16);
    return x;
  }();
  for (int sweep = 0; sweep < max_sweeps && is_at_most(off_diagonal_squared_norm(A), small) != Answer::yes; ++sweep) {
    for (Index p = 0; p < n; ++p) {
      for (Index q = p + 1; q < n; ++q) {
        stop_point();
        if (arb_is_zero(A.at(p, q))) continue;
        auto [c, s] = rotation(A(p, p), A(q, q), A(p, q));
        drop_radius(c);
        drop_radius(s);
        turn_columns(A, p, q, c, s);
        A = transpose(A);
        turn_columns(A, p, q, c, s);
        A = transpose(A);
        turn_columns(V, p, q, c, s);
      }
    }
  }
  return V;
}

// V^T A V for approximate eigenvectors V.
struct Compressed {
  Matrix W;
  Real stretch;                  // at least |V|^2
  std::vector<Real> least_ends;  // lower ends of W's diagonal, ascending
};

Compressed compress(const Matrix& A) {
  const Matrix V = approximate_eigenvectors(A), Vt = transpose(V);
  Compressed c{Vt * A * V, Real(A.precision(), 1.0), {}};
  c.stretch = c.stretch + square_root(squared_norm(Vt * V - Matrix::identity(A.precision(), A.rows())));
  for (Index i = 0; i < A.rows(); ++i) c.least_ends.push_back(lower_end(c.W(i, i)));
  std::sort(c.least_ends.begin(), c.least_ends.end(),
            [](const Real& a, const Real& b) { return arf_cmp(arb_midref(a.get()), arb_midref(b.get())) < 0; });
  return c;
}

// FLINT's integers, freed also where a check is stopped.
class Integers {
 public:
  Integers(Index rows, Index cols) { fmpz_mat_init(a_, rows, cols); }
  ~Integers() { fmpz_mat_clear(a_); }
  Integers(const Integers&) = delete;
  Integers& operator=(const Integers&) = delete;
  fmpz_mat_struct* get() { return a_; }

 private:
  fmpz_mat_t a_;
};

// Integers with the signs and ratios of A's entries; false if an entry is not exact.
bool scaled_integers(const Matrix& A, fmpz_mat_struct* integers) {
  fmpz_t mantissa, exponent, least;
  fmpz_init(mantissa);
  fmpz_init(exponent);
  fmpz_init(least);
  bool is_exact = arb_mat_is_exact(A.get()) && arb_mat_is_finite(A.get());
  for (Index i = 0; is_exact && i < A.rows(); ++i) {
    for (Index j = 0; j < A.cols(); ++j) {
      if (arb_is_zero(A.at(i, j))) continue;
      arf_get_fmpz_2exp(mantissa, exponent, arb_midref(A.at(i, j)));
      if (fmpz_cmp(exponent, least) < 0) fmpz_set(least, exponent);
    }
  }
  for (Index i = 0; is_exact && i < A.rows(); ++i) {
    for (Index j = 0; j < A.cols(); ++j) {
      arf_get_fmpz_2exp(mantissa, exponent, arb_midref(A.at(i, j)));
      fmpz_sub(exponent, exponent, least);
      fmpz_mul_2exp(fmpz_mat_entry(integers, i, j), mantissa, fmpz_is_zero(mantissa) ? 0 : fmpz_get_ui(exponent));
    }
  }
  fmpz_clear(mantissa);
  fmpz_clear(exponent);
  fmpz_clear(least);
  return is_exact;
}

// One step of fraction-free elimination with pivot p: all later rows and columns become minors.
void eliminate(fmpz_mat_struct* A, Index p, const std::vector<bool>& is_done, fmpz* previous) {
  const Index n = fmpz_mat_nrows(A);
  const fmpz* pivot = fmpz_mat_entry(A, p, p);
  for (Index i = 0; i < n; ++i) {
    if (is_done[static_cast<std::size_t>(i)]) continue;
    for (Index j = 0; j < n; ++j) {
      if (is_done[static_cast<std::size_t>(j)]) continue;
      fmpz* entry = fmpz_mat_entry(A, i, j);
      fmpz_mul(entry, entry, pivot);
      fmpz_submul(entry, fmpz_mat_entry(A, i, p), fmpz_mat_entry(A, p, j));
      fmpz_divexact(entry, entry, previous);
    }
  }
  fmpz_set(previous, pivot);
}

// A positive pivot leaves a Schur complement to judge; without one, only the zero matrix is semidefinite.
bool is_semidefinite(fmpz_mat_struct* A) {
  const Index n = fmpz_mat_nrows(A);
  std::vector<bool> is_done(static_cast<std::size_t>(n), false);
  Integers one(1, 1);
  fmpz* previous = fmpz_mat_entry(one.get(), 0, 0);
  fmpz_one(previous);
  bool is_negative = false;
  for (Index step = 0; step < n && !is_negative; ++step) {
    Index pivot = -1;
    for (Index i = 0; i < n; ++i) {
      if (is_done[static_cast<std::size_t>(i)]) continue;
      const int sign = fmpz_sgn(fmpz_mat_entry(A, i, i));
      is_negative = is_negative || sign < 0;
      if (sign > 0 && pivot < 0) pivot = i;
    }
    if (is_negative || pivot < 0) break;
    is_done[static_cast<std::size_t>(pivot)] = true;
    stop_point();
    eliminate(A, pivot, is_done, previous);
  }
  for (Index i = 0; i < n; ++i)
    for (Index j = 0; j < n; ++j)
      if (!is_done[static_cast<std::size_t>(i)] && !is_done[static_cast<std::size_t>(j)])
        is_negative = is_negative || !fmpz_is_zero(fmpz_mat_entry(A, i, j));
  return !is_negative;
}

}  // namespace

Matrix operator+(const Matrix& A, const Matrix& B) {
  Matrix result(common_precision(A, B), A.rows(), A.cols());
  arb_mat_add(result.get(), A.get(), B.get(), result.precision());
  return result;
}

Matrix operator-(const Matrix& A, const Matrix& B) {
  Matrix result(common_precision(A, B), A.rows(), A.cols());
  arb_mat_sub(result.get(), A.get(), B.get(), result.precision());
  return result;
}

Matrix operator*(const Matrix& A, const Matrix& B) {
  stop_point();
  Matrix result(common_precision(A, B), A.rows(), B.cols());
  arb_mat_mul(result.get(), A.get(), B.get(), result.precision());
  return result;
}

Matrix operator*(const Real& a, const Matrix& B) {
  Matrix result(std::max(a.precision(), B.precision()), B.rows(), B.cols());
  arb_mat_scalar_mul_arb(result.get(), B.get(), a.get(), result.precision());
  return result;
}

Matrix transpose(const Matrix& A) {
  Matrix result(A.precision(), A.cols(), A.rows());
  arb_mat_transpose(result.get(), A.get());
  return result;
}

Matrix entrywise_product(const Matrix& A, const Matrix& B) {
  Matrix result(common_precision(A, B), A.rows(), A.cols());
  arb_mat_mul_entrywise(result.get(), A.get(), B.get(), result.precision());
  return result;
}

Matrix product_with_transpose(const Matrix& A, const Matrix& X) {
  Matrix result(common_precision(A, X), A.rows(), X.rows());
  const bool is_gram = &A == &X;
  for (Index i = 0; i < A.rows(); ++i) {
    stop_point();
    for (Index j = is_gram ? i : 0; j < X.rows(); ++j) {
      arb_dot(result.at(i, j), nullptr, 0, A.at(i, 0), 1, X.at(j, 0), 1, A.cols(), result.precision());
      if (is_gram) arb_set(result.at(j, i), result.at(i, j));
    }
  }
  return result;
}

Real inner_product(const Matrix& A, const Matrix& B) {
  Real sum(common_precision(A, B));
  for (Index i = 0; i < A.rows(); ++i)
    for (Index j = 0; j < A.cols(); ++j) arb_addmul(sum.get(), A.at(i, j), B.at(i, j), sum.precision());
  return sum;
}

Real squared_norm(const Matrix& A) { return inner_product(A, A); }

bool is_exactly_zero(const Matrix& A) { return arb_mat_is_zero(A.get()) != 0; }

bool inverse_cholesky_factor(const Matrix& A, Matrix& inverse) {
  stop_point();
  Matrix L(A.precision(), A.rows(), A.cols());
  if (!arb_mat_cho(L.get(), A.get(), A.precision())) return false;
  inverse = Matrix::identity(A.precision(), A.rows());
  arb_mat_solve_tril(inverse.get(), L.get(), inverse.get(), 0, A.precision());
  return true;
}

bool proves_positive_definite(const Matrix& A) {
  stop_point();
  Matrix L(A.precision(), A.rows(), A.cols());
  return arb_mat_cho(L.get(), A.get(), A.precision()) != 0;
}

std::vector<Real> eigenvalues_lower(const Matrix& A) {
  const Compressed c = compress(A);
  const Real error = square_root(off_diagonal_squared_norm(c.W));
  std::vector<Real> values;
  for (const Real& end : c.least_ends) {
    const Real value = end - error;
    values.push_back(is_positive(value) ? value / c.stretch : Real(A.precision()));
  }
  return values;
}

Real least_eigenvalue_sum_lower(const Matrix& A, Index count) {
  const Compressed c = compress(A);
  Real sum(A.precision());
  for (Index i = 0; i < count; ++i) sum = sum + c.least_ends[static_cast<std::size_t>(i)];
  sum = sum - square_root(static_cast<double>(count) * off_diagonal_squared_norm(c.W));
  return is_positive(sum) ? sum / c.stretch : Real(A.precision());
}

Answer is_positive_semidefinite_exactly(const Matrix& A) {
  Integers integers(A.rows(), A.cols());
  if (!scaled_integers(A, integers.get())) return Answer::unknown;
  return is_semidefinite(integers.get()) ? Answer::yes : Answer::no;
}

}  // namespace nadir::balls
