// Flat spurious minima, by hand and by construction: the proof, its near misses, and the values.
#include "nadir/problems/network/locally_linear.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "nadir/base/error.hpp"
#include "nadir/base/random.hpp"
#include "nadir/linalg/dense.hpp"
#include "nadir/problems/network/constructions.hpp"

namespace nadir {
namespace {

Vector column_of(const Matrix& b) { return Vector(b.data(), b.data() + b.size()); }

std::vector<PiecewiseLinearLayer> layers_of(const TwoLayerPoint& p, const KinkSlopes& s) {
  return {{p.W1, column_of(p.b1), s}, {p.W2, column_of(p.b2), {}}};
}

double sigmoid(double t) { return 1.0 / (1.0 + std::exp(-t)); }

template <class H>
double half_squares(const TwoLayerPoint& p, const Matrix& X, const Matrix& Y, H&& h) {
  double sum = 0.0;
  for (Index i = 0; i < X.cols(); ++i) {
    double out = p.b2(0, 0);
    for (Index k = 0; k < p.W1.rows(); ++k) {
      double t = p.b1(k, 0);
      for (Index j = 0; j < X.rows(); ++j) t += p.W1(k, j) * X(j, i);
      out += p.W2(0, k) * h(t);
    }
    sum += 0.5 * (out - Y(0, i)) * (out - Y(0, i));
  }
  return sum;
}

auto activation(const KinkSlopes& s) {
  return [s](double t) { return t > 0.0 ? s.plus * t : s.minus * t; };
}

// x = (0, 1, 2), y = (0, 0, 1), times 6: the fit is (-1, 2, 5), all numbers are integers.
const Matrix line = Matrix::from_rows({{0, 1, 2}});
const Matrix six_step = Matrix::from_rows({{0, 0, 6}});
const TwoLayerPoint integer_plateau{Matrix::from_rows({{3}, {0}}), Matrix::from_rows({{5}, {6}}), Matrix::from_rows({{1, 0}}), Matrix::from_rows({{-6}})};

TEST(LocallyLinear, exact_plateau_is_a_minimum_with_radius_zero) {
  const LocallyAffineReport r = examine_locally_affine(layers_of(integer_plateau, {1, 0}), line, six_step);

  EXPECT_TRUE(r.is_minimum);
  EXPECT_EQ(r.radius, 0.0);
  EXPECT_EQ(r.gap, 0.0);
  EXPECT_EQ(r.half_squares, Interval::point(3.0));  // (1 + 4 + 1) / 2
  EXPECT_EQ(r.optimum_lower, 3.0);
}

TEST(LocallyLinear, rounded_plateau_lies_next_to_a_minimum) {
  const Matrix step = Matrix::from_rows({{0, 0, 1}});
  const SpuriousMinimum p = make_piecewise_linear_minimum(line, step, 2, {1, 0});

  const LocallyAffineReport r = examine_locally_affine(layers_of(p.minimum, {1, 0}), line, step);

  EXPECT_TRUE(r.is_minimum) << r.reason;
  EXPECT_LT(r.radius, 1e-13);
  EXPECT_NEAR(r.optimum_lower, 1.0 / 12, 1e-14);
  EXPECT_TRUE(r.half_squares.contains(1.0 / 12) || r.half_squares.width() < 1e-15);
}

// The best affine map through the plateau's data at 1/2 sum r^2 = 3; a point off by delta in b2 has the gap 3/2 delta^2.
TEST(LocallyLinear, gap_of_a_point_off_the_plateau_is_bounded) {
  TwoLayerPoint p = integer_plateau;
  p.b2(0, 0) += 0.5;

  const LocallyAffineReport r = examine_locally_affine(layers_of(p, {1, 0}), line, six_step);

  EXPECT_TRUE(r.is_locally_affine);
  EXPECT_GE(r.gap, 1.5 * 0.25);
  EXPECT_LE(r.optimum_lower, 3.0);
  EXPECT_TRUE(r.is_minimum);
  EXPECT_GE(r.radius, 0.5 / std::sqrt(43.0 + 45.0));  // not zero; the true distance is at most 0.5
}

TEST(LocallyLinear, a_unit_that_is_zero_on_one_sample_is_refused) {
  TwoLayerPoint p = integer_plateau;
  p.b1(1, 0) = 0.0;

  const LocallyAffineReport r = examine_locally_affine(layers_of(p, {1, 0}), line, six_step);

  EXPECT_FALSE(r.is_locally_affine);
  EXPECT_FALSE(r.is_minimum);
}

TEST(LocallyLinear, a_unit_that_bends_on_the_data_is_refused) {
  TwoLayerPoint p = integer_plateau;
  p.b1(0, 0) = -1.0;

  EXPECT_FALSE(examine_locally_affine(layers_of(p, {1, 0}), line, six_step).is_locally_affine);
}

// All units off: the network is constant near the point, the best constant is no local minimum in the sense of the
// theorem, because the affine optimum is lower. (It is one, by examine_kinks; here it must not be claimed with S*.)
TEST(LocallyLinear, dead_network_is_not_placed_at_the_affine_optimum) {
  const TwoLayerPoint dead{Matrix::from_rows({{0}, {0}}), Matrix::from_rows({{-1}, {-1}}), Matrix::from_rows({{1, 1}}), Matrix::from_rows({{2}})};

  const LocallyAffineReport r = examine_locally_affine(layers_of(dead, {1, 0}), line, six_step);

  EXPECT_TRUE(r.is_locally_affine);
  EXPECT_FALSE(r.is_minimum);
}

TEST(LocallyLinear, infinite_and_unknown_entries_prove_nothing) {
  for (const double bad : {std::nan(""), HUGE_VAL, 1e308}) {
    TwoLayerPoint p = integer_plateau;
    p.W1(0, 0) = bad;

    EXPECT_FALSE(examine_locally_affine(layers_of(p, {1, 0}), line, six_step).is_minimum);
  }
}

TEST(LocallyLinear, shapes_are_checked) {
  EXPECT_THROW(examine_locally_affine({}, line, six_step), InputError);
  EXPECT_THROW(examine_locally_affine(layers_of(integer_plateau, {1, 0}), Matrix(2, 3), six_step), InputError);
  EXPECT_THROW(examine_locally_affine(layers_of(integer_plateau, {1, 0}), line, Matrix(1, 2)), InputError);
}

// A constant feature and one that is zero: the row space is that of the line and the constant.
TEST(LocallyLinear, dependent_inputs_are_reduced_to_rows_that_span_them) {
  const Matrix X = Matrix::from_rows({{0, 1, 2}, {1, 1, 1}, {0, 0, 0}});
  TwoLayerPoint p = integer_plateau;
  p.W1 = Matrix::from_rows({{3, 0, 0}, {0, 0, 0}});

  EXPECT_TRUE(examine_locally_affine(layers_of(p, {1, 0}), X, six_step).is_minimum);
  p.b2(0, 0) += 0x1p-30;
  const LocallyAffineReport r = examine_locally_affine(layers_of(p, {1, 0}), X, six_step);
  EXPECT_TRUE(r.is_minimum) << r.reason;
  EXPECT_LE(r.optimum_lower, 3.0);
  EXPECT_GT(r.optimum_lower, 3.0 - 1e-14);
}

// A row that misses dependence by its last bit counts as a row of its own: nothing is claimed through a rank in floating
// point, and the best affine map is then exact (three rows on three samples, S* = 0).
TEST(LocallyLinear, nearly_dependent_inputs_are_not_taken_for_dependent) {
  const Matrix X = Matrix::from_rows({{0, 1, 2}, {1, 1, std::nextafter(1.0, 2.0)}});
  TwoLayerPoint p = integer_plateau;
  p.W1 = Matrix::from_rows({{3, 0}, {0, 0}});

  EXPECT_FALSE(examine_locally_affine(layers_of(p, {1, 0}), X, six_step).is_minimum);
}

// Against normal equations solved here: S* bounds the affine optimum from below, for random data and slopes, and the
// better point is better; more than one input uses part (c), since one active direction does not span the inputs.
TEST(Constructions, piecewise_linear_minima_are_proved_and_beaten) {
  Random random(5);
  for (int trial = 0; trial < 30; ++trial) {
    const Index d = 1 + trial % 3, n = d + 4 + trial % 5, m = 2 + trial % 2;
    const KinkSlopes s = trial % 2 ? KinkSlopes{1.0, 0.0} : KinkSlopes{1.5, 0.25};
    Matrix X(d, n), y(1, n);
    random.fill_normal(X.flat());
    random.fill_normal(y.flat());

    const SpuriousMinimum p = make_piecewise_linear_minimum(X, y, m, s);
    const LocallyAffineReport r = examine_locally_affine(layers_of(p.minimum, s), X, y);

    EXPECT_TRUE(r.is_minimum) << r.reason;
    EXPECT_LT(r.radius, 1e-10);
    EXPECT_LT(half_squares(p.better, X, y, activation(s)), r.optimum_lower);
    EXPECT_NEAR(half_squares(p.minimum, X, y, activation(s)), r.optimum_lower, 1e-12);
  }
}

TEST(Constructions, values_on_three_points_of_a_line) {
  const Matrix step = Matrix::from_rows({{0, 0, 1}});

  const SpuriousMinimum p = make_piecewise_linear_minimum(line, step, 2, {1, 0});

  EXPECT_NEAR(half_squares(p.minimum, line, step, activation({1, 0})), 1.0 / 12, 1e-15);
  EXPECT_NEAR(half_squares(p.better, line, step, activation({1, 0})), 7.0 / 108, 1e-15);
  EXPECT_NEAR(p.minimum.W1(0, 0), 0.5, 1e-15);
  EXPECT_NEAR(p.minimum.b1(0, 0), 5.0 / 6, 1e-15);
  EXPECT_NEAR(p.better.b2(0, 0), 1.0 / 12, 1e-15);
}

TEST(Constructions, small_example_has_its_values) {
  const SmallExample e = three_points();
  const SpuriousMinimum relu = make_relu_minimum_of_three_points();

  EXPECT_NEAR(half_squares(relu.minimum, e.X, e.Y, activation({1, 0})), 1.0 / 3, 1e-15);
  EXPECT_EQ(half_squares(relu.better, e.X, e.Y, activation({1, 0})), 0.0);
  EXPECT_NEAR(half_squares(make_sigmoid_minimum(), e.X, e.Y, sigmoid), 1.0 / 3, 1e-15);
}

TEST(Constructions, relu_minimum_of_three_points_is_proved) {
  const SmallExample e = three_points();
  const SpuriousMinimum relu = make_relu_minimum_of_three_points();

  // The three points are affinely dependent: rows of Xt are (1, 0, 1/2), (0, 1, 1/2), (1, 1, 1).
  const LocallyAffineReport r = examine_locally_affine(layers_of(relu.minimum, {1, 0}), e.X, e.Y);

  EXPECT_TRUE(r.is_locally_affine);
  EXPECT_TRUE(r.is_minimum) << r.reason;
  EXPECT_NEAR(r.optimum_lower, 1.0 / 3, 1e-14);
  EXPECT_LT(r.radius, 1e-13);
}

TEST(Constructions, inputs_that_the_theorem_excludes_are_errors) {
  const Matrix affine = Matrix::from_rows({{1, 3, 5}});

  EXPECT_THROW(make_piecewise_linear_minimum(line, affine, 2, {1, 0}), InputError);
  EXPECT_THROW(make_piecewise_linear_minimum(line, six_step, 1, {1, 0}), InputError);
  EXPECT_THROW(make_piecewise_linear_minimum(line, six_step, 2, {1, 1}), InputError);
  EXPECT_THROW(make_piecewise_linear_minimum(Matrix::from_rows({{1, 1, 1}}), six_step, 2, {1, 0}), InputError);
}

}  // namespace
}  // namespace nadir
