// The laws of every problem and of every solver on it. The oracle is the definition of a derivative, exact
// equality of bits, and the value itself.
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <ostream>

#include "nadir/base/error.hpp"
#include "nadir/base/random.hpp"
#include "nadir/linalg/dense.hpp"
#include "nadir/solvers/make_solver.hpp"
#include "nadir/solvers/minimise.hpp"
#include "tests/conformance/example.hpp"

namespace nadir {
namespace {

struct Instance {
  FamilyRow row;
  std::uint64_t seed;
};

void PrintTo(const Instance& instance, std::ostream* out) { *out << instance.row.name << ' ' << instance.seed; }

std::vector<Instance> instances() {
  std::vector<Instance> all;
  for (const FamilyRow& row : families())
    for (std::uint64_t seed = 0; seed < 3; ++seed) all.push_back({row, seed});
  return all;
}

std::string instance_name(const testing::TestParamInfo<Instance>& info) {
  std::string name(info.param.row.name);
  for (char& c : name)
    if (c == '-') c = '_';
  return name + "_" + std::to_string(info.param.seed);
}

class EveryFamily : public testing::TestWithParam<Instance> {
 protected:
  std::unique_ptr<Family> family = prepared_example(GetParam().row, GetParam().seed);
  ProblemRef problem = family->problem();
  Vector x = family->start(family->start_names().front(), 11, 0).values;

