#include "nadir/problems/network/slice.hpp"

#include <algorithm>
#include <cmath>

#include "nadir/linalg/dense.hpp"
#include "nadir/problems/network/enclosed_passes.hpp"
#include "nadir/rigor/definiteness.hpp"
#include "nadir/rigor/product.hpp"

namespace nadir {
namespace {

constexpr Index chunk_size = 512;

// [W b] of a layer in the flat point: biases follow weights, as a last column.
struct LayerEntries {
  Index offset, rows, cols;
  std::span<const double> x;

  Index index(Index i, Index j) const { return offset + i + rows * j; }
  double operator()(Index i, Index j) const { return x[static_cast<std::size_t>(index(i, j))]; }
};

LayerEntries entries(const Network& problem, std::span<const double> x, std::size_t l) {
  const BlockShape& W = problem.layout()[problem.data().weight_block(l)];
  return {W.offset, W.rows, W.cols + (problem.data().has_bias ? 1 : 0), x};
}

bool fix_largest(const LayerEntries& V, Index i, std::vector<Index>& fixed) {
  Index best = 0;
  for (Index j = 1; j < V.cols; ++j)
    if (std::fabs(V(i, j)) > std::fabs(V(i, best))) best = j;
  if (V.cols == 0 || V(i, best) == 0.0) return false;
  fixed.push_back(V.index(i, best));
  return true;
}

// As many columns as rows, by elimination with the largest remaining pivot; fewer if none is left.
std::vector<Index> independent_columns(Matrix A) {
  std::vector<Index> columns;
  std::vector<bool> row_is_used(static_cast<std::size_t>(A.rows()), false);
  for (Index step = 0; step < A.rows(); ++step) {
    Index row = -1, col = -1;
    for (Index j = 0; j < A.cols(); ++j)
      for (Index i = 0; i < A.rows(); ++i)
        if (!row_is_used[static_cast<std::size_t>(i)] && (row < 0 || std::fabs(A(i, j)) > std::fabs(A(row, col)))) row = i, col = j;
    if (row < 0 || A(row, col) == 0.0) break;
    row_is_used[static_cast<std::size_t>(row)] = true;
    columns.push_back(col);
    const Matrix pivot(A.view().columns(col, 1));
    for (Index j = 0; j < A.cols(); ++j) {
      const double factor = A(row, j) / pivot(row, 0);
      for (Index i = 0; i < A.rows(); ++i)
        if (!row_is_used[static_cast<std::size_t>(i)]) A(i, j) -= factor * pivot(i, 0);
    }
  }
  return columns;
}

// Of the units' rows of W, `width` columns.
bool fix_invertible_block(const LayerEntries& V, const std::vector<Index>& units, Index width, std::vector<Index>& fixed) {
  const auto k = static_cast<Index>(units.size());
  const auto entry = [&](Index i, Index j) { return V(units[static_cast<std::size_t>(i)], j); };
  Matrix rows(k, width), B(k, k);
  for (Index j = 0; j < width; ++j)
    for (Index i = 0; i < k; ++i) rows(i, j) = entry(i, j);
  const std::vector<Index> columns = independent_columns(std::move(rows));
  if (static_cast<Index>(columns.size()) != k) return false;
  for (Index j = 0; j < k; ++j)
    for (Index i = 0; i < k; ++i) B(i, j) = entry(i, columns[static_cast<std::size_t>(j)]);
  if (!proves_positive_definite(enclose_product(ConstMatrixView(B), Op::transpose, ConstMatrixView(B), Op::none)).proved) return false;
  for (const Index j : columns)
    for (const Index i : units) fixed.push_back(V.index(i, j));
  return true;
}

bool is_linear_above(const Activation& s) { return s.is_homogeneous() || s.kind == ActivationKind::elu; }

// Units of every hidden layer that are linear on all samples: those of identity, and where the right piece is linear
// those that are positive.
std::vector<std::vector<Index>> linear_units(const Network& problem, std::span<const double> x) {
  const NetworkData& data = problem.data();
  std::vector<std::vector<bool>> is_linear;
  bool has_pieces = false;
  for (std::size_t l = 0; l + 1 < data.num_layers(); ++l) {
    is_linear.emplace_back(static_cast<std::size_t>(data.widths[l + 1]), is_linear_above(data.activations[l]));
    has_pieces = has_pieces || (is_linear_above(data.activations[l]) && data.activations[l].kind != ActivationKind::identity);
  }
  const enclosed::Parameters p = enclosed::parameters(problem, x);
  for (Index first = 0; has_pieces && first < data.num_samples(); first += chunk_size) {
    BallMatrix A = exact(data.x.columns(first, std::min(chunk_size, data.num_samples() - first)));
    for (std::size_t l = 0; l + 1 < data.num_layers(); ++l) {
      const BallMatrix Z = enclosed::pre_activation(data, p, l, A);
      for (Index i = 0; i < Z.rows() && data.activations[l].kind != ActivationKind::identity; ++i)
        for (Index j = 0; j < Z.cols(); ++j)
          if (!(Z.entry(i, j).lower > 0.0)) is_linear[l][static_cast<std::size_t>(i)] = false;
      A = enclosed::activate(data.activations[l], Z, nullptr);
    }
  }
  std::vector<std::vector<Index>> units(is_linear.size());
  for (std::size_t l = 0; l < units.size(); ++l)
    for (std::size_t i = 0; i < is_linear[l].size(); ++i)
      if (is_linear[l][i]) units[l].push_back(static_cast<Index>(i));
  return units;
}

// The first row of the last layer, or its bias alone.
void fix_one_output(const LayerEntries& V, bool has_bias, bool is_penalised, std::vector<Index>& fixed) {
  for (Index j = 0; j < V.cols; ++j)
    if (!is_penalised || (has_bias && j + 1 == V.cols)) fixed.push_back(V.index(0, j));
}

constexpr double idle_share = 1e-6;

// Of units whose weights are next to nothing, the biases.
void fix_biases_of_idle_units(const LayerEntries& in, const LayerEntries& out, const std::vector<Index>& linear, double largest, SymmetrySlice& slice) {
  for (Index i = 0; i < in.rows; ++i) {
    if (std::binary_search(linear.begin(), linear.end(), i)) continue;
    std::vector<Index> weights;
    for (Index j = 0; j + 1 < in.cols; ++j) weights.push_back(in.index(i, j));
    for (Index k = 0; k < out.rows; ++k) weights.push_back(out.index(k, i));
    const bool is_idle = std::all_of(weights.begin(), weights.end(),
                                     [&](Index at) { return std::fabs(in.x[static_cast<std::size_t>(at)]) <= idle_share * largest; });
    if (!is_idle) continue;
    slice.fixed.push_back(in.index(i, in.cols - 1));
    slice.pinned.insert(slice.pinned.end(), weights.begin(), weights.end());
  }
}

void sort_and_unite(std::vector<Index>& indices) {
  std::sort(indices.begin(), indices.end());
  indices.erase(std::unique(indices.begin(), indices.end()), indices.end());
}

}  // namespace

std::optional<SymmetrySlice> symmetry_slice(const Network& problem, std::span<const double> x) {
  const NetworkData& data = problem.data();
  const bool is_penalised = data.weight_decay != 0.0;
  const double largest = max_abs(ConstMatrixView(x.data(), static_cast<Index>(x.size()), 1));
  const std::vector<std::vector<Index>> linear_of_layer = linear_units(problem, x);
  SymmetrySlice slice;
  for (std::size_t l = 0; l + 1 < data.num_layers(); ++l) {
    const LayerEntries V = entries(problem, x, l);
    const std::vector<Index>& linear = linear_of_layer[l];
    for (const Index i : linear)
      if (data.has_bias) slice.fixed.push_back(V.index(i, V.cols - 1));
    if (is_penalised) {
      if (data.has_bias) fix_biases_of_idle_units(V, entries(problem, x, l + 1), linear, largest, slice);
      continue;
    }
    if (!linear.empty() && !fix_invertible_block(V, linear, data.widths[l], slice.fixed)) return std::nullopt;
    for (Index i = 0; i < V.rows && data.activations[l].is_homogeneous(); ++i)
      if (!std::binary_search(linear.begin(), linear.end(), i) && !fix_largest(V, i, slice.fixed)) return std::nullopt;
  }
  if (data.is_cross_entropy) fix_one_output(entries(problem, x, data.num_layers() - 1), data.has_bias, is_penalised, slice.fixed);
  sort_and_unite(slice.fixed);
  sort_and_unite(slice.pinned);  // a weight between two idle units is one of both
  return slice;
}

}  // namespace nadir
