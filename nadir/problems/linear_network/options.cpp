#include "nadir/problems/linear_network/options.hpp"

namespace nadir {

OptionList rows(LinearNetworkOptions& o) {
  return {
      option("x", o.x, "inputs, n x d_in, a row a sample"),
      option("y", o.y, "targets, n x d_out, a row a sample"),
      option("hidden", o.hidden, "widths of the hidden layers, first to last; none: a single matrix").at_least(1),
      option("residual", o.residual, "identity skips: a square layer computes x + W x"),
      option("weight-decay", o.weight_decay, "penalty B/2 |W|^2: one value, or one per layer").at_least(0),
      option("weight-decay-entries", o.weight_decay_entries, "penalty per entry: .npz with blocks W1, W2, ... of weights >= 0"),
      option("loss", o.loss, "what is minimised").one_of({"squared", "bures-wasserstein"}),
      option("covariance", o.covariance, "bures-wasserstein: target covariance, d_out x d_out").as_written(),
      option("latent", o.latent, "bures-wasserstein: width of the Gaussian input; 0 means d_out").at_least(0),
      option("smoothing", o.smoothing, "bures-wasserstein: tau of the smoothed distance, in units of variance").at_least(0),
  };
}

}  // namespace nadir
