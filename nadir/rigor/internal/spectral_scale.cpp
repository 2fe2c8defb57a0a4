#include "nadir/rigor/internal/spectral_scale.hpp"

#include <cmath>
#include <string>

#include "nadir/base/error.hpp"

namespace nadir::internal {

UnitScaled scaled_to_unit(const BallMatrix& A) {
  const double size = max_magnitude(A);
  if (size == 0.0) return {A, 0};
  const int exponent = std::isfinite(size) ? std::ilogb(size) + 1 : 1025;
  return {scale_by_power_of_two(A, -exponent), exponent};
}

bool scale_to_unit_diagonal(const BallMatrix& A, BallMatrix& scaled, std::vector<int>& exponents) {
  exponents.clear();
  for (Index i = 0; i < A.rows(); ++i) {
    if (!(A.mid(i, i) > 0.0)) return false;
    exponents.push_back(-(std::ilogb(A.mid(i, i)) >> 1));
  }
  scaled = scale_by_powers_of_two(A, exponents, exponents);
  return true;
}

void require_square(const char* place, ConstMatrixView A) {
  if (A.rows != A.cols)
    throw InputError(place, "a square matrix", std::to_string(A.rows) + "x" + std::to_string(A.cols));
}

}  // namespace nadir::internal
