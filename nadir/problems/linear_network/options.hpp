// The options and data of the family linear-network, declared once.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "nadir/core/options.hpp"

namespace nadir {

struct LinearNetworkOptions {
  DataMatrix x;  // inputs, one sample a column here (a row in the file): d_in x n
  DataMatrix y;  // targets: d_out x n
  std::vector<std::int64_t> hidden;         // widths of the hidden layers, first to last; empty: one matrix
  bool residual = false;                    // square layers compute x + W x (a deep linear ResNet)
  std::vector<double> weight_decay;         // B/2 |W_l|^2: none, one value, or one per layer
  DataBlocks weight_decay_entries;          // B/2 entrywise: blocks W1, W2, ... of non-negative penalties
  std::string loss = "squared";
  DataMatrix covariance;                    // bures-wasserstein: the target covariance, d_out x d_out
  std::int64_t latent = 0;                  // bures-wasserstein: width of the Gaussian input; 0: d_out
  double smoothing = 0.0;                   // bures-wasserstein: tau of the smoothed distance
};

OptionList rows(LinearNetworkOptions& options);

}  // namespace nadir
