// A step along a descent direction that satisfies the Wolfe conditions, also where rounding blurs values.
//
// With phi(t) the value at x + t d, a step t is accepted when
//   Wolfe        phi(t) <= phi(0) + delta t phi'(0)  and  phi'(t) >= sigma phi'(0),  or
//   approximate  phi(t) <= phi(0) + noise  and  (2 delta - 1) phi'(0) >= phi'(t) >= sigma phi'(0).
// The second is the first for a quadratic, written in slopes: near a minimum slopes keep their digits where
// values have lost theirs. Bracketing, secant and bisection steps as in [HagerZhang2005, sec. 4]; values that
// are NaN or infinite count as too high.
#pragma once

#include <functional>
#include <limits>

namespace nadir {

struct LinePoint {
  double step = 0.0;
  double value = std::numeric_limits<double>::quiet_NaN();
  double slope = std::numeric_limits<double>::quiet_NaN();
};

struct LineSearchOptions {
  double delta = 0.1;       // share of the predicted decrease; in (0, 1/2)
  double sigma = 0.9;       // share of the slope that may be left; in [delta, 1)
  double noise = 0.0;       // how far values may differ by rounding
  int max_evaluations = 60;
};

struct LineSearchResult {
  LinePoint point;           // the accepted step, or else the lowest one seen
  bool is_accepted = false;
  bool is_lower = false;     // the value is below that of the start
  bool met_finite = false;   // some step had a finite value and slope
};

// `line(t)` gives value and slope at step t > 0; `start` is the point at 0, with a negative slope. The last
// step that `line` is asked for is the accepted one, where one is accepted.
LineSearchResult search_line(const std::function<LinePoint(double)>& line, const LinePoint& start, double first_step,
                             const LineSearchOptions& options);

}  // namespace nadir
