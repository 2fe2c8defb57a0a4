// Dense linear algebra over BLAS and LAPACK: products, factorisations, spectra.
//
// Every result depends on the operands alone, not on the number of threads: a large product is cut into
// panels whose width depends on its size only, each computed by single-threaded BLAS. BLAS's own threads
// are never used, so there is one pool (OpenMP's) and no storm of threads on small products.
#pragma once

#include <span>

#include "nadir/linalg/matrix.hpp"

namespace nadir {

enum class Op { none, transpose };

// The number of threads large products may use; 0 means all cores. Returns what is now set. On a worker
// (linalg/workers.hpp) num_threads() is 1: there the work is divided already.
int set_num_threads(int num_threads);
int num_threads();
// Before calls of BLAS or LAPACK of one's own: they start no threads. Every function below does so itself.
void keep_blas_on_this_thread();
// Name, version and kernel of the BLAS behind all this, for run.json and `nadir version`.
const char* blas_description();

// C <- alpha op(A) op(B) + beta C. C must not overlap A or B. Shapes are asserted.
void multiply(double alpha, ConstMatrixView A, Op op_a, ConstMatrixView B, Op op_b, double beta, MatrixView C);
// op(A) op(B) as a new matrix.
Matrix product(ConstMatrixView A, ConstMatrixView B);
Matrix product(ConstMatrixView A, Op op_a, ConstMatrixView B, Op op_b);
// X Y^T summed over columns in fixed blocks of `sum_block` samples, blocks added in order: the Gram
// products of data with many samples (rows(X) x rows(Y)). The fixed blocking bounds the rounding errors
// by sum_block + number of blocks instead of the number of samples.
inline constexpr Index sum_block = 1024;
Matrix sample_product(ConstMatrixView X, ConstMatrixView Y);
// y <- alpha op(A) x + beta y
void multiply_vector(double alpha, ConstMatrixView A, Op op_a, const double* x, double beta, double* y);

Matrix transpose(ConstMatrixView A);
double dot(std::span<const double> x, std::span<const double> y);
double norm(std::span<const double> x);              // Euclidean, safe against overflow
double frobenius_norm(ConstMatrixView A);            // safe against overflow
double max_abs(ConstMatrixView A);                   // NaN if an entry is NaN
void axpy(double alpha, std::span<const double> x, std::span<double> y);
void scale(double alpha, std::span<double> x);
void symmetrise(MatrixView A);                       // A <- (A + A^T) / 2
bool all_finite(ConstMatrixView A);

// Lower Cholesky factor with the upper triangle zeroed; false if A is not numerically positive definite.
bool cholesky(ConstMatrixView A, Matrix& L);
// B <- inv(op(L)) B for lower triangular L.
void solve_lower(ConstMatrixView L, Op op, MatrixView B);

struct SymmetricEigen { Vector values; Matrix vectors; };   // ascending; columns of `vectors`
SymmetricEigen symmetric_eigen(ConstMatrixView A);          // LAPACK dsyevd, reads the lower triangle
struct Svd { Matrix U; Vector values; Matrix Vt; };         // thin, descending
Svd svd(ConstMatrixView A);
struct Qr { Matrix Q; Matrix R; };                          // thin
Qr qr(ConstMatrixView A);
// Solves A x = b for a general square A by LU with partial pivoting; false if exactly singular.
bool solve_general(ConstMatrixView A, MatrixView B);

}  // namespace nadir
