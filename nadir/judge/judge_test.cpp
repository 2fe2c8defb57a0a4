// The numerical judge on functions whose critical points are known in closed form.
#include "nadir/judge/judge.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <limits>
#include <numbers>

#include "nadir/base/error.hpp"
#include "nadir/judge/escape.hpp"

namespace nadir {
namespace {

// A separable problem sum_i f(x_i, i) with derivatives; coupling is not needed to test signs.
struct Separable {
  using Term = std::function<double(double, Index)>;
  Layout shape;
  Term f, first, second;

  Separable(Index n, Term value, Term derivative, Term curvature)
      : f(std::move(value)), first(std::move(derivative)), second(std::move(curvature)) {
    shape.add("x", n, 1);
  }

  class Picture final : public Expansion {
   public:
    Picture(const Separable& p, std::span<const double> x) : p_(p), x_(x.begin(), x.end()) {}
    double value() const override { return p_.value(x_); }
    void gradient(std::span<double> out) const override {
      for (std::size_t i = 0; i < x_.size(); ++i) out[i] = p_.first(x_[i], static_cast<Index>(i));
    }
    void apply_hessian(ConstMatrixView V, MatrixView out) const override {
      for (Index j = 0; j < V.cols; ++j)
        for (Index i = 0; i < V.rows; ++i) out(i, j) = p_.second(x_[static_cast<std::size_t>(i)], i) * V(i, j);
    }

   private:
    const Separable& p_;
    Vector x_;
  };

