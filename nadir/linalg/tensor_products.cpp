// Products of a tensor with factors, mode by mode (tensor.hpp).
#include <algorithm>
#include <array>
#include <limits>
#include <numeric>
#include <type_traits>

#include "nadir/linalg/internal/blas.hpp"
#include "nadir/linalg/internal/tensor_kernels.hpp"
#include "nadir/linalg/internal/unfolding_chunks.hpp"
#include "nadir/linalg/tensor.hpp"

namespace nadir {
namespace {

using internal::AlignedBuffer;
using internal::Operand;

// Rows of a slab, or columns where right = 1, that one call takes: a multiple of every strip's height.
constexpr Index chunk_rows = 480;
// Multiplications below which threads cost more than they bring.
constexpr double parallel_threshold = 2.0e6;

// op(A) rounded to Scalar: for double a view of A itself.
template <class Scalar>
class Factor {
 public:
  Factor(ConstMatrixView A, Op op) : op_(op) {
    if constexpr (std::is_same_v<Scalar, double>) {
      data_ = A.data;
      stride_ = std::max<Index>(A.stride, 1);
    } else {
      values_.reserve(static_cast<std::size_t>(A.size()));
      for (Index j = 0; j < A.cols; ++j)
        for (Index i = 0; i < A.rows; ++i) values_.push_back(static_cast<Scalar>(A(i, j)));
      data_ = values_.data();
      stride_ = std::max<Index>(A.rows, 1);
    }
  }

  Operand<Scalar> itself() const { return {data_, stride_, op_}; }
  Operand<Scalar> transposed() const { return {data_, stride_, op_ == Op::none ? Op::transpose : Op::none}; }

