// Intervals against exact dyadic arithmetic: what comes out contains every true result, and as little else as can be.
#include "nadir/rigor/interval.hpp"

#include <gtest/gtest.h>

#include <array>
#include <bit>
#include <cmath>
#include <limits>

#include "nadir/rigor/oracle_test.hpp"

namespace nadir {
namespace {

using oracle::Exact;
constexpr double inf = std::numeric_limits<double>::infinity();
constexpr double largest = std::numeric_limits<double>::max();
const double nan = std::nan("");

// Doubles of every size, special ones often.
double any_double(std::mt19937_64& generator) {
  constexpr std::array special{0.0, -0.0, 1.0, -1.0, 0x1p-1074, -0x1p-1074, 0x1p-1022, largest, -largest, 3.0, 0x1p-537};
  if (generator() % 4 == 0) return special[generator() % special.size()];
  const double x = std::bit_cast<double>(generator());
  return std::isfinite(x) ? x : 1.5;
}

TEST(DirectedOperations, bracket_the_exact_result_by_neighbouring_doubles) {
  std::mt19937_64 generator(1);
  for (int k = 0; k < oracle::repetitions(20000); ++k) {
    const double a = any_double(generator), b = any_double(generator);

    const Interval sum{add_down(a, b), add_up(a, b)}, difference{sub_down(a, b), sub_up(a, b)};
    const Interval product{mul_down(a, b), mul_up(a, b)};

    EXPECT_TRUE(oracle::contains(sum, Exact(a) + Exact(b))) << a << " + " << b;
    EXPECT_TRUE(oracle::contains(difference, Exact(a) - Exact(b))) << a << " - " << b;
    EXPECT_TRUE(oracle::contains(product, Exact(a) * Exact(b))) << a << " * " << b;
    EXPECT_LE(sum.upper, next_up(sum.lower));
    EXPECT_LE(difference.upper, next_up(difference.lower));
    EXPECT_LE(product.upper, next_up(next_up(product.lower)));
  }
}

TEST(DirectedOperations, bracket_quotients_and_roots) {
  std::mt19937_64 generator(2);
  for (int k = 0; k < oracle::repetitions(20000); ++k) {
    const double a = any_double(generator), b = std::fabs(any_double(generator)), c = std::fabs(a);
    if (b == 0.0) continue;

    const double down = div_down(a, b), up = div_up(a, b), root_down = sqrt_down(c), root_up = sqrt_up(c);

    EXPECT_TRUE(Exact(down) * Exact(b) <= Exact(a)) << a << " / " << b;
    EXPECT_TRUE(std::isinf(up) || Exact(a) <= Exact(up) * Exact(b)) << a << " / " << b;
    EXPECT_EQ(div_up(-a, b), -down);
    EXPECT_EQ(div_up(a, -b), -down);
    EXPECT_LE(up, next_up(next_up(down)));
    EXPECT_TRUE(Exact(root_down) * Exact(root_down) <= Exact(c)) << c;
    EXPECT_TRUE(Exact(c) <= Exact(root_up) * Exact(root_up)) << c;
    EXPECT_LE(root_up, next_up(next_up(root_down)));
  }
}

TEST(DirectedOperations, keep_what_doubles_hold_exactly) {
  EXPECT_EQ(add_up(1.0, 2.0), 3.0);
  EXPECT_EQ(mul_down(3.0, 5.0), 15.0);
  EXPECT_EQ(div_up(15.0, 5.0), 3.0);
  EXPECT_EQ(sqrt_down(49.0), 7.0);
  EXPECT_EQ(mul_up(0.0, 0x1p-1074), 0.0);
  EXPECT_EQ(div_up(0.0, 0x1p-1074), 0.0);
  EXPECT_EQ(sqrt_up(0.0), 0.0);
}

TEST(DirectedOperations, overflow_to_the_side_that_is_asked_for) {
  EXPECT_EQ(add_up(largest, largest), inf);
  EXPECT_EQ(add_down(largest, largest), largest);
  EXPECT_EQ(add_up(-largest, -largest), -largest);
  EXPECT_EQ(mul_down(largest, 2.0), largest);
  EXPECT_EQ(mul_up(-largest, 2.0), -largest);
  EXPECT_EQ(div_down(largest, 0.5), largest);
  EXPECT_EQ(next_up(largest), inf);
  EXPECT_EQ(next_up(inf), inf);
  EXPECT_EQ(next_down(0.0), -0x1p-1074);
  EXPECT_EQ(next_up(-0x1p-1074), 0.0);
}

TEST(DirectedOperations, claim_nothing_where_there_is_no_result) {
  for (const auto up : {add_up, sub_up, mul_up, div_up}) EXPECT_EQ(up(nan, 1.0), inf);
  for (const auto down : {add_down, sub_down, mul_down, div_down}) EXPECT_EQ(down(1.0, nan), -inf);
  EXPECT_EQ(add_up(inf, -inf), inf);
  EXPECT_EQ(mul_up(0.0, inf), inf);
  EXPECT_EQ(div_up(1.0, 0.0), inf);
  EXPECT_EQ(div_up(inf, inf), inf);
  EXPECT_EQ(sqrt_up(-1.0), inf);
  EXPECT_EQ(sqrt_down(-1.0), -inf);
  EXPECT_EQ(next_up(nan), inf);
}

TEST(DirectedOperations, infinite_ends_stay_infinite) {
  EXPECT_EQ(add_down(inf, 1.0), inf);
  EXPECT_EQ(mul_up(-inf, 2.0), -inf);
  EXPECT_EQ(div_up(-inf, 2.0), -inf);
  EXPECT_EQ(div_up(1.0, inf), 0x1p-1074);
  EXPECT_EQ(div_up(0.0, inf), 0.0);
  EXPECT_EQ(sqrt_up(inf), inf);
  EXPECT_EQ(sqrt_down(inf), largest);
}

Interval any_interval(std::mt19937_64& generator) {
  const double a = any_double(generator), b = generator() % 3 == 0 ? a : any_double(generator);
  return {std::fmin(a, b), std::fmax(a, b)};
}

// A double in a finite interval, its ends often.
double member(const Interval& x, std::mt19937_64& generator) {
  switch (generator() % 3) {
    case 0: return x.lower;
    case 1: return x.upper;
    default: return x.mid();
  }
}

TEST(Interval, operations_contain_the_results_of_all_members) {
  std::mt19937_64 generator(3);
  for (int k = 0; k < oracle::repetitions(20000); ++k) {
    const Interval A = any_interval(generator), B = any_interval(generator);
    const double a = member(A, generator), b = member(B, generator);
    const int shift = static_cast<int>(generator() % 4000) - 2000;

    ASSERT_TRUE(A.contains(a) && B.contains(b));
    EXPECT_TRUE(oracle::contains(A + B, Exact(a) + Exact(b)));
    EXPECT_TRUE(oracle::contains(A - B, Exact(a) - Exact(b)));
    EXPECT_TRUE(oracle::contains(A * B, Exact(a) * Exact(b)));
    EXPECT_TRUE(oracle::contains(sqr(A), Exact(a) * Exact(a)));
    EXPECT_TRUE((-A).contains(-a));
    EXPECT_TRUE(abs(A).contains(std::fabs(a)));
    EXPECT_TRUE(min(A, B).contains(std::fmin(a, b)));
    EXPECT_TRUE(max(A, B).contains(std::fmax(a, b)));
    EXPECT_TRUE(hull(A, B).contains(a) && hull(A, B).contains(b));
    EXPECT_TRUE(!B.contains(a) || intersection(A, B).contains(a));
    EXPECT_TRUE(scale_by_power_of_two(A, shift).contains(std::ldexp(a, shift)));
    EXPECT_TRUE(Exact(A.upper) - Exact(A.lower) <= Exact(A.width()));
    const Interval quotient = A / B;
    if (b == 0.0 || !quotient.is_finite()) continue;
    const Exact low = Exact(quotient.lower) * Exact(b), high = Exact(quotient.upper) * Exact(b);
    EXPECT_TRUE(b > 0 ? low <= Exact(a) && Exact(a) <= high : high <= Exact(a) && Exact(a) <= low);
  }
}

TEST(Interval, thin_integers_stay_thin) {
  const Interval a = Interval::point(7), b = Interval::point(-3);

  EXPECT_EQ(a + b, Interval::point(4));
  EXPECT_EQ(a * b, Interval::point(-21));
  EXPECT_EQ((a - b) / Interval::point(2), Interval::point(5));
  EXPECT_EQ(sqrt(sqr(b)), Interval::point(3));
  EXPECT_TRUE((a * b).is_thin());
}

TEST(Interval, invalid_operations_and_nan_give_the_whole_line) {
  const Interval zero = Interval::point(0), one = Interval::point(1), bad{nan, nan}, whole = Interval::whole();

  for (const Interval& x : {one / zero, zero / zero, sqrt(-one), Interval::point(nan), Interval::point(inf), bad + one,
                            bad * one, one * bad, bad / one, one / bad, sqr(bad), sqrt(bad), abs(bad), min(bad, one),
                            hull(bad, one), hull(one, bad), intersection(one, zero), whole * zero,
                            zero * whole, whole / one, Interval::ball(nan, 1), Interval::ball(1, nan),
                            Interval::ball(1, inf), scale_by_power_of_two(bad, 1), -bad, min(one, bad)})
    EXPECT_EQ(x, whole);
  const Interval reversed{2.0, 1.0};
  for (const Interval& x : {reversed + one, reversed * one, one * reversed, reversed / one, one / reversed, sqr(reversed),
                            sqrt(reversed), abs(reversed), hull(reversed, one), hull(one, reversed), -reversed})
    EXPECT_TRUE(x == whole || x == one + whole) << "an empty interval is no interval";
  EXPECT_EQ(max(one, bad), (Interval{1.0, inf})) << "whatever the other is, the greater is at least 1";
}

TEST(Interval, half_lines_are_computed_with) {
  const Interval half{1.0, inf}, unit{0.0, 1.0};

  EXPECT_EQ(half * unit, (Interval{0.0, inf}));
  EXPECT_EQ(half + unit, (Interval{1.0, inf}));
  EXPECT_EQ(sqrt(half), half);
  EXPECT_EQ(-half, (Interval{-inf, -1.0}));
  EXPECT_EQ(half / Interval::point(2.0), (Interval{0.5, inf}));
  EXPECT_EQ((-half) / Interval::point(2.0), (Interval{-inf, -0.5}));
  EXPECT_EQ(half.mid(), 1.0);
  EXPECT_EQ((-half).mid(), -1.0);
  EXPECT_EQ(Interval::whole().mid(), 0.0);
  EXPECT_EQ(half.width(), inf);
}

TEST(Interval, what_overflows_keeps_its_finite_side) {
  const Interval big = Interval::point(largest);

  EXPECT_EQ(big + big, (Interval{largest, inf}));
  EXPECT_EQ(scale_by_power_of_two(big, 1), (Interval{largest, inf}));
  EXPECT_EQ(scale_by_power_of_two(-big, 1), (Interval{-inf, -largest}));
  EXPECT_EQ(scale_by_power_of_two(Interval::whole(), -5), Interval::whole());
}

TEST(Interval, the_root_looks_at_the_part_that_is_not_negative) {
  EXPECT_EQ(sqrt(Interval{-4.0, 9.0}), (Interval{0.0, 3.0}));
}

TEST(Interval, magnitude_and_mignitude_bracket_absolute_values) {
  EXPECT_EQ((Interval{-3.0, 2.0}).magnitude(), 3.0);
  EXPECT_EQ((Interval{-3.0, 2.0}).mignitude(), 0.0);
  EXPECT_EQ((Interval{-3.0, -2.0}).mignitude(), 2.0);
}

TEST(Interval, differs_from_those_with_another_end) {
  EXPECT_FALSE((Interval{0, 2}) == (Interval{0, 3}));
  EXPECT_FALSE((Interval{0, 2}) == (Interval{1, 2}));
}

TEST(Interval, knows_containment) {
  EXPECT_TRUE((Interval{0, 2}).contains(Interval{1, 2}));
  EXPECT_FALSE((Interval{0, 2}).contains(Interval{1, 3}));
  EXPECT_FALSE((Interval{0, 2}).contains(Interval{-1, 1}));
  EXPECT_FALSE((Interval{0, 2}).contains(nan));
  EXPECT_FALSE((Interval{0, inf}).is_finite());
  EXPECT_FALSE((Interval{-inf, 0}).is_finite());
}

}  // namespace
}  // namespace nadir
