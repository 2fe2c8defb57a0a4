// Random numbers against Random123's published known answers (kat_vectors, philox4x64 with 10 rounds),
// against moments in closed form, and against the law that draw i depends on (seed, stream, i) alone.
#include "nadir/base/random.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "nadir/base/error.hpp"

namespace nadir {
namespace {

TEST(Philox, gives_the_published_known_answers) {
  using Counter = std::array<std::uint64_t, 4>;
  const std::uint64_t ones = ~std::uint64_t{0};

  EXPECT_EQ(internal::philox_block({0, 0, 0, 0}, {0, 0}),
            (Counter{0x16554d9eca36314c, 0xdb20fe9d672d0fdc, 0xd7e772cee186176b, 0x7e68b68aec7ba23b}));
  EXPECT_EQ(internal::philox_block({ones, ones, ones, ones}, {ones, ones}),
            (Counter{0x87b092c3013fe90b, 0x438c3c67be8d0224, 0x9cc7d7c69cd777b6, 0xa09caebf594f0ba0}));
  EXPECT_EQ(
      internal::philox_block({0x243f6a8885a308d3, 0x13198a2e03707344, 0xa4093822299f31d0, 0x082efa98ec4e6c89},
                             {0x452821e638d01377, 0xbe5466cf34e90c6c}),
      (Counter{0xa528f45403e61d95, 0x38c72dbd566e9788, 0xa5a1610e72fd18b5, 0x57bd43b5e52b7fe6}));
}

TEST(Random, hands_out_the_words_of_the_blocks_in_order) {
  Random random(0, 0);

  const std::vector<std::uint64_t> words{random.next_u64(), random.next_u64(), random.next_u64(),
                                         random.next_u64()};

  EXPECT_EQ(words, (std::vector<std::uint64_t>{0x16554d9eca36314c, 0xdb20fe9d672d0fdc, 0xd7e772cee186176b,
                                               0x7e68b68aec7ba23b}));
}

TEST(Random, draw_i_does_not_depend_on_the_draws_before_it) {
  Random straight(7, 3);
  std::vector<double> uniforms(11), normals(11);
  for (double& value : uniforms) value = straight.uniform();
  straight.set_position(0);
  for (double& value : normals) value = straight.normal();

  for (std::uint64_t i = 11; i-- > 0;) {
    Random jumped(7, 3);
    jumped.index(5);
    jumped.set_position(i);
    EXPECT_EQ(jumped.uniform(), uniforms[i]);
    EXPECT_EQ(jumped.position(), i + 1);
    jumped.set_position(i);
    EXPECT_EQ(jumped.normal(), normals[i]);
  }
}

TEST(Random, filling_gives_the_same_bits_as_drawing_one_by_one) {
  for (std::uint64_t start : {0, 1, 2, 3})
    for (std::size_t count : {0, 1, 2, 3, 8, 9}) {
      Random one_by_one(1, 2), filling(1, 2);
      one_by_one.set_position(start);
      filling.set_position(start);
      std::vector<double> expected(count), filled(count);

      for (double& value : expected) value = one_by_one.normal();
      filling.fill_normal(filled);

      EXPECT_EQ(filled, expected);
      EXPECT_EQ(filling.position(), one_by_one.position());
    }
}

TEST(Random, seeds_and_streams_give_different_numbers) {
  EXPECT_NE(Random(1, 0).next_u64(), Random(2, 0).next_u64());
  EXPECT_NE(Random(1, 0).next_u64(), Random(1, 1).next_u64());
  EXPECT_NE(Random(1, 2).next_u64(), Random(2, 1).next_u64());
}

// Standard errors: of the mean of n uniforms 1/sqrt(12 n), of normals' moments 1, 2, 4: sqrt(1/n), sqrt(2/n),
// sqrt(96/n). The draws are fixed, so that the six standard errors allowed never flicker.
TEST(Random, moments_are_those_of_the_distributions) {
  const std::size_t n = 200000;
  Random random(0);
  std::vector<double> uniforms(n), normals(n);

  random.fill_uniform(uniforms);
  random.fill_normal(normals);

  double mean_uniform = 0, first = 0, second = 0, fourth = 0, cross = 0;
  for (std::size_t i = 0; i < n; ++i) {
    ASSERT_GE(uniforms[i], 0.0);
    ASSERT_LT(uniforms[i], 1.0);
    mean_uniform += uniforms[i] / n;
    first += normals[i] / n;
    second += normals[i] * normals[i] / n;
    fourth += std::pow(normals[i], 4) / n;
    if (i > 0) cross += normals[i] * normals[i - 1] / n;
  }
  const double sigma = 1.0 / std::sqrt(static_cast<double>(n));
  EXPECT_NEAR(mean_uniform, 0.5, 6 * sigma / std::sqrt(12.0));
  EXPECT_NEAR(first, 0.0, 6 * sigma);
  EXPECT_NEAR(second, 1.0, 6 * sigma * std::sqrt(2.0));
  EXPECT_NEAR(fourth, 3.0, 6 * sigma * std::sqrt(96.0));
  EXPECT_NEAR(cross, 0.0, 6 * sigma);
}

// Box and Muller of the first block in the normal plane, redone from the words of the bijection.
TEST(Random, normals_come_from_a_plane_of_their_own) {
  const auto words = internal::philox_block({0, 1, 0, 0}, {5, 6});
  const double radius = std::sqrt(-2.0 * std::log(static_cast<double>((words[0] >> 11) + 1) * 0x1p-53));
  const double angle = 2.0 * 3.14159265358979323846 * (static_cast<double>(words[1] >> 11) * 0x1p-53);
  Random random(5, 6);

  const double even = random.normal(), odd = random.normal();

  EXPECT_DOUBLE_EQ(even, radius * std::cos(angle));
  EXPECT_DOUBLE_EQ(odd, radius * std::sin(angle));
}

TEST(Random, index_stays_in_range_and_meets_every_value) {
  Random random(3);
  std::vector<int> counts(6, 0);

  for (int i = 0; i < 6000; ++i) ++counts[static_cast<std::size_t>(random.index(6))];

  for (int count : counts) EXPECT_NEAR(count, 1000, 6 * std::sqrt(1000.0 * 5 / 6));
  EXPECT_EQ(random.index(1), 0);
}

// With n = 2^63 - 1 the share of rejected words is 2/2^64; with n = 3 * 2^61 it is a quarter: the retry runs.
TEST(Random, index_retries_without_losing_its_place) {
  const std::int64_t n = std::int64_t{3} << 61;
  Random random(11);
  int in_lowest_third = 0;

  for (int i = 0; i < 3000; ++i) {
    const std::int64_t value = random.index(n);
    ASSERT_GE(value, 0);
    ASSERT_LT(value, n);
    in_lowest_third += value < n / 3;
  }

  EXPECT_EQ(random.position(), 3000u);
  EXPECT_NEAR(in_lowest_third, 1000, 6 * std::sqrt(3000.0 * 2 / 9));
  EXPECT_EQ(random.index(std::numeric_limits<std::int64_t>::max()) >= 0, true);
}

TEST(Random, index_of_an_empty_range_is_refused) {
  EXPECT_THROW(Random(0).index(0), InputError);
  EXPECT_THROW(Random(0).index(-1), InputError);
}

}  // namespace
}  // namespace nadir
