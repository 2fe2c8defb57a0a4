#include "nadir/problems/network/options.hpp"

namespace nadir {

OptionList rows(NetworkOptions& o) {
  return {
      option("x", o.x, "inputs, n x d_in, a row a sample"),
      option("y", o.y, "targets, n x d_out; cross-entropy: probabilities n x classes, or one column of labels 0, 1, ..."),
      option("model", o.model, "a trained network (.onnx, or .npz with W1, b1, ...): its architecture, and the point to judge or start from"),
      option("hidden", o.hidden, "widths of the hidden layers, first to last; none: a single layer").at_least(1),
      option("activation", o.activation, "of the hidden layers")
          .one_of({"identity", "relu", "leaky-relu", "elu", "gelu", "silu", "tanh", "sigmoid", "softplus"}),
      option("bias", o.bias, "layers without biases"),
      option("loss", o.loss, "what is minimised").one_of({"squared", "cross-entropy"}),
      option("weight-decay", o.weight_decay, "penalty B/2 times the sum of squared weights, biases excepted").at_least(0),
      option("negative-slope", o.negative_slope, "leaky-relu: slope of the negative side").at_least(0).at_most(1),
  };
}

}  // namespace nadir
