// Value and derivatives of a Tucker problem at a point, enclosed: what holds for the real-number function on the
// floating-point data. Formulas as in tucker.hpp.
//
// Along a line X(x + t k) = sum_p t^p q_p is a polynomial of degree d + 1, multiplied out mode by mode, and so is f:
//   the coefficient of t^p in f is <R, q_p> + 1/2 sum_{i + j = p; i, j >= 1} <q_i, q_j>,
// plus lambda/2 sum_k sum_{i + j = p} <D_k^i, D_k^j> with the coefficients of D_k. The curvature along k is twice that of t^2.
//
// Cost: the value is a product with every entry of the tensor, about four times that of floating point; the gradient d
// more. Both read tensors slab by slab. Lines hold d + 2 tensors as large as the data.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "nadir/problems/tucker/ball_tensor.hpp"
#include "nadir/problems/tucker/tucker.hpp"
#include "nadir/rigor/interval.hpp"

namespace nadir {

class TuckerEnclosure {
 public:
  // At the point x + displacement (a real sum, not rounded); an empty displacement is none. Dense tensors only.
  TuckerEnclosure(const Tucker& problem, std::span<const double> x, std::span<const double> displacement = {});

  const Interval& value() const { return value_; }
  const Interval& residual_energy() const { return energy_; }  // |R|^2
  // By block, in source order: the core first, then A[0], A[1], ...
  const std::vector<BallMatrix>& gradient() const;
  Interval gradient_norm() const;
  bool is_exactly_critical() const;

  // The coefficients of t^0, ..., t^(d+1) of f(x + t k).
  std::vector<Interval> along_line(std::span<const double> k) const;

  const BallTensor& core() const { return core_; }
  const std::vector<BallMatrix>& A() const { return A_; }
  // R with every mode but those in `kept` contracted.
  BallTensor contracted_residual(const std::vector<int>& kept) const;

 private:
  struct Parts {
    BallTensor core;
    std::vector<BallMatrix> A;
  };
  Parts parts(std::span<const double> x) const;
  Interval enclose_energy() const;
  BallTensor contracted_data(const std::vector<int>& kept) const;
  BallTensor contracted_model(const std::vector<int>& kept) const;
  BallMatrix balance(int mode) const;  // D_k
  BallTensor whole_residual() const;
  void add_regulariser_along(const Parts& k, std::vector<Interval>& coefficients) const;

  const Tucker& problem_;
  const TuckerData& data_;
  BallTensor core_;
  std::vector<BallMatrix> A_;
  Interval energy_, value_;
  mutable std::vector<BallMatrix> gradient_;
};

}  // namespace nadir
