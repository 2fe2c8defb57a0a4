#include "nadir/problems/matrix_completion/check.hpp"

#include <algorithm>
#include <cmath>
#include <deque>
#include <limits>
#include <map>
#include <optional>

#include "nadir/base/error.hpp"
#include "nadir/problems/matrix_completion/check_bound.hpp"

namespace nadir {
namespace {

using namespace matrix_completion_check;
using balls::Answer;
using balls::Real;

// Bits tried in turn: the first settles all but ties; the last holds every bit of products of doubles, so
// that ties are settled, too. Each with the terms (entries times rank) up to which it is tried.
struct Precision {
  slong bits;
  double most_terms;
};
constexpr Precision precisions[] = {{128, std::numeric_limits<double>::infinity()}, {1024, 1e7}, {16384, 1e5}};

// Multiplications of balls that a proof of the spectral norm may take without being asked to (about two seconds).
constexpr double affordable_products = 5e8;

struct Finding {
  Answer answer = Answer::unknown;
  std::string reason;  // where the answer is not yes
  const char* how = by_balls;
};

Finding finding(Answer answer, const std::string& if_no) {
  if (answer == Answer::yes) return {answer, ""};
  return {answer, answer == Answer::no ? if_no : "could not be decided at the precision that was tried"};
}

// lower <= x <= upper
Answer lies_between(const Real& lower, const Real& x, const Real& upper) { return both(is_at_most(lower, x), is_at_most(x, upper)); }

// One precision, with what is computed once.
struct Level {
  explicit Level(slong bits) : precision(bits) {}

  slong precision;
  std::optional<Evaluation> here;
  std::optional<Real> value, squared_gradient;
  bool is_critical = false;  // known with squared_gradient
  std::optional<DualCertificate> dual;
};

class MatrixCompletionCheck final : public FamilyCheck {
 public:
  OptionList options() override { return rows(options_); }
  void prepare(CheckMaterial material) override;
  Outcome check(const Claim& claim) override;
  double largest_scale(const Claim& claim) override;

 private:
  using Test = Finding (MatrixCompletionCheck::*)(const Claim&, Level&);

  Finding value(const Claim& claim, Level& level);
  Finding lower_bound(const Claim& claim, Level& level);
  Finding gap(const Claim& claim, Level& level);
  Finding gradient_norm(const Claim& claim, Level& level);
  Finding critical(const Claim& claim, Level& level);
  Finding negative_curvature(const Claim& claim, Level& level);
  Finding descent(const Claim& claim, Level& level);
  Finding better_point(const Claim& claim, Level& level);

  static Test find_test(const std::string& kind);
  const Evaluation& here(Level& level);
  const Real& value_here(Level& level);
  const Real& squared_gradient(Level& level);
  const DualCertificate& dual(Level& level);
  Factors witness(const std::string& name) const;
  Factors escape() const;

