#include "nadir/solvers/line_search.hpp"

#include <cmath>

namespace nadir {
namespace {

constexpr double expansion = 5.0;   // rho of [HagerZhang2005]
constexpr double shrinkage = 0.66;  // gamma: a bracket that shrinks less is bisected

// Invariant of a bracket: at `a` the slope is negative and the value not above the start's; at `b` the slope
// is not negative. A minimum lies between.
struct Bracket {
  LinePoint a, b;
};

class Search {
 public:
  Search(const std::function<LinePoint(double)>& line, const LinePoint& start, const LineSearchOptions& options)
      : line_(line), start_(start), options_(options) {
    result_.point = start;
  }

  LineSearchResult run(double first_step) {
    Bracket bracket = find_bracket(first_step);
    while (!is_done()) {
      const double width = bracket.b.step - bracket.a.step;
      bracket = secant_twice(bracket);
      const bool is_slow = bracket.b.step - bracket.a.step > shrinkage * width;
      if (!is_done() && is_slow) bracket = narrow(bracket, 0.5 * (bracket.a.step + bracket.b.step));
      if (!(bracket.b.step - bracket.a.step < width)) break;  // the bracket is down to neighbouring doubles
    }
    return result_;
  }

 private:
  bool is_done() const { return result_.is_accepted || num_evaluations_ >= options_.max_evaluations; }
  static bool is_finite(const LinePoint& p) { return std::isfinite(p.value) && std::isfinite(p.slope); }
  bool is_low(const LinePoint& p) const { return is_finite(p) && p.value <= start_.value + options_.noise; }
  static bool is_uphill(const LinePoint& p) { return is_finite(p) && p.slope >= 0.0; }

  bool satisfies(const LinePoint& p) const {
    if (!is_finite(p) || !(p.slope >= options_.sigma * start_.slope)) return false;
    const bool has_decreased = p.value <= start_.value + options_.delta * p.step * start_.slope;
    return has_decreased || (is_low(p) && (2.0 * options_.delta - 1.0) * start_.slope >= p.slope);
  }

  LinePoint look(double step) {
    const LinePoint p = line_(step);
    ++num_evaluations_;
    result_.met_finite = result_.met_finite || is_finite(p);
    result_.is_accepted = satisfies(p);
    if (result_.is_accepted || (is_finite(p) && p.value < result_.point.value)) result_.point = p;
    result_.is_lower = result_.point.value < start_.value;
    return p;
  }

  // B0 - B3: goes out until the slope turns or the value is too high.
  Bracket find_bracket(double step) {
    LinePoint low = start_, p = look(step);
    while (!is_done()) {
      if (is_uphill(p)) return {low, p};
      if (!is_low(p)) return bisect({low, p});
      low = p;
      p = look(expansion * p.step);
    }
    return {low, p};
  }

  // U3: between `a` low and downhill and `b` too high there is a point uphill; finds it.
  Bracket bisect(Bracket bracket) {
    while (!is_done()) {
      const double middle = 0.5 * (bracket.a.step + bracket.b.step);
      if (!(middle > bracket.a.step && middle < bracket.b.step)) break;
      const LinePoint p = look(middle);
      if (is_uphill(p)) return {bracket.a, p};
      (is_low(p) ? bracket.a : bracket.b) = p;
    }
    return bracket;
  }

  // U0 - U3: the part of the bracket on one side of `step`.
  Bracket narrow(const Bracket& bracket, double step) {
    if (!(step > bracket.a.step && step < bracket.b.step)) return bracket;
    const LinePoint p = look(step);
    if (is_done()) return {bracket.a, p};
    if (is_uphill(p)) return {bracket.a, p};
    if (is_low(p)) return {p, bracket.b};
    return bisect({bracket.a, p});
  }

  static double secant(const LinePoint& a, const LinePoint& b) {
    return (a.step * b.slope - b.step * a.slope) / (b.slope - a.slope);
  }

  // S1 - S4.
  Bracket secant_twice(const Bracket& bracket) {
    const double c = secant(bracket.a, bracket.b);
    const Bracket next = narrow(bracket, c);
    if (is_done()) return next;
    if (next.b.step == c) return narrow(next, secant(bracket.b, next.b));
    if (next.a.step == c) return narrow(next, secant(bracket.a, next.a));
    return next;
  }

  const std::function<LinePoint(double)>& line_;
  LinePoint start_;
  const LineSearchOptions& options_;
  int num_evaluations_ = 0;
  LineSearchResult result_;
};

}  // namespace

LineSearchResult search_line(const std::function<LinePoint(double)>& line, const LinePoint& start, double first_step,
                             const LineSearchOptions& options) {
  return Search(line, start, options).run(first_step);
}

}  // namespace nadir
