// The check of matrix-completion's claims: true claims are verified, the nearest false ones are not. Numbers are worked
// out by hand (fractions in the comments) unless another origin is named.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <stdexcept>

#include "nadir/base/error.hpp"
#include "nadir/base/random.hpp"
#include "nadir/problems/matrix_completion/check.hpp"

namespace nadir {
namespace {

using testing::HasSubstr;

double above(double x) { return std::nextafter(x, std::numeric_limits<double>::infinity()); }
double below(double x) { return std::nextafter(x, -std::numeric_limits<double>::infinity()); }
Matrix column(std::vector<double> values) { return Matrix(ConstMatrixView(values.data(), static_cast<Index>(values.size()), 1)); }

template <class T>
T& field(const OptionList& options, const std::string& name) {
  for (const OptionRow& row : options)
    if (row.name == name) return *std::get<T*>(row.target);
  throw std::logic_error(name);
}

struct Entry {
  Index row, col;
  double value, weight = 1.0;
};

struct Case {
  Index rows = 1, cols = 1;
  std::vector<Entry> entries;
  std::string lambda = "1";
  Matrix U, V;
  bool psd = false, weighted_lambda = false;
  double row_norm_penalty = 0.0, row_norm_limit = 0.0;
  Matrix A = {}, B = {};
  std::map<std::string, Matrix> witness = {}, escape = {};
  std::string rank = "auto";
  Arithmetic arithmetic = Arithmetic::automatic;

