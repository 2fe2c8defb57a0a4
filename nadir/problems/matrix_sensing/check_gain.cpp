// How much the measurements tell of every matrix: the least eigenvalue of a Gram matrix, for the checker.
#include <algorithm>

#include "nadir/problems/matrix_sensing/check_measurements.hpp"
#include "nadir/rigor/definiteness.hpp"

namespace nadir::matrix_sensing_check {
namespace {

constexpr Index most_entries = 800, most_operator_entries = 1 << 22;

bool sees_symmetric_parts_alone(const SensingData& d) {
  if (d.rows != d.cols || d.rows == 1) return false;
  if (!d.is_dense()) return d.left.data == d.right.data;
  for (Index i = 0; i < d.rows; ++i)
    for (Index j = 0; j < i; ++j)
      for (Index k = 0; k < d.num_measurements; ++k)
        if (d.dense(k, i * d.cols + j) != d.dense(k, j * d.cols + i)) return false;
  return true;
}

}  // namespace

bool Measurements::squared_gain(const SensingData& d, slong precision, balls::Real& bound) const {
  const bool is_symmetric = sees_symmetric_parts_alone(d);
  const Index free_entries = is_symmetric ? d.rows * (d.rows + 1) / 2 : d.rows * d.cols;
  if (free_entries > most_entries || free_entries > d.num_measurements || free_entries * d.num_measurements > most_operator_entries) return false;
  balls::Matrix M(precision, free_entries, d.num_measurements);
  Index row = 0;
  for (Index i = 0; i < d.rows; ++i)
    for (Index j = 0; j < (is_symmetric ? i + 1 : d.cols); ++j, ++row)
      for (Index k = 0; k < d.num_measurements; ++k) {
        const balls::Real entry = d.is_dense() ? balls::Real(precision, d.dense(k, i * d.cols + j)) : d.left(i, k) * balls::Real(precision, d.right(j, k));
        M.set(row, k, is_symmetric && i != j ? 2.0 * entry : entry);
      }
  const balls::Matrix gram = product_with_transpose(M, M);
  Matrix nearest(free_entries, free_entries);
  for (Index j = 0; j < free_entries; ++j)
    for (Index i = 0; i < free_entries; ++i) nearest(i, j) = arf_get_d(arb_midref(gram.at(i, j)), ARF_RND_NEAR);
  // A guess from rigor/, proved here. |X|_F^2 is at most twice the sum of squares of the free entries.
  const double guess = least_eigenvalue_lower_bound(nearest) * (1.0 - 1e-9);
  if (!(guess > 0.0) || !is_semidefinite(gram - balls::Real(precision, guess) * balls::Matrix::identity(precision, free_entries))) return false;
  bound = balls::Real(precision, is_symmetric ? 0.5 * guess : guess);
  return true;
}

}  // namespace nadir::matrix_sensing_check
