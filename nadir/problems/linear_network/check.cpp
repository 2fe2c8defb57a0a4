#include "nadir/problems/linear_network/check.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>
#include <optional>
#include <utility>

#include "nadir/linalg/dense.hpp"
#include "nadir/problems/linear_network/check_bound.hpp"
#include "nadir/problems/linear_network/check_bures_wasserstein.hpp"
#include "nadir/problems/linear_network/check_model.hpp"
#include "nadir/verify/internal/standard_check.hpp"

namespace nadir {
namespace {

using namespace linear_network_check;
using balls::Answer;
using balls::Real;

// Bits tried in turn: the first settles all but ties; the last holds every bit of products of doubles, so
// that ties are settled, too.
constexpr slong precisions[] = {128, 1024, 16384};
// Multiplications of balls that are done without being asked to (about a second).
constexpr double affordable_products = 1e8;

// The problem with its point, as all arithmetics see it.
struct Subject {
  const CheckMaterial& material;
  Model model;
  std::vector<Matrix> point;
  std::optional<BoundWitness> bound_witness;
  std::string span_obstacle;

  std::vector<Matrix> along(const std::string& name) const { return blocks(model, witness(material, name), name); }
  std::vector<Matrix> escape() const {
    return material.witness.contains("escape") ? along("escape") : blocks(model, material.point, "escape/");
  }
};

// All that is divided by n is multiplied by 2n.
class LinearNetworkFacts final : public PointFacts {
 public:
  LinearNetworkFacts(const Subject& subject, slong precision, const char* how, std::unique_ptr<SampleProducts> products)
      : PointFacts(precision, how), subject_(subject), products_(std::move(products)) {}

  Real unit() const override { return 2.0 * samples(); }
  Real value_after_escape() override { return evaluation(subject_.point, subject_.escape()).value_2n(); }
  Real value_of_better_point() override { return evaluation(subject_.along("better")).value_2n(); }
  CurvatureFacts curvature_along_direction() override;
  std::optional<Real> hessian_lipschitz(const Real& radius) const override { return 2.0 * here().hessian_lipschitz_n(radius); }

  const Evaluation& here() const { return here_ ? *here_ : here_.emplace(evaluation(subject_.point)); }
  const SampleProducts& products() const { return *products_; }
  Finding lower_bound(const Claim& claim);
  Finding gap(const Claim& claim);

 private:
  Real compute_value() override { return here().value_2n(); }
  GradientFacts compute_gradient() override { return {4.0 * here().gradient_norm_squared_nn(), here().is_exactly_critical(), ""}; }
  balls::Matrix compute_hessian() override { return real(2.0) * here().hessian_n(); }

  Real samples() const { return real(static_cast<double>(subject_.model.num_samples())); }
  Evaluation evaluation(const std::vector<Matrix>& point, const std::vector<Matrix>& displacement = {}) const {
    return {subject_.model, *products_, precision(), point, displacement};
  }
  const Real* bound_2n();

  const Subject& subject_;
  std::unique_ptr<SampleProducts> products_;
  mutable std::optional<Evaluation> here_;
  std::optional<Real> bound_2n_;
  std::string bound_obstacle_;
};

CurvatureFacts LinearNetworkFacts::curvature_along_direction() {
  const std::vector<Matrix> direction = subject_.along("direction");
  Real length = real(0.0);
  for (const Matrix& U : direction) length = length + squared_norm(balls::Matrix(precision(), U));
  return {2.0 * here().second_derivative_n(direction), std::move(length), ""};
}

// The best bound that the witness proves. Null, with an obstacle in words, if it proves none.
const Real* LinearNetworkFacts::bound_2n() {
  if (bound_2n_) return &*bound_2n_;
  if (!bound_obstacle_.empty()) return nullptr;
  Real bound(precision());
  const auto& found = subject_.bound_witness;
  if (!found) bound_obstacle_ = "the witness lower_bound/P0 or lower_bound/kept is missing";
  else if (!subject_.span_obstacle.empty()) bound_obstacle_ = subject_.span_obstacle;
  else bound_obstacle_ = linear_network_check::bound_2n(subject_.model, *products_, *found, precision(), bound);
  if (!bound_obstacle_.empty()) return nullptr;
  const Real with_decay = unit() * decay_bound(subject_.model, *products_, *found, precision());
  return &bound_2n_.emplace(is_at_most(bound, with_decay) == Answer::yes ? with_decay : bound);
}

Finding LinearNetworkFacts::lower_bound(const Claim& claim) {
  const Real* proved = bound_2n();
  if (!proved) return {Answer::unknown, bound_obstacle_};
  // A bound that is not reached is unproved, not refuted.
  if (is_at_most(number(claim, "bound") * unit(), *proved) == Answer::yes) return {Answer::yes, ""};
  return {Answer::unknown, "the witness proves only " + text(*proved / unit())};
}

Finding LinearNetworkFacts::gap(const Claim& claim) {
  const Real* proved = bound_2n();
  const Real floor = proved && is_positive(*proved) ? *proved : real(0.0), gap_2n = value() - floor;
  if (is_at_most(gap_2n, number(claim, "gap") * unit()) == Answer::yes) return {Answer::yes, ""};
  return {Answer::unknown, "the witness proves only a gap of " + text(gap_2n / unit())};
}

class LinearNetworkCheck final : public StandardCheck {
 public:
  OptionList options() override { return rows(options_); }
  Outcome check(const Claim& claim) override { return bures_wasserstein_ ? bures_wasserstein_->check(claim) : StandardCheck::check(claim); }
  double largest_scale(const Claim& claim) override;
  bool has_only_saddles_beside_global_minima() const override;

