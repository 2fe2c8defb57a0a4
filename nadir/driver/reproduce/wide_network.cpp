#include "nadir/driver/reproduce/wide_network.hpp"

#include <algorithm>
#include <cmath>

#include "nadir/linalg/dense.hpp"
#include "nadir/problems/linear_network/starts.hpp"

namespace nadir {
namespace {

constexpr Index num_inputs = 16, num_outputs = 10, num_samples = 32;
constexpr double largest_condition = 25.0;

LinearArchitecture architecture(std::size_t depth, Index width) {
  LinearArchitecture a;
  a.widths.assign(depth + 1, width);
  a.widths.front() = num_inputs;
  a.widths.back() = num_outputs;
  return a;
}

}  // namespace

WideData wide_data(std::uint64_t seed) {
  Random random(seed, 0);
  for (;;) {
    WideData data{Matrix(num_inputs, num_samples), {}};
    Matrix teacher(num_outputs, num_inputs);
    random.fill_normal(data.X.flat());
    random.fill_normal(teacher.flat());
    data.Y = product(teacher, data.X);
    const Vector s = svd(data.X).values;
    data.largest = s.front();
    data.condition = (s.front() / s.back()) * (s.front() / s.back());
    if (data.condition <= largest_condition) return data;
  }
}

WideNetwork::WideNetwork(const WideData& data, std::size_t depth, Index width) : problem_(architecture(depth, width), reduce(data.X, data.Y)) {}

// W_l = layer_scale(l) V_l
double WideNetwork::layer_scale(std::size_t layer) const {
  return std::sqrt(static_cast<double>(problem_.architecture().widths[layer + 1]));
}

Vector WideNetwork::orthogonal_start(Random& random) const {
  // Semi-orthogonal factors are W_l/sqrt(m); the last layer has another scale.
  Point point = linear_network_start(problem_, "orthogonal", random.next_u64(), 0);
  const LinearArchitecture& a = problem_.architecture();
  const std::size_t last = a.num_layers() - 1;
  const MatrixView W = point.block(last);
  scale(std::sqrt(static_cast<double>(a.widths[last])) / layer_scale(last), {W.data, static_cast<std::size_t>(W.size())});
  return point.values;
}

Vector WideNetwork::gaussian_start(Random& random) const {
  Point point(problem_.layout());
  random.fill_normal(point.values);
  for (std::size_t l = 0; l < point.layout.num_blocks(); ++l) {
    const MatrixView W = point.block(l);
    scale(1.0 / layer_scale(l), {W.data, static_cast<std::size_t>(W.size())});
  }
  return point.values;
}

std::vector<double> WideNetwork::residuals(Vector x, double step, double momentum, int num_steps) const {
  const double n = static_cast<double>(num_samples);
  Vector gradient(x.size()), move(x.size(), 0.0);
  std::vector<double> history;
  for (int t = 0;; ++t) {
    const auto here = problem_.expand(x);
    history.push_back(std::sqrt(2.0 * n * here->value()));
    if (t == num_steps || !std::isfinite(history.back())) return history;
    here->gradient(gradient);
    for (std::size_t l = 0; l < problem_.layout().num_blocks(); ++l) {
      const BlockShape& block = problem_.layout()[l];
      const double rate = step * n / (layer_scale(l) * layer_scale(l));
      const auto first = static_cast<std::size_t>(block.offset), count = static_cast<std::size_t>(block.size());
      const std::span<double> change(move.data() + first, count);
      scale(momentum, change);
      axpy(-rate, {gradient.data() + first, count}, change);
    }
    axpy(1.0, move, x);
  }
}

}  // namespace nadir
