// Tensors of the checker, once for both arithmetics: balls of arbitrary precision, and enclosures of rigor/.
//
// A tensor is the matrix of its first mode, n_1 x (n_2 ... n_d), columns in C order: modes are those of the file. Shares no
// code with the family's tensors.
#pragma once

#include <span>
#include <utility>
#include <vector>

#include "nadir/rigor/ball_matrix.hpp"
#include "nadir/rigor/norms.hpp"
#include "nadir/rigor/product.hpp"
#include "nadir/verify/internal/ball.hpp"

namespace nadir::tucker_check {

// What an arithmetic offers: matrices, and numbers that come out as balls.
struct InBalls {
  using Matrix = balls::Matrix;
  slong precision;

  Matrix zero(Index rows, Index cols) const { return {precision, rows, cols}; }
  Matrix exact(ConstMatrixView A) const { return {precision, A}; }
  Matrix product(const Matrix& A, const Matrix& B) const { return A * B; }
  Matrix transposed(const Matrix& A) const { return balls::transpose(A); }
  Matrix sum(const Matrix& A, const Matrix& B) const { return A + B; }
  Matrix difference(const Matrix& A, const Matrix& B) const { return A - B; }
  balls::Real inner(const Matrix& A, const Matrix& B) const { return balls::inner_product(A, B); }
  void copy(const Matrix& from, Index i, Index j, Matrix& to, Index p, Index q) const { arb_set(to.at(p, q), from.at(i, j)); }
  bool is_zero(const Matrix& A) const { return balls::is_exactly_zero(A); }
};

struct InRigor {
  using Matrix = BallMatrix;
  slong precision;

  Matrix zero(Index rows, Index cols) const { return {rows, cols}; }
  Matrix exact(ConstMatrixView A) const { return nadir::exact(A); }
  Matrix product(const Matrix& A, const Matrix& B) const { return enclose_product(A, B); }
  Matrix transposed(const Matrix& A) const { return nadir::transpose(A); }
  Matrix sum(const Matrix& A, const Matrix& B) const { return add(A, B); }
  Matrix difference(const Matrix& A, const Matrix& B) const { return subtract(A, B); }
  balls::Real inner(const Matrix& A, const Matrix& B) const {
    if (is_zero(A) || is_zero(B)) return balls::Real(precision);
    const Interval x = inner_product(A, B);
    return balls::Real::between(precision, x.lower, x.upper);
  }
  void copy(const Matrix& from, Index i, Index j, Matrix& to, Index p, Index q) const {
    to.mid(p, q) = from.mid(i, j);
    to.rad(p, q) = from.rad(i, j);
  }
  bool is_zero(const Matrix& A) const { return max_magnitude(A) == 0.0; }
};

inline Index columns_of(const std::vector<Index>& shape) {
  Index result = 1;
  for (std::size_t k = 1; k < shape.size(); ++k) result *= shape[k];
  return result;
}

template <class A>
struct CheckTensor {
  std::vector<Index> shape;
  typename A::Matrix entries;
};

// f(row of the first mode's matrix, its column, index of `mode`, place among the others in C order)
template <class F>
void for_each_place(const std::vector<Index>& shape, std::size_t mode, F&& f) {
  const Index cols = columns_of(shape);
  Index after = 1;
  for (std::size_t k = mode + 1; k < shape.size(); ++k) after *= shape[k];
  for (Index i = 0; i < shape[0]; ++i)
    for (Index c = 0; c < cols; ++c) {
      const Index place = i * cols + c;
      f(i, c, place / after % shape[mode], place / (after * shape[mode]) * after + place % after);
    }
}

template <class A>
typename A::Matrix unfolded(const A& arithmetic, const CheckTensor<A>& T, std::size_t mode) {
  if (mode == 0) return T.entries;
  const Index size = T.shape[0] * columns_of(T.shape);
  typename A::Matrix result = arithmetic.zero(T.shape[mode], size / T.shape[mode]);
  for_each_place(T.shape, mode, [&](Index i, Index c, Index row, Index col) { arithmetic.copy(T.entries, i, c, result, row, col); });
  return result;
}

// T x_mode M
template <class A>
CheckTensor<A> times(const A& arithmetic, const CheckTensor<A>& T, std::size_t mode, const typename A::Matrix& M) {
  std::vector<Index> shape = T.shape;
  shape[mode] = M.rows();
  typename A::Matrix product = arithmetic.product(M, unfolded(arithmetic, T, mode));
  if (mode == 0) return {std::move(shape), std::move(product)};
  CheckTensor<A> result{shape, arithmetic.zero(shape[0], columns_of(shape))};
  for_each_place(shape, mode, [&](Index i, Index c, Index row, Index col) { arithmetic.copy(product, row, col, result.entries, i, c); });
  return result;
}

}  // namespace nadir::tucker_check
