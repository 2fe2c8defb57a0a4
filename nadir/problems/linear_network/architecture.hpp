// The shape of a deep linear network: widths and identity skips.
//
// Notation (docs/notation.md): layer l = 1..H has the weights W_l (d_l x d_{l-1}); its effective weights
// V_l are W_l, or I + W_l where the layer has an identity skip; P = V_H ... V_1 is what the network does.
// Beware: Kawaguchi counts hidden layers with H; here, as in Achour et al., H counts matrices.
#pragma once

#include <span>
#include <vector>

#include "nadir/core/point.hpp"

namespace nadir {

struct LinearArchitecture {
  std::vector<Index> widths;  // d_0 = d_in, ..., d_H = d_out
  bool residual = false;

  std::size_t num_layers() const { return widths.size() - 1; }
  // Layers count from 0 here: layer l maps widths[l] to widths[l + 1].
  bool has_skip(std::size_t layer) const { return residual && widths[layer] == widths[layer + 1]; }
  // No product of these layers has a larger rank.
  Index narrowest() const;
  // Blocks W1, ..., WH of shape d_l x d_{l-1}.
  Layout layout() const;
  // V_1, ..., V_H at a point; the skip's addition of 1 is rounded.
  std::vector<Matrix> effective_weights(std::span<const double> x) const;
};

// V_to ... V_{from+1}, the product of layers from+1..to in the counting 1..H; the identity if from == to.
Matrix chain_product(const LinearArchitecture& a, const std::vector<Matrix>& V, std::size_t from, std::size_t to);

}  // namespace nadir
