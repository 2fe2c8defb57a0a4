#include "nadir/problems/network/check.hpp"

#include <algorithm>
#include <cmath>
#include <optional>

#include "nadir/base/error.hpp"
#include "nadir/problems/network/check_model.hpp"
#include "nadir/problems/network/check_theorems.hpp"

namespace nadir {
namespace {

using namespace network_check;
using balls::Answer;
using balls::Real;

// Bits tried in turn: the first settles all but ties; the last holds every bit of the products of doubles that shallow
// networks form, so that ties of piecewise linear ones are settled, too.
constexpr slong precisions[] = {128, 1024, 8192};
constexpr const char* undecided_text = "could not be decided at the precision that was tried";
constexpr const char* kink_text = "a pre-activation is not shown to differ from a kink";

struct Finding {
  Answer answer = Answer::unknown;
  std::string reason;
};

Finding finding(Answer answer, const std::string& if_no) {
  if (answer == Answer::yes) return {answer, ""};
  return {answer, answer == Answer::no ? if_no : undecided_text};
}

class NetworkCheck final : public FamilyCheck {
 public:
  OptionList options() override { return rows(options_); }

  void prepare(CheckMaterial material) override {
    for (const OptionRow& row : options()) require_in_range(row);
    material_ = std::move(material);
    data_ = read_network_data(options_);
    layout_ = data_.layout();
    point_ = blocks(layout_, material_.point, "");
  }

  Outcome check(const Claim& claim) override {
    const Test test = find_test(claim.kind);
    if (!test) return {false, "", "no check for claims of this kind"};
    Finding found;
    for (const slong precision : precisions) {
      found = (this->*test)(claim, precision);
      if (found.answer == Answer::yes) return {true, by_balls, ""};
      if (found.answer == Answer::no) break;
    }
    return {false, "", found.reason};
  }

  // Gaps are relative to the value, but at least to 1e-6 of the value of the network that is 0, and to 1 where both
  // vanish.
  double largest_scale(const Claim& claim) override {
    const Parameters here = parameters(precisions[0], point_);
    if (claim.kind == "gradient-norm") return gradient(data_, here).scale;
    const double n = static_cast<double>(data_.num_samples());
    const double value = arf_get_d(arb_midref(value_n(data_, here).get()), ARF_RND_UP) / n;
    const double scale = std::max(value, 1e-6 * value_of_zero());
    return scale > 0.0 ? scale : 1.0;
  }

 private:
  using Test = Finding (NetworkCheck::*)(const Claim&, slong);

  static Test find_test(const std::string& kind) {
    static const std::map<std::string, Test> tests = {{"value", &NetworkCheck::value},
                                                      {"lower-bound", &NetworkCheck::lower_bound},
                                                      {"gap", &NetworkCheck::gap},
                                                      {"gradient-norm", &NetworkCheck::gradient_norm},
                                                      {"critical", &NetworkCheck::critical},
                                                      {"negative-curvature", &NetworkCheck::negative_curvature},
                                                      {"descent", &NetworkCheck::descent},
                                                      {"better-point", &NetworkCheck::better_point},
                                                      {"local-minimum", &NetworkCheck::local_minimum},
                                                      {"plateau-minimum", &NetworkCheck::plateau_minimum},
                                                      {"directional-derivative", &NetworkCheck::directional_derivative},
                                                      {"interpolating-point", &NetworkCheck::interpolating_point}};
    const auto test = tests.find(kind);
    return test == tests.end() ? nullptr : test->second;
  }

  double value_of_zero() const {
    if (data_.is_cross_entropy) return std::log(static_cast<double>(data_.widths.back()));
    double squares = 0.0;
    for (Index j = 0; j < data_.y.cols; ++j)
      for (Index i = 0; i < data_.y.rows; ++i) squares += data_.y(i, j) * data_.y(i, j);
    return 0.5 * squares / static_cast<double>(data_.num_samples());
  }

  Real samples(slong precision) const { return Real(precision, static_cast<double>(data_.num_samples())); }

  const Real& value_here(slong precision) {
    auto& kept = values_[precision];
    if (!kept) kept.emplace(value_n(data_, parameters(precision, point_)));
    return *kept;
  }

  const Gradient& gradient_here(slong precision) {
    auto& kept = gradients_[precision];
    if (!kept) kept.emplace(gradient(data_, parameters(precision, point_)));
    return *kept;
  }

  const Matrix& witness(const std::string& name) const {
    const auto it = material_.witness.find(name);
    if (it == material_.witness.end()) throw InputError("witness.npz", "the array " + name, "none");
    return it->second;
  }

  std::vector<Matrix> escape() const {
    if (material_.witness.contains("escape")) return blocks(layout_, witness("escape"), "escape");
    return blocks(layout_, material_.point, "escape/");
  }

