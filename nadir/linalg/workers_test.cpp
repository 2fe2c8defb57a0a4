#include "nadir/linalg/workers.hpp"

#include <omp.h>

#include <array>
#include <atomic>
#include <stdexcept>

#include <gtest/gtest.h>

#include "nadir/linalg/dense.hpp"

namespace nadir {
namespace {

TEST(Workers, every_task_runs_once) {
  for (const int count : {1, 2, 5}) {
    std::array<std::atomic<int>, 5> calls{};

    on_workers(count, [&](int i) { ++calls[static_cast<std::size_t>(i)]; });

    for (int i = 0; i < 5; ++i) EXPECT_EQ(calls[static_cast<std::size_t>(i)], i < count ? 1 : 0);
  }
}

TEST(Workers, linear_algebra_on_a_worker_stays_on_its_thread) {
  set_num_threads(4);
  std::array<int, 2> threads{}, inner{};

  on_workers(2, [&](int i) {
    const auto k = static_cast<std::size_t>(i);
    threads[k] = num_threads();
#pragma omp parallel num_threads(num_threads())
    inner[k] = omp_get_num_threads();
  });

  const int outside = num_threads();
  set_num_threads(0);
  EXPECT_EQ(threads, (std::array<int, 2>{1, 1}));
  EXPECT_EQ(inner, (std::array<int, 2>{1, 1}));
  EXPECT_EQ(outside, 4);
}

TEST(Workers, products_on_workers_have_the_bits_of_products_elsewhere) {
  Matrix A(300, 300);
  for (Index i = 0; i < A.size(); ++i) A.data()[i] = 1.0 / static_cast<double>(1 + (i * 7919) % 1009);
  const Matrix expected = product(A, A);
  std::array<Matrix, 2> found;

  on_workers(2, [&](int i) { found[static_cast<std::size_t>(i)] = product(A, A); });

  for (const Matrix& C : found)
    for (Index i = 0; i < C.size(); ++i) ASSERT_EQ(C.data()[i], expected.data()[i]);
}

TEST(Workers, an_exception_arrives_when_all_have_returned) {
  std::atomic<int> finished{0};

  EXPECT_THROW(on_workers(3,
                          [&](int i) {
                            if (i == 1) throw std::runtime_error("worker 1");
                            ++finished;
                          }),
               std::runtime_error);
  EXPECT_EQ(finished, 2);
}

}  // namespace
}  // namespace nadir
