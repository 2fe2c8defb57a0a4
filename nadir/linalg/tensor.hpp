// Dense tensors and products with them mode by mode.
//
// Notation: T has modes 0, 1, ..., d - 1 with extents n_0, ..., n_{d-1}; entry (i_0, ..., i_{d-1}) stands in C order,
// the last index fastest, as in NumPy. A Fortran-ordered array is the same memory with its modes named backwards:
// reversed_modes() instead of a copy. T_(k) is the unfolding along mode k, n_k x (product of the others), columns in
// C order of the other modes. It is never formed: seen from mode k the memory is left(k) slabs, each a column-major
// right(k) x n_k matrix, and every operation below is a product of such slabs.
//
//     T x_k A        mode_product           (T x_k A)_(k) = A T_(k)             [KoldaBader2009, sec. 2.5]
//     T x_j A_j ...  multi_mode_product     several modes, in the order that costs least
//     T_(k) T_(k)^T  gram                   n_k x n_k
//     X_(k) Y_(k)^T  unfolding_product      all modes but k contracted; the gradients of factors are such products
//
// Factors are double matrices whatever the tensor holds; for a tensor of float they are rounded to float first.
// With A = U^T for orthonormal columns U (n_k x r_k), T x_k U^T is the projection's core: Op::transpose below.
//
// Bits depend on the operands and the machine's vector instructions, never on the number of threads. Shapes that do
// not fit are asserted, as in dense.hpp; NaN and infinities pass through.
#pragma once

#include <array>
#include <initializer_list>
#include <span>
#include <string>
#include <vector>

#include "nadir/linalg/dense.hpp"

namespace nadir {

// Extents of 1 to 8 modes, each at least 1.
class TensorShape {
 public:
  static constexpr int max_modes = 8;

  TensorShape() = default;  // no modes; size() is 0
  // Throws InputError naming "shape" for more than 8 modes or none, an extent below 1, and more than 2^60 entries.
  TensorShape(std::initializer_list<Index> extents);
  explicit TensorShape(std::span<const Index> extents);

  int num_modes() const { return num_modes_; }
  Index operator[](int mode) const { return extents_[static_cast<std::size_t>(mode)]; }
  Index size() const;
  Index left(int mode) const;   // product of the extents before `mode`
  Index right(int mode) const;  // and after it
  Index others(int mode) const { return left(mode) * right(mode); }
  TensorShape with(int mode, Index extent) const;  // `mode` has another extent
  TensorShape reversed() const;
  std::vector<Index> extents() const;
  std::string text() const;                  // "(3, 4)", as Python prints it
  std::string index_text(Index offset) const;  // "(0, 2)": the indices of the entry at this place in memory

  friend bool operator==(const TensorShape&, const TensorShape&) = default;

 private:
  std::array<Index, max_modes> extents_{};
  int num_modes_ = 0;
};

// A window to read: the entries in C order, without gaps. Scalar is float or double.
template <class Scalar>
struct TensorView {
  const Scalar* data = nullptr;
  TensorShape shape;

  Index size() const { return shape.size(); }
  int num_modes() const { return shape.num_modes(); }
  Scalar operator[](Index offset) const { return data[offset]; }
  std::span<const Scalar> flat() const { return {data, static_cast<std::size_t>(size())}; }
  // Entries first, ..., first + count - 1 of mode 0.
  TensorView slab(Index first, Index count) const { return {data + first * shape.right(0), shape.with(0, count)}; }
};

// An owning tensor, zero at birth.
template <class Scalar>
class Tensor {
 public:
  Tensor() = default;
  explicit Tensor(const TensorShape& shape) : shape_(shape), values_(static_cast<std::size_t>(shape.size())) {}
  Tensor(const TensorShape& shape, std::vector<Scalar>&& values) : shape_(shape), values_(std::move(values)) {
    assert(static_cast<Index>(values_.size()) == shape.size());
  }

