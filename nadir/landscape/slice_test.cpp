// Slices of functions known in closed form: labelled axes, the exact centre, layers, what is missing, memory of nothing.
#include "nadir/landscape/slice.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "nadir/base/error.hpp"
#include "nadir/landscape/diagonal_test.hpp"
#include "nadir/linalg/dense.hpp"

namespace nadir {
namespace {

// f(x) = 1/2 sum d_i x_i^2 + c.
struct Bowl {
  Vector d;
  double c = 0.0;
  Layout shape = diagonal::one_block(std::ssize(d));

  class At final : public Expansion {
   public:
    At(const Bowl& bowl, std::span<const double> x) : bowl_(bowl), x_(x.begin(), x.end()) {}
    double value() const override { return bowl_.value(x_); }
    void gradient(std::span<double> out) const override {
      for (std::size_t i = 0; i < out.size(); ++i) out[i] = bowl_.d[i] * x_[i];
    }
    void apply_hessian(ConstMatrixView V, MatrixView out) const override { diagonal::apply(bowl_.d, V, out); }

   private:
    const Bowl& bowl_;
    Vector x_;
  };

  const Layout& layout() const { return shape; }
  double value(std::span<const double> x) const {
    double sum = c;
    for (std::size_t i = 0; i < x.size(); ++i) sum += 0.5 * d[i] * x[i] * x[i];
    return sum;
  }
  std::unique_ptr<Expansion> expand(std::span<const double> x) const { return std::make_unique<At>(*this, x); }
};

Direction along(Vector step) { return {.label = "a direction", .normalisation = {}, .eigenvalue = {}, .explained = {}, .step = std::move(step)}; }

TEST(GridCoordinates, hold_zero_and_both_ends_exactly_and_ascend) {
  for (const auto& [low, high, count] : std::vector<std::tuple<double, double, Index>>{
           {-1, 1, 51}, {-0.5, 1.5, 51}, {-1, 1, 50}, {0, 1, 2}, {-3, 0, 7}, {-1e-9, 1, 3}, {-1, 1e-300, 3}, {-1e308, 1e308, 9}, {-0.1, 0.7, 4}}) {
    const Vector c = grid_coordinates(low, high, count);

    ASSERT_EQ(std::ssize(c), count);
    EXPECT_EQ(c.front(), low);
    EXPECT_EQ(c.back(), high);
    EXPECT_EQ(std::count(c.begin(), c.end(), 0.0), 1);
    for (std::size_t i = 1; i < c.size(); ++i) EXPECT_LT(c[i - 1], c[i]);
  }
}

TEST(GridCoordinates, go_through_other_points_where_they_lie_between) {
  const Vector c = grid_coordinates(-0.5, 1.5, 51, Vector{1.0, 0.3, 7.0, 1e-9, 1.0});

  ASSERT_EQ(std::ssize(c), 51);
  for (const double t : {-0.5, 0.0, 0.3, 1.0, 1.5}) EXPECT_EQ(std::count(c.begin(), c.end(), t), 1) << t;
  EXPECT_EQ(std::count(c.begin(), c.end(), 1e-9), 0);
  for (std::size_t i = 1; i < c.size(); ++i) EXPECT_LT(c[i - 1], c[i]);
  EXPECT_EQ(grid_coordinates(-1, 1, 3, Vector{0.9, -1.0, std::nan("")}), (Vector{-1, 0, 1}));
}

TEST(GridCoordinates, refuse_ranges_that_are_reversed_or_miss_the_point_and_grids_without_room) {
  const double nan = std::nan("");
  for (const auto& [low, high, count] : std::vector<std::tuple<double, double, Index>>{
           {1, -1, 5}, {0.5, 1, 5}, {-1, -0.5, 5}, {0, 0, 5}, {-1, 1, 1}, {-1, 1, 2}, {0, 1, 1}, {nan, 1, 5}, {-1, nan, 5}, {-1, 1.0 / 0.0, 5}, {-1, 1, 100001}})
    EXPECT_THROW(grid_coordinates(low, high, count), InputError) << low << " " << high << " " << count;
}

// Peers exchange rows and columns of grids that are not square, and shift every second row by a step.
TEST(Slice, of_a_grid_that_is_not_square_has_the_first_axis_in_rows) {
  const Bowl bowl{{2.0, 10.0, 1.0}, 0.25};
  const Vector point{0.5, -0.25, 3.0};

  const Slice s = examine_slice(bowl, point, {along({1, 0, 0}), along({0, 2, 0})}, {.counts = {7, 4}, .ranges = {{-1, 1}, {-0.5, 1}}});

  ASSERT_EQ(s.axes.size(), 2u);
  ASSERT_EQ(s.layers.size(), 1u);
  EXPECT_EQ(s.layers[0].values.rows(), 7);
  EXPECT_EQ(s.layers[0].values.cols(), 4);
  EXPECT_EQ(s.axes[1].length, 2.0);
  EXPECT_EQ(s.evaluations, 28 + 1);
  EXPECT_TRUE(s.is_complete);
  for (Index i = 0; i < 7; ++i)
    for (Index j = 0; j < 4; ++j) {
      const double a = s.axes[0].coordinates[static_cast<std::size_t>(i)], b = s.axes[1].coordinates[static_cast<std::size_t>(j)];
      EXPECT_NEAR(s.layers[0].values(i, j), 0.25 + std::pow(0.5 + a, 2) + 5 * std::pow(-0.25 + 2 * b, 2) + 4.5, 1e-14);
    }
}

TEST(Slice, has_the_point_itself_among_its_samples_with_the_problems_own_value) {
  const Bowl bowl{{0.1, 0.3}, 0.7};
  const Vector point{0.1, 0.7};
  for (const double tol : {0.0, 1e-3}) {
    const Slice s = examine_slice(bowl, point, {along({0.3, 0.1}), along({-0.1, 0.3})}, {.counts = {12, 31}, .ranges = {{-0.3, 1.7}, {-2, 0.1}}, .adaptive_tol = tol});

    const auto zero = [](const Vector& c) { return std::find(c.begin(), c.end(), 0.0) - c.begin(); };
    EXPECT_EQ(s.layers[0].values(zero(s.axes[0].coordinates), zero(s.axes[1].coordinates)), bowl.value(point));
    EXPECT_EQ(s.marks[0].value, bowl.value(point));
    EXPECT_EQ(s.marks[0].coordinates, (Vector{0, 0}));
  }
}

TEST(Slice, says_where_a_lower_value_lies) {
  const Bowl bowl{{2.0, 2.0}, -5.0};

  const Slice lower = examine_slice(bowl, Vector{0.5, 0.0}, {along({1, 0}), along({0, 1})}, {.counts = {5, 5}});
  const Slice lowest = examine_slice(bowl, Vector{0.0, 0.0}, {along({1, 0}), along({0, 1})}, {.counts = {5, 5}});

  ASSERT_EQ(lower.marks.size(), 2u);
  EXPECT_EQ(lower.marks[1].coordinates, (Vector{-0.5, 0}));
  EXPECT_EQ(lower.marks[1].value, -5.0);
  EXPECT_EQ(lowest.marks.size(), 1u);
}

TEST(Slice, layers_are_the_gradients_norm_and_the_ratio_of_curvatures) {
  const Bowl bowl{{4.0, -1.0, 2.0}, 0.0};
  const Vector point{1.0, 1.0, 0.0};

  const Slice s = examine_slice(bowl, point, {along({0, 1, 0})}, {.counts = {5}, .with_gradient = true, .with_curvature = true});

  ASSERT_EQ(s.layers.size(), 3u);
  EXPECT_EQ(s.layers[1].name, "gradient_norm");
  EXPECT_EQ(s.layers[2].name, "curvature_ratio");
  for (Index i = 0; i < 5; ++i) {
    const double a = s.axes[0].coordinates[static_cast<std::size_t>(i)];
    EXPECT_NEAR(s.layers[0].values(i, 0), 2.0 - 0.5 * std::pow(1 + a, 2), 1e-14);
    EXPECT_NEAR(s.layers[1].values(i, 0), std::hypot(4.0, 1 + a), 1e-14);
    EXPECT_NEAR(s.layers[2].values(i, 0), -0.25, 1e-3);
  }
  const Bowl flat{{0.0, 0.0}, 1.0};
  const Slice none = examine_slice(flat, Vector{1, 1}, {along({0, 1})}, {.counts = {3}, .with_curvature = true});
  EXPECT_TRUE(std::isnan(none.layers[1].values(0, 0)));
}

// 0 is a value: it must not be taken for "not yet".
TEST(Slice, that_is_stopped_keeps_what_it_has_and_tells_zeros_from_what_is_missing) {
  const Bowl flat{{0.0, 0.0}, 0.0};
  for (const double tol : {0.0, 1e-2}) {
    int asked = 0;
    const Slice s = examine_slice(flat, Vector{1, 1}, {along({1, 0}), along({0, 1})}, {.counts = {21, 21}, .adaptive_tol = tol, .should_stop = [&] { return ++asked > 3; }});
    const auto values = s.layers[0].values.flat();

    EXPECT_FALSE(s.is_complete);
    EXPECT_EQ(s.marks[0].value, 0.0);
    const auto zeros = std::count(values.begin(), values.end(), 0.0);
    EXPECT_GE(zeros, 1 + 8);
    EXPECT_LT(zeros, 21 * 21);
    EXPECT_EQ(zeros + std::count_if(values.begin(), values.end(), [](double v) { return std::isnan(v); }), 21 * 21);
  }
}

TEST(Slice, that_is_stopped_before_it_began_still_knows_the_point) {
  const Bowl bowl{{2.0, 2.0}, 1.0};
  const Slice s = examine_slice(bowl, Vector{1, 1}, {along({1, 0})}, {.adaptive_tol = 0.01, .should_stop = [] { return true; }});
  EXPECT_FALSE(s.is_complete);
  EXPECT_EQ(s.marks[0].value, 3.0);
  EXPECT_FALSE(std::isfinite(s.adaptive->error));
}

TEST(Slice, does_not_change_the_point_and_keeps_infinities_apart) {
  const Bowl bowl{{1e300, 1.0}, 0.0};
  const Vector point{1.0, 2.0};
  const Vector before = point;

  const Slice s = examine_slice(bowl, point, {along({1e10, 0})}, {.counts = {3}});

  EXPECT_EQ(point, before);
  EXPECT_EQ(s.layers[0].values(0, 0), std::numeric_limits<double>::infinity());
  EXPECT_EQ(s.layers[0].values(1, 0), 5e299 + 2.0);
}

TEST(Slice, adaptively_lists_the_points_it_was_drawn_from_and_draws_bowls_exactly) {
  const Bowl bowl{{3.0, 1.0}, 0.0};

  const Slice few = examine_slice(bowl, Vector{0.2, 0.1}, {along({1, 0}), along({0, 1})}, {.adaptive_tol = 0.01});
  const Slice all = examine_slice(bowl, Vector{0.2, 0.1}, {along({1, 0}), along({0, 1})});

  EXPECT_LT(few.evaluations, all.evaluations / 20);
  ASSERT_TRUE(few.adaptive);
  EXPECT_FALSE(all.adaptive);
  EXPECT_LE(few.adaptive->error, 0.01);
  ASSERT_EQ(few.adaptive->points.rows(), 3);
  EXPECT_EQ(few.adaptive->points.cols(), few.evaluations - 1);  // and one for the lowest mark
  for (Index j = 0; j < few.adaptive->points.cols(); ++j) {
    const double* p = few.adaptive->points.col(j);
    EXPECT_NEAR(p[2], 1.5 * std::pow(0.2 + p[0], 2) + 0.5 * std::pow(0.1 + p[1], 2), 1e-15);
  }
  for (std::size_t k = 0; k < all.layers[0].values.flat().size(); ++k) EXPECT_NEAR(few.layers[0].values.flat()[k], all.layers[0].values.flat()[k], 1e-14);
}

TEST(Slice, refuses_directions_and_options_that_do_not_fit) {
  const Bowl bowl{{1.0, 1.0}, 0.0};
  const Vector point{0, 0};
  const Direction d = along({1, 0});

  EXPECT_THROW(examine_slice(bowl, point, {}), InputError);
  EXPECT_THROW(examine_slice(bowl, point, {d, d, d}), InputError);
  EXPECT_THROW(examine_slice(bowl, point, {along({1, 0, 0})}), InputError);
  EXPECT_THROW(examine_slice(bowl, Vector{1}, {d}), InputError);
  EXPECT_THROW(examine_slice(bowl, point, {d}, {.counts = {3, 3}}), InputError);
  EXPECT_THROW(examine_slice(bowl, point, {d}, {.ranges = {{1, -1}}}), InputError);
  EXPECT_THROW(examine_slice(bowl, point, {d}, {.adaptive_tol = 1.0}), InputError);
  EXPECT_THROW(examine_slice(bowl, point, {d}, {.adaptive_tol = std::nan("")}), InputError);
}

TEST(PlaceMark, tells_how_far_a_point_lies_off_the_plane) {
  const Bowl bowl{{2.0, 2.0, 2.0}, 0.0};

  const Mark mark = place_mark(bowl, Vector{1, 0, 0}, {along({2, 0, 0}), along({0, 1, 0})}, "elsewhere", Vector{2, 3, 4});

  EXPECT_NEAR(mark.coordinates[0], 0.5, 1e-15);
  EXPECT_NEAR(mark.coordinates[1], 3.0, 1e-15);
  EXPECT_NEAR(mark.distance, 4.0, 1e-14);
  EXPECT_EQ(mark.value, 29.0);
}

}  // namespace
}  // namespace nadir
