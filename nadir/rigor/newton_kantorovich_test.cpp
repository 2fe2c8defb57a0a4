// Radii against the closed form of scalar quadratics, where the theorem is sharp, and failing hypotheses.
#include "nadir/rigor/newton_kantorovich.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "nadir/base/error.hpp"
#include "nadir/rigor/oracle_test.hpp"

namespace nadir {
namespace {

constexpr double inf = std::numeric_limits<double>::infinity();

TEST(NewtonKantorovich, is_sharp_for_scalar_quadratics) {
  // F(x) = x - x^2/2 - 3/8 at x = 0: zeros 1/2 and 3/2; A = 1, eta = 3/8, delta = 0, K = 1.
  const auto radii = newton_kantorovich({.defect = 0.375, .inverse_defect = 0, .lipschitz = 1, .max_radius = 10});

  ASSERT_TRUE(radii);
  EXPECT_EQ(radii->existence, 0.5);
  EXPECT_EQ(radii->uniqueness, 1.5);
}

TEST(NewtonKantorovich, rounds_existence_up_and_uniqueness_down) {
  std::mt19937_64 generator(1);
  std::uniform_real_distribution<double> unit;
  for (int k = 0; k < oracle::repetitions(500); ++k) {
    const double eta = 0.5 * unit(generator), delta = 0.3 * unit(generator), K = 0.4 * unit(generator);

    const auto radii = newton_kantorovich({eta, delta, K, 1e9});

    ASSERT_TRUE(radii);
    // p(r) = K r^2 / 2 - (1 - delta) r + eta is <= 0 at both radii, whichever way they are rounded.
    const auto p = [&](double r) {
      using oracle::Exact;
      return Exact(K) * Exact(r) * Exact(r) * Exact(0.5) - (Exact(1.0) - Exact(delta)) * Exact(r) + Exact(eta);
    };
    EXPECT_TRUE(p(radii->existence) <= oracle::Exact(0.0));
    EXPECT_TRUE(p(radii->uniqueness) <= oracle::Exact(0.0));
  }
}

TEST(NewtonKantorovich, of_an_exact_zero_has_existence_radius_zero_and_affine_maps_any_uniqueness) {
  const auto radii = newton_kantorovich({0.0, 0.25, 0.0, inf});

  ASSERT_TRUE(radii);
  EXPECT_EQ(radii->existence, 0.0);
  EXPECT_EQ(radii->uniqueness, inf);
}

TEST(NewtonKantorovich, proves_nothing_where_a_hypothesis_fails) {
  const double nan = std::nan("");

  EXPECT_FALSE(newton_kantorovich({0.5, 0.0, 1.0, 10.0})) << "a double root";
  EXPECT_FALSE(newton_kantorovich({0.6, 0.0, 1.0, 10.0}));
  EXPECT_FALSE(newton_kantorovich({0.1, 1.0, 0.0, 10.0}));
  EXPECT_FALSE(newton_kantorovich({0.1, 2.5, 0.1, 10.0}));
  EXPECT_FALSE(newton_kantorovich({0.375, 0.0, 1.0, 0.4})) << "the ball of H1 is too small";
  EXPECT_FALSE(newton_kantorovich({0.0, 0.0, 0.0, 0.0})) << "no room for uniqueness";
  for (const KantorovichBounds& b : {KantorovichBounds{nan, 0, 1, 1}, KantorovichBounds{0, nan, 1, 1},
                                     KantorovichBounds{0, 0, nan, 1}, KantorovichBounds{0, 0, 1, nan},
                                     KantorovichBounds{-1, 0, 1, 1}, KantorovichBounds{0, -1, 1, 1},
                                     KantorovichBounds{0, 0, -1, 1}, KantorovichBounds{0, 0, 1, -1},
                                     KantorovichBounds{inf, 0, 1, 1}, KantorovichBounds{0, 0, inf, 1}})
    EXPECT_FALSE(newton_kantorovich(b));
}

TEST(ProveCriticalPoint, finds_the_saddle_of_a_quadratic) {
  // f = -x^2/2 + 2 y^2 - x/8 at 0: critical point (-1/8, 0), one negative eigenvalue.
  const auto proof = prove_critical_point(exact(Matrix::from_rows({{-1, 0}, {0, 4}})),
                                          exact(Matrix::from_rows({{-0.125}, {0}})), 0.0, inf);

  ASSERT_TRUE(proof);
  EXPECT_EQ(proof->num_negative, 1);
  EXPECT_GE(proof->radii.existence, 0.125);
  EXPECT_LE(proof->radii.existence, 0.125 + 1e-15);
  EXPECT_EQ(proof->radii.uniqueness, inf);
  EXPECT_EQ(proof->least_curvature, 1.0);
}

TEST(ProveCriticalPoint, of_a_double_well_names_its_minimum) {
  // f = (x^2 - 1)^2 / 4 near 1: f' = x^3 - x, f'' = 3 x^2 - 1, |f'''| <= 6 * 1.5 on [0.5, 1.5].
  const double x = 1.01;
  const auto proof = prove_critical_point(exact(Matrix::from_rows({{3 * x * x - 1}})),
                                          exact(Matrix::from_rows({{x * x * x - x}})), 9.0, 0.49);

  ASSERT_TRUE(proof);
  EXPECT_EQ(proof->num_negative, 0);
  EXPECT_GE(proof->radii.existence, 0.01);
  EXPECT_GT(proof->radii.uniqueness, 0.3);
  EXPECT_GT(proof->least_curvature, 0.0);
}

TEST(ProveCriticalPoint, proves_nothing_for_singular_or_unknown_or_far) {
  const BallMatrix hessian = exact(Matrix::identity(1)), gradient = exact(Matrix::from_rows({{0.125}}));
  BallMatrix unknown = gradient;
  unknown.rad(0, 0) = inf;

  EXPECT_FALSE(prove_critical_point(BallMatrix(1, 1), gradient, 1.0, 1.0));
  EXPECT_FALSE(prove_critical_point(hessian, unknown, 1.0, 1.0));
  EXPECT_FALSE(prove_critical_point(unknown, gradient, 1.0, 1.0));
  EXPECT_FALSE(prove_critical_point(hessian, gradient, 100.0, 1.0));
  EXPECT_FALSE(prove_critical_point(hessian, gradient, std::nan(""), 1.0));
  EXPECT_THROW(prove_critical_point(hessian, BallMatrix(2, 1), 1.0, 1.0), InputError);
  EXPECT_THROW(prove_critical_point(hessian, BallMatrix(1, 2), 1.0, 1.0), InputError);
  EXPECT_THROW(prove_critical_point(BallMatrix(1, 2), gradient, 1.0, 1.0), InputError);
}

}  // namespace
}  // namespace nadir
