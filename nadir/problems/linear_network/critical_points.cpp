#include "nadir/problems/linear_network/critical_points.hpp"

#include <algorithm>

#include "nadir/linalg/dense.hpp"

namespace nadir {
namespace {

Matrix gaussian(Random& random, Index rows, Index cols) {
  Matrix m(rows, cols);
  random.fill_normal(m.flat());
  return m;
}

// Singular values in [0.5, 2].
Matrix well_conditioned(Random& random, Index n) {
  Svd s = svd(gaussian(random, n, n));
  for (Index j = 0; j < n; ++j) scale(0.5 + 1.5 * random.uniform(), {s.U.col(j), static_cast<std::size_t>(n)});
  return product(s.U, s.Vt);
}

// Columns of U with index in S, then the others.
std::pair<Matrix, Matrix> split_columns(const Matrix& U, const std::vector<Index>& S) {
  const auto r = static_cast<Index>(S.size());
  Matrix in(U.rows(), r), out(U.rows(), U.cols() - r);
  Index i = 0, o = 0;
  for (Index j = 0; j < U.cols(); ++j) {
    const bool is_signal = std::find(S.begin(), S.end(), j) != S.end();
    std::copy_n(U.col(j), U.rows(), is_signal ? in.col(i++) : out.col(o++));
  }
  return {in, out};
}

void place(const Matrix& block, Matrix& into, Index row, Index col) {
  for (Index j = 0; j < block.cols(); ++j)
    for (Index i = 0; i < block.rows(); ++i) into(row + i, col + j) = block(i, j);
}

}  // namespace

Point make_critical_point(const LinearNetwork& problem, const CriticalPointRecipe& recipe, Random& random) {
  const LinearArchitecture& a = problem.architecture();
  const std::size_t H = a.num_layers();
  const auto r = static_cast<Index>(recipe.signal.size());
  // Descending eigenvectors of A A^T, all d_out of them.
  SymmetricEigen e = symmetric_eigen(product(problem.data().target, Op::none, problem.data().target, Op::transpose));
  Matrix U(e.vectors.rows(), e.vectors.cols());
  for (Index j = 0; j < U.cols(); ++j) std::copy_n(e.vectors.col(U.cols() - 1 - j), U.rows(), U.col(j));
  const auto [U_S, U_Q] = split_columns(U, recipe.signal);
  const auto block = [&](std::size_t l, Index rows, Index cols) {
    const bool is_zero = std::find(recipe.zero_blocks.begin(), recipe.zero_blocks.end(), l) != recipe.zero_blocks.end();
    return is_zero ? Matrix(rows, cols) : gaussian(random, rows, cols);
  };

  std::vector<Matrix> V;
  for (std::size_t l = 0; l < H; ++l) {
    const Index in = a.widths[l], out = a.widths[l + 1];
    Matrix canonical(out, in);
    if (l == 0 && H == 1) canonical = product(U_S, product(U_S, Op::transpose, problem.data().least_squares, Op::none));
    else if (l == 0) {
      place(product(U_S, Op::transpose, problem.data().least_squares, Op::none), canonical, 0, 0);
      place(block(l, out - r, in), canonical, r, 0);
    } else if (l + 1 == H) {
      place(U_S, canonical, 0, 0);
      place(product(U_Q, block(l, U_Q.cols(), in - r)), canonical, 0, r);
    } else {
      place(Matrix::identity(r), canonical, 0, 0);
      place(block(l, out - r, in - r), canonical, r, r);
    }
    V.push_back(std::move(canonical));
  }
  for (std::size_t l = 0; l + 1 < H; ++l) {
    const Matrix D = well_conditioned(random, a.widths[l + 1]);
    V[l + 1] = product(V[l + 1], D);
    solve_general(D, V[l]);
  }
  Point point(problem.layout());
  for (std::size_t l = 0; l < H; ++l) {
    const MatrixView W = point.block(l);
    for (Index j = 0; j < W.cols; ++j)
      for (Index i = 0; i < W.rows; ++i) W(i, j) = V[l](i, j) - (a.has_skip(l) && i == j ? 1.0 : 0.0);
  }
  return point;
}

}  // namespace nadir
