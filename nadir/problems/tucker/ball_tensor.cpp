#include "nadir/problems/tucker/ball_tensor.hpp"

#include <algorithm>

#include "nadir/rigor/norms.hpp"
#include "nadir/rigor/product.hpp"

namespace nadir {
namespace {

// f(place in the tensor, row, column of the unfolding): slabs of right x n_mode, column-major.
template <class F>
void for_each_entry(const TensorShape& shape, int mode, F&& f) {
  const Index right = shape.right(mode), n = shape[mode], left = shape.left(mode);
  Index place = 0;
  for (Index l = 0; l < left; ++l)
    for (Index i = 0; i < n; ++i)
      for (Index r = 0; r < right; ++r) f(place++, i, l * right + r);
}

}  // namespace

BallTensor::BallTensor(TensorView<double> exact_values)
    : shape(exact_values.shape), entries(exact(ConstMatrixView(exact_values.data, exact_values.size(), 1))) {}

BallTensor add(const BallTensor& X, const BallTensor& Y) { return {X.shape, add(X.entries, Y.entries)}; }
BallTensor subtract(const BallTensor& X, const BallTensor& Y) { return {X.shape, subtract(X.entries, Y.entries)}; }
Interval exact_inner_product(const BallMatrix& A, const BallMatrix& B) {
  if (max_magnitude(A) == 0.0 || max_magnitude(B) == 0.0) return Interval::point(0.0);
  return inner_product(A, B);
}
Interval inner_product(const BallTensor& X, const BallTensor& Y) { return exact_inner_product(X.entries, Y.entries); }
Interval norm_squared(const BallTensor& X) { return enclose_frobenius_norm_squared(X.entries); }

BallMatrix unfolding(const BallTensor& T, int mode) {
  BallMatrix result(T.shape[mode], T.shape.others(mode));
  for_each_entry(T.shape, mode, [&](Index place, Index i, Index j) {
    result.mid(i, j) = T.entries.mid(place, 0);
    result.rad(i, j) = T.entries.rad(place, 0);
  });
  return result;
}

BallTensor folding(const BallMatrix& unfolded, int mode, const TensorShape& shape) {
  BallTensor result(shape);
  for_each_entry(shape, mode, [&](Index place, Index i, Index j) {
    result.entries.mid(place, 0) = unfolded.mid(i, j);
    result.entries.rad(place, 0) = unfolded.rad(i, j);
  });
  return result;
}

BallTensor mode_product(const BallTensor& T, int mode, const BallMatrix& A, Op op) {
  const BallMatrix product = enclose_product(A, op, unfolding(T, mode), Op::none);
  return folding(product, mode, T.shape.with(mode, product.rows()));
}

BallTensor outer_mode_product(TensorView<double> T, int mode, const BallMatrix& A, Op op) {
  const Op opposite = op == Op::none ? Op::transpose : Op::none;
  const Index n = T.shape[mode], others = T.shape.others(mode);
  // Mode 0: memory is others x n, column-major; the last mode: n x others.
  const bool is_first = mode == 0;
  BallMatrix p = is_first ? enclose_product(ConstMatrixView(T.data, others, n), Op::none, A, opposite)
                          : enclose_product(A, op, ConstMatrixView(T.data, n, others), Op::none);
  const Index extent = is_first ? p.cols() : p.rows();
  BallTensor result(T.shape.with(mode, extent));
  std::copy_n(p.mid.data(), p.mid.size(), result.entries.mid.data());
  std::copy_n(p.rad.data(), p.rad.size(), result.entries.rad.data());
  return result;
}

BallMatrix unfolding_product(const BallTensor& X, const BallTensor& Y, int mode) {
  return enclose_product(unfolding(X, mode), Op::none, unfolding(Y, mode), Op::transpose);
}

}  // namespace nadir
