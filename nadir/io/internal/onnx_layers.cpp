#include "nadir/io/internal/onnx_layers.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <span>
#include <utility>

namespace nadir::internal {
namespace {

constexpr const char* identity = "identity";

// Exporters write sqrt(2) as a float.
bool is_inverse_root_two(double x) { return std::fabs(x * std::numbers::sqrt2 - 1.0) <= 0x1p-23; }

bool is_usable_factor(double x) { return std::isfinite(x) && x != 0.0; }

bool all_finite(std::span<const double> values) {
  return std::all_of(values.begin(), values.end(), [](double v) { return std::isfinite(v); });
}

// One number stands for all of them.
void expand(Vector& values, std::size_t size) {
  if (values.size() == 1) values.resize(size, values[0]);
}

}  // namespace

void OnnxLayers::require_current(const OnnxTensor& x, const OnnxNode& node) const {
  if (x.stage != stage_)
    node.fail("a chain, in which every result is used once", "a branch: a result that an earlier node used up");
  if (network_.ends_in_softmax) node.fail("the output behind softmax", "another operator");
}

// What `x` is becomes part of the network.
void OnnxLayers::settle(const OnnxTensor& x, const OnnxNode& node) {
  switch (x.tail) {
    case OnnxTail::none:
      return;
    case OnnxTail::scaled:
      return scale_input({x.factor}, false, node);
    case OnnxTail::sigmoid:
      return set_activation("sigmoid", 0.0, node);
    default:
      node.fail("the exact gelu, x/2 * (1 + Erf(x / sqrt 2)), around Erf", "another use of Erf");
  }
}

OnnxTensor OnnxLayers::changed(SampleShape shape) { return {std::move(shape), ++stage_, OnnxTail::none, 1.0}; }

void OnnxLayers::set_activation(const std::string& name, double parameter, const OnnxNode& node) {
  if (network_.layers.empty()) node.fail("a dense layer before the first activation", name);
  DenseLayer& layer = network_.layers.back();
  if (layer.activation != identity) node.fail("one activation behind a layer", name + " behind " + layer.activation);
  layer.activation = name;
  layer.parameter = parameter;
}

void OnnxLayers::scale_input(const Vector& values, bool divides, const OnnxNode& node) {
  if (!network_.layers.empty())
    node.fail("a network that is scaled before its first layer only (fold other factors into the weights)",
              "a scaling behind layer " + std::to_string(network_.layers.size()));
  expand(scale_, values.size());
  for (std::size_t i = 0; i < scale_.size(); ++i) {
    const double factor = values[values.size() == 1 ? 0 : i];
    scale_[i] = divides ? scale_[i] / factor : scale_[i] * factor;
    if (!is_usable_factor(scale_[i])) node.fail("finite factors other than 0", std::to_string(scale_[i]));
  }
}

// (x - shift) * scale + v = (x - (shift - v / scale)) * scale
void OnnxLayers::shift_input(Vector values, const OnnxNode& node) {
  const std::size_t size = std::max({values.size(), shift_.size(), scale_.size()});
  expand(values, size);
  expand(shift_, size);
  for (std::size_t i = 0; i < size; ++i) {
    shift_[i] -= values[i] / scale_[scale_.size() == 1 ? 0 : i];
    if (!std::isfinite(shift_[i])) node.fail("finite shifts of the input", std::to_string(shift_[i]));
  }
}

// One number may stand for all numbers of the input, whose width need not be known yet.
Vector OnnxLayers::for_each_number(const Array& constant, const OnnxTensor& x, const OnnxNode& node) const {
  const bool is_one = constant.values.size() == 1 && constant.shape.size() <= x.shape.dims.size();
  if (is_one && network_.layers.empty()) return constant.values;
  return broadcast(constant, x.shape, num_numbers_, node);
}

OnnxTensor OnnxLayers::dense(const OnnxTensor& x, Matrix&& W, SampleShape shape, const OnnxNode& node) {
  require_current(x, node);
  settle(x, node);
  network_.layers.push_back({std::move(W), {}, identity, 0.0});
  return changed(std::move(shape));
}

OnnxTensor OnnxLayers::add(const OnnxTensor& x, const Array& constant, double sign, const OnnxNode& node) {
  require_current(x, node);
  const bool adds_one = constant.values.size() == 1 && sign * constant.values[0] == 1.0;
  if (x.tail == OnnxTail::erf && adds_one && constant.shape.size() <= x.shape.dims.size())
    return {x.shape, x.stage, OnnxTail::one_plus_erf, 1.0};
  settle(x, node);
  Vector values = for_each_number(constant, x, node);
  for (double& value : values) value *= sign;
  if (network_.layers.empty()) {
    shift_input(std::move(values), node);
    return changed(x.shape);
  }
  DenseLayer& layer = network_.layers.back();
  if (layer.activation != identity)
    node.fail("a bias before the activation of its layer", "one behind " + layer.activation);
  if (layer.b.empty()) layer.b.assign(values.size(), 0.0);
  for (std::size_t i = 0; i < values.size(); ++i) layer.b[i] += values[i];
  return changed(x.shape);
}

OnnxTensor OnnxLayers::scale(const OnnxTensor& x, const Array& constant, bool divides, const OnnxNode& node) {
  require_current(x, node);
  if (constant.values.size() == 1 && constant.shape.size() <= x.shape.dims.size()) {
    const double factor = divides ? 1.0 / constant.values[0] : constant.values[0];
    if (x.tail == OnnxTail::none || x.tail == OnnxTail::scaled) {
      const double total = x.factor * factor;
      if (!is_usable_factor(total)) node.fail("a finite factor other than 0", std::to_string(total));
      return {x.shape, x.stage, total == 1.0 ? OnnxTail::none : OnnxTail::scaled, total};
    }
    if (x.tail == OnnxTail::one_plus_erf && factor == 0.5) return {x.shape, x.stage, OnnxTail::half_plus_erf, 1.0};
    if (x.tail == OnnxTail::twice_gelu && factor == 0.5) {
      set_activation("gelu", 0.0, node);
      return changed(x.shape);
    }
  }
  settle(x, node);
  scale_input(for_each_number(constant, x, node), divides, node);
  return changed(x.shape);
}

OnnxTensor OnnxLayers::multiply(const OnnxTensor& x, const OnnxTensor& y, const OnnxNode& node) {
  require_current(x, node);
  require_current(y, node);
  const auto are = [&](OnnxTail first, OnnxTail second, double factor) {
    const auto is = [&](const OnnxTensor& a, const OnnxTensor& b) {
      return a.tail == first && b.tail == second && a.factor == factor;
    };
    return x.shape == y.shape && (is(x, y) || is(y, x));
  };
  if (are(OnnxTail::none, OnnxTail::one_plus_erf, 1.0)) return {x.shape, x.stage, OnnxTail::twice_gelu, 1.0};
  const bool is_gelu =
      are(OnnxTail::none, OnnxTail::half_plus_erf, 1.0) || are(OnnxTail::scaled, OnnxTail::one_plus_erf, 0.5);
  if (!is_gelu && !are(OnnxTail::none, OnnxTail::sigmoid, 1.0))
    node.fail("x * Sigmoid(x) or the exact gelu as a product of two results",
              "another product (the tanh approximation of gelu is not read)");
  set_activation(is_gelu ? "gelu" : "silu", 0.0, node);
  return changed(x.shape);
}

OnnxTensor OnnxLayers::activate(const OnnxTensor& x, const std::string& name, double parameter,
                                const OnnxNode& node) {
  require_current(x, node);
  settle(x, node);
  set_activation(name, parameter, node);
  return changed(x.shape);
}

OnnxTensor OnnxLayers::sigmoid(const OnnxTensor& x, const OnnxNode& node) {
  require_current(x, node);
  if (x.tail == OnnxTail::none) return {x.shape, x.stage, OnnxTail::sigmoid, 1.0};
  return activate(x, "sigmoid", 0.0, node);
}

OnnxTensor OnnxLayers::erf(const OnnxTensor& x, const OnnxNode& node) {
  require_current(x, node);
  if (x.tail != OnnxTail::scaled || !is_inverse_root_two(x.factor))
    node.fail("the exact gelu, x/2 * (1 + Erf(x / sqrt 2)), around Erf", "another use of Erf");
  return {x.shape, x.stage, OnnxTail::erf, 1.0};
}

OnnxTensor OnnxLayers::softmax(const OnnxTensor& x, const OnnxNode& node) {
  require_current(x, node);
  settle(x, node);
  if (network_.layers.empty()) node.fail("a dense layer before softmax", "none");
  network_.ends_in_softmax = true;
  return changed(x.shape);
}

DataNetwork OnnxLayers::finish(const OnnxTensor& x, const OnnxNode& last) {
  if (x.stage != stage_)
    last.fail("a chain that ends in the graph's output", "an output that is not the result of the last layer");
  settle(x, last);
  if (network_.layers.empty()) last.fail("at least one dense layer up to the output", "none");
  for (const DenseLayer& layer : network_.layers)  // alpha and beta of Gemm and sums of biases may overflow
    if (!all_finite(layer.W.flat()) || !all_finite(layer.b)) last.fail("finite weights", "an overflow");
  const auto width = static_cast<std::size_t>(network_.layers[0].W.cols());
  const auto is_trivial = [](const Vector& values, double nothing) {
    return std::all_of(values.begin(), values.end(), [nothing](double v) { return v == nothing; });
  };
  if (!is_trivial(shift_, 0.0)) {
    expand(shift_, width);
    network_.input_shift = std::move(shift_);
  }
  if (!is_trivial(scale_, 1.0)) {
    expand(scale_, width);
    network_.input_scale = std::move(scale_);
  }
  return std::move(network_);
}

}  // namespace nadir::internal
