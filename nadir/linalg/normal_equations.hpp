// Half a sweep of alternating least squares: every row of U is replaced by the minimiser for V as it is.
//
// Row i minimises 1/2 sum_p w_p (m_p - u . v_j)^2 + ridge[i]/2 |u|^2, hence solves (A + ridge[i] I) u = b with
// A = sum_p w_p v_j v_j^T and b = sum_p w_p m_p v_j [ZhouWilkinsonSchreiberPan2008]. Work: r^2 flops an
// entry and r^3/3 a row. Notation, storage and what is said of bits and threads: observed.hpp.
#pragma once

#include "nadir/linalg/observed.hpp"

namespace nadir {

struct HalfStep {
  double half_squared_error = 0.0;  // at (Ut, Vt): the bits of half_squared_error(observed, Ut, Vt)
  double gradient_norm = 0.0;       // Euclidean norm at (Ut, Vt) of the gradient in U, ridge included, over all rows
};

// new_Ut.col(i) = argmin_u 1/2 sum_p w_p (m_p - u . v_j)^2 + ridge[i]/2 |u|^2 for every row i; ridge has one entry
// >= 0 a row. new_Ut may be Ut itself.
//
// - A row whose system is singular, or so nearly that its Cholesky pivots drown in rounding, takes the damped step
//   u - (A + delta I)^{-1} (A u - b), delta = 1e-10 max diag(A) (A with the ridge on its diagonal): no increase of
//   the row's objective beyond rounding, and components that no entry sees stay as they are. If A = 0, u stays.
// - A row without entries becomes 0 where ridge > 0 and stays where ridge = 0.
// - A row whose sums leave the range of double, or that meets a NaN in V, stays.
HalfStep solve_rows(const ObservedRows& observed, ConstMatrixView Ut, ConstMatrixView Vt,
                    std::span<const double> ridge, MatrixView new_Ut);

}  // namespace nadir
