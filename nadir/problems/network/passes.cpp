#include "nadir/problems/network/passes.hpp"

#include <algorithm>
#include <cmath>

#include "nadir/linalg/dense.hpp"
#include "nadir/linalg/elementwise.hpp"
#include "nadir/problems/network/activation.hpp"

namespace nadir {
namespace {

// Entries handled by one thread at a time; fewer than two of these are handled by one thread altogether.
constexpr Index entries_at_once = 16384;

template <class F>
void in_parts(Index entries, const F& part) {
  const Index parts = (entries + entries_at_once - 1) / entries_at_once;
  if (parts <= 1) return part(Index{0}, entries);
#pragma omp parallel for schedule(static) num_threads(num_threads())
  for (Index p = 0; p < parts; ++p) part(p * entries_at_once, std::min(entries, (p + 1) * entries_at_once));
}

void shape(Matrix& m, Index rows, Index cols) {
  if (m.rows() != rows || m.cols() != cols) m = Matrix(rows, cols);
}

void fill_columns(const double* column, MatrixView out) {
  for (Index j = 0; j < out.cols; ++j) std::copy_n(column, out.rows, out.col(j));
}

// P -> (P - Y) / n; returns half the sum of squared errors.
double squared_loss(const NetworkData& data, Batch& batch) {
  Matrix& P = batch.deltas.back();
  const ConstMatrixView Y = data.y.columns(batch.first, batch.count);
  const double n = static_cast<double>(data.num_samples());
  double sum = 0.0, squares = 0.0;
  for (Index j = 0; j < batch.count; ++j) {
    double* p = P.col(j);
    const double* y = Y.col(j);
    for (Index i = 0; i < P.rows(); ++i) {
      const double error = p[i] - y[i];
      squares += p[i] * p[i];
      sum += error * error;
      p[i] = error / n;
    }
  }
  batch.output_squares = squares;
  return 0.5 * sum;
}

// p <- e^(p - max p); returns the sum of all but the largest, which is 1, and its index.
double exponentials(Index count, double* p, double& largest, Index& where) {
  where = std::max_element(p, p + count) - p;
  largest = p[where];
  double others = 0.0;
  for (Index i = 0; i < count; ++i) {
    p[i] = std::exp(p[i] - largest);
    if (i != where) others += p[i];
  }
  return others;
}

// One sample with a label; p the outputs, then D. The class's own entry of D is -(sum of the others): no cancellation.
double label_loss(Index classes, Index label, double n, double* p, double* probability) {
  const double own = p[label];
  double largest = 0.0;
  Index where = 0;
  const double others = exponentials(classes, p, largest, where), total = 1.0 + others;
  double wrong = 0.0;
  for (Index i = 0; i < classes; ++i) {
    probability[i] = p[i] / total;
    if (i != label) wrong += probability[i];
    p[i] = probability[i] / n;
  }
  p[label] = -wrong / n;
  return (largest - own) + std::log1p(others);
}

double probability_loss(Index classes, const double* t, double n, double* p, double* probability) {
  double weight = 0.0, linear = 0.0, largest = 0.0;
  const double top = *std::max_element(p, p + classes);
  for (Index i = 0; i < classes; ++i)
    if (t[i] != 0.0) weight += t[i], linear += t[i] * (top - p[i]);
  Index where = 0;
  const double others = exponentials(classes, p, largest, where), total = 1.0 + others;
  for (Index i = 0; i < classes; ++i) {
    probability[i] = p[i] / total;
    p[i] = (weight * probability[i] - t[i]) / n;
  }
  return linear + weight * std::log1p(others);
}

// P -> D_L; returns the sum of the losses.
double cross_entropy(const NetworkData& data, Batch& batch) {
  Matrix& P = batch.deltas.back();
  const double n = static_cast<double>(data.num_samples());
  double sum = 0.0;
  for (Index j = 0; j < batch.count; ++j) {
    const Index sample = batch.first + j;
    double* q = batch.softmax.col(j);
    sum += data.labels.empty() ? probability_loss(P.rows(), data.y.col(sample), n, P.col(j), q)
                               : label_loss(P.rows(), data.labels[static_cast<std::size_t>(sample)], n, P.col(j), q);
  }
  batch.output_squares = dot(batch.softmax.flat(), batch.softmax.flat());
  return sum;
}

void activate(const Activation& activation, Matrix& Z, Matrix& slope, Matrix& bend) {
  in_parts(Z.size(), [&](Index first, Index last) {
    apply_activation(activation, last - first, Z.data() + first, slope.size() ? slope.data() + first : nullptr,
                     bend.size() ? bend.data() + first : nullptr);
  });
}

double total_weight(const NetworkData& data, Index sample) {
  if (!data.labels.empty()) return 1.0;
  double sum = 0.0;
  for (Index i = 0; i < data.y.rows; ++i) sum += data.y(i, sample);
  return sum;
}

// R{Z_L} -> R{D_L}, for every direction.
void apply_loss_hessian(const NetworkData& data, const Batch& batch, Index directions, Matrix& R) {
  const double n = static_cast<double>(data.num_samples());
  if (!data.is_cross_entropy) return scale(1.0 / n, R.flat());
  for (Index j = 0; j < batch.count; ++j) {
    const double* q = batch.softmax.col(j);
    const double weight = total_weight(data, batch.first + j) / n;
    for (Index d = 0; d < directions; ++d) {
      double* r = R.col(d * batch.count + j);
      double mean = 0.0;
      for (Index i = 0; i < R.rows(); ++i) mean += q[i] * r[i];
      for (Index i = 0; i < R.rows(); ++i) r[i] = weight * q[i] * (r[i] - mean);
    }
  }
}

// out = slope o in, the same slopes for every direction; a copy where there are none.
void times_slopes(const Matrix& slope, const Matrix& in, Matrix& out) {
  const Index batch = slope.size();
  if (batch == 0) {
    std::copy_n(in.data(), in.size(), out.data());
    return;
  }
  for (Index start = 0; start < in.size(); start += batch)
    in_parts(batch, [&](Index first, Index last) {
      multiply_entries(last - first, slope.data() + first, in.data() + start + first, out.data() + start + first);
    });
}

// D <- slope o D + bend o Z, likewise.
void times_slopes_and_bends(const Matrix& slope, const Matrix& bend, const Matrix& Z, Matrix& D) {
  const Index batch = slope.size();
  if (batch == 0) return;
  for (Index start = 0; start < D.size(); start += batch)
    in_parts(batch, [&](Index first, Index last) {
      double* d = D.data() + start + first;
      if (bend.size() == 0) return multiply_entries(last - first, slope.data() + first, d, d);
      combine_entries(last - first, slope.data() + first, bend.data() + first, Z.data() + start + first, d);
    });
}

ConstMatrixView block_of(const Layout& layout, std::size_t block, const double* x) {
  return {x + layout[block].offset, layout[block].rows, layout[block].cols};
}

MatrixView block_of(const Layout& layout, std::size_t block, double* x) { return {x + layout[block].offset, layout[block].rows, layout[block].cols}; }

// R{Z} of a layer, for every direction.
void directional_layer(const NetworkView& network, const Batch& batch, std::size_t l, ConstMatrixView U, HessianScratch& scratch) {
  const NetworkData& data = network.data;
  Matrix& Z = scratch.inner[l];
  const ConstMatrixView A = batch.inputs(data, l);
  if (l > 0) multiply(1.0, network.weights(l), Op::none, scratch.outer[l - 1], Op::none, 0.0, Z);
  for (Index j = 0; j < U.cols; ++j) {
    const MatrixView part = Z.view().columns(j * batch.count, batch.count);
    multiply(1.0, block_of(network.layout, data.weight_block(l), U.col(j)), Op::none, A, Op::none, l > 0 ? 1.0 : 0.0, part);
    if (!data.has_bias) continue;
    const double* c = block_of(network.layout, data.bias_block(l), U.col(j)).data;
    for (Index i = 0; i < batch.count; ++i) {
      double* z = part.col(i);
      for (Index k = 0; k < part.rows; ++k) z[k] += c[k];
    }
  }
}

// The layer's part of H U, and R{D} of the layer below.
void reverse_layer(const NetworkView& network, const Batch& batch, std::size_t l, ConstMatrixView U, HessianScratch& scratch, MatrixView out) {
  const NetworkData& data = network.data;
  const ConstMatrixView A = batch.inputs(data, l), RD = scratch.deltas[l], D = batch.deltas[l];
  for (Index j = 0; j < U.cols; ++j) {
    const ConstMatrixView part = RD.columns(j * batch.count, batch.count);
    const MatrixView W = block_of(network.layout, data.weight_block(l), out.col(j));
    multiply(1.0, part, Op::none, A, Op::transpose, 1.0, W);
    if (l > 0) multiply(1.0, D, Op::none, scratch.outer[l - 1].view().columns(j * batch.count, batch.count), Op::transpose, 1.0, W);
    if (data.has_bias) add_row_sums(part, block_of(network.layout, data.bias_block(l), out.col(j)).data);
  }
  if (l == 0) return;
  Matrix& below = scratch.deltas[l - 1];
  multiply(1.0, network.weights(l), Op::transpose, RD, Op::none, 0.0, below);
  for (Index j = 0; j < U.cols; ++j)
    multiply(1.0, block_of(network.layout, data.weight_block(l), U.col(j)), Op::transpose, D, Op::none, 1.0,
             below.view().columns(j * batch.count, batch.count));
  times_slopes_and_bends(batch.slopes[l - 1], batch.bends[l - 1], scratch.inner[l - 1], below);
}

}  // namespace

void shape_batch(const NetworkData& data, Index first, Index count, bool with_derivatives, Batch& batch, bool with_bends) {
  const std::size_t L = data.num_layers();
  batch.first = first;
  batch.count = count;
  batch.activations.resize(L - 1);
  batch.slopes.resize(L - 1);
  batch.bends.resize(L - 1);
  batch.deltas.resize(L);
  for (std::size_t l = 0; l + 1 < L; ++l) {
    const Activation& s = data.activations[l];
    const Index width = data.widths[l + 1];
    shape(batch.activations[l], width, count);
    if (!with_derivatives) continue;
    shape(batch.deltas[l], width, count);
    if (s.kind != ActivationKind::identity) shape(batch.slopes[l], width, count);
    if (with_bends && !s.is_piecewise_linear()) shape(batch.bends[l], width, count);
  }
  shape(batch.deltas[L - 1], data.widths[L], count);
  if (data.is_cross_entropy) shape(batch.softmax, data.widths[L], count);
}

double forward(const NetworkView& network, bool with_derivatives, Batch& batch) {
  const NetworkData& data = network.data;
  const std::size_t L = data.num_layers();
  Matrix none;
  for (std::size_t l = 0; l < L; ++l) {
    Matrix& Z = l + 1 < L ? batch.activations[l] : batch.deltas[l];
    if (data.has_bias) fill_columns(network.biases(l), Z);
    multiply(1.0, network.weights(l), Op::none, batch.inputs(data, l), Op::none, data.has_bias ? 1.0 : 0.0, Z);
    if (l + 1 == L || data.activations[l].kind == ActivationKind::identity) continue;
    activate(data.activations[l], Z, with_derivatives ? batch.slopes[l] : none, with_derivatives ? batch.bends[l] : none);
  }
  return data.is_cross_entropy ? cross_entropy(data, batch) : squared_loss(data, batch);
}

void backward(const NetworkView& network, Batch& batch) {
  for (std::size_t l = network.data.num_layers() - 1; l > 0; --l) {
    Matrix& D = batch.deltas[l - 1];
    multiply(1.0, network.weights(l), Op::transpose, batch.deltas[l], Op::none, 0.0, D);
    if (Matrix& bend = batch.bends[l - 1]; bend.size() > 0) times_slopes(D, bend, bend);
    if (batch.slopes[l - 1].size() > 0) times_slopes(batch.slopes[l - 1], D, D);
  }
}

void add_gradient(const NetworkView& network, const Batch& batch, std::span<double> out) {
  const NetworkData& data = network.data;
  for (std::size_t l = 0; l < data.num_layers(); ++l) {
    multiply(1.0, batch.deltas[l], Op::none, batch.inputs(data, l), Op::transpose, 1.0, network.layout.block(out, data.weight_block(l)));
    if (data.has_bias) add_row_sums(batch.deltas[l], network.layout.block(out, data.bias_block(l)).data);
  }
}

void add_hessian(const NetworkView& network, const Batch& batch, ConstMatrixView U, HessianScratch& scratch, MatrixView out) {
  const NetworkData& data = network.data;
  const std::size_t L = data.num_layers();
  scratch.inner.resize(L);
  scratch.outer.resize(L - 1);
  scratch.deltas.resize(L);
  for (std::size_t l = 0; l < L; ++l) {
    const Index width = data.widths[l + 1], columns = U.cols * batch.count;
    shape(scratch.inner[l], width, columns);
    shape(scratch.deltas[l], width, columns);
    directional_layer(network, batch, l, U, scratch);
    if (l + 1 == L) break;
    shape(scratch.outer[l], width, columns);
    times_slopes(batch.slopes[l], scratch.inner[l], scratch.outer[l]);
  }
  std::swap(scratch.inner[L - 1], scratch.deltas[L - 1]);
  apply_loss_hessian(data, batch, U.cols, scratch.deltas[L - 1]);
  for (std::size_t l = L; l > 0; --l) reverse_layer(network, batch, l - 1, U, scratch, out);
}

}  // namespace nadir
