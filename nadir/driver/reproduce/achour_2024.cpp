// The second-order classification of critical points, and the plateaus of gradient descent at degenerate saddles
// [AchourMalgouyresGerchinovitz2024, Thm 1 and sec. 4].
#include <cmath>
#include <string>

#include "nadir/driver/reproduce/claims.hpp"
#include "nadir/driver/reproduce/network_instance.hpp"
#include "nadir/driver/reproduce/row.hpp"
#include "nadir/judge/curvature.hpp"
#include "nadir/linalg/dense.hpp"
#include "nadir/problems/linear_network/critical_points.hpp"
#include "nadir/solvers/gradient_descent.hpp"
#include "nadir/solvers/minimise.hpp"

namespace nadir {
namespace {

constexpr int points_per_kind = 150;

// X = I, Y = diag(2, 1), `layers` matrices of 2 x 2; L is the sum over both samples.
NetworkInstance diagonal_network(std::size_t layers) {
  return {Matrix::identity(2), Matrix::from_rows({{2, 0}, {0, 1}}), std::vector<Index>(layers + 1, 2)};
}

Point scaled_identities(const NetworkInstance& net, double epsilon) {
  Point point(net.problem.layout());
  for (std::size_t l = 0; l < point.layout.num_blocks(); ++l) point.block(l)(0, 0) = point.block(l)(1, 1) = epsilon;
  return point;
}

constexpr double step_of_sum = 0.02;

Result descend(const NetworkInstance& net, const Point& start, const Stopping& stopping) {
  const auto solver = make_gradient_descent({.step_size = step_of_sum * net.num_samples()});
  return minimise(*solver, net.problem, start.values, 0, stopping);
}

// Steps of gradient descent from epsilon I until the loss has fallen by 0.1.
std::int64_t escape_time(std::size_t layers, double epsilon) {
  const NetworkInstance net = diagonal_network(layers);
  const Point start = scaled_identities(net, epsilon);
  const double target = net.problem.value(start.values) - 0.1 / net.num_samples();
  return descend(net, start, {.gradient_tol = 0.0, .target_value = target, .max_iterations = 200000}).counts.iterations;
}

void compare_escapes(Reproduction& result) {
  struct Row { std::size_t layers; double epsilon; std::int64_t steps; };
  // Two matrices: log(1/eps), a strict saddle; three and four: 1/eps and 1/eps^2, degenerate saddles.
  for (const Row& r : {Row{2, 1e-1, 22}, Row{2, 1e-2, 80}, Row{2, 1e-3, 139}, Row{3, 1e-1, 185}, Row{3, 1e-2, 2437}, Row{3, 1e-3, 24940},
                       Row{4, 1e-1, 1199}, Row{4, 1e-2, 124952}})
    result.rows.push_back(equal_row(std::to_string(r.layers) + " matrices from " + number_text(r.epsilon) + " I: steps to escape", r.steps,
                                    escape_time(r.layers, r.epsilon), "independent program"));
}

void compare_descent(Reproduction& result) {
  struct Row { std::int64_t steps; double loss; };
  const NetworkInstance net = diagonal_network(3);
  for (const Row& r : {Row{1, 2.124327518822}, Row{10, 1.922460975005}, Row{100, 0.001926921126}}) {
    const Result end = descend(net, scaled_identities(net, 0.5), {.gradient_tol = 0.0, .max_iterations = r.steps});
    result.rows.push_back(close_row("3 matrices from 0.5 I: loss after " + std::to_string(r.steps) + " steps", r.loss, net.num_samples() * end.value, 1e-9,
                                    "independent program"));
  }
}

struct Kind {
  std::string what;
  Headline headline;
  std::size_t least_layers, num_zero_blocks;
  bool is_leading, is_global;
};

// The critical value c (|Y|^2 - sum_S lambda_i).
double critical_value(const NetworkInstance& net, const std::vector<Index>& signal) {
  const Vector s = svd(net.problem.data().target).values;
  double sum = net.problem.data().target_norm_squared;
  for (const Index i : signal) sum -= s[static_cast<std::size_t>(i)] * s[static_cast<std::size_t>(i)];
  return sum / (2.0 * net.num_samples());
}

// A recipe of that kind, or one with too large a rank where the network has none.
CriticalPointRecipe recipe_of(const NetworkInstance& net, const Kind& kind, Random& random) {
  const Index narrowest = net.problem.architecture().narrowest();
  const Index available = static_cast<Index>(svd(net.problem.data().target).values.size());
  CriticalPointRecipe recipe;
  recipe.zero_blocks = some_of(random, net.problem.architecture().num_layers(), kind.num_zero_blocks);
  recipe.signal = leading(kind.is_global ? narrowest : kind.is_leading ? random.index(narrowest) : std::min(narrowest, available - 1));
  if (!kind.is_leading) recipe.signal.back() = available - 1;
  return recipe;
}

void compare_kind(const Kind& kind, Random& random, Reproduction& result) {
  std::int64_t named = 0, valued = 0, signs = 0;
  for (int i = 0; i < points_per_kind; ++i) {
    const NetworkInstance net = random_network(random, kind.least_layers + static_cast<std::size_t>(i % 3));
    const CriticalPointRecipe recipe = recipe_of(net, kind, random);
    const Point point = make_critical_point(net.problem, recipe, random);
    const Verdict v = net.judge(point);
    named += v.headline == kind.headline;
    valued += std::fabs(v.value - critical_value(net, recipe.signal)) <= 1e-9 * critical_value(net, {});
    const Curvature c = examine_curvature(*net.problem.expand(point.values), point.layout.dimension()).curvature;
    signs += (c.negative > 0) == (kind.headline == Headline::strict_saddle);
  }
  result.rows.push_back(always_row(kind.what + ": judged", std::string(name(kind.headline)), named, points_per_kind));
  result.rows.push_back(always_row(kind.what + ": value", "half of |Y|^2 - sum of lambda in S", valued, points_per_kind));
  result.rows.push_back(always_row(kind.what + ": spectrum", kind.headline == Headline::strict_saddle ? "a negative eigenvalue" : "no negative eigenvalue", signs, points_per_kind));
}

Reproduction run(std::uint64_t seed) {
  Reproduction result;
  Random random(seed, 0);
  compare_kind({"S = {1..k}", Headline::global_minimum, 2, 2, true, true}, random, result);
  compare_kind({"S not leading", Headline::strict_saddle, 2, 2, false, false}, random, result);
  compare_kind({"S = {1..r}, r < k, an open pivot", Headline::strict_saddle, 2, 2, true, false}, random, result);
  compare_kind({"S = {1..r}, r < k, tightened", Headline::degenerate_saddle, 3, 3, true, false}, random, result);
  compare_escapes(result);
  compare_descent(result);
  return result;
}

}  // namespace

PublishedClaim achour_2024() {
  return {"achour-2024", "Achour, Malgouyres, Gerchinovitz 2024, theorem 1 and its reading as implicit regularisation",
          "150 random critical points of each kind: verdict, value and spectrum; gradient descent from eps I on diag(2, 1), step 0.02: steps to "
          "escape (exactly) and losses (to 1e-9)",
          run};
}

}  // namespace nadir
