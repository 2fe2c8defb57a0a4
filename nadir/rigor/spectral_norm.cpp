// The spectral norms of dense matrices declared in norms.hpp.
#include <algorithm>
#include <cmath>

#include "nadir/linalg/dense.hpp"
#include "nadir/rigor/definiteness.hpp"
#include "nadir/rigor/fp_environment.hpp"
#include "nadir/rigor/internal/rounding.hpp"
#include "nadir/rigor/internal/spectral_scale.hpp"
#include "nadir/rigor/norms.hpp"
#include "nadir/rigor/product.hpp"

namespace nadir {
namespace {

using internal::guarded;
using internal::infinity;

// sqrt(lambda_max(G)) for a positive semidefinite G.
double root_of_greatest_eigenvalue(const BallMatrix& G) {
  return sqrt_up(std::max(0.0, greatest_eigenvalue_upper_bound(G)));
}

double dense_norm(ConstMatrixView A) {
  const double quick = spectral_norm_quick_upper(A);
  if (quick == 0.0 || !all_finite(A)) return quick;
  const auto [unit, exponent] = internal::scaled_to_unit(exact(A));
  const Matrix& M = unit.mid;  // what underflowed is below 2^-1074 of the greatest entry and in unit.rad
  const double norm = root_of_greatest_eigenvalue(
      M.rows() <= M.cols() ? enclose_sample_product(M, M) : enclose_product(M, Op::transpose, M, Op::none));
  const Interval sharp = Interval::point(add_up(norm, spectral_norm_quick_upper(unit.rad)));
  return std::min(quick, scale_by_power_of_two(sharp, exponent).upper);
}

}  // namespace

double spectral_norm_upper(ConstMatrixView A) { return guarded([&] { return dense_norm(A); }); }

double spectral_norm_upper(const BallMatrix& A) {
  if (!is_finite(A)) return infinity;
  return add_up(spectral_norm_upper(A.mid.view()), spectral_norm_quick_upper(A.rad));
}

}  // namespace nadir
