// Ways between two points of functions whose valleys, minima and passes are known. Numbers with many digits: SciPy,
// minimize (Nelder-Mead to 1e-12) of the mean by 40 nodes of Gauss on each half, and root for critical points.
#include "nadir/landscape/find_path.hpp"

#include <atomic>
#include <cmath>
#include <limits>

#include <gtest/gtest.h>

#include "nadir/base/error.hpp"
#include "nadir/base/random.hpp"
#include "nadir/landscape/analytic_test.hpp"
#include "nadir/landscape/elastic_band.hpp"
#include "nadir/landscape/saddle.hpp"
#include "nadir/landscape/train_curve.hpp"

namespace nadir {
namespace {

const Vector valley_a = {2.0, 0.5}, valley_b = {0.5, 2.0};
const Vector low_left = {-0.5582236346330243, 1.4417258418046686}, in_between = {-0.05001082299820606, 0.4666941048719721}, low_right = {0.6234994049308766, 0.02803775852868565};

double distance(std::span<const double> a, std::span<const double> b) {
  Vector difference(a.begin(), a.end());
  axpy(-1.0, b, difference);
  return norm(difference);
}

TEST(TrainCurve, finds_the_best_bend_of_a_bezier_curve_and_of_a_polygon) {
  const AnalyticProblem problem = product_valley();
  const TrainCurveOptions options{.gradient_tol = 1e-12, .progress_tol = 0.0};

  const TrainedCurve bezier = train_curve(problem, CurveKind::bezier, valley_a, valley_b, 1, options);
  const TrainedCurve polygon = train_curve(problem, CurveKind::polygon, valley_a, valley_b, 1, options);

  for (const Index i : {0, 1}) EXPECT_NEAR(bezier.curve.control()(i, 1), 0.75897801, 1e-6);
  for (const Index i : {0, 1}) EXPECT_NEAR(polygon.curve.control()(i, 1), 0.93726166, 1e-6);
  EXPECT_NEAR(bezier.mean, 2.6403032474439863e-05, 1e-14);
  EXPECT_NEAR(polygon.mean, 0.001354433053653019, 1e-12);
  EXPECT_TRUE(bezier.is_converged && polygon.is_converged);
}

// A rule that the curve could hide from is replaced by finer ones: a comb of narrow ridges across the way.
TEST(TrainCurve, does_not_fit_the_curve_to_the_rule) {
  const AnalyticProblem problem(2, [](std::span<const double> x, std::span<double> g, Matrix& H) {
    const double s = std::sin(40.0 * x[0]), c = std::cos(40.0 * x[0]);
    g[0] = 80.0 * s * c, g[1] = 2.0 * x[1];
    H(0, 0) = 3200.0 * (c * c - s * s), H(1, 1) = 2.0;
    return s * s + x[1] * x[1];
  });

  const TrainedCurve trained = train_curve(problem, CurveKind::bezier, Vector{0.0, 0.0}, Vector{1.0, 0.0}, 1, {.nodes = 1});

  double mean = 0.0;
  for (int k = 0; k < 1000; ++k) mean += problem.value(trained.curve.at((k + 0.5) / 1000)) / 1000;
  EXPECT_NEAR(trained.mean, mean, 0.05 * mean);
}

// More bends can only lower the least mean: a Bezier curve of one degree is one of the next.
TEST(TrainCurve, with_more_bends_is_no_higher) {
  const AnalyticProblem problem = product_valley();
  double before = std::numeric_limits<double>::infinity();
  for (const Index bends : {1, 2, 4, 20}) {
    const TrainedCurve trained = train_curve(problem, CurveKind::bezier, valley_a, valley_b, bends, {.gradient_tol = 1e-11, .progress_tol = 0.0});

    double mean = 0.0;
    for (int k = 0; k < 1000; ++k) mean += problem.value(trained.curve.at((k + 0.5) / 1000)) / 1000;
    EXPECT_LE(mean, before + 1e-12) << bends;
    before = mean;
  }
}

TEST(TrainCurve, says_that_a_limit_ended_it) {
  const AnalyticProblem problem = product_valley();

  const TrainedCurve cut = train_curve(problem, CurveKind::bezier, valley_a, valley_b, 1, {.max_iterations = 1});
  const TrainedCurve stopped = train_curve(problem, CurveKind::bezier, valley_a, valley_b, 1, {.should_stop = [] { return true; }});

  EXPECT_FALSE(cut.is_converged || cut.is_stopped);
  EXPECT_TRUE(!stopped.is_converged && stopped.is_stopped);
  EXPECT_THROW(train_curve(problem, CurveKind::straight, valley_a, valley_b, 1), InputError);
  EXPECT_THROW(train_curve(problem, CurveKind::bezier, valley_a, valley_b, 0), InputError);
  EXPECT_THROW(train_curve(problem, CurveKind::bezier, valley_a, Vector{1.0}, 1), InputError);
  EXPECT_THROW(train_curve(problem, CurveKind::bezier, valley_a, valley_b, 1, {.patience = 0}), InputError);
}

TEST(ElasticBand, of_the_mueller_brown_potential_lies_on_steepest_descent_paths_through_the_minimum_in_between) {
  const AnalyticProblem problem = mueller_brown();

  const ElasticBand band = relax_elastic_band(problem, low_left, low_right, {.pivots = 25, .max_iterations = 3000, .force_tol = 1e-4});

  EXPECT_TRUE(band.is_converged);
  double nearest = 1.0;
  for (Index j = 0; j < band.curve.control().cols; ++j) {
    const std::span<const double> p{band.curve.control().col(j), 2};
    nearest = std::fmin(nearest, distance(p, in_between));
  }
  EXPECT_LT(nearest, 0.6 * band.curve.length() / 26);
  EXPECT_NEAR(band.values[static_cast<std::size_t>(band.highest)], -40.6648435086574, 1e-3);  // the climber is on the pass
}

TEST(FollowToSaddle, reaches_the_passes_to_the_last_digits_from_around_them) {
  const AnalyticProblem problem = mueller_brown();
  for (std::uint64_t seed = 0; seed < 20; ++seed)
    for (const Vector& pass : {Vector{-0.8220015587327322, 0.6243128028148713}, Vector{0.21248658200066192, 0.29298832510736783}}) {
      Vector start(2);
      Random(seed).fill_normal(start);
      for (std::size_t i : {0, 1}) start[i] = pass[i] + 0.03 * start[i];

      const SaddleSearch found = follow_to_saddle(problem, start, {});

      EXPECT_TRUE(found.is_converged);
      EXPECT_LE(distance(found.point, pass), 1e-12) << seed;
    }
}

// 60 parameters and a basis of 12: the Krylov space is not the whole. f = sum_i lambda_i x_i^2 / 2 + sum_i x_i^4 / 4.
TEST(FollowToSaddle, works_in_a_krylov_space) {
  const AnalyticProblem problem(60, [](std::span<const double> x, std::span<double> g, Matrix& H) {
    double value = 0.0;
    for (std::size_t i = 0; i < x.size(); ++i) {
      const double lambda = i == 7 ? -0.5 : 0.1 * static_cast<double>(i + 1);
      value += 0.5 * lambda * x[i] * x[i] + 0.25 * std::pow(x[i], 4);
      g[i] = lambda * x[i] + std::pow(x[i], 3);
      H(static_cast<Index>(i), static_cast<Index>(i)) = lambda + 3.0 * x[i] * x[i];
    }
    return value;
  });
  Vector start(60), ascent(60, 0.0);
  Random(3).fill_normal(start);
  scale(0.03, start);
  ascent[7] = 1.0;

  const SaddleSearch found = follow_to_saddle(problem, start, ascent, {.max_basis = 12});

  EXPECT_TRUE(found.is_converged);
  EXPECT_LE(norm(found.point), 1e-8);
}

TEST(FollowToSaddle, ends_where_nothing_is_finite) {
  const AnalyticProblem problem(1, [](std::span<const double>, std::span<double> g, Matrix&) { return g[0] = std::numeric_limits<double>::quiet_NaN(); });

  const SaddleSearch found = follow_to_saddle(problem, Vector{1.0}, {});

  EXPECT_FALSE(found.is_converged);
  EXPECT_EQ(found.iterations, 0);
  EXPECT_THROW(follow_to_saddle(problem, Vector{1.0, 2.0}, {}), InputError);
}

TEST(FindPath, through_a_valley_of_minima_has_the_known_barriers) {
  const Path path = find_path(product_valley(), valley_a, valley_b, {}, {.kinds = {CurveKind::bezier, CurveKind::polygon, CurveKind::elastic_band}});

  ASSERT_EQ(path.curves.size(), 4u);
  EXPECT_NEAR(path.curves[0].barrier.value, 81.0 / 512.0, 1e-12);  // (25/16 - 1)^2 / 2, at t = 1/2
  EXPECT_NEAR(path.curves[1].barrier.value, 5.94666263412819e-05, 2e-8);
  EXPECT_NEAR(path.curves[2].barrier.value, 0.007386056191178085, 2e-6);
  EXPECT_LT(path.curves[3].barrier.value, 1e-4);
  EXPECT_FALSE(path.saddle.has_value());
  EXPECT_TRUE(path.is_complete);
  EXPECT_EQ(path.values, (std::array<double, 2>{0.0, 0.0}));
}

TEST(FindPath, over_the_passes_of_the_mueller_brown_potential) {
  const AnalyticProblem problem = mueller_brown();
  struct Case {
    Vector a, b;
    double value;
  };
  for (const Case& c : {Case{low_left, low_right, -40.6648435086574}, Case{low_left, in_between, -40.6648435086574}, Case{in_between, low_right, -72.24894011232523}}) {
    const Path path = find_path(problem, c.a, c.b, {}, {.kinds = {CurveKind::elastic_band}});

    ASSERT_TRUE(path.saddle.has_value());
    EXPECT_NEAR(path.saddle->value, c.value, 1e-10);
    EXPECT_NEAR(path.curves[1].barrier.value, c.value, 1e-3);
    EXPECT_GE(path.curves[1].barrier.value, c.value - 1e-10);  // no way between these minima stays below
    EXPECT_LT(path.curves[1].barrier.value, path.curves[0].barrier.value);
  }
}

TEST(FindPath, between_two_wells_meets_the_saddle_at_a_quarter) {
  for (const Index dimension : {1, 2, 9}) {
    Vector a(static_cast<std::size_t>(dimension), 0.0), b = a;
    a[0] = 1.0, b[0] = -1.0;

    const Path path = find_path(two_wells(dimension), a, b);

    EXPECT_NEAR(path.curves[0].barrier.value, 0.25, path.curves[0].barrier.uncertainty);
    EXPECT_EQ(path.curves.back().kind, CurveKind::elastic_band);
    EXPECT_NEAR(path.curves.back().barrier.height, 0.25, 1e-4);
    ASSERT_TRUE(path.saddle.has_value());
    EXPECT_LE(norm(path.saddle->point), 1e-9);
    EXPECT_EQ(path.saddle->value, 0.25);
    EXPECT_NEAR(path.saddle->t, 0.5, 1e-2);
  }
}

// The straight line runs exactly over the top; by symmetry no gradient there points to either side.
TEST(FindPath, leaves_a_symmetric_ridge) {
  const Path path = find_path(round_hill(), Vector{1.0, 0.0}, Vector{-1.0, 0.0}, {}, {.kinds = {CurveKind::bezier, CurveKind::elastic_band}});

  EXPECT_NEAR(path.curves[0].barrier.value, 1.0, 1e-12);
  EXPECT_LT(path.curves[1].barrier.value, 0.05);
  EXPECT_LT(path.curves[2].barrier.value, 1e-3);
  EXPECT_NEAR(path.curves[2].length, 3.14159265, 0.02);
}

TEST(FindPath, between_equal_ends_is_the_line_alone) {
  const Path path = find_path(two_wells(2), Vector{0.3, 0.4}, Vector{0.3, 0.4});

  EXPECT_EQ(path.curves.size(), 1u);
  EXPECT_EQ(path.distance, 0.0);
  EXPECT_EQ(path.curves[0].barrier.height, 0.0);
  EXPECT_TRUE(path.is_complete);
}

TEST(FindPath, measures_barriers_from_the_higher_end_and_from_the_line) {
  // -x^4 + x over [0, 1], minus 3 x: above the line from 0 to -3 by x - x^4, at most 3 / 4 * 4^(-1/3); nowhere above 0.
  const AnalyticProblem problem(1, [](std::span<const double> x, std::span<double> g, Matrix& H) {
    g[0] = -4.0 * std::pow(x[0], 3) - 2.0, H(0, 0) = -12.0 * x[0] * x[0];
    return -std::pow(x[0], 4) - 2.0 * x[0];
  });

  const PathBarrier barrier = find_path(problem, Vector{0.0}, Vector{1.0}, {}, {.kinds = {}}).curves[0].barrier;

  EXPECT_EQ(barrier.height, 0.0);
  EXPECT_EQ(barrier.t, 0.0);
  EXPECT_NEAR(barrier.height_over_line, 0.75 * std::pow(4.0, -1.0 / 3.0), barrier.uncertainty);
}

TEST(FindPath, across_a_gap_of_the_domain_has_an_infinite_barrier) {
  const AnalyticProblem problem(2, [](std::span<const double> x, std::span<double> g, Matrix& H) {
    g[0] = 2.0 * x[0], g[1] = 2.0 * x[1], H(0, 0) = H(1, 1) = 2.0;
    return x[0] * x[0] + x[1] * x[1] + 0.0 * std::sqrt(std::fabs(x[0]) - 0.2);
  });

  const Path path = find_path(problem, Vector{1.0, 0.0}, Vector{-1.0, 0.0});

  for (const PathCurve& curve : path.curves) EXPECT_TRUE(std::isinf(curve.barrier.value)) << curve.name;
  EXPECT_FALSE(path.saddle.has_value());
  EXPECT_THROW(find_path(problem, Vector{1.0, 0.0}, Vector{0.1, 0.0}), NumericalBreakdown);
}

TEST(FindPath, goes_to_the_aligned_end_where_there_is_one) {
  const PathAlignment alignment{.distance = 0.0, .label = "mirrored", .point = {0.6, 0.0}};

  const Path path = find_path(two_wells(2), Vector{1.0, 0.0}, Vector{-0.6, 0.0}, alignment, {.kinds = {CurveKind::bezier}});

  ASSERT_EQ(path.curves.size(), 3u);
  EXPECT_EQ(path.curves[1].name, "straight, aligned");
  EXPECT_TRUE(!path.curves[0].is_aligned && path.curves[1].is_aligned && path.curves[2].is_aligned);
  EXPECT_NEAR(path.alignment->distance, 0.4, 1e-15);
  EXPECT_NEAR(path.curves[0].barrier.value, 0.25, 1e-4);
  EXPECT_LE(path.curves[1].barrier.height, 1e-15);
}

// Functions that keep state of their own are asked one point at a time; nothing else changes.
TEST(FindPath, one_point_at_a_time_is_the_same) {
  for (const bool is_concurrent : {false, true}) {
    static std::atomic<int> inside{0};
    static std::atomic<bool> was_shared{false};
    was_shared = false;
    const AnalyticProblem hill = round_hill();
    const AnalyticProblem watched(2, [&](std::span<const double> x, std::span<double> g, Matrix& H) {
      if (++inside > 1) was_shared = true;
      const auto expansion = hill.expand(x);
      expansion->gradient(g);
      expansion->apply_hessian(Matrix::identity(2), H);
      --inside;
      return expansion->value();
    });
    const PathOptions options{.kinds = {CurveKind::bezier, CurveKind::elastic_band}, .is_concurrent = is_concurrent};

    const Path path = find_path(watched, Vector{1.0, 0.0}, Vector{-1.0, 0.0}, {}, options);

    const Path other = find_path(hill, Vector{1.0, 0.0}, Vector{-1.0, 0.0}, {}, {.kinds = options.kinds});
    for (std::size_t k = 0; k < 3; ++k) EXPECT_EQ(path.curves[k].values, other.curves[k].values);
    EXPECT_TRUE(is_concurrent || !was_shared);
  }
}

TEST(FindPath, stopped_keeps_what_it_has) {
  int asked = 0;

  const Path path = find_path(mueller_brown(), low_left, low_right, {}, {.kinds = {CurveKind::bezier, CurveKind::elastic_band}, .should_stop = [&] { return ++asked > 12; }});

  EXPECT_FALSE(path.is_complete);
  ASSERT_FALSE(path.curves.empty());
  EXPECT_TRUE(std::isfinite(path.curves[0].barrier.uncertainty));
  EXPECT_LT(path.curves.size(), 3u);
}

TEST(FindPath, refuses_ends_of_another_length_and_options_out_of_range) {
  const AnalyticProblem problem = two_wells(2);
  EXPECT_THROW(find_path(problem, Vector{1.0}, Vector{1.0, 0.0}), InputError);
  EXPECT_THROW(find_path(problem, Vector{1.0, 0.0}, Vector{1.0}), InputError);
  EXPECT_THROW(find_path(problem, Vector{1.0, 0.0}, Vector{-1.0, 0.0}, {}, {.points = 2}), InputError);
  EXPECT_THROW(find_path(problem, Vector{1.0, 0.0}, Vector{-1.0, 0.0}, {}, {.bends = -1}), InputError);
}

TEST(CurveKind, has_a_name_that_leads_back) {
  for (const CurveKind kind : {CurveKind::straight, CurveKind::bezier, CurveKind::polygon, CurveKind::elastic_band}) EXPECT_EQ(curve_kind_from_name(name(kind)), kind);
  EXPECT_THROW(curve_kind_from_name("spline"), InputError);
}

}  // namespace
}  // namespace nadir
