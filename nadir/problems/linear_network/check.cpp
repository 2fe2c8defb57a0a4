#include "nadir/problems/linear_network/check.hpp"

#include <algorithm>
#include <cmath>
#include <optional>

#include "nadir/base/error.hpp"
#include "nadir/linalg/dense.hpp"
#include "nadir/problems/linear_network/check_bound.hpp"
#include "nadir/problems/linear_network/check_bures_wasserstein.hpp"
#include "nadir/problems/linear_network/check_model.hpp"

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
// Parameters up to which the whole Hessian is formed.
constexpr Index max_hessian_dimension = 300;

struct Finding {
  Answer answer = Answer::unknown;
  std::string reason;  // where the answer is not yes
};

Finding finding(Answer answer, const std::string& if_no) {
  if (answer == Answer::yes) return {answer, ""};
  return {answer, answer == Answer::no ? if_no : "could not be decided at the precision that was tried"};
}

// lower <= x <= upper
Answer lies_between(const Real& lower, const Real& x, const Real& upper) {
  return both(is_at_most(lower, x), is_at_most(x, upper));
}

// One arithmetic at one precision, with what is computed once.
struct Level {
  slong precision;
  const char* how;
  std::unique_ptr<SampleProducts> products;
  std::optional<Evaluation> here;
  std::optional<Real> bound_2n;
  std::string bound_obstacle;
};

class LinearNetworkCheck final : public FamilyCheck {
 public:
  OptionList options() override { return rows(options_); }
  void prepare(CheckMaterial material) override;
  Outcome check(const Claim& claim) override;
  double largest_scale(const Claim& claim) override;
  bool has_only_saddles_beside_global_minima() const override;

 private:
  using Test = Finding (LinearNetworkCheck::*)(const Claim&, Level&);

  Finding value(const Claim& claim, Level& level);
  Finding lower_bound(const Claim& claim, Level& level);
  Finding gap(const Claim& claim, Level& level);
  Finding gradient_norm(const Claim& claim, Level& level);
  Finding critical(const Claim& claim, Level& level);
  Finding negative_curvature(const Claim& claim, Level& level);
  Finding no_negative_curvature(const Claim& claim, Level& level);
  Finding descent(const Claim& claim, Level& level);
  Finding better_point(const Claim& claim, Level& level);
  Finding isolated_minimum(const Claim& claim, Level& level);

  static Test find_test(const std::string& kind);
  void add_levels();
  const Evaluation& here(Level& level);
  const Real* bound_2n(Level& level);
  Real samples(const Level& level) const { return Real(level.precision, static_cast<double>(model_.num_samples())); }
  const Matrix& witness(const std::string& name) const;
  std::vector<Matrix> escape() const;

  LinearNetworkOptions options_;
  CheckMaterial material_;
  Model model_;
  std::vector<Matrix> point_;
  std::vector<Level> levels_;
  std::optional<BoundWitness> bound_witness_;
  std::string span_obstacle_;
  std::optional<BuresWassersteinCheck> bures_wasserstein_;  // where that is the loss; all else is then empty
};

void LinearNetworkCheck::prepare(CheckMaterial material) {
  for (const OptionRow& row : options()) require_in_range(row);
  if (options_.loss == "bures-wasserstein") {
    bures_wasserstein_.emplace(options_, material.point);
    return;
  }
  material_ = std::move(material);
  model_ = make_model(options_, material_.point);
  point_ = blocks(model_, material_.point, "");
  add_levels();
  BoundWitness found;
  if (read_bound_witness(model_, material_.witness, found)) {
    span_obstacle_ = span_obstacle(model_, *levels_.back().products, found);
    bound_witness_ = std::move(found);
  }
}

void LinearNetworkCheck::add_levels() {
  const auto dx = static_cast<double>(model_.X.rows), dy = static_cast<double>(model_.Y.rows);
  const double products = dx * static_cast<double>(model_.num_samples()) * (4.0 * dy + 0.5 * dx);
  const bool insists = material_.arithmetic == Arithmetic::balls;
  if (insists || products <= affordable_products)
    for (const slong precision : precisions)
      levels_.push_back({precision, by_balls, std::make_unique<BallProducts>(model_, precision), {}, {}, {}});
  if (!insists)
    levels_.push_back({precisions[0], by_rigor, std::make_unique<FloatingProducts>(model_, precisions[0]), {}, {}, {}});
}

// Gaps are relative to the value, but at least to 1e-6 of the value of the zero network, and to 1 where both vanish.
double LinearNetworkCheck::largest_scale(const Claim& claim) {
  if (bures_wasserstein_) return std::numeric_limits<double>::infinity();
  const Evaluation& at_point = here(levels_.front());
  if (claim.kind == "gradient-norm") return at_point.largest_gradient_scale();
  const double two_n = 2.0 * static_cast<double>(model_.num_samples());
  const double value = arf_get_d(arb_midref(at_point.value_2n().get()), ARF_RND_UP) / two_n;
  const double scale = std::max(value, 1e-6 * std::pow(frobenius_norm(model_.Y), 2) / two_n);
  return scale > 0.0 ? scale : 1.0;
}

