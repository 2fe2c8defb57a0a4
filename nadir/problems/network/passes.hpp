// Passes through a network for one batch of samples: forward, backward, and the two of a Hessian product.
//
// With A_l, Z_l as in data.hpp, D_l = df/dZ_l, G_l = df/dA_l = W_{l+1}^T D_{l+1} and R{.} the derivative along a
// direction U of the weights and c of the biases [Pearlmutter1994]:
//   R{Z_l} = W_l R{A_{l-1}} + U_l A_{l-1} + c_l 1^T,          R{A_l} = s'(Z_l) o R{Z_l},    R{A_0} = 0
//   R{D_L} = (Hessian of the loss by the outputs) R{Z_L}
//   R{D_l} = s'(Z_l) o (W_{l+1}^T R{D_{l+1}} + U_{l+1}^T D_{l+1}) + G_l o s''(Z_l) o R{Z_l}
//   (H u)_{W_l} = R{D_l} A_{l-1}^T + D_l R{A_{l-1}}^T,        (H u)_{b_l} = R{D_l} 1
// Two products for the first layer, six for every other, a direction: the least there are for an exact product that
// keeps the forward pass. Of a block, the products with W_l take all directions at once.
#pragma once

#include <span>
#include <vector>

#include "nadir/problems/network/data.hpp"

namespace nadir {

// A network at a point, to the passes.
struct NetworkView {
  const NetworkData& data;
  const Layout& layout;
  const double* x;

  ConstMatrixView weights(std::size_t layer) const { return of(data.weight_block(layer)); }
  const double* biases(std::size_t layer) const { return data.has_bias ? of(data.bias_block(layer)).data : nullptr; }

 private:
  ConstMatrixView of(std::size_t block) const { return {x + layout[block].offset, layout[block].rows, layout[block].cols}; }
};

// What the passes leave of a batch; entry l belongs to layer l + 1.
struct Batch {
  Index first = 0, count = 0;       // samples
  std::vector<Matrix> activations;  // A of the hidden layers
  std::vector<Matrix> slopes;       // s'(Z); empty matrices where s is the identity
  std::vector<Matrix> bends;        // s''(Z), after the backward pass G o s''(Z); empty where s is piecewise linear
  std::vector<Matrix> deltas;       // D, the last one after the forward pass
  Matrix softmax;                   // cross-entropy: of the outputs
  double output_squares = 0.0;      // |P|_F^2, of probabilities with cross-entropy

  ConstMatrixView inputs(const NetworkData& data, std::size_t layer) const {
    return layer == 0 ? data.x.columns(first, count) : ConstMatrixView(activations[layer - 1]);
  }
};

// Shapes the batch for its samples; memory of a batch of the same size is used again. Without bends, which only Hessian
// products need, the passes leave none.
void shape_batch(const NetworkData& data, Index first, Index count, bool with_derivatives, Batch& batch, bool with_bends = true);
// The sum of the samples' losses (not divided by n), without the penalty.
double forward(const NetworkView& network, bool with_derivatives, Batch& batch);
void backward(const NetworkView& network, Batch& batch);
// out += the batch's part of the gradient, without the penalty.
void add_gradient(const NetworkView& network, const Batch& batch, std::span<double> out);

// Memory of a Hessian product, used again by the next one.
struct HessianScratch {
  std::vector<Matrix> inner, outer;  // R{Z}, R{A} of every layer; a direction after the other
  std::vector<Matrix> deltas;        // R{D}
};
// out += the batch's part of H U, without the penalty, after both passes.
void add_hessian(const NetworkView& network, const Batch& batch, ConstMatrixView U, HessianScratch& scratch, MatrixView out);

}  // namespace nadir
