// The half step of alternating least squares against normal equations formed in long double, on every instruction
// set of the machine, and against what its header says of rows that have no single answer.
#include "nadir/linalg/normal_equations.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "nadir/linalg/internal/every_instruction_set_test.hpp"

namespace nadir {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

std::size_t at(Index i) { return static_cast<std::size_t>(i); }

Vector constant(Index size, double value) { return Vector(at(size), value); }

// Gradient of row i at u, and for each component the sum of the moduli of all products that make it: the scale of
// the rounding errors of any way to compute it.
struct RowGradient {
  std::vector<long double> value, size;
};

RowGradient row_gradient(const ObservedRows& o, Index i, ConstMatrixView Vt, double ridge, const double* u) {
  const Index r = Vt.rows;
  RowGradient g{std::vector<long double>(at(r)), std::vector<long double>(at(r))};
  for (Index k = 0; k < r; ++k) {
    g.value[at(k)] = static_cast<long double>(ridge) * u[k];
    g.size[at(k)] = std::fabs(g.value[at(k)]);
  }
  for (Index p = o.row_starts[at(i)]; p < o.row_starts[at(i + 1)]; ++p) {
    const double* v = Vt.col(o.col_index[at(p)]);
    const long double w = o.weights.empty() ? 1.0L : o.weights[at(p)];
    long double e = o.values[at(p)], size = std::fabs(e);
    for (Index k = 0; k < r; ++k) {
      const long double product = static_cast<long double>(u[k]) * v[k];
      e -= product;
      size += std::fabs(product);
    }
    for (Index k = 0; k < r; ++k) {
      g.value[at(k)] -= w * e * v[k];
      g.size[at(k)] += std::fabs(w * size * v[k]);
    }
  }
  return g;
}

long double row_objective(const ObservedRows& o, Index i, ConstMatrixView Vt, double ridge, const double* u) {
  long double sum = 0.0L;
  for (Index k = 0; k < Vt.rows; ++k) sum += 0.5L * ridge * u[k] * u[k];
  for (Index p = o.row_starts[at(i)]; p < o.row_starts[at(i + 1)]; ++p) {
    long double e = o.values[at(p)];
    for (Index k = 0; k < Vt.rows; ++k) e -= static_cast<long double>(u[k]) * Vt(k, o.col_index[at(p)]);
    sum += 0.5L * (o.weights.empty() ? 1.0L : o.weights[at(p)]) * e * e;
  }
  return sum;
}

class NormalEquations : public EveryInstructionSet {};
NADIR_ON_EVERY_INSTRUCTION_SET(NormalEquations);

// A backward stable solution leaves a gradient within rounding of the sums it consists of.
TEST_P(NormalEquations, leave_no_gradient_beyond_rounding) {
  for (const Index r : ranks())
    for (const bool has_weights : {false, true}) {
      const Instance x = make_instance(row_lengths, 1000, r, has_weights, gaussian);
      const ObservedRows& o = x.observed.by_rows;
      const Vector ridge = constant(o.rows, 0.125);
      Matrix U(r, o.rows);

      solve_rows(o, x.Ut, x.Vt, ridge, U);

      for (Index i = 0; i < o.rows; ++i) {
        const RowGradient g = row_gradient(o, i, x.Vt, ridge[at(i)], U.col(i));
        long double size = 0.0L;
        for (const long double s : g.size) size += s;
        for (Index k = 0; k < r; ++k) ASSERT_LE(std::fabs(g.value[at(k)]), 1e-15L * size) << "rank " << r << ", row " << i << ", component " << k;
      }
    }
}

TEST_P(NormalEquations, recover_integer_factors) {
  const Index r = 7;
  Instance x = make_instance(std::vector<Index>(50, 60), 100, r, true, small_integer);
  for (Index i = 0; i < 50; ++i)
    for (Index p = 60 * i; p < 60 * (i + 1); ++p) {
      double& m = x.observed.by_rows.values[at(p)] = 0.0;
      for (Index k = 0; k < r; ++k) m += x.Ut(k, i) * x.Vt(k, x.observed.by_rows.col_index[at(p)]);
    }
  Matrix U(r, 50);

  const HalfStep there = solve_rows(x.observed.by_rows, x.Ut, x.Vt, constant(50, 0.0), U);

  EXPECT_EQ(there.half_squared_error, 0.0);
  EXPECT_EQ(there.gradient_norm, 0.0);
  for (Index k = 0; k < U.size(); ++k) EXPECT_NEAR(U.data()[k], x.Ut.data()[k], 1e-13);
}

TEST_P(NormalEquations, report_value_and_gradient_at_the_old_point) {
  for (const Index r : ranks())
    for (const bool has_weights : {false, true}) {
      Instance x = make_instance(row_lengths, 1000, r, has_weights, gaussian);
      const ObservedRows& o = x.observed.by_rows;
      Vector ridge(at(o.rows));
      for (Index i = 0; i < o.rows; ++i) ridge[at(i)] = 0.25 * static_cast<double>(i);
      long double square = 0.0L;
      for (Index i = 0; i < o.rows; ++i)
        for (const long double g : row_gradient(o, i, x.Vt, ridge[at(i)], x.Ut.col(i)).value) square += g * g;
      Matrix U(r, o.rows);

      const HalfStep step = solve_rows(o, x.Ut, x.Vt, ridge, U);

      EXPECT_EQ(step.half_squared_error, half_squared_error(o, x.Ut, x.Vt)) << "rank " << r;
      EXPECT_NEAR(step.gradient_norm / static_cast<double>(std::sqrt(square)), 1.0, 1e-14) << "rank " << r;
    }
}

TEST_P(NormalEquations, give_the_same_bits_with_any_number_of_threads_and_in_place) {
  for (const Index r : {3, 16, 130}) {
    std::vector<Index> lengths(333, 30);
    lengths[3] = 3000, lengths[200] = 0;
    const Instance x = make_instance(lengths, 3000, r, true, gaussian);
    const Vector ridge = constant(333, 0.5);
    const auto step = [&](int threads) {
      set_num_threads(threads);
      Matrix U(x.Ut);
      const HalfStep s = solve_rows(x.observed.by_rows, U, x.Vt, ridge, U);
      return std::tuple(U, s.half_squared_error, s.gradient_norm);
    };
    Matrix apart(r, 333);
    solve_rows(x.observed.by_rows, x.Ut, x.Vt, ridge, apart);

    const auto one = step(1);

    EXPECT_EQ(std::get<0>(one), apart);
    for (const int threads : {2, 3, 7}) EXPECT_EQ(step(threads), one) << threads << " threads";
  }
}

TEST_P(NormalEquations, scale_exactly_with_powers_of_two) {
  const Index r = 10;
  const Instance x = make_instance(row_lengths, 1000, r, false, gaussian);
  const ObservedRows& o = x.observed.by_rows;
  Matrix U(r, o.rows);
  solve_rows(o, x.Ut, x.Vt, constant(o.rows, 0.5), U);
  for (const int exponent : {-400, -200, 200, 400}) {
    Matrix Vt(x.Vt), scaled(r, o.rows);
    for (double& v : Vt.flat()) v = std::scalbn(v, exponent);

    solve_rows(o, x.Ut, Vt, constant(o.rows, std::scalbn(0.5, 2 * exponent)), scaled);

    for (Index k = 0; k < U.size(); ++k) ASSERT_EQ(std::scalbn(scaled.data()[k], exponent), U.data()[k]) << exponent;
  }
}

TEST_P(NormalEquations, solve_systems_near_the_ends_of_the_range) {
  const Index r = 10;
  const Instance x = make_instance({40, 50}, 100, r, false, gaussian);
  Matrix U(r, 2);
  solve_rows(x.observed.by_rows, x.Ut, x.Vt, constant(2, 0.0), U);
  for (const int exponent : {-478, -470, 500, 505}) {  // squares from 2^-956 to 2^1010
    Matrix Vt(x.Vt), Ut(x.Ut), scaled(r, 2);
    for (double& v : Vt.flat()) v = std::scalbn(v, exponent);

    const HalfStep step = solve_rows(x.observed.by_rows, Ut, Vt, constant(2, 0.0), scaled);

    EXPECT_TRUE(std::isfinite(step.gradient_norm) || exponent > 0);
    for (Index k = 0; k < U.size(); ++k) ASSERT_NEAR(std::scalbn(scaled.data()[k], exponent), U.data()[k], 1e-11) << exponent;
  }
}

TEST_P(NormalEquations, stay_where_squares_leave_the_range) {
  const Instance x = make_instance({40, 50}, 100, 10, false, gaussian);
  for (const double scale : {0x1p-600, 0x1p-1060, 0x1p600, 0x1p1018}) {
    Matrix Vt(x.Vt), U(10, 2);
    for (double& v : Vt.flat()) v *= scale;

    solve_rows(x.observed.by_rows, x.Ut, Vt, constant(2, 0.0), U);

    EXPECT_EQ(U, x.Ut) << scale;
  }
}

TEST_P(NormalEquations, empty_rows_become_zero_with_a_ridge_and_stay_without) {
  const Instance x = make_instance({5, 0, 5, 0}, 20, 3, false, gaussian);
  Matrix U(3, 4);

  solve_rows(x.observed.by_rows, x.Ut, x.Vt, Vector{1.0, 1.0, 0.0, 0.0}, U);

  for (Index k = 0; k < 3; ++k) {
    EXPECT_EQ(U(k, 1), 0.0);
    EXPECT_EQ(U(k, 3), x.Ut(k, 3));
  }
}

TEST_P(NormalEquations, rows_of_zero_weight_are_rows_without_entries) {
  Instance x = make_instance({5, 5}, 20, 3, true, gaussian);
  for (double& w : x.observed.by_rows.weights) w = 0.0;
  Matrix U(3, 2);

  solve_rows(x.observed.by_rows, x.Ut, x.Vt, Vector{1.0, 0.0}, U);

  for (Index k = 0; k < 3; ++k) {
    EXPECT_EQ(U(k, 0), 0.0);
    EXPECT_EQ(U(k, 1), x.Ut(k, 1));
  }
}

// With fewer entries than unknowns every minimiser fits them all; the step reaches one of them to 1e-10 of the start.
TEST_P(NormalEquations, rows_with_too_few_entries_fit_them_and_keep_what_nobody_sees) {
  for (const Index r : {2, 5, 8, 16, 30, 130}) {
    std::vector<Index> lengths;
    for (Index n = 1; n < r; ++n) lengths.push_back(n);
    const Instance x = make_instance(lengths, 200, r, false, gaussian);
    const ObservedRows& o = x.observed.by_rows;
    Matrix U(r, o.rows);

    solve_rows(o, x.Ut, x.Vt, constant(o.rows, 0.0), U);

    for (Index i = 0; i < o.rows; ++i) {
      const long double before = row_objective(o, i, x.Vt, 0.0, x.Ut.col(i)), after = row_objective(o, i, x.Vt, 0.0, U.col(i));
      EXPECT_LE(after, 1e-8L * before) << "rank " << r << ", row " << i;
      // The step lies in the span of the v_j: a vector orthogonal to them sees none of it.
      Matrix seen(r, lengths[at(i)]);
      for (Index p = 0; p < seen.cols(); ++p) std::copy_n(x.Vt.col(o.col_index[at(o.row_starts[at(i)] + p)]), r, seen.col(p));
      const Matrix Q = qr(seen).Q;
      Matrix unseen(r, 1);
      for (Index k = 0; k < r; ++k) unseen(k, 0) = U(k, i) - x.Ut(k, i);
      const double moved = frobenius_norm(unseen);
      multiply(-1.0, Q, Op::none, product(Q, Op::transpose, unseen, Op::none), Op::none, 1.0, unseen);
      EXPECT_LE(frobenius_norm(unseen), 1e-4 * moved) << "rank " << r << ", row " << i;
    }
  }
}

// Copies of one column of V, zero columns, columns that agree to the last digits, columns 2^-60 apart in scale.
TEST_P(NormalEquations, never_go_up_on_degenerate_rows) {
  const Index r = 6;
  const Instance x = make_instance(std::vector<Index>(40, 30), 60, r, true, gaussian);
  const ObservedRows& o = x.observed.by_rows;
  for (int kind = 0; kind < 4; ++kind)
    for (const double ridge : {0.0, 1e-300, 1e-20}) {
      Matrix Vt(x.Vt);
      for (Index j = 0; j < Vt.cols(); ++j) {
        if (kind == 0) Vt(1, j) = Vt(4, j);
        if (kind == 1) Vt(0, j) = Vt(5, j) = 0.0;
        if (kind == 2) Vt(1, j) = Vt(4, j) + 1e-13 * Vt(2, j);
        if (kind == 3) Vt(3, j) *= 0x1p-60;
      }
      Matrix U(r, o.rows);

      solve_rows(o, x.Ut, Vt, constant(o.rows, ridge), U);

      for (Index i = 0; i < o.rows; ++i) {
        const long double before = row_objective(o, i, Vt, ridge, x.Ut.col(i)), after = row_objective(o, i, Vt, ridge, U.col(i));
        ASSERT_LE(after, before * (1.0L + 1e-12L)) << "kind " << kind << ", ridge " << ridge << ", row " << i;
        const Matrix best = [&] {  // the least squares value, from the span of sqrt(w) v
          Matrix B(30, r), m(30, 1);
          for (Index p = 0; p < 30; ++p) {
            const std::size_t e = at(o.row_starts[at(i)] + p);
            m(p, 0) = std::sqrt(o.weights[e]) * o.values[e];
            for (Index k = 0; k < r; ++k) B(p, k) = std::sqrt(o.weights[e]) * Vt(k, o.col_index[e]);
          }
          const Svd parts = svd(B);
          for (Index k = 0; k < r; ++k)
            if (parts.values[at(k)] > 1e-10 * parts.values[0]) {
              const double c = dot({m.col(0), 30}, {parts.U.col(k), 30});
              axpy(-c, {parts.U.col(k), 30}, {m.col(0), 30});
            }
          return m;
        }();
        EXPECT_LE(after, 0.5L * std::pow(frobenius_norm(best), 2.0) * (1.0L + 1e-7L) + 1e-7L * before) << "kind " << kind << ", row " << i;
      }
    }
}

TEST_P(NormalEquations, one_bad_row_harms_no_other) {
  for (const Index r : {4, 16, 130}) {
    const Instance x = make_instance(std::vector<Index>(17, 140), 200, r, false, gaussian);
    const ObservedRows& o = x.observed.by_rows;
    Matrix good(r, 17), Ut(x.Ut), Vt(x.Vt), U(r, 17);
    solve_rows(o, x.Ut, x.Vt, constant(17, 0.5), good);
    Ut(1, 5) = nan;  // a bad start does not matter: the minimiser is the same
    const Index poisoned = o.col_index[at(140 * 7)];
    Vt(2, poisoned) = nan;

    const HalfStep step = solve_rows(o, Ut, Vt, constant(17, 0.5), U);

    EXPECT_TRUE(std::isnan(step.half_squared_error));
    EXPECT_TRUE(std::isnan(step.gradient_norm));
    for (Index i = 0; i < 17; ++i) {
      bool meets_nan = false;
      for (Index p = 140 * i; p < 140 * (i + 1); ++p) meets_nan = meets_nan || o.col_index[at(p)] == poisoned;
      for (Index k = 0; k < r; ++k) {
        const double expected = meets_nan ? Ut(k, i) : good(k, i);
        EXPECT_TRUE(U(k, i) == expected || (std::isnan(expected) && std::isnan(U(k, i)))) << "rank " << r << ", row " << i;
      }
    }
  }
}

TEST_P(NormalEquations, rows_of_all_kinds_are_solved_side_by_side_as_if_alone) {
  const std::vector<Index> lengths{60, 2, 60, 0, 60, 1, 60, 60, 3, 60, 60};
  const Instance x = make_instance(lengths, 100, 12, true, gaussian);
  Matrix together(12, 11);

  solve_rows(x.observed.by_rows, x.Ut, x.Vt, constant(11, 0.0), together);

  for (Index i = 0; i < 11; ++i) {
    Vector others = constant(11, 3.0);
    others[at(i)] = 0.0;
    Matrix U(12, 11);
    solve_rows(x.observed.by_rows, x.Ut, x.Vt, others, U);
    for (Index k = 0; k < 12; ++k) EXPECT_EQ(U(k, i), together(k, i)) << "row " << i;
  }
}

TEST_P(NormalEquations, a_huge_gradient_has_a_finite_norm) {
  const Observed o = make_observed(2, 1, std::vector<Index>{0, 1}, std::vector<Index>{0, 0}, Vector{3e200, 4e200}, {});
  Matrix U(1, 2), V(1, 1);
  V(0, 0) = 1.0;

  const HalfStep step = solve_rows(o.by_rows, Matrix(1, 2), V, constant(2, 0.0), U);

  EXPECT_NEAR(step.gradient_norm / 5e200, 1.0, 1e-15);
  EXPECT_EQ(U(0, 0), 3e200);
}

TEST_P(NormalEquations, take_empty_shapes) {
  const Observed none = make_observed(0, 3, {}, {}, {}, {});
  Matrix U(2, 0), scalarless(0, 1);
  const Observed one = make_observed(1, 1, std::vector<Index>{0}, std::vector<Index>{0}, Vector{2.0}, {});

  EXPECT_EQ(solve_rows(none.by_rows, Matrix(2, 0), Matrix(2, 3), {}, U).half_squared_error, 0.0);
  EXPECT_EQ(solve_rows(one.by_rows, Matrix(0, 1), Matrix(0, 1), constant(1, 1.0), scalarless).half_squared_error, 2.0);
}

}  // namespace
}  // namespace nadir
