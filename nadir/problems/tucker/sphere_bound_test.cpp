// Branch and bound over the sphere. The oracle is closed forms and a fine grid of directions.
#include "nadir/problems/tucker/sphere_bound.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "nadir/problems/tucker/case_test.hpp"

namespace nadir {
namespace {

// 2 e0 x e0 x e0 + e1 x e1 x e1: the spectral norm of T(x) is max(2 |x0|, |x1|), at most 2; the Ky Fan 2-2 norm
// (4 x0^2 + x1^2)^{1/2}, at most 2.
TEST(SphereBound, proves_what_is_true_and_nothing_below) {
  const Tensor<double> T(TensorShape{2, 2, 2}, {2, 0, 0, 0, 0, 0, 0, 1});
  for (int mode = 0; mode < 3; ++mode)
    for (const Index rank : {1, 2}) {
      EXPECT_TRUE(bound_over_sphere(T.view(), mode, rank, 4.0 + 1e-6, 100000).is_proved);
      EXPECT_FALSE(bound_over_sphere(T.view(), mode, rank, 4.0 - 1e-9, 100000).is_proved);
    }
}

TEST(SphereBound, shows_a_direction_above_what_is_too_low) {
  const Tensor<double> T(TensorShape{2, 2, 2}, {2, 0, 0, 0, 0, 0, 0, 1});

  const SphereBound bound = bound_over_sphere(T.view(), 0, 1, 1.0, 100000);

  ASSERT_TRUE(bound.above);
  EXPECT_GT(std::fabs(bound.above->at(0)), 0.5 * norm(*bound.above));
}

TEST(SphereBound, holds_on_a_grid_of_random_tensors) {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    Random random(seed, 0);
    const Tensor<double> T = random_tensor({3, 4, 3}, random);
    for (const Index rank : {1, 2}) {
      double greatest = 0.0;
      for (int i = 0; i <= 60; ++i)
        for (int j = 0; j < 120; ++j) {
          const double a = M_PI * i / 120.0, b = M_PI * j / 60.0;
          const Vector x{std::cos(a), std::sin(a) * std::cos(b), std::sin(a) * std::sin(b)};
          const Tensor<double> slice = mode_product(T.view(), 0, ConstMatrixView(x.data(), 1, 3));
          const Svd s = svd(ConstMatrixView(slice.data(), 3, 4));
          double energy = 0.0;
          for (Index k = 0; k < rank; ++k) energy += s.values[static_cast<std::size_t>(k)] * s.values[static_cast<std::size_t>(k)];
          greatest = std::max(greatest, energy);
        }

      EXPECT_TRUE(bound_over_sphere(T.view(), 0, rank, 1.01 * greatest, 100000).is_proved);
      EXPECT_FALSE(bound_over_sphere(T.view(), 0, rank, 0.999 * greatest, 100000).is_proved);
    }
  }
}

}  // namespace
}  // namespace nadir
