#include "nadir/problems/tucker/check.hpp"

#include <algorithm>
#include <cmath>
#include <optional>

#include "nadir/base/error.hpp"
#include "nadir/problems/tucker/check_evaluation.hpp"
#include "nadir/problems/tucker/check_slice.hpp"
#include "nadir/problems/tucker/check_sphere.hpp"
#include "nadir/rigor/eigenvalues.hpp"
#include "nadir/verify/internal/standard_check.hpp"

namespace nadir {
namespace {

using namespace tucker_check;
using balls::Answer;
using balls::Real;

// Bits tried in turn: the first settles all but ties; the last holds every bit of products of doubles.
constexpr slong precisions[] = {128, 1024, 16384};
// Multiplications of balls that a pass over the tensor may take without being asked to (about a second).
constexpr double affordable_products = 1e7;
// Entries up to which enclosures of the whole tensor are made; beyond, only the value is checked.
constexpr Index largest_whole = Index{1} << 25;

// Cones whose norms are bounded in balls without being asked to: a few seconds.
constexpr Index most_cells_in_balls = 2000;

bool has_number(const Claim& claim, const std::string& name) {
  return std::any_of(claim.numbers.begin(), claim.numbers.end(), [&](const auto& n) { return n.first == name; });
}

bool is_zero(const Matrix& m) {
  return std::all_of(m.flat().begin(), m.flat().end(), [](double x) { return x == 0.0; });
}

// The unfolding with the modes of `split` as rows.
Matrix split_unfolding(const TuckerData& data, const Matrix& T, unsigned split) {
  Index rows = 1;
  for (std::size_t k = 0; k < data.extents.size(); ++k)
    if (split >> k & 1u) rows *= data.extents[k];
  Matrix result(rows, T.size() / rows);
  for (Index c = 0; c < T.cols(); ++c)
    for (Index i = 0; i < T.rows(); ++i) {
      Index place = i * T.cols() + c, row = 0, col = 0, row_step = 1, col_step = 1;
      for (std::size_t k = data.extents.size(); k-- > 0;) {
        const Index index = place % data.extents[k];
        place /= data.extents[k];
        Index& to = split >> k & 1u ? row : col;
        Index& step = split >> k & 1u ? row_step : col_step;
        to += index * step;
        step *= data.extents[k];
      }
      result(row, col) = T(i, c);
    }
  return result;
}

// Twice the best value that singular values allow, from below.
Real tail_in_balls(const Matrix& unfolding, Index count, slong precision) {
  const balls::Matrix T(precision, unfolding);
  return least_eigenvalue_sum_lower(product_with_transpose(T, T), count);
}
Real tail_in_rigor(const Matrix& unfolding, Index count, slong precision) {
  const double lower = enclose_tail_eigenvalue_sum(enclose_sample_product(unfolding, unfolding), count).lower;
  return Real(precision, std::max(lower, 0.0));
}

class TuckerFactsBase : public PointFacts {
 public:
  using PointFacts::PointFacts;
  virtual Finding lower_bound(const Claim& claim) = 0;
  virtual Finding descending_path(const Claim& claim) = 0;
  virtual Finding minimum(const Claim& claim) = 0;
  virtual double gradient_scale() = 0;
};

template <class A>
class TuckerFacts final : public TuckerFactsBase {
 public:
  TuckerFacts(const Subject& subject, const CheckMaterial& material, slong precision, const char* how)
      : TuckerFactsBase(precision, how), subject_(subject), material_(material), arithmetic_{precision} {}

  Real value_after_escape() override {
    const Blocks escape = read_blocks(subject_.data, material_.point, "escape/", &subject_.ranks);
    return value_at(subject_.point, &escape);
  }
  Real value_of_better_point() override { return value_at(direction("better"), nullptr); }

  CurvatureFacts curvature_along_direction() override {
    if (is_large()) return {real(0.0), real(1.0), "the tensor is too large"};
    const Blocks k = direction("direction");
    Real length = squared_norm(balls::Matrix(precision(), k.core));
    for (const Matrix& a : k.A) length = length + squared_norm(balls::Matrix(precision(), a));
    return {2.0 * here().along_line(k, 2)[1], length, ""};
  }

