// Products of unfoldings with one another and their triangular factors (tensor.hpp).
#include <algorithm>

#include "nadir/base/error.hpp"
#include "nadir/linalg/internal/blas.hpp"
#include "nadir/linalg/internal/tensor_kernels.hpp"
#include "nadir/linalg/internal/unfolding_chunks.hpp"
#include "nadir/linalg/tensor.hpp"

namespace nadir {
namespace {

using internal::AlignedBuffer;
using internal::ChunkPlan;
using internal::copy_columns;

// A chunk of columns in a buffer, with zeros up to the next multiple of the kernel's vectors.
template <class Scalar, class Compute>
void fill(TensorView<Scalar> T, int mode, Index first, Index count, Compute* out, Index stride) {
  constexpr Index widest = 16;
  copy_columns(T, mode, first, count, out, stride);
  const Index end = std::min(stride, (count + widest - 1) / widest * widest);
  for (Index i = 0; count < end && i < T.shape[mode]; ++i) std::fill(out + i * stride + count, out + i * stride + end, Compute{0});
}

// The sum over all columns c of X_(mode)[:, c] Y_(mode)[:, c]^T with products in `Compute`; of X = Y the lower triangle.
template <class Compute, class Scalar>
Matrix sum_over_columns(TensorView<Scalar> X, TensorView<Scalar> Y, int mode) {
  const Index m = X.shape[mode], n = Y.shape[mode];
  const bool is_gram = X.data == Y.data && m == n;
  const ChunkPlan plan = internal::plan_chunks(X.shape.others(mode), is_gram ? m : m + n, m * n);
  std::vector<Matrix> sums(static_cast<std::size_t>(plan.groups));
  const int threads = num_threads();
  keep_blas_on_this_thread();
#pragma omp parallel for schedule(dynamic) num_threads(threads) if (plan.groups > 1)
  for (Index g = 0; g < plan.groups; ++g) {
    sums[static_cast<std::size_t>(g)] = Matrix(m, n);
    const AlignedBuffer<Compute> x(plan.chunk * m), y(is_gram ? 0 : plan.chunk * n);
    for (Index c = plan.first_chunk(g); c < plan.first_chunk(g + 1); ++c) {
      const Index count = plan.chunk_columns(c);
      fill(X, mode, plan.first_column(c), count, x.data(), plan.chunk);
      if (!is_gram) fill(Y, mode, plan.first_column(c), count, y.data(), plan.chunk);
      internal::add_inner_products(x.data(), m, is_gram ? x.data() : y.data(), n, count, plan.chunk, is_gram,
                                   sums[static_cast<std::size_t>(g)].data(), m);
    }
  }
  for (std::size_t g = 1; g < sums.size(); ++g) axpy(1.0, sums[g].flat(), sums[0].flat());
  return std::move(sums[0]);
}

}  // namespace

template <class Scalar>
Matrix gram(TensorView<Scalar> T, int mode, GramSums sums) {
  Matrix G = sums == GramSums::in_double ? sum_over_columns<double>(T, T, mode) : sum_over_columns<Scalar>(T, T, mode);
  for (Index j = 0; j < G.cols(); ++j)
    for (Index i = 0; i < j; ++i) G(i, j) = G(j, i);
  return G;
}

template <class Scalar>
Matrix unfolding_product(TensorView<Scalar> X, TensorView<Scalar> Y, int mode) {
  assert(X.shape.with(mode, 1) == Y.shape.with(mode, 1));
  if (X.data == Y.data && X.shape == Y.shape) return gram(X, mode);
  return sum_over_columns<double>(X, Y, mode);
}

template <class Scalar>
Matrix unfolding_triangle(TensorView<Scalar> T, int mode) {
  Matrix R(T.shape[mode], T.shape[mode]);
  add_to_triangle<Scalar>(T, mode, R);
  return R;
}

template <class Scalar>
void add_to_triangle(TensorView<Scalar> T, int mode, MatrixView R) {
  const Index n = T.shape[mode], columns = T.shape.others(mode);
  assert(R.rows == n && R.cols == n);
  // Blocks of at least n columns, or the triangle's own share of the work would show.
  const Index block = std::min(columns, std::max<Index>(512, n));
  const Index panel = std::min<Index>(n, 32);  // of the blocked factorisation
  keep_blas_on_this_thread();
  Vector work(static_cast<std::size_t>(block * n)), reflectors(static_cast<std::size_t>(panel * n));
  for (Index first = 0; first < columns; first += block) {
    const Index count = std::min(block, columns - first);
    copy_columns(T, mode, first, count, work.data(), count);
    const lapack_int info = LAPACKE_dtpqrt(LAPACK_COL_MAJOR, static_cast<lapack_int>(count), static_cast<lapack_int>(n), 0,
                                           static_cast<lapack_int>(panel), R.data, static_cast<lapack_int>(R.stride),
                                           work.data(), static_cast<lapack_int>(count), reflectors.data(),
                                           static_cast<lapack_int>(panel));
    if (info != 0)
      throw NumericalBreakdown("QR factorisation of an unfolding (dtpqrt) failed (info " + std::to_string(info) +
                               "); look for infinities or NaN in the input");
  }
}

template Matrix gram(TensorView<double>, int, GramSums);
template Matrix gram(TensorView<float>, int, GramSums);
template Matrix unfolding_product(TensorView<double>, TensorView<double>, int);
template Matrix unfolding_product(TensorView<float>, TensorView<float>, int);
template Matrix unfolding_triangle(TensorView<double>, int);
template Matrix unfolding_triangle(TensorView<float>, int);
template void add_to_triangle(TensorView<double>, int, MatrixView);
template void add_to_triangle(TensorView<float>, int, MatrixView);

}  // namespace nadir
