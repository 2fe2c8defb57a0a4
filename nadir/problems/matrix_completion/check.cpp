#include "nadir/problems/matrix_completion/check.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>
#include <optional>
#include <utility>

#include "nadir/base/error.hpp"
#include "nadir/problems/matrix_completion/check_bound.hpp"
#include "nadir/verify/internal/standard_check.hpp"

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

// The problem with its point, as all precisions see it.
struct Subject {
  const CheckMaterial& material;
  Model model;
  Factors point;

  Factors along(const std::string& name) const { return factors(model, point, witness(material, name), name); }
  Factors escape() const;
};

Factors Subject::escape() const {
  if (material.witness.contains("escape")) return along("escape");
  Factors result = factors(model, material.point, "escape/");
  if (result.U.cols() != point.U.cols()) throw InputError("escape/U", "as many columns as U", "others");
  return result;
}

class CompletionFacts final : public PointFacts {
 public:
  CompletionFacts(const Subject& subject, slong precision) : PointFacts(precision, by_balls), subject_(subject) {}

  Real value_after_escape() override {
    const Factors displacement = subject_.escape();
    return Evaluation(subject_.model, precision(), subject_.point, &displacement).value();
  }
  Real value_of_better_point() override { return Evaluation(subject_.model, precision(), subject_.along("better")).value(); }
  CurvatureFacts curvature_along_direction() override;

  Finding lower_bound(const Claim& claim);

 private:
  Real compute_value() override { return here().value(); }
  GradientFacts compute_gradient() override;

  const Evaluation& here() { return here_ ? *here_ : here_.emplace(subject_.model, precision(), subject_.point); }
  const DualCertificate& dual() { return dual_ ? *dual_ : dual_.emplace(subject_.model, precision(), here()); }
  bool in_balls();
  std::string obstacle_to_norms(double s, double stated);

  const Subject& subject_;
  std::optional<Evaluation> here_;
  std::optional<DualCertificate> dual_;
};

GradientFacts CompletionFacts::compute_gradient() {
  GradientFacts facts{real(0.0), true, ""};
  for (const balls::Matrix& G : here().gradient()) {
    facts.squared_norm = facts.squared_norm + balls::squared_norm(G);
    facts.is_exactly_zero = facts.is_exactly_zero && is_exactly_zero(G);
  }
  return facts;
}

CurvatureFacts CompletionFacts::curvature_along_direction() {
  const Factors direction = subject_.along("direction");
  return {here().second_derivative(direction), squared_norm(precision(), direction), ""};
}

bool CompletionFacts::in_balls() {
  return subject_.material.arithmetic == Arithmetic::balls || dual().num_products() <= affordable_products;
}

// The claim is the bound. How the judge came by it, its multiplier and its norm of the residuals, is checked with it,
// lest a certificate carry numbers that nobody looked at.
Finding CompletionFacts::lower_bound(const Claim& claim) {
  const double bound = number(claim, "bound"), multiplier = number(claim, "multiplier"), norm = number(claim, "spectral_norm");
  const Real lambda = real(subject_.model.lambda), wanted = real(bound);
  if (!(multiplier > 0.0)) return {Answer::no, "the multiplier is not positive"};
  if (norm > 0.0 && is_at_most(multiplier * real(norm), (1.0 + 1e-12) * lambda) != Answer::yes)
    return {Answer::no, "the multiplier times the norm of the residuals exceeds lambda"};
  const bool is_last = !dual().gains_from_more_bits();
  const Real reached = dual().bound(multiplier);
  if (is_at_most(wanted, reached) != Answer::yes) return {Answer::unknown, "the residuals prove only " + text(reached), nullptr, is_last};

  // The least multiplier that will do leaves the most room for the norm.
  const double least = dual().least_multiplier(bound);
  const bool is_enough = least > 0.0 && least < multiplier && is_at_most(wanted, dual().bound(least)) == Answer::yes;
  const std::string obstacle = obstacle_to_norms(is_enough ? least : multiplier, norm + 1e-8 * std::fabs(norm) + dual().rounding());
  if (!obstacle.empty()) return {Answer::unknown, obstacle, nullptr, is_last};
  return {Answer::yes, "", in_balls() ? by_balls : by_rigor};
}

// Why s |S1| <= lambda and |S1| <= stated could not both be shown; empty where they were.
std::string CompletionFacts::obstacle_to_norms(double s, double stated) {
  const Real lambda = real(subject_.model.lambda);
  const auto proves = [&](double factor, const Real& t) { return dual().proves_at_most(factor, t, in_balls()); };
  const bool is_implied = dual().is_homogeneous() && is_at_most(s * real(stated), lambda) == Answer::yes;
  if (!is_implied && !proves(s, lambda)) return "the scaled residuals could not be shown to have a norm of at most lambda";
  // s |S1| <= lambda tells of |S1| only so much; that it is at most `stated` may follow, or has to be shown.
  const bool is_told = !is_implied && dual().is_homogeneous() && is_at_most(lambda, s * real(stated)) == Answer::yes;
  if (!is_told && !proves(1.0, real(stated))) return "the residuals have a greater norm than stated, or it could not be shown";
  return "";
}

class MatrixCompletionCheck final : public StandardCheck {
 public:
  OptionList options() override { return rows(options_); }
  double largest_scale(const Claim& claim) override;

 private:
  void prepare_family() override;
  std::optional<Finding> test_own(const Claim& claim, std::size_t step) override {
    if (claim.kind != "lower-bound" || number(claim, "bound") <= 0.0) return std::nullopt;
    return static_cast<CompletionFacts&>(facts(step)).lower_bound(claim);
  }

  MatrixCompletionOptions options_;
  std::optional<Subject> subject_;
};

void MatrixCompletionCheck::prepare_family() {
  Model model = make_model(options_);
  Factors point = factors(model, material().point, "");
  subject_.emplace(Subject{material(), std::move(model), std::move(point)});
  const double terms = static_cast<double>(subject_->model.by_rows.num_entries()) * static_cast<double>(subject_->point.U.cols());
  for (const Precision& p : precisions)
    if (terms <= p.most_terms) add(std::make_unique<CompletionFacts>(*subject_, p.bits));
}

// Gaps are relative to the value, but at least to 1e-6 of the value of zero factors; to 1 where all data are 0.
double MatrixCompletionCheck::largest_scale(const Claim& claim) {
  if (claim.kind == "gradient-norm") return largest_gradient_scale(subject_->model, subject_->point);
  const Vector& m = subject_->model.by_rows.values;
  const bool is_zero = std::all_of(m.begin(), m.end(), [](double x) { return x == 0.0; });
  return std::max(rounded_up(facts().value()), is_zero ? 1.0 : 1e-6 * half_weighted_square(subject_->model));
}

}  // namespace

std::unique_ptr<FamilyCheck> make_matrix_completion_check() { return std::make_unique<MatrixCompletionCheck>(); }

}  // namespace nadir
