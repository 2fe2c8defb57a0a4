#include "nadir/problems/network/perceptron_expansion.hpp"

#include <algorithm>
#include <cmath>

#include "nadir/linalg/dense.hpp"
#include "nadir/linalg/perceptron.hpp"
#include "nadir/problems/network/penalty.hpp"

namespace nadir {
namespace {

constexpr Index most_activations = 65536;

// Parameters at x, or a direction of them.
Perceptron perceptron_of(const NetworkView& network) {
  const NetworkData& data = network.data;
  const Activation& s = data.activations.front();
  Perceptron p;
  p.W = network.weights(0);
  p.b = network.biases(0);
  p.v = network.weights(1).data;
  p.c = data.has_bias ? network.biases(1)[0] : 0.0;
  p.X = data.x;
  p.is_tanh = s.kind == ActivationKind::tanh;
  p.slope = s.kind == ActivationKind::leaky_relu ? s.parameter : 0.0;
  return p;
}

PerceptronGradient blocks_of(const NetworkData& data, const Layout& layout, std::span<double> out) {
  PerceptronGradient g;
  g.W = layout.block(out, data.weight_block(0));
  g.v = layout.block(out, data.weight_block(1)).data;
  if (!data.has_bias) return g;
  g.b = layout.block(out, data.bias_block(0)).data;
  g.c = layout.block(out, data.bias_block(1)).data;
  return g;
}

double sum_of_squares(std::span<const double> x) { return dot(x, x); }

// p -> (p - y) / n; returns 1/(2n) sum of squared errors.
double to_residuals(const NetworkData& data, std::span<double> p) {
  const double n = static_cast<double>(p.size());
  double sum = 0.0;
  for (std::size_t i = 0; i < p.size(); ++i) {
    const double error = p[i] - data.y(0, static_cast<Index>(i));
    sum += error * error;
    p[i] = error / n;
  }
  return 0.5 * sum / n;
}

class PerceptronExpansion final : public Expansion {
 public:
  PerceptronExpansion(const NetworkData& data, const Layout& layout, std::span<const double> x)
      : x_(x.begin(), x.end()), network_{data, layout, x_.data()}, perceptron_(perceptron_of(network_)),
        activations_(std::make_unique_for_overwrite<double[]>(static_cast<std::size_t>(perceptron_.num_activations()))),
        residuals_(static_cast<std::size_t>(data.num_samples())) {
    perceptron_outputs(perceptron_, residuals_.data(), activations_.get());
    output_squares_ = sum_of_squares(residuals_);
    value_ = to_residuals(data, residuals_) + penalty(network_);
  }

  PerceptronExpansion(const PerceptronExpansion&) = delete;
  PerceptronExpansion& operator=(const PerceptronExpansion&) = delete;

  double value() const override { return value_; }

  void gradient(std::span<double> out) const override {
    std::fill(out.begin(), out.end(), 0.0);
    delta_squares_ = add_perceptron_gradient(perceptron_, activations_.get(), residuals_.data(), blocks_of(network_.data, network_.layout, out));
    add_penalty(network_, x_, out);
  }

  void apply_hessian(ConstMatrixView U, MatrixView out) const override {
    const auto entries = static_cast<std::size_t>(U.rows);
    Vector slopes(residuals_.size());
    for (Index j = 0; j < U.cols; ++j) {
      const Perceptron direction = perceptron_of({network_.data, network_.layout, U.col(j)});
      const std::span<double> product(out.col(j), entries);
      std::fill(product.begin(), product.end(), 0.0);
      perceptron_slopes(perceptron_, direction, activations_.get(), slopes.data());
      scale(1.0 / static_cast<double>(slopes.size()), slopes);
      add_perceptron_hessian(perceptron_, direction, activations_.get(), residuals_.data(), slopes.data(),
                             blocks_of(network_.data, network_.layout, product));
      add_penalty(network_, {U.col(j), entries}, product);
    }
  }

  double gradient_scale() const override {
    if (delta_squares_ < 0.0) {
      Vector unused(x_.size());
      gradient(unused);
    }
    LayerSquares squares(2);
    squares.outputs = output_squares_;
    squares.deltas = {delta_squares_, sum_of_squares(residuals_)};
    squares.inputs = {std::pow(frobenius_norm(network_.data.x), 2), sum_of_squares({activations_.get(), static_cast<std::size_t>(perceptron_.num_activations())})};
    return gradient_without_cancellation(network_, squares);
  }

 private:
  Vector x_;
  NetworkView network_;
  Perceptron perceptron_;
  std::unique_ptr<double[]> activations_;
  Vector residuals_;
  double value_ = 0.0, output_squares_ = 0.0;
  mutable double delta_squares_ = -1.0;  // known once the gradient is
};

}  // namespace

bool is_small_perceptron(const NetworkData& data) {
  if (data.num_layers() != 2 || data.is_cross_entropy || data.widths[2] != 1) return false;
  if (data.widths[0] > Perceptron::most_inputs || data.widths[1] > Perceptron::most_hidden) return false;
  const Activation& s = data.activations.front();
  const bool has_two_slopes = s.kind == ActivationKind::relu || (s.kind == ActivationKind::leaky_relu && s.parameter >= 0.0);
  return (has_two_slopes || s.kind == ActivationKind::tanh) && data.widths[1] * data.num_samples() <= most_activations;
}

double perceptron_value(const NetworkView& network) {
  Vector outputs(static_cast<std::size_t>(network.data.num_samples()));
  perceptron_outputs(perceptron_of(network), outputs.data(), nullptr);
  return to_residuals(network.data, outputs) + penalty(network);
}

std::unique_ptr<Expansion> expand_perceptron(const NetworkData& data, const Layout& layout, std::span<const double> x) {
  return std::make_unique<PerceptronExpansion>(data, layout, x);
}

}  // namespace nadir
