#include "nadir/problems/network/passes_float.hpp"

#include <algorithm>

#include "nadir/linalg/dense.hpp"

namespace nadir {
namespace {

constexpr Index entries_at_once = 32768;
constexpr Index entries_in_cache = 1 << 18;  // a megabyte

void shape(FloatMatrix& m, Index rows, Index cols) {
  if (m.rows() != rows || m.cols() != cols) m = FloatMatrix(rows, cols);
}

void round_to(ConstMatrixView from, FloatMatrix& to) {
  shape(to, from.rows, from.cols);
  convert(from, to);
}

template <class F>
void in_parts(Index entries, const F& part) {
  const Index parts = (entries + entries_at_once - 1) / entries_at_once;
  if (parts <= 1) return part(Index{0}, entries);
#pragma omp parallel for schedule(static) num_threads(num_threads())
  for (Index p = 0; p < parts; ++p) part(p * entries_at_once, std::min(entries, (p + 1) * entries_at_once));
}

// out = slope o in, the same slopes for every direction; a copy where there are none.
void times_slopes(const FloatMatrix& slope, const FloatMatrix& in, FloatMatrix& out) {
  const Index batch = slope.size();
  if (batch == 0) {
    std::copy_n(in.data(), in.size(), out.data());
    return;
  }
  for (Index start = 0; start < in.size(); start += batch)
    in_parts(batch, [&](Index first, Index last) {
      const float *s = slope.data(), *a = in.data() + start;
      float* b = out.data() + start;
      for (Index i = first; i < last; ++i) b[i] = s[i] * a[i];
    });
}

// D <- slope o D + bend o Z, likewise.
void times_slopes_and_bends(const FloatMatrix& slope, const FloatMatrix& bend, const FloatMatrix& Z, FloatMatrix& D) {
  const Index batch = slope.size();
  if (batch == 0) return;
  for (Index start = 0; start < D.size(); start += batch)
    in_parts(batch, [&](Index first, Index last) {
      const float* s = slope.data();
      float* d = D.data() + start;
      if (bend.size() == 0) {
        for (Index i = first; i < last; ++i) d[i] *= s[i];
        return;
      }
      const float *b = bend.data(), *z = Z.data() + start;
      for (Index i = first; i < last; ++i) d[i] = s[i] * d[i] + b[i] * z[i];
    });
}

float total_weight(const NetworkData& data, Index sample) {
  if (!data.labels.empty()) return 1.0f;
  double sum = 0.0;
  for (Index i = 0; i < data.y.rows; ++i) sum += data.y(i, sample);
  return static_cast<float>(sum);
}

// R{Z_L} -> R{D_L}, for every direction.
void apply_loss_hessian(const NetworkData& data, const FloatBatch& batch, Index directions, FloatMatrix& R) {
  const float n = static_cast<float>(data.num_samples());
  if (!data.is_cross_entropy) {
    for (Index i = 0; i < R.size(); ++i) R.data()[i] /= n;
    return;
  }
  for (Index j = 0; j < batch.count; ++j) {
    const float* q = batch.softmax.col(j);
    const float weight = total_weight(data, batch.first + j) / n;
    for (Index d = 0; d < directions; ++d) {
      float* r = R.col(d * batch.count + j);
      float mean = 0.0f;
      for (Index i = 0; i < R.rows(); ++i) mean += q[i] * r[i];
      for (Index i = 0; i < R.rows(); ++i) r[i] = weight * q[i] * (r[i] - mean);
    }
  }
}

template <class View, class Pointer>
View block_of(const Layout& layout, std::size_t block, Pointer x) {
  return View(x + layout[block].offset, layout[block].rows, layout[block].cols);
}

// R{Z} of a layer, for every direction.
void directional_layer(const NetworkView& network, const FloatWeights& weights, const FloatBatch& batch, std::size_t l, ConstFloatView U,
                       FloatScratch& scratch) {
  const NetworkData& data = network.data;
  FloatMatrix& Z = scratch.inner[l];
  if (l > 0) multiply(1.0f, weights.W[l], Op::none, scratch.outer[l - 1], Op::none, 0.0f, Z);
  for (Index j = 0; j < U.cols; ++j) {
    const FloatView part = Z.view().columns(j * batch.count, batch.count);
    multiply(1.0f, block_of<ConstFloatView>(network.layout, data.weight_block(l), U.col(j)), Op::none, batch.inputs[l], Op::none,
             l > 0 ? 1.0f : 0.0f, part);
    if (!data.has_bias) continue;
    const float* c = U.col(j) + network.layout[data.bias_block(l)].offset;
    for (Index i = 0; i < batch.count; ++i) {
      float* z = part.col(i);
      for (Index k = 0; k < part.rows; ++k) z[k] += c[k];
    }
  }
}

// The layer's part of H U, and R{D} of the layer below.
void reverse_layer(const NetworkView& network, const FloatWeights& weights, const FloatBatch& batch, std::size_t l, ConstFloatView U,
                   FloatScratch& scratch, FloatView out) {
  const NetworkData& data = network.data;
  const ConstFloatView RD = scratch.deltas[l], D = batch.deltas[l];
  for (Index j = 0; j < U.cols; ++j) {
    const ConstFloatView part = RD.columns(j * batch.count, batch.count);
    const FloatView W = block_of<FloatView>(network.layout, data.weight_block(l), out.col(j));
    multiply(1.0f, part, Op::none, batch.inputs[l], Op::transpose, 1.0f, W);
    if (l > 0) multiply(1.0f, D, Op::none, scratch.outer[l - 1].view().columns(j * batch.count, batch.count), Op::transpose, 1.0f, W);
    if (!data.has_bias) continue;
    float* c = out.col(j) + network.layout[data.bias_block(l)].offset;
    for (Index i = 0; i < part.cols; ++i)
      for (Index k = 0; k < part.rows; ++k) c[k] += part(k, i);
  }
  if (l == 0) return;
  FloatMatrix& below = scratch.deltas[l - 1];
  multiply(1.0f, weights.W[l], Op::transpose, RD, Op::none, 0.0f, below);
  for (Index j = 0; j < U.cols; ++j)
    multiply(1.0f, block_of<ConstFloatView>(network.layout, data.weight_block(l), U.col(j)), Op::transpose, D, Op::none, 1.0f,
             below.view().columns(j * batch.count, batch.count));
  times_slopes_and_bends(batch.slopes[l - 1], batch.bends[l - 1], scratch.inner[l - 1], below);
}

}  // namespace

FloatWeights::FloatWeights(const NetworkView& network) {
  for (std::size_t l = 0; l < network.data.num_layers(); ++l) W.push_back(to_float(network.weights(l)));
}

void round_batch(const NetworkData& data, const Batch& batch, FloatBatch& rounded) {
  const std::size_t L = data.num_layers();
  rounded.first = batch.first;
  rounded.count = batch.count;
  rounded.inputs.resize(L);
  rounded.deltas.resize(L);
  rounded.slopes.resize(L - 1);
  rounded.bends.resize(L - 1);
  for (std::size_t l = 0; l < L; ++l) {
    round_to(batch.inputs(data, l), rounded.inputs[l]);
    round_to(batch.deltas[l], rounded.deltas[l]);
    if (l + 1 == L) break;
    round_to(batch.slopes[l], rounded.slopes[l]);
    round_to(batch.bends[l], rounded.bends[l]);
  }
  if (data.is_cross_entropy) round_to(batch.softmax, rounded.softmax);
}

void add_hessian_roughly(const NetworkView& network, const FloatWeights& weights, const FloatBatch& batch, ConstFloatView U,
                         FloatScratch& scratch, FloatView out) {
  const NetworkData& data = network.data;
  const std::size_t L = data.num_layers();
  scratch.inner.resize(L);
  scratch.outer.resize(L - 1);
  scratch.deltas.resize(L);
  for (std::size_t l = 0; l < L; ++l) {
    const Index width = data.widths[l + 1], columns = U.cols * batch.count;
    shape(scratch.inner[l], width, columns);
    shape(scratch.deltas[l], width, columns);
    directional_layer(network, weights, batch, l, U, scratch);
    if (l + 1 == L) break;
    shape(scratch.outer[l], width, columns);
    times_slopes(batch.slopes[l], scratch.inner[l], scratch.outer[l]);
  }
  std::swap(scratch.inner[L - 1], scratch.deltas[L - 1]);
  apply_loss_hessian(data, batch, U.cols, scratch.deltas[L - 1]);
  for (std::size_t l = L; l > 0; --l) reverse_layer(network, weights, batch, l - 1, U, scratch, out);
}

void add_penalty_roughly(const NetworkView& network, ConstFloatView U, FloatView out) {
  const auto decay = static_cast<float>(network.data.weight_decay);
  if (decay == 0.0f) return;
  for (std::size_t l = 0; l < network.data.num_layers(); ++l) {
    const BlockShape& block = network.layout[network.data.weight_block(l)];
    for (Index j = 0; j < U.cols; ++j)
      for (Index i = block.offset; i < block.offset + block.size(); ++i) out(i, j) += decay * U(i, j);
  }
}

Index directions_at_once(const NetworkData& data, Index samples) {
  const Index widest = *std::max_element(data.widths.begin() + 1, data.widths.end());
  return std::clamp(entries_in_cache / (widest * samples), Index{1}, Index{16});
}

}  // namespace nadir
