// The spectral norms declared in norms.hpp.
#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "nadir/base/error.hpp"
#include "nadir/linalg/dense.hpp"
#include "nadir/rigor/definiteness.hpp"
#include "nadir/rigor/fp_environment.hpp"
#include "nadir/rigor/internal/rounding.hpp"
#include "nadir/rigor/internal/spectral_scale.hpp"
#include "nadir/rigor/norms.hpp"
#include "nadir/rigor/product.hpp"

namespace nadir {
namespace {

using internal::gamma_upper;
using internal::guarded;
using internal::inflate;
using internal::infinity;
using internal::nonnegative_upper;

std::size_t at(Index i) { return static_cast<std::size_t>(i); }

// sqrt(lambda_max(G)) for a positive semidefinite G.
double root_of_greatest_eigenvalue(const BallMatrix& G) {
  return sqrt_up(std::max(0.0, greatest_eigenvalue_upper_bound(G)));
}

double dense_norm(ConstMatrixView A) {
  const double quick = spectral_norm_quick_upper(A);
  if (quick == 0.0 || !all_finite(A)) return quick;
  const auto [unit, exponent] = internal::scaled_to_unit(exact(A));
  const Matrix& M = unit.mid;  // what underflowed is below 2^-1074 of the greatest entry and in unit.rad
  const double norm = root_of_greatest_eigenvalue(
      M.rows() <= M.cols() ? enclose_sample_product(M, M) : enclose_product(M, Op::transpose, M, Op::none));
  const Interval sharp = Interval::point(add_up(norm, spectral_norm_quick_upper(unit.rad)));
  return std::min(quick, scale_by_power_of_two(sharp, exponent).upper);
}

void check(const SparseMatrixView& A) {
  const auto refuse = [](const std::string& expected, Index found) {
    throw InputError("sparse matrix", expected, std::to_string(found));
  };
  const Index count = std::ssize(A.values);
  if (A.rows < 0 || A.cols < 0) refuse("dimensions >= 0", std::min(A.rows, A.cols));
  if (std::ssize(A.column_starts) != A.cols + 1) refuse("cols + 1 column starts", std::ssize(A.column_starts));
  if (std::ssize(A.row_indices) != count) refuse("as many row indices as values", std::ssize(A.row_indices));
  if (A.column_starts.front() != 0) refuse("column starts from 0", A.column_starts.front());
  if (A.column_starts.back() != count) refuse("column starts up to the number of values", A.column_starts.back());
  if (!std::ranges::is_sorted(A.column_starts)) refuse("ascending column starts", A.cols);
  std::vector<Index> last_column(at(A.rows), -1);
  for (Index j = 0; j < A.cols; ++j)
    for (Index p = A.column_starts[at(j)]; p < A.column_starts[at(j + 1)]; ++p) {
      const Index i = A.row_indices[at(p)];
      if (i < 0 || i >= A.rows) refuse("row indices below " + std::to_string(A.rows), i);
      if (std::exchange(last_column[at(i)], j) == j) refuse("each position once", i);
    }
}

struct SparseMatrix {
  Index rows, cols;
  std::vector<Index> column_starts, row_indices;
  Vector values;

