#include "nadir/linalg/lanczos.hpp"

#include <algorithm>
#include <cmath>
#include <string>

#include "nadir/base/error.hpp"
#include "nadir/base/random.hpp"
#include "nadir/base/stop.hpp"
#include "nadir/linalg/dense.hpp"
#include "nadir/linalg/krylov.hpp"

namespace nadir {
namespace {

constexpr std::uint64_t lanczos_stream = 0x6c616e637a6f7300;

void require_positive(const char* name, Index value) {
  if (value < 1) throw InputError(std::string("block_lanczos ") + name, "a number >= 1", std::to_string(value));
}

class Lanczos {
 public:
  Lanczos(const BlockOperator& apply, Index n, const LanczosOptions& options)
      : apply_(apply), tol_(options.tol), greatest_tol_(options.greatest_tol), block_size_(std::min(options.block_size, n)),
        max_basis_(std::min(options.max_basis, n)), random_(options.seed, lanczos_stream),
        krylov_(n, max_basis_, Orthogonality::full) {}

  LanczosResult run();

 private:
  bool looks_converged(const SymmetricEigen& eigen) const;
  RitzPair pair(const SymmetricEigen& eigen, Index i);

  const BlockOperator& apply_;
  double tol_, greatest_tol_;
  Index block_size_, max_basis_;
  Random random_;
  BlockKrylov<double> krylov_;
  LanczosResult result_;
};

double largest_modulus(const SymmetricEigen& eigen) {
  return std::fmax(std::fabs(eigen.values.front()), std::fabs(eigen.values.back()));
}

// Per block of b columns at basis size m: 1 product with b vectors, 4 products n x m x b, and now and then
// an eigendecomposition of T.
LanczosResult Lanczos::run() {
  using Growth = BlockKrylov<double>::Growth;
  krylov_.append_random(block_size_, random_);
  Index next_check = std::min(max_basis_, 4 * block_size_);
  SymmetricEigen eigen;
  while (true) {
    stop_point();
    const Growth growth = krylov_.expand(apply_);
    result_.is_finite = growth != Growth::not_finite;
    if (!result_.is_finite) return result_;
    const Index projected = krylov_.num_projected();
    if (growth == Growth::full || projected >= next_check) {
      eigen = krylov_.ritz();
      if (growth == Growth::full || looks_converged(eigen)) break;
      next_check = std::min(max_basis_, projected + std::max(block_size_, projected / 4));
    }
    if (growth == Growth::closed && krylov_.append_random(block_size_, random_) == 0) break;
  }
  const Index size = krylov_.num_projected();
  if (std::ssize(eigen.values) != size) eigen = krylov_.ritz();
  result_.values = eigen.values;
  result_.is_whole = size == krylov_.dimension();
  result_.least = pair(eigen, 0);
  result_.greatest = pair(eigen, size - 1);
  result_.num_products += krylov_.num_products();
  const double largest = largest_modulus(eigen);
  result_.is_converged = result_.least.residual <= tol_ * largest && result_.greatest.residual <= greatest_tol_ * largest;
  return result_;
}

// A tolerance of zero asks for the whole basis, also where the Krylov space closes early and residuals vanish.
bool Lanczos::looks_converged(const SymmetricEigen& eigen) const {
  if (!(tol_ > 0.0 && greatest_tol_ > 0.0)) return false;
  const double largest = largest_modulus(eigen);
  return krylov_.residual(eigen, 0) <= 0.1 * tol_ * largest &&
         krylov_.residual(eigen, krylov_.num_projected() - 1) <= 0.1 * greatest_tol_ * largest;
}

RitzPair Lanczos::pair(const SymmetricEigen& eigen, Index i) {
  RitzPair pair;
  const Index n = krylov_.dimension();
  Matrix y(n, 1), image(n, 1);
  krylov_.combine(eigen.vectors.view().columns(i, 1), y);
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
