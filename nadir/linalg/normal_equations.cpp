#include "nadir/linalg/normal_equations.hpp"

#include <algorithm>
#include <cmath>

#include "nadir/linalg/dense.hpp"

namespace nadir {
namespace {

// step = A^{-1} g through a Cholesky factor; false if A is not safely positive definite.
bool solve_safely(const Matrix& A, const Matrix& g, Matrix& step) {
  Matrix L;
  if (!cholesky(A, L)) return false;
  for (Index k = 0; k < A.rows(); ++k)
    if (!(L(k, k) * L(k, k) > 16.0 * static_cast<double>(A.rows()) * 0x1p-53 * A(k, k))) return false;
  step = g;
  solve_lower(L, Op::none, step);
  solve_lower(L, Op::transpose, step);
  return all_finite(step);
}

}  // namespace

HalfStep solve_rows(const ObservedRows& o, ConstMatrixView Ut, ConstMatrixView Vt, std::span<const double> ridge,
                    MatrixView new_Ut) {
  const Index r = Ut.rows;
  const double value = half_squared_error(o, Ut, Vt);
  Vector gradient_norms;
  Matrix A(r, r), b(r, 1), g(r, 1), step(r, 1);
  for (Index i = 0; i < o.rows; ++i) {
    const auto row = static_cast<std::size_t>(i);
    A = Matrix(r, r), b = Matrix(r, 1);
    for (auto p = static_cast<std::size_t>(o.row_starts[row]); p < static_cast<std::size_t>(o.row_starts[row + 1]); ++p) {
      const double* v = Vt.col(o.col_index[p]);
      const double w = o.weights.empty() ? 1.0 : o.weights[p];
      for (Index k = 0; k < r; ++k) {
        for (Index l = 0; l < r; ++l) A(l, k) += w * v[l] * v[k];
        b(k, 0) += w * o.values[p] * v[k];
      }
    }
    double greatest = 0.0;
    for (Index k = 0; k < r; ++k) greatest = std::max(greatest, A(k, k) += ridge[row]);
    for (Index k = 0; k < r; ++k) {
      g(k, 0) = -b(k, 0);
      for (Index l = 0; l < r; ++l) g(k, 0) += A(k, l) * Ut(l, i);
    }
    gradient_norms.push_back(norm(g.flat()));
    if (solve_safely(A, b, step)) {
      std::copy_n(step.col(0), r, new_Ut.col(i));
      continue;
    }
    for (Index k = 0; k < r; ++k) A(k, k) += 1e-10 * greatest;
    const bool moves = greatest > 0.0 && solve_safely(A, g, step);
    for (Index k = 0; k < r; ++k) new_Ut(k, i) = Ut(k, i) - (moves ? step(k, 0) : 0.0);
  }
  return {value, norm(gradient_norms)};
}

}  // namespace nadir
