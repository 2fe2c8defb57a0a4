#include "nadir/linalg/lanczos.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

#include "nadir/base/error.hpp"
#include "nadir/base/random.hpp"
#include "nadir/linalg/dense.hpp"

namespace nadir {
namespace {

constexpr double epsilon = std::numeric_limits<double>::epsilon();
constexpr std::uint64_t lanczos_stream = 0x6c616e637a6f7300;

void require_positive(const char* name, Index value) {
  if (value < 1) throw InputError(std::string("block_lanczos ") + name, "a number >= 1", std::to_string(value));
}

class Lanczos {
 public:
  Lanczos(const BlockOperator& apply, Index n, const LanczosOptions& options)
      : apply_(apply), n_(n), tol_(options.tol), greatest_tol_(options.greatest_tol), block_size_(std::min(options.block_size, n)),
        max_basis_(std::min(options.max_basis, n)), random_(options.seed, lanczos_stream),
        Q_(n, max_basis_), T_(max_basis_, max_basis_) {}

  LanczosResult run();

 private:
  ConstMatrixView basis() const { return Q_.view().columns(0, size_); }
  void append_random(Index count);
  bool append(Vector v, double drop_below);
  Matrix expand_projection();
  SymmetricEigen ritz() const;
  bool looks_converged(const SymmetricEigen& eigen, const Matrix& remainder) const;
  RitzPair pair(const SymmetricEigen& eigen, Index i);

  const BlockOperator& apply_;
  Index n_;
  double tol_, greatest_tol_;
  Index block_size_, max_basis_;
  Random random_;
  Matrix Q_, T_;         // orthonormal basis, and Q'AQ
  Index size_ = 0;       // columns of Q in use
  Index projected_ = 0;  // columns whose image is in T: all but the newest block
  double scale_ = 0.0;   // largest entry of T
  LanczosResult result_;
};

// Per block of b columns at basis size m: 1 product with b vectors, 4 products n x m x b, and now and then
// an eigendecomposition of T.
LanczosResult Lanczos::run() {
  append_random(block_size_);
  Index next_check = std::min(max_basis_, 4 * block_size_);
  SymmetricEigen eigen;
  while (true) {
    const Matrix remainder = expand_projection();
    if (!result_.is_finite) return result_;
    const Index before = size_;
    const bool is_full = projected_ == max_basis_;
    for (Index j = 0; j < remainder.cols(); ++j)
      append(Vector(remainder.col(j), remainder.col(j) + n_), 100.0 * epsilon * scale_);
    const bool is_closed = size_ == before && !is_full;  // the Krylov space is invariant
    if (is_full || projected_ >= next_check) {
      eigen = ritz();
      if (is_full || looks_converged(eigen, remainder)) break;
      next_check = std::min(max_basis_, projected_ + std::max(block_size_, projected_ / 4));
    }
    if (is_closed) append_random(block_size_);
    if (size_ == projected_) break;  // no room for a new direction
  }
  if (static_cast<Index>(eigen.values.size()) != projected_) eigen = ritz();
  result_.values = eigen.values;
  result_.is_whole = projected_ == n_;
  result_.least = pair(eigen, 0);
  result_.greatest = pair(eigen, projected_ - 1);
  const double largest = std::fmax(std::fabs(eigen.values.front()), std::fabs(eigen.values.back()));
  result_.is_converged = result_.least.residual <= tol_ * largest && result_.greatest.residual <= greatest_tol_ * largest;
  return result_;
}

void Lanczos::append_random(Index count) {
  for (Index attempts = 0; count > 0 && size_ < max_basis_ && attempts < 10 * block_size_; ++attempts) {
    Vector v(static_cast<std::size_t>(n_));
    random_.fill_normal(v);
    if (append(std::move(v), 1e-8)) --count;
  }
}

// Adds the part of v that is orthogonal to the basis, normalised; false if that part is not longer than
// `drop_below`, or there is no room.
bool Lanczos::append(Vector v, double drop_below) {
  if (size_ == max_basis_) return false;
  Vector coefficients(static_cast<std::size_t>(size_));
  for (int pass = 0; pass < 2; ++pass) {  // twice is enough [Parlett1998, sec. 6.9]
    if (size_ == 0) break;
    multiply_vector(1.0, basis(), Op::transpose, v.data(), 0.0, coefficients.data());
    multiply_vector(-1.0, basis(), Op::none, coefficients.data(), 1.0, v.data());
  }
  const double length = norm(v);
  if (!(length > drop_below)) return false;
  for (Index i = 0; i < n_; ++i) Q_(i, size_) = v[static_cast<std::size_t>(i)] / length;
  ++size_;
  return true;
}

// Applies the operator to the newest columns and projects; returns what the basis does not hold of it.
Matrix Lanczos::expand_projection() {
  const Index width = size_ - projected_;
  Matrix image(n_, width);
  const ConstMatrixView newest = basis().columns(projected_, width);
  apply_(newest, image);
  result_.num_products += width;
  result_.is_finite = all_finite(image);
  if (!result_.is_finite) return image;
  const Matrix coefficients = product(basis(), Op::transpose, image, Op::none);
  for (Index j = 0; j < width; ++j)
    for (Index i = 0; i < size_; ++i) T_(i, projected_ + j) = T_(projected_ + j, i) = coefficients(i, j);
  scale_ = std::fmax(scale_, max_abs(coefficients));
  multiply(-1.0, basis(), Op::none, coefficients, Op::none, 1.0, image);
  projected_ = size_;
  return image;
}

SymmetricEigen Lanczos::ritz() const {
  return symmetric_eigen(T_.view().block(0, 0, projected_, projected_));
}

// |A y - theta y| is the length of the remainder's combination with the last entries of the Ritz vector.
bool Lanczos::looks_converged(const SymmetricEigen& eigen, const Matrix& remainder) const {
  const double largest = std::fmax(std::fabs(eigen.values.front()), std::fabs(eigen.values.back()));
  const Index width = remainder.cols();
  for (const Index i : {Index{0}, projected_ - 1}) {
    Vector residual(static_cast<std::size_t>(n_));
    multiply_vector(1.0, remainder, Op::none, eigen.vectors.col(i) + (projected_ - width), 0.0, residual.data());
    if (!(norm(residual) <= 0.1 * (i == 0 ? tol_ : greatest_tol_) * largest)) return false;
  }
  return true;
}

RitzPair Lanczos::pair(const SymmetricEigen& eigen, Index i) {
  RitzPair pair;
  Matrix y(n_, 1), image(n_, 1);
  multiply_vector(1.0, basis().columns(0, projected_), Op::none, eigen.vectors.col(i), 0.0, y.data());
  scale(1.0 / norm(y.flat()), y.flat());
  apply_(y, image);
  ++result_.num_products;
  pair.value = eigen.values[static_cast<std::size_t>(i)];
  axpy(-pair.value, y.flat(), image.flat());
  pair.residual = norm(image.flat());
  pair.vector.assign(y.flat().begin(), y.flat().end());
  return pair;
}

}  // namespace

LanczosResult block_lanczos(const BlockOperator& apply, Index dimension, const LanczosOptions& options) {
  require_positive("dimension", dimension);
  require_positive("block_size", options.block_size);
  require_positive("max_basis", options.max_basis);
  return Lanczos(apply, dimension, options).run();
}

}  // namespace nadir
