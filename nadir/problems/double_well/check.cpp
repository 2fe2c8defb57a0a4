#include "nadir/problems/double_well/check.hpp"

#include <algorithm>
#include <cmath>

#include "nadir/base/error.hpp"
#include "nadir/problems/double_well/options.hpp"
#include "nadir/verify/internal/ball.hpp"

namespace nadir {
namespace {

using balls::Answer;
using balls::Real;

constexpr slong precisions[] = {128, 1024, 32768};  // bits, tried in turn

using Coordinates = std::vector<Real>;

Outcome outcome(Answer answer, const char* if_no) {
  if (answer == Answer::yes) return {true, by_balls, ""};
  return {false, "", answer == Answer::no ? if_no : "could not be decided at the precision that was tried"};
}

class DoubleWellCheck final : public FamilyCheck {
 public:
  OptionList options() override { return rows(options_); }
  void prepare(CheckMaterial material) override;
  Outcome check(const Claim& claim) override;
  double largest_scale(const Claim& claim) override;

 private:
  Answer test(const Claim& claim, slong precision) const;
  Answer test_numbers(const Claim& claim, const Coordinates& x) const;
  Answer gradient_norm(const Claim& claim, const Coordinates& x) const;
  Answer negative_curvature(const Claim& claim, const Coordinates& x) const;
  Answer descent(const Claim& claim, const Coordinates& x) const;

  Real height(const Coordinates& x) const { return squared(x[0]) - squared(Real(x[0].precision(), options_.a)); }
  Real four_f(const Coordinates& x) const;
  Real gradient_squared(const Coordinates& x) const;
  Real first_curvature(const Coordinates& x) const { return 3.0 * squared(x[0]) - squared(Real(x[0].precision(), options_.a)); }
  Coordinates coordinates(const Matrix& values, slong precision, const std::string& place) const;
  const Matrix& witness(const std::string& name) const;

