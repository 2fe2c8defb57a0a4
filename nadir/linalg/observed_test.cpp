// Observed entries: sorting against the definition, kernels against plain loops in exact integer arithmetic and in
// long double, on every instruction set of the machine.
#include "nadir/linalg/observed.hpp"

#include <gmock/gmock.h>

#include <cmath>
#include <limits>

#include "nadir/base/error.hpp"
#include "nadir/linalg/internal/every_instruction_set_test.hpp"
#include "nadir/linalg/internal/observed_kernels.hpp"

namespace nadir {
namespace {

using testing::ElementsAre;

// ---- Sorting ----

TEST(MakeObserved, sorts_by_rows_and_by_columns) {
  const std::vector<Index> i{2, 0, 2, 0}, j{1, 2, 0, 1};
  const Vector m{5, 6, 7, 8}, w{1, 2, 3, 4};

  const Observed o = make_observed(3, 4, i, j, m, w);

  EXPECT_EQ(o.by_rows.num_entries(), 4);
  EXPECT_THAT(o.by_rows.row_starts, ElementsAre(0, 2, 2, 4));
  EXPECT_THAT(o.by_rows.col_index, ElementsAre(1, 2, 0, 1));
  EXPECT_THAT(o.by_rows.values, ElementsAre(8, 6, 7, 5));
  EXPECT_THAT(o.by_rows.weights, ElementsAre(4, 2, 3, 1));
  EXPECT_EQ(o.by_cols.rows, 4);
  EXPECT_EQ(o.by_cols.cols, 3);
  EXPECT_THAT(o.by_cols.row_starts, ElementsAre(0, 1, 3, 4, 4));
  EXPECT_THAT(o.by_cols.col_index, ElementsAre(2, 0, 2, 0));
  EXPECT_THAT(o.by_cols.values, ElementsAre(7, 8, 5, 6));
  EXPECT_THAT(o.by_cols.weights, ElementsAre(3, 4, 1, 2));
  EXPECT_THAT(o.order, ElementsAre(2, 0, 3, 1));
}

TEST(MakeObserved, takes_no_entries_and_no_rows) {
  const Observed none = make_observed(0, 3, {}, {}, {}, {});
  const Observed empty = make_observed(2, 3, {}, {}, {}, {});

  EXPECT_THAT(none.by_rows.row_starts, ElementsAre(0));
  EXPECT_THAT(none.by_cols.row_starts, ElementsAre(0, 0, 0, 0));
  EXPECT_EQ(half_squared_error(none.by_rows, Matrix(2, 0), Matrix(2, 3)), 0.0);
  EXPECT_EQ(half_squared_error(none.by_cols, Matrix(2, 3), Matrix(2, 0)), 0.0);
  EXPECT_EQ(half_squared_error(empty.by_rows, Matrix(2, 2), Matrix(2, 3)), 0.0);
}

struct Entries {
  Index rows = 2, cols = 2;
  std::vector<Index> i{0, 1}, j{0, 1};
  Vector m{1, 2}, w{};
};

void expect_refused(const Entries& e, const std::string& message) {
  try {
    make_observed(e.rows, e.cols, e.i, e.j, e.m, e.w);
    FAIL() << "accepted";
  } catch (const InputError& error) {
    EXPECT_EQ(error.what(), message);
  }
}

TEST(MakeObserved, names_what_is_wrong_and_where) {
  constexpr double inf = std::numeric_limits<double>::infinity(), nan = std::numeric_limits<double>::quiet_NaN();

  expect_refused({.i = {0, 2}}, "row of entry 1: expected a number from 0 to 1, found 2");
  expect_refused({.i = {-1, 1}}, "row of entry 0: expected a number from 0 to 1, found -1");
  expect_refused({.j = {0, 2}}, "column of entry 1: expected a number from 0 to 1, found 2");
  expect_refused({.i = {1, 1}, .j = {0, 0}}, "entry 1: expected every pair once, found row 1, column 0 as in entry 0");
  expect_refused({.m = {1, nan}}, "value of entry 1: expected a finite number, found nan");
  expect_refused({.m = {inf, 1}}, "value of entry 0: expected a finite number, found inf");
  expect_refused({.w = {1, -1}}, "weight of entry 1: expected a finite number >= 0, found -1.000000");
  expect_refused({.w = {1, nan}}, "weight of entry 1: expected a finite number >= 0, found nan");
  expect_refused({.w = {1}}, "weights: expected 2 numbers, one an entry, found 1");
  expect_refused({.i = {1}}, "row_index: expected 2 numbers, one an entry, found 1");
  expect_refused({.rows = -1}, "rows: expected 0 to 2^31 - 1, found -1");
  expect_refused({.cols = Index{1} << 31}, "cols: expected 0 to 2^31 - 1, found 2147483648");
  expect_refused({.rows = 0}, "row of entry 0: expected an empty list, as there are no rows, found 0");
}

// ---- Kernels ----

template <class Real>
Real dot(ConstMatrixView X, Index i, ConstMatrixView Y, Index j) {
  Real sum = 0;
  for (Index k = 0; k < X.rows; ++k) sum += static_cast<Real>(X(k, i)) * static_cast<Real>(Y(k, j));
  return sum;
}

// visit(row, entry, column, weight) for all entries.
template <class Visit>
void for_entries(const ObservedRows& o, const Visit& visit) {
  for (Index i = 0; i < o.rows; ++i)
    for (auto p = static_cast<std::size_t>(o.row_starts[static_cast<std::size_t>(i)]);
         p < static_cast<std::size_t>(o.row_starts[static_cast<std::size_t>(i) + 1]); ++p)
      visit(i, p, o.col_index[p], o.weights.empty() ? 1.0 : o.weights[p]);
}

class ObservedKernels : public EveryInstructionSet {};
NADIR_ON_EVERY_INSTRUCTION_SET(ObservedKernels);

TEST_P(ObservedKernels, are_exact_on_integers) {
  for (const Index r : ranks())
    for (const bool has_weights : {false, true}) {
      SCOPED_TRACE(testing::Message() << "rank " << r << ", weights " << has_weights);
      const Instance x = make_instance(row_lengths, 1000, r, has_weights, small_integer);
      const Instance dx = make_instance(row_lengths, 1000, r, has_weights, [](Random& random) { return small_integer(random) + 1.0; });
      const ObservedRows& o = x.observed.by_rows;
      Vector residual(o.values.size()), expected_residual(o.values.size());
      Matrix SV(r, o.rows), expected_SV(r, o.rows), H(r, o.rows), expected_H(r, o.rows);
      double error = 0.0;
      for_entries(o, [&](Index i, std::size_t p, Index j, double w) {
        const double e = o.values[p] - dot<double>(x.Ut, i, x.Vt, j);
        const double slope = w * (dot<double>(dx.Ut, i, x.Vt, j) + dot<double>(x.Ut, i, dx.Vt, j));
        expected_residual[p] = w * e;
        error += 0.5 * w * e * e;
        for (Index k = 0; k < r; ++k) {
          expected_SV(k, i) += w * e * x.Vt(k, j);
          expected_H(k, i) += slope * x.Vt(k, j) - w * e * dx.Vt(k, j);
        }
      });

      residuals(o, x.Ut, x.Vt, residual);
      multiply_observed(o, residual, x.Vt, SV);
      hessian_rows(o, residual, x.Ut, dx.Ut, x.Vt, dx.Vt, H);

      EXPECT_EQ(residual, expected_residual);
      EXPECT_EQ(half_squared_error(o, x.Ut, x.Vt), error);
      EXPECT_EQ(SV, expected_SV);
      EXPECT_EQ(H, expected_H);
    }
}

TEST_P(ObservedKernels, round_residuals_within_the_classical_bound) {
  constexpr double unit = 0x1p-53;
  for (const Index r : ranks())
    for (const double scale : {1.0, 0x1p300, 0x1p-300, 0x1p-520}) {
      Instance x = make_instance(row_lengths, 1000, r, true, gaussian);
      for (double& u : x.Ut.flat()) u *= scale;
      for (double& v : x.Vt.flat()) v *= scale;
      const ObservedRows& o = x.observed.by_rows;
      Vector residual(o.values.size());

      residuals(o, x.Ut, x.Vt, residual);

      for_entries(o, [&](Index i, std::size_t p, Index j, double w) {
        long double size = std::fabs(o.values[p]), exact = o.values[p];
        for (Index k = 0; k < r; ++k) {
          const long double product = static_cast<long double>(x.Ut(k, i)) * x.Vt(k, j);
          exact -= product;
          size += std::fabs(product);
        }
        const long double bound = w * (static_cast<double>(r + 3) * unit * size + static_cast<double>(r) * 0x1p-1074L);
        ASSERT_LE(std::fabs(residual[p] - w * exact), bound + 0x1p-1074L) << "rank " << r << ", scale " << scale;
      });
    }
}

TEST_P(ObservedKernels, sum_squares_to_the_last_digits) {
  const std::vector<Index> lengths(2000, 100);
  const Instance x = make_instance(lengths, 300, 5, true, gaussian);
  const ObservedRows& o = x.observed.by_rows;
  Vector residual(o.values.size());
  residuals(o, x.Ut, x.Vt, residual);
  long double exact = 0.0L;  // of the residuals as rounded: what is left is the error of the sum
  for_entries(o, [&](Index, std::size_t p, Index, double w) { exact += w == 0.0 ? 0.0L : 0.5L * residual[p] * residual[p] / w; });

  EXPECT_NEAR(half_squared_error(o, x.Ut, x.Vt) / static_cast<double>(exact), 1.0, 1e-15);
  EXPECT_NEAR(half_squared_error(x.observed.by_cols, x.Vt, x.Ut) / static_cast<double>(exact), 1.0, 1e-15);
}

TEST_P(ObservedKernels, see_the_same_residual_from_both_sides) {
  for (const Index r : {1, 5, 8, 16, 23, 64}) {
    const Instance x = make_instance(row_lengths, 1000, r, true, gaussian);
    Vector by_rows(x.observed.order.size()), by_cols(x.observed.order.size());

    residuals(x.observed.by_rows, x.Ut, x.Vt, by_rows);
    residuals(x.observed.by_cols, x.Vt, x.Ut, by_cols);

    for (std::size_t q = 0; q < by_cols.size(); ++q) ASSERT_EQ(by_cols[q], by_rows[static_cast<std::size_t>(x.observed.order[q])]);
  }
}

TEST_P(ObservedKernels, give_the_same_bits_with_any_number_of_threads) {
  std::vector<Index> lengths(701, 40);
  lengths[3] = 3000, lengths[500] = 0, lengths[700] = 2999;
  const Instance x = make_instance(lengths, 3000, 11, true, gaussian), dx = make_instance(lengths, 3000, 11, true, gaussian);
  const ObservedRows& o = x.observed.by_rows;
  const auto all = [&](int threads) {
    set_num_threads(threads);
    Vector residual(o.values.size());
    Matrix SV(11, o.rows), H(11, o.rows);
    residuals(o, x.Ut, x.Vt, residual);
    multiply_observed(o, residual, x.Vt, SV);
    hessian_rows(o, residual, x.Ut, dx.Ut, x.Vt, dx.Vt, H);
    return std::tuple(residual, SV, H, half_squared_error(o, x.Ut, x.Vt));
  };

  const auto one = all(1);

  for (const int threads : {2, 3, 7}) EXPECT_EQ(all(threads), one) << threads << " threads";
}

TEST_P(ObservedKernels, take_factors_that_are_windows_of_larger_ones) {
  const Instance x = make_instance(row_lengths, 1000, 13, false, small_integer);
  const ObservedRows& o = x.observed.by_rows;
  const Index r = 6;
  const ConstMatrixView Ut = x.Ut.view().block(3, 0, r, x.Ut.cols()), Vt = x.Vt.view().block(5, 0, r, x.Vt.cols());
  Vector residual(o.values.size()), expected(o.values.size());
  Matrix out(r + 2, o.rows), expected_out(r, o.rows);
  residuals(o, Matrix(Ut), Matrix(Vt), expected);
  multiply_observed(o, expected, Matrix(Vt), expected_out);

  residuals(o, Ut, Vt, residual);
  multiply_observed(o, residual, Vt, out.view().block(1, 0, r, o.rows));

  EXPECT_EQ(residual, expected);
  EXPECT_EQ(Matrix(out.view().block(1, 0, r, o.rows)), expected_out);
  for (Index i = 0; i < o.rows; ++i) EXPECT_TRUE(out(0, i) == 0.0 && out(r + 1, i) == 0.0);
}

TEST_P(ObservedKernels, keep_a_nan_in_its_row) {
  Instance x = make_instance({3, 3, 3}, 9, 4, false, small_integer);
  x.Ut(2, 1) = std::numeric_limits<double>::quiet_NaN();
  Vector residual(9);

  residuals(x.observed.by_rows, x.Ut, x.Vt, residual);

  for (std::size_t p = 0; p < 9; ++p) EXPECT_EQ(std::isnan(residual[p]), p / 3 == 1);
  EXPECT_TRUE(std::isnan(half_squared_error(x.observed.by_rows, x.Ut, x.Vt)));
}

TEST_P(ObservedKernels, take_rank_zero) {
  const Instance x = make_instance({2, 0}, 3, 0, false, small_integer);
  const Vector& m = x.observed.by_rows.values;
  Vector residual(2);

  residuals(x.observed.by_rows, x.Ut, x.Vt, residual);

  EXPECT_EQ(residual, m);
  EXPECT_EQ(half_squared_error(x.observed.by_rows, x.Ut, x.Vt), 0.5 * (m[0] * m[0] + m[1] * m[1]));
}

TEST_P(ObservedKernels, use_the_instruction_set_of_the_test) {
  const std::int64_t set = GetParam();
  const Index bytes = set == HWY_AVX3 ? 64 : set == HWY_AVX2 ? 32 : set == 0 ? 8 : 16;

  EXPECT_EQ(internal::num_lanes(), set == 0 && !HWY_BROKEN_EMU128 ? 2 : bytes / 8);
}

}  // namespace
}  // namespace nadir
