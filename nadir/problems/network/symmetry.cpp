#include "nadir/problems/network/symmetry.hpp"

#include "nadir/linalg/dense.hpp"

namespace nadir {
namespace {

constexpr double rank_tol = 1e-10;

// The tangent of unit i of hidden layer l, normalised; false if it is zero.
bool tangent(const Network& problem, std::span<const double> x, std::size_t l, Index i, std::span<double> out) {
  const NetworkData& data = problem.data();
  const Layout& layout = problem.layout();
  const std::size_t in = data.weight_block(l), next = data.weight_block(l + 1);
  for (Index j = 0; j < layout[in].cols; ++j) layout.block(out, in)(i, j) = layout.block(x, in)(i, j);
  if (data.has_bias) layout.block(out, data.bias_block(l))(i, 0) = layout.block(x, data.bias_block(l))(i, 0);
  for (Index j = 0; j < layout[next].rows; ++j) layout.block(out, next)(j, i) = -layout.block(x, next)(j, i);
  const double length = norm(out);
  if (!(length > 0.0)) return false;
  scale(1.0 / length, out);
  return true;
}

}  // namespace

Matrix rescaling_directions(const Network& problem, std::span<const double> x) {
  const NetworkData& data = problem.data();
  const Index n = problem.layout().dimension();
  Vector columns;
  Index count = 0;
  for (std::size_t l = 0; l + 1 < data.num_layers() && data.weight_decay == 0.0; ++l)
    for (Index i = 0; i < data.widths[l + 1] && data.activations[l].is_homogeneous(); ++i) {
      Vector direction(static_cast<std::size_t>(n), 0.0);
      if (!tangent(problem, x, l, i, direction)) continue;
      columns.insert(columns.end(), direction.begin(), direction.end());
      ++count;
    }
  if (count == 0) return Matrix(n, 0);
  const Svd decomposition = svd(ConstMatrixView(columns.data(), n, count));
  Index rank = 0;
  for (const double sigma : decomposition.values) rank += sigma > rank_tol * decomposition.values.front() ? 1 : 0;
  return Matrix(decomposition.U.view().columns(0, rank));
}

}  // namespace nadir
