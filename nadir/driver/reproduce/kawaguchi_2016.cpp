// The landscape of deep linear networks [Kawaguchi2016, Thm 2.3], statement by statement on random networks.
#include <algorithm>
#include <memory>

#include "nadir/driver/reproduce/claims.hpp"
#include "nadir/driver/reproduce/network_instance.hpp"
#include "nadir/driver/reproduce/row.hpp"
#include "nadir/linalg/dense.hpp"
#include "nadir/problems/linear_network/classification.hpp"
#include "nadir/problems/linear_network/critical_points.hpp"
#include "nadir/problems/linear_network/enclosure.hpp"
#include "nadir/problems/linear_network/starts.hpp"
#include "nadir/rigor/definiteness.hpp"
#include "nadir/solvers/minimise.hpp"
#include "nadir/solvers/trust_region.hpp"

namespace nadir {
namespace {

constexpr int num_networks = 90;
constexpr int starts_per_network = 3;
constexpr int saddles_per_network = 4;

struct Tally {
  std::int64_t held = 0, tried = 0;
  void add(bool holds) { held += holds, ++tried; }
};

struct Tallies {
  Tally nonconvex, ends, saddles, full_rank_saddles, shallow_saddles, deep_origins;
};

bool is_saddle(const Verdict& v) { return v.headline == Headline::strict_saddle || v.headline == Headline::degenerate_saddle; }

// Somewhere the Hessian has eigenvalues of both signs, proved: neither convex nor concave.
bool is_neither_convex_nor_concave(const NetworkInstance& net, std::uint64_t seed) {
  for (std::uint64_t i = 0; i < 10; ++i) {
    const Point point = linear_network_start(net.problem, "random", seed, i);
    const Inertia signs = inertia(PointEnclosure(net.problem, net.X, net.Y, point.values).whole_hessian_times_n());
    if (signs.negative > 0 && signs.positive > 0) return true;
  }
  return false;
}

// Where the default solver ends is the closed-form optimum, proved.
bool ends_at_global_minimum(const NetworkInstance& net, std::uint64_t seed, std::uint64_t index) {
  Point point = linear_network_start(net.problem, "random", seed, index);
  const auto solver = make_trust_region();
  point.values = minimise(*solver, net.problem, point.values, seed, {.gradient_tol = 1e-12, .max_iterations = 500}).point;
  const Verdict v = net.judge(point);
  return v.headline == Headline::global_minimum && v.rigor == Rigor::proved;
}

// rank(V_{N-1} ... V_2) equals the narrowest hidden width: the hypothesis of statement (iv).
bool has_full_inner_rank(const NetworkInstance& net, const Point& point) {
  const LinearArchitecture& a = net.problem.architecture();
  const Matrix inner = chain_product(a, a.effective_weights(point.values), 1, a.num_layers() - 1);
  const RankDecision decision = decide_rank(inner, frobenius_norm(inner));
  return decision.is_clear && decision.rank == *std::min_element(a.widths.begin() + 1, a.widths.end() - 1);
}

// A random critical point that is not a global minimum, by construction.
Point random_saddle(const NetworkInstance& net, Random& random, bool keeps_inner_rank) {
  const std::size_t layers = net.problem.architecture().num_layers();
  const Index available = static_cast<Index>(svd(net.problem.data().target).values.size());
  CriticalPointRecipe recipe{leading(random.index(net.problem.architecture().narrowest())), {}};
  if (!recipe.signal.empty() && random.index(2) == 0) {  // not the leading directions: leaves one out
    const Index last = static_cast<Index>(recipe.signal.size());
    recipe.signal.back() = last + random.index(available - last);
  }
  const bool is_deep = layers > 2;
  const std::size_t zeros = keeps_inner_rank || !is_deep ? 2 : 2 + static_cast<std::size_t>(random.index(2));
  recipe.zero_blocks = keeps_inner_rank ? std::vector<std::size_t>{0, layers - 1} : some_of(random, layers, zeros);
  return make_critical_point(net.problem, recipe, random);
}

void try_network(const NetworkInstance& net, std::uint64_t seed, Random& random, Tallies& t) {
  const bool is_shallow = net.problem.architecture().num_layers() == 2;
  t.nonconvex.add(is_neither_convex_nor_concave(net, seed));
  for (std::uint64_t i = 0; i < starts_per_network; ++i) t.ends.add(ends_at_global_minimum(net, seed, 100 + i));
  for (int i = 0; i < saddles_per_network; ++i) {
    const Point point = random_saddle(net, random, i % 2 == 0);
    const Verdict v = net.judge(point);
    t.saddles.add(is_saddle(v) && v.escape && v.escape->decrease > 0.0);
    const bool is_strict = v.headline == Headline::strict_saddle && v.rigor == Rigor::proved;
    if (has_full_inner_rank(net, point)) t.full_rank_saddles.add(is_strict);
    if (is_shallow) t.shallow_saddles.add(is_strict);
  }
  if (!is_shallow) t.deep_origins.add(net.judge(Point(net.problem.layout())).headline == Headline::degenerate_saddle);
}

Reproduction run(std::uint64_t seed) {
  Tallies t;
  Random random(seed, 0);
  for (int i = 0; i < num_networks; ++i) {
    const NetworkInstance net = random_network(random, 2 + static_cast<std::size_t>(i % 3));
    try_network(net, seed + static_cast<std::uint64_t>(i), random, t);
  }
  const auto row = [](std::string what, std::string statement, const Tally& tally) {
    return always_row(std::move(what), std::move(statement), tally.held, tally.tried);
  };
  return {{
      row("(i) Hessian of both signs, proved", "non-convex and non-concave", t.nonconvex),
      row("(ii) minima found by trust region", "every local minimum is global", t.ends),
      row("(iii) other critical points", "each is a saddle: lower values nearby", t.saddles),
      row("(iv) rank(W_H ... W_2) = p", "a negative eigenvalue, proved", t.full_rank_saddles),
      row("two matrices", "no bad saddle: all strict, proved", t.shallow_saddles),
      row("three matrices and more: W = 0", "a bad saddle: no negative eigenvalue", t.deep_origins),
  }};
}

}  // namespace

PublishedClaim kawaguchi_2016() {
  return {"kawaguchi-2016", "Kawaguchi 2016, abstract, theorem 2.3, corollary 2.4: the four statements on deep linear networks",
          "each statement on 90 random networks of 2 to 4 matrices; agrees when none of them fails anywhere", run};
}

}  // namespace nadir
