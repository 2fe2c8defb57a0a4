// Axes and their ticks: laws over ranges of every size, exact values where a person knows them.
#include "nadir/figure/axis.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "nadir/base/error.hpp"
#include "nadir/base/random.hpp"

namespace nadir::figures {
namespace {

constexpr double size = 6.5;
constexpr double inf = std::numeric_limits<double>::infinity();

std::vector<std::string> labels(const TickSet& set) {
  std::vector<std::string> texts;
  for (const Tick& tick : set.major) texts.push_back(tick.label.plain());
  return texts;
}

// Of ticks that stand at 1, 2 or 5 times a power of ten: the step over that power.
double nice_factor(double step) {
  const double factor = step / std::pow(10.0, std::floor(std::log10(step) + 1e-9));
  return std::round(factor * 1e6) / 1e6;
}

void expect_lawful(const Axis& axis, const TickSet& set, double length, Direction direction) {
  double last_end = -1e9;
  for (const Tick& tick : set.major) {
    const double place = axis.place(tick.value);
    EXPECT_GE(place, -1e-6);
    EXPECT_LE(place, 1 + 1e-6);
    const double half = direction == Direction::along ? text_width(tick.label, size) / 2 : size / 2;
    EXPECT_GT(place * length - half, last_end) << axis.low << " " << axis.high << ": '" << tick.label.plain() << "' overlaps";
    last_end = place * length + half;
  }
}

TEST(Ticks, of_linear_axes_are_nice_cover_the_range_and_never_overlap) {
  Random random(7, 1);
  for (int trial = 0; trial < 600; ++trial) {
    const double scale = std::pow(10.0, -290.0 + 580.0 * random.uniform()), low = scale * (2 * random.uniform() - 1);
    const double numbers[] = {low, low + scale * std::pow(10.0, -6.0 * random.uniform())};
    const Axis axis = linear_axis(numbers);
    for (const Direction direction : {Direction::along, Direction::across}) {
      const TickSet set = make_ticks(axis, 150.0, direction, size);

      ASSERT_GE(set.major.size(), 2u) << axis.low << " " << axis.high;
      expect_lawful(axis, set, 150.0, direction);
      const double step = set.major[1].value / 2 - set.major[0].value / 2;
      EXPECT_THAT((std::vector<double>{1, 2, 5}), testing::Contains(nice_factor(2 * step))) << axis.low << " " << axis.high;
      EXPECT_LT(axis.place(set.major.front().value), axis.place(axis.low + 2 * step) + 1e-6);
      EXPECT_GT(axis.place(set.major.back().value), axis.place(axis.high - 2 * step) - 1e-6);
    }
  }
}

TEST(Ticks, have_labels_that_a_person_would_write) {
  EXPECT_EQ(labels(make_ticks({0.0, 1.0}, 100.0, Direction::across, size)), (std::vector<std::string>{"0.0", "0.2", "0.4", "0.6", "0.8", "1.0"}));
  EXPECT_EQ(labels(make_ticks({-3.0, 3.0}, 70.0, Direction::across, size)), (std::vector<std::string>{"\u22122", "0", "2"}));
  EXPECT_EQ(labels(make_ticks({0.0, 20000.0}, 100.0, Direction::across, size)), (std::vector<std::string>{"0", "5000", "10000", "15000", "20000"}));
}

TEST(Ticks, share_a_factor_far_from_one) {
  const TickSet small = make_ticks({0.0, 4e-6}, 100.0, Direction::across, size), large = make_ticks({0.0, 4e7}, 100.0, Direction::across, size);

  EXPECT_EQ(labels(small), (std::vector<std::string>{"0", "1", "2", "3", "4"}));
  EXPECT_EQ(small.note.plain(), "\u00d710\u22126");
  EXPECT_EQ(labels(large), (std::vector<std::string>{"0", "10", "20", "30", "40"}));
  EXPECT_EQ(large.note.plain(), "\u00d7106");
}

TEST(Ticks, share_an_offset_where_the_numbers_differ_late) {
  const TickSet set = make_ticks({0.154940896, 0.154940901}, 120.0, Direction::across, size);

  ASSERT_GE(set.major.size(), 3u);
  EXPECT_NE(set.note.plain().find("+ 0.15494"), std::string::npos) << set.note.plain();
  EXPECT_NE(set.note.plain().find("\u00d710\u22129"), std::string::npos) << set.note.plain();
  for (const Tick& tick : set.major) EXPECT_LE(tick.label.plain().size(), 6u);
}

TEST(Ticks, of_logarithmic_axes_stand_at_powers_of_ten_and_never_overlap) {
  Random random(11, 1);
  for (int trial = 0; trial < 300; ++trial) {
    const double low = std::pow(10.0, -300.0 + 590.0 * random.uniform()), span = std::pow(10.0, 3.0 * random.uniform() - 1.0);
    const double high = std::min(std::pow(10.0, std::log10(low) + span), 1e300);
    const double numbers[] = {low, high};
    const Axis axis = log_axis(numbers);

    for (const Direction direction : {Direction::along, Direction::across}) {
      const TickSet set = make_ticks(axis, 150.0, direction, size);
      EXPECT_GE(set.major.size(), 2u) << axis.low << " " << axis.high;
      expect_lawful(axis, set, 150.0, direction);
      for (const double minor : set.minor) EXPECT_TRUE(axis.place(minor) > -1e-6 && axis.place(minor) < 1 + 1e-6);
    }
  }
  const TickSet decades = make_ticks({1e-6, 1.0, true}, 150.0, Direction::across, size);
  for (const Tick& tick : decades.major) EXPECT_NEAR(std::log10(tick.value), std::round(std::log10(tick.value)), 1e-9);
  EXPECT_EQ(labels(make_ticks({1.0, 60.0, true}, 100.0, Direction::across, size)), (std::vector<std::string>{"1", "2", "5", "10", "20", "50"}));
}

TEST(Ticks, of_whole_numbers_have_no_fractions) {
  for (const Tick& tick : make_ticks({0.0, 2.0, false, true}, 200.0, Direction::across, size).major) EXPECT_EQ(tick.value, std::round(tick.value));
}

TEST(Axis, is_made_of_anything) {
  const auto is_sound = [](const Axis& axis) { return std::isfinite(axis.low) && std::isfinite(axis.high) && axis.low < axis.high; };

  EXPECT_TRUE(is_sound(linear_axis({})));
  EXPECT_TRUE(is_sound(log_axis({})));
  for (const double x : {0.0, 1.0, -1.0, 1e-300, -1e300, 1.7e308, 5e-324, inf, -inf, std::nan("")}) {
    const double alone[] = {x, x}, beside[] = {x, 1.0}, wide[] = {x, -1.7e308, 1.7e308};
    EXPECT_TRUE(is_sound(linear_axis(alone, 0.05))) << x;
    EXPECT_TRUE(is_sound(linear_axis(beside, 0.05))) << x;
    EXPECT_TRUE(is_sound(linear_axis(wide, 0.05))) << x;
    EXPECT_TRUE(is_sound(log_axis(alone, 0.05)) && log_axis(alone).low > 0) << x;
    EXPECT_TRUE(is_sound(log_axis(beside, 0.05)) && log_axis(beside).low > 0) << x;
    for (const Axis& axis : {linear_axis(alone, 0.05), linear_axis(beside, 0.05), linear_axis(wide, 0.05), log_axis(beside, 0.05)})
      expect_lawful(axis, make_ticks(axis, 120.0, Direction::along, size), 120.0, Direction::along);
  }
}

TEST(Axis, places_its_ends_at_0_and_1_and_nothing_where_there_is_no_place) {
  const Axis linear{-1e308, 1.5e308}, decades{1e-300, 1e300, true};

  EXPECT_DOUBLE_EQ(linear.place(-1e308), 0.0);
  EXPECT_DOUBLE_EQ(linear.place(1.5e308), 1.0);
  EXPECT_DOUBLE_EQ(decades.place(1.0), 0.5);
  EXPECT_TRUE(std::isnan(decades.place(0.0)) && std::isnan(decades.place(-1.0)) && std::isnan(linear.place(std::nan(""))));
}

TEST(Axis, refuses_a_logarithmic_scale_of_numbers_not_above_0_and_says_which) {
  const double good[] = {1e-300, std::nan(""), inf, 3.0}, bad[] = {1.0, -0.5};

  EXPECT_NO_THROW(require_positive(good, "layer"));
  try {
    require_positive(bad, "layer value");
    FAIL() << "accepted";
  } catch (const InputError& error) {
    EXPECT_EQ(error.place(), "layer value");
    EXPECT_EQ(error.found(), "-0.5");
  }
}

TEST(SpansDecades, asks_for_positive_numbers_far_apart) {
  const double far[] = {1e-3, 10.0}, near[] = {1.0, 10.0}, negative[] = {-1.0, 1e9}, zero[] = {0.0, 1e9};

  EXPECT_TRUE(spans_decades(far));
  EXPECT_FALSE(spans_decades(near));
  EXPECT_FALSE(spans_decades(negative));
  EXPECT_FALSE(spans_decades(zero));
  EXPECT_FALSE(spans_decades({}));
}

}  // namespace
}  // namespace nadir::figures
