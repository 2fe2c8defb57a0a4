#include "nadir/problems/matrix_sensing/injectivity.hpp"

#include <algorithm>

#include "nadir/rigor/definiteness.hpp"
#include "nadir/rigor/product.hpp"

namespace nadir {
namespace {

constexpr Index most_entries = 800, most_operator_entries = 1 << 22;

// Of one row and column, everything is symmetric, and nothing gained by it.
bool has_symmetric_measurements(const SensingData& d) {
  if (d.rows != d.cols || d.rows == 1) return false;
  if (!d.is_dense()) return d.left.data == d.right.data;
  for (Index i = 0; i < d.rows && !d.is_psd; ++i)
    for (Index j = 0; j < i; ++j)
      if (!std::equal(d.dense.col(i * d.cols + j), d.dense.col(i * d.cols + j) + d.num_measurements, d.dense.col(j * d.cols + i))) return false;
  return true;
}

// The entry (i, j) of all A_k, times `weight`.
void set_column(const SensingData& d, Index i, Index j, double weight, BallMatrix& M, Index column) {
  for (Index k = 0; k < d.num_measurements; ++k) {
    const Interval entry = d.is_dense() ? Interval::point(weight * d.dense(k, i * d.cols + j))
                                        : Interval::point(d.left(i, k)) * Interval::point(weight * d.right(j, k));
    M.mid(k, column) = entry.mid();
    M.rad(k, column) = entry.is_thin() ? 0.0 : entry.width();
  }
}

}  // namespace

double least_gain_lower(const SensingData& d) {
  const bool is_symmetric = has_symmetric_measurements(d);
  const Index free_entries = is_symmetric ? d.rows * (d.rows + 1) / 2 : d.rows * d.cols;
  if (free_entries > most_entries || free_entries > d.num_measurements || free_entries * d.num_measurements > most_operator_entries) return 0.0;
  BallMatrix M(d.num_measurements, free_entries);
  Index column = 0;
  for (Index i = 0; i < d.rows; ++i)
    for (Index j = 0; j < (is_symmetric ? i + 1 : d.cols); ++j) set_column(d, i, j, is_symmetric && i != j ? 2.0 : 1.0, M, column++);
  const double least = least_eigenvalue_lower_bound(enclose_product(M, Op::transpose, M, Op::none));
  return least > 0.0 ? sqrt_down(is_symmetric ? 0.5 * least : least) : 0.0;
}

}  // namespace nadir
