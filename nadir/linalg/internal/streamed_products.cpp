#include "nadir/linalg/internal/streamed_products.hpp"

#include <algorithm>
#include <cmath>

#include "nadir/base/error.hpp"

namespace nadir::internal {
namespace {

// Entries first, ..., first + count - 1 of what factors of mode 0 multiply.
ConstMatrixView part(ConstMatrixView A, Op op, Index first, Index count) {
  return op == Op::none ? A.columns(first, count) : A.block(first, 0, count, A.cols);
}

}  // namespace

template <class Scalar>
Tensor<Scalar> streamed_mode_product(const SlabSource<Scalar>& source, int mode, ConstMatrixView A, Op op) {
  if (is_in_memory(source)) return mode_product(source.whole(), mode, A, op);
  Tensor<Scalar> result(source.shape().with(mode, op == Op::none ? A.rows : A.cols));
  const Index right = result.shape().right(0);
  for_each_slab(source, [&](TensorView<Scalar> slab, Index first) {
    if (mode > 0) {
      const auto size = static_cast<std::size_t>(slab.shape[0] * right);
      return mode_product(slab, mode, A, op, result.flat().subspan(static_cast<std::size_t>(first * right), size));
    }
    const Tensor<Scalar> share = mode_product(slab, 0, part(A, op, first, slab.shape[0]), op);
    std::transform(share.flat().begin(), share.flat().end(), result.data(), result.data(), std::plus<Scalar>());
  });
  return result;
}

template <class Scalar>
Matrix streamed_gram(const SlabSource<Scalar>& source, int mode, GramSums sums) {
  if (is_in_memory(source)) return gram(source.whole(), mode, sums);
  assert(mode > 0);
  Matrix G(source.shape()[mode], source.shape()[mode]);
  for_each_slab(source, [&](TensorView<Scalar> slab, Index) { axpy(1.0, gram(slab, mode, sums).flat(), G.flat()); });
  return G;
}

template <class Scalar>
Matrix streamed_triangle(const SlabSource<Scalar>& source, int mode) {
  if (is_in_memory(source)) return unfolding_triangle(source.whole(), mode);
  assert(mode > 0);
  Matrix R(source.shape()[mode], source.shape()[mode]);
  for_each_slab(source, [&](TensorView<Scalar> slab, Index) { add_to_triangle<Scalar>(slab, mode, R); });
  return R;
}

template <class Scalar>
Matrix streamed_unfolding_product(const SlabSource<Scalar>& source, TensorView<Scalar> Z, int mode) {
  if (is_in_memory(source)) return unfolding_product(source.whole(), Z, mode);
  assert(mode > 0);
  Matrix P(source.shape()[mode], Z.shape[mode]);
  for_each_slab(source, [&](TensorView<Scalar> slab, Index first) {
    axpy(1.0, unfolding_product(slab, Z.slab(first, slab.shape[0]), mode).flat(), P.flat());
  });
  return P;
}

template <class Scalar>
double streamed_norm_squared(const SlabSource<Scalar>& source) {
  double square = 0.0;
  bool is_zero = true;
  for_each_slab(source, [&](TensorView<Scalar> slab, Index) {
    const double length = norm(slab);
    is_zero = is_zero && length == 0.0;
    square += length * length;
  });
  if (!std::isfinite(square) || (!is_zero && square < 1e-280))
    throw NumericalBreakdown("the squared norm of the tensor leaves the range of double; rescale the data");
  return square;
}

template Tensor<double> streamed_mode_product(const SlabSource<double>&, int, ConstMatrixView, Op);
template Matrix streamed_gram(const SlabSource<double>&, int, GramSums);
template Matrix streamed_triangle(const SlabSource<double>&, int);
template Matrix streamed_unfolding_product(const SlabSource<double>&, TensorView<double>, int);
template double streamed_norm_squared(const SlabSource<double>&);
template Tensor<float> streamed_mode_product(const SlabSource<float>&, int, ConstMatrixView, Op);
template Matrix streamed_gram(const SlabSource<float>&, int, GramSums);
template Matrix streamed_triangle(const SlabSource<float>&, int);
template Matrix streamed_unfolding_product(const SlabSource<float>&, TensorView<float>, int);
template double streamed_norm_squared(const SlabSource<float>&);

}  // namespace nadir::internal
