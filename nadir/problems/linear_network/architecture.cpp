#include "nadir/problems/linear_network/architecture.hpp"

#include <algorithm>
#include <string>

#include "nadir/linalg/dense.hpp"

namespace nadir {

Index LinearArchitecture::narrowest() const { return *std::min_element(widths.begin(), widths.end()); }

Layout LinearArchitecture::layout() const {
  Layout layout;
  for (std::size_t l = 0; l < num_layers(); ++l) layout.add("W" + std::to_string(l + 1), widths[l + 1], widths[l]);
  return layout;
}

std::vector<Matrix> LinearArchitecture::effective_weights(std::span<const double> x) const {
  std::vector<Matrix> V;
  const double* block = x.data();
  for (std::size_t l = 0; l < num_layers(); ++l) {
    const ConstMatrixView W(block, widths[l + 1], widths[l]);
    V.emplace_back(W);
    block += W.size();
    if (has_skip(l))
      for (Index i = 0; i < W.rows; ++i) V.back()(i, i) += 1.0;
  }
  return V;
}

Matrix chain_product(const LinearArchitecture& a, const std::vector<Matrix>& V, std::size_t from, std::size_t to) {
  if (from == to) return Matrix::identity(a.widths[from]);
  Matrix result = V[to - 1];
  for (std::size_t l = to - 1; l > from; --l) result = product(result, V[l - 1]);
  return result;
}

}  // namespace nadir
