// Shared arrays: whose memory they are, and how long it lives.
#include "nadir/linalg/shared.hpp"

#include <gtest/gtest.h>

#include <thread>

namespace nadir {
namespace {

TEST(SharedVector, copies_are_the_same_memory_which_lives_as_long_as_the_last) {
  auto first = std::make_unique<SharedVector<double>>(Vector{1, 2, 3});
  const double* const numbers = first->data();
  const SharedVector<double> copy = *first;

  first.reset();

  EXPECT_EQ(copy.data(), numbers);
  EXPECT_EQ(copy, (Vector{1, 2, 3}));
}

TEST(SharedVector, takes_over_a_vector_that_is_moved_and_copies_one_that_is_not) {
  std::vector<int> moved{1, 2}, kept{3, 4};
  const int *const numbers = moved.data(), *const others = kept.data();

  const SharedVector<int> taken = std::move(moved), copied = kept;

  EXPECT_EQ(taken.data(), numbers);
  EXPECT_NE(copied.data(), others);
  EXPECT_EQ(copied, kept);
}

TEST(SharedVector, lets_go_of_the_memory_of_others_with_its_last_copy_on_whatever_thread) {
  const Vector memory{5, 6};
  bool is_free = false;
  SharedVector<double> first(memory, std::shared_ptr<const void>(memory.data(), [&](const void*) { is_free = true; }));
  std::thread other([copy = first]() mutable { copy = {}; });
  other.join();
  ASSERT_FALSE(is_free);
  EXPECT_EQ(first.data(), memory.data());
  EXPECT_EQ(first.back(), 6);

  std::thread last([copy = std::exchange(first, {})]() mutable { copy = {}; });
  last.join();

  EXPECT_TRUE(is_free);
}

// A length without numbers would be read beyond its end.
TEST(SharedVector, is_still_whole_after_it_was_moved_from) {
  SharedVector<double> from = Vector{1, 2};

  const SharedVector<double> to = std::move(from);

  EXPECT_EQ(std::vector<double>(from.begin(), from.end()), to);  // NOLINT(bugprone-use-after-move)
}

TEST(SharedVector, is_empty_at_birth) {
  const SharedVector<std::string> none;

  EXPECT_TRUE(none.empty());
  EXPECT_EQ(none, std::vector<std::string>());
  EXPECT_EQ(std::span<const std::string>(none).size(), 0u);
}

TEST(SharedMatrix, is_the_matrix_that_was_moved_into_it) {
  Matrix m = Matrix::from_rows({{1, 2, 3}, {4, 5, 6}});
  const double* const numbers = m.data();

  const SharedMatrix shared = std::move(m);
  const ConstMatrixView view = shared;

  EXPECT_EQ(shared.data(), numbers);
  EXPECT_EQ(view.data, numbers);
  EXPECT_EQ(shared.rows(), 2);
  EXPECT_EQ(shared.cols(), 3);
  EXPECT_EQ(shared(1, 2), 6);
  EXPECT_EQ(shared.col(1)[0], 2);
  EXPECT_EQ(view.stride, 2);
  EXPECT_EQ(shared, Matrix::from_rows({{1, 2, 3}, {4, 5, 6}}));
}

TEST(SharedMatrix, is_told_from_another_shape_of_the_same_numbers) {
  const SharedVector<double> numbers{1, 2, 3, 4};

  EXPECT_EQ(SharedMatrix(2, 2, numbers).flat().data(), numbers.data());
  EXPECT_NE(SharedMatrix(2, 2, numbers), SharedMatrix(4, 1, numbers));
  EXPECT_EQ(SharedMatrix(), Matrix());
  EXPECT_NE(SharedMatrix(), Matrix(0, 3));
}

TEST(SharedMatrix, stays_as_it_is_while_a_copy_is_given_another_value) {
  const SharedMatrix first = Matrix::from_rows({{1}});
  SharedMatrix second = first;

  second = Matrix::from_rows({{2, 3}});

  EXPECT_EQ(first, Matrix::from_rows({{1}}));
  EXPECT_EQ(second.cols(), 2);
}

}  // namespace
}  // namespace nadir