  DoubleWellOptions options_;
  CheckMaterial material_;
  Matrix point_;
};

void DoubleWellCheck::prepare(CheckMaterial material) {
  for (const OptionRow& row : options()) require_in_range(row);
  material_ = std::move(material);
  const auto x = material_.point.find("x");
  if (x == material_.point.end()) throw InputError("point", "the block x", "none");
  point_ = x->second;
  static_cast<void>(coordinates(point_, precisions[0], "x"));
}

Outcome DoubleWellCheck::check(const Claim& claim) {
  const std::vector<std::string> kinds = {"value", "lower-bound", "gap", "gradient-norm", "critical", "negative-curvature",
                                          "no-negative-curvature", "descent", "better-point"};
  if (std::find(kinds.begin(), kinds.end(), claim.kind) == kinds.end()) return {false, "", "no check for claims of this kind"};
  Answer answer = Answer::unknown;
  for (const slong precision : precisions) {
    answer = test(claim, precision);
    if (answer != Answer::unknown) break;
  }
  return outcome(answer, "the claim is false");
}

// The barrier's height for gaps; for gradients |(|x_1| (x_1^2 + a^2) + a^3, x_2, ..., x_d)|.
double DoubleWellCheck::largest_scale(const Claim& claim) {
  const double a = options_.a, first = std::fabs(point_.flat()[0]);
  if (claim.kind == "gap") return 0.25 * a * a * a * a;
  double squares = std::pow(first * (first * first + a * a) + a * a * a, 2);
  for (const double x : point_.flat().subspan(1)) squares += x * x;
  return std::sqrt(squares);
}

Answer DoubleWellCheck::test(const Claim& claim, slong precision) const {
  const Coordinates x = coordinates(point_, precision, "x");
  const Real zero(precision);
  if (claim.kind == "lower-bound") return is_at_most(Real(precision, number(claim, "bound")), zero);
  if (claim.kind == "critical") return is_at_most(gradient_squared(x), zero);
  if (claim.kind == "no-negative-curvature") return is_at_most(zero, first_curvature(x));
  if (claim.kind == "gradient-norm") return gradient_norm(claim, x);
  if (claim.kind == "negative-curvature") return negative_curvature(claim, x);
  if (claim.kind == "descent") return descent(claim, x);
  return test_numbers(claim, x);
}

Answer DoubleWellCheck::test_numbers(const Claim& claim, const Coordinates& x) const {
  const slong precision = x[0].precision();
  const auto four_times = [&](const char* name) { return 4.0 * Real(precision, number(claim, name)); };
  if (claim.kind == "gap") return is_at_most(four_f(x), four_times("gap"));
  if (claim.kind == "better-point")
    return is_at_most(four_f(coordinates(witness("better"), precision, "better")), four_times("value"));
  return both(is_at_most(four_times("lower"), four_f(x)), is_at_most(four_f(x), four_times("upper")));
}

Answer DoubleWellCheck::gradient_norm(const Claim& claim, const Coordinates& x) const {
  const slong precision = x[0].precision();
  const double lower = std::max(number(claim, "lower"), 0.0), upper = number(claim, "upper");
  if (upper < 0.0) return Answer::no;
  const Real norm_squared = gradient_squared(x);
  return both(is_at_most(squared(Real(precision, lower)), norm_squared), is_at_most(norm_squared, squared(Real(precision, upper))));
}

// The Hessian is diag(3 x_1^2 - a^2, 1, ..., 1).
Answer DoubleWellCheck::negative_curvature(const Claim& claim, const Coordinates& x) const {
  const slong precision = x[0].precision();
  const Coordinates u = coordinates(witness("direction"), precision, "direction");
  Real rest(precision);
  for (std::size_t i = 1; i < u.size(); ++i) rest = rest + squared(u[i]);
  const Real length = squared(u[0]) + rest, form = first_curvature(x) * squared(u[0]) + rest;
  const double curvature = number(claim, "curvature");
  if (!(curvature < 0.0) || !is_positive(length)) return Answer::no;
  return is_at_most(form, curvature * length);
}

Answer DoubleWellCheck::descent(const Claim& claim, const Coordinates& x) const {
  const double decrease = number(claim, "decrease");
  if (!(decrease > 0.0)) return Answer::no;
  const slong precision = x[0].precision();
  Coordinates moved = coordinates(witness("escape"), precision, "escape");
  for (std::size_t i = 0; i < moved.size(); ++i) moved[i] = moved[i] + x[i];
  return is_at_most(four_f(moved), four_f(x) - 4.0 * Real(precision, decrease));
}

Real DoubleWellCheck::four_f(const Coordinates& x) const {
  Real sum(x[0].precision());
  for (std::size_t i = 1; i < x.size(); ++i) sum = sum + squared(x[i]);
  return squared(height(x)) + 2.0 * sum;
}

Real DoubleWellCheck::gradient_squared(const Coordinates& x) const {
  Real sum = squared(x[0] * height(x));
  for (std::size_t i = 1; i < x.size(); ++i) sum = sum + squared(x[i]);
  return sum;
}

Coordinates DoubleWellCheck::coordinates(const Matrix& values, slong precision, const std::string& place) const {
  if (values.size() != options_.dimension)
    throw InputError(place, std::to_string(options_.dimension) + " numbers", std::to_string(values.size()));
  Coordinates x;
  for (const double value : values.flat()) x.emplace_back(precision, value);
  return x;
}

const Matrix& DoubleWellCheck::witness(const std::string& name) const {
  if (const auto it = material_.witness.find(name); it != material_.witness.end()) return it->second;
  const auto in_point = material_.point.find(name + "/x");
  if (in_point == material_.point.end()) throw InputError("witness.npz", "the array " + name, "none");
  return in_point->second;
}

}  // namespace

std::unique_ptr<FamilyCheck> make_double_well_check() { return std::make_unique<DoubleWellCheck>(); }

}  // namespace nadir