  Finding lower_bound(const Claim& claim) override {
    if (subject_.data.is_masked) return {Answer::unknown, "singular values bound nothing where entries are missing"};
    if (has_number(claim, "mode")) return bound_over_sphere(claim);
    return bound_by_tail(claim);
  }

  Finding bound_over_sphere(const Claim& claim) {
    const double mode = number(claim, "mode"), greatest = number(claim, "greatest");
    if (!(mode == 0.0 || mode == 1.0 || mode == 2.0)) return {Answer::no, "no such mode"};
    const balls::Matrix T(precision(), subject_.tensor.entries);
    const Finding bound = finding(is_at_most(real(2.0 * number(claim, "bound")), squared_norm(T) - real(greatest)), "the sphere's bound gives less");
    if (bound.answer != Answer::yes) return bound;
    const Matrix& cells = witness(material_, "cells");
    const bool in_balls = cells.cols() <= most_cells_in_balls || material_.arithmetic == Arithmetic::balls;
    Finding found = bound_over_sphere_holds(subject_, static_cast<std::size_t>(mode), greatest, cells, precision(), in_balls);
    found.how = in_balls ? by_balls : by_rigor;
    return found;
  }

  Finding bound_by_tail(const Claim& claim) {
    const double split = number(claim, "split"), most = std::ldexp(1.0, subject_.data.num_modes()) - 1.0;
    if (!(split >= 1.0 && split < most && split == std::floor(split))) return {Answer::no, "no such set of modes"};
    const unsigned bits = static_cast<unsigned>(split);
    double inside = 1.0, outside = 1.0;
    for (std::size_t k = 0; k < subject_.ranks.size(); ++k) (bits >> k & 1u ? inside : outside) *= static_cast<double>(subject_.ranks[k]);
    const Matrix T = split_unfolding(subject_.data, subject_.tensor.entries, bits);
    const double count = static_cast<double>(T.rows()) - std::min(inside, outside);
    if (!(count > 0.0)) return {Answer::no, "the ranks leave no tail"};
    const bool is_affordable = static_cast<double>(T.rows()) * static_cast<double>(T.size()) <= 10.0 * affordable_products;
    const bool in_balls = is_affordable || material_.arithmetic == Arithmetic::balls;
    const Real energy = in_balls ? tail_in_balls(T, static_cast<Index>(count), precision()) : tail_in_rigor(T, static_cast<Index>(count), precision());
    Finding found = finding(is_at_most(real(2.0 * number(claim, "bound")), energy), "the tail is smaller");
    if (found.answer == Answer::no) found.answer = Answer::unknown;  // the tail is known from below alone
    found.how = in_balls ? by_balls : by_rigor;
    return found;
  }

  Finding descending_path(const Claim& claim) override {
    const double order = number(claim, "order"), coefficient = number(claim, "coefficient");
    if (!(coefficient < 0.0)) return {Answer::no, "the coefficient is not negative"};
    if (!is_zero(witness(material_, "path/2"))) return {Answer::unknown, "only lines are checked"};
    if (is_large()) return {Answer::unknown, "the tensor is too large"};
    const std::vector<Real> a = here().along_line(direction("path/1"), subject_.ranks.size() + 1);
    for (std::size_t i = 0; i < a.size(); ++i) {
      if (is_exactly_zero(a[i])) continue;
      if (is_below(a[i], real(0.0)) == Answer::unknown) return {Answer::unknown, "a coefficient could not be told from zero"};
      if (order != static_cast<double>(i + 1)) return {Answer::no, "the first coefficient that is not zero has another order"};
      return finding(is_at_most(a[i], real(coefficient)), "the coefficient is larger");
    }
    return {Answer::no, "all coefficients are zero"};
  }

  Finding minimum(const Claim& claim) override {
    if constexpr (std::is_same_v<A, InBalls>) return minimum_up_to_symmetry(claim, witness(material_, "slice"), subject_, here(), arithmetic_);
    else return {Answer::unknown, "not in balls: the tensor is too large"};
  }

  double gradient_scale() override { return is_large() ? 0.0 : rounded_up(here().gradient_scale()); }

