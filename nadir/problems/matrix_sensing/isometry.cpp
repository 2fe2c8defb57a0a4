#include "nadir/problems/matrix_sensing/isometry.hpp"

#include <algorithm>
#include <cmath>

#include "nadir/base/random.hpp"
#include "nadir/linalg/dense.hpp"
#include "nadir/problems/matrix_sensing/measurement_map.hpp"

namespace nadir {
namespace {

constexpr std::uint64_t stream = 0x7269700000000000;
constexpr Index large_operator = 1 << 22;

// X = L R^T of norm 1.
struct LowRank {
  Matrix L, R;
};

LowRank truncated(const SensingData& d, const Matrix& X, Index rank) {
  LowRank result{Matrix(d.rows, rank), Matrix(d.cols, rank)};
  const auto keep = [&](Index c, const double* left, const double* right, Index right_step, double value) {
    for (Index i = 0; i < d.rows; ++i) result.L(i, c) = value * left[i];
    for (Index j = 0; j < d.cols; ++j) result.R(j, c) = right[j * right_step];
  };
  if (d.is_psd) {
    const SymmetricEigen eigen = symmetric_eigen(X);
    Index low = 0, high = d.rows - 1;
    for (Index c = 0; c < rank; ++c) {
      const double below = eigen.values[static_cast<std::size_t>(low)], above = eigen.values[static_cast<std::size_t>(high)];
      const bool takes_low = std::fabs(below) > std::fabs(above);
      const double* v = eigen.vectors.col(takes_low ? low++ : high--);
      keep(c, v, v, 1, takes_low ? below : above);
    }
  } else {
    const Svd s = svd(X);
    for (Index c = 0; c < rank; ++c) keep(c, s.U.col(c), s.Vt.data() + c, s.Vt.rows(), s.values[static_cast<std::size_t>(c)]);
  }
  const double size = frobenius_norm(result.L);
  if (size > 0.0) scale(1.0 / size, result.L.flat());
  return result;
}

// For psd with as many negative as positive eigenvalues, as differences of two factors have.
LowRank random_matrix(const SensingData& d, Index rank, std::uint64_t index) {
  Random random(0, stream + index);
  LowRank result{Matrix(d.rows, rank), Matrix(d.cols, rank)};
  random.fill_normal(result.L.flat());
  if (!d.is_psd) random.fill_normal(result.R.flat());
  for (Index c = 0; c < rank && d.is_psd; ++c)
    for (Index i = 0; i < d.rows; ++i) result.R(i, c) = c % 2 == 0 ? result.L(i, c) : -result.L(i, c);
  // |L R^T|_F^2 = <L^T L, R^T R>
  const Matrix left = product(result.L, Op::transpose, result.L, Op::none), right = product(result.R, Op::transpose, result.R, Op::none);
  scale(1.0 / std::sqrt(dot(left.flat(), right.flat())), result.L.flat());
  return result;
}

}  // namespace

IsometryEstimate estimate_isometry(const SensingData& d, Index rank) {
  const bool is_large = d.num_entries() > large_operator;
  const int samples = is_large ? 4 : 10, steps = is_large ? 1 : 20;
  IsometryEstimate result{.rank = std::min(2 * rank, std::min(d.rows, d.cols))};
  LowRank flattest, steepest;
  const auto look_at = [&](const LowRank& X, Vector& image) {
    image = measure(d, X.L, X.R);
    const double ratio = dot(image, image);
    if (frobenius_norm(X.L) == 0.0) return;  // a power step may end at zero
    const bool is_first = flattest.L.size() == 0;
    if (is_first || ratio < result.least) result.least = ratio, flattest = X;
    if (is_first || ratio > result.greatest) result.greatest = ratio, steepest = X;
  };
  Vector image;
  for (int s = 0; s < samples; ++s) look_at(random_matrix(d, result.rank, static_cast<std::uint64_t>(s)), image);
  LowRank X = steepest;
  for (int s = 0; s < steps; ++s) {  // X <- P(A^* A X)
    image = measure(d, X.L, X.R);
    X = truncated(d, adjoint(d, image), result.rank);
    look_at(X, image);
  }
  X = flattest;
  for (int s = 0; s < steps && result.greatest > 0.0; ++s) {  // X <- P(X - A^* A X / L)
    image = measure(d, X.L, X.R);
    Matrix next = adjoint(d, image);
    multiply(1.0, X.L, Op::none, X.R, Op::transpose, -1.0 / result.greatest, next);
    if (d.is_psd) symmetrise(next);
    X = truncated(d, next, result.rank);
    look_at(X, image);
  }
  return result;
}

}  // namespace nadir
