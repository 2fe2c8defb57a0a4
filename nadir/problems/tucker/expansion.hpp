// Value, gradient and Hessian of a Tucker problem at a point; formulas and costs in tucker.hpp.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "nadir/problems/tucker/tucker.hpp"

namespace nadir {

class TuckerExpansion final : public Expansion {
 public:
  TuckerExpansion(const Tucker& problem, std::span<const double> x);

  double value() const override { return value_; }
  void gradient(std::span<double> out) const override;
  void apply_hessian(ConstMatrixView V, MatrixView out) const override;
  void apply_preconditioner(ConstMatrixView V, MatrixView out) const override;
  // |J| max(|R|, 1e-6 (|X| + |T|)), |J| by jacobian_norms(), plus the terms of the regulariser's gradient: residuals
  // below 1e-6 of the tensor are a fit and no scale.
  double gradient_scale() const override;

 private:
  struct Direction {
    Tensor<double> core;
    std::vector<ConstMatrixView> A;
  };
  // A gradient or a product: as the blocks of the point.
  struct Blocks {
    Tensor<double> core;
    std::vector<Matrix> A;
  };

  const Tensor<double>& pair(int k, int j) const;  // P_kj
  const Tensor<double>& single(int k) const;       // W_k
  Blocks zero() const;
  void add_gauss_newton(const Direction& v, Blocks& out) const;
  void add_masked_gauss_newton(const Direction& v, Blocks& out) const;
  void add_residual_term(const Direction& v, Blocks& out) const;
  void add_regulariser(const Direction& v, Blocks& out) const;
  void store(const Blocks& blocks, std::span<double> out) const;
  void make_preconditioner() const;
  const Tensor<double>& core_times_grams(int except) const;  // S x_{j != except} G_j

  const Tucker& problem_;
  const TuckerData& data_;
  Vector values_;
  TuckerFactors x_;
  int d_;
  std::vector<Matrix> G_, D_;  // D_ where there is a regulariser
  double residual_energy_ = 0.0, value_ = 0.0;
  Tensor<double> residual_;    // where entries are missing
  mutable std::vector<std::optional<Tensor<double>>> pairs_, singles_, core_grams_;
  mutable std::vector<Matrix> inverse_grams_, inverse_N_;
};

}  // namespace nadir
