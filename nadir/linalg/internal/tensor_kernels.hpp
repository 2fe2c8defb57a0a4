// The vectorised kernels under tensor.hpp, chosen once for the machine's instructions.
//
// Why not BLAS alone: the products here are thin. T x_k A with 20 rows does 40 flops for each number that it reads, and
// a BLAS first copies the large operand into its own layout, which takes as long as the product; its Gram matrices
// reach 75 to 80 % of its products. Both kernels read the tensor where it stands, or where a chunk of it was put once.
//
// Neither allocates nor throws. Sums over the inner index run in its order, lane by lane.
#pragma once

#include "nadir/linalg/matrix.hpp"

namespace nadir::internal {

// Columns that a strip's right factor is padded to, see pack_factor().
inline constexpr Index max_strip_columns = 8;

// Y (rows x r, stride y_stride) <- X (rows x n, stride x_stride) B, for B packed in panels of up to 8 columns: the panels
// 8, 8, ..., then 4, 2, 1 as r is made up; entry (k, c) of a panel of width w at k * w + c, panels one after another.
// Reads X in strips of rows that fit the first-level cache.
void multiply_strips(const double* X, Index x_stride, const double* packed_B, Index rows, Index n, Index r, double* Y, Index y_stride);
void multiply_strips(const float* X, Index x_stride, const float* packed_B, Index rows, Index n, Index r, float* Y, Index y_stride);

// Y (r x columns, contiguous columns) <- A X for X (n x columns, contiguous columns) and A packed with its rows in panels,
// one after another: a panel begun with `rows_left` rows to go has column_panel_rows(.., rows_left) of them, zeros behind
// the last row; its entry (i, k) stands at k * (its rows) + i.
void multiply_columns(const double* packed_A, const double* X, Index columns, Index n, Index r, double* Y);
void multiply_columns(const float* packed_A, const float* X, Index columns, Index n, Index r, float* Y);
Index column_panel_rows(bool is_float, Index rows_left);

// C (m x n, stride c_stride) += X^T Y for X (k x m) and Y (k x n), both with columns `stride` apart that are zero behind
// k up to the next multiple of 16. lower_only: entries above the diagonal may be left as they are. Sums of float stay
// float within the call.
void add_inner_products(const double* X, Index m, const double* Y, Index n, Index k, Index stride, bool lower_only, double* C, Index c_stride);
void add_inner_products(const float* X, Index m, const float* Y, Index n, Index k, Index stride, bool lower_only, double* C, Index c_stride);

}  // namespace nadir::internal
