// The options and data of the family network, declared once.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "nadir/core/options.hpp"

namespace nadir {

struct NetworkOptions {
  DataMatrix x;  // inputs, one sample a column here (a row in the file): d_in x n
  DataMatrix y;  // targets: d_out x n; for cross-entropy also 1 x n labels
  DataNetwork model;  // a trained network: architecture, input normalisation and a point; then hidden is empty
  std::vector<std::int64_t> hidden;  // widths of the hidden layers, first to last; empty: one layer
  std::string activation = "relu";   // of every hidden layer
  bool bias = true;
  std::string loss = "squared";
  double weight_decay = 0.0;         // B/2 times the sum of squared weights; biases are free
  double negative_slope = 0.01;      // of leaky-relu
};

OptionList rows(NetworkOptions& options);

}  // namespace nadir
