#include "nadir/problems/tucker/model.hpp"

#include <algorithm>
#include <cmath>

namespace nadir {
namespace {

constexpr Index chunk_entries = Index{1} << 19;  // of X formed at a time: four megabytes

bool holds(const std::vector<int>& modes, int mode) { return std::find(modes.begin(), modes.end(), mode) != modes.end(); }

// f(place in memory of the block core, place in the core in source order)
template <class F>
void for_each_core_entry(const TuckerData& data, const BlockShape& block, const TensorShape& core, F&& f) {
  const int d = data.num_modes();
  std::vector<Index> index(static_cast<std::size_t>(d), 0);  // of the file's modes
  for (Index i = 0; i < block.rows; ++i)
    for (Index c = 0; c < block.cols; ++c) {
      index[0] = i;
      Index rest = c, place = 0;
      for (int k = d - 1; k > 0; --k) {
        const Index extent = core[data.source_mode(k)];
        index[static_cast<std::size_t>(k)] = rest % extent;
        rest /= extent;
      }
      for (int k = 0; k < d; ++k) place += index[static_cast<std::size_t>(k)] * core.right(data.source_mode(k));
      f(i + c * block.rows, place);
    }
}

Tensor<double> contract_sparse(const TuckerData& data, const std::vector<ConstMatrixView>& A, const std::vector<int>& kept) {
  const int d = data.num_modes();
  TensorShape shape = source_shape(data);
  for (int m = 0; m < d; ++m)
    if (!holds(kept, m)) shape = shape.with(m, A[static_cast<std::size_t>(m)].cols);
  Tensor<double> result(shape);
  Vector weights;
  const auto& coordinates = data.tensor->coordinates;
  for (std::size_t e = 0; e < data.tensor->values.size(); ++e) {
    // Places and weights of what this entry adds to, mode by mode.
    std::vector<std::pair<Index, double>> terms{{0, data.tensor->values[e]}}, next;
    for (int m = 0; m < d; ++m) {
      const Index i = coordinates[static_cast<std::size_t>(data.source_mode(m))][e];
      next.clear();
      for (const auto& [place, value] : terms) {
        if (holds(kept, m)) next.emplace_back(place + i * shape.right(m), value);
        else
          for (Index a = 0; a < shape[m]; ++a) next.emplace_back(place + a * shape.right(m), value * A[static_cast<std::size_t>(m)](i, a));
      }
      terms.swap(next);
    }
    for (const auto& [place, value] : terms) result.flat()[static_cast<std::size_t>(place)] += value;
  }
  return result;
}

// sum over listed entries of (x - t)^2 - x^2, plus |X|^2.
double sparse_residual_energy(const TuckerData& data, const TuckerFactors& x) {
  const int d = data.num_modes();
  const auto& coordinates = data.tensor->coordinates;
  double sum = 0.0;
  Vector values, next;
  for (std::size_t e = 0; e < data.tensor->values.size(); ++e) {
    values.assign(x.core.flat().begin(), x.core.flat().end());
    for (int m = 0; m < d; ++m) {
      const ConstMatrixView A = x.A[static_cast<std::size_t>(m)];
      const Index i = coordinates[static_cast<std::size_t>(data.source_mode(m))][e];
      const std::size_t rest = values.size() / static_cast<std::size_t>(A.cols);
      next.assign(rest, 0.0);
      for (Index a = 0; a < A.cols; ++a)
        for (std::size_t q = 0; q < rest; ++q) next[q] += A(i, a) * values[static_cast<std::size_t>(a) * rest + q];
      values.swap(next);
    }
    const double t = data.tensor->values[e];
    sum += t * (t - 2.0 * values[0]);
  }
  std::vector<Matrix> grams;
  for (const ConstMatrixView& A : x.A) grams.push_back(product(A, Op::transpose, A, Op::none));
  const Tensor<double> squared = contract_model(x, grams, {});
  return std::fmax(0.0, sum + dot(squared.view(), x.core.view()));
}

// f(X, T, number of entries, place of the first) for chunks of entries that follow one another.
template <class F>
void for_each_chunk(const TuckerData& data, const TuckerFactors& x, F&& f) {
  std::vector<ModeFactor> outer;
  for (int m = 1; m < data.num_modes(); ++m) outer.push_back({m, x.A[static_cast<std::size_t>(m)], Op::none});
  const Tensor<double> Z = multi_mode_product(x.core.view(), std::span<const ModeFactor>(outer));
  const Index row = Z.shape().right(0), step = std::max<Index>(1, chunk_entries / row);
  std::vector<double> buffer(static_cast<std::size_t>(std::min(step, x.A[0].rows) * row));
  for_each_double_slab(data, [&](TensorView<double> slab, Index first) {
    for (Index i = 0; i < slab.shape[0]; i += step) {
      const Index count = std::min(step, slab.shape[0] - i);
      const std::span<double> out(buffer.data(), static_cast<std::size_t>(count * row));
      mode_product(Z.view(), 0, x.A[0].block(first + i, 0, count, x.A[0].cols), Op::none, out);
      f(out, slab.data + i * row, (first + i) * row);
    }
  });
}

}  // namespace

TensorShape source_shape(const TuckerData& data) {
  std::vector<Index> extents(data.extents.size());
  for (int m = 0; m < data.num_modes(); ++m) extents[static_cast<std::size_t>(m)] = data.extents[static_cast<std::size_t>(data.source_mode(m))];
  return TensorShape(std::span<const Index>(extents));
}

// source_mode() reverses or leaves the modes, so that it is its own inverse.
std::size_t block_of(const TuckerData& data, int mode) { return 1 + static_cast<std::size_t>(data.source_mode(mode)); }

TuckerFactors factors_of(const TuckerData& data, const Layout& layout, std::span<const double> x) {
  TuckerFactors result;
  std::vector<Index> ranks;
  for (int m = 0; m < data.num_modes(); ++m) {
    result.A.push_back(layout.block(x, block_of(data, m)));
    ranks.push_back(result.A.back().cols);
  }
  result.core = Tensor<double>(TensorShape(std::span<const Index>(ranks)));
  const double* block = layout.block(x, 0).data;
  double* core = result.core.data();
  for_each_core_entry(data, layout[0], result.core.shape(), [&](Index from, Index to) { core[to] = block[from]; });
  return result;
}

void store_core(const TuckerData& data, const Layout& layout, const Tensor<double>& core, std::span<double> out) {
  double* block = layout.block(out, 0).data;
  for_each_core_entry(data, layout[0], core.shape(), [&](Index to, Index from) { block[to] = core.data()[from]; });
}

Tensor<double> contract(const TuckerData& data, const std::vector<ConstMatrixView>& A, const std::vector<int>& kept) {
  if (data.is_sparse()) return contract_sparse(data, A, kept);
  TensorShape shape = source_shape(data);
  std::vector<ModeFactor> factors;
  for (int m = 0; m < data.num_modes(); ++m)
    if (!holds(kept, m)) {
      factors.push_back({m, A[static_cast<std::size_t>(m)], Op::transpose});
      shape = shape.with(m, A[static_cast<std::size_t>(m)].cols);
    }
  Tensor<double> result(shape);
  const bool is_split = holds(kept, 0);
  std::vector<double> observed;
  for_each_double_slab(data, [&](TensorView<double> slab, Index first) {
    if (data.is_masked) {
      observed.assign(slab.data, slab.data + slab.size());
      for (double& value : observed)
        if (std::isnan(value)) value = 0.0;
      slab.data = observed.data();
    }
    std::vector<ModeFactor> here = factors;
    if (!is_split) here.front().A = A[0].block(first, 0, slab.shape[0], A[0].cols);
    const Tensor<double> part = multi_mode_product(slab, std::span<const ModeFactor>(here));
    if (is_split) std::copy_n(part.data(), part.size(), result.data() + first * shape.right(0));
    else axpy(1.0, part.flat(), result.flat());
  });
  return result;
}

Tensor<double> contract_model(const TuckerFactors& x, const std::vector<Matrix>& grams, const std::vector<int>& kept) {
  std::vector<ModeFactor> factors;
  for (int m = 0; m < static_cast<int>(x.A.size()); ++m)
    factors.push_back({m, holds(kept, m) ? x.A[static_cast<std::size_t>(m)] : grams[static_cast<std::size_t>(m)].view(), Op::none});
  return multi_mode_product(x.core.view(), std::span<const ModeFactor>(factors));
}

double residual_energy(const TuckerData& data, const TuckerFactors& x) {
  if (data.is_sparse()) return sparse_residual_energy(data, x);
  double energy = 0.0;
  for_each_chunk(data, x, [&](std::span<double> X, const double* T, Index) {
    for (std::size_t i = 0; i < X.size(); ++i) X[i] = data.is_masked && std::isnan(T[i]) ? 0.0 : X[i] - T[i];
    energy += dot(X, X);
  });
  return energy;
}

Tensor<double> residual_tensor(const TuckerData& data, const TuckerFactors& x) {
  Tensor<double> result(source_shape(data));
  for_each_chunk(data, x, [&](std::span<double> X, const double* T, Index first) {
    for (std::size_t i = 0; i < X.size(); ++i) result.data()[first + static_cast<Index>(i)] = data.is_masked && std::isnan(T[i]) ? 0.0 : X[i] - T[i];
  });
  return result;
}

void mask(const TuckerData& data, Tensor<double>& values) {
  if (!data.is_masked) return;
  for_each_double_slab(data, [&](TensorView<double> slab, Index first) {
    double* here = values.data() + first * slab.shape.right(0);
    for (Index i = 0; i < slab.size(); ++i)
      if (std::isnan(slab.data[i])) here[i] = 0.0;
  });
}

Tensor<double> reconstruct(const TuckerFactors& x) {
  std::vector<ModeFactor> factors;
  for (int m = 0; m < static_cast<int>(x.A.size()); ++m) factors.push_back({m, x.A[static_cast<std::size_t>(m)], Op::none});
  return multi_mode_product(x.core.view(), std::span<const ModeFactor>(factors));
}

}  // namespace nadir
