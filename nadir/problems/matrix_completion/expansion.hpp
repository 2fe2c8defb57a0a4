// The second-order picture of a completion at one point.
//
// With R_k = w_k (m_k - x_k) on the observed entries, E = w o (dX) for dX = dU V^T + U dV^T:
//   gradient           G_U = -R V + L D_a U,                  G_V = -R^T U + L D_b V
//   Hessian product    H_U = E V - R dV + L D_a dU,           H_V = E^T U - R^T dU + L D_b dV
// with side information in the factors of X, and A^T, B^T in front of what comes out; with X = U U^T the two add up.
// Per Hessian product and vector: 8 r multiplications an entry for either side, no storage beyond the factors.
//
// Preconditioner: rows see roughly the same Gram matrix, sum_p w v_j v_j^T ~ n_i C with C its mean, so that one
// eigenbasis of C serves all: M_U = n_i C + L a_i in it. Costs r^2 a row and stores r^2 in all.
#pragma once

#include <memory>
#include <span>

#include "nadir/core/problem.hpp"
#include "nadir/problems/matrix_completion/matrix_completion.hpp"

namespace nadir {

class CompletionExpansion final : public Expansion {
 public:
  CompletionExpansion(const MatrixCompletion& problem, std::span<const double> x);

  double value() const override { return value_; }
  void gradient(std::span<double> out) const override;
  void apply_hessian(ConstMatrixView V, MatrixView out) const override;
  void apply_preconditioner(ConstMatrixView V, MatrixView out) const override;
  double gradient_scale() const override;

  // w (m - x), by rows.
  const Vector& residual() const;
  const EntryFactors& factors() const { return factors_; }

 private:
  struct BlockPreconditioner {
    Matrix basis;      // r x r, of the Gram matrix of the other factor
    Matrix row_basis;  // with side information: of A^T diag(n) A; empty: the identity
    Matrix inverse;    // rows x r: 1 / (n_i c_k + L a_i) in these bases
  };

  const Vector& residual_by_columns() const;
  void hessian_column(std::span<const double> v, std::span<double> out) const;
  // Adds A^T S^T, S r x m, to the block, or S^T where there is no side information.
  void add_pulled_back(const Matrix& S, const SharedMatrix& features, MatrixView block) const;
  double penalty_factor(std::size_t block, Index i) const;
  void add_row_norm_gradient(MatrixView block) const;
  void add_row_norm_hessian(ConstMatrixView dU, MatrixView block) const;
  BlockPreconditioner make_preconditioner(std::size_t block) const;

  const MatrixCompletion& problem_;
  const CompletionModel& model_;
  Vector x_;
  EntryFactors factors_;
  double value_;
  mutable Vector residual_, residual_by_columns_;
  mutable std::vector<BlockPreconditioner> preconditioners_;
};

}  // namespace nadir
