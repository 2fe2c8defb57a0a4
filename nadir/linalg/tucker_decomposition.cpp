#include "nadir/linalg/tucker_decomposition.hpp"

#include <algorithm>
#include <cmath>

#include "nadir/base/error.hpp"
#include "nadir/linalg/internal/streamed_products.hpp"

namespace nadir {
namespace {

std::vector<ModeFactor> expansions(const TuckerDecomposition& decomposition) {
  std::vector<ModeFactor> factors;
  for (std::size_t k = 0; k < decomposition.factors.size(); ++k)
    factors.push_back({static_cast<int>(k), decomposition.factors[k], Op::none});
  return factors;
}

template <class Scalar>
Tensor<double> in_double(const Tensor<Scalar>& T) {
  return Tensor<double>(T.shape(), Vector(T.flat().begin(), T.flat().end()));
}

}  // namespace

double TuckerDecomposition::relative_error() const {
  return norm_squared > 0.0 ? std::sqrt(std::max(error_squared, 0.0) / norm_squared) : 0.0;
}

TensorShape TuckerDecomposition::shape() const {
  std::vector<Index> extents;
  for (const Matrix& U : factors) extents.push_back(U.rows());
  return TensorShape(extents);
}

Index TuckerDecomposition::num_parameters() const {
  Index count = core.size();
  for (const Matrix& U : factors) count += U.size();
  return count;
}

std::vector<Index> requested_ranks(const std::vector<Index>& extents, const std::vector<Index>& ranks) {
  if (ranks.size() != extents.size() && ranks.size() != 1)
    throw InputError("ranks", "one rank, or one for each of the " + std::to_string(extents.size()) + " modes",
                     std::to_string(ranks.size()));
  std::vector<Index> result;
  for (std::size_t k = 0; k < extents.size(); ++k) {
    const Index rank = ranks[ranks.size() == 1 ? 0 : k];
    if (rank < 1 || rank > extents[k])
      throw InputError("ranks, mode " + std::to_string(k), "a rank from 1 to its extent " + std::to_string(extents[k]),
                       std::to_string(rank));
    result.push_back(rank);
  }
  return result;
}

Tensor<double> reconstruct(const TuckerDecomposition& decomposition) {
  return multi_mode_product(decomposition.core.view(), expansions(decomposition));
}

Tensor<double> reconstruct_slab(const TuckerDecomposition& decomposition, int mode, Index first, Index count) {
  std::vector<ModeFactor> factors = expansions(decomposition);
  ConstMatrixView& U = factors[static_cast<std::size_t>(mode)].A;
  U = U.block(first, 0, count, U.cols);
  return multi_mode_product(decomposition.core.view(), factors);
}

template <class Scalar>
double residual_squared(const SlabSource<Scalar>& source, const TuckerDecomposition& decomposition) {
  constexpr Index part_bytes = Index{2} << 20;
  const Index extent = source.shape()[0], step = source.slab_extent(part_bytes);
  std::vector<Scalar> buffer;
  double square = 0.0;
  for (Index first = 0; first < extent; first += step) {
    const TensorView<Scalar> slab = source.slab(first, std::min(step, extent - first), buffer);
    Tensor<double> difference = reconstruct_slab(decomposition, 0, first, slab.shape[0]);
    for (Index i = 0; i < slab.size(); ++i) difference.data()[i] -= static_cast<double>(slab[i]);
    const double length = norm(difference.view());
    square += length * length;
  }
  return square;
}

template <class Scalar>
Tensor<double> best_core(const SlabSource<Scalar>& source, const std::vector<Matrix>& factors) {
  // The mode that shrinks most goes first, over the source; the rest in the best order, in memory.
  int first = 0;
  double least = 2.0;
  for (int k = 0; k < source.shape().num_modes(); ++k) {
    const Matrix& U = factors[static_cast<std::size_t>(k)];
    const double share = static_cast<double>(U.cols()) / static_cast<double>(U.rows());
    if (share < least) first = k, least = share;
  }
  const Tensor<Scalar> shrunk =
      internal::streamed_mode_product(source, first, factors[static_cast<std::size_t>(first)], Op::transpose);
  std::vector<ModeFactor> rest;
  for (int k = 0; k < source.shape().num_modes(); ++k)
    if (k != first) rest.push_back({k, factors[static_cast<std::size_t>(k)], Op::transpose});
  return in_double(multi_mode_product(shrunk.view(), std::span<const ModeFactor>(rest)));
}

template <class Scalar>
Tensor<double> best_core(TensorView<Scalar> T, const std::vector<Matrix>& factors) {
  return best_core<Scalar>(MemorySlabs<Scalar>(T), factors);
}

template double residual_squared(const SlabSource<double>&, const TuckerDecomposition&);
template double residual_squared(const SlabSource<float>&, const TuckerDecomposition&);
template Tensor<double> best_core(const SlabSource<double>&, const std::vector<Matrix>&);
template Tensor<double> best_core(const SlabSource<float>&, const std::vector<Matrix>&);
template Tensor<double> best_core(TensorView<double>, const std::vector<Matrix>&);
template Tensor<double> best_core(TensorView<float>, const std::vector<Matrix>&);

}  // namespace nadir
