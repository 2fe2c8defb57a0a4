// Products with a tensor that lies in memory or comes in slabs. A tensor in memory is taken whole; of one that is read,
// every function makes one pass, and what is summed over slabs is summed in their order.
#pragma once

#include "nadir/linalg/slab_source.hpp"

namespace nadir::internal {

template <class Scalar>
bool is_in_memory(const SlabSource<Scalar>& source) { return source.whole().data != nullptr; }

template <class Scalar>
Tensor<Scalar> streamed_mode_product(const SlabSource<Scalar>& source, int mode, ConstMatrixView A, Op op);

// The next three, for sources that are read, take every mode but 0, along which the slabs run.
template <class Scalar>
Matrix streamed_gram(const SlabSource<Scalar>& source, int mode, GramSums sums);
template <class Scalar>
Matrix streamed_triangle(const SlabSource<Scalar>& source, int mode);
// T_(mode) Z_(mode)^T for Z in memory with T's other extents.
template <class Scalar>
Matrix streamed_unfolding_product(const SlabSource<Scalar>& source, TensorView<Scalar> Z, int mode);

// |T|^2; throws NumericalBreakdown where it leaves the range of double.
template <class Scalar>
double streamed_norm_squared(const SlabSource<Scalar>& source);

}  // namespace nadir::internal
