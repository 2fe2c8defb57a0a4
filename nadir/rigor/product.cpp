#include "nadir/rigor/product.hpp"

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "nadir/base/error.hpp"
#include "nadir/rigor/fp_environment.hpp"
#include "nadir/rigor/internal/entry_scan.hpp"
#include "nadir/rigor/internal/guarded_gemm.hpp"
#include "nadir/rigor/internal/rounding.hpp"

namespace nadir {
namespace {

using internal::EntryScan;
using internal::eta;
using internal::gamma_upper;
using internal::gemm;
using internal::guarded;
using internal::inflate;
using internal::infinity;

// A factor op(mid +- rad); rad is empty for an exact one.
struct Factor {
  ConstMatrixView mid, rad;
  Op op;
  bool has_rad = false;

  Factor(ConstMatrixView A, Op o) : mid(A), op(o) {}
  Factor(const BallMatrix& A, Op o) : mid(A.mid), rad(A.rad), op(o) {
    has_rad = std::ranges::any_of(A.rad.flat(), [](double r) { return r != 0.0; });
  }

  Index rows() const { return op == Op::none ? mid.rows : mid.cols; }
  Index cols() const { return op == Op::none ? mid.cols : mid.rows; }
  double radius(Index i, Index j) const { return has_rad ? rad(i, j) : 0.0; }
  // Entries of op(.)
  double mid_at(Index i, Index j) const { return op == Op::none ? mid(i, j) : mid(j, i); }
  double rad_at(Index i, Index j) const { return op == Op::none ? radius(i, j) : radius(j, i); }
};

Matrix absolute(ConstMatrixView A) {
  Matrix M(A);
  for (double& x : M.flat()) x = std::fabs(x);
  return M;
}

// weight |mid| + rad, rounded up, and not zero where the entry is not.
Matrix weighted_magnitude(const Factor& A, double weight) {
  Matrix M(A.mid.rows, A.mid.cols);
  for (Index j = 0; j < M.cols(); ++j)
    for (Index i = 0; i < M.rows(); ++i) {
      const double size = std::fabs(A.mid(i, j)), rad = A.radius(i, j);
      const double part = weight == 0.0 || size == 0.0 ? 0.0 : weight * size + eta;
      M(i, j) = inflate(part + rad);
    }
  return M;
}

// Which rows (or columns) of op(A) hold an entry of which nothing is known.
std::vector<bool> unknown_lines(const Factor& A, bool rows) {
  std::vector<bool> unknown(static_cast<std::size_t>(rows ? A.rows() : A.cols()));
  const bool by_stored_row = rows == (A.op == Op::none);
  for (Index j = 0; j < A.mid.cols; ++j)
    for (Index i = 0; i < A.mid.rows; ++i)
      if (!std::isfinite(A.mid(i, j)) || !(A.radius(i, j) >= 0.0 && A.radius(i, j) < infinity))
        unknown[static_cast<std::size_t>(by_stored_row ? i : j)] = true;
  return unknown;
}

// Overflow, and operands of which nothing is known: the entries they reach. NaN and infinity are looked for
// in the operands, because whether a product passes them on is up to the BLAS.
void forget_unknown(const std::vector<bool>& rows, const std::vector<bool>& cols, BallMatrix& C) {
  for (Index j = 0; j < C.cols(); ++j)
    for (Index i = 0; i < C.rows(); ++i) {
      const bool known = !rows[static_cast<std::size_t>(i)] && !cols[static_cast<std::size_t>(j)] &&
                         std::isfinite(C.mid(i, j)) && C.rad(i, j) < infinity;
      if (known) continue;
      C.mid(i, j) = 0.0;
      C.rad(i, j) = infinity;
    }
}

// Is no term of |a| (gamma |b| + s) + r (|b| + s), for one entry of the product, positive?
bool spread_is_zero(const Factor& A, Index i, const Factor& B, Index j, bool mid_exact) {
  for (Index l = 0; l < A.cols(); ++l) {
    const bool a = A.mid_at(i, l) != 0.0, r = A.rad_at(i, l) != 0.0;
    const bool b = B.mid_at(l, j) != 0.0, s = B.rad_at(l, j) != 0.0;
    const bool is_positive = (a & (s | (b & !mid_exact))) | (r & (b | s));
    if (is_positive) return false;
  }
  return true;
}

// |a| (gamma |b| + s) + r (|b| + s) as computed, and whether a zero in it may be an underflow.
struct Spread {
  Matrix value;
  bool zeros_are_true = true;

