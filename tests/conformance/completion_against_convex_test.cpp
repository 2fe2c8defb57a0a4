// The duality gap of matrix completion and the staircase over ranks against the convex problem itself, solved here by
// accelerated proximal gradients with singular value thresholding, to its own duality gap of 1e-10: another method
// on another formulation, sharing nothing with the family but LAPACK.
#include <gtest/gtest.h>

#include <cmath>

#include "nadir/base/random.hpp"
#include "nadir/driver/search.hpp"
#include "nadir/linalg/dense.hpp"
#include "tests/conformance/example.hpp"

namespace nadir {
namespace {

struct Instance {
  Matrix M, observed;  // observed: 1 or 0
  double lambda = 0.0;
};

Instance random_instance(std::uint64_t seed) {
  Random random(seed, 1);
  const Index m = 2 + random.index(7), n = 2 + random.index(6), rank = 1 + random.index(3);
  Instance p{Matrix(m, n), Matrix(m, n), 0.0};
  Matrix U(m, rank), V(n, rank);
  random.fill_normal(U.flat());
  random.fill_normal(V.flat());
  const double share = 0.3 + 0.7 * random.uniform(), noise = random.index(2) == 0 ? 0.0 : 0.5;
  for (Index i = 0; i < m; ++i)
    for (Index j = 0; j < n; ++j) {
      p.observed(i, j) = random.uniform() < share || (i == 0 && j == 0) ? 1.0 : 0.0;
      for (Index k = 0; k < rank; ++k) p.M(i, j) += U(i, k) * V(j, k);
      p.M(i, j) = p.observed(i, j) * (p.M(i, j) + noise * random.normal());
    }
  p.lambda = svd(p.M).values[0] * std::pow(10.0, -2.0 * random.uniform());
  return p;
}

Matrix residual(const Instance& p, const Matrix& X) {
  Matrix R(p.M);
  for (Index k = 0; k < R.size(); ++k) R.data()[k] = p.observed.data()[k] * (p.M.data()[k] - X.data()[k]);
  return R;
}

double nuclear_norm(const Matrix& X) {
  double sum = 0.0;
  for (const double s : svd(X).values) sum += s;
  return sum;
}

double square(const Matrix& X) { return dot(X.flat(), X.flat()); }

// argmin 1/2 |Z - X|^2 + lambda |Z|_*
Matrix shrunk(const Matrix& X, double lambda) {
  Svd s = svd(X);
  for (std::size_t k = 0; k < s.values.size(); ++k)
    for (Index i = 0; i < s.U.rows(); ++i) s.U(i, static_cast<Index>(k)) *= std::fmax(0.0, s.values[k] - lambda);
  return product(s.U, s.Vt);
}

struct ConvexOptimum {
  double value = 0.0, gap = 0.0;
};

// FISTA with restarts; the gap is that of the dual point s R.
ConvexOptimum solve_convex(const Instance& p) {
  Matrix X(p.M.rows(), p.M.cols()), Y = X;
  double t = 1.0;
  ConvexOptimum best{std::numeric_limits<double>::infinity(), std::numeric_limits<double>::infinity()};
  for (int k = 0; k < 20000 && best.gap > 1e-10 * best.value; ++k) {
    Matrix step = residual(p, Y);
    axpy(1.0, Y.flat(), step.flat());
    Matrix next = shrunk(step, p.lambda);
    double uphill = 0.0;
    for (Index i = 0; i < X.size(); ++i) uphill += (Y.data()[i] - next.data()[i]) * (next.data()[i] - X.data()[i]);
    const double next_t = uphill > 0.0 ? 1.0 : 0.5 * (1.0 + std::sqrt(1.0 + 4.0 * t * t)), momentum = uphill > 0.0 ? 0.0 : (t - 1.0) / next_t;
    for (Index i = 0; i < X.size(); ++i) Y.data()[i] = next.data()[i] + momentum * (next.data()[i] - X.data()[i]);
    X = std::move(next);
    t = next_t;
    if (k % 10 != 0) continue;
    const Matrix R = residual(p, X);
    const double value = 0.5 * square(R) + p.lambda * nuclear_norm(X), s = std::fmin(1.0, p.lambda / std::fmax(svd(R).values[0], 1e-300));
    const double dual = s * dot(R.flat(), p.M.flat()) - 0.5 * s * s * square(R);
    best = {value, value - dual};
  }
  return best;
}

std::unique_ptr<Family> family_of(const Instance& p, const std::string& rank) {
  std::unique_ptr<Family> family = make_family("matrix-completion");
  for (const OptionRow& row : family->options()) {
    if (row.name == "rank") *std::get<std::string*>(row.target) = rank;
    if (row.name == "lambda") {
      char text[32];
      std::snprintf(text, sizeof text, "%.17g", p.lambda);
      *std::get<std::string*>(row.target) = text;
    }
    if (row.name != "ratings") continue;
    DataEntries& e = *std::get<DataEntries*>(row.target);
    e.rows = p.M.rows();
    e.cols = p.M.cols();
    EntryList list;
    for (Index i = 0; i < e.rows; ++i)
      for (Index j = 0; j < e.cols; ++j)
        if (p.observed(i, j) != 0.0) list.add(i, j, p.M(i, j));
    e.set_entries(std::move(list));
  }
  family->prepare();
  return family;
}

TEST(CompletionAgainstConvex, the_staircase_proves_the_convex_optimum_on_a_thousand_random_instances) {
  for (std::uint64_t seed = 0; seed < 1000; ++seed) {
    const Instance p = random_instance(seed);
    const ConvexOptimum reference = solve_convex(p);
    const std::unique_ptr<Family> family = family_of(p, "auto");
    const SearchTask task{*family, {}, seed, {}};

    const SearchEnd end = search(task, {});

    const Verdict& v = end.judgement->verdict;
    EXPECT_EQ(v.headline, Headline::global_minimum) << "seed " << seed << " gap " << v.relative_gap();
    EXPECT_EQ(v.rigor, Rigor::proved) << "seed " << seed;
    EXPECT_NEAR(v.value, reference.value, reference.gap + 1e-6 * reference.value) << "seed " << seed;
    EXPECT_LE(v.lower_bound, reference.value) << "seed " << seed;
  }
}

TEST(CompletionAgainstConvex, the_gap_is_never_below_the_true_gap_at_points_of_any_kind) {
  for (std::uint64_t seed = 0; seed < 1000; ++seed) {
    const Instance p = random_instance(seed + 5000);
    const ConvexOptimum reference = solve_convex(p);
    const std::unique_ptr<Family> family = family_of(p, "1");
    Point point = family->start("random", seed, 0);
    if (seed % 3 == 1) scale(1e-3, point.values);
    if (seed % 3 == 2) point.values = search({*family, {.max_iterations = 5}, seed, {}}, {}).progress.best->point.values;

    const Verdict v = family->judge(point, {}).verdict;

    EXPECT_GE(v.gap, v.value - reference.value) << "seed " << seed;
    EXPECT_LE(v.lower_bound, reference.value) << "seed " << seed;
    EXPECT_GE(v.lower_bound, 0.0);
  }
}

TEST(CompletionAgainstConvex, a_staircase_that_is_cut_short_goes_on_with_the_same_bits) {
  Instance p{Matrix(6, 5), Matrix(6, 5), 0.05};  // a matrix of full rank that is hardly penalised
  Random(1, 1).fill_normal(p.M.flat());
  for (double& o : p.observed.flat()) o = 1.0;
  const std::unique_ptr<Family> family = family_of(p, "auto");
  std::vector<std::pair<State, Trace>> saved;
  SearchLimits often;
  often.checkpoint_seconds = 0.0;
  often.save = [&saved](const SearchProgress& progress) { saved.emplace_back(to_state(progress), progress.trace); };
  const SearchEnd whole = search({*family, {}, 3, {}}, often);
  ASSERT_GT(whole.progress.best->point.layout[0].cols, 1) << "the instance must climb";

  for (const auto& [state, trace] : saved) {
    const std::unique_ptr<Family> another = family_of(p, "auto");
    const SearchEnd resumed = search({*another, {}, 3, {}}, {}, progress_from_state(state, trace));
    EXPECT_EQ(resumed.progress.best->point.values, whole.progress.best->point.values);
    EXPECT_EQ(another->problem().layout(), whole.progress.best->point.layout);
  }
}

}  // namespace
}  // namespace nadir
