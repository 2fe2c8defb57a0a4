#include "nadir/linalg/internal/thin_products.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "nadir/linalg/internal/every_instruction_set_test.hpp"

namespace nadir::internal {
namespace {

class ThinProducts : public EveryInstructionSet {};
NADIR_ON_EVERY_INSTRUCTION_SET(ThinProducts);

Matrix integers(Index rows, Index cols, std::uint64_t stream) {
  Random random(3, stream);
  Matrix A(rows, cols);
  for (double& a : A.flat()) a = small_integer(random);
  return A;
}

double entry(ConstMatrixView A, Op op, Index i, Index j) { return op == Op::none ? A(i, j) : A(j, i); }

// Small integers: every order of additions gives the same double.
TEST_P(ThinProducts, are_exact_on_integers_for_all_shapes_and_transposes) {
  const Index lengths[] = {1, 2, 3, 4, 5, 7, 8, 9, 16, 17, 31, 50, 64, 100};
  for (const Index m : lengths)
    for (const Index n : lengths)
      for (const Index k : lengths)
        for (const int ops : {0, 1, 2, 3}) {
          if (!is_thin(m, n, k)) continue;
          const Op op_a = ops & 1 ? Op::transpose : Op::none, op_b = ops & 2 ? Op::transpose : Op::none;
          const Matrix A = op_a == Op::none ? integers(m, k, 1) : integers(k, m, 1), B = op_b == Op::none ? integers(k, n, 2) : integers(n, k, 2);
          const double beta = (m + n + k) % 3 - 1.0;
          Matrix C = integers(m, n, 3), expected = C;
          for (Index i = 0; i < m; ++i)
            for (Index j = 0; j < n; ++j) {
              double sum = 0.0;
              for (Index p = 0; p < k; ++p) sum += entry(A, op_a, i, p) * entry(B, op_b, p, j);
              expected(i, j) = 2.0 * sum + beta * expected(i, j);
            }

          multiply_thin(2.0, A, op_a, B, op_b, beta, C);

          ASSERT_TRUE(std::equal(C.flat().begin(), C.flat().end(), expected.flat().begin())) << m << " x " << k << " x " << n << ", " << ops;
        }
}

TEST_P(ThinProducts, read_and_write_views_with_strides) {
  const Matrix A = integers(9, 4, 1), B = integers(7, 40, 2);
  Matrix C = integers(11, 40, 3);
  const Matrix before = C;

  multiply_thin(1.0, A.view().block(1, 1, 6, 3), Op::none, B.view().block(2, 0, 3, 40), Op::none, 0.0, C.view().block(4, 0, 6, 40));

  for (Index j = 0; j < 40; ++j)
    for (Index i = 0; i < 11; ++i) {
      double expected = before(i, j);
      if (i >= 4 && i < 10) {
        expected = 0.0;
        for (Index p = 0; p < 3; ++p) expected += A(i - 3, 1 + p) * B(2 + p, j);
      }
      ASSERT_EQ(C(i, j), expected) << i << ", " << j;
    }
}

TEST_P(ThinProducts, do_not_read_the_result_where_beta_is_zero_and_pass_nan_of_the_factors_on) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const Matrix A = integers(20, 2, 1);
  Matrix B = integers(2, 3, 2), C(20, 3), row(1, 3);
  std::fill(C.flat().begin(), C.flat().end(), nan);
  std::fill(row.flat().begin(), row.flat().end(), nan);

  multiply_thin(1.0, A, Op::none, B, Op::none, 0.0, C);
  multiply_thin(1.0, C.view().columns(0, 1), Op::transpose, C, Op::none, 0.0, row);

  for (const double c : C.flat()) EXPECT_TRUE(std::isfinite(c));
  for (const double c : row.flat()) EXPECT_TRUE(std::isfinite(c));
  B(1, 2) = nan;
  multiply_thin(1.0, A, Op::none, B, Op::none, 0.0, C);
  EXPECT_TRUE(std::isfinite(C(19, 1)));
  EXPECT_TRUE(std::isnan(C(0, 2)) && std::isnan(C(19, 2)));
}

}  // namespace
}  // namespace nadir::internal
