// Curves between points; the oracle is their formula, and lengths in closed form.
#include "nadir/landscape/curve.hpp"

#include <cmath>
#include <limits>

#include <gtest/gtest.h>

#include "nadir/base/error.hpp"
#include "nadir/base/random.hpp"
#include "nadir/landscape/analytic_test.hpp"
#include "nadir/landscape/internal/gauss.hpp"

namespace nadir {
namespace {

Matrix control(Index dimension, Index count, std::uint64_t seed = 1) {
  Matrix points(dimension, count);
  Random(seed).fill_normal(points.flat());
  return points;
}

TEST(Curve, begins_and_ends_at_its_ends_to_the_last_bit) {
  for (const CurveKind kind : {CurveKind::straight, CurveKind::bezier, CurveKind::polygon, CurveKind::elastic_band}) {
    const Matrix points = control(7, kind == CurveKind::straight ? 2 : 5);
    const Curve curve(kind, points);

    EXPECT_EQ(curve.at(0.0), Vector(points.col(0), points.col(0) + 7));
    EXPECT_EQ(curve.at(1.0), Vector(points.col(points.cols() - 1), points.col(points.cols() - 1) + 7));
  }
}

TEST(Curve, of_bezier_has_the_binomial_coefficients) {
  const Curve curve(CurveKind::bezier, control(2, 4));
  Vector c(4);
  for (const double t : {0.1, 0.5, 0.9}) {
    curve.coefficients(t, c);

    const double s = 1.0 - t;
    const double expected[] = {s * s * s, 3 * s * s * t, 3 * s * t * t, t * t * t};
    for (std::size_t j = 0; j < 4; ++j) EXPECT_NEAR(c[j], expected[j], 1e-16);
  }
}

TEST(Curve, of_pieces_goes_through_its_points_at_its_knots) {
  const Matrix points = control(3, 4);
  const Vector knots = {0.0, 0.2, 0.7, 1.0};
  const Curve curve(CurveKind::elastic_band, points, knots);

  for (Index j = 0; j < 4; ++j) EXPECT_EQ(curve.at(knots[static_cast<std::size_t>(j)]), Vector(points.col(j), points.col(j) + 3));
  const Vector middle = curve.at(0.45);
  for (Index i = 0; i < 3; ++i) EXPECT_NEAR(middle[static_cast<std::size_t>(i)], 0.5 * (points(i, 1) + points(i, 2)), 1e-15);
}

TEST(Curve, has_the_length_of_lines_and_of_a_parabola) {
  EXPECT_DOUBLE_EQ(Curve(CurveKind::polygon, Matrix::from_rows({{0, 3, 3}, {0, 4, 0}})).length(), 9.0);
  // (t, t^2), t in [0, 1], has control points (0, 0), (1/2, 0), (1, 1): sqrt(5)/2 + asinh(2)/4.
  EXPECT_NEAR(Curve(CurveKind::bezier, Matrix::from_rows({{0, 0.5, 1}, {0, 0, 1}})).length(), std::sqrt(5.0) / 2 + std::asinh(2.0) / 4, 1e-12);
  EXPECT_EQ(Curve(CurveKind::bezier, Matrix(4, 3)).length(), 0.0);
}

TEST(Curve, values_along_it_are_those_of_its_points) {
  const AnalyticProblem problem = mueller_brown();
  for (const CurveKind kind : {CurveKind::straight, CurveKind::bezier, CurveKind::polygon}) {
    const Curve curve(kind, control(2, kind == CurveKind::straight ? 2 : 4, 5));
    const Vector t = {0.0, 0.9, 0.1, 1.0, 1.0 / 3, 0.5};
    Vector values(t.size());

    values_along(problem, curve, -7.0, -8.0)(t, values);

    EXPECT_EQ(values[0], -7.0);
    EXPECT_EQ(values[3], -8.0);
    for (const std::size_t k : {1, 2, 4, 5}) EXPECT_NEAR(values[k], problem.value(curve.at(t[k])), 1e-10 * (1.0 + std::fabs(values[k])));
  }
}

TEST(Curve, refuses_what_is_none) {
  EXPECT_THROW(Curve(CurveKind::polygon, Matrix(2, 1)), InputError);
  EXPECT_THROW(Curve(CurveKind::straight, Matrix(2, 3)), InputError);
  EXPECT_THROW(Curve(CurveKind::polygon, Matrix(2, 3), {0.0, 0.5, 0.5}), InputError);
  EXPECT_THROW(Curve(CurveKind::polygon, Matrix(2, 3), {0.0, std::numeric_limits<double>::quiet_NaN(), 1.0}), InputError);
  EXPECT_THROW(Curve::along_line(CurveKind::straight, Vector{1.0}, Vector{1.0, 2.0}, 0), InputError);
}

TEST(LengthShares, are_even_where_there_is_no_length) {
  EXPECT_EQ(length_shares(Matrix(3, 3)), (Vector{0.0, 0.5, 1.0}));
  EXPECT_EQ(length_shares(Matrix::from_rows({{0, 1, 4}})), (Vector{0.0, 0.25, 1.0}));
}

TEST(GaussRule, is_exact_for_polynomials_of_its_degree) {
  for (const Index m : {1, 2, 3, 6, 13, 48})
    for (Index degree = 0; degree < 2 * m; ++degree) {
      const internal::GaussRule rule = internal::gauss_rule(m);
      double sum = 0.0;
      for (std::size_t q = 0; q < rule.nodes.size(); ++q) sum += rule.weights[q] * std::pow(rule.nodes[q], static_cast<double>(degree));
      EXPECT_NEAR(sum, 1.0 / static_cast<double>(degree + 1), 1e-14) << m << " " << degree;
    }
}

}  // namespace
}  // namespace nadir
