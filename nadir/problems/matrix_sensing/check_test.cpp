// The check of sensing certificates: true claims at points computed by hand, and the nearest doubles that make them
// false.
#include "nadir/problems/matrix_sensing/check.hpp"

#include <cmath>
#include <limits>
#include <stdexcept>

#include <gtest/gtest.h>

#include "nadir/base/error.hpp"
#include "nadir/problems/matrix_sensing/check_measurements.hpp"

namespace nadir {
namespace {

double above(double x) { return std::nextafter(x, std::numeric_limits<double>::infinity()); }
double below(double x) { return std::nextafter(x, -std::numeric_limits<double>::infinity()); }
Matrix column(std::vector<double> values) { return Matrix(ConstMatrixView(values.data(), static_cast<Index>(values.size()), 1)); }

template <class T>
T& field(const OptionList& options, const std::string& name) {
  for (const OptionRow& row : options)
    if (row.name == name) return *std::get<T*>(row.target);
  throw std::logic_error(name);
}

// By default delta = 1/2 in dyadic numbers, n = 2: measurements a, a + c, c, 2b, b, b, y = A(diag(2, 0)).
struct Case {
  std::vector<std::int64_t> shape = {2, 2, 6};
  Vector A = {1, 1, 0, 0, 0, 0, 0, 0, 0, 1, 0.5, 0.5, 0, 0, 0, 1, 0.5, 0.5, 0, 1, 1, 0, 0, 0};
  Vector y = {2, 2, 0, 0, 0, 0};
  bool psd = true;
  double lambda = 0.0;
  std::map<std::string, Matrix> point = {{"U", column({0, 1})}};
  std::map<std::string, Matrix> witness = {};
  Arithmetic arithmetic = Arithmetic::automatic;