 private:
  std::vector<Scalar> values_;
  const Scalar* data_ = nullptr;
  Index stride_ = 0;
  Op op_;
};

// Slabs with fewer rows are short: not two whole vectors of floats.
constexpr Index short_rows = 32;
// Products with up to so many rows are thin: what a BLAS spends on copying the tensor shows (tensor_kernels.hpp).
constexpr Index thin_rows = 96;

// Panels of columns of op(A)^T, as multiply_strips takes them.
template <class Scalar>
AlignedBuffer<Scalar> pack_for_strips(ConstMatrixView A, Op op, Index r, Index n) {
  AlignedBuffer<Scalar> packed(r * n);
  Scalar* out = packed.data();
  for (Index done = 0; done < r;) {
    const Index left = r - done, width = left >= 8 ? 8 : left >= 4 ? 4 : left >= 2 ? 2 : 1;
    for (Index k = 0; k < n; ++k)
      for (Index c = 0; c < width; ++c) *out++ = static_cast<Scalar>(op == Op::none ? A(done + c, k) : A(k, done + c));
    done += width;
  }
  return packed;
}

// Panels of rows of op(A), as multiply_columns takes them.
template <class Scalar>
AlignedBuffer<Scalar> pack_for_columns(ConstMatrixView A, Op op, Index r, Index n) {
  constexpr bool is_float = sizeof(Scalar) == sizeof(float);
  std::vector<Index> starts{0};  // of panels
  while (starts.back() < r) starts.push_back(starts.back() + internal::column_panel_rows(is_float, r - starts.back()));
  AlignedBuffer<Scalar> packed(starts.back() * n);
  Scalar* out = packed.data();
  for (std::size_t p = 0; p + 1 < starts.size(); ++p)
    for (Index k = 0; k < n; ++k)
      for (Index i = starts[p]; i < starts[p + 1]; ++i)
        *out++ = i < r ? static_cast<Scalar>(op == Op::none ? A(i, k) : A(k, i)) : Scalar{0};
  return packed;
}

// right = 1: the tensor is one n x left matrix X, the result op(A) X.
template <class Scalar>
void last_mode_product(TensorView<Scalar> T, int mode, ConstMatrixView A, Op op, Index r, Scalar* out, int threads) {
  const Index n = T.shape[mode], left = T.shape.left(mode), chunks = (left + chunk_rows - 1) / chunk_rows;
  const bool is_thin = r <= thin_rows;
  const Factor<Scalar> factor(A, op);
  const AlignedBuffer<Scalar> packed = is_thin ? pack_for_columns<Scalar>(A, op, r, n) : AlignedBuffer<Scalar>();
#pragma omp parallel for schedule(dynamic) num_threads(threads)
  for (Index c = 0; c < chunks; ++c) {
    const Index first = c * chunk_rows, count = std::min(chunk_rows, left - first);
    const Scalar* X = T.data + first * n;
    if (is_thin) internal::multiply_columns(packed.data(), X, count, n, r, out + first * r);
    else internal::gemm(r, count, n, factor.itself(), {X, n}, Scalar{0}, out + first * r, r);
  }
}

// Slabs of few rows, which vectors would not fill: rows of many slabs are put together, multiplied, and put back.
template <class Scalar>
void short_slab_product(TensorView<Scalar> T, int mode, ConstMatrixView A, Op op, Index r, Scalar* out, int threads) {
  const Index n = T.shape[mode], right = T.shape.right(mode), columns = T.shape.others(mode);
  const Index chunks = (columns + chunk_rows - 1) / chunk_rows;
  const AlignedBuffer<Scalar> packed = pack_for_strips<Scalar>(A, op, r, n);
#pragma omp parallel num_threads(threads)
  {
    const AlignedBuffer<Scalar> X(chunk_rows * n), Y(chunk_rows * r);
#pragma omp for schedule(dynamic)
    for (Index chunk = 0; chunk < chunks; ++chunk) {
      const Index first = chunk * chunk_rows, rows = std::min(chunk_rows, columns - first);
      internal::copy_columns(T, mode, first, rows, X.data(), chunk_rows);
      internal::multiply_strips(X.data(), chunk_rows, packed.data(), rows, n, r, Y.data(), chunk_rows);
      for (Index done = 0; done < rows;) {
        const Index slab = (first + done) / right, start = (first + done) % right, piece = std::min(rows - done, right - start);
        for (Index p = 0; p < r; ++p) std::copy_n(Y.data() + done + p * chunk_rows, piece, out + (slab * r + p) * right + start);
        done += piece;
      }
    }
  }
}

// left slabs of right x n: X_l -> X_l op(A)^T.
template <class Scalar>
void slab_product(TensorView<Scalar> T, int mode, ConstMatrixView A, Op op, Index r, Scalar* out, int threads) {
  const Index n = T.shape[mode], left = T.shape.left(mode), right = T.shape.right(mode);
  const Index chunks = (right + chunk_rows - 1) / chunk_rows;
  const bool is_thin = r <= thin_rows || right > std::numeric_limits<blasint>::max();  // a BLAS counts strides in int
  const Factor<Scalar> factor(A, op);
  const AlignedBuffer<Scalar> packed = is_thin ? pack_for_strips<Scalar>(A, op, r, n) : AlignedBuffer<Scalar>();
#pragma omp parallel for schedule(dynamic) num_threads(threads)
  for (Index task = 0; task < left * chunks; ++task) {
    const Index l = task / chunks, first = task % chunks * chunk_rows, rows = std::min(chunk_rows, right - first);
    const Scalar* X = T.data + l * n * right + first;
    Scalar* Y = out + l * r * right + first;
    if (is_thin) internal::multiply_strips(X, right, packed.data(), rows, n, r, Y, right);
    else internal::gemm(rows, r, n, {X, right}, factor.transposed(), Scalar{0}, Y, right);
  }
}

// Flops of taking `factors` in this order, which changes the shape as it goes.
double chain_flops(TensorShape shape, std::span<const ModeFactor> factors, std::span<const int> order) {
  double flops = 0.0;
  for (const int f : order) {
    const ModeFactor& factor = factors[static_cast<std::size_t>(f)];
    flops += 2.0 * static_cast<double>(factor.rows()) * static_cast<double>(shape.size());
    shape = shape.with(factor.mode, factor.rows());
  }
  return flops;
}

std::vector<int> best_order(const TensorShape& shape, std::span<const ModeFactor> factors) {
  std::vector<int> order(factors.size());
  std::iota(order.begin(), order.end(), 0);
  if (order.size() > 6) {
    const auto shrinking = [&](int f) {
      const ModeFactor& factor = factors[static_cast<std::size_t>(f)];
      return static_cast<double>(factor.rows()) / static_cast<double>(factor.cols());
    };
    std::stable_sort(order.begin(), order.end(), [&](int a, int b) { return shrinking(a) < shrinking(b); });
    return order;
  }
  std::vector<int> best = order;
  double least = std::numeric_limits<double>::infinity();
  do {
    const double flops = chain_flops(shape, factors, order);
    if (flops < least) {
      least = flops;
      best = order;
    }
  } while (std::next_permutation(order.begin(), order.end()));
  return best;
}

}  // namespace

template <class Scalar>
void mode_product(TensorView<Scalar> T, int mode, ConstMatrixView A, Op op, std::span<Scalar> out) {
  const Index r = op == Op::none ? A.rows : A.cols;
  assert(T.shape[mode] == (op == Op::none ? A.cols : A.rows) && r >= 1);
  assert(static_cast<Index>(out.size()) == T.shape.with(mode, r).size());
  keep_blas_on_this_thread();
  const int threads = static_cast<double>(T.size()) * static_cast<double>(r) < parallel_threshold ? 1 : num_threads();
  if (T.shape.right(mode) == 1) last_mode_product(T, mode, A, op, r, out.data(), threads);
  else if (T.shape.right(mode) < short_rows && T.shape.left(mode) > 1 && r <= thin_rows) short_slab_product(T, mode, A, op, r, out.data(), threads);
  else slab_product(T, mode, A, op, r, out.data(), threads);
}

template <class Scalar>
Tensor<Scalar> mode_product(TensorView<Scalar> T, int mode, ConstMatrixView A, Op op) {
  Tensor<Scalar> result(T.shape.with(mode, op == Op::none ? A.rows : A.cols));
  mode_product(T, mode, A, op, result.flat());
  return result;
}

template <class Scalar>
Tensor<Scalar> multi_mode_product(TensorView<Scalar> T, std::span<const ModeFactor> factors) {
  Tensor<Scalar> result;
  TensorView<Scalar> current = T;
  for (const int f : best_order(T.shape, factors)) {
    const ModeFactor& factor = factors[static_cast<std::size_t>(f)];
    result = mode_product(current, factor.mode, factor.A, factor.op);
    current = result.view();
  }
  if (factors.empty()) return Tensor<Scalar>(T.shape, {T.flat().begin(), T.flat().end()});
  return result;
}

template void mode_product(TensorView<double>, int, ConstMatrixView, Op, std::span<double>);
template void mode_product(TensorView<float>, int, ConstMatrixView, Op, std::span<float>);
template Tensor<double> mode_product(TensorView<double>, int, ConstMatrixView, Op);
template Tensor<float> mode_product(TensorView<float>, int, ConstMatrixView, Op);
template Tensor<double> multi_mode_product(TensorView<double>, std::span<const ModeFactor>);
template Tensor<float> multi_mode_product(TensorView<float>, std::span<const ModeFactor>);

}  // namespace nadir
