// Real intervals with double ends, and the directed operations they are made of.
//
// An interval [lower, upper] stands for a real number of which exactly this is known: it lies between the
// ends. [-inf, inf] says that nothing is known; it is the answer to every operation that has no real result
// (0/0, the root of a negative number, a NaN that came in), and NaN never appears. Ends are rounded outwards
// after rounding to nearest, by the next double (compare [RumpZimmermannBoldoMelquiond2009]); whether a step
// is needed is read off the exact rounding error (TwoSum of [Knuth1998, 4.2.2 Thm B], a fused
// multiply-add for products), so that integers and other results that doubles hold exactly stay thin.
//
// Relations are one-sided: `a.upper < b.lower` proves a < b; its negation proves nothing.
#pragma once

namespace nadir {

struct Interval {
  double lower = 0.0, upper = 0.0;

  static Interval point(double x);  // [x, x]; NaN or infinity: the whole line
  static Interval whole();          // [-inf, inf]: nothing known
  static Interval ball(double mid, double rad);  // contains every x with |x - mid| <= rad

  bool contains(double x) const { return lower <= x && x <= upper; }
  bool contains(const Interval& x) const { return lower <= x.lower && x.upper <= upper; }
  bool is_thin() const { return lower == upper; }
  bool is_finite() const;
  double mid() const;    // a double inside; 0 for the whole line
  double width() const;  // upper - lower, rounded up
  double magnitude() const;  // max |x|
  double mignitude() const;  // min |x|

  friend bool operator==(const Interval&, const Interval&) = default;
};

// The tightest double bounds of a op b in the named direction. NaN in, or 0 * inf and the like: the answer
// that claims nothing (+inf for up, -inf for down).
double add_up(double a, double b);
double add_down(double a, double b);
double sub_up(double a, double b);
double sub_down(double a, double b);
double mul_up(double a, double b);
double mul_down(double a, double b);
double div_up(double a, double b);
double div_down(double a, double b);
double sqrt_up(double a);    // a < 0: +inf
double sqrt_down(double a);  // a < 0: -inf
double next_up(double x);    // the next larger double; +inf and NaN give +inf
double next_down(double x);

Interval operator+(const Interval& a, const Interval& b);
Interval operator-(const Interval& a, const Interval& b);
Interval operator-(const Interval& a);
Interval operator*(const Interval& a, const Interval& b);
Interval operator/(const Interval& a, const Interval& b);  // the whole line if b contains 0
Interval sqr(const Interval& a);   // x^2, never negative
Interval sqrt(const Interval& a);  // of the part of a that is not negative; the whole line if there is none
Interval abs(const Interval& a);
Interval min(const Interval& a, const Interval& b);
Interval max(const Interval& a, const Interval& b);
// 2^exponent * a, exact but for overflow and underflow, which are rounded outwards.
Interval scale_by_power_of_two(const Interval& a, int exponent);
// The smallest interval around both.
Interval hull(const Interval& a, const Interval& b);
// What is known of a number that lies in both. An empty intersection means that a premise was wrong: the
// answer is then the whole line.
Interval intersection(const Interval& a, const Interval& b);

}  // namespace nadir