  std::unique_ptr<FamilyCheck> prepared() const {
    auto check = make_matrix_sensing_check();
    const OptionList options = check->options();
    field<DataArray>(options, "operator").shape = shape;
    field<DataArray>(options, "operator").values = A;
    field<DataArray>(options, "measurements").shape = {static_cast<std::int64_t>(y.size())};
    field<DataArray>(options, "measurements").values = y;
    field<bool>(options, "psd") = psd;
    field<double>(options, "lambda") = lambda;
    check->prepare({point, witness, arithmetic});
    return check;
  }
  bool holds(const std::string& kind, Numbers numbers = {}) const {
    return prepared()->check({kind, "", "", Rigor::proved, std::move(numbers)}).verified;
  }
  Case with(const std::string& name, Matrix array) const {
    Case result = *this;
    result.witness[name] = std::move(array);
    return result;
  }
  Case at(std::vector<double> U) const {
    Case result = *this;
    result.point = {{"U", column(std::move(U))}};
    return result;
  }
};

const Case half{};

TEST(MatrixSensingCheck, values_are_exact) {
  // rho = (-2, -1, 1, 0, 0, 0): f = 3
  EXPECT_TRUE(half.holds("value", {{"lower", 3}, {"upper", 3}}));
  EXPECT_FALSE(half.holds("value", {{"lower", above(3)}, {"upper", 4}}));
  EXPECT_FALSE(half.holds("value", {{"lower", 2}, {"upper", below(3)}}));
  EXPECT_TRUE(half.holds("gap", {{"gap", 3}}));
  EXPECT_FALSE(half.holds("gap", {{"gap", below(3)}}));
}

TEST(MatrixSensingCheck, gradients_are_exact) {
  // At (1, 0): gradient 2 G U = (-4, 0)
  EXPECT_TRUE(half.holds("critical"));
  EXPECT_FALSE(half.at({0, above(1)}).holds("critical"));
  EXPECT_FALSE(half.at({1e-300, 1}).holds("critical"));
  EXPECT_TRUE(half.at({1, 0}).holds("gradient-norm", {{"lower", 4}, {"upper", 4}}));
  EXPECT_FALSE(half.at({1, 0}).holds("gradient-norm", {{"lower", above(4)}, {"upper", 5}}));
  EXPECT_FALSE(half.at({1, 0}).holds("gradient-norm", {{"lower", 0}, {"upper", below(4)}}));
  EXPECT_FALSE(half.holds("gradient-norm", {{"lower", -2}, {"upper", -1}}));
}

TEST(MatrixSensingCheck, curvature_is_exact_along_the_direction) {
  // At the origin the Hessian is -diag(8, 4); at (0, 1) it is diag(0, 8).
  const Case origin = half.at({0, 0});

  EXPECT_TRUE(origin.with("direction", column({1, 0})).holds("negative-curvature", {{"curvature", -8}}));
  EXPECT_FALSE(origin.with("direction", column({1, 0})).holds("negative-curvature", {{"curvature", below(-8)}}));
  EXPECT_TRUE(origin.with("direction", column({1, 1})).holds("negative-curvature", {{"curvature", -6}}));
  EXPECT_FALSE(origin.with("direction", column({0, 0})).holds("negative-curvature", {{"curvature", -1}}));
  EXPECT_FALSE(half.with("direction", column({1, 0})).holds("negative-curvature", {{"curvature", -1e-300}}));
  EXPECT_THROW(origin.holds("negative-curvature", {{"curvature", -8}}), InputError);
  EXPECT_THROW(origin.with("direction", column({1, 0, 0})).holds("negative-curvature", {{"curvature", -8}}), InputError);
  EXPECT_TRUE(half.holds("no-negative-curvature"));
  EXPECT_FALSE(origin.holds("no-negative-curvature"));
  EXPECT_FALSE(half.at({0, below(1)}).holds("no-negative-curvature"));
}

TEST(MatrixSensingCheck, paths_are_expanded_exactly) {
  // f(t, 1 - s t^2) = 3 + (1 - 8 s + 4 s^2) t^4 + ...: -3 at s = 1, 1 at s = 0.
  const Case along = half.with("path/1", column({1, 0})).with("path/2", column({0, -1}));

  EXPECT_TRUE(along.holds("descending-path", {{"order", 4}, {"coefficient", -3}}));
  EXPECT_FALSE(along.holds("descending-path", {{"order", 4}, {"coefficient", below(-3)}}));
  EXPECT_FALSE(along.holds("descending-path", {{"order", 3}, {"coefficient", -3}}));
  EXPECT_FALSE(along.holds("descending-path", {{"order", 4}, {"coefficient", 0}}));
  EXPECT_FALSE(half.with("path/1", column({1, 0})).with("path/2", column({0, 0})).holds("descending-path", {{"order", 4}, {"coefficient", -1e-300}}));
  EXPECT_FALSE(half.with("path/1", column({0, 0})).with("path/2", column({0, 0})).holds("descending-path", {{"order", 4}, {"coefficient", -1}}));
  // Next to the critical point the first coefficient is one of the gradient, and of the wrong order.
  EXPECT_FALSE(along.at({1e-200, 1}).holds("descending-path", {{"order", 4}, {"coefficient", -2}}));
  EXPECT_THROW(half.holds("descending-path", {{"order", 4}, {"coefficient", -3}}), InputError);
}

TEST(MatrixSensingCheck, descent_and_better_points_are_exact) {
  // (1, 0) has value 1.
  Case moved = half;
  moved.point["escape/U"] = column({1, -1});

  EXPECT_TRUE(moved.holds("descent", {{"decrease", 2}}));
  EXPECT_FALSE(moved.holds("descent", {{"decrease", above(2)}}));
  EXPECT_FALSE(moved.holds("descent", {{"decrease", 0}}));
  EXPECT_TRUE(half.with("better", column({1, 0})).holds("better-point", {{"value", 1}}));
  EXPECT_FALSE(half.with("better", column({1, 0})).holds("better-point", {{"value", below(1)}}));
}

TEST(MatrixSensingCheck, bounds_need_a_feasible_multiplier_and_a_bound_of_the_size) {
  // lambda = 5, X = 0: z = y is feasible, A^*(y) = diag(4, 2), and <y, y> - |y|^2/2 = 4 = f(0).
  Case dear = half.at({0, 0}).with("dual/z", column({2, 2, 0, 0, 0, 0}));
  dear.lambda = 5;
  EXPECT_TRUE(dear.holds("lower-bound", {{"bound", 4}, {"excess", 0}}));
  EXPECT_FALSE(dear.holds("lower-bound", {{"bound", above(4)}, {"excess", 0}}));

  // lambda = 4: on the edge of feasibility; lambda = 3: an excess of 1, and the size of optimal X is at most f / 3.
  dear.lambda = 4;
  EXPECT_TRUE(dear.holds("lower-bound", {{"bound", 4}, {"excess", 0}}));
  dear.lambda = below(4);
  EXPECT_FALSE(dear.holds("lower-bound", {{"bound", 4}, {"excess", 0}}));
  dear.lambda = 2;
  EXPECT_TRUE(dear.holds("lower-bound", {{"bound", 0}}));
  EXPECT_FALSE(dear.holds("lower-bound", {{"bound", 1}, {"excess", 1}, {"size_bound", 2}}));  // lambda_max - lambda = 2
  EXPECT_FALSE(dear.holds("lower-bound", {{"bound", 1e-9}, {"excess", 2}, {"size_bound", 2}}));  // 4 - 2 * 2 = 0
  EXPECT_FALSE(dear.holds("lower-bound", {{"bound", 1}, {"excess", 2}, {"size_bound", 1.5}}));   // 2 * 1.5 < f = 4
  EXPECT_FALSE(dear.holds("lower-bound", {{"bound", 1}, {"excess", -1}, {"size_bound", 2}}));
  EXPECT_THROW(half.holds("lower-bound", {{"bound", 1}, {"excess", 0}}), InputError);
}

TEST(MatrixSensingCheck, the_size_of_optimal_matrices_follows_from_measurements_of_the_trace) {
  // One number, x >= 0: A = 2, y = 4, and w = 1/2 has A^*(w) = 1: x <= |w| (|y| + sqrt(2 f)), which is 2 at f = 0.
  Case one;
  one.shape = {1, 1, 1};
  one.A = {2};
  one.y = {-4};  // least value 8, at x = 0
  one.point = {{"U", column({0})}};
  one = one.with("dual/z", column({-4}));  // A^*(z) = -8 <= 0: feasible, -4 * -4 - 8 = 8

  EXPECT_TRUE(one.holds("lower-bound", {{"bound", 8}, {"excess", 0}}));
  const Case other = one.with("dual/z", column({-3.9375})).with("dual/w", column({0.5}));
  EXPECT_TRUE(other.holds("lower-bound", {{"bound", 7.9}, {"excess", 0.001}, {"size_bound", 4}}));
  EXPECT_FALSE(other.holds("lower-bound", {{"bound", 7.9}, {"excess", 0.001}, {"size_bound", 3.9}}));  // 1/2 (4 + 4) = 4
  EXPECT_FALSE(one.with("dual/w", column({0.4375})).holds("lower-bound", {{"bound", 7.9}, {"excess", 0.001}, {"size_bound", 100}}));
}

TEST(MatrixSensingCheck, the_size_of_optimal_matrices_follows_from_measurements_of_every_entry) {
  // 1/2 (2 x - 4)^2 + 1/2 3^2: the second measurement sees nothing. z = (0, -3) is feasible: the bound is 9/2.
  Case pair;
  pair.shape = {1, 1, 2};
  pair.A = {2, 0};
  pair.y = {4, -3};
  pair.psd = false;
  pair.point = {{"U", column({1})}, {"V", column({2})}};
  EXPECT_TRUE(pair.with("dual/z", column({0, -3})).holds("lower-bound", {{"bound", 4.5}, {"excess", 0}}));
  // |A(X)| >= 2 |X|, |A(X)| <= |y| + sqrt(2 f) = 5 + 3: |X| <= 4. z = (1/64, -3) has an excess of 1/32, and
  // <z, y> - |z|^2/2 - 4.01/32 = 4.437...
  const Case near = pair.with("dual/z", column({0.015625, -3}));
  EXPECT_TRUE(near.holds("lower-bound", {{"bound", 4.437}, {"excess", 0.03125}, {"size_bound", 4.01}}));
  EXPECT_FALSE(near.holds("lower-bound", {{"bound", 4.438}, {"excess", 0.03125}, {"size_bound", 4.01}}));
  EXPECT_FALSE(near.holds("lower-bound", {{"bound", 4.3}, {"excess", 0.03125}, {"size_bound", 3.9}}));
  EXPECT_FALSE(near.holds("lower-bound", {{"bound", 4.3}, {"excess", 0.031}, {"size_bound", 4.01}}));
  EXPECT_FALSE(near.holds("lower-bound", {{"bound", 4.3}, {"excess", 0.03125}, {"size_bound", -4.01}}));
}

// Enclosures of both arithmetics around the same numbers: those of 2048 bits lie within those of rigor/.
TEST(MatrixSensingCheck, error_bounded_floating_point_contains_what_balls_compute) {
  using namespace matrix_sensing_check;
  MatrixSensingOptions dense, rank_one;
  dense.operator_array.shape = {3, 2, 4};
  rank_one.operator_array.shape = {4, 3};
  rank_one.operator_right.shape = {4, 2};
  const auto filled = [](std::size_t count, double seed) {
    Vector v(count);
    for (std::size_t i = 0; i < count; ++i) v[i] = std::sin(seed + 1.7 * static_cast<double>(i * i));
    return v;
  };
  dense.operator_array.values = filled(24, 0.1);
  rank_one.operator_array.values = filled(12, 0.2);
  rank_one.operator_right.values = filled(8, 0.3);
  for (MatrixSensingOptions* o : {&dense, &rank_one}) {
    o->measurements.shape = {4};
    o->measurements.values = filled(4, 0.4);
    const SensingData data = make_sensing_data(*o);
    const BallMeasurements balls_map(data, 2048, true);
    const FloatingMeasurements floating(data, 128);
    const balls::Matrix L(2048, Matrix(3, 2, filled(6, 0.5))), R(2048, Matrix(2, 2, filled(4, 0.6))), w(2048, column(filled(4, 0.7)));
    const auto contains = [](const balls::Matrix& wide, const balls::Matrix& narrow) { return arb_mat_contains(wide.get(), narrow.get()) != 0; };

    EXPECT_TRUE(contains(floating.measure(L, R), balls_map.measure(L, R)));
    EXPECT_TRUE(contains(floating.adjoint(w), balls_map.adjoint(w)));
    EXPECT_TRUE(contains(floating.left_jacobian(R), balls_map.left_jacobian(R)));
    EXPECT_TRUE(contains(floating.right_jacobian(L), balls_map.right_jacobian(L)));
    balls::Real exact(2048), rounded(128);
    ASSERT_TRUE(balls_map.squared_operator_norm(exact) && floating.squared_operator_norm(rounded));
    EXPECT_EQ(is_at_most(rounded, (1 + 1e-5) * exact), balls::Answer::yes);
    EXPECT_EQ(is_at_most(exact, (1 + 1e-5) * rounded), balls::Answer::yes);
  }
}

TEST(MatrixSensingCheck, isolated_minima_need_room_for_the_third_derivative) {
  // f = 1/2 (u^2 - 1)^2: second derivative 6 u^2 - 2, and K = 6 (2 + r) on the ball of radius r around 1.
  Case one;
  one.shape = {1, 1, 1};
  one.A = {1};
  one.y = {1};
  one.point = {{"U", column({1})}};

  EXPECT_TRUE(one.holds("isolated-minimum", {{"radius", 0}, {"least_eigenvalue", 4}}));
  EXPECT_FALSE(one.holds("isolated-minimum", {{"radius", 0}, {"least_eigenvalue", above(4)}}));
  EXPECT_TRUE(one.holds("isolated-minimum", {{"radius", 0.125}, {"least_eigenvalue", 2}}));  // 4 - 6 * 2.125 / 8 = 2.4
  EXPECT_FALSE(one.holds("isolated-minimum", {{"radius", 0.125}, {"least_eigenvalue", 2.5}}));
  EXPECT_FALSE(one.holds("isolated-minimum", {{"radius", 0.5}, {"least_eigenvalue", 1}}));
  EXPECT_FALSE(one.at({1.0001}).holds("isolated-minimum", {{"radius", 1e-5}, {"least_eigenvalue", 1}}));
  EXPECT_TRUE(one.at({1.0001}).holds("isolated-minimum", {{"radius", 2e-4}, {"least_eigenvalue", 3.9}}));  // slope 4.0006e-4
  EXPECT_FALSE(half.holds("isolated-minimum", {{"radius", 0}, {"least_eigenvalue", 1e-300}}));
}

TEST(MatrixSensingCheck, pairs_of_factors_are_exact_too) {
  // f = 1/2 (u v - 5/4)^2 + (u^2 + v^2)/8 at (1, 1): 9/32, critical, second derivative along (1, -1) equal to 1/2.
  Case pair;
  pair.shape = {1, 1, 1};
  pair.A = {1};
  pair.y = {1.25};
  pair.psd = false;
  pair.lambda = 0.25;
  pair.point = {{"U", column({1})}, {"V", column({1})}};

  EXPECT_TRUE(pair.holds("value", {{"lower", 0.28125}, {"upper", 0.28125}}));
  EXPECT_TRUE(pair.holds("critical"));
  EXPECT_TRUE(pair.with("dual/z", column({0.25})).holds("lower-bound", {{"bound", 0.28125}, {"excess", 0}}));
  EXPECT_FALSE(pair.with("dual/z", column({above(0.25)})).holds("lower-bound", {{"bound", 0.28125}, {"excess", 0}}));
  EXPECT_TRUE(pair.holds("no-negative-curvature"));
  // At (0, 0) the Hessian is [[1/4, -5/4], [-5/4, 1/4]]: -1 along (1, 1).
  Case origin = pair;
  origin.point = {{"U", column({0})}, {"V", column({0})}};
  EXPECT_TRUE(origin.with("direction", column({1, 1})).holds("negative-curvature", {{"curvature", -1}}));
  EXPECT_FALSE(origin.with("direction", column({1, 1})).holds("negative-curvature", {{"curvature", below(-1)}}));
}

TEST(MatrixSensingCheck, scales_are_those_of_the_definition) {
  // At (1, 0), rho = -(1, 1, 0, ...): J = 2 (A_k U): entries (1, 0), (1, 0), (0, 0), (0, 1), (0, 1/2), (0, 1/2), times 2.
  EXPECT_DOUBLE_EQ(half.at({1, 0}).prepared()->largest_scale({"gradient-norm", "", "", Rigor::proved, {}}), 2 * std::sqrt(3.5) * std::sqrt(2.0));
  EXPECT_DOUBLE_EQ(half.prepared()->largest_scale({"gap", "", "", Rigor::proved, {}}), 3.0);
  EXPECT_DOUBLE_EQ(half.at({std::sqrt(2.0), 0}).prepared()->largest_scale({"gap", "", "", Rigor::proved, {}}), 4e-6);
}

TEST(MatrixSensingCheck, what_is_not_known_or_does_not_fit_is_refused) {
  const double nan = std::numeric_limits<double>::quiet_NaN();

  EXPECT_FALSE(half.at({nan, 0}).holds("value", {{"lower", -1e300}, {"upper", 1e300}}));
  EXPECT_FALSE(half.at({nan, 0}).holds("critical"));
  EXPECT_FALSE(half.holds("oracle"));
  EXPECT_THROW(half.at({0, 0, 0}).holds("critical"), InputError);
  Case empty = half;
  empty.point = {};
  EXPECT_THROW(empty.holds("critical"), InputError);
  Case skewed = half;
  skewed.A[6] = 1;
  EXPECT_THROW(skewed.holds("critical"), InputError);
  EXPECT_FALSE(make_matrix_sensing_check()->has_only_saddles_beside_global_minima());
}

}  // namespace
}  // namespace nadir
