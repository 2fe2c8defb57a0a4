// Ends of spectra known in closed form, and how often the bounds on what was missed fail.
#include "nadir/landscape/extremes.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>

#include "nadir/base/error.hpp"
#include "nadir/landscape/diagonal_test.hpp"
#include "nadir/landscape/internal/ends.hpp"

namespace nadir {
namespace {

using diagonal::operator_of;

TEST(Extremes, tell_both_ends_of_a_symmetric_spectrum_apart) {
  Vector d = diagonal::semicircle(500, 1.0);
  d[3] = 2.265;
  d[77] = -2.265;

  for (std::uint64_t seed = 0; seed < 5; ++seed) {
    const Extremes ends = find_extremes(operator_of(d), {.seed = seed});

    EXPECT_NEAR(ends.greatest[0].value, 2.265, 2.265e-3);
    EXPECT_NEAR(ends.least[0].value, -2.265, 2.265e-3);
    EXPECT_TRUE(ends.greatest[0].is_converged && ends.least[0].is_converged);
    EXPECT_GE(ends.none_above, 2.265);
    EXPECT_LE(ends.none_below, -2.265);
  }
}

TEST(Extremes, reach_a_thousandth_in_twenty_products_where_the_end_stands_out) {
  Vector d = diagonal::semicircle(3000, 1.0);
  d[0] = 1.3, d[1] = -1.2;

  const Extremes ends = find_extremes(operator_of(d));

  EXPECT_NEAR(ends.greatest[0].value, 1.3, 1.3e-3);
  EXPECT_NEAR(ends.least[0].value, -1.2, 1.2e-3);
  EXPECT_LE(ends.num_products, 30);
}

TEST(Extremes, lists_several_outermost_first_with_residuals_that_hold_an_eigenvalue) {
  Vector d = diagonal::semicircle(1000, 1.0);
  d[0] = 3.0, d[1] = 2.5, d[2] = 2.0, d[3] = -3.0, d[4] = -2.5, d[5] = -2.0;

  const Extremes ends = find_extremes(operator_of(d), {.count = 3});

  for (std::size_t i = 0; i < 3; ++i) {
    const double truth = 3.0 - 0.5 * static_cast<double>(i);
    EXPECT_LE(std::fabs(ends.greatest[i].value - truth), std::fmin(3e-3, ends.greatest[i].residual + 1e-14));
    EXPECT_LE(std::fabs(ends.least[i].value + truth), std::fmin(3e-3, ends.least[i].residual + 1e-14));
  }
}

TEST(Extremes, finds_an_eigenvalue_as_often_as_it_occurs) {
  Vector d = diagonal::semicircle(1000, 1.0);
  d[0] = d[1] = d[2] = 2.0;

  const Extremes ends = find_extremes(operator_of(d), {.count = 4});

  for (std::size_t i = 0; i < 3; ++i) EXPECT_NEAR(ends.greatest[i].value, 2.0, 2e-3);
  EXPECT_LT(ends.greatest[3].value, 1.0);
}

TEST(Extremes, scale_with_the_operator) {
  Vector d = diagonal::semicircle(400, 1.0);
  d[5] = 1.7;
  Vector tiny(d);
  for (double& x : tiny) x *= 1e-14;

  const Extremes whole = find_extremes(operator_of(d)), scaled = find_extremes(operator_of(tiny));

  EXPECT_NEAR(scaled.greatest[0].value, 1.7e-14, 1.7e-17);
  EXPECT_TRUE(scaled.greatest[0].is_converged);
  EXPECT_EQ(whole.num_products, scaled.num_products);
  EXPECT_NEAR(scaled.none_above / whole.none_above, 1e-14, 1e-20);
}

TEST(Extremes, of_a_small_matrix_are_exact_and_certain) {
  const Extremes ends = find_extremes(operator_of({3.0, -1.0, 2.0}), {.count = 5});

  ASSERT_EQ(ends.greatest.size(), 3u);
  EXPECT_NEAR(ends.greatest[0].value, 3.0, 1e-15);
  EXPECT_NEAR(ends.least[0].value, -1.0, 1e-15);
  EXPECT_EQ(ends.failure_probability, 0.0);
  EXPECT_NEAR(ends.none_above, 3.0, 1e-14);
}

TEST(Extremes, of_the_zero_operator_are_zero) {
  const Extremes ends = find_extremes(operator_of(Vector(300, 0.0)));

  EXPECT_EQ(ends.greatest[0].value, 0.0);
  EXPECT_EQ(ends.least[0].value, 0.0);
  EXPECT_TRUE(ends.is_finite);
}

TEST(Extremes, stop_when_told_and_say_so) {
  const Extremes ends = find_extremes(operator_of(diagonal::semicircle(1000, 1.0)), {.should_stop = [] { return true; }});

  EXPECT_TRUE(ends.is_stopped);
  EXPECT_FALSE(ends.greatest[0].is_converged);
  EXPECT_LE(std::fabs(ends.greatest[0].value), 1.0);
}

TEST(Extremes, say_so_when_a_product_is_not_finite) {
  Vector d(200, 1.0);
  d[7] = std::numeric_limits<double>::quiet_NaN();

  EXPECT_FALSE(find_extremes(operator_of(d)).is_finite);
  EXPECT_FALSE(find_extremes(operator_of({1.0, std::numeric_limits<double>::infinity()})).is_finite);
}

TEST(Extremes, refuse_options_out_of_range) {
  const SymmetricOperator op = operator_of({1.0, 2.0});

  EXPECT_THROW(find_extremes(op, {.count = 0}), InputError);
  EXPECT_THROW(find_extremes(op, {.tol = 0.0}), InputError);
  EXPECT_THROW(find_extremes(op, {.failure_probability = 1.0}), InputError);
  EXPECT_THROW(find_extremes(operator_of({})), InputError);
}

// Products in single precision whose error is `noise` times the vector, the same at every call.
SymmetricOperator with_rough_products(const Vector& d, double noise) {
  SymmetricOperator op = operator_of(d);
  op.rough = [d, noise](ConstFloatView V, FloatView out) {
    for (Index j = 0; j < V.cols; ++j)
      for (Index i = 0; i < V.rows; ++i) out(i, j) = static_cast<float>((d[static_cast<std::size_t>(i)] + (i % 2 == 0 ? noise : -noise)) * static_cast<double>(V(i, j)));
  };
  return op;
}

TEST(Extremes, in_single_precision_are_measured_in_double) {
  Vector d = diagonal::semicircle(2000, 1.0);
  d[0] = 1.5, d[1] = -1.4;

  const Extremes ends = find_extremes(with_rough_products(d, 0.0));

  EXPECT_GT(ends.rough_error, 0.0);
  EXPECT_NEAR(ends.greatest[0].value, 1.5, 1e-6);
  EXPECT_LE(std::fabs(ends.least[0].value + 1.4), ends.least[0].residual);
  EXPECT_GE(ends.none_above, 1.5);
}

TEST(Extremes, fall_back_to_double_where_single_precision_is_too_coarse) {
  Vector d = diagonal::semicircle(2000, 1.0);
  d[0] = 1.5, d[1] = -1.4;

  const Extremes ends = find_extremes(with_rough_products(d, 1e-3));

  EXPECT_EQ(ends.rough_error, 0.0);
  EXPECT_NEAR(ends.greatest[0].value, 1.5, 1.5e-3);
  EXPECT_TRUE(ends.greatest[0].is_converged && ends.least[0].is_converged);
}

TEST(Extremes, find_an_end_in_double_that_drowns_in_single_precision) {
  Vector d(1000, 1.0);
  for (std::size_t i = 0; i < d.size(); ++i) d[i] = 1.0 + 1e-3 * static_cast<double>(i);
  d[3] = 5.0, d[7] = 2e-3;

  const Extremes ends = find_extremes(with_rough_products(d, 0.0), {.tol = 1e-4});

  EXPECT_NEAR(ends.least[0].value, 2e-3, 2e-7);
  EXPECT_TRUE(ends.least[0].is_converged);
}

// How often, of `runs`, the greatest eigenvalue exceeds none_above after a few steps.
int failures(const Vector& d, Index count, Index products, double probability, int runs) {
  const double greatest = *std::max_element(d.begin(), d.end()), least = *std::min_element(d.begin(), d.end());
  int failed = 0;
  for (int run = 0; run < runs; ++run) {
    const Extremes ends = find_extremes(operator_of(d), {.count = count, .tol = 1e-12, .max_products = products,
                                                         .failure_probability = probability, .seed = static_cast<std::uint64_t>(run)});
    failed += ends.none_above < greatest - 1e-12 || ends.none_below > least + 1e-12;
  }
  return failed;
}

TEST(ExtremesTheorem, fails_no_more_often_than_it_says_on_hard_spectra) {
  const Index n = 150;
  Vector zeros(n, 0.0), uniform, chebyshev;
  zeros[0] = 1.0;
  for (Index i = 0; i < n; ++i) {
    uniform.push_back(0.9 * static_cast<double>(i) / static_cast<double>(n));
    chebyshev.push_back(0.8 * std::cos((static_cast<double>(i) + 0.5) / static_cast<double>(n) * std::acos(-1.0)));
  }
  uniform[0] = chebyshev[0] = 1.0;
  const int runs = 150;
  const double p = 0.2;

  for (const Vector& d : {zeros, uniform, chebyshev})
    for (const Index block : {1, 3})
      for (const Index steps : {3, 8}) {
        const int failed = failures(d, block, block * steps, p, runs);

        // Three standard deviations of a binomial above its mean.
        EXPECT_LE(failed, runs * p + 3.0 * std::sqrt(runs * p * (1.0 - p))) << block << ' ' << steps;
      }
}

TEST(ExtremesTheorem, bounds_the_beta_distribution_from_below) {
  // By SciPy 1.10, beta.ppf(p, b / 2, (n - b) / 2): 1.0632892e-4, 1.4865702e-3 and 0.19.
  EXPECT_LE(internal::least_overlap(150, 1, 0.1), 1.0632892e-4);
  EXPECT_GE(internal::least_overlap(150, 1, 0.1), 0.98 * 1.0632892e-4);
  EXPECT_LE(internal::least_overlap(1000, 10, 1e-3), 1.4865702e-3);
  EXPECT_GE(internal::least_overlap(1000, 10, 1e-3), 0.7 * 1.4865702e-3);
  EXPECT_LE(internal::least_overlap(3, 2, 0.1), 0.19);
  EXPECT_EQ(internal::least_overlap(4, 4, 0.1), 1.0);
}

}  // namespace
}  // namespace nadir
