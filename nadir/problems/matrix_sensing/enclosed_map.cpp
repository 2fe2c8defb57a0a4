#include "nadir/problems/matrix_sensing/enclosed_map.hpp"

#include <algorithm>
#include <vector>

#include "nadir/base/stop.hpp"
#include "nadir/linalg/dense.hpp"
#include "nadir/rigor/norms.hpp"
#include "nadir/rigor/product.hpp"

namespace nadir {
namespace {

constexpr Index chunks_at_once = 8;
constexpr Index parallel_entries = 1 << 16;
// The Gram matrix of the operator is formed up to this many measurements or entries of X.
constexpr Index sharp_norm_side = 600;

void set_entry(BallMatrix& A, Index i, Index j, const Interval& x) {
  A.mid(i, j) = x.mid();
  A.rad(i, j) = x.is_thin() ? 0.0 : std::max(sub_up(x.upper, x.mid()), sub_up(x.mid(), x.lower));
}

// Of all A_k, the entries in row i.
ConstMatrixView row_of(const SensingData& d, Index i) { return d.dense.columns(i * d.cols, d.cols); }
// Of all A_k, the entries in column j.
ConstMatrixView col_of(const SensingData& d, Index j) { return {d.dense.col(j), d.num_measurements, d.rows, d.cols * d.num_measurements}; }

// use(i, make(i)) for i = 0, 1, ..., the calls of make some at a time in parallel.
template <class Make, class Use>
void in_chunks(Index count, bool parallel, const Make& make, const Use& use) {
  std::vector<BallMatrix> part(static_cast<std::size_t>(chunks_at_once));
  for (Index first = 0; first < count; first += chunks_at_once) {
    const Index width = std::min(chunks_at_once, count - first);
    stop_point();
#pragma omp parallel for schedule(dynamic) num_threads(num_threads()) if (parallel)
    for (Index c = 0; c < width; ++c) part[static_cast<std::size_t>(c)] = make(first + c);
    for (Index c = 0; c < width; ++c) use(first + c, part[static_cast<std::size_t>(c)]);
  }
}

void copy_columns(const BallMatrix& from, BallMatrix& to, Index first, Index step) {
  for (Index c = 0; c < from.cols(); ++c) {
    std::copy_n(from.mid.col(c), from.rows(), to.mid.col(first + c * step));
    std::copy_n(from.rad.col(c), from.rows(), to.rad.col(first + c * step));
  }
}

// sum_c P(k, c) Q(k, c) for every row k.
BallMatrix row_products(const BallMatrix& P, const BallMatrix& Q) {
  BallMatrix result(P.rows(), 1);
  for (Index k = 0; k < P.rows(); ++k) {
    Interval sum = Interval::point(0.0);
    for (Index c = 0; c < P.cols(); ++c) sum = sum + P.entry(k, c) * Q.entry(k, c);
    set_entry(result, k, 0, sum);
  }
  return result;
}

// Column i + c rows: a_k(i) Q(k, c).
BallMatrix rank_one_jacobian(ConstMatrixView a, const BallMatrix& Q) {
  BallMatrix J(Q.rows(), a.rows * Q.cols());
  for (Index c = 0; c < Q.cols(); ++c)
    for (Index i = 0; i < a.rows; ++i)
      for (Index k = 0; k < Q.rows(); ++k) set_entry(J, k, i + c * a.rows, Interval::point(a(i, k)) * Q.entry(k, c));
  return J;
}

}  // namespace

BallMatrix enclose_measurements(const SensingData& d, const BallMatrix& L, const BallMatrix& R) {
  if (!d.is_dense())
    return row_products(enclose_product(d.left, Op::transpose, L, Op::none), enclose_product(d.right, Op::transpose, R, Op::none));
  const BallMatrix by_rows = enclose_product(R, Op::none, L, Op::transpose);  // column i is row i of L R^T
  BallMatrix sum(d.num_measurements, 1);
  in_chunks(
      d.rows, d.dense.size() >= parallel_entries,
      [&](Index i) { return enclose_product(row_of(d, i), Op::none, block(by_rows, 0, i, d.cols, 1), Op::none); },
      [&](Index, const BallMatrix& part) { sum = add(sum, part); });
  return sum;
}

BallMatrix enclose_adjoint(const SensingData& d, const BallMatrix& w) {
  if (!d.is_dense()) {
    BallMatrix weighted(d.rows, d.num_measurements);
    for (Index k = 0; k < d.num_measurements; ++k)
      for (Index i = 0; i < d.rows; ++i) set_entry(weighted, i, k, w.entry(k, 0) * Interval::point(d.left(i, k)));
    const BallMatrix G = enclose_product(weighted, Op::none, d.right, Op::transpose);
    return d.is_psd ? symmetric_part(G) : G;
  }
  BallMatrix transposed(d.cols, d.rows);
  in_chunks(
      d.rows, d.dense.size() >= parallel_entries,
      [&](Index i) { return enclose_product(row_of(d, i), Op::transpose, w, Op::none); },
      [&](Index i, const BallMatrix& part) { copy_columns(part, transposed, i, 1); });
  return d.is_psd ? symmetric_part(transposed) : transpose(transposed);
}

BallMatrix enclose_left_jacobian(const SensingData& d, const BallMatrix& R) {
  if (!d.is_dense()) return rank_one_jacobian(d.left, enclose_product(d.right, Op::transpose, R, Op::none));
  BallMatrix J(d.num_measurements, d.rows * R.cols());
  in_chunks(
      d.rows, d.dense.size() >= parallel_entries, [&](Index i) { return enclose_product(row_of(d, i), Op::none, R, Op::none); },
      [&](Index i, const BallMatrix& part) { copy_columns(part, J, i, d.rows); });
  return J;
}

BallMatrix enclose_right_jacobian(const SensingData& d, const BallMatrix& L) {
  if (!d.is_dense()) return rank_one_jacobian(d.right, enclose_product(d.left, Op::transpose, L, Op::none));
  BallMatrix J(d.num_measurements, d.cols * L.cols());
  in_chunks(
      d.cols, d.dense.size() >= parallel_entries, [&](Index j) { return enclose_product(col_of(d, j), Op::none, L, Op::none); },
      [&](Index j, const BallMatrix& part) { copy_columns(part, J, j, d.cols); });
  return J;
}

// |A|^2 = |A A^*|_2, for rank-one measurements the entrywise product of two Gram matrices.
double operator_norm_upper(const SensingData& d) {
  const Index side = std::min(d.num_measurements, d.rows * d.cols);
  if (d.is_dense()) return side <= sharp_norm_side ? spectral_norm_upper(d.dense) : frobenius_norm_upper(d.dense);
  if (d.num_measurements <= sharp_norm_side) {
    const BallMatrix a = enclose_product(d.left, Op::transpose, d.left, Op::none), b = enclose_product(d.right, Op::transpose, d.right, Op::none);
    BallMatrix gram(a.rows(), a.cols());
    for (Index j = 0; j < gram.cols(); ++j)
      for (Index i = 0; i < gram.rows(); ++i) set_entry(gram, i, j, a.entry(i, j) * b.entry(i, j));
    return sqrt_up(spectral_norm_upper(gram));
  }
  double squares = 0.0;
  for (Index k = 0; k < d.num_measurements; ++k)
    squares = add_up(squares, mul_up(enclose_frobenius_norm_squared(d.left.columns(k, 1)).upper, enclose_frobenius_norm_squared(d.right.columns(k, 1)).upper));
  return sqrt_up(squares);
}

}  // namespace nadir