 private:
  bool is_large() const { return subject_.data.size() > largest_whole; }
  Blocks direction(const std::string& name) const { return cut_blocks(subject_, witness(material_, name), name); }
  Evaluation<A>& here() { return here_ ? *here_ : here_.emplace(subject_, arithmetic_, subject_.point); }

  Real value_at(const Blocks& point, const Blocks* displacement) {
    if (std::is_same_v<A, InRigor> && subject_.data.regulariser == 0.0) return 0.5 * large_residual_energy(subject_, precision(), point, displacement);
    return Evaluation<A>(subject_, arithmetic_, point, displacement).value();
  }
  Real compute_value() override { return value_at(subject_.point, nullptr); }
  GradientFacts compute_gradient() override {
    if (is_large()) return {real(0.0), false, "the tensor is too large"};
    return {here().gradient_norm_squared(), here().is_exactly_critical(), ""};
  }

  const Subject& subject_;
  const CheckMaterial& material_;
  A arithmetic_;
  std::optional<Evaluation<A>> here_;
};

class TuckerCheck final : public StandardCheck {
 public:
  OptionList options() override { return rows(options_); }
  double largest_scale(const Claim& claim) override;

 private:
  void prepare_family() override;
  std::optional<Finding> test_own(const Claim& claim, std::size_t step) override;
  Finding no_negative_curvature() const;

  TuckerOptions options_;
  TuckerData data_;
  WholeTensor tensor_;
  std::optional<Subject> subject_;
};

void TuckerCheck::prepare_family() {
  data_ = make_tucker_data(options_);
  const std::vector<Index> asked = requested_ranks(options_, data_);
  Blocks point = read_blocks(data_, material().point, "", asked.empty() ? nullptr : &asked);
  std::vector<Index> ranks;
  for (const Matrix& a : point.A) ranks.push_back(a.cols());
  tensor_ = whole_tensor(data_);
  subject_.emplace(Subject{data_, std::move(ranks), std::move(point), tensor_});
  const double widest = static_cast<double>(*std::max_element(subject_->ranks.begin(), subject_->ranks.end()));
  const bool insists = material().arithmetic == Arithmetic::balls;
  if (insists || static_cast<double>(data_.size()) * widest <= affordable_products)
    for (const slong precision : precisions) add(std::make_unique<TuckerFacts<InBalls>>(*subject_, material(), precision, by_balls));
  if (!insists) add(std::make_unique<TuckerFacts<InRigor>>(*subject_, material(), precisions[0], by_rigor));
}

// Gaps are relative to the value, but at least to 1e-6 of that at X = 0, and to 1 where that vanishes.
double TuckerCheck::largest_scale(const Claim& claim) {
  if (claim.kind == "gradient-norm") return static_cast<TuckerFactsBase&>(facts()).gradient_scale();
  const double of_zero = 0.5e-6 * data_.norm * data_.norm;
  return std::max(rounded_up(facts().value()), of_zero > 0.0 ? of_zero : 1.0);
}

// A second derivative leaves d - 1 of the d + 1 blocks of X as they are.
Finding TuckerCheck::no_negative_curvature() const {
  std::size_t num_zero = is_zero(subject_->point.core) ? 1 : 0;
  for (const Matrix& a : subject_->point.A) num_zero += is_zero(a) ? 1 : 0;
  if (num_zero == subject_->point.A.size() + 1 || (num_zero >= 3 && data_.regulariser == 0.0)) return {Answer::yes, ""};
  return {Answer::unknown, "fewer than three blocks are zero", nullptr, true};
}

std::optional<Finding> TuckerCheck::test_own(const Claim& claim, std::size_t step) {
  auto& here = static_cast<TuckerFactsBase&>(facts(step));
  if (claim.kind == "lower-bound" && number(claim, "bound") > 0.0) return here.lower_bound(claim);
  if (claim.kind == "descending-path") return here.descending_path(claim);
  if (claim.kind == "minimum-up-to-symmetry") return here.minimum(claim);
  if (claim.kind == "no-negative-curvature") return no_negative_curvature();
  return std::nullopt;
}

}  // namespace

std::unique_ptr<FamilyCheck> make_tucker_check() { return std::make_unique<TuckerCheck>(); }

}  // namespace nadir
