#include "nadir/problems/network/starts.hpp"

#include <cmath>

#include "nadir/base/error.hpp"
#include "nadir/base/random.hpp"
#include "nadir/linalg/dense.hpp"

namespace nadir {
namespace {

bool is_relu_like(ActivationKind kind) {
  return kind != ActivationKind::identity && kind != ActivationKind::tanh && kind != ActivationKind::sigmoid;
}

std::span<double> entries(MatrixView block) { return {block.data, static_cast<std::size_t>(block.size())}; }

}  // namespace

std::vector<std::string> network_starts() { return {"random", "zeros"}; }

Point network_start(const Network& problem, const std::string& name, std::uint64_t seed, std::uint64_t index) {
  Point point(problem.layout());
  if (name == "zeros") return point;
  if (name != "random") throw InputError("--start", "one of random, zeros, or a .npz file", "'" + name + "'");
  const NetworkData& data = problem.data();
  Random random(seed, index);
  for (std::size_t l = 0; l < data.num_layers(); ++l) {
    const double in = static_cast<double>(data.widths[l]), out = static_cast<double>(data.widths[l + 1]);
    const std::span<double> W = entries(point.block(data.weight_block(l)));
    random.fill_normal(W);
    scale(std::sqrt(2.0 / (is_relu_like(data.activations[l].kind) ? in : in + out)), W);
    if (!data.has_bias) continue;
    const std::span<double> b = entries(point.block(data.bias_block(l)));
    random.fill_uniform(b);
    for (double& entry : b) entry = (2.0 * entry - 1.0) / std::sqrt(in);
  }
  return point;
}

}  // namespace nadir
