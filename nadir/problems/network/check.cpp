#include "nadir/problems/network/check.hpp"

#include <algorithm>
#include <cmath>
#include <memory>
#include <optional>
#include <utility>

#include "nadir/problems/network/check_minimum.hpp"
#include "nadir/problems/network/check_model.hpp"
#include "nadir/problems/network/check_theorems.hpp"
#include "nadir/verify/internal/standard_check.hpp"

namespace nadir {
namespace {

using namespace network_check;
using balls::Answer;
using balls::Real;

// Bits tried in turn: the first settles all but ties; the last holds every bit of the products of doubles that shallow
// networks form, so that ties of piecewise linear ones are settled, too.
constexpr slong precisions[] = {128, 1024, 8192};
constexpr const char* kink_text = "a pre-activation is not shown to differ from a kink";

// The problem with its point, as all precisions see it.
struct Subject {
  const CheckMaterial& material;
  NetworkData data;
  Layout layout;
  std::vector<Matrix> point;

  double num_samples() const { return static_cast<double>(data.num_samples()); }
  std::vector<Matrix> along(const std::string& name) const { return blocks(layout, witness(material, name), name); }
  std::vector<Matrix> escape() const {
    return material.witness.contains("escape") ? along("escape") : blocks(layout, material.point, "escape/");
  }
};

class NetworkFacts final : public PointFacts {
 public:
  NetworkFacts(const Subject& subject, slong precision) : PointFacts(precision, by_balls), subject_(subject) {}

  Real unit() const override { return real(subject_.num_samples()); }
  Real value_after_escape() override { return value_n(subject_.data, parameters(precision(), subject_.point, subject_.escape())); }
  Real value_of_better_point() override { return value_n(subject_.data, parameters(precision(), subject_.along("better"))); }
  CurvatureFacts curvature_along_direction() override;

 private:
  Real compute_value() override { return value_n(subject_.data, parameters(precision(), subject_.point)); }
  GradientFacts compute_gradient() override;

  const Subject& subject_;
};

GradientFacts NetworkFacts::compute_gradient() {
  Gradient g = network_check::gradient(subject_.data, parameters(precision(), subject_.point));
  return {std::move(g.norm_squared_nn), g.is_exactly_zero, g.exists ? "" : kink_text};
}

CurvatureFacts NetworkFacts::curvature_along_direction() {
  const Parameters u = parameters(precision(), subject_.along("direction"));
  Real length = real(0.0);
  for (const balls::Matrix& block : u) length = length + squared_norm(block);
  SecondDerivative along = second_derivative(subject_.data, parameters(precision(), subject_.point), u);
  return {std::move(along.along_n), std::move(length), along.exists ? "" : kink_text};
}

class NetworkCheck final : public StandardCheck {
 public:
  OptionList options() override { return rows(options_); }

  // Gaps are relative to the value, but at least to 1e-6 of the value of the network that is 0, and to 1 where both
  // vanish.
  double largest_scale(const Claim& claim) override {
    if (claim.kind == "gradient-norm") return gradient(subject_->data, here(precisions[0])).scale;
    const double scale = std::max(rounded_up(facts().value()) / subject_->num_samples(), 1e-6 * value_of_zero());
    return scale > 0.0 ? scale : 1.0;
  }

 private:
  void prepare_family() override {
    NetworkData data = read_network_data(options_);
    Layout layout = data.layout();
    std::vector<Matrix> point = blocks(layout, material().point, "");
    subject_.emplace(Subject{material(), std::move(data), std::move(layout), std::move(point)});
    for (const slong precision : precisions) add(std::make_unique<NetworkFacts>(*subject_, precision));
  }

  std::optional<Finding> test_own(const Claim& claim, std::size_t step) override;

  Parameters here(slong precision) const { return parameters(precision, subject_->point); }

  double value_of_zero() const {
    const NetworkData& data = subject_->data;
    if (data.is_cross_entropy) return std::log(static_cast<double>(data.widths.back()));
    double squares = 0.0;
    for (Index j = 0; j < data.y.cols; ++j)
      for (Index i = 0; i < data.y.rows; ++i) squares += data.y(i, j) * data.y(i, j);
    return 0.5 * squares / subject_->num_samples();
  }

  NetworkOptions options_;
  std::optional<Subject> subject_;
};

std::optional<Finding> NetworkCheck::test_own(const Claim& claim, std::size_t step) {
  const slong precision = precisions[step];
  const NetworkData& data = subject_->data;
  const auto as_finding = [](TheoremAnswer found, bool is_last) { return Finding{found.answer, std::move(found.reason), nullptr, is_last}; };
  if (claim.kind == "local-minimum") return as_finding(check_local_minimum(data, here(precision)), false);
  // Not tied to exact numbers: more bits than a few words would not help.
  if (claim.kind == "plateau-minimum") {
    TheoremAnswer found = check_plateau_minimum(data, here(precision), claim);
    if (found.answer == Answer::unknown && data.num_samples() == 3)
      if (TheoremAnswer other = check_midpoint_minimum(data, here(precision), claim); other.answer != Answer::unknown) found = std::move(other);
    return as_finding(std::move(found), step == 1);
  }
  if (claim.kind == "interpolating-point") return as_finding(check_interpolating_point(data, here(precision), claim), true);
  if (claim.kind == "directional-derivative")
    return as_finding(check_directional_derivative(data, here(precision), parameters(precision, subject_->along("direction")), claim), false);
  if (claim.kind == "isolated-minimum") return as_finding(check_isolated_minimum(data, here(precision), claim, nullptr), true);
  if (claim.kind == "minimum-up-to-symmetry")
    return as_finding(check_isolated_minimum(data, here(precision), claim, &witness(material(), "slice")), true);
  return std::nullopt;
}

}  // namespace

std::unique_ptr<FamilyCheck> make_network_check() { return std::make_unique<NetworkCheck>(); }

}  // namespace nadir
