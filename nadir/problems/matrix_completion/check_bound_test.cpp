// The lower bounds of matrix-completion's certificates: those that the residuals prove are verified, none above the minimum is.
// Numbers are worked out by hand unless another origin is named.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "nadir/base/random.hpp"
#include "nadir/problems/matrix_completion/check_case_test.hpp"

namespace nadir {
namespace {

using namespace completion_case;

TEST(CompletionBoundCheck, verifies_a_bound_at_an_exact_tie_and_nothing_above_it) {
  EXPECT_TRUE(scalar.has_bound(4.5, 1, 1));
  EXPECT_FALSE(scalar.has_bound(above(4.5), 1, 1));
  EXPECT_TRUE(scalar.has_bound(4.095, 0.9, 1));   // 0.9 5 - 0.81/2
  EXPECT_FALSE(scalar.has_bound(4.0951, 0.9, 1));
  EXPECT_TRUE(scalar.has_bound(0, 7, 7));  // a sum of squares
  EXPECT_TRUE(scalar.has_bound(-1, 7, 7));
}

TEST(CompletionBoundCheck, refuses_forged_multipliers_and_norms) {
  EXPECT_TRUE(diagonal.has_bound(2.7777, 0.33333, 3));  // 10 (1/3 - 1/18) = 2.7777...
  EXPECT_TRUE(diagonal.has_bound(2.7777, 0.33333, 3 * (1 - 1e-9)));  // within the rounding of residuals
  EXPECT_FALSE(diagonal.has_bound(2.7778, 0.33333, 3));
  EXPECT_FALSE(diagonal.has_bound(3.5, 0.5, 2));        // what a norm of 2 would prove: 10 (1/2 - 1/8)
  EXPECT_FALSE(diagonal.has_bound(3.01, 0.5, 2));
  EXPECT_FALSE(diagonal.has_bound(2.7777, 0.5, 2));     // true, but its numbers are not
  EXPECT_FALSE(diagonal.has_bound(2.7777, 0.33333, 2.9));
  EXPECT_FALSE(diagonal.has_bound(2.7777, 0.5, 3));
  EXPECT_FALSE(diagonal.has_bound(2.7777, -0.33333, 3));
  EXPECT_FALSE(diagonal.has_bound(2.7777, 0.33333, -3));
  EXPECT_FALSE(diagonal.has_bound(2.7777, std::numeric_limits<double>::quiet_NaN(), 3));
}

TEST(CompletionBoundCheck, certifies_nothing_but_zero_without_a_penalty) {
  Case free = diagonal;
  free.lambda = "0";
  EXPECT_TRUE(free.has_bound(0, 0, 3));
  EXPECT_FALSE(free.has_bound(1e-300, 1e-300, 1e-300));
  EXPECT_FALSE(free.has_bound(1e-10, 1, 0));
}

TEST(CompletionBoundCheck, verifies_semidefinite_bounds_with_and_without_the_regulariser) {
  Case plain = scalar;
  plain.psd = true;
  EXPECT_TRUE(plain.has_value(4.5, 4.5));
  EXPECT_TRUE(plain.has_bound(4.5, 1, 1));
  EXPECT_FALSE(plain.has_bound(above(4.5), 1, 1));

  // (x - 7)^2/2 + x + 2 (sqrt(x) - 1)^4 is least at x = 4: 9/2 + 4 + 2. R = 3, D = 2, R - D = L.
  const Case regularised{.entries = {{0, 0, 7}}, .U = column({2}), .psd = true, .row_norm_penalty = 2, .row_norm_limit = 1};
  EXPECT_TRUE(regularised.has_value(10.5, 10.5));
  EXPECT_TRUE(regularised.holds("critical"));
  EXPECT_TRUE(regularised.has_bound(10.5, 1, 1));
  EXPECT_FALSE(regularised.has_bound(above(10.5), 1, 1));
  EXPECT_FALSE(regularised.has_bound(10.4, 1, 0.9));  // R - D is not at most 0.9
  Case ignored = regularised;  // without the regulariser the minimum is 13/2
  ignored.row_norm_penalty = ignored.row_norm_limit = 0;
  EXPECT_FALSE(ignored.has_bound(6.6, 1, 1));
}

TEST(CompletionBoundCheck, asks_only_for_the_positive_part_of_a_semidefinite_residual) {
  // m = -5: nothing fits below zero; the residual at u = 0 is -5, its greatest eigenvalue -5: f >= 25/2 at s = 1.
  const Case negative{.entries = {{0, 0, -5}}, .U = column({0}), .psd = true};
  EXPECT_TRUE(negative.has_bound(12.5, 1, -5));
  EXPECT_FALSE(negative.has_bound(above(12.5), 1, -5));
  EXPECT_FALSE(negative.has_bound(12.5, 1, -5.1));

  Case general = negative;
  general.psd = false;
  general.V = column({0});
  EXPECT_FALSE(general.has_bound(12.5, 1, -5));
  EXPECT_FALSE(general.has_bound(4.51, 0.2, 5));  // 25 (s - s^2/2) = 4.5
  EXPECT_TRUE(general.has_bound(4.49, 0.2, 5));
}

TEST(CompletionBoundCheck, weighs_the_squares_of_the_dual) {
  // (x - 5)^2 + |x| is least at x = 9/2: 19/4. At zero the residual is 10: 50 s - 25 s^2 = 19/4 at s = 1/10.
  Case heavy = scalar;
  heavy.entries[0].weight = 2;
  heavy.U = heavy.V = column({0});
  EXPECT_TRUE(heavy.has_bound(4.75 * (1 - 1e-12), 0.1, 10));
  EXPECT_FALSE(heavy.has_bound(4.75 * (1 + 1e-12), 0.1, 10));
  EXPECT_FALSE(scalar.has_bound(4.75 * (1 - 1e-12), 0.1, 10));
}

TEST(CompletionBoundCheck, scales_the_residuals_with_weighted_lambda) {
  // Row 0 holds 4 and 4, row 1 nothing: a = (2, 1), b = (1, 1). S = (4, 4)/sqrt(2), norm 4; s = 1/4, 32 (1/4 - 1/32) = 7.
  Case alswr{.rows = 2, .cols = 2, .entries = {{0, 0, 4}, {0, 1, 4}}, .U = column({0, 0}), .V = column({0, 0}), .weighted_lambda = true};
  EXPECT_TRUE(alswr.has_bound(6.9999999, 0.25, 4));
  EXPECT_FALSE(alswr.has_bound(7.0000001, 0.25, 4));
  EXPECT_FALSE(alswr.has_bound(6.9999999, 0.25, 3.9999));
  alswr.weighted_lambda = false;  // norm 4 sqrt(2)
  EXPECT_FALSE(alswr.has_bound(6.9999999, 0.25, 4));
}

// 6 x 5 with 24 entries observed. Minimum by accelerated proximal gradients in NumPy to a duality gap of 2e-15; the norm by
// numpy.linalg.svd, the value and the bound at zero from it.
Case golden() {
  Case c{.rows = 6, .cols = 5, .entries = {}, .U = column({0, 0, 0, 0, 0, 0}), .V = column({0, 0, 0, 0, 0})};
  for (int i = 0; i < 6; ++i)
    for (int j = 0; j < 5; ++j)
      if ((2 * i + 3 * j) % 5 != 0) c.entries.push_back({i, j, std::cos(0.5 * i + 0.9 * j) + 0.6 * std::sin(1.3 * i - 0.4 * j) + 0.1 * ((3 * i + 2 * j) % 4)});
  return c;
}

TEST(CompletionBoundCheck, agrees_with_another_program_on_a_completion_of_six_by_five) {
  const Case c = golden();
  const double F = 9.276310098032178, norm = 2.933774247119763, s = 0.3408578560472918, bound = F - 4.030263290194416;

  EXPECT_TRUE(c.has_value(F - 1e-13, F + 1e-13));
  EXPECT_TRUE(c.has_bound(bound - 1e-8, s, norm));
  EXPECT_FALSE(c.has_bound(bound + 1e-8, s, norm));
  EXPECT_FALSE(c.has_bound(5.8934, 0.41, 2.43));  // above the minimum, 5.893380162696088
}

// A minimum that is known: M = X + L (P Q^T + W / 2), X = P diag(d) Q^T, with W a partial isometry orthogonal to P Q^T, has X
// as its completion (every entry observed), with F* = L^2 (r + (k - r)/4)/2 + L sum d, k the smaller side.
struct Planted {
  Case optimum;
  double minimum;
};

Matrix random_orthonormal(Index n, Index k, Random& random) {
  Matrix G(n, k);
  random.fill_normal(G.flat());
  for (Index j = 0; j < k; ++j)
    for (int pass = 0; pass < 2; ++pass) {  // Gram-Schmidt, twice
      for (Index i = 0; i < j; ++i) {
        double dot = 0.0;
        for (Index a = 0; a < n; ++a) dot += G(a, i) * G(a, j);
        for (Index a = 0; a < n; ++a) G(a, j) -= dot * G(a, i);
      }
      double square = 0.0;
      for (Index a = 0; a < n; ++a) square += G(a, j) * G(a, j);
      for (Index a = 0; a < n; ++a) G(a, j) /= std::sqrt(square);
    }
  return G;
}

Planted planted(Random& random) {
  constexpr Index m = 7, n = 5, r = 2;
  const double lambda = 0.75, d[r] = {3.0, 1.5};
  const Matrix P = random_orthonormal(m, n, random), Q = random_orthonormal(n, n, random);
  Case c{.rows = m, .cols = n, .entries = {}, .lambda = "0.75", .U = Matrix(m, r), .V = Matrix(n, r)};
  for (Index i = 0; i < m; ++i)
    for (Index j = 0; j < n; ++j) {
      double value = 0.0;
      for (Index k = 0; k < n; ++k) value += P(i, k) * Q(j, k) * (k < r ? d[k] + lambda : lambda / 2);
      c.entries.push_back({i, j, value});
    }
  for (Index k = 0; k < r; ++k) {
    for (Index i = 0; i < m; ++i) c.U(i, k) = std::sqrt(d[k]) * P(i, k);
    for (Index j = 0; j < n; ++j) c.V(j, k) = std::sqrt(d[k]) * Q(j, k);
  }
  return {std::move(c), lambda * lambda * (r + (n - r) / 4.0) / 2 + lambda * (d[0] + d[1])};
}

TEST(CompletionBoundCheck, never_verifies_a_bound_above_a_minimum_that_is_known) {
  Random random(3, 0);
  for (int trial = 0; trial < 30; ++trial) {
    Planted p = planted(random);
    EXPECT_TRUE(p.optimum.has_value(p.minimum - 1e-13, p.minimum + 1e-13));
    EXPECT_TRUE(p.optimum.has_bound(p.minimum * (1 - 1e-9), 1 - 1e-10, 0.75));

    if (trial % 2 == 1)
      for (double& u : p.optimum.U.flat()) u += 0.03 * random.normal();
    const auto check = p.optimum.prepared();
    for (const double excess : {1e-12, 1e-9, 1e-6, 1e-3, 0.1})
      for (const double multiplier : {0.5, 0.9, 0.999, 1 - 1e-10, 1.0, 1 + 1e-10, 1.001, 1.1, 2.0})
        for (const double stretch : {0.5, 0.999, 1.0, 1.1})
          EXPECT_FALSE(check->check({"lower-bound", "", "", Rigor::proved, {{"bound", p.minimum * (1 + excess)},
                                     {"multiplier", multiplier}, {"spectral_norm", 0.75 * stretch / multiplier}}}).verified)
              << trial << " " << excess << " " << multiplier << " " << stretch;
  }
}

// n entries of 2 on the diagonal, L = 1, at zero: norm 2, s = 1/2, bound n 3/2, which is the minimum.
Case diagonal_of_twos(Index n, bool is_psd) {
  Case c{.rows = n, .cols = n, .entries = {}, .U = Matrix(n, 1), .V = Matrix(n, 1), .psd = is_psd};
  for (Index i = 0; i < n; ++i) c.entries.push_back({i, i, 2});
  return c;
}

TEST(CompletionBoundCheck, proves_norms_in_balls_and_beyond_through_rigor_and_says_which) {
  for (const bool is_psd : {false, true})
    for (const Index n : {60, 150, 800}) {
      const double minimum = 1.5 * static_cast<double>(n);
      const Case c = diagonal_of_twos(n, is_psd);
      const Numbers right{{"bound", minimum * (1 - 1e-9)}, {"multiplier", 0.5}, {"spectral_norm", 2}};

      const Outcome outcome = c.outcome("lower-bound", right);

      EXPECT_TRUE(outcome.verified) << n << " " << is_psd << " " << outcome.reason;
      EXPECT_EQ(outcome.how, n == 800 ? by_rigor : by_balls) << n;
      EXPECT_FALSE(c.has_bound(minimum * (1 + 1e-9), 0.5, 2)) << n;
      EXPECT_FALSE(c.has_bound(minimum * (1 - 1e-9), 0.5000001, 1.9999996)) << n;
    }
}

// n features of n rows, the identity: the same problem as without them.
TEST(CompletionBoundCheck, proves_the_norm_with_large_side_information_through_rigor) {
  for (const Index n : {130, 640}) {
    Case c = diagonal_of_twos(n, false);
    c.A = Matrix::identity(n);
    const double minimum = 1.5 * static_cast<double>(n);
    const Numbers right{{"bound", minimum * (1 - 1e-8)}, {"multiplier", 0.5 * (1 - 1e-9)}, {"spectral_norm", 2 * (1 + 1e-9)}};

    const Outcome outcome = c.outcome("lower-bound", right);

    EXPECT_TRUE(outcome.verified) << n << " " << outcome.reason;
    EXPECT_EQ(outcome.how, n == 640 ? by_rigor : by_balls) << n;
    EXPECT_FALSE(c.has_bound(minimum * (1 + 1e-9), 0.5, 2)) << n;
    EXPECT_FALSE(c.has_bound(minimum * (1 - 1e-8), 0.6, 1.6)) << n;
  }
}

TEST(CompletionBoundCheck, uses_balls_at_any_size_where_told_to) {
  Case c = diagonal_of_twos(800, false);
  c.arithmetic = Arithmetic::balls;

  EXPECT_EQ(c.outcome("lower-bound", {{"bound", 1199.9}, {"multiplier", 0.5}, {"spectral_norm", 2}}).how, by_balls);
}

}  // namespace
}  // namespace nadir
