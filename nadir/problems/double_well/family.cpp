#include "nadir/problems/double_well/family.hpp"

#include "nadir/base/error.hpp"
#include "nadir/base/random.hpp"
#include "nadir/problems/double_well/judge.hpp"

namespace nadir {

std::string_view DoubleWellFamily::summary() const {
  return "two wells and a strict saddle between them, every verdict known in closed form: the specimen";
}

std::string_view DoubleWellFamily::help() const {
  return R"(Minimises f(x) = (x_1^2 - a^2)^2 / 4 + (x_2^2 + ... + x_d^2) / 2.

Point: block x (d x 1). No data.
Known: the minimum is 0, at (+-a, 0, ..., 0); the origin is a strict saddle with curvature -a^2; there are no
other critical points. So every point is judged by an enclosure of its value and its gradient.
Starts: random (normals of standard deviation a), saddle (the origin).

Example:
  nadir solve double-well --a 2 --start saddle)";
}

Point DoubleWellFamily::start(const std::string& start_name, std::uint64_t seed, std::uint64_t index) const {
  Point point(problem_->layout());
  if (start_name == "saddle") return point;
  if (start_name != "random") throw InputError("--start", "one of random, saddle", "'" + start_name + "'");
  Random random(seed, index);
  random.fill_normal(point.values);
  for (double& x : point.values) x *= problem_->a();
  return point;
}

double DoubleWellFamily::target_value(double gap_tol) const {
  const double a = problem_->a();
  return 0.5 * gap_tol * (0.25 * a * a * a * a);  // half: room for the enclosure's rounding
}

Judgement DoubleWellFamily::judge(const Point& point, const JudgeOptions& options) const {
  return judge_double_well(*problem_, point.values, options);
}

}  // namespace nadir
