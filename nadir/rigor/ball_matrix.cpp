#include "nadir/rigor/ball_matrix.hpp"

#include <algorithm>
#include <cmath>
#include <string>

#include "nadir/base/error.hpp"
#include "nadir/linalg/dense.hpp"
#include "nadir/rigor/fp_environment.hpp"
#include "nadir/rigor/internal/rounding.hpp"

namespace nadir {
namespace {

using internal::eta;
using internal::guarded;
using internal::inflate;
using internal::infinity;

// One entry, and the rounded result of an operation with a bound on what is missing to the exact one.
struct Ball { double mid, rad; };

// The rule for entries of which nothing is known. Their midpoint is 0, so that no NaN travels on.
Ball repaired(double mid, double rad) {
  if (!std::isfinite(mid) || !(rad >= 0.0) || std::isinf(rad)) return {0.0, infinity};
  return {mid, rad};
}

Ball sum(Ball a, Ball b) {
  const double s = a.mid + b.mid, bb = s - a.mid;
  const double error = (a.mid - (s - bb)) + (b.mid - bb);  // TwoSum: exact, or NaN where s overflows
  return repaired(s, inflate(std::fabs(error) + (a.rad + b.rad)));
}

Ball multiple(double factor, Ball a) {
  const double p = factor * a.mid;
  double missing = std::fabs(std::fma(factor, a.mid, -p));
  // The error of a tiny product may underflow.
  if (std::fabs(p) < 0x1p-960 && factor != 0.0 && a.mid != 0.0) missing += eta;
  const double spread = a.rad == 0.0 ? 0.0 : std::fabs(factor) * a.rad + eta;
  return repaired(p, inflate(missing + spread));
}

Ball shifted(Ball a, int exponent) {
  const double mid = std::ldexp(a.mid, exponent);
  double rad = std::ldexp(a.rad, exponent);
  if (std::ldexp(rad, -exponent) != a.rad) rad += eta;
  if (std::ldexp(mid, -exponent) != a.mid) rad += eta;
  return repaired(mid, rad);
}

template <class Entry>
BallMatrix build(Index rows, Index cols, const Entry& entry) {
  BallMatrix C(rows, cols);
  guarded([&] {
    for (Index j = 0; j < cols; ++j)
      for (Index i = 0; i < rows; ++i) {
        const Ball ball = entry(i, j);
        C.mid(i, j) = ball.mid;
        C.rad(i, j) = ball.rad;
      }
  });
  return C;
}

Ball at(const BallMatrix& A, Index i, Index j) { return {A.mid(i, j), A.rad(i, j)}; }

void require_same_shape(const char* place, ConstMatrixView A, ConstMatrixView B) {
  if (A.rows == B.rows && A.cols == B.cols) return;
  const auto shape = [](ConstMatrixView M) { return std::to_string(M.rows) + "x" + std::to_string(M.cols); };
  throw InputError(place, "matrices of one shape", shape(A) + " and " + shape(B));
}

}  // namespace

BallMatrix::BallMatrix(Matrix midpoint, Matrix radius) : mid(std::move(midpoint)), rad(std::move(radius)) {
  require_same_shape("BallMatrix", mid, rad);
  guarded([&] {
    for (Index k = 0; k < mid.size(); ++k) {
      const Ball ball = repaired(mid.data()[k], rad.data()[k]);
      mid.data()[k] = ball.mid;
      rad.data()[k] = ball.rad;
    }
  });
}

bool BallMatrix::contains(ConstMatrixView A) const {
  require_same_shape("BallMatrix::contains", mid, A);
  for (Index j = 0; j < A.cols; ++j)
    for (Index i = 0; i < A.rows; ++i) {
      const double distance = std::max(sub_up(A(i, j), mid(i, j)), sub_up(mid(i, j), A(i, j)));
      if (!(distance <= rad(i, j))) return false;
    }
  return true;
}

BallMatrix exact(ConstMatrixView A) { return {Matrix(A), Matrix(A.rows, A.cols)}; }

BallMatrix add(const BallMatrix& A, const BallMatrix& B) {
  require_same_shape("add", A.mid, B.mid);
  return build(A.rows(), A.cols(), [&](Index i, Index j) { return sum(at(A, i, j), at(B, i, j)); });
}

BallMatrix subtract(const BallMatrix& A, const BallMatrix& B) {
  require_same_shape("subtract", A.mid, B.mid);
  return build(A.rows(), A.cols(), [&](Index i, Index j) {
    return sum(at(A, i, j), {-B.mid(i, j), B.rad(i, j)});
  });
}

BallMatrix scale(double factor, const BallMatrix& A) {
  return build(A.rows(), A.cols(), [&](Index i, Index j) { return multiple(factor, at(A, i, j)); });
}

BallMatrix scale(const Interval& factor, const BallMatrix& A) {
  const double mid = factor.mid();
  const double spread = std::max(sub_up(factor.upper, mid), sub_up(mid, factor.lower));
  if (spread == 0.0) return scale(mid, A);
  return build(A.rows(), A.cols(), [&](Index i, Index j) {
    Ball ball = multiple(mid, at(A, i, j));
    const double size = std::fabs(A.mid(i, j)) + A.rad(i, j);
    if (size != 0.0) ball = repaired(ball.mid, inflate(ball.rad + (size * spread + eta)));
    return ball;
  });
}

BallMatrix add_identity(const BallMatrix& A, double factor) {
  require_same_shape("add_identity", A.mid, ConstMatrixView(nullptr, A.cols(), A.rows()));
  BallMatrix C = A;
  guarded([&] {
    for (Index i = 0; i < A.rows(); ++i) {
      const Ball ball = sum(at(A, i, i), {factor, 0.0});
      C.mid(i, i) = ball.mid;
      C.rad(i, i) = ball.rad;
    }
  });
  return C;
}

BallMatrix transpose(const BallMatrix& A) {
  BallMatrix C;
  C.mid = transpose(A.mid.view());
  C.rad = transpose(A.rad.view());
  return C;
}

BallMatrix block(const BallMatrix& A, Index i, Index j, Index rows, Index cols) {
  BallMatrix C;
  C.mid = Matrix(A.mid.view().block(i, j, rows, cols));
  C.rad = Matrix(A.rad.view().block(i, j, rows, cols));
  return C;
}

BallMatrix symmetric_part(const BallMatrix& A) {
  require_same_shape("symmetric_part", A.mid, ConstMatrixView(nullptr, A.cols(), A.rows()));
  return build(A.rows(), A.cols(), [&](Index i, Index j) {
    if (A.mid(i, j) == A.mid(j, i)) return Ball{A.mid(i, j), std::max(A.rad(i, j), A.rad(j, i))};
    // The upper triangle mirrors the lower one bit for bit; halving first cannot overflow.
    const Index p = std::max(i, j), q = std::min(i, j);
    return sum(multiple(0.5, at(A, p, q)), multiple(0.5, at(A, q, p)));
  });
}

BallMatrix scale_by_power_of_two(const BallMatrix& A, int exponent) {
  return build(A.rows(), A.cols(), [&](Index i, Index j) { return shifted(at(A, i, j), exponent); });
}

BallMatrix scale_by_powers_of_two(const BallMatrix& A, std::span<const int> row_exponents,
                                  std::span<const int> col_exponents) {
  require_same_shape("scale_by_powers_of_two", A.mid,
                     ConstMatrixView(nullptr, std::ssize(row_exponents), std::ssize(col_exponents)));
  return build(A.rows(), A.cols(), [&](Index i, Index j) {
    return shifted(at(A, i, j),
                   row_exponents[static_cast<std::size_t>(i)] + col_exponents[static_cast<std::size_t>(j)]);
  });
}

Matrix magnitude_upper(const BallMatrix& A) {
  Matrix M(A.rows(), A.cols());
  guarded([&] {
    for (Index k = 0; k < M.size(); ++k) {
      const Ball ball = repaired(A.mid.data()[k], A.rad.data()[k]);
      M.data()[k] = ball.rad == 0.0 ? std::fabs(ball.mid) : inflate(std::fabs(ball.mid) + ball.rad);
    }
  });
  return M;
}

double max_magnitude(const BallMatrix& A) {
  const Matrix M = magnitude_upper(A);
  return guarded([&] { return M.size() == 0 ? 0.0 : *std::max_element(M.flat().begin(), M.flat().end()); });
}

bool is_exact(const BallMatrix& A) {
  const bool no_radius =
      guarded([&] { return std::ranges::all_of(A.rad.flat(), [](double r) { return r == 0.0; }); });
  return no_radius && all_finite(A.mid);
}

bool is_finite(const BallMatrix& A) { return all_finite(A.mid) && all_finite(A.rad); }

}  // namespace nadir