// Kawaguchi 2016, theorem 2.3 and Lu, Kawaguchi 2017, need the squared loss without a penalty.
bool LinearNetworkCheck::has_only_saddles_beside_global_minima() const {
  const auto is_zero = [](const Matrix& B) { return std::all_of(B.flat().begin(), B.flat().end(), [](double b) { return b == 0.0; }); };
  return options_.loss == "squared" && std::all_of(model_.penalty.begin(), model_.penalty.end(), is_zero);
}

LinearNetworkCheck::Test LinearNetworkCheck::find_test(const std::string& kind) {
  static const std::map<std::string, Test> tests = {{"value", &LinearNetworkCheck::value},
                                                    {"lower-bound", &LinearNetworkCheck::lower_bound},
                                                    {"gap", &LinearNetworkCheck::gap},
                                                    {"gradient-norm", &LinearNetworkCheck::gradient_norm},
                                                    {"critical", &LinearNetworkCheck::critical},
                                                    {"negative-curvature", &LinearNetworkCheck::negative_curvature},
                                                    {"no-negative-curvature", &LinearNetworkCheck::no_negative_curvature},
                                                    {"descent", &LinearNetworkCheck::descent},
                                                    {"better-point", &LinearNetworkCheck::better_point},
                                                    {"isolated-minimum", &LinearNetworkCheck::isolated_minimum}};
  const auto test = tests.find(kind);
  return test == tests.end() ? nullptr : test->second;
}

Outcome LinearNetworkCheck::check(const Claim& claim) {
  if (bures_wasserstein_) return bures_wasserstein_->check(claim);
  const Test test = find_test(claim.kind);
  if (!test) return {false, "", "no check for claims of this kind"};
  Finding found;
  for (Level& level : levels_) {
    found = (this->*test)(claim, level);
    if (found.answer == Answer::yes) return {true, level.how, ""};
    if (found.answer == Answer::no) break;  // both arithmetics are rigorous: nothing will change it
  }
  return {false, "", found.reason};
}

const Evaluation& LinearNetworkCheck::here(Level& level) {
  if (!level.here) level.here.emplace(model_, *level.products, level.precision, point_);
  return *level.here;
}

// The best bound that the witness proves. Null, with an obstacle in words, if it proves none.
const Real* LinearNetworkCheck::bound_2n(Level& level) {
  if (level.bound_2n) return &*level.bound_2n;
  if (!level.bound_obstacle.empty()) return nullptr;
  Real bound(level.precision);
  if (!bound_witness_) level.bound_obstacle = "the witness lower_bound/P0 or lower_bound/kept is missing";
  else if (!span_obstacle_.empty()) level.bound_obstacle = span_obstacle_;
  else level.bound_obstacle = linear_network_check::bound_2n(model_, *level.products, *bound_witness_, level.precision, bound);
  if (!level.bound_obstacle.empty()) return nullptr;
  const Real with_decay = 2.0 * samples(level) * decay_bound(model_, *level.products, *bound_witness_, level.precision);
  return &level.bound_2n.emplace(is_at_most(bound, with_decay) == Answer::yes ? with_decay : bound);
}

const Matrix& LinearNetworkCheck::witness(const std::string& name) const {
  const auto it = material_.witness.find(name);
  if (it == material_.witness.end()) throw InputError("witness.npz", "the array " + name, "none");
  return it->second;
}

std::vector<Matrix> LinearNetworkCheck::escape() const {
  if (material_.witness.contains("escape")) return blocks(model_, witness("escape"), "escape");
  return blocks(model_, material_.point, "escape/");
}

Finding LinearNetworkCheck::value(const Claim& claim, Level& level) {
  const Real two_n = 2.0 * samples(level);
  return finding(lies_between(number(claim, "lower") * two_n, here(level).value_2n(), number(claim, "upper") * two_n),
                 "the value lies outside: " + text(here(level).value_2n() / two_n));
}

Finding LinearNetworkCheck::lower_bound(const Claim& claim, Level& level) {
  const double bound = number(claim, "bound");
  if (bound <= 0.0) return {Answer::yes, ""};  // a sum of squares
  const Real* proved = bound_2n(level);
  if (!proved) return {Answer::unknown, level.bound_obstacle};
  const Real two_n = 2.0 * samples(level);
  // A bound that is not reached is unproved, not refuted.
  if (is_at_most(bound * two_n, *proved) == Answer::yes) return {Answer::yes, ""};
  return {Answer::unknown, "the witness proves only " + text(*proved / two_n)};
}

Finding LinearNetworkCheck::gap(const Claim& claim, Level& level) {
  const Real* proved = bound_2n(level);
  const Real floor = proved && is_positive(*proved) ? *proved : Real(level.precision);
  const Real two_n = 2.0 * samples(level), gap_2n = here(level).value_2n() - floor;
  if (is_at_most(gap_2n, number(claim, "gap") * two_n) == Answer::yes) return {Answer::yes, ""};
  return {Answer::unknown, "the witness proves only a gap of " + text(gap_2n / two_n)};
}