  MatrixCompletionOptions options_;
  CheckMaterial material_;
  Model model_;
  Factors point_;
  std::deque<Level> levels_;  // a deque, because they do not move
};

void MatrixCompletionCheck::prepare(CheckMaterial material) {
  for (const OptionRow& row : options()) require_in_range(row);
  material_ = std::move(material);
  model_ = make_model(options_);
  point_ = factors(model_, material_.point, "");
  const double terms = static_cast<double>(model_.by_rows.num_entries()) * static_cast<double>(point_.U.cols());
  for (const Precision& p : precisions)
    if (terms <= p.most_terms) levels_.emplace_back(p.bits);
}

// Gaps are relative to the value, but at least to 1e-6 of the value of zero factors; to 1 where all data are 0.
double MatrixCompletionCheck::largest_scale(const Claim& claim) {
  if (claim.kind == "gradient-norm") return largest_gradient_scale(model_, point_);
  const double value = arf_get_d(arb_midref(value_here(levels_.front()).get()), ARF_RND_UP);
  const Vector& m = model_.by_rows.values;
  const bool is_zero = std::all_of(m.begin(), m.end(), [](double x) { return x == 0.0; });
  return std::max(value, is_zero ? 1.0 : 1e-6 * half_weighted_square(model_));
}

MatrixCompletionCheck::Test MatrixCompletionCheck::find_test(const std::string& kind) {
  static const std::map<std::string, Test> tests = {{"value", &MatrixCompletionCheck::value},
                                                    {"lower-bound", &MatrixCompletionCheck::lower_bound},
                                                    {"gap", &MatrixCompletionCheck::gap},
                                                    {"gradient-norm", &MatrixCompletionCheck::gradient_norm},
                                                    {"critical", &MatrixCompletionCheck::critical},
                                                    {"negative-curvature", &MatrixCompletionCheck::negative_curvature},
                                                    {"descent", &MatrixCompletionCheck::descent},
                                                    {"better-point", &MatrixCompletionCheck::better_point}};
  const auto test = tests.find(kind);
  return test == tests.end() ? nullptr : test->second;
}

Outcome MatrixCompletionCheck::check(const Claim& claim) {
  const Test test = find_test(claim.kind);
  if (!test) return {false, "", "no check for claims of this kind"};
  Finding found;
  for (Level& level : levels_) {
    found = (this->*test)(claim, level);
    if (found.answer == Answer::yes) return {true, found.how, ""};
    if (found.answer == Answer::no) break;  // balls are rigorous: more bits will not change it
    if (level.dual && !level.dual->gains_from_more_bits()) break;
  }
  return {false, "", found.reason};
}

const Evaluation& MatrixCompletionCheck::here(Level& level) {
  if (!level.here) level.here.emplace(model_, level.precision, point_);
  return *level.here;
}

const Real& MatrixCompletionCheck::value_here(Level& level) {
  if (!level.value) level.value.emplace(here(level).value());
  return *level.value;
}

const Real& MatrixCompletionCheck::squared_gradient(Level& level) {
  if (level.squared_gradient) return *level.squared_gradient;
  Real sum(level.precision);
  level.is_critical = true;
  for (const balls::Matrix& G : here(level).gradient()) {
    sum = sum + balls::squared_norm(G);
    level.is_critical = level.is_critical && is_exactly_zero(G);
  }
  return level.squared_gradient.emplace(std::move(sum));
}

const DualCertificate& MatrixCompletionCheck::dual(Level& level) {
  if (!level.dual) level.dual.emplace(model_, level.precision, here(level));
  return *level.dual;
}

Factors MatrixCompletionCheck::witness(const std::string& name) const {
  const auto found = material_.witness.find(name);
  if (found == material_.witness.end()) throw InputError("witness.npz", "the array " + name, "none");
  return factors(model_, point_, found->second, name);
}

Factors MatrixCompletionCheck::escape() const {
  if (material_.witness.contains("escape")) return witness("escape");
  Factors result = factors(model_, material_.point, "escape/");
  if (result.U.cols() != point_.U.cols()) throw InputError("escape/U", "as many columns as U", "others");
  return result;
}

Finding MatrixCompletionCheck::value(const Claim& claim, Level& level) {
  const Real lower(level.precision, number(claim, "lower")), upper(level.precision, number(claim, "upper"));
  return finding(lies_between(lower, value_here(level), upper), "the value lies outside: " + text(value_here(level)));
}

// The claim is the bound. How the judge came by it, its multiplier and its norm of the residuals, is checked with it,
// lest a certificate carry numbers that nobody looked at.
Finding MatrixCompletionCheck::lower_bound(const Claim& claim, Level& level) {
  const double bound = number(claim, "bound");
  if (bound <= 0.0) return {Answer::yes, ""};  // a sum of squares
  const double multiplier = number(claim, "multiplier"), norm = number(claim, "spectral_norm");
  const Real lambda(level.precision, model_.lambda), wanted(level.precision, bound);
  if (!(multiplier > 0.0)) return {Answer::no, "the multiplier is not positive"};
  if (norm > 0.0 && is_at_most(multiplier * Real(level.precision, norm), (1.0 + 1e-12) * lambda) != Answer::yes)
    return {Answer::no, "the multiplier times the norm of the residuals exceeds lambda"};
  const DualCertificate& certificate = dual(level);
  const Real reached = certificate.bound(multiplier);
  if (is_at_most(wanted, reached) != Answer::yes) return {Answer::unknown, "the residuals prove only " + text(reached)};

  // The least multiplier that will do leaves the most room for the norm.
  const double least = certificate.least_multiplier(bound);
  const bool is_enough = least > 0.0 && least < multiplier && is_at_most(wanted, certificate.bound(least)) == Answer::yes;
  const double s = is_enough ? least : multiplier;
  const double stated = norm + 1e-8 * std::fabs(norm) + certificate.rounding();
  const bool in_balls = material_.arithmetic == Arithmetic::balls || certificate.num_products() <= affordable_products;
  const auto proves = [&](double factor, const Real& t) { return certificate.proves_at_most(factor, t, in_balls); };
  const bool is_implied = certificate.is_homogeneous() && is_at_most(s * Real(level.precision, stated), lambda) == Answer::yes;
  if (!is_implied && !proves(s, lambda)) return {Answer::unknown, "the scaled residuals could not be shown to have a norm of at most lambda"};
  // s |S1| <= lambda tells of |S1| only so much; that it is at most `stated` may follow, or has to be shown.
  const bool is_told = !is_implied && certificate.is_homogeneous() && is_at_most(lambda, s * Real(level.precision, stated)) == Answer::yes;
  if (!is_told && !proves(1.0, Real(level.precision, stated))) return {Answer::unknown, "the residuals have a greater norm than stated, or it could not be shown"};
  return {Answer::yes, "", in_balls ? by_balls : by_rigor};
}

// From value and lower-bound (verify adds them up); alone only against the bound 0.
Finding MatrixCompletionCheck::gap(const Claim& claim, Level& level) {
  if (is_at_most(value_here(level), Real(level.precision, number(claim, "gap"))) == Answer::yes) return {Answer::yes, ""};
  return {Answer::unknown, "it does not follow from a verified value and a verified lower bound"};
}

Finding MatrixCompletionCheck::gradient_norm(const Claim& claim, Level& level) {
  if (number(claim, "upper") < 0.0) return {Answer::no, "a norm is not negative"};
  const Real lower(level.precision, std::max(number(claim, "lower"), 0.0)), upper(level.precision, number(claim, "upper"));
  const Real& squares = squared_gradient(level);
  return finding(lies_between(squared(lower), squares, squared(upper)), "the norm lies outside: " + text(square_root(squares)));
}

Finding MatrixCompletionCheck::critical(const Claim&, Level& level) {
  const Real& squares = squared_gradient(level);
  if (level.is_critical) return {Answer::yes, ""};
  if (is_positive(squares)) return {Answer::no, "the gradient is not zero"};
  return {Answer::unknown, "the gradient could not be shown to be exactly zero"};
}

Finding MatrixCompletionCheck::negative_curvature(const Claim& claim, Level& level) {
  const double curvature = number(claim, "curvature");
  if (!(curvature < 0.0)) return {Answer::no, "the curvature is not negative"};
  const Factors direction = witness("direction");
  const Real length = squared_norm(level.precision, direction);
  if (!is_positive(length)) return {Answer::no, "the direction is zero or not finite"};
  return finding(is_at_most(here(level).second_derivative(direction), curvature * length), "the curvature along the direction is larger");
}

Finding MatrixCompletionCheck::descent(const Claim& claim, Level& level) {
  const double decrease = number(claim, "decrease");
  if (!(decrease > 0.0)) return {Answer::no, "the decrease is not positive"};
  const Factors displacement = escape();
  const Evaluation there(model_, level.precision, point_, &displacement);
  return finding(is_at_most(there.value(), value_here(level) - Real(level.precision, decrease)), "the escape lowers the value by less");
}

Finding MatrixCompletionCheck::better_point(const Claim& claim, Level& level) {
  const Evaluation there(model_, level.precision, witness("better"));
  return finding(is_at_most(there.value(), Real(level.precision, number(claim, "value"))), "the value of that point is larger");
}

}  // namespace

std::unique_ptr<FamilyCheck> make_matrix_completion_check() { return std::make_unique<MatrixCompletionCheck>(); }

}  // namespace nadir
