// The bracket: proved tails of unfoldings below, decompositions above. The oracle is NumPy's singular values, exhaustive
// search from many starts on small tensors, and the theorem's own factor d.
#include "nadir/problems/tucker/tail_bound.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>

#include "nadir/problems/tucker/case_test.hpp"
#include "nadir/problems/tucker/starts.hpp"

namespace nadir {
namespace {

// The least value that sweeps find from the higher-order SVD and from random starts.
double best_of_many(const Tucker& problem, std::uint64_t num_starts, int num_sweeps) {
  double best = std::numeric_limits<double>::infinity();
  for (std::uint64_t start = 0; start < num_starts; ++start) {
    Vector x = tucker_start(problem, "sthosvd", 5, start).values, next(x.size());
    for (int sweep = 0; sweep < num_sweeps; ++sweep) {
      problem.sweep(x, next);
      std::swap(x, next);
    }
    best = std::min(best, problem.value(x));
  }
  return best;
}

// Extents 2 to 4 of 3 modes, or 2 to 3 of 4; noise beside an exact decomposition, at one of three levels.
TuckerOptions small_case(std::uint64_t seed) {
  Random random(seed, 0);
  const int d = seed % 5 == 0 ? 4 : 3;
  std::vector<Index> extents;
  std::vector<std::int64_t> ranks;
  for (int m = 0; m < d; ++m) {
    extents.push_back(2 + static_cast<Index>(random.index(d == 4 ? 2 : 3)));
    ranks.push_back(1 + static_cast<std::int64_t>(random.index(static_cast<std::int64_t>(extents.back()))));
  }
  const TensorShape shape{std::span<const Index>(extents)};
  TensorShape low = shape;
  for (int m = 0; m < d; ++m) low = low.with(m, ranks[static_cast<std::size_t>(m)]);
  Tensor<double> T = random_low_rank(shape, low, random);
  const double noise = seed % 3 == 0 ? 0.0 : seed % 3 == 1 ? 0.1 : 3.0;
  for (double& x : T.flat()) x += noise * random.normal();
  return tucker_options(std::move(T), ranks);
}

TEST(TailBound, lies_below_the_best_of_many_starts_and_within_the_theorems_factor_on_1000_tensors) {
  for (std::uint64_t seed = 0; seed < 1000; ++seed) {
    const TuckerCase c(small_case(seed));

    const TailBound bound = tail_bound(c.data, c.problem.ranks());

    const double best = 2.0 * best_of_many(c.problem, 4, 12), norm_squared = c.data.norm * c.data.norm;
    ASSERT_LE(bound.energy, best + 1e-15 * norm_squared) << seed;
    ASSERT_GE(static_cast<double>(c.data.num_modes()) * bound.energy, best - 1e-10 * norm_squared) << seed;
  }
}

// T_abc = sin(0.3 a b + 0.5 c - 0.2 a c), 4 x 5 x 6: the tails at ranks 2, 3, 2 by numpy.linalg.svd of the unfoldings.
TEST(TailBound, agrees_with_an_independent_program) {
  const Tensor<double> T = tensor_of({4, 5, 6}, [](const std::vector<double>& i) { return std::sin(0.3 * i[0] * i[1] + 0.5 * i[2] - 0.2 * i[0] * i[2]); });
  for (const bool is_reversed : {false, true}) {
    const TuckerOptions options = tucker_options(T, {2, 3, 2});
    const TuckerCase c(is_reversed ? reversed(options) : options);

    const TailBound bound = tail_bound(c.data, c.problem.ranks());

    EXPECT_EQ(bound.modes, std::vector<int>{0});
    EXPECT_NEAR(bound.energy, 2.0622439824165446, 1e-11);
    EXPECT_LT(bound.energy, 2.0622439824165446 + 1e-15);
    EXPECT_NEAR(bound.tails[1], 0.015567216739854482, 1e-13);
    EXPECT_NEAR(bound.tails[2], 0.740462154265501, 1e-13);
  }
}

TEST(TailBound, splits_of_four_modes_can_say_more_than_single_modes) {
  // Four orthogonal slices T(i, j, :, :): unfolding {1, 2} has singular values 1, 1, 1, 1, single modes sqrt 2, sqrt 2.
  Tensor<double> T(TensorShape{2, 2, 2, 2});
  for (Index i = 0; i < 2; ++i)
    for (Index j = 0; j < 2; ++j) T.data()[i * 8 + j * 4 + i * 2 + j] = 1.0;
  const TuckerCase c(tucker_options(T, {1, 1, 1, 1}));

  const TailBound bound = tail_bound(c.data, c.problem.ranks());

  EXPECT_EQ(bound.modes.size(), 2u);
  EXPECT_NEAR(bound.energy, 3.0, 1e-12);
  EXPECT_NEAR(bound.tails[0], 2.0, 1e-12);
}

TEST(TailBound, says_nothing_where_entries_are_missing) {
  Random random(1);
  Tensor<double> T = random_tensor({3, 3, 3}, random);
  T.data()[4] = std::numeric_limits<double>::quiet_NaN();
  const TuckerCase c(tucker_options(T, {1}));

  EXPECT_EQ(tail_bound(c.data, c.problem.ranks()).energy, 0.0);
}

TEST(TailBound, of_integers_never_exceeds_the_exact_tail) {
  // diag(3, 2, 1) as a 3 x 3 tensor of two modes: tails 5 (rank 1), 1 (rank 2), 0 (rank 3).
  Tensor<double> T(TensorShape{3, 3});
  for (Index i = 0; i < 3; ++i) T.data()[i * 4] = static_cast<double>(3 - i);
  const double expected[] = {5.0, 1.0, 0.0};
  for (std::int64_t rank = 1; rank <= 3; ++rank) {
    const TuckerCase c(tucker_options(T, {rank}));

    const double energy = tail_bound(c.data, c.problem.ranks()).energy;

    EXPECT_LE(energy, expected[rank - 1]);
    EXPECT_GE(energy, expected[rank - 1] - 1e-12);
  }
}

}  // namespace
}  // namespace nadir
