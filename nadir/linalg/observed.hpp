// Observed entries of a matrix that a product U V^T of low rank shall explain, and the products of alternating
// least squares and of second-order methods over them.
//
// Notation: entry p is the value m_p at row i and column j with weight w_p; u_i and v_j are the rows of U and V.
// Factors are stored with their rows as columns: Ut is r x rows, Vt is r x cols, so that u_i = Ut.col(i) is
// contiguous. All functions below run over rows; over columns they are the same functions on the transpose
// (Observed::by_cols) with the factors exchanged.
//
// The bits of every result depend on the operands and on the vector instructions of the machine, never on the
// number of threads: the arithmetic of a row is its own, and sums over rows are made pairwise in a fixed order.
// u_i . v_j is rounded in one way everywhere, and the same from either side. Memory beyond the operands: a
// padded copy of Vt (and dVt), and a number a row. Shapes are asserted.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "nadir/linalg/matrix.hpp"

namespace nadir {

// The entries by rows: entry p of row i, row_starts[i] <= p < row_starts[i + 1], is values[p] at column
// col_index[p], ascending within a row, with weight weights[p] (empty: all ones).
struct ObservedRows {
  Index rows = 0, cols = 0;
  std::vector<Index> row_starts;  // rows + 1
  std::vector<std::int32_t> col_index;
  Vector values, weights;

  Index num_entries() const { return static_cast<Index>(values.size()); }
};

// The entries by rows and by columns (the rows of the transpose); entry q of by_cols is entry order[q] of by_rows.
struct Observed {
  ObservedRows by_rows, by_cols;
  std::vector<Index> order;
};

// Sorts entries that come in any order. Throws InputError, naming the entry by its place in the lists (from 0),
// for an index out of range, a pair that occurs twice, a value that is not finite, a weight that is negative or
// not finite, lists of different lengths, and sides beyond 2^31 - 1.
Observed make_observed(Index rows, Index cols, std::span<const Index> row_index, std::span<const Index> col_index,
                       std::span<const double> values, std::span<const double> weights /* may be empty */);

// residual[p] = w_p (m_p - u_i . v_j), in the order of the entries.
void residuals(const ObservedRows& observed, ConstMatrixView Ut, ConstMatrixView Vt, std::span<double> residual);

// 1/2 sum_p w_p (m_p - u_i . v_j)^2: never negative, and +inf or NaN where the squares leave the range of double.
// By rows and by columns the value differs by rounding, because the order of the sum differs.
double half_squared_error(const ObservedRows& observed, ConstMatrixView Ut, ConstMatrixView Vt);

// S V for the sparse matrix S with entries s[p] in the places of `observed`, stored as r x rows:
// out.col(i) = sum_p s[p] v_j. With s = residuals it is minus the gradient of half_squared_error in U.
void multiply_observed(const ObservedRows& observed, std::span<const double> s, ConstMatrixView Vt, MatrixView out);

// The row part of a product with the Hessian of half_squared_error, for `residual` as residuals() gives it at
// (Ut, Vt), in the direction (dUt, dVt):
// out.col(i) = sum_p ( w_p (du_i . v_j + u_i . dv_j) v_j - residual[p] dv_j ).
void hessian_rows(const ObservedRows& observed, std::span<const double> residual, ConstMatrixView Ut,
                  ConstMatrixView dUt, ConstMatrixView Vt, ConstMatrixView dVt, MatrixView out);

}  // namespace nadir
