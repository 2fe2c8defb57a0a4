#include "nadir/problems/matrix_sensing/check.hpp"

#include <algorithm>
#include <memory>
#include <optional>

#include "nadir/base/error.hpp"
#include "nadir/problems/matrix_sensing/check_measurements.hpp"
#include "nadir/problems/matrix_sensing/check_point.hpp"
#include "nadir/verify/internal/standard_check.hpp"

namespace nadir {
namespace {

using namespace matrix_sensing_check;
using balls::Answer;
using balls::Real;

// Bits tried in turn: the first settles all but ties; the last holds every bit of products of doubles, so that ties
// are settled, too.
constexpr slong precisions[] = {128, 1024, 16384};
// Multiplications of balls that a pass over the operator may take without being asked to (about a second).
constexpr double affordable_products = 3e7;

// The problem with its point, as all arithmetics see it.
struct Subject {
  const CheckMaterial& material;
  SensingData data;
  Pair point;

  Index dimension() const { return point.U.size() + (data.is_psd ? 0 : point.V.size()); }
  Pair direction(const std::string& name) const { return blocks(data, point.U.cols(), witness(material, name), name); }
};

class SensingFacts final : public PointFacts {
 public:
  SensingFacts(const Subject& subject, slong precision, const char* how, std::unique_ptr<Measurements> map)
      : PointFacts(precision, how), subject_(subject), map_(std::move(map)) {}

  Real value_after_escape() override;
  Real value_of_better_point() override { return evaluation(subject_.direction("better")).value(); }
  CurvatureFacts curvature_along_direction() override;
  std::optional<Real> hessian_lipschitz(const Real& radius) const override { return here().hessian_lipschitz(radius); }
  bool is_semidefinite(const balls::Matrix& A) const override { return map_->is_semidefinite(A); }

  Finding lower_bound(const Claim& claim);
  Finding descending_path(const Claim& claim);

 private:
  Real compute_value() override { return here().value(); }
  GradientFacts compute_gradient() override { return {here().gradient_norm_squared(), here().is_exactly_critical(), ""}; }
  balls::Matrix compute_hessian() override { return here().hessian(); }

  Evaluation evaluation(const Pair& point, const Pair* displacement = nullptr) const {
    return {subject_.data, *map_, precision(), point, displacement};
  }
  Evaluation& here() const { return here_ ? *here_ : here_.emplace(evaluation(subject_.point)); }
  bool is_within(const balls::Matrix& image, const Real& limit) const;
  bool bounds_size(const Claim& claim);
  balls::Matrix measurements() const { return {precision(), ConstMatrixView(subject_.data.y.data(), subject_.data.num_measurements, 1)}; }
  balls::Matrix multiplier(const std::string& name) const;

  const Subject& subject_;
  std::unique_ptr<Measurements> map_;
  mutable std::optional<Evaluation> here_;
};

class MatrixSensingCheck final : public StandardCheck {
 public:
  OptionList options() override { return rows(options_); }
  double largest_scale(const Claim& claim) override;

 private:
  void prepare_family() override;
  std::optional<Finding> test_own(const Claim& claim, std::size_t step) override;
  Index hessian_dimension() const override { return subject_->dimension(); }

