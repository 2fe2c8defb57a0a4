// Smoothed densities against closed forms, their errors against what they are really off by.
#include "nadir/landscape/density.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "nadir/landscape/internal/student.hpp"

namespace nadir {
namespace {

double normal_density(double t, double sigma) { return std::exp(-0.5 * t * t / (sigma * sigma)) / (sigma * std::sqrt(2.0 * std::numbers::pi)); }

TEST(Density, of_known_eigenvalues_is_their_gaussian_sum_without_error) {
  const SpectralMeasure measure{.dimension = 4, .peaks = {-1.0, 0.0, 0.0, 2.0}, .nodes = {}, .weights = Matrix(0, 0)};

  const SmoothedDensity density = smooth(measure, 0.3, 0, 0.0, 41);

  for (std::size_t i = 0; i < density.points.size(); ++i) {
    const double t = density.points[i];
    EXPECT_NEAR(density.values[i], 0.25 * (normal_density(t + 1, 0.3) + 2 * normal_density(t, 0.3) + normal_density(t - 2, 0.3)), 1e-14);
    EXPECT_EQ(density.half_widths[i], 0.0);
  }
  EXPECT_EQ(density.quadrature_error, 0.0);
}

TEST(Density, has_mass_one) {
  SpectralMeasure measure{.dimension = 10, .peaks = {3.0}, .nodes = {-1.0, 0.5}, .weights = Matrix(2, 2)};
  measure.weights(0, 0) = 0.3, measure.weights(1, 0) = 0.7, measure.weights(0, 1) = 0.6, measure.weights(1, 1) = 0.4;

  const SmoothedDensity density = smooth(measure, 0.1, 5, 2.0, 4001);

  double mass = 0.0;
  for (const double value : density.values) mass += value * (density.points[1] - density.points[0]);
  EXPECT_NEAR(mass, 1.0, 1e-3);  // four sigma beyond the ends
}

// The m-point Gauss rule of the semicircle is known: nodes cos(k pi / (m + 1)), weights 2 / (m + 1) sin^2.
TEST(Density, quadrature_error_covers_what_a_gauss_rule_is_off_by) {
  for (const Index m : {5, 10, 20, 40})
    for (const double sigma : {0.05, 0.1, 0.3}) {
      double off = 0.0;
      for (const double x : {0.0, 0.4, 0.95}) {
        double rule = 0.0, truth = 0.0;
        for (Index k = 1; k <= m; ++k) {
          const double phi = static_cast<double>(k) * std::numbers::pi / static_cast<double>(m + 1);
          rule += 2.0 / static_cast<double>(m + 1) * std::pow(std::sin(phi), 2) * std::exp(-0.5 * std::pow((std::cos(phi) - x) / sigma, 2));
        }
        constexpr int fine = 4000;  // the same rule with so many points
        for (int k = 1; k <= fine; ++k) {
          const double phi = k * std::numbers::pi / (fine + 1);
          truth += 2.0 / (fine + 1) * std::pow(std::sin(phi), 2) * std::exp(-0.5 * std::pow((std::cos(phi) - x) / sigma, 2));
        }
        off = std::fmax(off, std::fabs(rule - truth));
      }

      EXPECT_LE(off, gaussian_quadrature_error(sigma, 2.0, 2 * m - 1) + 1e-13) << m << ' ' << sigma;
    }
}

// c_2j = 2 (-1)^j e^(-q) I_j(q), q = 1 / (4 s^2), for exp(-t^2 / (2 s^2)) on [-1, 1]; by SciPy 1.10 with s = 0.2,
// 2 * 2 * sum(scipy.special.ive(j, 6.25) for j in range(5, 60)) = 0.14148910882632437 for degrees above 9.
TEST(Density, quadrature_error_is_the_tail_of_the_chebyshev_series) {
  EXPECT_NEAR(gaussian_quadrature_error(0.2, 2.0, 9), 0.14148910882632437, 1e-9);
  EXPECT_LT(gaussian_quadrature_error(0.2, 2.0, 60), 1e-9);
  EXPECT_EQ(gaussian_quadrature_error(0.2, 0.0, 9), 0.0);
}

TEST(Student, has_the_quantiles_of_tables) {
  // By SciPy 1.10, t.ppf(0.995, k) and t.ppf(0.975, 9)
  EXPECT_NEAR(internal::student_quantile(1, 0.99), 63.65674116287399, 1e-5);
  EXPECT_NEAR(internal::student_quantile(2, 0.99), 9.92484320091807, 1e-7);
  EXPECT_NEAR(internal::student_quantile(9, 0.99), 3.2498355440153697, 1e-8);
  EXPECT_NEAR(internal::student_quantile(29, 0.99), 2.756385903670335, 1e-8);
  EXPECT_NEAR(internal::student_quantile(9, 0.95), 2.2621571627409915, 1e-8);
  EXPECT_TRUE(std::isinf(internal::student_quantile(0, 0.99)));
}

TEST(Student, interval_of_a_mean_is_that_of_textbooks) {
  const internal::Estimate estimate = internal::mean_with_interval({1.0, 2.0, 3.0}, 2.0);

  EXPECT_NEAR(estimate.value, 2.0, 1e-15);
  EXPECT_NEAR(estimate.half_width, 2.0 / std::sqrt(3.0), 1e-15);
  EXPECT_TRUE(std::isinf(internal::mean_with_interval({1.0}, 2.0).half_width));
}

}  // namespace
}  // namespace nadir
