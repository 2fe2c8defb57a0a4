// What a feed-forward network's problem is: architecture, loss and data, checked against one another. Read by the
// family and, a second time, by its checker; nothing here computes.
//
//   A_0 = X,  Z_l = W_l A_{l-1} + b_l 1^T,  A_l = s_l(Z_l),  P = Z_L
//   squared        f = 1/(2n) |P - Y|_F^2                                             + B/2 sum_l |W_l|_F^2
//   cross-entropy  f = 1/n sum_i sum_c t_ci (log sum_k exp P_ki - P_ci)               + B/2 sum_l |W_l|_F^2
// X is d_in x n, a sample a column; t_i is the one-hot vector of a label, or given as probabilities (non-negative,
// with sum 1 up to 1e-6; f takes them as they are).
#pragma once

#include <string>
#include <vector>

#include "nadir/core/point.hpp"
#include "nadir/problems/network/options.hpp"

namespace nadir {

enum class ActivationKind { identity, relu, leaky_relu, elu, gelu, silu, tanh, sigmoid, softplus };

// s(z): relu max(z, 0); leaky-relu z or parameter * z; elu z or parameter (e^z - 1); gelu z Phi(z), Phi the normal
// distribution function; silu z / (1 + e^-z); softplus log(1 + e^z).
struct Activation {
  ActivationKind kind = ActivationKind::identity;
  double parameter = 1.0;  // slope of leaky-relu below zero, alpha of elu

  // A finite number of linear pieces.
  bool is_piecewise_linear() const;
  // s'(z) jumps at 0.
  bool has_kink() const;
  // s''(z) exists everywhere.
  bool is_twice_differentiable() const;
  // s(c z) = c s(z) for c > 0.
  bool is_homogeneous() const { return is_piecewise_linear(); }
};

struct NetworkData {
  std::vector<Index> widths;            // d_0 = d_in, d_1, ..., d_L
  std::vector<Activation> activations;  // s_1, ..., s_L; the last is the identity
  bool has_bias = true;
  bool is_cross_entropy = false;
  double weight_decay = 0.0;
  ConstMatrixView x;          // d_in x n
  ConstMatrixView y;          // d_out x n targets or probabilities; empty where there are labels
  std::vector<Index> labels;  // n classes; empty where there is y
  // What x and y are views of, kept alive here. Where a model says (x - shift) * scale, these are the data of the
  // problem: rounded to double once.
  SharedMatrix x_values, y_values;

  std::size_t num_layers() const { return activations.size(); }
  Index num_samples() const { return x.cols; }
  // Blocks W1, b1, W2, b2, ...; block index of the weights and biases of layer l = 0, 1, ...
  Layout layout() const;
  std::size_t weight_block(std::size_t layer) const { return has_bias ? 2 * layer : layer; }
  std::size_t bias_block(std::size_t layer) const { return 2 * layer + 1; }
};

// Throws InputError naming the option, or the row of the data, that does not fit: labels that are no class, entries
// that are not finite, a model of other widths, or with biases in some layers only, or with an activation after the last
// layer; widths whose weights would not fit into memory (told before anything is allocated).
NetworkData read_network_data(const NetworkOptions& options);

}  // namespace nadir