  Vector direction(std::uint64_t stream) const {
    Vector v(x.size());
    Random(5, stream).fill_normal(v);
    scale(1.0 / norm(v), v);
    return v;
  }
  Vector moved(const Vector& v, double t) const {
    Vector y = x;
    axpy(t, v, y);
    return y;
  }
};

// log2 of the factor by which the Taylor remainder falls when t is halved: the median over the range of t, because
// single pairs meet zeros of the remainder or, at the end, rounding.
double median_slope(const std::vector<double>& remainders) {
  std::vector<double> slopes;
  for (std::size_t i = 0; i + 1 < remainders.size(); ++i)
    if (remainders[i + 1] > 0.0) slopes.push_back(std::log2(remainders[i] / remainders[i + 1]));
  if (slopes.empty()) return 99.0;  // no remainder at all: a quadratic
  std::nth_element(slopes.begin(), slopes.begin() + static_cast<std::ptrdiff_t>(slopes.size() / 2), slopes.end());
  return slopes[slopes.size() / 2];
}

TEST_P(EveryFamily, the_expansion_has_the_value_of_the_problem_bit_for_bit) {
  EXPECT_EQ(problem.expand(x)->value(), problem.value(x));
  EXPECT_TRUE(std::isfinite(problem.value(x)));
}

TEST_P(EveryFamily, taylor_remainders_fall_with_order_two_and_three) {
  const auto at = problem.expand(x);
  Vector g(x.size());
  at->gradient(g);
  for (std::uint64_t stream = 0; stream < 3; ++stream) {
    const Vector v = direction(stream);
    Matrix Hv(static_cast<Index>(x.size()), 1);
    at->apply_hessian(ConstMatrixView(v.data(), Hv.rows(), 1), Hv);
    std::vector<double> first, second;
    for (double t = 0.25; t > 1e-3; t *= 0.5) {
      const double remainder = problem.value(moved(v, t)) - at->value() - t * dot(g, v);
      first.push_back(std::fabs(remainder));
      second.push_back(std::fabs(remainder - 0.5 * t * t * dot(v, Hv.flat())));
    }
    EXPECT_GT(median_slope(first), 1.7);
    EXPECT_GT(median_slope(second), 2.7);
  }
}

TEST_P(EveryFamily, the_hessian_is_symmetric_and_acts_on_blocks_as_on_single_vectors) {
  const auto at = problem.expand(x);
  const Index n = problem.dimension();
  const Vector u = direction(7), v = direction(8);
  Matrix both(n, 2), image(n, 2), single(n, 1);
  std::copy(u.begin(), u.end(), both.col(0));
  std::copy(v.begin(), v.end(), both.col(1));

  at->apply_hessian(both, image);
  at->apply_hessian(both.view().columns(1, 1), single);

  const double uHv = dot(u, {image.col(1), u.size()}), vHu = dot(v, {image.col(0), v.size()});
  EXPECT_NEAR(uHv, vHu, 1e-12 * frobenius_norm(image));
  for (Index i = 0; i < n; ++i) EXPECT_NEAR(image(i, 1), single(i, 0), 1e-13 * frobenius_norm(image));
}

TEST_P(EveryFamily, the_preconditioner_is_symmetric_and_positive) {
  const auto at = problem.expand(x);
  const Index n = problem.dimension();
  const Vector u = direction(3), v = direction(4);
  Matrix both(n, 2), image(n, 2);
  std::copy(u.begin(), u.end(), both.col(0));
  std::copy(v.begin(), v.end(), both.col(1));

  at->apply_preconditioner(both, image);

  EXPECT_NEAR(dot(u, {image.col(1), u.size()}), dot(v, {image.col(0), v.size()}), 1e-10 * frobenius_norm(image));
  EXPECT_GT(dot(u, {image.col(0), u.size()}), 0.0);
}

TEST_P(EveryFamily, starts_are_reproducible_and_have_the_problems_layout) {
  for (const std::string& name : family->start_names()) {
    const Point a = family->start(name, 3, 1), b = family->start(name, 3, 1);
    EXPECT_EQ(a.values, b.values) << name;
    EXPECT_EQ(a.layout, problem.layout()) << name;
  }
}

// A symmetry leaves the value alone: where the distance is a rounding, so is the difference of the values.
TEST_P(EveryFamily, the_distance_up_to_symmetry_is_zero_from_itself_and_small_for_small_moves) {
  Point a(problem.layout()), b(problem.layout());
  a.values = x;
  b.values = moved(direction(4), 1e-7);
  const Point other = family->start(family->start_names().front(), 12, 1);
  const double far = family->relative_distance(a, other), values = std::fabs(problem.value(x) - problem.value(other.values));

  EXPECT_LT(family->relative_distance(a, a), 1e-13);
  EXPECT_GE(family->relative_distance(a, b), 0.0);
  EXPECT_LT(family->relative_distance(a, b), 1e-4);
  EXPECT_TRUE(far > 1e-9 || values < 1e-6 * (1.0 + problem.value(x))) << far << " " << values;
}

// What alignment gives is a copy of b by symmetries; led back to b it must be b again.
TEST_P(EveryFamily, alignment_keeps_the_value_never_leads_away_and_finds_copies_again) {
  const std::string start = family->start_names().front();
  for (std::uint64_t index = 0; index < 4; ++index) {
    const Point a = family->start(start, 12, index), b = family->start(start, 13, index + 7);
    const std::optional<AlignedPoint> moved = family->aligned(b, a);
    if (!moved) GTEST_SKIP() << "no symmetries to align by";
    const auto distance = [](const Point& p, const Point& q) {
      Vector difference = p.values;
      axpy(-1.0, q.values, difference);
      return norm(difference);
    };

    EXPECT_EQ(moved->point.layout, b.layout);
    EXPECT_FALSE(moved->label.empty());
    EXPECT_NEAR(problem.value(moved->point.values), problem.value(b.values), 1e-11 * (1.0 + std::fabs(problem.value(b.values))));
    EXPECT_LE(distance(moved->point, a), distance(b, a) * (1.0 + 1e-14));
    EXPECT_LE(distance(family->aligned(b, b)->point, b), 1e-12 * norm(b.values));
    const std::optional<AlignedPoint> back = family->aligned(moved->point, b);
    ASSERT_TRUE(back.has_value());
    EXPECT_LE(distance(back->point, b), 1e-7 * norm(b.values)) << index;
  }
}

TEST_P(EveryFamily, points_that_are_not_finite_are_not_aligned) {
  Point a = family->start(family->start_names().front(), 12, 0), b = a;
  b.values.front() = std::numeric_limits<double>::quiet_NaN();
  EXPECT_FALSE(family->aligned(b, a).has_value());
  EXPECT_FALSE(family->aligned(a, b).has_value());
}

TEST_P(EveryFamily, every_solver_descends_and_stops_for_a_stated_reason) {
  for (const std::string& name : solver_names()) {
    SCOPED_TRACE(name);
    const auto solver = make_solver(name, {});
    if (finishing_solver(name, {}) != name && !problem.has_samples()) {
      EXPECT_THROW(require_solvable(name, problem), InputError);
      EXPECT_THROW(solver->begin(problem, x, 1), InputError);
      continue;
    }
    Trace trace;
    Observer observer;
    observer.trace = &trace;

    const Result result = minimise(*solver, problem, x, 1, {.max_iterations = 30}, observer);

    EXPECT_NE(result.termination, Termination::not_run);
    EXPECT_LE(result.value, problem.value(x));
    EXPECT_EQ(result.value, problem.value(result.point));
    EXPECT_EQ(static_cast<std::int64_t>(trace.size()), result.counts.iterations + 1);
  }
}

TEST_P(EveryFamily, gradients_of_batches_average_to_the_gradient) {
  if (!problem.has_samples()) GTEST_SKIP() << "no mean over samples";
  std::vector<Index> order(static_cast<std::size_t>(problem.num_samples()));
  std::iota(order.rbegin(), order.rend(), Index{0});
  Vector expected(x.size()), batch(x.size());
  problem.expand(x)->gradient(expected);
  for (const std::size_t size : {std::size_t{1}, std::size_t{4}, order.size()}) {
    Vector gradient(x.size(), 0.0);
    double value = 0.0;
    for (std::size_t first = 0; first < order.size(); first += size) {
      const std::size_t count = std::min(size, order.size() - first);
      const double share = static_cast<double>(count) / static_cast<double>(order.size());
      value += share * problem.sample_gradient(x, std::span(order).subspan(first, count), batch);
      axpy(share, batch, gradient);
    }
    EXPECT_NEAR(value, problem.value(x), 1e-13 * std::fabs(problem.value(x))) << size;
    axpy(-1.0, expected, gradient);
    EXPECT_LE(norm(gradient), 1e-12 * norm(expected)) << size;
  }
}

TEST_P(EveryFamily, a_restriction_has_the_values_of_the_problem_and_the_same_bits_however_points_are_split) {
  Matrix directions(std::ssize(x), 2), coordinates(2, 7);
  for (Index k = 0; k < 2; ++k) std::ranges::copy(direction(static_cast<std::uint64_t>(20 + k)), directions.col(k));
  Random(5, 22).fill_normal(coordinates.flat());
  coordinates(0, 0) = coordinates(1, 0) = 0.0;
  Vector together(7), apart(7);

  const auto restriction = problem.restrict_to(x, directions);
  restriction->values(coordinates, together);
  for (Index j = 0; j < 7; ++j) restriction->values(coordinates.view().columns(j, 1), std::span(apart).subspan(static_cast<std::size_t>(j), 1));

  EXPECT_EQ(together, apart);
  for (Index j = 0; j < 7; ++j) {
    Vector y = x;
    for (Index k = 0; k < 2; ++k) axpy(coordinates(k, j), {directions.col(k), y.size()}, y);
    const double truth = problem.value(y);
    EXPECT_NEAR(together[static_cast<std::size_t>(j)], truth, 1e-10 * (1.0 + std::fabs(truth)));
  }
}

TEST_P(EveryFamily, a_judge_never_moves_the_point_and_repeats_itself) {
  Point point(problem.layout());
  point.values = x;
  const Judgement first = family->judge(point, {}), second = family->judge(point, {});
  EXPECT_EQ(point.values, x);
  EXPECT_EQ(first.verdict.headline, second.verdict.headline);
  EXPECT_EQ(first.verdict.gap, second.verdict.gap);
  EXPECT_LE(first.verdict.lower_bound, first.verdict.value);
  EXPECT_EQ(first.verdict.family, family->name());
}

TEST_P(EveryFamily, an_escape_is_downhill_by_what_it_says) {
  Point point(problem.layout());
  point.values = x;
  const std::optional<Escape> escape = family->judge(point, {}).verdict.escape;
  if (!escape) GTEST_SKIP() << "no escape from this point";
  EXPECT_LE(problem.value(moved(escape->displacement, 1.0)), problem.value(x) - escape->decrease * (1 - 1e-6));
  EXPECT_GT(escape->decrease, 0.0);
}

INSTANTIATE_TEST_SUITE_P(Conformance, EveryFamily, testing::ValuesIn(instances()), instance_name);

}  // namespace
}  // namespace nadir