  SparseMatrixView view() const { return {rows, cols, column_starts, row_indices, values}; }
};

SparseMatrix transpose(const SparseMatrixView& A) {
  SparseMatrix T{A.cols, A.rows, std::vector<Index>(at(A.rows + 1)), std::vector<Index>(A.values.size()),
                 Vector(A.values.size())};
  for (const Index i : A.row_indices) ++T.column_starts[at(i + 1)];
  for (Index i = 0; i < A.rows; ++i) T.column_starts[at(i + 1)] += T.column_starts[at(i)];
  std::vector<Index> next(T.column_starts.begin(), T.column_starts.end() - 1);
  for (Index j = 0; j < A.cols; ++j)
    for (Index p = A.column_starts[at(j)]; p < A.column_starts[at(j + 1)]; ++p) {
      const Index q = next[at(A.row_indices[at(p)])]++;
      T.row_indices[at(q)] = j;
      T.values[at(q)] = A.values[at(p)];
    }
  return T;
}

Index longest_row(const SparseMatrixView& A) {
  std::vector<Index> length(at(A.rows));
  for (const Index i : A.row_indices) ++length[at(i)];
  return length.empty() ? 0 : *std::ranges::max_element(length);
}

// y = |A|^T |A| x, rounded up, for x > 0.
Vector gram_times(const SparseMatrixView& A, const Vector& x, Index row_depth) {
  Vector rows(at(A.rows)), y(at(A.cols));
  for (Index j = 0; j < A.cols; ++j)
    for (Index p = A.column_starts[at(j)]; p < A.column_starts[at(j + 1)]; ++p)
      rows[at(A.row_indices[at(p)])] += std::fabs(A.values[at(p)]) * x[at(j)];
  for (double& sum : rows) sum = nonnegative_upper(sum, row_depth + 1, row_depth);
  for (Index j = 0; j < A.cols; ++j) {
    const Index first = A.column_starts[at(j)], last = A.column_starts[at(j + 1)];
    double sum = 0.0;
    for (Index p = first; p < last; ++p) sum += std::fabs(A.values[at(p)]) * rows[at(A.row_indices[at(p)])];
    y[at(j)] = nonnegative_upper(sum, last - first + 1, last - first);
  }
  return y;
}

// Collatz-Wielandt with the iterates of the power method; every iterate gives a proof.
double collatz_norm(const SparseMatrixView& A) {
  const Index depth = longest_row(A);
  Vector x(at(A.cols), 1.0);
  double best = infinity;
  for (int step = 0; step < 60; ++step) {
    const Vector y = gram_times(A, x, depth);
    double ratio = 0.0;
    for (Index j = 0; j < A.cols; ++j) ratio = std::max(ratio, div_up(y[at(j)], x[at(j)]));
    best = std::min(best, ratio);
    const double greatest = *std::ranges::max_element(y);
    for (Index j = 0; j < A.cols; ++j) x[at(j)] = std::max(y[at(j)] / greatest, 1e-12);
  }
  return sqrt_up(best);
}

// A A^T for few rows: the sum of the outer products of the columns.
BallMatrix outer_gram(const SparseMatrixView& A) {
  Matrix G(A.rows, A.rows), size(A.rows, A.rows);
  for (Index j = 0; j < A.cols; ++j)
    for (Index p = A.column_starts[at(j)]; p < A.column_starts[at(j + 1)]; ++p)
      for (Index q = A.column_starts[at(j)]; q < A.column_starts[at(j + 1)]; ++q) {
        const double term = A.values[at(p)] * A.values[at(q)];
        G(A.row_indices[at(p)], A.row_indices[at(q)]) += term;
        size(A.row_indices[at(p)], A.row_indices[at(q)]) += std::fabs(term);
      }
  const Index depth = longest_row(A) + 1;
  const double gamma = gamma_upper(depth);
  for (double& s : size.flat())
    if (s != 0.0) s = inflate(gamma * nonnegative_upper(s, depth, depth)) + static_cast<double>(2 * depth) * internal::eta;
  return {std::move(G), std::move(size)};
}

// 2^-exponent A; entries that underflow lose at most eta each.
SparseMatrix scaled(const SparseMatrixView& A, int exponent) {
  SparseMatrix B{A.rows, A.cols, {A.column_starts.begin(), A.column_starts.end()},
                 {A.row_indices.begin(), A.row_indices.end()}, {A.values.begin(), A.values.end()}};
  for (double& value : B.values) value = std::ldexp(value, -exponent);
  return B;
}

double sparse_norm(const SparseMatrixView& A, Index dense_side) {
  const double largest = max_abs({A.values.data(), std::ssize(A.values), 1});
  if (!std::isfinite(largest)) return infinity;
  if (largest == 0.0) return 0.0;
  const int exponent = std::ilogb(largest) + 1;
  const SparseMatrix unit = scaled(A, exponent), turned = transpose(unit.view());
  const bool flat = A.rows <= A.cols;
  double norm = collatz_norm(unit.view());
  if (std::min(A.rows, A.cols) <= dense_side)
    norm = std::min(norm, root_of_greatest_eigenvalue(outer_gram(flat ? unit.view() : turned.view())));
  // What scaling rounded away is at most eta an entry.
  const double lost = mul_up(static_cast<double>(std::ssize(A.values)), internal::eta);
  return scale_by_power_of_two(Interval::point(add_up(norm, lost)), exponent).upper;
}

}  // namespace

double spectral_norm_upper(ConstMatrixView A) { return guarded([&] { return dense_norm(A); }); }

double spectral_norm_upper(const BallMatrix& A) {
  if (!is_finite(A)) return infinity;
  return add_up(spectral_norm_upper(A.mid.view()), spectral_norm_quick_upper(A.rad));
}

double spectral_norm_upper(const SparseMatrixView& A, Index dense_side) {
  check(A);
  return guarded([&] { return sparse_norm(A, dense_side); });
}

}  // namespace nadir
