// Maxima along curves from few values; the oracle is the closed form, and ten thousand values.
#include "nadir/landscape/profile.hpp"

#include <cmath>
#include <limits>
#include <numbers>

#include <gtest/gtest.h>

#include "nadir/base/error.hpp"
#include "nadir/base/random.hpp"

namespace nadir {
namespace {

using Function = std::function<double(double)>;

ValuesAlong along(Function f, Index* count = nullptr) {
  return [f = std::move(f), count](std::span<const double> t, std::span<double> out) {
    for (std::size_t k = 0; k < t.size(); ++k) out[k] = f(t[k]);
    if (count) *count += std::ssize(t);
  };
}

// Peaks between the values, of every kind that objectives of networks have along lines.
Function member(int kind, std::uint64_t seed) {
  Random random(seed, static_cast<std::uint64_t>(kind));
  Vector amplitude(5), phase(5);
  random.fill_normal(amplitude);
  random.fill_uniform(phase);
  const auto wave = [amplitude, phase](double t) {
    double sum = 0.0;
    for (int k = 0; k < 5; ++k) sum += amplitude[static_cast<std::size_t>(k)] / (k + 1) * std::sin(2.0 * std::numbers::pi * ((k + 1) * 0.5 * t + phase[static_cast<std::size_t>(k)]));
    return sum;
  };
  const double middle = 0.1 + 0.8 * random.uniform(), left = 1.0 + 5.0 * random.uniform(), right = 1.0 + 5.0 * random.uniform();
  const auto roof = [=](double t) { return t < middle ? left * (t - middle) : right * (middle - t); };
  if (kind == 0) return wave;
  if (kind == 1) return roof;
  if (kind == 2) return [=](double t) { return wave(t) + 0.3 * roof(t); };
  if (kind == 3) return [=](double t) { return std::max(wave(t), wave(1.0 - t)); };
  if (kind == 4) return [=](double t) { return std::fabs(wave(t)); };
  if (kind == 5) return [=](double t) { return std::exp(-300.0 * (t - middle) * (t - middle)) + 0.1 * wave(t); };
  return [=](double t) { return std::pow(std::fmax(0.0, 1.0 - 6.0 * std::fabs(t - middle)), 2.0); };
}

TEST(Profile, maxima_of_four_hundred_functions_exceed_what_was_found_by_no_more_than_it_says) {
  for (int kind = 0; kind < 7; ++kind)
    for (std::uint64_t seed = 0; seed < 60; ++seed) {
      const Function f = member(kind, seed);

      const PathBarrier barrier = examine_profile(along(f), {}, {}).barrier;

      const double first = f(0.0), last = f(1.0);
      double greatest = first, over_line = 0.0;
      for (int k = 0; k <= 10000; ++k) {
        const double t = k / 1e4;
        const double value = f(t);
        greatest = std::fmax(greatest, value);
        over_line = std::fmax(over_line, value - ((1.0 - t) * first + t * last));
      }
      EXPECT_LE(greatest, barrier.value + barrier.uncertainty + 1e-14) << kind << " " << seed;
      EXPECT_LE(over_line, barrier.height_over_line + barrier.uncertainty + 1e-14) << kind << " " << seed;
      EXPECT_EQ(barrier.value, f(barrier.t));
      EXPECT_NEAR(barrier.height, std::fmax(0.0, barrier.value - std::fmax(f(0.0), f(1.0))), 1e-15);
      EXPECT_LE(barrier.uncertainty, 0.01 * (std::fabs(greatest) + 1.0)) << kind << " " << seed;
    }
}

TEST(Profile, a_kink_between_two_values_is_found_to_the_promised_share) {
  Index count = 0;
  const double top = 1.0 / std::numbers::pi;

  const PathBarrier barrier = examine_profile(along([top](double t) { return -std::fabs(t - top); }, &count), {}, {.points = 11}).barrier;

  EXPECT_NEAR(barrier.value, 0.0, 1e-4);
  EXPECT_NEAR(barrier.t, top, 1e-4);
  EXPECT_LE(count, 44);
}

TEST(Profile, of_a_straight_function_costs_the_even_values_alone) {
  Index count = 0;

  const Profile profile = examine_profile(along([](double t) { return 3.0 - 2.0 * t; }, &count), {0.0, 0.31, 1.0}, {});

  EXPECT_EQ(count, 62);
  EXPECT_EQ(profile.barrier.height, 0.0);
  EXPECT_EQ(profile.barrier.value, 3.0);
  EXPECT_LE(profile.barrier.height_over_line, 1e-15);
  EXPECT_LE(profile.barrier.uncertainty, 1e-12);
  EXPECT_EQ(profile.t.front(), 0.0);
  EXPECT_EQ(profile.t.back(), 1.0);
  EXPECT_TRUE(std::is_sorted(profile.t.begin(), profile.t.end()));
}

TEST(Profile, where_the_objective_is_not_finite_nothing_is_higher) {
  for (const double wild : {std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity()}) {
    const PathBarrier barrier = examine_profile(along([wild](double t) { return t > 0.4 && t < 0.6 ? wild : t; }), {}, {}).barrier;

    EXPECT_TRUE(std::isinf(barrier.value) && barrier.value > 0.0);
    EXPECT_TRUE(std::isinf(barrier.height) && std::isinf(barrier.height_over_line) && std::isinf(barrier.uncertainty));
    EXPECT_TRUE(barrier.t > 0.4 && barrier.t < 0.6);
  }
}

TEST(Profile, when_stopped_has_values_from_everywhere_and_no_bound) {
  const Profile profile = examine_profile(along([](double t) { return t * (1.0 - t); }), {}, {.should_stop = [] { return true; }});

  EXPECT_TRUE(profile.is_stopped);
  EXPECT_EQ(profile.t.front(), 0.0);
  EXPECT_EQ(profile.t.back(), 1.0);
  EXPECT_NEAR(profile.barrier.value, 0.25, 0.01);
  EXPECT_TRUE(std::isinf(profile.barrier.uncertainty));
}

TEST(Profile, refuses_fewer_than_three_points) {
  EXPECT_THROW(examine_profile(along([](double) { return 0.0; }), {}, {.points = 2}), InputError);
}

}  // namespace
}  // namespace nadir
