// The guard: what a hostile host process set must not reach a bound, and must be there again afterwards.
#include "nadir/rigor/fp_environment.hpp"

#include <gtest/gtest.h>
#include <omp.h>
#include <xmmintrin.h>

#include <cfenv>
#include <cmath>

#include "nadir/linalg/dense.hpp"
#include "nadir/rigor/eigenvalues.hpp"
#include "nadir/rigor/norms.hpp"
#include "nadir/rigor/oracle_test.hpp"
#include "nadir/rigor/product.hpp"
#include "nadir/rigor/sparse_test.hpp"

namespace nadir {
namespace {

using oracle::Exact;

constexpr unsigned flush_to_zero = 0x8000, denormals_are_zero = 0x0040, round_up = 0x4000, masks = 0x1F80;
constexpr unsigned hostile = masks | flush_to_zero | denormals_are_zero | round_up;
constexpr unsigned control_bits = 0xFFC0;

// Sets the register of this thread and of the pool's threads for the life of the object.
class HostileThreads {
 public:
  HostileThreads() { set(hostile); }
  ~HostileThreads() { set(masks); }
  static bool all_still_hostile() {
    bool all = true;
#pragma omp parallel num_threads(4) reduction(&& : all)
    all = all && (_mm_getcsr() & control_bits) == hostile;
    return all;
  }

 private:
  static void set(unsigned value) {
#pragma omp parallel num_threads(4)
    _mm_setcsr(value);
    _mm_setcsr(value);  // some runtimes put back the register of the calling thread after a region
  }
};

TEST(FloatingPointGuard, sets_the_register_and_puts_it_back) {
  _mm_setcsr(hostile);
  unsigned inside = 0;

  {
    const FloatingPointGuard guard;
    inside = _mm_getcsr();
  }
  const unsigned after = _mm_getcsr();
  _mm_setcsr(masks);

  EXPECT_EQ(inside & control_bits, masks);
  EXPECT_EQ(after & control_bits, hostile);
}

TEST(FloatingPointGuard, leaves_a_register_alone_that_is_right_but_for_its_flags) {
  _mm_setcsr(masks | 0x20);

  { const FloatingPointGuard guard; }

  EXPECT_EQ(_mm_getcsr(), masks | 0x20);
  _mm_setcsr(masks);
}

TEST(FloatingPointGuard, directed_operations_are_right_in_a_hostile_process) {
  _mm_setcsr(hostile);
  const double sum = add_down(1.0, 0x1p-60), tiny = mul_up(0x1p-600, 0x1p-600), third = div_down(1.0, 3.0);
  _mm_setcsr(masks);

  EXPECT_EQ(sum, 1.0);
  EXPECT_EQ(tiny, 0x1p-1074);
  EXPECT_TRUE(Exact(third) * Exact(3.0) < Exact(1.0));
}

TEST(FloatingPointGuard, products_in_hostile_worker_threads_are_those_of_a_friendly_process) {
  std::mt19937_64 generator(1);
  const Matrix A = oracle::random_matrix(300, 200, oracle::Kind::normal, generator);
  const Matrix B = oracle::random_matrix(200, 400, oracle::Kind::normal, generator);
  set_num_threads(4);
  const BallMatrix expected = enclose_product(A, B), expected_gram = enclose_sample_product(A, A);
  BallMatrix found, found_gram;
  bool still_hostile = false;

  {
    const HostileThreads hostile_threads;
    found = enclose_product(A, B);
    found_gram = enclose_sample_product(A, A);
    still_hostile = HostileThreads::all_still_hostile();
  }
  set_num_threads(0);

  EXPECT_EQ(found.mid, expected.mid);
  EXPECT_EQ(found.rad, expected.rad);
  EXPECT_EQ(found_gram.mid, expected_gram.mid);
  EXPECT_EQ(found_gram.rad, expected_gram.rad);
  EXPECT_TRUE(still_hostile);
}

TEST(FloatingPointGuard, sparse_norms_in_hostile_worker_threads_stay_bounds) {
  // Products of entries below 1e-160 would be flushed to zero before they are summed.
  std::mt19937_64 generator(2);
  Matrix A = oracle::random_matrix(300, 400, oracle::Kind::normal, generator);
  for (Index j = 1; j < 400; ++j)
    for (Index i = 0; i < 300; ++i) A(i, j) *= j == 7 ? 1.0 : 1e-160;
  const oracle::Sparse S(A);
  set_num_threads(4);
  const double expected = spectral_norm_upper(S.view());
  double found = 0.0;
  bool proved_too_much = true, still_hostile = false;

  {
    const HostileThreads hostile_threads;
    found = spectral_norm_upper(S.view());
    proved_too_much = proves_spectral_norm_at_most(S.view(), expected * (1.0 - 1e-8));
    still_hostile = HostileThreads::all_still_hostile();
  }
  set_num_threads(0);

  EXPECT_NEAR(found, expected, 1e-9 * expected);  // only the factor, which proves nothing by itself, may differ
  EXPECT_GE(found, svd(A).values[0]);
  EXPECT_FALSE(proved_too_much);
  EXPECT_TRUE(still_hostile);
}

TEST(FloatingPointGuard, subnormal_data_keep_their_worth_in_a_hostile_process) {
  const Matrix A = Matrix::from_rows({{3 * 0x1p-1074, 0x1p-1074}});
  const Matrix B = Matrix::from_rows({{0x1p+500}, {0x1p+500}});
  _mm_setcsr(hostile);
  const BallMatrix C = enclose_product(A, B);
  const double norm = frobenius_norm_upper(A);
  const std::vector<Interval> values = enclose_symmetric_eigenvalues(Matrix::from_rows({{0x1p-1074}}));
  _mm_setcsr(masks);

  EXPECT_EQ(C.mid(0, 0), 4 * 0x1p-574);
  EXPECT_EQ(C.rad(0, 0), 0.0);
  EXPECT_TRUE(Exact(10.0) * Exact(0x1p-1074) * Exact(0x1p-1074) <= Exact(norm) * Exact(norm));
  EXPECT_TRUE(values[0].contains(0x1p-1074));
}

}  // namespace
}  // namespace nadir
