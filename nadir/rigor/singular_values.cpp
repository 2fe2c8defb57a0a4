#include "nadir/rigor/singular_values.hpp"

#include <algorithm>
#include <cmath>
#include <functional>

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

constexpr Interval non_negative{0.0, infinity};

// |A V - U diag(s)|_2 from above.
double residual_upper(const BallMatrix& AV, const Matrix& U, const Vector& s) {
  BallMatrix R = AV;
  for (Index j = 0; j < U.cols(); ++j)
    for (Index i = 0; i < U.rows(); ++i) {
      const double sigma = s[static_cast<std::size_t>(j)];
      const double p = U(i, j) * sigma, r = AV.mid(i, j) - p;
      R.mid(i, j) = r;
      if (U(i, j) == 0.0 || sigma == 0.0) continue;
      R.rad(i, j) = inflate(AV.rad(i, j) + unit_roundoff * (std::fabs(p) + std::fabs(r)) + 2.0 * eta);
    }
  return spectral_norm_quick_upper(R);
}

double departure_from_orthogonality(const Matrix& Q) {
  return spectral_norm_quick_upper(add_identity(enclose_product(Q, Op::transpose, Q, Op::none), -1.0));
}

Interval one_plus_minus(double x) { return Interval::point(1.0) + Interval{-x, x}; }

// For m >= n and a finite A.
std::vector<Interval> enclose_tall(const BallMatrix& A) {
  const auto [S, exponent] = internal::scaled_to_unit(A);
  const Svd f = svd(S.mid);
  const Matrix V = transpose(f.Vt);
  const Interval root_u = sqrt(one_plus_minus(departure_from_orthogonality(f.U)));
  const Interval root_v = sqrt(one_plus_minus(departure_from_orthogonality(V)));
  const double residual = residual_upper(enclose_product(S.mid, V), f.U, f.values);
  const double spread = spectral_norm_quick_upper(S.rad);
  Vector s;
  for (const double x : f.values) s.push_back(std::fabs(x));
  std::sort(s.begin(), s.end(), std::greater<>());
  std::vector<Interval> values;
  for (const double x : s) {
    const Interval of_product = Interval::point(x) * root_u + Interval{-residual, residual};
    const Interval of_mid = intersection(of_product, non_negative) / root_v;
    const Interval value = intersection(of_mid + Interval{-spread, spread}, non_negative);
    values.push_back(scale_by_power_of_two(value, exponent));
  }
  return values;
}

std::vector<Interval> enclose(const BallMatrix& A) {
  const std::size_t count = static_cast<std::size_t>(std::min(A.rows(), A.cols()));
  if (count == 0 || !is_finite(A)) return std::vector<Interval>(count, non_negative);
  return enclose_tall(A.rows() >= A.cols() ? A : transpose(A));
}

Index count_positive(const BallMatrix& A) {
  return std::ranges::count_if(enclose(A), [](const Interval& sigma) { return sigma.lower > 0.0; });
}

// A with the greatest entry of each row, then of each column, brought to about 1.
BallMatrix balanced(const BallMatrix& A) {
  const auto exponents = [](const BallMatrix& B) {  // of the rows
    const Matrix size = magnitude_upper(B);
    std::vector<int> e;
    for (Index i = 0; i < B.rows(); ++i) {
      double largest = 0.0;
      for (Index j = 0; j < B.cols(); ++j) largest = std::max(largest, size(i, j));
      e.push_back(largest > 0.0 && largest < infinity ? -std::ilogb(largest) : 0);
    }
    return e;
  };
  const std::vector<int> none_rows(static_cast<std::size_t>(A.rows())), none_cols(static_cast<std::size_t>(A.cols()));
  const BallMatrix by_rows = scale_by_powers_of_two(A, exponents(A), none_cols);
  return scale_by_powers_of_two(by_rows, none_rows, exponents(transpose(by_rows)));
}

}  // namespace

std::vector<Interval> enclose_singular_values(const BallMatrix& A) {
  return guarded([&] { return enclose(A); });
}

std::vector<Interval> enclose_singular_values(ConstMatrixView A) { return enclose_singular_values(exact(A)); }

Index rank_at_least(const BallMatrix& A) {
  return guarded([&] {
    const Index plain = count_positive(A);
    if (plain == std::min(A.rows(), A.cols())) return plain;
    const BallMatrix B = balanced(A);
    return std::max(plain, count_positive(B));
  });
}

Index rank_at_least(ConstMatrixView A) { return rank_at_least(exact(A)); }

}  // namespace nadir
