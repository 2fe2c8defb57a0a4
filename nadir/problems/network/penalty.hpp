// What all expansions of a network add to their sums over samples: weight decay, and the scale of gradients.
#pragma once

#include <span>

#include "nadir/problems/network/passes.hpp"

namespace nadir {

// B/2 sum of squared weights
double penalty(const NetworkView& network);
// out += B v on the entries of weights: the penalty's gradient at v, and its Hessian's product with v.
void add_penalty(const NetworkView& network, std::span<const double> v, std::span<double> out);

// Sums of squares over all samples: of outputs (probabilities with cross-entropy), of D_l and of A_{l-1}, l = 1, ..., L.
struct LayerSquares {
  explicit LayerSquares(std::size_t layers) : deltas(layers, 0.0), inputs(layers, 0.0) {}

  double outputs = 0.0;
  Vector deltas, inputs;
};
// Expansion::gradient_scale: the norm of the gradient without its cancellations,
//   sqrt of the sum over layers of (|D_l|/|D_L| |E| |A_{l-1}|)^2, and the same of the penalty,
// E = (|P| + |Y|)/n the residual without its cancellation, |A_{l-1}|^2 + n with biases. 0 where that is not finite: nothing
// but an exact zero counts as critical.
double gradient_without_cancellation(const NetworkView& network, const LayerSquares& squares);

}  // namespace nadir
