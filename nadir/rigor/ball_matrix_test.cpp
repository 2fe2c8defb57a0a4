// Operations on balls against exact dyadic arithmetic on their members.
#include "nadir/rigor/ball_matrix.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "nadir/base/error.hpp"
#include "nadir/rigor/oracle_test.hpp"

namespace nadir {
namespace {

using oracle::Exact;
constexpr double inf = std::numeric_limits<double>::infinity();
const double nan = std::nan("");

BallMatrix one_by_one(double mid, double rad) { return {Matrix::from_rows({{mid}}), Matrix::from_rows({{rad}})}; }
bool holds(const BallMatrix& A, const Exact& x) { return oracle::in_ball(A.mid(0, 0), A.rad(0, 0), x); }

// A random ball and a member of it, often on the boundary.
struct Sample {
  BallMatrix ball;
  double member;
};
Sample sample(int k, std::mt19937_64& generator) {
  const oracle::Kind kind = oracle::kind_of(k);
  const double mid = oracle::random_matrix(1, 1, kind, generator)(0, 0);
  const double rad = k % 3 == 0 ? 0.0 : std::fabs(oracle::random_matrix(1, 1, kind, generator)(0, 0)) * 0.01;
  const double edge = generator() % 2 == 0 ? mid + rad : mid - rad;
  return {one_by_one(mid, rad), oracle::in_ball(mid, rad, Exact(edge)) ? edge : mid};
}

TEST(BallMatrix, operations_contain_the_results_of_members) {
  std::mt19937_64 generator(1);
  for (int k = 0; k < oracle::repetitions(4000); ++k) {
    const auto [A, a] = sample(k, generator);
    const auto [B, b] = sample(k / 2, generator);
    const Interval f = B.entry(0, 0);

    EXPECT_TRUE(holds(add(A, B), Exact(a) + Exact(b)));
    EXPECT_TRUE(holds(subtract(A, B), Exact(a) - Exact(b)));
    EXPECT_TRUE(holds(scale(b, A), Exact(a) * Exact(b)));
    EXPECT_TRUE(holds(scale(f, A), Exact(a) * Exact(b)));
    EXPECT_TRUE(holds(add_identity(A, b), Exact(a) + Exact(b)));
    EXPECT_TRUE(holds(scale_by_power_of_two(A, -520), Exact(a) * Exact(0x1p-520)));
    EXPECT_TRUE(holds(scale_by_power_of_two(A, 400), Exact(a) * Exact(0x1p400)));
    EXPECT_TRUE(Exact(a).magnitude() <= Exact(magnitude_upper(A)(0, 0)));
    EXPECT_TRUE(oracle::contains(A.entry(0, 0), Exact(a)));
    EXPECT_TRUE(A.contains(Matrix::from_rows({{a}})) || A.rad(0, 0) > 0.0);
  }
}

TEST(BallMatrix, operations_that_doubles_do_exactly_keep_radius_zero) {
  const BallMatrix A = exact(Matrix::from_rows({{1, 2}, {3, 4}}));

  EXPECT_TRUE(is_exact(add(A, A)));
  EXPECT_TRUE(is_exact(subtract(A, scale(0.5, A))));
  EXPECT_TRUE(is_exact(scale(Interval::point(-3), A)));
  EXPECT_TRUE(is_exact(add_identity(A)));
  EXPECT_TRUE(is_exact(symmetric_part(A)));
  EXPECT_EQ(symmetric_part(A).mid, Matrix::from_rows({{1, 2.5}, {2.5, 4}}));
  EXPECT_EQ(add_identity(A).mid, Matrix::from_rows({{2, 2}, {3, 5}}));
  EXPECT_EQ(transpose(A).mid, Matrix::from_rows({{1, 3}, {2, 4}}));
  EXPECT_EQ(block(A, 1, 0, 1, 2).mid, Matrix::from_rows({{3, 4}}));
}

TEST(BallMatrix, what_is_not_a_number_is_unknown) {
  for (const BallMatrix& A : {one_by_one(nan, 0), one_by_one(inf, 0), one_by_one(1, nan), one_by_one(1, -1),
                              one_by_one(1, inf), exact(Matrix::from_rows({{nan}})), scale(1e300, one_by_one(1e300, 0)),
                              add(one_by_one(1.7e308, 0), one_by_one(1.7e308, 0)), scale(nan, one_by_one(1, 0)),
                              scale(Interval::whole(), one_by_one(1, 0)), scale_by_power_of_two(one_by_one(1, 0), 1024)}) {
    EXPECT_EQ(A.mid(0, 0), 0.0);
    EXPECT_EQ(A.rad(0, 0), inf);
    EXPECT_FALSE(is_finite(A));
    EXPECT_FALSE(is_exact(A));
    EXPECT_EQ(A.entry(0, 0), Interval::whole());
    EXPECT_EQ(max_magnitude(A), inf);
  }
}

TEST(BallMatrix, a_midpoint_overwritten_with_nan_is_not_exact) {
  BallMatrix A(1, 1);
  A.mid(0, 0) = nan;

  EXPECT_FALSE(is_exact(A));
  EXPECT_FALSE(is_finite(A));
  EXPECT_EQ(max_magnitude(A), inf);
  EXPECT_EQ(add(A, A).rad(0, 0), inf);
}

TEST(BallMatrix, the_symmetric_part_holds_those_of_members_and_is_symmetric_to_the_bit) {
  std::mt19937_64 generator(2);
  for (int k = 0; k < oracle::repetitions(200); ++k) {
    const BallMatrix A(oracle::random_matrix(3, 3, oracle::kind_of(k), generator),
                       Matrix::from_rows({{0, 1e-9, 0}, {0, 0, 2}, {0, 1, 0}}));

    const BallMatrix S = symmetric_part(A);

    EXPECT_EQ(transpose(S).mid, S.mid);
    EXPECT_EQ(transpose(S).rad, S.rad);
    for (Index i = 0; i < 3; ++i)
      for (Index j = 0; j < 3; ++j)
        EXPECT_TRUE(oracle::in_ball(S.mid(i, j), S.rad(i, j), (Exact(A.mid(i, j)) + Exact(A.mid(j, i))) * Exact(0.5)));
  }
}

TEST(BallMatrix, scaling_by_powers_of_two_acts_on_rows_and_columns) {
  const std::vector<int> rows{1, 0}, cols{0, 2};

  const BallMatrix A = scale_by_powers_of_two(exact(Matrix::from_rows({{1, 1}, {1, 1}})), rows, cols);

  EXPECT_EQ(A.mid, Matrix::from_rows({{2, 8}, {1, 4}}));
  EXPECT_TRUE(is_exact(A));
}

TEST(BallMatrix, contains_only_what_lies_within_the_radii) {
  const BallMatrix A(Matrix::from_rows({{1, 2}}), Matrix::from_rows({{0, 0.5}}));

  EXPECT_TRUE(A.contains(Matrix::from_rows({{1, 2.5}})));
  EXPECT_FALSE(A.contains(Matrix::from_rows({{1, 2.5 + 0x1p-50}})));
  EXPECT_FALSE(A.contains(Matrix::from_rows({{1 + 0x1p-52, 2}})));
  EXPECT_FALSE(A.contains(Matrix::from_rows({{nan, 2}})));
}

TEST(BallMatrix, refuses_shapes_that_do_not_fit) {
  const BallMatrix A(2, 3), B(3, 2);

  EXPECT_THROW(add(A, B), InputError);
  EXPECT_THROW(subtract(A, B), InputError);
  EXPECT_THROW(add(A, BallMatrix(2, 2)), InputError);
  EXPECT_THROW(add_identity(A), InputError);
  EXPECT_THROW(symmetric_part(A), InputError);
  EXPECT_THROW((void)A.contains(B.mid), InputError);
  EXPECT_THROW(BallMatrix(Matrix(1, 2), Matrix(2, 1)), InputError);
}

TEST(BallMatrix, empty_matrices_are_exact) {
  EXPECT_TRUE(is_exact(add(BallMatrix(0, 2), BallMatrix(0, 2))));
  EXPECT_EQ(max_magnitude(BallMatrix(3, 0)), 0.0);
}

}  // namespace
}  // namespace nadir