  Finding value(const Claim& claim, slong precision) {
    const Real n = samples(precision), &v = value_here(precision);
    return finding(both(is_at_most(number(claim, "lower") * n, v), is_at_most(v, number(claim, "upper") * n)), "the value lies outside");
  }

  // A loss is not negative, nor is a penalty; a better bound is unproved, not refuted.
  Finding lower_bound(const Claim& claim, slong) {
    if (number(claim, "bound") <= 0.0) return {Answer::yes, ""};
    return {Answer::unknown, "no bound above 0 is known"};
  }

  Finding gap(const Claim& claim, slong precision) {
    if (is_at_most(value_here(precision), number(claim, "gap") * samples(precision)) == Answer::yes) return {Answer::yes, ""};
    return {Answer::unknown, "the value is larger than the gap"};
  }

  Finding gradient_norm(const Claim& claim, slong precision) {
    const double lower = std::max(number(claim, "lower"), 0.0), upper = number(claim, "upper");
    if (upper < 0.0) return {Answer::no, "a norm is not negative"};
    const Gradient& g = gradient_here(precision);
    if (!g.exists) return {Answer::unknown, kink_text};
    const Real n = samples(precision);
    return finding(both(is_at_most(squared(lower * n), g.norm_squared_nn), is_at_most(g.norm_squared_nn, squared(upper * n))), "the norm lies outside");
  }

  Finding critical(const Claim&, slong precision) {
    const Gradient& g = gradient_here(precision);
    if (!g.exists) return {Answer::unknown, kink_text};
    if (g.is_exactly_zero) return {Answer::yes, ""};
    if (is_positive(g.norm_squared_nn)) return {Answer::no, "the gradient is not zero"};
    return {Answer::unknown, "the gradient could not be shown to be exactly zero"};
  }

  Finding negative_curvature(const Claim& claim, slong precision) {
    const double curvature = number(claim, "curvature");
    if (!(curvature < 0.0)) return {Answer::no, "the curvature is not negative"};
    const Parameters u = parameters(precision, blocks(layout_, witness("direction"), "direction"));
    Real length(precision);
    for (const balls::Matrix& block : u) length = length + squared_norm(block);
    if (!is_positive(length)) return {Answer::no, "the direction is zero or not finite"};
    const SecondDerivative along = second_derivative(data_, parameters(precision, point_), u);
    if (!along.exists) return {Answer::unknown, kink_text};
    return finding(is_at_most(along.along_n, curvature * (samples(precision) * length)), "the curvature along the direction is larger");
  }

  Finding descent(const Claim& claim, slong precision) {
    const double decrease = number(claim, "decrease");
    if (!(decrease > 0.0)) return {Answer::no, "the decrease is not positive"};
    const Real there = value_n(data_, parameters(precision, point_, escape()));
    return finding(is_at_most(there, value_here(precision) - decrease * samples(precision)), "the escape lowers the value by less");
  }

  Finding better_point(const Claim& claim, slong precision) {
    const Real there = value_n(data_, parameters(precision, blocks(layout_, witness("better"), "better")));
    return finding(is_at_most(there, number(claim, "value") * samples(precision)), "the value of that point is larger");
  }

  static Finding as_finding(TheoremAnswer found) { return {found.answer, std::move(found.reason)}; }

  Finding local_minimum(const Claim&, slong precision) { return as_finding(check_local_minimum(data_, parameters(precision, point_))); }

  // Not tied to exact numbers: more bits than a few words would not help.
  Finding plateau_minimum(const Claim& claim, slong precision) {
    return as_finding(check_plateau_minimum(data_, parameters(std::min(precision, precisions[1]), point_), claim));
  }

  Finding directional_derivative(const Claim& claim, slong precision) {
    const Parameters u = parameters(precision, blocks(layout_, witness("direction"), "direction"));
    return as_finding(check_directional_derivative(data_, parameters(precision, point_), u, claim));
  }

  Finding interpolating_point(const Claim& claim, slong precision) {
    if (precision > precisions[0]) return {Answer::unknown, interpolation_.reason};
    return interpolation_ = as_finding(check_interpolating_point(data_, parameters(precision, point_), claim));
  }

  Finding interpolation_;  // at the first precision, the only one it is tried at
  NetworkOptions options_;
  CheckMaterial material_;
  NetworkData data_;
  Layout layout_;
  std::vector<Matrix> point_;
  std::map<slong, std::optional<Real>> values_;
  std::map<slong, std::optional<Gradient>> gradients_;
};

}  // namespace

std::unique_ptr<FamilyCheck> make_network_check() { return std::make_unique<NetworkCheck>(); }

}  // namespace nadir