  DataEntries list(bool weights) const {
    DataEntries result;
    result.rows = rows;
    result.cols = cols;
    for (const Entry& e : entries) {
      result.row_index.push_back(e.row);
      result.col_index.push_back(e.col);
      result.values.push_back(weights ? e.weight : e.value);
    }
    return result;
  }
  std::unique_ptr<FamilyCheck> prepared() const {
    auto check = make_matrix_completion_check();
    const OptionList options = check->options();
    field<DataEntries>(options, "ratings") = list(false);
    for (const Entry& e : entries)
      if (e.weight != 1.0) field<DataEntries>(options, "weights") = list(true);
    field<std::string>(options, "lambda") = lambda;
    field<std::string>(options, "rank") = rank;
    field<bool>(options, "psd") = psd;
    field<bool>(options, "weighted-lambda") = weighted_lambda;
    field<double>(options, "row-norm-penalty") = row_norm_penalty;
    field<double>(options, "row-norm-limit") = row_norm_limit;
    field<DataMatrix>(options, "row-features").values = A;
    field<DataMatrix>(options, "column-features").values = B;
    std::map<std::string, Matrix> point = escape;
    point["U"] = U;
    if (!psd) point["V"] = V;
    check->prepare({point, witness, arithmetic});
    return check;
  }
  Outcome outcome(const std::string& kind, Numbers numbers = {}) const { return prepared()->check({kind, "", "", Rigor::proved, std::move(numbers)}); }
  bool holds(const std::string& kind, Numbers numbers = {}) const { return outcome(kind, std::move(numbers)).verified; }
  bool has_value(double lower, double upper) const { return holds("value", {{"lower", lower}, {"upper", upper}}); }
  bool has_gradient_norm(double lower, double upper) const { return holds("gradient-norm", {{"lower", lower}, {"upper", upper}, {"scale", 1}, {"tolerance", 1}}); }
  bool has_bound(double bound, double multiplier, double norm) const {
    return holds("lower-bound", {{"bound", bound}, {"multiplier", multiplier}, {"spectral_norm", norm}});
  }
  bool has_curvature(std::vector<double> direction, double curvature) const {
    Case with = *this;
    with.witness["direction"] = column(std::move(direction));
    return with.holds("negative-curvature", {{"curvature", curvature}});
  }
  bool descends(std::vector<double> displacement, double decrease) const {
    Case with = *this;
    with.witness["escape"] = column(std::move(displacement));
    return with.holds("descent", {{"decrease", decrease}});
  }
};

// x = 4 minimises (x - 5)^2 / 2 + |x|: f = 1/2 + 4, residual 1.
const Case scalar{.entries = {{0, 0, 5}}, .U = column({2}), .V = column({2})};

// diag(3, 1) at zero factors, L = 1: f = 5, norm of the residuals 3; the minimum is at diag(2, 0): f = 3.
const Case diagonal{.rows = 2, .cols = 2, .entries = {{0, 0, 3}, {0, 1, 0}, {1, 0, 0}, {1, 1, 1}}, .U = column({0, 0}), .V = column({0, 0})};

// u = (1, 2), v = (3, 1): x = 3, 2, 6 at three entries; residuals w (m - x) = 2, -1/2, -1.
const Case weighted{.rows = 2,
                    .cols = 2,
                    .entries = {{0, 0, 4, 2.0}, {1, 1, 1, 0.5}, {1, 0, 5, 1.0}},
                    .lambda = "0.5",
                    .U = column({1, 2}),
                    .V = column({3, 1})};

TEST(CompletionCheck, verifies_values_to_the_last_bit) {
  EXPECT_TRUE(scalar.has_value(4.5, 4.5));
  EXPECT_FALSE(scalar.has_value(above(4.5), 5));
  EXPECT_FALSE(scalar.has_value(4, below(4.5)));
  EXPECT_FALSE(scalar.has_value(5, 4));
  EXPECT_TRUE(diagonal.has_value(5, 5));
  EXPECT_TRUE(weighted.has_value(5.5, 5.5));  // (2 + 1/2 + 1)/2 + 1/4 (5 + 10)
  EXPECT_FALSE(weighted.has_value(5.5, 5.5 - 1e-15));
  EXPECT_EQ(scalar.outcome("value", {{"lower", 4.5}, {"upper", 4.5}}).how, by_balls);
}

TEST(CompletionCheck, settles_values_that_no_double_holds) {
  Case tiny = scalar;
  tiny.U = column({above(2)});  // x = 4 + 2^-50: f = (1 - 2^-50)^2/2 + (4 + 4 + 2^-49 + 2^-102)/2... = 4.5 + 2^-101 + 2^-103
  EXPECT_TRUE(tiny.has_value(4.5, above(4.5)));
  EXPECT_FALSE(tiny.has_value(4, 4.5));
  EXPECT_FALSE(tiny.has_value(above(4.5), 5));
}

TEST(CompletionCheck, weighs_the_penalty_by_counts_with_weighted_lambda) {
  Case alswr = weighted;
  alswr.weighted_lambda = true;  // a = (1, 2), b = (2, 1)

  EXPECT_TRUE(alswr.has_value(8.75, 8.75));  // 7/4 + 1/4 (1 + 8 + 18 + 1)
  EXPECT_FALSE(weighted.has_value(8.75, 8.75));
  EXPECT_TRUE(alswr.has_gradient_norm(std::sqrt(71.75) - 1e-14, std::sqrt(71.75) + 1e-14));  // (-11/2, 11/2, 3, 3/2)
}

TEST(CompletionCheck, verifies_gradient_norms_and_critical_points) {
  EXPECT_TRUE(scalar.has_gradient_norm(0, 0));
  EXPECT_TRUE(scalar.holds("critical"));
  EXPECT_TRUE(diagonal.holds("critical"));
  EXPECT_TRUE(weighted.has_gradient_norm(std::sqrt(55.0) - 1e-14, std::sqrt(55.0) + 1e-14));  // (-11/2, 9/2, 3/2, 3/2)
  EXPECT_FALSE(weighted.has_gradient_norm(0, std::sqrt(55.0) - 1e-14));
  EXPECT_FALSE(weighted.has_gradient_norm(std::sqrt(55.0) + 1e-14, 10));
  EXPECT_FALSE(weighted.has_gradient_norm(-10, -1));
  EXPECT_FALSE(weighted.holds("critical"));

  Case near = scalar;
  near.U = column({above(2)});
  EXPECT_FALSE(near.holds("critical"));
  EXPECT_FALSE(near.has_gradient_norm(0, 0));
}

TEST(CompletionCheck, verifies_a_bound_at_an_exact_tie_and_nothing_above_it) {
  EXPECT_TRUE(scalar.has_bound(4.5, 1, 1));
  EXPECT_FALSE(scalar.has_bound(above(4.5), 1, 1));
  EXPECT_TRUE(scalar.has_bound(4.095, 0.9, 1));   // 0.9 5 - 0.81/2
  EXPECT_FALSE(scalar.has_bound(4.0951, 0.9, 1));
  EXPECT_TRUE(scalar.has_bound(0, 7, 7));  // a sum of squares
  EXPECT_TRUE(scalar.has_bound(-1, 7, 7));
}

TEST(CompletionCheck, refuses_forged_multipliers_and_norms) {
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

TEST(CompletionCheck, certifies_nothing_but_zero_without_a_penalty) {
  Case free = diagonal;
  free.lambda = "0";
  EXPECT_TRUE(free.has_bound(0, 0, 3));
  EXPECT_FALSE(free.has_bound(1e-300, 1e-300, 1e-300));
  EXPECT_FALSE(free.has_bound(1e-10, 1, 0));
}

TEST(CompletionCheck, verifies_a_gap_from_the_value_alone_only_against_zero) {
  EXPECT_TRUE(scalar.holds("gap", {{"gap", 4.5}, {"gap_scale", 4.5}, {"tolerance", 1}}));
  EXPECT_FALSE(scalar.holds("gap", {{"gap", below(4.5)}, {"gap_scale", 4.5}, {"tolerance", 1}}));
}

TEST(CompletionCheck, verifies_negative_curvature_at_the_zero_saddle) {
  // Along (e1, e1): -2 * 3 + 1 + 1 over 2.
  EXPECT_TRUE(diagonal.has_curvature({1, 0, 1, 0}, -2));
  EXPECT_TRUE(diagonal.has_curvature({3, 0, 3, 0}, -2));
  EXPECT_FALSE(diagonal.has_curvature({1, 0, 1, 0}, below(-2)));
  EXPECT_FALSE(diagonal.has_curvature({0, 1, 0, 1}, -1e-300));  // curvature 0: residual and penalty cancel
  EXPECT_FALSE(diagonal.has_curvature({0, 0, 0, 0}, -1));
  EXPECT_FALSE(diagonal.has_curvature({1, 0, -1, 0}, -1));
  EXPECT_FALSE(diagonal.has_curvature({1, 0, 1, 0}, 0));
  // Along (1, 0; 0, 1): 2 * 9 + 4/2 + 1/2 (1 + 1) = 21 > 0.
  EXPECT_FALSE(weighted.has_curvature({1, 0, 0, 1}, -1));
}

TEST(CompletionCheck, verifies_descent_and_better_points) {
  // U = V = (1, 0): f = 4/2 + 1/2 + 1.
  EXPECT_TRUE(diagonal.descends({1, 0, 1, 0}, 1.5));
  EXPECT_FALSE(diagonal.descends({1, 0, 1, 0}, above(1.5)));
  EXPECT_FALSE(diagonal.descends({1, 0, -1, 0}, 1e-300));
  EXPECT_FALSE(diagonal.descends({1, 0, 1, 0}, -1));
  EXPECT_FALSE(diagonal.descends({0, 0, 0, 0}, 0));

  Case in_point = diagonal;
  in_point.escape = {{"escape/U", column({1, 0})}, {"escape/V", column({1, 0})}};
  EXPECT_TRUE(in_point.holds("descent", {{"decrease", 1.5}}));
  EXPECT_FALSE(in_point.holds("descent", {{"decrease", above(1.5)}}));
  in_point.escape = {{"escape/U", Matrix(2, 2)}, {"escape/V", Matrix(2, 2)}};
  EXPECT_THROW(in_point.holds("descent", {{"decrease", 1.5}}), InputError);

  Case better = diagonal;
  better.witness["better"] = column({1.5, 0, 1.5, 0});  // (3/4)^2/2 + 1/2 + 9/4
  EXPECT_TRUE(better.holds("better-point", {{"value", 3.03125}}));
  EXPECT_FALSE(better.holds("better-point", {{"value", below(3.03125)}}));
}

// One row u = (3, 4), |u| = 5: x = 25, m = 20, L = 1/2, C = 2, c = 4.
const Case psd{.entries = {{0, 0, 20}}, .lambda = "0.5", .U = Matrix::from_rows({{3, 4}}), .psd = true, .row_norm_penalty = 2, .row_norm_limit = 4};

TEST(CompletionCheck, differentiates_the_row_norm_regulariser) {
  EXPECT_TRUE(psd.has_value(27, 27));  // 25/2 + 25/2 + 2
  EXPECT_FALSE(psd.has_value(above(27), 28));
  EXPECT_TRUE(psd.has_gradient_norm(63 - 1e-13, 63 + 1e-13));  // (10 + 1 + 8/5) |u|
  EXPECT_FALSE(psd.has_gradient_norm(0, 63 - 1e-13));

  // m = 60 instead: R = 35. Along u: 2500 - 70 25 + 25 + 600 = 1375 > 0; across: -70 25 + 25 + 40 = -1685, over 25.
  Case saddle = psd;
  saddle.entries[0].value = 60;
  EXPECT_FALSE(saddle.has_curvature({3, 4}, -1));
  EXPECT_TRUE(saddle.has_curvature({4, -3}, -67.4 + 1e-12));
  EXPECT_FALSE(saddle.has_curvature({4, -3}, -67.4 - 1e-12));
}

TEST(CompletionCheck, treats_the_limit_zero_and_the_row_at_its_limit_as_smooth) {
  Case quartic = psd;
  quartic.row_norm_limit = 0;  // C |u|^4 = 2 * 625
  EXPECT_TRUE(quartic.has_value(1275, 1275));
  EXPECT_TRUE(quartic.has_gradient_norm(1055, 1055));  // (10 + 1 + 200) |u|
  quartic.U = Matrix::from_rows({{0, 0}});
  EXPECT_TRUE(quartic.holds("critical"));
  EXPECT_TRUE(quartic.has_curvature({1, 1}, -39));  // -40 + 1
  EXPECT_FALSE(quartic.has_curvature({1, 1}, below(-39)));

  Case at_limit = psd;
  at_limit.row_norm_limit = 5;
  EXPECT_TRUE(at_limit.has_value(25, 25));
  EXPECT_TRUE(at_limit.has_gradient_norm(55, 55));
}

TEST(CompletionCheck, counts_both_images_of_a_symmetric_entry) {
  // U = (1, 2): entries (0, 1) and (1, 0) are both 5, x = 2: f = 9 + 1/2 (1 + 4).
  const Case both{.rows = 2, .cols = 2, .entries = {{0, 1, 5}, {1, 0, 5}}, .lambda = "0.5", .U = column({1, 2}), .psd = true};
  // G = -2 * 3 (2, 1) + (1, 2) = (-11, -4)
  EXPECT_TRUE(both.has_value(11.5, 11.5));
  EXPECT_TRUE(both.has_gradient_norm(std::sqrt(137.0) - 1e-14, std::sqrt(137.0) + 1e-14));
}

TEST(CompletionCheck, verifies_semidefinite_bounds_with_and_without_the_regulariser) {
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

TEST(CompletionCheck, asks_only_for_the_positive_part_of_a_semidefinite_residual) {
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

// X = A U V^T B^T with A U = (1, 2), B V = (1, 2, 3): x = 1, 6, 4 at three entries.
const Case features{.rows = 2,
                    .cols = 3,
                    .entries = {{0, 0, 2}, {1, 2, 5}, {1, 1, 4}},
                    .U = column({1}),
                    .V = column({1, 2}),
                    .A = column({1, 2}),
                    .B = Matrix::from_rows({{1, 0}, {0, 1}, {1, 1}})};

TEST(CompletionCheck, multiplies_side_information_in) {
  EXPECT_TRUE(features.has_value(4, 4));  // (1 + 1)/2 + (1 + 5)/2
  EXPECT_TRUE(features.has_gradient_norm(std::sqrt(56.0) - 1e-14, std::sqrt(56.0) + 1e-14));  // (6; 2, 4)
  EXPECT_FALSE(features.has_gradient_norm(0, std::sqrt(56.0) - 1e-14));

  // At zero A^T R B = (12, 18): norm 6 sqrt(13) = 21.6333; 45 (s - s^2/2) = 15.99 at s = 10/21.6333.
  Case zero = features;
  zero.lambda = "10";
  zero.U = column({0});
  zero.V = column({0, 0});
  EXPECT_TRUE(zero.has_bound(15.98, 0.4622, 21.6334));
  EXPECT_FALSE(zero.has_bound(16.1, 0.4622, 21.6334));
  EXPECT_FALSE(zero.has_bound(20, 1, 10));
  EXPECT_FALSE(zero.has_bound(15.98, 0.4622, 21.63));

  // A alone: S = A^T R is (2, 8, 10), norm 12.9615.
  Case rows_only = zero;
  rows_only.B = Matrix();
  rows_only.V = column({0, 0, 0});
  EXPECT_TRUE(rows_only.has_bound(21.3, 0.7715, 12.9615));   // 45 (0.7715 - 0.2976) = 21.32
  EXPECT_FALSE(rows_only.has_bound(21.4, 0.7715, 12.9615));
}

TEST(CompletionCheck, weighs_the_squares_of_the_dual) {
  // (x - 5)^2 + |x| is least at x = 9/2: 19/4. At zero the residual is 10: 50 s - 25 s^2 = 19/4 at s = 1/10.
  Case heavy = scalar;
  heavy.entries[0].weight = 2;
  heavy.U = heavy.V = column({0});
  EXPECT_TRUE(heavy.has_bound(4.75 * (1 - 1e-12), 0.1, 10));
  EXPECT_FALSE(heavy.has_bound(4.75 * (1 + 1e-12), 0.1, 10));
  EXPECT_FALSE(scalar.has_bound(4.75 * (1 - 1e-12), 0.1, 10));
}

TEST(CompletionCheck, scales_the_residuals_with_weighted_lambda) {
  // Row 0 holds 4 and 4, row 1 nothing: a = (2, 1), b = (1, 1). S = (4, 4)/sqrt(2), norm 4; s = 1/4, 32 (1/4 - 1/32) = 7.
  Case alswr{.rows = 2, .cols = 2, .entries = {{0, 0, 4}, {0, 1, 4}}, .U = column({0, 0}), .V = column({0, 0}), .weighted_lambda = true};
  EXPECT_TRUE(alswr.has_bound(6.9999999, 0.25, 4));
  EXPECT_FALSE(alswr.has_bound(7.0000001, 0.25, 4));
  EXPECT_FALSE(alswr.has_bound(6.9999999, 0.25, 3.9999));
  alswr.weighted_lambda = false;  // norm 4 sqrt(2)
  EXPECT_FALSE(alswr.has_bound(6.9999999, 0.25, 4));
}

// M of notes 6.1, 6 x 5 with 24 entries observed. F* by FISTA to a duality gap of 2e-15, the norm and the bound at zero by
// NumPy (../shared/math of the project; numpy.linalg.svd).
Case golden() {
  Case c{.rows = 6, .cols = 5, .entries = {}, .U = column({0, 0, 0, 0, 0, 0}), .V = column({0, 0, 0, 0, 0})};
  for (int i = 0; i < 6; ++i)
    for (int j = 0; j < 5; ++j)
      if ((2 * i + 3 * j) % 5 != 0) c.entries.push_back({i, j, std::cos(0.5 * i + 0.9 * j) + 0.6 * std::sin(1.3 * i - 0.4 * j) + 0.1 * ((3 * i + 2 * j) % 4)});
  return c;
}

TEST(CompletionCheck, agrees_with_another_program_on_a_completion_of_six_by_five) {
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

TEST(CompletionCheck, never_verifies_a_bound_above_a_minimum_that_is_known) {
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

TEST(CompletionCheck, proves_norms_in_balls_and_beyond_through_rigor_and_says_which) {
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
TEST(CompletionCheck, proves_the_norm_with_large_side_information_through_rigor) {
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

TEST(CompletionCheck, uses_balls_at_any_size_where_told_to) {
  Case c = diagonal_of_twos(800, false);
  c.arithmetic = Arithmetic::balls;

  EXPECT_EQ(c.outcome("lower-bound", {{"bound", 1199.9}, {"multiplier", 0.5}, {"spectral_norm", 2}}).how, by_balls);
}

TEST(CompletionCheck, states_scales_and_no_larger_ones) {
  const auto check = weighted.prepared();

  // The value exceeds 1e-6 (2 16 + 1/2 + 25)/2.
  EXPECT_DOUBLE_EQ(check->largest_scale({"gap", "", "", Rigor::proved, {}}), 5.5);
  // U: 2 (4 + 3) 3 + 1/2 = 42.5;  1/2 (1 + 2) 1 + (5 + 6) 3 + 1 = 35.5
  // V: 2 (4 + 3) 1 + (5 + 6) 2 + 3/2 = 37.5;  1/2 (1 + 2) 2 + 1/2 = 3.5
  const double scale = std::sqrt(42.5 * 42.5 + 35.5 * 35.5 + 37.5 * 37.5 + 3.5 * 3.5);
  EXPECT_NEAR(check->largest_scale({"gradient-norm", "", "", Rigor::proved, {}}), scale, 1e-7);
}

TEST(CompletionCheck, states_the_scales_of_the_variants) {
  const auto scale = [](const Case& c) { return c.prepared()->largest_scale({"gradient-norm", "", "", Rigor::proved, {}}); };

  // Either side: (20 + 25) 5 + 5/2; the regulariser: 4 * 2 * 1.
  EXPECT_NEAR(scale(psd), 463, 1e-6);
  // |A U| = (1, 2), |B V| = (1, 2, 3). Rows: 3, 11 * 3 + 8 * 2, times 2; columns: 3, 8 * 2, 11 * 2, times sqrt(2); |(U, V)| = sqrt(6).
  EXPECT_NEAR(scale(features), std::sqrt(4.0 * (9 + 49 * 49) + 2.0 * (9 + 256 + 484)) + std::sqrt(6.0), 1e-6);
}

TEST(CompletionCheck, states_scales_whose_squares_underflow) {
  Case tiny = scalar;  // 5 |v| + L |u| for either side: 6e-161, and x is nothing beside 5
  tiny.U = tiny.V = column({1e-161});
  const double scale = tiny.prepared()->largest_scale({"gradient-norm", "", "", Rigor::proved, {}});

  EXPECT_GE(scale, 6e-161 * std::sqrt(2.0));
  EXPECT_LE(scale, 20e-161);
  tiny.U = tiny.V = column({0});
  EXPECT_EQ(tiny.prepared()->largest_scale({"gradient-norm", "", "", Rigor::proved, {}}), 0.0);
}

TEST(CompletionCheck, refuses_blocks_and_penalties_that_do_not_fit) {
  Case misfit = weighted;
  misfit.U = column({1, 2, 3});
  EXPECT_THROW(misfit.prepared(), InputError);
  misfit.U = Matrix(2, 0);
  EXPECT_THROW(misfit.prepared(), InputError);
  misfit.U = Matrix(2, 2);
  EXPECT_THROW(misfit.prepared(), InputError);  // V has one column
  Case ranked = weighted;
  ranked.rank = "1";
  EXPECT_TRUE(ranked.has_value(5.5, 5.5));
  for (const char* rank : {"2", "0", "-1", "", "1.5", "all"}) {
    ranked.rank = rank;
    EXPECT_THROW(ranked.prepared(), InputError) << rank;
  }
  for (const char* lambda : {"cv", "", "-1", "nan", "inf", "1e999", "1x"}) {
    Case wrong = weighted;
    wrong.lambda = lambda;
    EXPECT_THROW(wrong.prepared(), InputError) << lambda;
  }
}

TEST(CompletionCheck, refuses_witnesses_that_are_missing_or_do_not_fit) {
  EXPECT_THROW(diagonal.has_curvature({1, 0, 1}, -1), InputError);
  EXPECT_THROW(diagonal.descends({1, 0, 1, 0, 0}, 1), InputError);
  EXPECT_THROW(diagonal.holds("negative-curvature", {{"curvature", -1}}), InputError);
  EXPECT_THROW(diagonal.holds("descent", {{"decrease", 1}}), InputError);
  EXPECT_THROW(diagonal.holds("better-point", {{"value", 1}}), InputError);
  EXPECT_THROW(diagonal.holds("lower-bound", {{"bound", 1}}), InputError);
  EXPECT_FALSE(diagonal.holds("isolated-minimum"));
  EXPECT_THAT(diagonal.outcome("best-of-all").reason, HasSubstr("no check"));
}

TEST(CompletionCheck, proves_nothing_of_points_that_are_not_finite) {
  Case infinite = scalar;
  infinite.U = column({std::numeric_limits<double>::infinity()});
  EXPECT_FALSE(infinite.has_value(0, 1e308));
  EXPECT_FALSE(infinite.has_bound(1, 1, 1));
  EXPECT_FALSE(infinite.has_gradient_norm(0, 1e308));
  EXPECT_FALSE(infinite.holds("critical"));
  infinite.U = column({std::numeric_limits<double>::quiet_NaN()});
  EXPECT_FALSE(infinite.has_value(0, 1e308));
  EXPECT_FALSE(infinite.has_bound(1, 1, 1));
  EXPECT_FALSE(scalar.has_curvature({std::numeric_limits<double>::quiet_NaN(), 1}, -1));
}

}  // namespace
}  // namespace nadir