 private:
  void prepare_family() override;
  std::optional<Finding> test_own(const Claim& claim, std::size_t step) override;
  Index hessian_dimension() const override { return subject_->model.dimension(); }
  std::unique_ptr<LinearNetworkFacts> make_facts(slong precision, const char* how, std::unique_ptr<SampleProducts> products) const {
    return std::make_unique<LinearNetworkFacts>(*subject_, precision, how, std::move(products));
  }
  LinearNetworkFacts& family_facts(std::size_t step) { return static_cast<LinearNetworkFacts&>(facts(step)); }

  LinearNetworkOptions options_;
  std::optional<Subject> subject_;
  std::optional<BuresWassersteinCheck> bures_wasserstein_;  // where that is the loss; all else is then empty
};

void LinearNetworkCheck::prepare_family() {
  if (options_.loss == "bures-wasserstein") {
    bures_wasserstein_.emplace(options_, material().point);
    return;
  }
  Model model = make_model(options_, material().point);
  std::vector<Matrix> point = blocks(model, material().point, "");
  subject_.emplace(Subject{material(), std::move(model), std::move(point), {}, {}});
  const Model& kept = subject_->model;
  const auto dx = static_cast<double>(kept.X.rows), dy = static_cast<double>(kept.Y.rows);
  const double products = dx * static_cast<double>(kept.num_samples()) * (4.0 * dy + 0.5 * dx);
  const bool insists = material().arithmetic == Arithmetic::balls;
  if (insists || products <= affordable_products)
    for (const slong precision : precisions) add(make_facts(precision, by_balls, std::make_unique<BallProducts>(kept, precision)));
  if (!insists) add(make_facts(precisions[0], by_rigor, std::make_unique<FloatingProducts>(kept, precisions[0])));
  BoundWitness found;
  if (!read_bound_witness(kept, material().witness, found)) return;
  subject_->span_obstacle = span_obstacle(kept, family_facts(num_steps() - 1).products(), found);
  subject_->bound_witness = std::move(found);
}

// Gaps are relative to the value, but at least to 1e-6 of the value of the zero network, and to 1 where both vanish.
double LinearNetworkCheck::largest_scale(const Claim& claim) {
  if (bures_wasserstein_) return std::numeric_limits<double>::infinity();
  if (claim.kind == "gradient-norm") return family_facts(0).here().largest_gradient_scale();
  const double two_n = 2.0 * static_cast<double>(subject_->model.num_samples());
  const double scale = std::max(rounded_up(facts().value()) / two_n, 1e-6 * std::pow(frobenius_norm(subject_->model.Y), 2) / two_n);
  return scale > 0.0 ? scale : 1.0;
}

// Kawaguchi 2016, theorem 2.3 and Lu, Kawaguchi 2017, need the squared loss without a penalty.
bool LinearNetworkCheck::has_only_saddles_beside_global_minima() const {
  if (options_.loss != "squared") return false;
  const auto is_zero = [](const Matrix& B) { return std::all_of(B.flat().begin(), B.flat().end(), [](double b) { return b == 0.0; }); };
  return std::all_of(subject_->model.penalty.begin(), subject_->model.penalty.end(), is_zero);
}

std::optional<Finding> LinearNetworkCheck::test_own(const Claim& claim, std::size_t step) {
  if (claim.kind == "lower-bound" && number(claim, "bound") > 0.0) return family_facts(step).lower_bound(claim);
  if (claim.kind == "gap") return family_facts(step).gap(claim);
  return std::nullopt;
}

}  // namespace

std::unique_ptr<FamilyCheck> make_linear_network_check() { return std::make_unique<LinearNetworkCheck>(); }

}  // namespace nadir
