#include "nadir/problems/tucker/distance.hpp"

#include <gtest/gtest.h>

#include "nadir/problems/tucker/case_test.hpp"
#include "nadir/problems/tucker/model.hpp"

namespace nadir {
namespace {

Vector random_values(Index count, std::uint64_t stream) {
  Vector values(static_cast<std::size_t>(count));
  Random(5, stream).fill_normal(values);
  return values;
}

TuckerOptions some_options(std::vector<std::int64_t> ranks) {
  return tucker_options(tensor_of(TensorShape({5, 4, 6}), [](const std::vector<double>& i) { return i[0] + i[1] * i[2]; }), std::move(ranks));
}

TEST(TuckerDistance, is_that_of_the_tensors) {
  for (const bool is_reversed : {false, true}) {
    const TuckerCase c(is_reversed ? reversed(some_options({2, 3, 2})) : some_options({2, 3, 2}));
    const Point a = c.point(random_values(c.problem.layout().dimension(), 0)), b = c.point(random_values(c.problem.layout().dimension(), 1));
    Tensor<double> X = reconstruct(factors_of(c.data, a.layout, a.values));
    const Tensor<double> Y = reconstruct(factors_of(c.data, b.layout, b.values));
    const double larger = std::max(norm(X.view()), norm(Y.view()));
    axpy(-1.0, Y.flat(), X.flat());

    EXPECT_NEAR(relative_tucker_distance(c.data, a, b), norm(X.view()) / larger, 1e-14);
    EXPECT_LT(relative_tucker_distance(c.data, a, a), 1e-15);
  }
}

// In normal form the factors have other bases; where nothing is to be gained by another core, X stays.
TEST(TuckerDistance, does_not_see_the_bases_of_the_factors) {
  const TuckerCase c(some_options({2, 2, 2}));
  const Point a = c.point(in_normal_form(c.problem, random_values(c.problem.layout().dimension(), 0)));
  Point b = a;
  // A_1 G and the core times the inverse of G in mode 1, G = [[1, 1], [0, 1]]: column 2 += column 1, slice 1 -= slice 2.
  const MatrixView A = b.block(block_of(c.data, 0));
  for (Index i = 0; i < A.rows; ++i) A(i, 1) += A(i, 0);
  TuckerFactors x = factors_of(c.data, b.layout, b.values);
  const Index slice = x.core.shape().right(0);
  for (Index k = 0; k < slice; ++k) x.core.data()[k] -= x.core.data()[slice + k];
  store_core(c.data, b.layout, x.core, b.values);

  EXPECT_NE(a.values, b.values);
  EXPECT_LT(relative_tucker_distance(c.data, a, b), 1e-14);
}

TEST(TuckerDistance, compares_points_of_different_ranks) {
  const TuckerCase small(some_options({1, 2, 2})), large(some_options({2, 3, 2}));
  const Point a = small.point(Vector(static_cast<std::size_t>(small.problem.layout().dimension()), 0.0));
  const Point b = large.point(random_values(large.problem.layout().dimension(), 0)), zero = large.point(Vector(b.values.size(), 0.0));

  EXPECT_NEAR(relative_tucker_distance(large.data, a, b), 1.0, 1e-15);
  EXPECT_EQ(relative_tucker_distance(large.data, a, zero), 0.0);
}

}  // namespace
}  // namespace nadir