  void add(ConstMatrixView left, Op op_a, ConstMatrixView right, Op op_b) {
    const Matrix term = gemm(left, op_a, right, op_b);
    for (Index l = 0; l < term.size(); ++l) value.data()[l] += term.data()[l];
    const double least = internal::scan_entries(left).smallest * internal::scan_entries(right).smallest;
    zeros_are_true = zeros_are_true && least > 0x1p-1000;
  }
};

void set_radii(const Factor& A, const Factor& B, const Spread& spread, bool mid_exact, BallMatrix& C) {
  const Index k = A.cols();
  const double grow = 1.0 + gamma_upper(internal::product_depth(k) + 2);
  const double underflow = static_cast<double>(4 * k + 8) * eta;
  for (Index j = 0; j < C.cols(); ++j)
    for (Index i = 0; i < C.rows(); ++i) {
      const double s = spread.value(i, j);
      if (s == 0.0 && (spread.zeros_are_true || spread_is_zero(A, i, B, j, mid_exact))) continue;
      C.rad(i, j) = inflate(inflate(s * grow) + underflow);
    }
}

BallMatrix enclose(const Factor& A, const Factor& B) {
  if (A.cols() != B.rows())
    throw InputError("enclose_product", "equal inner dimensions",
                     std::to_string(A.cols()) + " and " + std::to_string(B.rows()));
  const Index k = A.cols();
  BallMatrix C;
  C.mid = gemm(A.mid, A.op, B.mid, B.op);
  C.rad = Matrix(C.mid.rows(), C.mid.cols());
  const bool mid_exact = internal::product_is_exact(internal::scan_entries(A.mid), internal::scan_entries(B.mid), k);
  if (mid_exact && !A.has_rad && !B.has_rad) return C;
  const double gamma = mid_exact ? 0.0 : gamma_upper(internal::product_depth(k));
  Spread spread{Matrix(C.rows(), C.cols())};
  if (B.has_rad || !mid_exact) spread.add(absolute(A.mid), A.op, weighted_magnitude(B, gamma), B.op);
  if (A.has_rad) spread.add(A.rad, A.op, weighted_magnitude(B, 1.0), B.op);
  set_radii(A, B, spread, mid_exact, C);
  forget_unknown(unknown_lines(A, true), unknown_lines(B, false), C);
  return C;
}

// Upper bounds of the Euclidean norms of the rows of X; zero for zero rows only.
Vector row_norms_upper(ConstMatrixView X) {
  const Index blocks = (X.cols + sum_block - 1) / sum_block;
  Matrix partial(X.rows, blocks);
  Matrix nonzero(X.rows, blocks);
#pragma omp parallel num_threads(num_threads())
  {
    const FloatingPointGuard guard;
#pragma omp for schedule(dynamic)
    for (Index b = 0; b < blocks; ++b)
      for (Index j = b * sum_block; j < std::min(X.cols, (b + 1) * sum_block); ++j)
        for (Index i = 0; i < X.rows; ++i) {
          partial(i, b) += X(i, j) * X(i, j);
          if (X(i, j) != 0.0) nonzero(i, b) = 1.0;
        }
  }
  Vector norms(static_cast<std::size_t>(X.rows));
  for (Index i = 0; i < X.rows; ++i) {
    double sum = 0.0, any = 0.0;
    for (Index b = 0; b < blocks; ++b) {
      sum += partial(i, b);
      any += nonzero(i, b);
    }
    if (any == 0.0) continue;
    const Index depth = std::min(X.cols, sum_block) + blocks;
    norms[static_cast<std::size_t>(i)] = inflate(std::sqrt(internal::nonnegative_upper(sum, depth, X.cols)));
  }
  return norms;
}

}  // namespace

BallMatrix enclose_product(ConstMatrixView A, Op op_a, ConstMatrixView B, Op op_b) {
  return guarded([&] { return enclose(Factor(A, op_a), Factor(B, op_b)); });
}

BallMatrix enclose_product(const BallMatrix& A, Op op_a, const BallMatrix& B, Op op_b) {
  return guarded([&] { return enclose(Factor(A, op_a), Factor(B, op_b)); });
}

BallMatrix enclose_product(ConstMatrixView A, Op op_a, const BallMatrix& B, Op op_b) {
  return guarded([&] { return enclose(Factor(A, op_a), Factor(B, op_b)); });
}

BallMatrix enclose_product(const BallMatrix& A, Op op_a, ConstMatrixView B, Op op_b) {
  return guarded([&] { return enclose(Factor(A, op_a), Factor(B, op_b)); });
}

BallMatrix enclose_sample_product(ConstMatrixView X, ConstMatrixView Y) {
  if (X.cols != Y.cols)
    throw InputError("enclose_sample_product", "as many samples in X as in Y",
                     std::to_string(X.cols) + " and " + std::to_string(Y.cols));
  return guarded([&] {
    BallMatrix C;
    C.mid = internal::gemm_samples(X, Y);
    C.rad = Matrix(X.rows, Y.rows);
    const bool same = X.data == Y.data && X.rows == Y.rows && X.stride == Y.stride;
    const EntryScan scan = internal::scan_entries(X);
    if (internal::product_is_exact(scan, same ? scan : internal::scan_entries(Y), X.cols)) return C;
    const Vector x = row_norms_upper(X), y = same ? x : row_norms_upper(Y);
    const Index blocks = (X.cols + sum_block - 1) / sum_block;
    const double gamma = gamma_upper(std::min(X.cols, sum_block) + blocks);
    const double underflow = static_cast<double>(2 * X.cols + 8) * eta;
    for (Index j = 0; j < C.cols(); ++j)
      for (Index i = 0; i < C.rows(); ++i) {
        const double a = x[static_cast<std::size_t>(i)], b = y[static_cast<std::size_t>(j)];
        if (a != 0.0 && b != 0.0) C.rad(i, j) = inflate(gamma * (a * b) + underflow);
      }
    forget_unknown(unknown_lines(Factor(X, Op::none), true), unknown_lines(Factor(Y, Op::none), true), C);
    return C;
  });
}

}  // namespace nadir
