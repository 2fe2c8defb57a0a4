#include "nadir/linalg/observed.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>
#include <string>

#include "nadir/base/error.hpp"
#include "nadir/linalg/dense.hpp"
#include "nadir/linalg/internal/observed_kernels.hpp"

namespace nadir {
namespace {

std::string at(const char* what, std::size_t p) { return std::string(what) + " of entry " + std::to_string(p); }

void require_range(const char* what, std::span<const Index> index, Index size) {
  const std::string expected =
      size > 0 ? "a number from 0 to " + std::to_string(size - 1) : "an empty list, as there are no " + std::string(what) + "s";
  for (std::size_t p = 0; p < index.size(); ++p)
    if (index[p] < 0 || index[p] >= size) throw InputError(at(what, p), expected, std::to_string(index[p]));
}

void require_entries(Index rows, Index cols, std::span<const Index> row_index, std::span<const Index> col_index,
                     std::span<const double> values, std::span<const double> weights) {
  constexpr Index most = std::numeric_limits<std::int32_t>::max();
  if (rows < 0 || rows > most) throw InputError("rows", "0 to 2^31 - 1", std::to_string(rows));
  if (cols < 0 || cols > most) throw InputError("cols", "0 to 2^31 - 1", std::to_string(cols));
  const std::size_t count = values.size();
  const auto require_length = [count](const char* what, std::size_t length) {
    if (length != count) throw InputError(what, std::to_string(count) + " numbers, one an entry", std::to_string(length));
  };
  require_length("row_index", row_index.size());
  require_length("col_index", col_index.size());
  if (!weights.empty()) require_length("weights", weights.size());
  require_range("row", row_index, rows);
  require_range("column", col_index, cols);
  for (std::size_t p = 0; p < count; ++p)
    if (!std::isfinite(values[p])) throw InputError(at("value", p), "a finite number", std::to_string(values[p]));
  for (std::size_t p = 0; p < weights.size(); ++p)
    if (!(weights[p] >= 0.0 && std::isfinite(weights[p])))
      throw InputError(at("weight", p), "a finite number >= 0", std::to_string(weights[p]));
}

// starts[k] of the entries with key k, for entries sorted by key.
std::vector<Index> starts_of(std::span<const Index> keys, Index num_keys) {
  std::vector<Index> starts(static_cast<std::size_t>(num_keys) + 1, 0);
  for (const Index key : keys) ++starts[static_cast<std::size_t>(key) + 1];
  for (std::size_t k = 1; k < starts.size(); ++k) starts[k] += starts[k - 1];
  return starts;
}

}  // namespace

Observed make_observed(Index rows, Index cols, std::span<const Index> row_index, std::span<const Index> col_index,
                       std::span<const double> values, std::span<const double> weights) {
  require_entries(rows, cols, row_index, col_index, values, weights);
  const std::size_t count = values.size();
  Observed observed;
  ObservedRows& by_rows = observed.by_rows;
  ObservedRows& by_cols = observed.by_cols;
  by_rows = {rows, cols, starts_of(row_index, rows), std::vector<std::int32_t>(count), Vector(count), Vector(weights.size())};
  by_cols = {cols, rows, starts_of(col_index, cols), std::vector<std::int32_t>(count), Vector(count), Vector(weights.size())};

  // Two stable counting sorts: by column, then by row.
  std::vector<std::size_t> by_column(count);
  std::vector<Index> next = by_cols.row_starts;
  for (std::size_t p = 0; p < count; ++p) by_column[static_cast<std::size_t>(next[static_cast<std::size_t>(col_index[p])]++)] = p;
  next = by_rows.row_starts;
  std::vector<std::size_t> input_place(count);
  for (const std::size_t p : by_column) {
    const auto i = static_cast<std::size_t>(row_index[p]);
    const auto place = static_cast<std::size_t>(next[i]++);
    by_rows.col_index[place] = static_cast<std::int32_t>(col_index[p]);
    by_rows.values[place] = values[p];
    if (!weights.empty()) by_rows.weights[place] = weights[p];
    input_place[place] = p;
    if (place > static_cast<std::size_t>(by_rows.row_starts[i]) && by_rows.col_index[place - 1] == by_rows.col_index[place])
      throw InputError("entry " + std::to_string(p), "every pair once",
                       "row " + std::to_string(i) + ", column " + std::to_string(col_index[p]) + " as in entry " +
                           std::to_string(input_place[place - 1]));
  }

  next = by_cols.row_starts;
  observed.order.resize(count);
  for (Index i = 0; i < rows; ++i)
    for (Index p = by_rows.row_starts[static_cast<std::size_t>(i)]; p < by_rows.row_starts[static_cast<std::size_t>(i) + 1]; ++p) {
      const auto from = static_cast<std::size_t>(p);
      const auto place = static_cast<std::size_t>(next[static_cast<std::size_t>(by_rows.col_index[from])]++);
      by_cols.col_index[place] = static_cast<std::int32_t>(i);
      by_cols.values[place] = by_rows.values[from];
      if (!weights.empty()) by_cols.weights[place] = by_rows.weights[from];
      observed.order[place] = p;
    }
  return observed;
}

namespace internal {

PaddedFactor::PaddedFactor(ConstMatrixView first, ConstMatrixView second)
    : stride_(padded(first.rows) + padded(second.rows)), data_(stride_ * first.cols) {
  for (Index j = 0; j < first.cols; ++j) {
    double* to = data_.data() + j * stride_;
    std::copy_n(first.col(j), first.rows, to);
    if (second.rows > 0) std::copy_n(second.col(j), second.rows, to + padded(first.rows));
  }
}

// The v_j of a chunk fit the usual first-level cache of 32 KiB or more; longer chunks gain nothing.
RowScratch::RowScratch(const PaddedFactor& factor)
    : chunk(std::clamp<Index>(4096 / std::max<Index>(factor.stride(), 1) / max_lanes * max_lanes, 16, 128)),
      v(static_cast<std::size_t>(chunk)),
      residual(chunk),
      scaled(chunk),
      u(factor.stride()),
      du(factor.stride()),
      sum(factor.stride()) {}

int threads_for(double multiplications) {
  constexpr double worthwhile = 1e5;
  return multiplications < worthwhile ? 1 : num_threads();
}

double pairwise_sum(std::span<const double> x) {
  constexpr std::size_t few = 16;
  if (x.size() <= few) {
    double sum = 0.0;
    for (const double value : x) sum += value;
    return sum;
  }
  const std::size_t half = x.size() / 2;
  return pairwise_sum(x.first(half)) + pairwise_sum(x.subspan(half));
}

}  // namespace internal

namespace {

std::vector<internal::RowScratch> scratch_for(const ObservedRows& observed, const internal::PaddedFactor& factor) {
  const double work = static_cast<double>(observed.num_entries()) * static_cast<double>(factor.stride());
  std::vector<internal::RowScratch> scratch;
  for (int t = internal::threads_for(work); t > 0; --t) scratch.emplace_back(factor);
  return scratch;
}

void assert_shapes(const ObservedRows& observed, ConstMatrixView Ut, ConstMatrixView Vt) {
  assert(Ut.cols == observed.rows && Vt.cols == observed.cols && Ut.rows == Vt.rows);
  assert(observed.row_starts.size() == static_cast<std::size_t>(observed.rows) + 1);
  (void)observed, (void)Ut, (void)Vt;
}

}  // namespace

void residuals(const ObservedRows& observed, ConstMatrixView Ut, ConstMatrixView Vt, std::span<double> residual) {
  assert_shapes(observed, Ut, Vt);
  assert(residual.size() == observed.values.size());
  const internal::PaddedFactor V(Vt);
  auto scratch = scratch_for(observed, V);
  internal::over_row_blocks(observed, scratch, [&](internal::RowRange rows, internal::RowScratch& s) {
    internal::residual_rows(observed, rows, Ut, V, s, residual.data());
  });
}

double half_squared_error(const ObservedRows& observed, ConstMatrixView Ut, ConstMatrixView Vt) {
  assert_shapes(observed, Ut, Vt);
  const internal::PaddedFactor V(Vt);
  auto scratch = scratch_for(observed, V);
  Vector row_errors(static_cast<std::size_t>(observed.rows));
  internal::over_row_blocks(observed, scratch, [&](internal::RowRange rows, internal::RowScratch& s) {
    internal::squared_error_rows(observed, rows, Ut, V, s, row_errors.data());
  });
  return internal::pairwise_sum(row_errors);
}

void multiply_observed(const ObservedRows& observed, std::span<const double> coefficient, ConstMatrixView Vt, MatrixView out) {
  assert_shapes(observed, out, Vt);
  assert(coefficient.size() == observed.values.size());
  const internal::PaddedFactor V(Vt);
  auto scratch = scratch_for(observed, V);
  internal::over_row_blocks(observed, scratch, [&](internal::RowRange rows, internal::RowScratch& s) {
    internal::multiply_rows(observed, rows, coefficient.data(), V, s, out);
  });
}

void hessian_rows(const ObservedRows& observed, std::span<const double> residual, ConstMatrixView Ut, ConstMatrixView dUt,
                  ConstMatrixView Vt, ConstMatrixView dVt, MatrixView out) {
  assert_shapes(observed, Ut, Vt);
  assert_shapes(observed, dUt, dVt);
  assert_shapes(observed, out, Vt);
  assert(residual.size() == observed.values.size());
  const internal::PaddedFactor factors(Vt, dVt);
  auto scratch = scratch_for(observed, factors);
  internal::over_row_blocks(observed, scratch, [&](internal::RowRange rows, internal::RowScratch& s) {
    internal::hessian_product_rows(observed, rows, residual.data(), Ut, dUt, factors, s, out);
  });
}

}  // namespace nadir
