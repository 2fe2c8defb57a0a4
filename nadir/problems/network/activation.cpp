#include "nadir/problems/network/activation.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "nadir/linalg/elementwise.hpp"

namespace nadir {
namespace {

// Entries that go through together: their scratch memory stays in the first-level cache.
constexpr Index chunk_size = 512;

struct Chunk {
  Index count;
  double* z;       // becomes s(z)
  double* first;   // null: not wanted
  double* second;  // null: not wanted
};

void identity(const Chunk& c, double) {
  if (c.first) std::fill_n(c.first, c.count, 1.0);
  if (c.second) std::fill_n(c.second, c.count, 0.0);
}

// relu with slope 0.
void two_pieces(const Chunk& c, double slope) {
  two_slopes_in_place(c.count, slope, c.z, c.first);
  if (c.second) std::fill_n(c.second, c.count, 0.0);
}

void elu(const Chunk& c, double alpha) {
  double m[chunk_size];
  std::copy_n(c.z, c.count, m);
  expm1_of_nonpositive_in_place(c.count, m);
  for (Index i = 0; i < c.count; ++i) {
    const bool is_right = c.z[i] > 0.0;
    const double e = alpha * m[i] + alpha;
    if (c.first) c.first[i] = is_right ? 1.0 : e;
    if (c.second) c.second[i] = is_right ? 0.0 : e;
    c.z[i] = is_right ? c.z[i] : alpha * m[i];
  }
}

void tanh(const Chunk& c, double) { tanh_with_derivatives(c.count, c.z, c.first, c.second); }

// sigma, sigma', sigma'' of c.z into arrays. With e = exp(-|z|) nothing overflows and small slopes keep their digits.
struct Sigmoid {
  double value[chunk_size], first[chunk_size], second[chunk_size], e[chunk_size];
  explicit Sigmoid(const Chunk& c) {
    for (Index i = 0; i < c.count; ++i) e[i] = -std::fabs(c.z[i]);
    exp_of_nonpositive_in_place(c.count, e);
    for (Index i = 0; i < c.count; ++i) {
      const double q = 1.0 / (1.0 + e[i]), slope = e[i] * q * q, bend = slope * (1.0 - e[i]) * q;
      const bool is_left = c.z[i] < 0.0;
      value[i] = is_left ? e[i] * q : q;
      first[i] = slope;
      second[i] = is_left ? bend : -bend;
    }
  }
};

void sigmoid(const Chunk& c, double) {
  const Sigmoid s(c);
  std::copy_n(s.value, c.count, c.z);
  if (c.first) std::copy_n(s.first, c.count, c.first);
  if (c.second) std::copy_n(s.second, c.count, c.second);
}

void softplus(const Chunk& c, double) {
  Sigmoid s(c);
  log1p_of_unit_interval_in_place(c.count, s.e);
  for (Index i = 0; i < c.count; ++i) c.z[i] = (c.z[i] < 0.0 ? 0.0 : c.z[i]) + s.e[i];
  if (c.first) std::copy_n(s.value, c.count, c.first);
  if (c.second) std::copy_n(s.first, c.count, c.second);
}

void silu(const Chunk& c, double) {
  const Sigmoid s(c);
  for (Index i = 0; i < c.count; ++i) {
    const double z = c.z[i];
    if (c.first) c.first[i] = s.value[i] + z * s.first[i];
    if (c.second) c.second[i] = 2.0 * s.first[i] + z * s.second[i];
    c.z[i] = z * s.value[i];
  }
}

void gelu(const Chunk& c, double) {
  double density[chunk_size];
  if (c.first) {
    for (Index i = 0; i < c.count; ++i) density[i] = -0.5 * c.z[i] * c.z[i];
    exp_of_nonpositive_in_place(c.count, density);
  }
  constexpr double scale = 0.5 * std::numbers::inv_sqrtpi * std::numbers::sqrt2;
  for (Index i = 0; i < c.count; ++i) {
    const double z = c.z[i], cumulative = 0.5 * std::erfc(-z / std::numbers::sqrt2);
    if (c.first) c.first[i] = cumulative + z * (scale * density[i]);
    if (c.second) c.second[i] = (2.0 - z * z) * (scale * density[i]);
    c.z[i] = z * cumulative;
  }
}

using Function = void (*)(const Chunk&, double);

Function function_of(ActivationKind kind) {
  switch (kind) {
    case ActivationKind::identity: return identity;
    case ActivationKind::relu:
    case ActivationKind::leaky_relu: return two_pieces;
    case ActivationKind::elu: return elu;
    case ActivationKind::gelu: return gelu;
    case ActivationKind::silu: return silu;
    case ActivationKind::tanh: return tanh;
    case ActivationKind::sigmoid: return sigmoid;
    case ActivationKind::softplus: return softplus;
  }
  return identity;
}

}  // namespace

void apply_activation(const Activation& activation, Index count, double* z, double* first, double* second) {
  const Function function = function_of(activation.kind);
  const double parameter = activation.kind == ActivationKind::relu ? 0.0 : activation.parameter;
  for (Index start = 0; start < count; start += chunk_size)
    function({std::min(chunk_size, count - start), z + start, first ? first + start : nullptr, second ? second + start : nullptr}, parameter);
}

}  // namespace nadir
