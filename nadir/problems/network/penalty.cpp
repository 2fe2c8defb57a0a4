#include "nadir/problems/network/penalty.hpp"

#include <cmath>

#include "nadir/linalg/dense.hpp"

namespace nadir {

double penalty(const NetworkView& network) {
  if (network.data.weight_decay == 0.0) return 0.0;
  double sum = 0.0;
  for (std::size_t l = 0; l < network.data.num_layers(); ++l) {
    const ConstMatrixView W = network.weights(l);
    const std::span<const double> w(W.data, static_cast<std::size_t>(W.size()));
    sum += dot(w, w);
  }
  return 0.5 * network.data.weight_decay * sum;
}

void add_penalty(const NetworkView& network, std::span<const double> v, std::span<double> out) {
  if (network.data.weight_decay == 0.0) return;
  for (std::size_t l = 0; l < network.data.num_layers(); ++l) {
    const BlockShape& block = network.layout[network.data.weight_block(l)];
    const auto offset = static_cast<std::size_t>(block.offset), count = static_cast<std::size_t>(block.size());
    axpy(network.data.weight_decay, v.subspan(offset, count), out.subspan(offset, count));
  }
}

double gradient_without_cancellation(const NetworkView& network, const LayerSquares& squares) {
  const NetworkData& data = network.data;
  const std::size_t L = data.num_layers();
  const double targets = data.labels.empty() ? std::pow(frobenius_norm(data.y), 2) : static_cast<double>(data.num_samples());
  const double n = static_cast<double>(data.num_samples()), residual = (std::sqrt(squares.outputs) + std::sqrt(targets)) / n;
  double sum = 0.0;
  for (std::size_t l = 0; l < L; ++l) {
    const double gain = l + 1 == L || squares.deltas[L - 1] == 0.0 ? 1.0 : squares.deltas[l] / squares.deltas[L - 1];
    sum += gain * residual * residual * (squares.inputs[l] + (data.has_bias ? n : 0.0));
  }
  sum += 2.0 * data.weight_decay * penalty(network);
  return std::isfinite(sum) ? std::sqrt(sum) : 0.0;
}

}  // namespace nadir