Finding LinearNetworkCheck::gradient_norm(const Claim& claim, Level& level) {
  const Real n = samples(level), lower = std::max(number(claim, "lower"), 0.0) * n, upper = number(claim, "upper") * n;
  if (number(claim, "upper") < 0.0) return {Answer::no, "a norm is not negative"};
  const Real squared_norm = here(level).gradient_norm_squared_nn();
  return finding(lies_between(squared(lower), squared_norm, squared(upper)), "the norm lies outside: " + text(square_root(squared_norm) / n));
}

Finding LinearNetworkCheck::critical(const Claim&, Level& level) {
  if (here(level).is_exactly_critical()) return {Answer::yes, ""};
  if (is_positive(here(level).gradient_norm_squared_nn())) return {Answer::no, "the gradient is not zero"};
  return {Answer::unknown, "the gradient could not be shown to be exactly zero"};
}

Finding LinearNetworkCheck::negative_curvature(const Claim& claim, Level& level) {
  const double curvature = number(claim, "curvature");
  if (!(curvature < 0.0)) return {Answer::no, "the curvature is not negative"};
  const std::vector<Matrix> direction = blocks(model_, witness("direction"), "direction");
  Real length(level.precision);
  for (const Matrix& U : direction) length = length + squared_norm(balls::Matrix(level.precision, U));
  if (!is_positive(length)) return {Answer::no, "the direction is zero or not finite"};
  return finding(is_at_most(here(level).second_derivative_n(direction), curvature * (samples(level) * length)),
                 "the curvature along the direction is larger");
}

Finding LinearNetworkCheck::no_negative_curvature(const Claim&, Level& level) {
  if (model_.dimension() > max_hessian_dimension) return {Answer::unknown, "too many parameters for exact arithmetic on the Hessian"};
  return finding(is_positive_semidefinite_exactly(here(level).hessian_n()), "the Hessian has a negative eigenvalue");
}

Finding LinearNetworkCheck::descent(const Claim& claim, Level& level) {
  const double decrease = number(claim, "decrease");
  if (!(decrease > 0.0)) return {Answer::no, "the decrease is not positive"};
  const Evaluation there(model_, *level.products, level.precision, point_, escape());
  const Real target = here(level).value_2n() - decrease * (2.0 * samples(level));
  return finding(is_at_most(there.value_2n(), target), "the escape lowers the value by less");
}

Finding LinearNetworkCheck::better_point(const Claim& claim, Level& level) {
  const Evaluation there(model_, *level.products, level.precision, blocks(model_, witness("better"), "better"));
  return finding(is_at_most(there.value_2n(), number(claim, "value") * (2.0 * samples(level))), "the value of that point is larger");
}

// Semidefinite: definite in balls or, for the ties that exact points have, in integers.
bool is_semidefinite(const balls::Matrix& A) {
  constexpr Index max_exact_dimension = 100;
  return proves_positive_definite(A) || (A.rows() <= max_exact_dimension && is_positive_semidefinite_exactly(A) == Answer::yes);
}

// With m = least_eigenvalue, K the Hessian's Lipschitz constant on the ball of radius r, and the Hessian at the
// centre at least sigma I, sigma >= m + K r: the Hessian is at least m I on the ball, so that f is strongly
// convex there; and |grad f| <= sigma r - K r^2 / 2 at the centre, so that f does not decrease outwards
// anywhere on the boundary: its one critical point in the ball is a strict local minimum.
Finding LinearNetworkCheck::isolated_minimum(const Claim& claim, Level& level) {
  const double radius = number(claim, "radius"), least = number(claim, "least_eigenvalue");
  if (!(radius >= 0.0 && least > 0.0)) return {Answer::no, "the radius is negative or the least eigenvalue not positive"};
  if (model_.dimension() > max_hessian_dimension) return {Answer::unknown, "too many parameters to form the Hessian"};
  const Real r(level.precision, radius), bend = here(level).hessian_lipschitz_n(r) * r;
  const balls::Matrix hessian = here(level).hessian_n(), identity = balls::Matrix::identity(level.precision, model_.dimension());
  // Slightly more than is needed first: it pays for the roundings with which the claim was made.
  for (const double room : {1.0 + 1e-6, 1.0}) {
    const Real sigma = room * (least * samples(level) + bend);
    if (!is_semidefinite(hessian - sigma * identity)) continue;
    const Real slope = square_root(here(level).gradient_norm_squared_nn()), reach = sigma * r - 0.5 * (bend * r);
    if (is_at_most(slope, reach) == Answer::yes) return {Answer::yes, ""};
    return {Answer::unknown, "the gradient is too large for the radius"};
  }
  return {Answer::unknown, "the Hessian could not be shown to stay above the least eigenvalue in the ball"};
}

}  // namespace

std::unique_ptr<FamilyCheck> make_linear_network_check() { return std::make_unique<LinearNetworkCheck>(); }

}  // namespace nadir
