// Sparse tensors by coordinates, contracted with factors without being made dense.
//
// What is not listed is zero. Only projected tensors are dense: T x_j U_j^T over all modes but the kept ones has
// n_k x (product of the other ranks) entries.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "nadir/linalg/tucker_decomposition.hpp"

namespace nadir {

class SparseTensor {
 public:
  // Entry e is values[e] at (coordinates[0][e], coordinates[1][e], ...), counted from 0, in C order without repeats, as
  // DataTensor has them; what they refer to must outlive this. Takes a number an entry and mode. Throws InputError for
  // fewer than 1 or more than 8 modes, lists of different lengths, indices out of range and entries out of order.
  SparseTensor(std::vector<Index> extents, std::span<const std::vector<std::int32_t>> coordinates, std::span<const double> values);

  int num_modes() const { return static_cast<int>(extents_.size()); }
  Index extent(int mode) const { return extents_[static_cast<std::size_t>(mode)]; }
  Index num_entries() const { return static_cast<Index>(values_.size()); }
  double norm() const;  // Euclidean

  // T x_j U_j^T for every j that is not in `kept` (ascending): extents n_k for kept modes, U_j.cols for the others.
  // factors has an entry for each mode; those of kept modes are not read. The result has to fit into memory.
  //
  // Cost: entries that share leading indices share their products. For one kept mode of three, 2 r flops an entry and
  // 2 r^2 for each pair of indices (i_k, i_j) that occurs, instead of 2 r^2 an entry. Bits do not depend on threads.
  Tensor<double> contract(std::span<const ConstMatrixView> factors, const std::vector<int>& kept) const;

  // The entries sorted by these modes, the first of them before all others; the rest as in C order.
  std::vector<std::size_t> order_by(const std::vector<int>& modes) const;
  Index index(int mode, std::size_t entry) const { return coordinates_[static_cast<std::size_t>(mode)][entry]; }
  double value(std::size_t entry) const { return values_[entry]; }

 private:
  std::vector<Index> extents_;
  std::span<const std::vector<std::int32_t>> coordinates_;
  std::span<const double> values_;
};

// One unfolding of a sparse tensor, its columns in order. Refers to the tensor.
class SparseUnfolding {
 public:
  SparseUnfolding(const SparseTensor& T, int mode);
  // T_(mode) T_(mode)^T Q, without forming either: 4 Q.cols flops an entry. On one thread.
  Matrix gram_product(ConstMatrixView Q) const;

 private:
  const SparseTensor& T_;
  int mode_;
  std::vector<std::size_t> order_;
  std::vector<std::size_t> starts_;  // of columns, and the end
};

// Higher-order SVD [KoldaBader2009, sec. 4.2]: for each mode the leading left singular vectors of T_(k), by subspace
// iteration on T_(k) T_(k)^T with 10 vectors to spare until a step adds less than a thousandth of what is missing, at
// most 30. Singular values are Ritz values, lower bounds of the true ones; error_squared is |T|^2 - |G|^2.
TuckerDecomposition hosvd(const SparseTensor& T, const std::vector<Index>& ranks, std::uint64_t seed = 0);

// As for dense tensors.
HooiResult hooi(const SparseTensor& T, TuckerDecomposition start, const HooiOptions& options);

}  // namespace nadir
