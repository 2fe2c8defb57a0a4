// The matrix whose spectrum decides: S = D_a^{-1/2} A^T R B D_b^{-1/2}, R = w o (m - x) on the observed entries; with
// is_psd sym(R) - D, D the slope of the row-norm regulariser. Its norm (with is_psd: its greatest eigenvalue) is at
// most lambda exactly at global minima of the convex problem; where it exceeds lambda, its leading singular vectors
// are new columns that lower f (README.md, Rank). Here in floating point; lower_bound.hpp has the proof.
#pragma once

#include "nadir/problems/matrix_completion/expansion.hpp"

namespace nadir {

class ResidualOperator {
 public:
  ResidualOperator(const MatrixCompletion& problem, const CompletionExpansion& expansion);

  Index rows() const { return model_.factor_rows(); }
  Index cols() const { return model_.factor_cols(); }
  Matrix times(ConstMatrixView Q) const;            // S Q
  Matrix transpose_times(ConstMatrixView P) const;  // S^T P
  // D_a^{-1/2} P and D_b^{-1/2} Q: columns to stand beside U and V.
  Matrix as_left_columns(Matrix P) const;
  Matrix as_right_columns(Matrix Q) const;
  // D_a^{1/2} U and D_b^{1/2} V: what the leading singular vectors span at a critical point.
  Matrix balanced_left(ConstMatrixView U) const;
  Matrix balanced_right(ConstMatrixView V) const;

 private:
  Matrix residual_times(ConstMatrixView Q, bool is_transposed) const;

  const CompletionModel& model_;
  const CompletionExpansion& expansion_;
  Vector residual_by_columns_;
  Vector slope_;  // of the row-norm regulariser, by rows
};

// Leading singular triplets, left.col(k), right.col(k), descending; with is_psd eigenpairs, left = right.
struct SingularTriplets {
  Matrix left, right;
  Vector values;
};

// By subspace iteration from random vectors, orthogonal to the columns of the balanced factors: at a critical point
// these span known singular spaces, with values lambda. Values are below the true ones but for rounding.
SingularTriplets leading_triplets(const ResidualOperator& S, ConstMatrixView known_left, ConstMatrixView known_right, bool is_symmetric,
                                  Index count, int num_iterations);

}  // namespace nadir
