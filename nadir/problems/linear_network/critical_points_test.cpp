// A thousand random critical points of each kind, whose nature is known by construction: the judge is right
// on every one, and nothing wrong is marked proved.
#include "nadir/problems/linear_network/critical_points.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <optional>

#include "nadir/linalg/dense.hpp"
#include "nadir/problems/linear_network/judge.hpp"

namespace nadir {
namespace {

constexpr int num_points = 1000;

// Widths 1..5, two to five layers, d_out <= d_in or not, n > d_in samples, integer or Gaussian data.
struct RandomProblem {
  Matrix X, Y;
  LinearNetwork problem;
  LowerBound bound;
};

RandomProblem random_problem(Random& random, std::size_t least_layers, Index least_width) {
  const std::size_t layers = least_layers + static_cast<std::size_t>(random.index(3));
  std::vector<Index> widths;
  for (std::size_t l = 0; l <= layers; ++l) widths.push_back(least_width + random.index(4));
  const bool is_residual = random.index(4) == 0, is_integer = random.index(2) == 0;
  Matrix X(widths.front(), widths.front() + 2 + random.index(10)), Y(widths.back(), X.cols());
  random.fill_normal(X.flat());
  random.fill_normal(Y.flat());
  if (is_integer)
    for (Matrix* m : {&X, &Y})
      for (double& v : m->flat()) v = std::round(3 * v);
  LinearNetwork problem({widths, is_residual}, reduce(X, Y));
  LowerBound bound = lower_bound(problem, X, Y);
  return {std::move(X), std::move(Y), std::move(problem), std::move(bound)};
}

// Critical values must be told apart: neighbours of the spectrum differ, nothing is near zero.
bool has_clear_spectrum(const LinearNetwork& problem) {
  const Vector s = svd(problem.data().target).values;
  if (static_cast<Index>(problem.data().kept.size()) < problem.data().factor.rows()) return false;
  if (s[0] < 1e-6 * std::sqrt(problem.data().target_norm_squared)) return false;  // Y orthogonal to X: nothing to learn
  for (std::size_t i = 0; i < s.size(); ++i)
    if (s[i] - (i + 1 < s.size() ? s[i + 1] : 0.0) <= 1e-3 * s[0]) return false;
  return true;
}

std::vector<Index> leading(Index r) {
  std::vector<Index> S(static_cast<std::size_t>(r));
  std::iota(S.begin(), S.end(), 0);
  return S;
}

std::vector<std::size_t> some_blocks(Random& random, std::size_t layers, std::size_t count) {
  std::vector<std::size_t> all(layers);
  std::iota(all.begin(), all.end(), 0);
  for (std::size_t i = 0; i < count; ++i) std::swap(all[i], all[i + static_cast<std::size_t>(random.index(static_cast<std::int64_t>(layers - i)))]);
  all.resize(count);
  return all;
}

Index rank_limit(const LinearNetwork& p) { return std::min(p.architecture().narrowest(), static_cast<Index>(svd(p.data().target).values.size())); }

struct Tally { int right = 0, undecided = 0, wrong = 0; };

// Judges num_points points that `recipe` draws; a recipe with no signal and no zero block is skipped.
template <class Recipe>
Tally tally(std::uint64_t seed, std::size_t least_layers, Headline expected, const Recipe& recipe) {
  Tally t;
  Random random(seed, 0);
  for (int made = 0; made < num_points;) {
    const RandomProblem r = random_problem(random, least_layers, 1);
    if (!has_clear_spectrum(r.problem)) continue;
    const std::optional<CriticalPointRecipe> chosen = recipe(random, r.problem);
    if (!chosen) continue;
    const Point point = make_critical_point(r.problem, *chosen, random);

    const Verdict v = judge_linear_network({r.problem, r.X, r.Y, r.bound}, point, {}).verdict;

    ++made;
    if (v.headline == expected) ++t.right;
    else if (v.headline == Headline::undecided) ++t.undecided;
    else ++t.wrong;
    if (v.headline != expected)
      ADD_FAILURE() << "point " << made << " judged " << name(v.headline) << ", " << name(v.rigor) << "; |g| " << v.gradient_norm << " scale "
                    << v.gradient_scale << " least eigenvalue " << (v.curvature ? v.curvature->min_eigenvalue : NAN) << " widths " << r.problem.architecture().widths.size();
    if (expected == Headline::global_minimum || expected == Headline::strict_saddle) {
      EXPECT_EQ(name(v.rigor), "proved");
    }
    if (expected != Headline::global_minimum) {
      EXPECT_TRUE(v.escape.has_value());
    }
    if (testing::Test::HasFailure() && t.undecided + t.wrong > 5) break;
  }
  return t;
}

TEST(CriticalPoints, global_minima_are_proved) {
  const Tally t = tally(1, 1, Headline::global_minimum, [](Random& random, const LinearNetwork& p) -> std::optional<CriticalPointRecipe> {
    const std::size_t H = p.architecture().num_layers();
    return CriticalPointRecipe{leading(rank_limit(p)), H >= 2 ? some_blocks(random, H, 2) : std::vector<std::size_t>{}};
  });
  EXPECT_EQ(t.right, num_points);
}

TEST(CriticalPoints, saddles_that_are_not_optima_of_their_rank_are_strict) {
  const Tally t = tally(2, 2, Headline::strict_saddle, [](Random& random, const LinearNetwork& p) -> std::optional<CriticalPointRecipe> {
    const auto available = static_cast<Index>(svd(p.data().target).values.size());
    const Index r = 1 + random.index(rank_limit(p));
    if (r >= available) return std::nullopt;
    std::vector<Index> S = leading(r);
    S.back() = r + random.index(available - r);  // leaves out the r-th
    return CriticalPointRecipe{S, some_blocks(random, p.architecture().num_layers(), 2)};
  });
  EXPECT_EQ(t.right, num_points);
}

TEST(CriticalPoints, optima_of_a_lower_rank_with_two_zero_blocks_are_strict) {
  const Tally t = tally(3, 2, Headline::strict_saddle, [](Random& random, const LinearNetwork& p) -> std::optional<CriticalPointRecipe> {
    return CriticalPointRecipe{leading(random.index(rank_limit(p))), some_blocks(random, p.architecture().num_layers(), 2)};
  });
  EXPECT_EQ(t.right, num_points);
}

TEST(CriticalPoints, optima_of_a_lower_rank_with_three_zero_blocks_are_degenerate) {
  const Tally t = tally(4, 3, Headline::degenerate_saddle, [](Random& random, const LinearNetwork& p) -> std::optional<CriticalPointRecipe> {
    return CriticalPointRecipe{leading(random.index(rank_limit(p))), some_blocks(random, p.architecture().num_layers(), 3)};
  });
  EXPECT_EQ(t.right, num_points);
}

// Distances at which a point is no longer the critical point it was: whatever is then called proved must still be true.
TEST(CriticalPoints, nothing_false_is_proved_next_to_them) {
  Random random(5, 0);
  for (int made = 0; made < num_points;) {
    const RandomProblem r = random_problem(random, 2, 1);
    if (!has_clear_spectrum(r.problem)) continue;
    const std::size_t H = r.problem.architecture().num_layers();
    const Index k = rank_limit(r.problem), rank = random.index(k + 1);
    Point point = make_critical_point(r.problem, {leading(rank), some_blocks(random, H, std::min<std::size_t>(H, 2 + static_cast<std::size_t>(random.index(2))))}, random);
    Vector noise(point.values.size());
    random.fill_normal(noise);
    axpy(std::pow(10.0, -1.0 - 11.0 * random.uniform()), noise, point.values);

    const Verdict v = judge_linear_network({r.problem, r.X, r.Y, r.bound}, point, {}).verdict;

    ++made;
    const double optimum = rank_constrained_optimum(r.problem, r.problem.architecture().narrowest());
    const bool is_global = v.value - optimum <= 1e-6 * gap_scale(r.problem, v.value) * (1 + 1e-6);
    if (v.headline == Headline::global_minimum) {
      EXPECT_TRUE(is_global);
    }
    if (v.headline == Headline::degenerate_saddle) {
      EXPECT_EQ(name(v.rigor), "numerical");
      EXPECT_LT(rank, k);
    }
    if (v.rigor == Rigor::proved && v.headline == Headline::not_critical) {
      EXPECT_GT(v.gradient_norm, 0.99e-8 * v.gradient_scale);
    }
    if (v.headline == Headline::strict_saddle) {
      EXPECT_FALSE(is_global);
    }
    EXPECT_NE(v.headline, Headline::local_minimum);
    EXPECT_NE(v.headline, Headline::spurious_minimum);
  }
}

}  // namespace
}  // namespace nadir