  MatrixSensingOptions options_;
  std::optional<Subject> subject_;
};

void MatrixSensingCheck::prepare_family() {
  SensingData read = make_sensing_data(options_);
  Pair point = blocks(read, material().point, "");
  subject_.emplace(Subject{material(), std::move(read), std::move(point)});
  const SensingData& data = subject_->data;
  const Index rank = subject_->point.U.cols();
  if (options_.rank != "auto" && requested_rank(options_, data) != rank)
    throw InputError("block U", options_.rank + " columns, as --rank says", std::to_string(rank));
  const double columns = data.is_dense() ? 1.0 : static_cast<double>(rank);
  const bool insists = material().arithmetic == Arithmetic::balls;
  if (insists || static_cast<double>(data.num_entries()) * columns <= affordable_products)
    for (const slong precision : precisions)
      add(std::make_unique<SensingFacts>(*subject_, precision, by_balls, std::make_unique<BallMeasurements>(data, precision, insists)));
  if (!insists)
    add(std::make_unique<SensingFacts>(*subject_, precisions[0], by_rigor, std::make_unique<FloatingMeasurements>(data, precisions[0])));
}

// Gaps are relative to the value, but at least to 1e-6 of the value at X = 0, and to 1 where that vanishes.
double MatrixSensingCheck::largest_scale(const Claim& claim) {
  if (claim.kind == "gradient-norm") return gradient_scale(subject_->data, subject_->point);
  const double of_zero = 0.5e-6 * subject_->data.y_norm * subject_->data.y_norm;
  return std::max(rounded_up(facts().value()), of_zero > 0.0 ? of_zero : 1.0);
}

std::optional<Finding> MatrixSensingCheck::test_own(const Claim& claim, std::size_t step) {
  auto& here = static_cast<SensingFacts&>(facts(step));
  if (claim.kind == "lower-bound" && number(claim, "bound") > 0.0) return here.lower_bound(claim);
  if (claim.kind == "descending-path") return here.descending_path(claim);
  return std::nullopt;
}

balls::Matrix SensingFacts::multiplier(const std::string& name) const {
  const Matrix& w = witness(subject_.material, name);
  const Index m = subject_.data.num_measurements;
  if (w.size() != m) throw InputError(name, std::to_string(m) + " numbers", std::to_string(w.size()));
  return {precision(), ConstMatrixView(w.data(), m, 1)};
}

// image <= limit I for psd, |image|_2 <= limit otherwise.
bool SensingFacts::is_within(const balls::Matrix& image, const Real& limit) const {
  const Index n = image.rows(), m = image.cols();
  if (subject_.data.is_psd) return map_->is_semidefinite(limit * balls::Matrix::identity(precision(), n) - image);
  if (!is_positive(limit)) return balls::is_exactly_zero(image) && !is_positive(-1.0 * limit);
  const balls::Matrix gram = n <= m ? product_with_transpose(image, image) : transpose(image) * image;
  return map_->is_semidefinite(squared(limit) * balls::Matrix::identity(precision(), std::min(n, m)) - gram);
}

// Does no X with a value of at most f have |X|_* above the claimed size?
bool SensingFacts::bounds_size(const Claim& claim) {
  const Real size = real(number(claim, "size_bound")), f = value();
  if (subject_.data.lambda > 0.0 && is_at_most(f, real(subject_.data.lambda) * size) == Answer::yes) return true;
  const Real y_norm = square_root(squared_norm(measurements()));
  const Real image = y_norm + square_root(2.0 * f);  // at least |A(X)|
  if (subject_.data.is_psd && subject_.material.witness.contains("dual/w")) {
    const balls::Matrix w = multiplier("dual/w");
    if (is_at_most(square_root(squared_norm(w)) * image, size) != Answer::yes) return false;
    return map_->is_semidefinite(map_->adjoint(w) - balls::Matrix::identity(precision(), subject_.data.rows));
  }
  Real gain(precision());
  if (!map_->squared_gain(subject_.data, precision(), gain)) return false;
  const Real side = real(static_cast<double>(std::min(subject_.data.rows, subject_.data.cols)));
  return is_at_most(side * squared(image), gain * squared(size)) == Answer::yes && is_positive(size);
}

Finding SensingFacts::lower_bound(const Claim& claim) {
  const double bound = number(claim, "bound"), excess = number(claim, "excess");
  if (!(excess >= 0.0)) return {Answer::no, "the excess is negative"};
  const balls::Matrix z = multiplier("dual/z");
  Real dual = inner_product(z, measurements()) - 0.5 * squared_norm(z);
  if (excess > 0.0) dual = dual - excess * real(number(claim, "size_bound"));
  const Finding comparison = finding(is_at_most(real(bound), dual), "the multiplier gives less");
  if (comparison.answer != Answer::yes) return comparison;
  if (!is_within(map_->adjoint(z), real(subject_.data.lambda) + real(excess)))
    return {Answer::unknown, "the multiplier could not be shown to be feasible up to the excess"};
  if (excess > 0.0 && !bounds_size(claim)) return {Answer::unknown, "the size of optimal matrices could not be shown to stay within its bound"};
  return {Answer::yes, ""};
}

CurvatureFacts SensingFacts::curvature_along_direction() {
  const Pair d = subject_.direction("direction");
  return {here().second_derivative(d), here().squared_length(d), ""};
}

Real SensingFacts::value_after_escape() {
  const Pair escape = blocks(subject_.data, subject_.material.point, "escape/");
  const Index rank = subject_.point.U.cols();
  if (escape.U.cols() != rank) throw InputError("block escape/U", std::to_string(rank) + " columns", std::to_string(escape.U.cols()));
  return evaluation(subject_.point, &escape).value();
}

Finding SensingFacts::descending_path(const Claim& claim) {
  const double order = number(claim, "order"), coefficient = number(claim, "coefficient");
  if (!(coefficient < 0.0)) return {Answer::no, "the coefficient is not negative"};
  const std::array<Real, 4> a = here().along_path(subject_.direction("path/1"), subject_.direction("path/2"));
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (is_exactly_zero(a[i])) continue;
    if (is_below(a[i], real(0.0)) == Answer::unknown) return {Answer::unknown, "a coefficient could not be told from zero"};
    if (order != static_cast<double>(i + 1)) return {Answer::no, "the first coefficient that is not zero has another order"};
    return finding(is_at_most(a[i], real(coefficient)), "the coefficient is larger");
  }
  return {Answer::no, "all coefficients up to the fourth are zero"};
}

}  // namespace

std::unique_ptr<FamilyCheck> make_matrix_sensing_check() { return std::make_unique<MatrixSensingCheck>(); }

}  // namespace nadir
