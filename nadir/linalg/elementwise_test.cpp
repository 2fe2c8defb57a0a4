// Functions of arrays against the mathematical library (good to one unit in the last place), on every instruction set.
#include "nadir/linalg/elementwise.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "nadir/linalg/internal/every_instruction_set_test.hpp"

namespace nadir {
namespace {

using Elementwise = EveryInstructionSet;
NADIR_ON_EVERY_INSTRUCTION_SET(Elementwise);

constexpr double infinity = std::numeric_limits<double>::infinity();

double units_apart(double a, double b) {
  if (a == b) return 0.0;
  return std::fabs(a - b) / (std::nextafter(std::fabs(b), infinity) - std::fabs(b));
}

Vector arguments(double least, double most) {
  Vector x{least, most, 0.5 * (least + most)};
  Random random(1, 0);
  for (int i = 0; i < 4000; ++i) x.push_back(least + (most - least) * random.uniform());
  for (int i = 0; i < 4000; ++i) {
    const double small = std::exp(-40.0 * random.uniform());
    x.push_back(most > 0.0 ? small * most : small * least);
  }
  return x;
}

using InPlace = void (*)(Index, double*);

void expect_close(InPlace function, double (*truth)(double), const Vector& x, double units) {
  Vector y = x;
  function(static_cast<Index>(y.size()), y.data());
  for (std::size_t i = 0; i < x.size(); ++i) EXPECT_LE(units_apart(y[i], truth(x[i])), units) << "at " << x[i];
}

TEST_P(Elementwise, is_within_five_units_of_the_mathematical_library) {
  expect_close(tanh_in_place, std::tanh, arguments(-25.0, 25.0), 5.0);
  expect_close(exp_of_nonpositive_in_place, std::exp, arguments(-700.0, 0.0), 5.0);
  expect_close(expm1_of_nonpositive_in_place, std::expm1, arguments(-50.0, 0.0), 5.0);
  expect_close(log1p_of_unit_interval_in_place, std::log1p, arguments(0.0, 1.0), 5.0);
}

TEST_P(Elementwise, does_not_depend_on_position_or_length) {
  const Vector x = arguments(-3.0, 0.0);
  for (const InPlace function : {tanh_in_place, exp_of_nonpositive_in_place, expm1_of_nonpositive_in_place, log1p_of_unit_interval_in_place}) {
    Vector whole = x;
    function(static_cast<Index>(whole.size()), whole.data());
    for (std::size_t i = 0; i < 100; ++i) {
      double alone = x[i];
      function(1, &alone);
      EXPECT_EQ(alone, whole[i]);
    }
    function(0, nullptr);
  }
}

TEST_P(Elementwise, keeps_nan_and_limits) {
  for (const InPlace function : {tanh_in_place, exp_of_nonpositive_in_place, expm1_of_nonpositive_in_place, log1p_of_unit_interval_in_place}) {
    double x = std::numeric_limits<double>::quiet_NaN();
    function(1, &x);
    EXPECT_TRUE(std::isnan(x));
  }
  Vector x{infinity, -infinity, 0.0};
  tanh_in_place(3, x.data());
  EXPECT_EQ(x, (Vector{1.0, -1.0, 0.0}));
  x = {0.0, -infinity, -1e300};
  exp_of_nonpositive_in_place(3, x.data());
  EXPECT_EQ(x[0], 1.0);
  EXPECT_LT(x[1], 1e-307);
  EXPECT_LT(x[2], 1e-307);
  x = {0.0, -infinity, -1e300};
  expm1_of_nonpositive_in_place(3, x.data());
  EXPECT_EQ(x, (Vector{0.0, -1.0, -1.0}));
}

TEST_P(Elementwise, derivatives_of_tanh_are_those_of_its_value) {
  Vector t = arguments(-30.0, 30.0);
  Vector first(t.size()), second(t.size());

  tanh_with_derivatives(static_cast<Index>(t.size()), t.data(), first.data(), second.data());

  Vector value = arguments(-30.0, 30.0);
  tanh_in_place(static_cast<Index>(value.size()), value.data());
  for (std::size_t i = 0; i < t.size(); ++i) {
    ASSERT_EQ(t[i], value[i]);
    ASSERT_EQ(first[i], (1.0 - t[i]) * (1.0 + t[i]));
    ASSERT_EQ(second[i], -2.0 * t[i] * first[i]);
  }
}

TEST_P(Elementwise, two_slopes_are_relu_and_its_leaky_kin_to_the_last_bit) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  for (const double slope : {0.0, 0.25}) {
    Vector x = arguments(-3.0, 3.0);
    x.insert(x.end(), {0.0, -0.0, infinity, -infinity, nan, 1.0, -5e-324});
    Vector z = x, first(x.size());

    two_slopes_in_place(static_cast<Index>(z.size()), slope, z.data(), first.data());

    for (std::size_t i = 0; i < x.size(); ++i) {
      if (std::isnan(x[i])) EXPECT_TRUE(std::isnan(z[i]));
      else EXPECT_EQ(z[i], x[i] >= 0.0 ? x[i] : slope == 0.0 ? 0.0 : slope * x[i]);
      EXPECT_EQ(first[i], x[i] > 0.0 ? 1.0 : slope);
    }
  }
}

TEST_P(Elementwise, products_and_sums_round_as_single_operations_at_every_length) {
  for (const Index count : {0, 1, 7, 8, 9, 15, 16, 17, 50}) {
    const auto size = static_cast<std::size_t>(count);
    Vector a = arguments(-1.0, 1.0), b = arguments(-2.0, 2.0), d = arguments(-3.0, 3.0);
    a.resize(size), b.resize(size), d.resize(size);
    Vector product(size), combined = d;

    multiply_entries(count, a.data(), b.data(), product.data());
    combine_entries(count, a.data(), b.data(), product.data(), combined.data());

    for (std::size_t i = 0; i < size; ++i) {
      const double by_a = a[i] * d[i], by_b = b[i] * (a[i] * b[i]);
      EXPECT_EQ(product[i], a[i] * b[i]);
      EXPECT_EQ(combined[i], by_a + by_b);
    }
  }
}

TEST_P(Elementwise, multiples_are_added_in_order_at_every_length) {
  for (Index n = 0; n < 40; ++n) {
    Matrix parts(n + 3, 3);
    Vector base(static_cast<std::size_t>(n)), out(static_cast<std::size_t>(n));
    Random(4, static_cast<std::uint64_t>(n)).fill_normal(parts.flat());
    Random(5, static_cast<std::uint64_t>(n)).fill_normal(base);
    const double factors[] = {1.7, -0.3, 0.0};

    add_multiples(n, base.data(), parts, factors, out.data());

    for (Index i = 0; i < n; ++i) {
      const double first = base[static_cast<std::size_t>(i)] + factors[0] * parts(i, 0);
      EXPECT_EQ(out[static_cast<std::size_t>(i)], first + factors[1] * parts(i, 1) + factors[2] * parts(i, 2));
    }
  }
}

TEST_P(Elementwise, steps_along_moments_round_as_single_operations_at_every_length) {
  const MomentStep c{0.9, 0.999, 0.01, 1.7, 1e-8};
  for (Index n = 0; n < 40; ++n) {
    Vector g(static_cast<std::size_t>(n)), m = g, v = g, x = g;
    Random random(3, static_cast<std::uint64_t>(n));
    for (Vector* some : {&g, &m, &v, &x}) random.fill_normal(*some);
    for (double& entry : v) entry *= entry;
    Vector first = m, second = v, moved = x;

    step_along_moments(c, n, g.data(), first.data(), second.data(), moved.data());

    for (std::size_t i = 0; i < g.size(); ++i) {
      const double M = 0.9 * m[i] + (1.0 - 0.9) * g[i], V = 0.999 * v[i] + (1.0 - 0.999) * (g[i] * g[i]);
      EXPECT_EQ(first[i], M);
      EXPECT_EQ(second[i], V);
      EXPECT_EQ(moved[i], x[i] - (0.01 * M) / (std::sqrt(V) * 1.7 + 1e-8));
    }
  }
}

TEST_P(Elementwise, rows_are_summed_from_left_to_right) {
  Matrix A(37, 21);
  Random(5).fill_normal(A.flat());
  Vector sums(33, 1.0);

  add_row_sums(A.view().block(2, 1, 33, 20), sums.data());

  for (Index i = 0; i < 33; ++i) {
    double expected = 1.0;
    for (Index j = 0; j < 20; ++j) expected += A(2 + i, 1 + j);
    EXPECT_EQ(sums[static_cast<std::size_t>(i)], expected);
  }
}

}  // namespace
}  // namespace nadir