  const TensorShape& shape() const { return shape_; }
  Index size() const { return static_cast<Index>(values_.size()); }
  Scalar* data() { return values_.data(); }
  const Scalar* data() const { return values_.data(); }
  std::span<Scalar> flat() { return values_; }
  std::span<const Scalar> flat() const { return values_; }
  TensorView<Scalar> view() const { return {values_.data(), shape_}; }
  std::vector<Scalar> take_values() && { return std::move(values_); }

  friend bool operator==(const Tensor&, const Tensor&) = default;

 private:
  TensorShape shape_;
  std::vector<Scalar> values_;
};

// T x_mode op(A): out has T's shape with op(A).rows instead of n_mode; op(A).cols = n_mode. `out` must not overlap T.
// Cost: 2 rows(op(A)) size(T) flops, one pass over T.
template <class Scalar>
void mode_product(TensorView<Scalar> T, int mode, ConstMatrixView A, Op op, std::span<Scalar> out);
template <class Scalar>
Tensor<Scalar> mode_product(TensorView<Scalar> T, int mode, ConstMatrixView A, Op op = Op::none);

// One factor of several: T x_mode op(A).
struct ModeFactor {
  int mode = 0;
  ConstMatrixView A;
  Op op = Op::none;

  Index rows() const { return op == Op::none ? A.rows : A.cols; }
  Index cols() const { return op == Op::none ? A.cols : A.rows; }
};

// T x_m1 op(A_1) x_m2 op(A_2) ...: distinct modes, in any order. Modes of one result commute; they are taken in the
// order of least flops (all orders are tried up to 6 factors, beyond that the most shrinking goes first).
template <class Scalar>
Tensor<Scalar> multi_mode_product(TensorView<Scalar> T, std::span<const ModeFactor> factors);

// How T_(k) T_(k)^T is summed. For tensors of double both are the same.
enum class GramSums {
  in_storage,  // products in Scalar, blocks of columns added in double: relative error about 1e-6 for float
  in_double    // exact to double rounding; for float at half the speed
};

// T_(mode) T_(mode)^T, both triangles. Cost: n_mode size(T) flops, one pass over T.
//
// Squares the condition: singular values of T_(mode) below about 1e-8 of the largest (3e-4 with float sums) are
// rounding noise in its eigenvalues. unfolding_triangle() keeps them.
template <class Scalar>
Matrix gram(TensorView<Scalar> T, int mode, GramSums sums = GramSums::in_double);

// X_(mode) Y_(mode)^T for tensors that agree in every other mode: n_mode(X) x n_mode(Y).
template <class Scalar>
Matrix unfolding_product(TensorView<Scalar> X, TensorView<Scalar> Y, int mode);

// R with R^T R = T_(mode) T_(mode)^T, n_mode x n_mode and upper triangular, by Householder QR of the transposed
// unfolding, block by block: its singular values are those of T_(mode), its right singular vectors the left ones of
// T_(mode), to an absolute error of a few roundings of the largest. Cost: 2 n_mode size(T) flops, slower ones than
// gram's; four to eight times its time.
template <class Scalar>
Matrix unfolding_triangle(TensorView<Scalar> T, int mode);
// R <- the triangle of [R; T_(mode)^T]: for tensors that come in slabs. R starts as zero.
template <class Scalar>
void add_to_triangle(TensorView<Scalar> T, int mode, MatrixView R);

// T_(mode) as a matrix of its own, for small tensors and tests.
template <class Scalar>
Matrix unfolding(TensorView<Scalar> T, int mode);

// Sums in double, in fixed blocks; norms are safe against overflow and underflow.
template <class Scalar>
double dot(TensorView<Scalar> X, TensorView<Scalar> Y);
template <class Scalar>
double norm(TensorView<Scalar> T);

// The place of the first entry that is NaN or infinite; -1 where all are finite.
template <class Scalar>
Index first_not_finite(TensorView<Scalar> T);

}  // namespace nadir
