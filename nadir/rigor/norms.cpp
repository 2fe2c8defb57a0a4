#include "nadir/rigor/norms.hpp"

#include <algorithm>
#include <cmath>
#include <string>

#include "nadir/base/error.hpp"
#include "nadir/linalg/dense.hpp"
#include "nadir/rigor/fp_environment.hpp"
#include "nadir/rigor/internal/entry_scan.hpp"
#include "nadir/rigor/internal/rounding.hpp"

namespace nadir {
namespace {

using internal::EntryScan;
using internal::eta;
using internal::gamma_upper;
using internal::guarded;
using internal::inflate;
using internal::infinity;
using internal::nonnegative_upper;

constexpr Index run = 128;  // terms added one after the other; longer sums are halved

// The number of additions a term of a sum of n terms takes part in, at most.
Index sum_depth(Index n) {
  Index halvings = 0;
  for (; n > run; n = (n + 1) / 2) ++halvings;
  return n + halvings;
}

template <class Term>
double sum_by_halves(Index first, Index count, const Term& term) {
  if (count > run)
    return sum_by_halves(first, (count + 1) / 2, term) +
           sum_by_halves(first + (count + 1) / 2, count / 2, term);
  double sum = 0.0;
  for (Index i = first; i < first + count; ++i) sum += term(i);
  return sum;
}

// x^T y with exactness decided from the two scans.
Interval dot(const double* x, const EntryScan& scan_x, const double* y, const EntryScan& scan_y, Index n) {
  if (!scan_x.is_finite || !scan_y.is_finite) return Interval::whole();
  const double sum = sum_by_halves(0, n, [&](Index i) { return x[i] * y[i]; });
  if (internal::product_is_exact(scan_x, scan_y, n)) return Interval::point(sum);
  const double size = sum_by_halves(0, n, [&](Index i) { return std::fabs(x[i] * y[i]); });
  const Index depth = sum_depth(n) + 1;
  const double error = inflate(gamma_upper(depth) * nonnegative_upper(size, depth, n)) + 2.0 * static_cast<double>(n) * eta;
  return Interval::ball(sum, error);
}

Index size_of(std::span<const double> x) { return static_cast<Index>(x.size()); }

ConstMatrixView as_column(std::span<const double> x) { return {x.data(), size_of(x), 1}; }

void require_equal(const char* place, Index a, Index b) {
  if (a != b) throw InputError(place, "operands of one shape", std::to_string(a) + " and " + std::to_string(b));
}

// Entries one after the other in memory; `storage` holds them where the view has gaps.
std::span<const double> contiguous(ConstMatrixView A, Matrix& storage) {
  if (A.stride == A.rows || A.cols <= 1) return {A.data, static_cast<std::size_t>(A.size())};
  storage = Matrix(A);
  return storage.flat();
}

// Radius of <a + r, b + s> around <a, b>.
double inner_product_radius(const BallMatrix& A, const BallMatrix& B) {
  const double *a = A.mid.data(), *r = A.rad.data(), *b = B.mid.data(), *s = B.rad.data();
  const Index n = A.mid.size();
  const double sum = sum_by_halves(0, n, [&](Index i) {
    return std::fabs(a[i]) * s[i] + r[i] * (std::fabs(b[i]) + s[i]);
  });
  return nonnegative_upper(sum, sum_depth(n) + 4, 3 * n);
}

// Of a matrix with non-negative entries; NaN does not occur, infinity may.
double frobenius(const Matrix& M) {
  const double largest = M.size() == 0 ? 0.0 : *std::max_element(M.flat().begin(), M.flat().end());
  if (largest == 0.0 || !(largest < infinity)) return largest;
  const int exponent = std::ilogb(largest);
  const double sum = sum_by_halves(0, M.size(), [&](Index i) {
    const double x = std::ldexp(M.data()[i], -exponent);
    return x * x;
  });
  const double root = inflate(std::sqrt(nonnegative_upper(sum, sum_depth(M.size()) + 1, M.size())));
  return inflate(std::ldexp(root, exponent)) + eta;
}

double greatest_sum(const Matrix& M, bool by_columns) {
  Vector sums(static_cast<std::size_t>(by_columns ? M.cols() : M.rows()));
  for (Index j = 0; j < M.cols(); ++j)
    for (Index i = 0; i < M.rows(); ++i) sums[static_cast<std::size_t>(by_columns ? j : i)] += M(i, j);
  const double greatest = sums.empty() ? 0.0 : *std::max_element(sums.begin(), sums.end());
  return nonnegative_upper(greatest, by_columns ? M.rows() : M.cols(), 0);
}

double quick_spectral(const Matrix& M) {
  const double by_sums = mul_up(sqrt_up(greatest_sum(M, true)), sqrt_up(greatest_sum(M, false)));
  return std::min(by_sums, frobenius(M));
}

Matrix magnitude(ConstMatrixView A) { return magnitude_upper(exact(A)); }

}  // namespace

Interval enclose_sum(std::span<const double> x) {
  return guarded([&] {
    const EntryScan scan = internal::scan_entries(as_column(x));
    if (!scan.is_finite) return Interval::whole();
    const double one = 1.0;
    const double sum = sum_by_halves(0, size_of(x), [&](Index i) { return x[static_cast<std::size_t>(i)]; });
    if (internal::product_is_exact(scan, internal::scan_entries({&one, 1, 1}), size_of(x)))
      return Interval::point(sum);
    const double size =
        sum_by_halves(0, size_of(x), [&](Index i) { return std::fabs(x[static_cast<std::size_t>(i)]); });
    const Index depth = sum_depth(size_of(x));
    return Interval::ball(sum, inflate(gamma_upper(depth) * nonnegative_upper(size, depth, 0)) + eta);
  });
}

Interval enclose_dot(std::span<const double> x, std::span<const double> y) {
  require_equal("enclose_dot", size_of(x), size_of(y));
  return guarded([&] {
    const EntryScan scan = internal::scan_entries(as_column(x));
    return dot(x.data(), scan, y.data(), internal::scan_entries(as_column(y)), size_of(x));
  });
}

Interval inner_product(ConstMatrixView A, ConstMatrixView B) {
  require_equal("inner_product", A.rows, B.rows);
  require_equal("inner_product", A.cols, B.cols);
  Matrix storage_a, storage_b;
  return enclose_dot(contiguous(A, storage_a), contiguous(B, storage_b));
}

Interval inner_product(const BallMatrix& A, const BallMatrix& B) {
  const Interval mid = inner_product(A.mid.view(), B.mid.view());
  if (is_exact(A) && is_exact(B)) return mid;
  if (!is_finite(A) || !is_finite(B)) return Interval::whole();
  return mid + Interval::ball(0.0, guarded([&] { return inner_product_radius(A, B); }));
}

Interval enclose_frobenius_norm_squared(ConstMatrixView A) { return inner_product(A, A); }

Interval enclose_frobenius_norm_squared(const BallMatrix& A) {
  return intersection(inner_product(A, A), {0.0, infinity});
}

double frobenius_norm_upper(ConstMatrixView A) { return guarded([&] { return frobenius(magnitude(A)); }); }
double frobenius_norm_upper(const BallMatrix& A) {
  return guarded([&] { return frobenius(magnitude_upper(A)); });
}
double norm_1_upper(ConstMatrixView A) { return guarded([&] { return greatest_sum(magnitude(A), true); }); }
double norm_1_upper(const BallMatrix& A) {
  return guarded([&] { return greatest_sum(magnitude_upper(A), true); });
}
double norm_inf_upper(ConstMatrixView A) { return guarded([&] { return greatest_sum(magnitude(A), false); }); }
double norm_inf_upper(const BallMatrix& A) {
  return guarded([&] { return greatest_sum(magnitude_upper(A), false); });
}
double spectral_norm_quick_upper(ConstMatrixView A) {
  return guarded([&] { return quick_spectral(magnitude(A)); });
}
double spectral_norm_quick_upper(const BallMatrix& A) {
  return guarded([&] { return quick_spectral(magnitude_upper(A)); });
}

}  // namespace nadir
