#include "nadir/problems/double_well/check.hpp"

#include <cmath>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "nadir/base/error.hpp"
#include "nadir/problems/double_well/options.hpp"
#include "nadir/verify/internal/standard_check.hpp"

namespace nadir {
namespace {

using balls::Real;

constexpr slong precisions[] = {128, 1024, 32768};  // bits, tried in turn

using Coordinates = std::vector<Real>;

// 4 f = (x_1^2 - a^2)^2 + 2 (x_2^2 + ... + x_d^2); the Hessian is diag(3 x_1^2 - a^2, 1, ..., 1).
class DoubleWellFacts final : public PointFacts {
 public:
  DoubleWellFacts(const DoubleWellOptions& options, const CheckMaterial& material, slong precision)
      : PointFacts(precision, by_balls), options_(options), material_(material), x_(coordinates(material.point.at("x"), "x")) {}

  Real unit() const override { return real(4.0); }
  Real value_after_escape() override;
  Real value_of_better_point() override { return four_f(coordinates(witness(material_, "better"), "better")); }
  CurvatureFacts curvature_along_direction() override;

  // The one eigenvalue of the Hessian that is not 1.
  Real first_curvature() const { return 3.0 * squared(x_[0]) - squared(real(options_.a)); }

 private:
  Real compute_value() override { return four_f(x_); }
  GradientFacts compute_gradient() override;

  Real height(const Coordinates& x) const { return squared(x[0]) - squared(real(options_.a)); }
  // |(x_2, ..., x_d)|^2
  Real squares_of_rest(const Coordinates& x) const;
  Real four_f(const Coordinates& x) const { return squared(height(x)) + 2.0 * squares_of_rest(x); }
  Coordinates coordinates(const Matrix& values, const std::string& place) const;

  const DoubleWellOptions& options_;
  const CheckMaterial& material_;
  Coordinates x_;
};

Real DoubleWellFacts::squares_of_rest(const Coordinates& x) const {
  Real sum = real(0.0);
  for (std::size_t i = 1; i < x.size(); ++i) sum = sum + squared(x[i]);
  return sum;
}

Real DoubleWellFacts::value_after_escape() {
  const auto in_point = material_.point.find("escape/x");
  const bool is_in_point = in_point != material_.point.end() && !material_.witness.contains("escape");
  Coordinates moved = coordinates(is_in_point ? in_point->second : witness(material_, "escape"), "escape");
  for (std::size_t i = 0; i < moved.size(); ++i) moved[i] = moved[i] + x_[i];
  return four_f(moved);
}

GradientFacts DoubleWellFacts::compute_gradient() {
  const Real squares = squared(x_[0] * height(x_)) + squares_of_rest(x_);
  return {16.0 * squares, is_exactly_zero(squares), ""};
}

CurvatureFacts DoubleWellFacts::curvature_along_direction() {
  const Coordinates u = coordinates(witness(material_, "direction"), "direction");
  const Real rest = squares_of_rest(u);
  return {4.0 * (first_curvature() * squared(u[0]) + rest), squared(u[0]) + rest, ""};
}

Coordinates DoubleWellFacts::coordinates(const Matrix& values, const std::string& place) const {
  if (values.size() != options_.dimension)
    throw InputError(place, std::to_string(options_.dimension) + " numbers", std::to_string(values.size()));
  Coordinates x;
  for (const double value : values.flat()) x.push_back(real(value));
  return x;
}

class DoubleWellCheck final : public StandardCheck {
 public:
  OptionList options() override { return rows(options_); }
  double largest_scale(const Claim& claim) override;

 private:
  void prepare_family() override;
  std::optional<Finding> test_own(const Claim& claim, std::size_t step) override;

  DoubleWellOptions options_;
};

void DoubleWellCheck::prepare_family() {
  if (!material().point.contains("x")) throw InputError("point", "the block x", "none");
  for (const slong precision : precisions) add(std::make_unique<DoubleWellFacts>(options_, material(), precision));
}

// The standard test would form the Hessian: this one knows its eigenvalues.
std::optional<Finding> DoubleWellCheck::test_own(const Claim& claim, std::size_t step) {
  if (claim.kind != "no-negative-curvature") return std::nullopt;
  const auto& here = static_cast<DoubleWellFacts&>(facts(step));
  return finding(is_at_most(here.real(0.0), here.first_curvature()), "the Hessian has a negative eigenvalue");
}

// The barrier's height for gaps; for gradients |(|x_1| (x_1^2 + a^2) + a^3, x_2, ..., x_d)|.
double DoubleWellCheck::largest_scale(const Claim& claim) {
  const double a = options_.a;
  if (claim.kind == "gap") return 0.25 * a * a * a * a;
  const Matrix& point = material().point.at("x");
  const double first = std::fabs(point.flat()[0]);
  double squares = std::pow(first * (first * first + a * a) + a * a * a, 2);
  for (const double x : point.flat().subspan(1)) squares += x * x;
  return std::sqrt(squares);
}

}  // namespace

std::unique_ptr<FamilyCheck> make_double_well_check() { return std::make_unique<DoubleWellCheck>(); }

}  // namespace nadir