  const Layout& layout() const { return shape; }
  double value(std::span<const double> x) const {
    double sum = 0.0;
    for (std::size_t i = 0; i < x.size(); ++i) sum += f(x[i], static_cast<Index>(i));
    return sum;
  }
  std::unique_ptr<Expansion> expand(std::span<const double> x) const { return std::make_unique<Picture>(*this, x); }
};

Separable quadratic(Vector d, double scale = 1.0) {
  const auto at = [d, scale](Index i) { return scale * d[static_cast<std::size_t>(i)]; };
  return Separable(static_cast<Index>(d.size()), [at](double x, Index i) { return 0.5 * at(i) * x * x; },
                   [at](double x, Index i) { return at(i) * x; }, [at](double, Index i) { return at(i); });
}

// (x^2 - 1)^2 / 4 in every coordinate.
Separable wells(Index n) {
  return Separable(n, [](double x, Index) { return 0.25 * (x * x - 1.0) * (x * x - 1.0); },
                   [](double x, Index) { return x * (x * x - 1.0); }, [](double x, Index) { return 3.0 * x * x - 1.0; });
}

Headline headline(const Separable& problem, const Vector& x, const JudgeOptions& options = {}) {
  const Judgement judgement = judge_numerically("test", problem, x, options);
  EXPECT_EQ(judgement.verdict.rigor, Rigor::numerical);
  EXPECT_TRUE(judgement.certificate.claims.empty());
  return judgement.verdict.headline;
}

TEST(NumericalJudge, tells_the_kinds_of_critical_point_apart) {
  const Separable problem = wells(2);

  EXPECT_EQ(headline(problem, {1.0, -1.0}), Headline::local_minimum);
  EXPECT_EQ(headline(problem, {0.0, 1.0}), Headline::strict_saddle);
  EXPECT_EQ(headline(problem, {0.0, 0.0}), Headline::strict_saddle);
  EXPECT_EQ(headline(problem, {0.5, 1.0}), Headline::not_critical);
}

TEST(NumericalJudge, gives_a_way_out_whose_decrease_is_the_difference_of_values) {
  const Separable problem = wells(2);
  const Vector saddle{0.0, 1.0};

  const Judgement judgement = judge_numerically("test", problem, saddle);

  ASSERT_TRUE(judgement.verdict.escape.has_value());
  Vector moved = saddle;
  for (std::size_t i = 0; i < 2; ++i) moved[i] += judgement.verdict.escape->displacement[i];
  EXPECT_EQ(judgement.verdict.escape->decrease, problem.value(saddle) - problem.value(moved));
  EXPECT_GT(judgement.verdict.escape->decrease, 0.01);
}

TEST(NumericalJudge, does_not_call_a_flat_point_a_minimum) {
  EXPECT_EQ(headline(quadratic({1.0, 0.0}), {0.0, 0.0}), Headline::undecided);
}

TEST(NumericalJudge, does_not_call_the_neighbourhood_of_a_degenerate_minimum_strict) {
  // x^4 - 1e-3 x^3 has a degenerate critical point at 0. At 1e-4 its gradient, -2.6e-11, is far below the
  // tolerance, and its curvature, -4.8e-7, is that of the way to 0. The other coordinate sets the scale.
  const Separable problem(
      2, [](double x, Index i) { return i == 0 ? 0.5 * x * x : std::pow(x, 4) - 1e-3 * std::pow(x, 3); },
      [](double x, Index i) { return i == 0 ? x : 4.0 * std::pow(x, 3) - 3e-3 * x * x; },
      [](double x, Index i) { return i == 0 ? 1.0 : 12.0 * x * x - 6e-3 * x; });

  EXPECT_EQ(headline(problem, {0.0, 1e-4}), Headline::undecided);
}

TEST(NumericalJudge, does_not_decide_where_the_whole_hessian_vanishes_at_the_critical_point) {
  const auto power = [](int p, double sign) {
    return Separable(1, [=](double x, Index) { return sign * std::pow(x, p); },
                     [=](double x, Index) { return sign * p * std::pow(x, p - 1); },
                     [=](double x, Index) { return sign * p * (p - 1) * std::pow(x, p - 2); });
  };
  for (const double x : {1e-5, -1e-5, 1e-7}) {
    EXPECT_EQ(judge_numerically("cubic", power(3, 1.0), Vector{x}).verdict.headline, Headline::undecided) << x;
    EXPECT_EQ(judge_numerically("quartic", power(4, 1.0), Vector{x}).verdict.headline, Headline::undecided) << x;
    EXPECT_EQ(judge_numerically("hill", power(4, -1.0), Vector{x}).verdict.headline, Headline::undecided) << x;
  }
}

TEST(NumericalJudge, judges_a_loss_of_tiny_scale_by_relative_eigenvalues) {
  EXPECT_EQ(headline(quadratic({1.0, 2.0}, 1e-14), {0.0, 0.0}), Headline::local_minimum);
  EXPECT_EQ(headline(quadratic({1.0, -0.01}, 1e-14), {0.0, 0.0}), Headline::strict_saddle);
}

TEST(NumericalJudge, says_spurious_only_when_a_point_in_hand_is_lower_beyond_rounding) {
  // x^4/4 - x^2/2 + x/10: the minimum on the right is the higher one. Roots of x^3 - x + 0.1 by Newton.
  const Separable problem(1, [](double x, Index) { return 0.25 * std::pow(x, 4) - 0.5 * x * x + 0.1 * x; },
                          [](double x, Index) { return std::pow(x, 3) - x + 0.1; },
                          [](double x, Index) { return 3.0 * x * x - 1.0; });
  const Vector high{0.94564927392359025}, low{-1.0466805318046022};

  EXPECT_EQ(headline(problem, high), Headline::local_minimum);
  EXPECT_EQ(headline(problem, high, {.gap_tol = 1e-6, .criticality_tol = 1e-8, .better_points = {low}}), Headline::spurious_minimum);
  EXPECT_EQ(headline(problem, low, {.gap_tol = 1e-6, .criticality_tol = 1e-8, .better_points = {high, low}}), Headline::local_minimum);
}

TEST(NumericalJudge, does_not_take_another_copy_of_the_same_minimum_for_a_better_one) {
  const Vector nearly{1.0 + 1e-10}, exactly{-1.0};

  EXPECT_EQ(headline(wells(1), nearly, {.gap_tol = 1e-6, .criticality_tol = 1e-8, .better_points = {exactly}}), Headline::local_minimum);
}

TEST(NumericalJudge, is_undecided_where_numbers_are_not_finite) {
  const double nan = std::numeric_limits<double>::quiet_NaN();

  EXPECT_EQ(headline(wells(2), {nan, 0.0}), Headline::undecided);
  EXPECT_EQ(headline(wells(2), {1e300, 0.0}), Headline::undecided);
}

TEST(NumericalJudge, refuses_a_point_of_another_length) {
  EXPECT_THROW(judge_numerically("test", wells(2), Vector{1.0}), InputError);
}

TEST(NumericalJudge, judges_large_problems_by_the_ends_of_their_spectrum) {
  Vector d(3000);
  for (std::size_t i = 0; i < d.size(); ++i) d[i] = 1.0 + 1e-3 * static_cast<double>(i);
  d[17] = 0.5;
  const Vector origin(3000, 0.0);
  EXPECT_EQ(headline(quadratic(d), origin), Headline::local_minimum);

  d[1234] = -0.5;

  EXPECT_EQ(headline(quadratic(d), origin), Headline::strict_saddle);
}

TEST(Curvature, counts_the_signs_of_a_small_spectrum) {
  const CurvatureReport report = examine_curvature(quadratic({3.0, -1.0, 0.0, 2.0, 1e-12}), Vector(5, 0.0));

  EXPECT_EQ(report.curvature.negative, 1);
  EXPECT_EQ(report.curvature.zero, 2);
  EXPECT_EQ(report.curvature.positive, 2);
  EXPECT_EQ(report.curvature.min_eigenvalue, -1.0);
  EXPECT_EQ(std::fabs(report.direction[1]), 1.0);
}

TEST(Curvature, counts_nothing_where_it_saw_only_the_ends) {
  const CurvatureReport report = examine_curvature(quadratic(Vector(1500, 1.0)), Vector(1500, 0.0), {.max_basis = 50});

  EXPECT_EQ(report.curvature.negative, -1);
  EXPECT_EQ(report.evidence.standing, Standing::undecided);
  EXPECT_NEAR(report.curvature.min_eigenvalue, 1.0, 1e-12);
}

TEST(Curvature, dense_and_lanczos_agree) {
  Vector d(300);
  for (std::size_t i = 0; i < d.size(); ++i) d[i] = std::cos(static_cast<double>(i));
  const Vector origin(300, 0.0);

  const CurvatureReport dense = examine_curvature(quadratic(d), origin), lanczos = examine_curvature(quadratic(d), origin, {.dense_limit = 10});

  EXPECT_NEAR(dense.curvature.min_eigenvalue, lanczos.curvature.min_eigenvalue, 1e-12);
  EXPECT_NEAR(dense.largest_magnitude, lanczos.largest_magnitude, 1e-12);
}

TEST(Escape, finds_the_sign_that_the_gradient_does_not_show) {
  // -x^3: only the positive side is lower; the curvature at 0 is zero.
  const Separable problem(1, [](double x, Index) { return -x * x * x; }, [](double x, Index) { return -3.0 * x * x; },
                          [](double x, Index) { return -6.0 * x; });

  const auto escape = escape_along(problem, Vector{0.0}, Vector{-2.0});

  ASSERT_TRUE(escape.has_value());
  EXPECT_GT(escape->displacement[0], 0.0);
}

TEST(Escape, is_never_sized_to_noise) {
  // A minimum at 0 on an offset whose rounding hides the last bits.
  const Separable problem(1, [](double x, Index) { return 1e6 + 0.5 * x * x + 1e-11 * std::sin(1e5 * x); },
                          [](double x, Index) { return x + 1e-6 * std::cos(1e5 * x); }, [](double, Index) { return 1.0; });

  EXPECT_FALSE(escape_along(problem, Vector{0.0}, Vector{1.0}).has_value());
}

TEST(Escape, takes_a_gradient_of_any_size) {
  for (const double scale : {1e-12, 1.0, 1e12}) {
    const auto escape = descend_along_gradient(quadratic({1.0, 1e6}, scale), Vector{1.0, 1.0});

    ASSERT_TRUE(escape.has_value()) << scale;
    EXPECT_GT(escape->decrease, 0.0);
  }
}

TEST(Escape, has_nothing_to_offer_at_a_minimum) {
  EXPECT_FALSE(descend_along_gradient(wells(2), Vector{1.0, 1.0}).has_value());
  EXPECT_FALSE(escape_along(wells(2), Vector{1.0, 1.0}, Vector{1.0, 0.0}).has_value());
}

}  // namespace
}  // namespace nadir
