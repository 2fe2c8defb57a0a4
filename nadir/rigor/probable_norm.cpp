#include "nadir/rigor/probable_norm.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <string>

#include "nadir/base/error.hpp"
#include "nadir/linalg/dense.hpp"
#include "nadir/linalg/lanczos.hpp"
#include "nadir/rigor/fp_environment.hpp"
#include "nadir/rigor/internal/rounding.hpp"
#include "nadir/rigor/internal/sparse_columns.hpp"
#include "nadir/rigor/norms.hpp"
#include "nadir/rigor/product.hpp"

namespace nadir {
namespace {

using internal::guarded;
using internal::infinity;
using internal::SparseColumns;
using internal::UnitSparse;

constexpr Index block_size = 4;
constexpr double first_excess = 0.1, irrelevant = 1e-9;
constexpr int collatz_steps = 20;

// A nearly orthonormal basis Q of a space; root_low <= its singular values <= root_high, proved.
struct Basis {
  Matrix Q;
  double root_low = 1.0, root_high = 1.0;
};

Basis orthonormal_basis(ConstMatrixView A) {
  Matrix columns(A);  // brought to about 1, so that no norm overflows
  for (Index j = 0; j < A.cols; ++j) {
    const double largest = max_abs(A.columns(j, 1));
    for (Index i = 0; i < A.rows; ++i) columns(i, j) = std::ldexp(A(i, j), largest > 0.0 ? -std::ilogb(largest) : 0);
  }
  Basis basis;
  basis.Q = qr(columns).Q;
  const BallMatrix gram = enclose_product(basis.Q, Op::transpose, basis.Q, Op::none);
  const double defect = norm_inf_upper(add_identity(gram, -1.0));
  basis.root_low = sqrt_down(std::max(0.0, sub_down(1.0, defect)));  // 0 makes the blocks infinite
  basis.root_high = sqrt_up(add_up(1.0, defect));
  return basis;
}

// The blocks of wide that touch a space, as in the header; P and R project onto the spaces of left and right.
struct TouchingBlocks {
  double alpha = 0.0, beta = 0.0, gamma = 0.0;
};

// What is computed instead of (A^T Q)^T: row i belongs to column i of Q.
struct Image {
  Matrix rows;
  double error = 0.0;  // a bound of the spectral norm of what is wrong with it
};

// |fl - exact|_F <= gamma_d | |Q|^T |A| |_F + underflow <= gamma_d |Q|_F | |A| |_2 + underflow
Image image_of(const Basis& basis, const SparseColumns& A, double magnitude_norm) {
  Image image{internal::transpose_times(A, transpose(basis.Q.view()))};
  const Index depth = internal::longest_column(A);
  const double rounding = mul_up(mul_up(internal::gamma_upper(depth), frobenius_norm_upper(basis.Q)), magnitude_norm);
  const double underflow = 2.0 * static_cast<double>(image.rows.size()) * static_cast<double>(depth) * internal::eta;
  image.error = add_up(rounding, underflow);
  return image;
}

// |X (I - R)|_2 <= |X - C Q^T|_2 for every C, because Q^T (I - R) = 0; C = X Q is nearly the best.
double norm_beside(const Image& X, const Basis& basis) {
  const Matrix C = product(X.rows, basis.Q);
  const BallMatrix rest = subtract(exact(X.rows), enclose_product(C, Op::none, basis.Q, Op::transpose));
  return add_up(spectral_norm_upper(rest), X.error);
}

TouchingBlocks touching_blocks(const UnitSparse& A, const Basis& left, const Basis& right, double magnitude_norm) {
  const Image from_left = image_of(left, A.wide, magnitude_norm), from_right = image_of(right, A.tall, magnitude_norm);
  const double both = spectral_norm_upper(enclose_product(from_left.rows, Op::none, right.Q, Op::none));
  TouchingBlocks blocks;
  // P = Q (Q^T Q)^-1 Q^T, so |P A R| <= |Q^T A Q'| / (root_low root_low') for the bases Q and Q'
  blocks.alpha = div_up(div_up(add_up(both, mul_up(from_left.error, right.root_high)), left.root_low), right.root_low);
  blocks.beta = div_up(norm_beside(from_left, right), left.root_low);
  blocks.gamma = div_up(norm_beside(from_right, left), right.root_low);
  return blocks;
}

// Xt <- Xt (I - Q Q^T)
void remove_space(const Matrix& Q, MatrixView Xt) {
  multiply(-1.0, product(Xt, Q), Op::none, Q, Op::transpose, 1.0, Xt);
}

struct Chance {
  std::uint64_t seed;
  double max_failure, excess;
};

// delta of the header, at most `excess` too large; in floating point.
double norm_beside_both(const UnitSparse& A, const Matrix& left, const Matrix& right, const Chance& chance) {
  const Index n = A.wide.rows;
  const double cosh_t = internal::lanczos_failure_cosh(n, std::min(block_size, n), chance.max_failure);
  const double steps = std::ceil(0.5 * (std::acosh(cosh_t) / std::acosh(1.0 + chance.excess) + 1.0));
  const BlockOperator apply = [&](ConstMatrixView V, MatrixView out) {
    Matrix Xt = transpose(V);
    remove_space(left, Xt);
    Matrix Yt = internal::transpose_times(A.wide, Xt);
    remove_space(right, Yt);
    Xt = internal::transpose_times(A.tall, Yt);
    remove_space(left, Xt);
    for (Index i = 0; i < out.rows; ++i)
      for (Index j = 0; j < out.cols; ++j) out(i, j) = Xt(j, i);
  };
  // With tolerances of zero it takes every step: the excess depends on how many.
  const auto max_basis = static_cast<Index>(std::min(steps * block_size, static_cast<double>(n)));
  LanczosOptions options{
      .block_size = block_size, .max_basis = max_basis, .tol = 0.0, .greatest_tol = 0.0, .seed = chance.seed};
  const LanczosResult result = block_lanczos(apply, n, options);
  const double root = std::sqrt(std::max(0.0, result.values.back()));
  if (result.is_whole) return root;
  const Index done = std::max<Index>(1, std::ssize(result.values) / block_size);
  return root * internal::lanczos_excess(cosh_t, done);
}

// The spectral norm of [[a, b], [c, d]] from above, all entries >= 0: half the sum of the moduli of (a + d, b - c) and
// (a - d, b + c).
double norm_of_two_by_two(double a, double b, double c, double d) {
  const Interval A = Interval::point(a), B = Interval::point(b), C = Interval::point(c), D = Interval::point(d);
  const Interval twice = sqrt(sqr(A + D) + sqr(B - C)) + sqrt(sqr(A - D) + sqr(B + C));
  return scale_by_power_of_two(twice, -1).upper;
}

double unit_bound(const UnitSparse& A, const Basis& left, const Basis& right, double magnitude_norm, Chance chance) {
  const TouchingBlocks blocks = touching_blocks(A, left, right, magnitude_norm);
  const double allowance = 1e-12 * (blocks.alpha + blocks.beta + blocks.gamma);
  chance.max_failure /= 2.0;  // for each of the two bounds below
  const auto bound_with = [&](double delta) {
    return norm_of_two_by_two(blocks.alpha, blocks.beta, blocks.gamma, (1.0 + 1e-10) * delta + allowance);
  };
  Chance first = chance;
  first.excess = std::max(chance.excess, first_excess);
  double delta = norm_beside_both(A, left.Q, right.Q, first);
  if (bound_with(delta) <= (1.0 + irrelevant) * bound_with(0.0)) return bound_with(delta);
  if (chance.excess < first_excess) delta = norm_beside_both(A, left.Q, right.Q, chance);
  const double bound = bound_with(delta);
  if (bound <= (1.0 + chance.excess) * std::max(blocks.alpha, delta)) return bound;
  // The spaces lead out of themselves: without them nothing is lost to the 2 x 2 matrix.
  return std::min(bound,
                  (1.0 + 1e-10) * norm_beside_both(A, Matrix(left.Q.rows(), 0), Matrix(right.Q.rows(), 0), chance));
}

void require_space(const char* name, ConstMatrixView space, Index rows) {
  if (space.cols > 0 && space.rows != rows)
    throw InputError(name, std::to_string(rows) + " rows", std::to_string(space.rows));
  if (!all_finite(space)) throw InputError(name, "finite entries", "NaN or infinity");
}

ConstMatrixView with_rows(ConstMatrixView space, Index rows) {
  return space.cols > 0 ? space : ConstMatrixView(nullptr, rows, 0);
}

ProbableNorm probable_norm(const SparseMatrixView& A, ConstMatrixView left, ConstMatrixView right,
                           const Chance& chance) {
  const UnitSparse unit = internal::unit_sparse(A);
  if (!unit.is_finite) return {infinity, 0.0};
  if (unit.is_zero) return {0.0, 0.0};
  const double collatz = sqrt_up(internal::collatz_bound(unit, collatz_steps));
  Basis at_rows = orthonormal_basis(with_rows(left, A.rows)), at_cols = orthonormal_basis(with_rows(right, A.cols));
  if (unit.is_transposed) std::swap(at_rows, at_cols);
  const double bound = unit_bound(unit, at_rows, at_cols, collatz, chance);
  const auto scaled = [&](double x) {
    return scale_by_power_of_two(Interval::point(add_up(x, unit.lost)), unit.exponent).upper;
  };
  if (collatz <= bound) return {scaled(collatz), 0.0};
  return {scaled(bound), chance.max_failure};
}

}  // namespace

namespace internal {

double lanczos_failure_cosh(Index n, Index block, double max_failure) {
  const double each = std::pow(max_failure, 1.0 / static_cast<double>(block));
  const double wanted = std::sqrt(2.0 * static_cast<double>(std::max<Index>(n, 2)) / std::numbers::pi) / each;
  return std::max(1.0, wanted * (1.0 + 1e-12));
}

double lanczos_excess(double cosh_t, Index steps) {
  return std::cosh(std::acosh(cosh_t) / static_cast<double>(2 * steps - 1)) * (1.0 + 1e-12);
}

}  // namespace internal

ProbableNorm probable_spectral_norm(const SparseMatrixView& A, ConstMatrixView left, ConstMatrixView right,
                                    std::uint64_t seed, double max_failure, double excess) {
  if (!(max_failure > 0.0 && max_failure < 1.0))
    throw InputError("max_failure", "a probability between 0 and 1", std::to_string(max_failure));
  if (!(excess > 0.0)) throw InputError("excess", "a number > 0", std::to_string(excess));
  require_space("left space", left, A.rows);
  require_space("right space", right, A.cols);
  return guarded([&] { return probable_norm(A, left, right, {seed, max_failure, excess}); });
}

}  // namespace nadir
