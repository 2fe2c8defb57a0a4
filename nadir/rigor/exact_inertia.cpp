#include "nadir/rigor/exact_inertia.hpp"

#include <flint/fmpz_mat.h>
#include <flint/fmpz_poly.h>

#include <algorithm>
#include <cmath>
#include <climits>
#include <string>

#include "nadir/base/error.hpp"

namespace nadir {
namespace {

constexpr int mantissa_bits = 53;
constexpr int longest_entry_bits = 2048;

bool is_finite_and_symmetric(ConstMatrixView A) {
  for (Index j = 0; j < A.cols; ++j)
    for (Index i = 0; i < A.rows; ++i)
      if (!std::isfinite(A(i, j)) || A(i, j) != A(j, i)) return false;
  return true;
}

// The least and the greatest binary exponent of the entries that are not zero, as std::frexp counts them.
struct ExponentRange { int least = INT_MAX, greatest = INT_MIN; };

ExponentRange exponent_range(ConstMatrixView A) {
  ExponentRange range;
  for (Index j = 0; j < A.cols; ++j)
    for (Index i = 0; i < A.rows; ++i) {
      if (A(i, j) == 0.0) continue;
      int exponent = 0;
      std::frexp(A(i, j), &exponent);
      range.least = std::min(range.least, exponent);
      range.greatest = std::max(range.greatest, exponent);
    }
  return range;
}

void set_entry(fmpz_t entry, double value, int least_exponent) {
  int exponent = 0;
  const double fraction = std::frexp(value, &exponent);
  fmpz_set_si(entry, static_cast<slong>(std::ldexp(fraction, mantissa_bits)));
  fmpz_mul_2exp(entry, entry, static_cast<ulong>(exponent - least_exponent));
}

ExactInertia count_signs(const fmpz_poly_t characteristic, Index n) {
  ExactInertia result;
  int last_sign = 0;
  for (slong k = fmpz_poly_length(characteristic) - 1; k >= 0; --k) {
    const int sign = fmpz_sgn(characteristic->coeffs + k);
    if (sign == 0) continue;
    if (last_sign != 0 && sign != last_sign) ++result.positive;
    last_sign = sign;
  }
  while (fmpz_is_zero(characteristic->coeffs + result.zero)) ++result.zero;  // the leading coefficient is 1
  result.negative = n - result.zero - result.positive;
  return result;
}

}  // namespace

std::optional<ExactInertia> exact_inertia(ConstMatrixView A) {
  if (A.rows != A.cols)
    throw InputError("exact_inertia", "a square matrix", std::to_string(A.rows) + " x " + std::to_string(A.cols));
  if (!is_finite_and_symmetric(A)) return std::nullopt;
  const ExponentRange range = exponent_range(A);
  if (range.least == INT_MAX) return ExactInertia{0, A.rows, 0};
  if (range.greatest - range.least + mantissa_bits > longest_entry_bits) return std::nullopt;

  fmpz_mat_t integral;
  fmpz_poly_t characteristic;
  fmpz_mat_init(integral, A.rows, A.cols);
  fmpz_poly_init(characteristic);
  for (Index j = 0; j < A.cols; ++j)
    for (Index i = 0; i < A.rows; ++i)
      if (A(i, j) != 0.0) set_entry(fmpz_mat_entry(integral, i, j), A(i, j), range.least);
  fmpz_mat_charpoly(characteristic, integral);
  const ExactInertia result = count_signs(characteristic, A.rows);
  fmpz_poly_clear(characteristic);
  fmpz_mat_clear(integral);
  return result;
}

}  // namespace nadir
