// An orthonormal basis Q of a block Krylov space, grown a block at a time, and the operator's projection on it.
//
//   A Q_j = Q_{j-1} B_j^T + Q_j A_j + Q_{j+1} B_{j+1},     T = Q^T A Q          [GolubVanLoan2013, sec. 10.3.6]
// Each step is one product of A with the newest block and products of tall matrices: classical Gram-Schmidt by blocks,
// then Cholesky-QR twice, and a second look where much cancelled. Where a block is nearly dependent its columns are
// taken one by one, and those shorter than 100 units in the last place of A's scale are left out: tolerances are
// relative, and the basis never outgrows the space.
//
// `full` orthogonalises against everything at every step: T is the projection to rounding, and no eigenvalue turns up
// twice. `semi` does so only when orthogonality has fallen below the square root of a unit in the last place (and once
// more at the step after); until then T is as good [Simon1984], and reading the whole basis is saved. The loss is
// measured, not modelled: random combinations Q z are carried along, and |z^T Q^T v| shows |Q^T v|.
//
// Scalar is double, or float for products in single precision: then everything holds to 1e-7 instead of 1e-16, while
// T, inner products' sums and Ritz values are double. The same bits on any number of threads.
//
// Memory: max_basis columns, of which only those in use are touched.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "nadir/base/random.hpp"
#include "nadir/linalg/dense.hpp"
#include "nadir/linalg/float_matrix.hpp"

namespace nadir {

template <class Scalar>
struct Views;
template <>
struct Views<double> {
  using Const = ConstMatrixView;
  using Mutable = MatrixView;
};
template <>
struct Views<float> {
  using Const = ConstFloatView;
  using Mutable = FloatView;
};

enum class Orthogonality { full, semi };

template <class Scalar>
class BlockKrylov {
 public:
  using Const = typename Views<Scalar>::Const;
  using View = typename Views<Scalar>::Mutable;
  // out <- A V, column by column; A is symmetric.
  using Operator = std::function<void(Const V, View out)>;

  // max_basis is cut to the dimension. Throws InputError when either is < 1.
  BlockKrylov(Index dimension, Index max_basis, Orthogonality orthogonality);

  // Appends an orthonormal basis of what the columns of X have beside the space so far; columns that have nothing are
  // left out. Returns R with X = Q_new R (up to what lay in the space).
  Matrix append(ConstMatrixView X);
  // The same with random normal vectors; returns how many found room.
  Index append_random(Index count, Random& random);

  enum class Growth {
    grew,
    closed,     // the space is invariant: nothing new came of the newest block
    full,       // max_basis columns are projected
    not_finite  // the operator gave NaN or infinity; T is as it was
  };
  // One step: applies the operator to the columns that are not projected yet, and appends what is new.
  Growth expand(const Operator& apply);

  Index dimension() const { return n_; }
  Index size() const { return size_; }                  // columns
  Index num_projected() const { return projected_; }    // columns whose image is in T
  Index num_products() const { return num_products_; }  // vectors that the operator was applied to
  Const basis() const { return {Q_.get(), n_, size_, n_}; }
  // Of the projected columns. Ascending Ritz values; |A y - theta y| of pair i by the recurrence.
  SymmetricEigen ritz() const { return symmetric_eigen(T_.view().block(0, 0, projected_, projected_)); }
  double residual(const SymmetricEigen& ritz, Index i) const;
  ConstMatrixView projection() const { return T_.view().block(0, 0, projected_, projected_); }
  // The columns of the newest block among the projected ones.
  Index last_block_width() const { return coupling_.cols(); }
  // out <- Q coefficients, for coefficients of the first columns, in double.
  void combine(ConstMatrixView coefficients, MatrixView out) const;

 private:
  View columns(Index first, Index count) const { return {Q_.get() + first * n_, n_, count, n_}; }
  void record(const Matrix& coefficients, Index first_row, Index width);
  Index orthonormalise(View V, double drop_below, Matrix& R);
  bool orthonormalise_fast(View V, double drop_below, Matrix& R) const;
  void remove_basis(View V, int passes) const;
  void append_columns(View V);
  bool must_reorthogonalise(View V);

  Index n_, max_basis_;
  Orthogonality orthogonality_;
  std::unique_ptr<Scalar[]> Q_;  // untouched memory beyond size_
  Matrix T_;
  Matrix coupling_;              // R of what the newest projected block left beside the basis
  std::vector<Scalar> work_;     // columns to be appended, and images without room in Q
  std::vector<Scalar> sketch_;   // random combinations of the basis
  Random signs_;
  Index size_ = 0, projected_ = 0, previous_ = 0;  // previous_: where the block before the newest begins
  Index num_products_ = 0;
  double scale_ = 0.0;  // largest entry of T
  bool is_forced_ = false;
};

extern template class BlockKrylov<double>;
extern template class BlockKrylov<float>;

// X^T Y, summed over rows in fixed parts.
Matrix tall_product(ConstMatrixView X, ConstMatrixView Y);
Matrix tall_product(ConstFloatView X, ConstFloatView Y);

}  // namespace nadir
