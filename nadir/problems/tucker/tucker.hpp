// The Tucker decomposition of a tensor T of d modes: X = S x_1 A_1 ... x_d A_d,
//
//   f(S, A) = 1/2 |T - X|^2 + lambda/2 sum_k |D_k|_F^2,   D_k = A_k^T A_k - S_(k) S_(k)^T
//
// over a core S (r_1 x ... x r_d) and factors A_k (n_k x r_k). The second term is the regulariser of [FrandsenGe2020]
// (README.md proves what it does); by default lambda = 0. Missing entries do not count in the first.
//
// With R = X - T (zero where T is missing), W_k = R x_{j != k} A_j^T and P_kj = R x_{i != k, j} A_i^T,
//   gradient   S: R x_j A_j^T - 2 lambda sum_k S x_k D_k,     A_k: W_k(k) S_(k)^T + 2 lambda A_k D_k
//   Hessian    J^T J, from the Gram matrices G_k = A_k^T A_k alone where every entry is observed, plus
//              S: sum_k W_k x_k dA_k^T,                        A_k: sum_{j != k} (P_kj x_j dA_j^T)_(k) S_(k)^T + W_k(k) dS_(k)^T
// plus the derivative of the regulariser's gradient.
//
// Cost, in passes over the data (2 r flops an entry): value 1; gradient (d + 1) / 2 more; the first Hessian product
// d (d - 1) / 2 less those, all others none: they live on the P_kj, of n_k n_j r^(d-2) entries.
//
// Preconditioner: blockwise, S -> S x_k G_k^{-1}, A_k -> A_k N_k^{-1} with N_k = S_(k) (G_j products) S_(k)^T; a share
// of the trace is added to each, so that dependent columns do no harm.
#pragma once

#include <memory>
#include <span>

#include "nadir/core/problem.hpp"
#include "nadir/problems/tucker/data.hpp"
#include "nadir/problems/tucker/model.hpp"

namespace nadir {

class Tucker {
 public:
  // What `data` refers to must outlive this.
  Tucker(const TuckerData& data, const std::vector<Index>& ranks) : data_(data), ranks_(ranks), layout_(tucker_layout(data, ranks)) {}

  const Layout& layout() const { return layout_; }
  double value(std::span<const double> x) const;
  std::unique_ptr<Expansion> expand(std::span<const double> x) const;

  // Sweeps of higher-order orthogonal iteration [DeLathauwerDeMoorVandewalle2000b]: the best (S, A_k) with the other
  // factors fixed, for each k. For dense tensors without missing entries and without regulariser. A point with a factor
  // zero stays where it is.
  bool has_sweeps() const { return !data_.is_masked && !data_.is_sparse() && data_.regulariser == 0.0; }
  BlockStep sweep(std::span<const double> x, std::span<double> out) const;

  const TuckerData& data() const { return data_; }
  const std::vector<Index>& ranks() const { return ranks_; }  // of the file's modes
  TuckerFactors factors(std::span<const double> x) const { return factors_of(data_, layout_, x); }

 private:
  TuckerData data_;
  std::vector<Index> ranks_;
  Layout layout_;
};

static_assert(SmoothProblem<Tucker> && SweepingProblem<Tucker>);

// The norms of dX/dS and dX/dA_k from above, in floating point: sqrt(prod |G_k|_F) and sqrt(|N_k|_F).
struct JacobianNorms {
  double core = 0.0;
  std::vector<double> factors;  // by source mode

  double all() const;  // root of the sum of squares
};
JacobianNorms jacobian_norms(const TuckerFactors& x);

}  // namespace nadir
