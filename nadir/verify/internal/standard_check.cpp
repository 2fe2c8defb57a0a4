#include "nadir/verify/internal/standard_check.hpp"

#include <algorithm>
#include <utility>

#include "nadir/base/error.hpp"

namespace nadir {

using balls::Answer;
using balls::Real;

// Parameters up to which a Hessian is formed.
static constexpr Index max_hessian_dimension = 300;

Finding finding(Answer answer, const std::string& if_no) {
  if (answer == Answer::yes) return {answer, ""};
  return {answer, answer == Answer::no ? if_no : "could not be decided at the precision that was tried"};
}

Answer lies_between(const Real& lower, const Real& x, const Real& upper) { return both(is_at_most(lower, x), is_at_most(x, upper)); }

double rounded_up(const Real& x) { return arf_get_d(arb_midref(x.get()), ARF_RND_UP); }

const Matrix& witness(const CheckMaterial& material, const std::string& name) {
  const auto it = material.witness.find(name);
  if (it == material.witness.end()) throw InputError("witness.npz", "the array " + name, "none");
  return it->second;
}

const Real& PointFacts::value() {
  if (!value_) value_.emplace(compute_value());
  return *value_;
}

const GradientFacts& PointFacts::gradient() {
  if (!gradient_) gradient_.emplace(compute_gradient());
  return *gradient_;
}

const balls::Matrix& PointFacts::hessian() {
  if (!hessian_) hessian_.emplace(compute_hessian());
  return *hessian_;
}

std::optional<Real> PointFacts::hessian_lipschitz(const Real&) const { return std::nullopt; }

bool PointFacts::is_semidefinite(const balls::Matrix& A) const {
  constexpr Index max_exact_dimension = 100;
  return proves_positive_definite(A) || (A.rows() <= max_exact_dimension && is_positive_semidefinite_exactly(A) == Answer::yes);
}

balls::Matrix PointFacts::compute_hessian() { throw InputError("certificate", "a kind of claim of this family", "a claim on its Hessian"); }

void StandardCheck::prepare(CheckMaterial material) {
  for (const OptionRow& row : options()) require_in_range(row);
  material_ = std::move(material);
  prepare_family();
}

std::optional<Finding> StandardCheck::test_own(const Claim&, std::size_t) { return std::nullopt; }

StandardCheck::Test StandardCheck::find_test(const std::string& kind) {
  static const std::map<std::string, Test> tests = {{"value", &StandardCheck::value},
                                                    {"lower-bound", &StandardCheck::lower_bound},
                                                    {"gap", &StandardCheck::gap},
                                                    {"gradient-norm", &StandardCheck::gradient_norm},
                                                    {"critical", &StandardCheck::critical},
                                                    {"negative-curvature", &StandardCheck::negative_curvature},
                                                    {"no-negative-curvature", &StandardCheck::no_negative_curvature},
                                                    {"descent", &StandardCheck::descent},
                                                    {"better-point", &StandardCheck::better_point},
                                                    {"isolated-minimum", &StandardCheck::isolated_minimum}};
  const auto test = tests.find(kind);
  return test == tests.end() ? nullptr : test->second;
}

std::optional<Finding> StandardCheck::test(const Claim& claim, std::size_t step) {
  if (std::optional<Finding> own = test_own(claim, step)) return own;
  const Test standard = find_test(claim.kind);
  const bool needs_hessian = claim.kind == "no-negative-curvature" || claim.kind == "isolated-minimum";
  if (!standard || (needs_hessian && hessian_dimension() == 0)) return std::nullopt;
  return (this->*standard)(claim, facts(step));
}

// All arithmetics are rigorous: where one says no, none would say yes.
Outcome StandardCheck::check(const Claim& claim) {
  Finding found;
  for (std::size_t step = 0; step < ladder_.size(); ++step) {
    const std::optional<Finding> here = test(claim, step);
    if (!here) return {false, "", "no check for claims of this kind"};
    found = *here;
    if (found.answer == Answer::yes) return {true, found.how ? found.how : facts(step).how(), ""};
    if (found.answer == Answer::no || found.is_last) break;
  }
  return {false, "", found.reason};
}

Finding StandardCheck::value(const Claim& claim, PointFacts& facts) {
  const Real unit = facts.unit(), &value = facts.value();
  return finding(lies_between(number(claim, "lower") * unit, value, number(claim, "upper") * unit),
                 "the value lies outside: " + text(value / unit));
}

// Every family's value is at least 0; a better bound is unproved, not refuted.
Finding StandardCheck::lower_bound(const Claim& claim, PointFacts&) {
  if (number(claim, "bound") <= 0.0) return {Answer::yes, ""};
  return {Answer::unknown, "no bound above 0 is known"};
}

// From value and lower-bound (verify adds them up); alone only against the bound 0.
Finding StandardCheck::gap(const Claim& claim, PointFacts& facts) {
  if (is_at_most(facts.value(), number(claim, "gap") * facts.unit()) == Answer::yes) return {Answer::yes, ""};
  return {Answer::unknown, "it does not follow from a verified value and a verified lower bound"};
}

Finding StandardCheck::gradient_norm(const Claim& claim, PointFacts& facts) {
  const double lower = std::max(number(claim, "lower"), 0.0), upper = number(claim, "upper");
  if (upper < 0.0) return {Answer::no, "a norm is not negative"};
  const GradientFacts& g = facts.gradient();
  if (!g.obstacle.empty()) return {Answer::unknown, g.obstacle};
  const Real unit = facts.unit();
  // Of a gradient that is 0, a ball that is not exact holds negative numbers, too: no norm is one.
  const Answer above = lower > 0.0 ? is_at_most(squared(lower * unit), g.squared_norm) : Answer::yes;
  return finding(both(above, is_at_most(g.squared_norm, squared(upper * unit))),
                 "the norm of the gradient lies outside: " + text(square_root(g.squared_norm) / unit));
}

Finding StandardCheck::critical(const Claim&, PointFacts& facts) {
  const GradientFacts& g = facts.gradient();
  if (!g.obstacle.empty()) return {Answer::unknown, g.obstacle};
  if (g.is_exactly_zero) return {Answer::yes, ""};
  if (is_positive(g.squared_norm)) return {Answer::no, "the gradient is not zero"};
  return {Answer::unknown, "the gradient could not be shown to be exactly zero"};
}

Finding StandardCheck::negative_curvature(const Claim& claim, PointFacts& facts) {
  const double curvature = number(claim, "curvature");
  if (!(curvature < 0.0)) return {Answer::no, "the curvature is not negative"};
  const CurvatureFacts along = facts.curvature_along_direction();
  if (!is_positive(along.squared_length)) return {Answer::no, "the direction is zero or not finite"};
  if (!along.obstacle.empty()) return {Answer::unknown, along.obstacle};
  return finding(is_at_most(along.second_derivative, curvature * (facts.unit() * along.squared_length)),
                 "the curvature along the direction is larger");
}

Finding StandardCheck::no_negative_curvature(const Claim&, PointFacts& facts) {
  if (hessian_dimension() > max_hessian_dimension) return {Answer::unknown, "too many parameters for exact arithmetic on the Hessian"};
  return finding(is_positive_semidefinite_exactly(facts.hessian()), "the Hessian has a negative eigenvalue");
}

Finding StandardCheck::descent(const Claim& claim, PointFacts& facts) {
  const double decrease = number(claim, "decrease");
  if (!(decrease > 0.0)) return {Answer::no, "the decrease is not positive"};
  return finding(is_at_most(facts.value_after_escape(), facts.value() - decrease * facts.unit()), "the escape lowers the value by less");
}

Finding StandardCheck::better_point(const Claim& claim, PointFacts& facts) {
  return finding(is_at_most(facts.value_of_better_point(), number(claim, "value") * facts.unit()), "the value of that point is larger");
}

// With m = least_eigenvalue, K the Hessian's Lipschitz constant on the ball of radius r, and the Hessian at the centre
// at least sigma I, sigma >= m + K r: the Hessian is at least m I on the ball, so that f is strongly convex there; and
// |grad f| <= sigma r - K r^2 / 2 at the centre, so that f does not decrease outwards anywhere on the boundary: its one
// critical point in the ball is a strict local minimum.
Finding StandardCheck::isolated_minimum(const Claim& claim, PointFacts& facts) {
  const double radius = number(claim, "radius"), least = number(claim, "least_eigenvalue");
  if (!(radius >= 0.0 && least > 0.0)) return {Answer::no, "the radius is negative or the least eigenvalue not positive"};
  if (hessian_dimension() > max_hessian_dimension) return {Answer::unknown, "too many parameters to form the Hessian"};
  const Real r = facts.real(radius);
  const std::optional<Real> K = facts.hessian_lipschitz(r);
  if (!K) return {Answer::unknown, "no bound of the Hessian's change over the ball, or it takes too long"};
  const Real bend = *K * r;
  const balls::Matrix identity = balls::Matrix::identity(facts.precision(), hessian_dimension());
  // Slightly more than is needed first: it pays for the roundings with which the claim was made.
  for (const double room : {1.0 + 1e-6, 1.0}) {
    const Real sigma = room * (least * facts.unit() + bend);
    if (!facts.is_semidefinite(facts.hessian() - sigma * identity)) continue;
    const Real slope = square_root(facts.gradient().squared_norm), reach = sigma * r - 0.5 * (bend * r);
    if (is_at_most(slope, reach) == Answer::yes) return {Answer::yes, ""};
    return {Answer::unknown, "the gradient is too large for the radius"};
  }
  return {Answer::unknown, "the Hessian could not be shown to stay above the least eigenvalue in the ball"};
}

}  // namespace nadir
