// Points of a Tucker problem as tensors, and the passes over the data that everything else is made of.
//
// Here modes are those of memory (source modes, data.hpp): mode m has extent n_m, factor A[m] (n_m x r_m), and the core
// has shape r_0 x ... x r_{d-1} in C order.
#pragma once

#include <span>
#include <vector>

#include "nadir/core/point.hpp"
#include "nadir/linalg/tensor.hpp"
#include "nadir/problems/tucker/data.hpp"

namespace nadir {

struct TuckerFactors {
  Tensor<double> core;
  std::vector<ConstMatrixView> A;  // of the flat point they were made from
};

TensorShape source_shape(const TuckerData& data);
// Which block of the layout holds A[mode].
std::size_t block_of(const TuckerData& data, int mode);
TuckerFactors factors_of(const TuckerData& data, const Layout& layout, std::span<const double> x);
// The block `core` of `out` <- core.
void store_core(const TuckerData& data, const Layout& layout, const Tensor<double>& core, std::span<double> out);

// T with every mode but those in `kept` contracted, T x_j A_j^T; missing entries count as zero. One pass over the data.
Tensor<double> contract(const TuckerData& data, const std::vector<ConstMatrixView>& A, const std::vector<int>& kept);
// X with every mode but those in `kept` contracted, from the core alone: (S x_i G_i) x_k A_k, G_i = A_i^T A_i.
Tensor<double> contract_model(const TuckerFactors& x, const std::vector<Matrix>& grams, const std::vector<int>& kept);
// sum (X - T)^2 over the observed entries, from the entries themselves: small residuals keep their digits.
double residual_energy(const TuckerData& data, const TuckerFactors& x);
// X - T, zero where T is missing. As large as the tensor, which is dense.
Tensor<double> residual_tensor(const TuckerData& data, const TuckerFactors& x);
// 0 where an entry is missing.
void mask(const TuckerData& data, Tensor<double>& values);
// The whole X.
Tensor<double> reconstruct(const TuckerFactors& x);

}  // namespace nadir
