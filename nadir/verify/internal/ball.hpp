// Ball arithmetic of arbitrary precision: Arb's real numbers and matrices as C++ values.
//
// A Real is a midpoint and a radius that contain the true number; every operation rounds outwards at the
// operands' precision in bits (the larger of the two). Inputs are doubles, taken exactly: where the precision
// holds all bits of a sum or a product, the radius stays zero and comparisons are exact. Nothing here shares
// code with rigor/.
//
// Included by .cpp files of the checker only: the headers of FLINT and Arb stay out of everybody else.
#pragma once

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include <arb.h>
#include <arb_mat.h>

#include "nadir/linalg/matrix.hpp"

namespace nadir::balls {

class Real {
 public:
  explicit Real(slong precision, double x = 0.0) : precision_(precision) {
    arb_init(x_);
    arb_set_d(x_, x);
  }
  Real(slong precision, const arb_t x) : precision_(precision) {
    arb_init(x_);
    arb_set(x_, x);
  }
  Real(const Real& other) : Real(other.precision_, other.x_) {}
  Real(Real&& other) noexcept : precision_(other.precision_) {
    arb_init(x_);
    arb_swap(x_, other.x_);
  }
  Real& operator=(Real other) noexcept {
    precision_ = other.precision_;
    arb_swap(x_, other.x_);
    return *this;
  }
  ~Real() { arb_clear(x_); }

  // The smallest ball around [lower, upper].
  static Real between(slong precision, double lower, double upper) {
    const Real a(precision, lower), b(precision, upper);
    Real result(precision);
    arb_union(result.x_, a.x_, b.x_, precision);
    return result;
  }

  slong precision() const { return precision_; }
  arb_ptr get() { return x_; }
  arb_srcptr get() const { return x_; }

 private:
  slong precision_;
  arb_t x_;
};

template <void (*Function)(arb_t, const arb_t, const arb_t, slong)>
Real apply(const Real& a, const Real& b) {
  Real result(std::max(a.precision(), b.precision()));
  Function(result.get(), a.get(), b.get(), result.precision());
  return result;
}

inline Real operator+(const Real& a, const Real& b) { return apply<arb_add>(a, b); }
inline Real operator-(const Real& a, const Real& b) { return apply<arb_sub>(a, b); }
inline Real operator*(const Real& a, const Real& b) { return apply<arb_mul>(a, b); }
inline Real operator/(const Real& a, const Real& b) { return apply<arb_div>(a, b); }
inline Real operator*(double a, const Real& b) { return Real(b.precision(), a) * b; }
// The lower end of the ball, as an exact number; -infinity if nothing is known.
inline Real lower_end(const Real& a) {
  Real result(a.precision());
  arb_get_lbound_arf(arb_midref(result.get()), a.get(), a.precision());
  return result;
}
inline Real squared(const Real& a) { return a * a; }
// Of a number known not to be negative, whatever the radius says.
inline Real square_root(const Real& a) {
  Real result(a.precision());
  arb_sqrtpos(result.get(), a.get(), a.precision());
  return result;
}

// What comparing two balls can tell.
enum class Answer { yes, no, unknown };

inline Answer is_at_most(const Real& a, const Real& b) {
  if (arb_le(a.get(), b.get())) return Answer::yes;
  return arb_gt(a.get(), b.get()) ? Answer::no : Answer::unknown;
}
inline Answer is_below(const Real& a, const Real& b) {
  if (arb_lt(a.get(), b.get())) return Answer::yes;
  return arb_ge(a.get(), b.get()) ? Answer::no : Answer::unknown;
}
inline Answer both(Answer a, Answer b) {
  if (a == Answer::no || b == Answer::no) return Answer::no;
  return a == Answer::yes && b == Answer::yes ? Answer::yes : Answer::unknown;
}
inline bool is_positive(const Real& a) { return arb_is_positive(a.get()) != 0; }
inline bool is_exactly_zero(const Real& a) { return arb_is_zero(a.get()) != 0; }

// For messages: "0.50000000" or "[0.5 +/- 1e-9]".
inline std::string text(const Real& a) {
  char* raw = arb_get_str(a.get(), 9, 0);
  std::string result = raw;
  flint_free(raw);
  return result;
}

class Matrix {
 public:
  Matrix(slong precision, Index rows, Index cols) : precision_(precision) { arb_mat_init(a_, rows, cols); }
  Matrix(slong precision, ConstMatrixView A) : Matrix(precision, A.rows, A.cols) {
    for (Index i = 0; i < A.rows; ++i)
      for (Index j = 0; j < A.cols; ++j) arb_set_d(at(i, j), A(i, j));
  }
  Matrix(const Matrix& other) : Matrix(other.precision_, other.rows(), other.cols()) { arb_mat_set(a_, other.a_); }
  Matrix(Matrix&& other) noexcept : precision_(other.precision_) {
    arb_mat_init(a_, 0, 0);
    arb_mat_swap(a_, other.a_);
  }
  Matrix& operator=(Matrix other) noexcept {
    precision_ = other.precision_;
    arb_mat_swap(a_, other.a_);
    return *this;
  }
  ~Matrix() { arb_mat_clear(a_); }

