#include "nadir/rigor/internal/integer_matrix.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>

namespace nadir::internal {
namespace {

// x = mantissa 2^exponent with an odd mantissa; x is finite and not zero.
struct OddForm {
  std::int64_t mantissa;
  int exponent;
};

OddForm odd_form(double x) {
  int exponent = 0;
  auto mantissa = static_cast<std::int64_t>(std::ldexp(std::frexp(x, &exponent), 53));
  exponent -= 53;
  for (; mantissa % 2 == 0; mantissa /= 2) ++exponent;
  return {mantissa, exponent};
}

}  // namespace

int common_exponent(ConstMatrixView A) {
  int least = std::numeric_limits<int>::max();
  for (Index j = 0; j < A.cols; ++j)
    for (Index i = 0; i < A.rows; ++i)
      if (A(i, j) != 0.0) least = std::min(least, odd_form(A(i, j)).exponent);
  return least == std::numeric_limits<int>::max() ? 0 : least;
}

void set_scaled(fmpz* out, double x, int exponent) {
  if (x == 0.0) return fmpz_zero(out);
  const OddForm form = odd_form(x);
  fmpz_set_si(out, form.mantissa);
  fmpz_mul_2exp(out, out, static_cast<ulong>(form.exponent - exponent));
}

bool set_decimal(fmpz* out, const std::string& text) { return fmpz_set_str(out, text.c_str(), 10) == 0; }

std::string to_decimal(const fmpz* x) {
  char* text = fmpz_get_str(nullptr, 10, x);
  std::string decimal(text);
  flint_free(text);
  return decimal;
}

}  // namespace nadir::internal
