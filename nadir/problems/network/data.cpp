#include "nadir/problems/network/data.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "nadir/base/error.hpp"
#include "nadir/base/memory.hpp"

namespace nadir {
namespace {

constexpr double least_vectors = 8.0;       // as long as the parameters, that solvers and judges keep at least
constexpr double most_bytes = 1e15;         // where the system does not tell how much memory there is
constexpr double most_classes = 1e6;
constexpr double probability_tol = 1e-6;

std::string place_of(const char* flag, const DataMatrix& data) { return data.path.empty() ? std::string(flag) : data.path; }

// Counted from 0, as NumPy does.
std::string row_of(const std::string& place, Index row) { return place + ": row " + std::to_string(row); }

void require_finite(const std::string& place, const SharedMatrix& m) {
  for (Index j = 0; j < m.cols(); ++j)
    for (Index i = 0; i < m.rows(); ++i)
      if (!std::isfinite(m(i, j))) throw InputError(row_of(place, j), "finite numbers", std::to_string(m(i, j)));
}

void require_data(const NetworkOptions& o) {
  if (o.x.path.empty() && o.x.values.size() == 0) throw InputError("--x", "a file with the inputs, a row a sample", "nothing");
  if (o.y.path.empty() && o.y.values.size() == 0) throw InputError("--y", "a file with the targets, a row a sample", "nothing");
  const std::string x = place_of("--x", o.x), y = place_of("--y", o.y);
  if (o.x.values.size() == 0) throw InputError(x, "at least one sample and one feature", "an empty array");
  if (o.y.values.size() == 0) throw InputError(y, "at least one sample and one output", "an empty array");
  if (o.x.values.cols() != o.y.values.cols())
    throw InputError(y, std::to_string(o.x.values.cols()) + " samples, as many as " + x, std::to_string(o.y.values.cols()));
  require_finite(x, o.x.values);
  require_finite(y, o.y.values);
}

std::vector<Index> read_labels(const NetworkOptions& o) {
  const std::string place = place_of("--y", o.y);
  std::vector<Index> labels;
  for (Index i = 0; i < o.y.values.cols(); ++i) {
    const double label = o.y.values(0, i);
    if (!(label >= 0.0 && label < most_classes && label == std::floor(label)))
      throw InputError(row_of(place, i), "a label: an integer from 0, below a million", std::to_string(label));
    labels.push_back(static_cast<Index>(label));
  }
  return labels;
}

void require_probabilities(const NetworkOptions& o) {
  const std::string place = place_of("--y", o.y);
  for (Index j = 0; j < o.y.values.cols(); ++j) {
    double sum = 0.0;
    for (Index i = 0; i < o.y.values.rows(); ++i) {
      const double p = o.y.values(i, j);
      if (p < 0.0) throw InputError(row_of(place, j), "probabilities", std::to_string(p));
      sum += p;
    }
    if (std::fabs(sum - 1.0) > probability_tol) throw InputError(row_of(place, j), "probabilities that add up to 1", "a sum of " + std::to_string(sum));
  }
}

Activation activation_named(const std::string& wanted, double parameter) {
  static constexpr std::pair<std::string_view, ActivationKind> names[] = {
      {"identity", ActivationKind::identity}, {"relu", ActivationKind::relu}, {"leaky-relu", ActivationKind::leaky_relu},
      {"elu", ActivationKind::elu},           {"gelu", ActivationKind::gelu}, {"silu", ActivationKind::silu},
      {"tanh", ActivationKind::tanh},         {"sigmoid", ActivationKind::sigmoid}, {"softplus", ActivationKind::softplus}};
  for (const auto& [name, kind] : names)
    if (name == wanted) return {kind, kind == ActivationKind::leaky_relu || kind == ActivationKind::elu ? parameter : 1.0};
  throw InputError("--activation", "an activation", "'" + wanted + "'");
}

Activation hidden_activation(const NetworkOptions& o) { return activation_named(o.activation, o.activation == "elu" ? 1.0 : o.negative_slope); }

std::string width_text(Index width) { return std::to_string(width); }

void require_model(const NetworkOptions& o) {
  const DataNetwork& m = o.model;
  const std::string place = m.path.empty() ? "--model" : m.path;
  if (!o.hidden.empty()) throw InputError("--hidden", "no --model beside it", "both");
  if (m.layers.front().W.cols() != o.x.values.rows())
    throw InputError(place, "a network with " + width_text(o.x.values.rows()) + " inputs, as many as " + place_of("--x", o.x),
                     width_text(m.layers.front().W.cols()));
  for (std::size_t l = 0; l < m.layers.size(); ++l) {
    const bool has_bias = !m.layers[l].b.empty();
    if (has_bias != !m.layers.front().b.empty()) throw InputError(place, "biases in every layer or in none", "some");
    if (has_bias && !o.bias) throw InputError("--no-bias", "a model without biases", "biases in " + place);
    if (l > 0 && m.layers[l].W.cols() != m.layers[l - 1].W.rows())
      throw InputError(place + ": layer " + std::to_string(l + 1), width_text(m.layers[l - 1].W.rows()) + " inputs", width_text(m.layers[l].W.cols()));
  }
  const std::string& last = m.layers.back().activation;
  if (!last.empty() && last != "identity") throw InputError(place, "no activation after the last layer", "'" + last + "'");
  if (m.ends_in_softmax && o.loss != "cross-entropy") throw InputError("--loss", "cross-entropy, for a model that ends in softmax", o.loss);
}

void read_model(const NetworkOptions& o, NetworkData& data) {
  require_model(o);
  const DataNetwork& m = o.model;
  data.has_bias = !m.layers.front().b.empty();
  data.widths.push_back(m.layers.front().W.cols());
  for (const DenseLayer& layer : m.layers) {
    data.widths.push_back(layer.W.rows());
    data.activations.push_back(layer.activation.empty() ? hidden_activation(o) : activation_named(layer.activation, layer.parameter));
  }
  data.activations.back() = Activation{};
  if (m.input_shift.empty() && m.input_scale.empty()) return;
  Matrix x(o.x.values);
  for (Index j = 0; j < x.cols(); ++j)
    for (Index i = 0; i < x.rows(); ++i) {
      const auto at = static_cast<std::size_t>(i);
      if (!m.input_shift.empty()) x(i, j) -= m.input_shift[at];
      if (!m.input_scale.empty()) x(i, j) *= m.input_scale[at];
    }
  data.x_values = std::move(x);
  data.x = data.x_values;
}

// The outputs of a model are as many as the targets have, or enough for the labels.
void require_outputs(const NetworkOptions& o, const NetworkData& data) {
  const Index outputs = data.widths.back();
  const std::string place = place_of("--y", o.y);
  if (data.labels.empty() && data.y.rows != outputs) throw InputError(place, width_text(outputs) + " columns, as many as the model has outputs", width_text(data.y.rows));
  for (std::size_t i = 0; i < data.labels.size(); ++i)
    if (data.labels[i] >= outputs)
      throw InputError(row_of(place, static_cast<Index>(i)), "a label below " + width_text(outputs) + ", the number of the model's outputs", width_text(data.labels[i]));
}

std::string count_text(double count) {
  char text[32];
  std::snprintf(text, sizeof text, count < 1e15 ? "%.0f" : "%.3g", count);
  return text;
}

std::string gigabytes(double bytes) {
  char text[32];
  std::snprintf(text, sizeof text, "%.3g GB", 1e-9 * bytes);
  return text;
}

void require_memory(const NetworkData& data) {
  double parameters = 0.0;
  for (std::size_t l = 0; l + 1 < data.widths.size(); ++l)
    parameters += (static_cast<double>(data.widths[l]) + (data.has_bias ? 1.0 : 0.0)) * static_cast<double>(data.widths[l + 1]);
  const double bytes = 8.0 * least_vectors * parameters, memory = std::fmin(usable_memory_bytes(), most_bytes);
  if (bytes > memory)
    throw InputError("--hidden", "widths whose parameters fit into " + gigabytes(memory) + " of memory",
                     count_text(parameters) + " parameters, which need " + gigabytes(bytes));
}

}  // namespace

bool Activation::is_piecewise_linear() const {
  return kind == ActivationKind::identity || kind == ActivationKind::relu || kind == ActivationKind::leaky_relu;
}

bool Activation::has_kink() const {
  return kind == ActivationKind::relu || ((kind == ActivationKind::leaky_relu || kind == ActivationKind::elu) && parameter != 1.0);
}

bool Activation::is_twice_differentiable() const { return !has_kink() && kind != ActivationKind::elu; }

Layout NetworkData::layout() const {
  Layout layout;
  for (std::size_t l = 0; l < num_layers(); ++l) {
    layout.add("W" + std::to_string(l + 1), widths[l + 1], widths[l]);
    if (has_bias) layout.add("b" + std::to_string(l + 1), widths[l + 1], 1);
  }
  return layout;
}

NetworkData read_network_data(const NetworkOptions& o) {
  require_data(o);
  NetworkData data;
  data.has_bias = o.bias;
  data.is_cross_entropy = o.loss == "cross-entropy";
  data.weight_decay = o.weight_decay;
  data.x_values = o.x.values;
  data.x = data.x_values;
  const bool has_labels = data.is_cross_entropy && o.y.values.rows() == 1;
  if (has_labels) data.labels = read_labels(o);
  else data.y_values = o.y.values;
  data.y = data.y_values;
  if (data.is_cross_entropy && !has_labels) require_probabilities(o);
  if (!o.model.layers.empty()) {
    read_model(o, data);
    require_outputs(o, data);
    return data;
  }
  data.widths.push_back(data.x.rows);
  for (const std::int64_t width : o.hidden) {
    if (width <= 0) throw InputError("--hidden", "positive widths", std::to_string(width));
    data.widths.push_back(width);
    data.activations.push_back(hidden_activation(o));
  }
  data.widths.push_back(has_labels ? *std::max_element(data.labels.begin(), data.labels.end()) + 1 : data.y.rows);
  data.activations.emplace_back();
  require_memory(data);
  return data;
}

}  // namespace nadir
