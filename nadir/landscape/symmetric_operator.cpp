#include "nadir/landscape/symmetric_operator.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace nadir {
namespace {

constexpr Index columns_at_once = 32;
constexpr std::uint64_t rough_stream = 0x726f756768000000;

// apply restricted to some rows and columns.
template <class Scalar>
typename BlockKrylov<Scalar>::Operator restricted(const typename BlockKrylov<Scalar>::Operator& apply, Index dimension, Index first, Index count) {
  using Const = typename Views<Scalar>::Const;
  using View = typename Views<Scalar>::Mutable;
  return [=](Const V, View out) {
    std::vector<Scalar> padded(static_cast<std::size_t>(dimension * V.cols), Scalar{0}), image(padded.size());
    const View P(padded.data(), dimension, V.cols), Y(image.data(), dimension, V.cols);
    for (Index j = 0; j < V.cols; ++j) std::copy_n(V.col(j), count, P.col(j) + first);
    apply(P, Y);
    for (Index j = 0; j < V.cols; ++j) std::copy_n(Y.col(j) + first, count, out.col(j));
  };
}

}  // namespace

SymmetricOperator hessian_operator(const Expansion& expansion, Index dimension) {
  SymmetricOperator op{dimension, [&expansion](ConstMatrixView V, MatrixView out) { expansion.apply_hessian(V, out); }, {}};
  if (expansion.has_rough_hessian())
    op.rough = [&expansion](ConstFloatView V, FloatView out) { expansion.apply_hessian_roughly(V, out); };
  return op;
}

SymmetricOperator diagonal_block(const SymmetricOperator& whole, Index first, Index count) {
  SymmetricOperator op{count, restricted<double>(whole.exact, whole.dimension, first, count), {}};
  if (whole.rough) op.rough = restricted<float>(whole.rough, whole.dimension, first, count);
  return op;
}

double rough_error(const SymmetricOperator& op, std::uint64_t seed) {
  if (!op.rough) return std::numeric_limits<double>::infinity();
  Matrix v(op.dimension, 1), exact(op.dimension, 1), rough(op.dimension, 1);
  Random(seed, rough_stream).fill_normal(v.flat());
  FloatMatrix out(op.dimension, 1);
  op.exact(v, exact);
  op.rough(to_float(v), out);
  convert(out, rough);
  const double size = norm(exact.flat());
  axpy(-1.0, exact.flat(), rough.flat());
  const double error = norm(rough.flat()) / size;
  return std::isfinite(error) ? error : std::numeric_limits<double>::infinity();
}

Matrix assemble(const SymmetricOperator& op) {
  const Index n = op.dimension;
  Matrix A(n, n);
  for (Index first = 0; first < n; first += columns_at_once) {
    const Index width = std::min(columns_at_once, n - first);
    Matrix E(n, width);
    for (Index j = 0; j < width; ++j) E(first + j, j) = 1.0;
    op.exact(E, A.view().columns(first, width));
  }
  symmetrise(A);
  return A;
}

}  // namespace nadir