  static Matrix identity(slong precision, Index n) {
    Matrix result(precision, n, n);
    arb_mat_one(result.a_);
    return result;
  }

  slong precision() const { return precision_; }
  Index rows() const { return arb_mat_nrows(a_); }
  Index cols() const { return arb_mat_ncols(a_); }
  arb_ptr at(Index i, Index j) { return arb_mat_entry(a_, i, j); }
  arb_srcptr at(Index i, Index j) const { return arb_mat_entry(a_, i, j); }
  Real operator()(Index i, Index j) const { return {precision_, at(i, j)}; }
  void set(Index i, Index j, const Real& x) { arb_set(at(i, j), x.get()); }
  arb_mat_struct* get() { return a_; }
  const arb_mat_struct* get() const { return a_; }

 private:
  slong precision_;
  arb_mat_t a_;
};

// Shapes are the caller's responsibility.
Matrix operator+(const Matrix& A, const Matrix& B);
Matrix operator-(const Matrix& A, const Matrix& B);
Matrix operator*(const Matrix& A, const Matrix& B);
Matrix operator*(const Real& a, const Matrix& B);
Matrix transpose(const Matrix& A);
Matrix entrywise_product(const Matrix& A, const Matrix& B);
// A X^T, each dot product rounded once.
Matrix product_with_transpose(const Matrix& A, const Matrix& X);
Real inner_product(const Matrix& A, const Matrix& B);
Real squared_norm(const Matrix& A);
bool is_exactly_zero(const Matrix& A);

// Inverse of the lower Cholesky factor of the symmetric A; false if A could not be proved positive definite,
// which is no proof that it is not.
bool inverse_cholesky_factor(const Matrix& A, Matrix& inverse);
bool proves_positive_definite(const Matrix& A);

// The eigenvalues of the symmetric positive semidefinite A from below, ascending, each at least 0. Means and
// accuracy as for least_eigenvalue_sum_lower().
std::vector<Real> eigenvalues_lower(const Matrix& A);

// The sum of the `count` least eigenvalues of the symmetric positive semidefinite A, from below; exact up to
// the precision, through ties and clusters.
//
// With any V, W = V^T A V, w = diag(W), F = W - diag(w):  sum of least eigenvalues of W >= sum of the least
// w - sqrt(count) |F|_F (Ky Fan), and eigenvalue i of W <= |V|^2 eigenvalue i of A (Ostrowski), |V|^2 <=
// 1 + |V^T V - I|_F. V comes from Jacobi's rotations on midpoints, or above 64 rows from LAPACK in double
// precision (then the answer is good to some 1e-15 |A|); it is trusted in nothing.
Real least_eigenvalue_sum_lower(const Matrix& A, Index count);

// Exact: is the symmetric matrix, whose entries must have radius zero, positive semidefinite? By
// elimination over the integers without fractions [Bareiss1968]. `unknown` if an entry is not exact.
Answer is_positive_semidefinite_exactly(const Matrix& A);

}  // namespace nadir::balls
