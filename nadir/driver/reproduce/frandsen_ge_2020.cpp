// Tucker decompositions of tensors that have an exact one: no spurious minima, and saddles that are left although no
// derivative shows the way [FrandsenGe2020].
#include <algorithm>
#include <cmath>
#include <string>

#include "nadir/base/random.hpp"
#include "nadir/driver/reproduce/claims.hpp"
#include "nadir/driver/reproduce/row.hpp"
#include "nadir/linalg/dense.hpp"
#include "nadir/problems/tucker/escape.hpp"
#include "nadir/problems/tucker/starts.hpp"
#include "nadir/problems/tucker/tucker.hpp"
#include "nadir/solvers/minimise.hpp"
#include "nadir/solvers/trust_region.hpp"

namespace nadir {
namespace {

constexpr int num_runs = 10;
constexpr double exact = 1e-7;  // |T - X| / |T|

struct Setting {
  TensorShape shape, ranks;           // of the tensor, both
  std::vector<std::int64_t> searched;  // ranks of the decomposition
  std::string name;
};

std::vector<Setting> settings() {
  return {{{6, 7, 8}, {2, 2, 3}, {2, 2, 3}, "6 x 7 x 8 of ranks 2, 2, 3"},
          {{6, 7, 8}, {2, 3, 2}, {3, 3, 3}, "6 x 7 x 8 of ranks 2, 3, 2, searched with 3, 3, 3"},
          {{4, 5, 4, 3}, {2, 2, 2, 2}, {2, 2, 2, 2}, "4 x 5 x 4 x 3 of ranks 2, 2, 2, 2"}};
}

Tensor<double> random_tensor(const TensorShape& shape, const TensorShape& ranks, Random& random) {
  Tensor<double> T(ranks);
  random.fill_normal(T.flat());
  for (int m = 0; m < shape.num_modes(); ++m) {
    Matrix A(shape[m], ranks[m]);
    random.fill_normal(A.flat());
    T = mode_product(T.view(), m, A);
  }
  return T;
}

TuckerOptions options_for(Tensor<double> T, const std::vector<std::int64_t>& ranks, double regulariser) {
  TuckerOptions o;
  o.tensor.shape = T.shape().extents();
  o.tensor.doubles = std::make_shared<MemorySlabs<double>>(std::move(T));
  o.ranks = ranks;
  o.regulariser = regulariser;
  return o;
}

double fit_target(const TuckerData& data) { return 0.5 * std::pow(0.1 * exact * data.norm, 2); }

Vector descend(const Tucker& problem, const Vector& start, std::uint64_t seed) {
  const auto solver = make_trust_region();
  return minimise(*solver, problem, start, seed, {.gradient_tol = 1e-11, .target_value = fit_target(problem.data()), .max_iterations = 1000}).point;
}

double relative_error(const Tucker& problem, const Vector& x) {
  return std::sqrt(residual_energy(problem.data(), problem.factors(x))) / problem.data().norm;
}

std::uint64_t stream(std::uint64_t run, std::size_t setting) { return (run << 8) + setting; }

// Descent, and small random moves from where it ends, kept where they lead lower: the local search of the paper.
Vector search_locally(const Tucker& problem, const Vector& start, Random& random, std::uint64_t seed) {
  Vector x = descend(problem, start, seed);
  for (int round = 0; round < 10 && relative_error(problem, x) > exact; ++round) {
    Vector moved(x.size());
    random.fill_normal(moved);
    scale(1e-2 * norm(x) / norm(moved), moved);
    axpy(1.0, x, moved);
    moved = descend(problem, moved, seed);
    if (problem.value(moved) < problem.value(x)) x = std::move(moved);
  }
  return x;
}

// From normal starts, with the regulariser.
std::int64_t num_fitted(const Setting& s, std::size_t index, std::uint64_t seed) {
  std::int64_t count = 0;
  for (std::uint64_t run = 0; run < num_runs; ++run) {
    Random random(seed, stream(run, index));
    const TuckerOptions o = options_for(random_tensor(s.shape, s.ranks, random), s.searched, 0.1);
    const TuckerData data = make_tucker_data(o);
    const Tucker problem(data, requested_ranks(o, data));
    const Vector end = search_locally(problem, tucker_start(problem, "normal", seed, run).values, random, seed);
    count += relative_error(problem, end) <= exact ? 1 : 0;
  }
  return count;
}

struct EscapeTally {
  std::int64_t fitted = 0, flat = 0, most_escapes = 0;
};

// The plain objective from S = 0, A = 0: move, descend, and move again.
EscapeTally from_zero(const Setting& s, std::size_t index, std::uint64_t seed) {
  EscapeTally tally;
  for (std::uint64_t run = 0; run < num_runs; ++run) {
    Random random(seed, stream(run, index));
    const TuckerOptions o = options_for(random_tensor(s.shape, s.ranks, random), s.searched, 0.0);
    const TuckerData data = make_tucker_data(o);
    const Tucker problem(data, requested_ranks(o, data));
    Vector x(static_cast<std::size_t>(problem.layout().dimension()), 0.0), v(x.size()), Hv(x.size());
    random.fill_normal(v);
    const auto at_zero = problem.expand(x);
    at_zero->gradient(Hv);
    double slope = norm(Hv);
    at_zero->apply_hessian({v.data(), problem.layout().dimension(), 1}, {Hv.data(), problem.layout().dimension(), 1});
    tally.flat += slope == 0.0 && norm(Hv) == 0.0 ? 1 : 0;
    std::int64_t escapes = 0;
    while (escapes < 20 && relative_error(problem, x) > exact) {
      const std::optional<RankEscape> way = find_rank_escape(problem, x);
      if (!way) break;
      axpy(1.0, way->displacement, x);
      x = descend(problem, x, seed);
      ++escapes;
    }
    tally.most_escapes = std::max(tally.most_escapes, escapes);
    tally.fitted += relative_error(problem, x) <= exact ? 1 : 0;
  }
  return tally;
}

// Tensors of normal entries have no exact decomposition: how many of them have ends of several values.
std::int64_t num_with_spurious_ends(std::uint64_t seed) {
  std::int64_t count = 0;
  for (std::uint64_t run = 0; run < num_runs; ++run) {
    Random random(seed, stream(run, 99));
    Tensor<double> T(TensorShape{6, 6, 6});
    random.fill_normal(T.flat());
    const TuckerOptions o = options_for(std::move(T), {2, 2, 2}, 0.0);
    const TuckerData data = make_tucker_data(o);
    const Tucker problem(data, requested_ranks(o, data));
    double least = 0.0, greatest = 0.0;
    for (std::uint64_t start = 0; start < 10; ++start) {
      const double value = problem.value(descend(problem, tucker_start(problem, "random", seed, start).values, seed));
      least = start == 0 ? value : std::fmin(least, value);
      greatest = std::fmax(greatest, value);
    }
    count += greatest > least * (1.0 + 1e-4) ? 1 : 0;
  }
  return count;
}

Reproduction run(std::uint64_t seed) {
  Reproduction result;
  const std::vector<Setting> all = settings();
  for (std::size_t i = 0; i < all.size(); ++i) {
    result.rows.push_back(always_row(all[i].name + ": runs from normal starts that find T", "every local minimum is global", num_fitted(all[i], i, seed), num_runs));
    const EscapeTally zero = from_zero(all[i], i, seed);
    result.rows.push_back(always_row(all[i].name + ": gradient and Hessian vanish at zero", "a saddle of high order", zero.flat, num_runs));
    result.rows.push_back(always_row(all[i].name + ": runs from zero that find T", "saddles of high order can be left", zero.fitted, num_runs));
  }
  result.rows.push_back(at_least_row("6 x 6 x 6 of normal entries, ranks 2, 2, 2: tensors whose runs end at several values", 1.0,
                                     static_cast<double>(num_with_spurious_ends(seed)), "independent program"));
  return result;
}

}  // namespace

PublishedClaim frandsen_ge_2020() {
  return {"frandsen-ge-2020", "Frandsen, Ge 2020, Optimization landscape of Tucker decomposition",
          "random tensors with an exact Tucker decomposition, 10 runs each: descent with small random moves finds it from normal starts, with the regulariser; from the "
          "point zero, where all derivatives up to the order of the tensor vanish, explicit moves and descent find it; without an exact decomposition "
          "there are spurious minima",
          run};
}

}  // namespace nadir
