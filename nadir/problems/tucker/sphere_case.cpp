#include "nadir/problems/tucker/sphere_case.hpp"

#include <algorithm>

#include "nadir/problems/tucker/normal_form.hpp"

namespace nadir {
namespace {

constexpr Index most_directions = 6, most_entries = 100000;

}  // namespace

int sphere_mode(const Tucker& problem) {
  const TuckerData& data = problem.data();
  if (data.num_modes() != 3 || data.size() > most_entries || data.is_masked || data.is_sparse() || data.regulariser > 0.0) return -1;
  int best = -1;
  for (int m = 0; m < 3; ++m) {
    const std::size_t file = static_cast<std::size_t>(data.source_mode(m));
    if (problem.ranks()[file] != 1 || data.extents[file] > most_directions) continue;
    if (best < 0 || data.extents[file] < data.extents[static_cast<std::size_t>(data.source_mode(best))]) best = m;
  }
  return best;
}

Index sphere_rank(const Tucker& problem, int mode) {
  Index rank = problem.data().size();
  for (int m = 0; m < 3; ++m)
    if (m != mode) rank = std::min(rank, problem.ranks()[static_cast<std::size_t>(problem.data().source_mode(m))]);
  return rank;
}

Tensor<double> whole_tensor(const TuckerData& data) {
  Tensor<double> T(source_shape(data));
  for_each_double_slab(data, [&](TensorView<double> slab, Index first) { std::copy_n(slab.data, slab.size(), T.data() + first * slab.shape.right(0)); });
  return T;
}

Vector point_along(const Tucker& problem, int mode, std::span<const double> x) {
  const TuckerData& data = problem.data();
  const Tensor<double> T = whole_tensor(data);
  const Tensor<double> along = mode_product(T.view(), mode, ConstMatrixView(x.data(), 1, static_cast<Index>(x.size())));
  std::vector<Matrix> A(3);
  for (int m = 0; m < 3; ++m) {
    const Index rank = problem.ranks()[static_cast<std::size_t>(data.source_mode(m))];
    if (m == mode) {
      A[static_cast<std::size_t>(m)] = Matrix(ConstMatrixView(x.data(), static_cast<Index>(x.size()), 1));
      scale(1.0 / norm(x), A[static_cast<std::size_t>(m)].flat());
      continue;
    }
    const SymmetricEigen eigen = symmetric_eigen(gram(along.view(), m));
    Matrix& U = A[static_cast<std::size_t>(m)];
    U = Matrix(eigen.vectors.rows(), rank);
    for (Index j = 0; j < rank; ++j) std::copy_n(eigen.vectors.col(eigen.vectors.cols() - 1 - j), U.rows(), U.col(j));
  }
  return flat_point(data, problem.layout(), contract(data, {A.begin(), A.end()}, {}), A);
}

}  // namespace nadir
